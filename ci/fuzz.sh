#!/usr/bin/env bash
# Builds every libFuzzer target with clang, ASan and UBSan, and runs each. Usage: fuzz.sh [SECONDS EACH]
# A finding stays in build/fuzz/findings/; tests/fuzz/corpus/NAME, if there, holds the seeds of NAME.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
seconds=${1:-30}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die 2 "found '$seconds', expected seconds for each target"

install_missing build test fuzz
cd "$root"
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz || die 3 "cmake could not configure build/fuzz"
mapfile -t targets < <(find tests/fuzz -name '*_fuzz.cc' -exec basename {} .cc \; | sort)
[ ${#targets[@]} -gt 0 ] || die 1 "no fuzz targets in tests/fuzz"
cmake --build --preset fuzz -j "$num_jobs" --target "${targets[@]}"

run_target() {  # run_target NAME SECONDS
  local corpus=build/fuzz/corpus/$1 log=build/fuzz/$1.log seeds=()
  mkdir -p "$corpus" build/fuzz/findings
  [ -d "tests/fuzz/corpus/$1" ] && seeds=("tests/fuzz/corpus/$1")
  if "$(find build/fuzz -name "$1" -type f -perm -u+x | head -n1)" -max_total_time="$2" -timeout=10 \
    -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="build/fuzz/findings/$1-" -print_final_stats=1 \
    "$corpus" "${seeds[@]}" >"$log" 2>&1; then
    echo "fuzz $1: $(awk '/number_of_executed_units/ { print $2 }' "$log") inputs, no finding"
  else
    tail -n 30 "$log" >&2
    echo "fuzz $1: FAILED, see $log"
    return 1
  fi
}
export -f run_target
printf '%s\n' "${targets[@]}" |
  xargs -P "$num_jobs" -I{} bash -c 'run_target "$@"' _ {} "$seconds" ||
  die 1 "a fuzz target failed"
