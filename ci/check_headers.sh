#!/usr/bin/env bash
# Compiles headers of ours alone. Usage: check_headers.sh [COMPILER [HEADER...]]. Default: c++, and every header but those
# that their own .cc includes first: a build without precompiled headers did that.
set -euo pipefail
cd "$(dirname "$0")/.."
compiler=${1:-c++}
command -v "$compiler" >/dev/null || { echo "check_headers.sh: no compiler '$compiler'" >&2; exit 3; }

compile_alone() {  # compile_alone COMPILER HEADER
  local flags=()
  case $2 in
    *_avx2.h) flags=(-mavx2 -mfma -mf16c) ;;
    *_avx512*.h) flags=(-mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512vl -mavx512dq
      -mavx512vnni -mavx512bf16) ;;
    kernels/cuda/runtime/* | kernels/cudahost/*)  # these include the toolkit's headers
      [ -f "$cuda_include/cuda_bf16.h" ] || return 0
      flags=(-isystem "$cuda_include") ;;
  esac
  echo "#include \"$2\"" | "$1" -std=c++20 -I. -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
    "${flags[@]}" -fsyntax-only -x c++ - || { echo "$2: does not compile alone" >&2; return 1; }
}
by_the_build() {  # by_the_build HEADER
  local source=${1%.h}.cc
  [ -f "$source" ] && [ "$(grep -m1 '^#include' "$source")" = "#include \"$1\"" ]
}
every_other() {
  local rooms
  mapfile -t rooms < <(ls -d base kernels workloads results engines reports harness 2>/dev/null)
  find "${rooms[@]}" -name '*.h' | sort | while read -r header; do by_the_build "$header" || echo "$header"; done
}
export -f compile_alone
export cuda_include=${CUDA_HOME:-/usr/local/cuda}/include

if [ $# -gt 1 ]; then printf '%s\n' "${@:2}"; else every_other; fi |
  xargs -P "$(nproc)" -I{} bash -c 'compile_alone "$@"' _ "$compiler" {} || exit 1
