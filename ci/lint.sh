#!/usr/bin/env bash
# What changed against a base: clang-format, clang-tidy, each changed header compiled alone, and each changed source
# compiled by g++, since ci/test.sh builds with clang. The sources and headers that changed last come first, and no more
# than DSBENCH_LINT_FILES (20) of them are compiled: ci/nightly.sh compiles all.
# Usage: lint.sh [--all | BASE]. Default base: where this branch left origin/main, or the commit before. --all: formats and
# clang-tidy on every file.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage --all -- "$@"
cd "$root"
most=${DSBENCH_LINT_FILES:-20}

base_commit() {
  local base
  if base=$(git merge-base HEAD origin/main 2>/dev/null) && [ "$base" != "$(git rev-parse HEAD)" ]; then
    echo "$base"
  else
    git rev-parse --verify -q HEAD~1 || true
  fi
}

changed_files() {  # newest first: not yet committed, then by commit; without a base, as in a shallow clone, all
  local sources=('*.cc' '*.h')
  {
    git diff --name-only HEAD -- "${sources[@]}"
    git ls-files --others --exclude-standard -- "${sources[@]}"
    git log --format= --name-only -m --first-parent "${base:+$base..}HEAD" -- "${sources[@]}"
  } | awk '!seen[$0]++' | while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done
}

case ${1:-} in
  --all) base=all ;;
  '') base=$(base_commit) ;;
  *) base=$(git rev-parse --verify -q "$1^{commit}") || die 2 "no commit '$1'" ;;
esac
if [ "$base" = all ]; then
  mapfile -t files < <(git ls-files -- '*.cc' '*.h')
else
  mapfile -t files < <(changed_files)
fi
echo "lint: ${#files[@]} files${base:+ against ${base:0:12}}"
[ ${#files[@]} -eq 0 ] && exit 0

# The commands of two builds that compile each source on its own and without precompiled headers, which hide a forgotten
# #include: build/tidy with clang's for clang-tidy, of which only what is generated is built, and build/dev with g++'s.
configure_alone() {  # configure_alone FOLDER OPTION...
  mkdir -p build
  cmake -B "$1" "${@:2}" -DDSB_JOIN=OFF -DDSB_PCH=OFF -DDSB_BENCHMARKS=OFF -DDSB_CUDA=OFF >"$1.log" 2>&1 ||
    { cat "$1.log" >&2; die 3 "cmake could not configure $1"; }
}
compiled_in() {  # compiled_in FOLDER: those of the sources on stdin
  while read -r file; do
    if grep -qF "\"$root/$file\"" "$1/compile_commands.json"; then echo "$file"; fi
  done
}
newest() {  # newest PATTERN: of the files, no more than the limit
  printf '%s\n' "${files[@]}" | grep "$1" | if [ "$base" = all ]; then cat; else head -n "$most"; fi || true
}

status=0
clang-format --dry-run -Werror "${files[@]}" || status=1
configure_alone build/tidy --preset check
cmake --build build/tidy --target dsb_build_info >/dev/null
mapfile -t sources < <(newest '\.cc$' | compiled_in build/tidy)
if [ ${#sources[@]} -gt 0 ]; then
  echo "clang-tidy: ${#sources[@]} sources"
  printf '%s\n' "${sources[@]}" |
    xargs -P "$num_jobs" -n 1 clang-tidy --quiet -p build/tidy --extra-arg=-Wno-unknown-warning-option 2> >(grep -v 'warnings generated' >&2) ||
    status=1
fi
if [ "$base" != all ]; then
  mapfile -t headers < <(newest '\.h$' | grep -v '^tests/')
  [ ${#headers[@]} -eq 0 ] || bash ci/check_headers.sh clang++ "${headers[@]}" || status=1
  configure_alone build/dev --preset dev
  mapfile -t sources < <(newest '\.cc$' | compiled_in build/dev)
  if [ ${#sources[@]} -gt 0 ]; then
    echo "g++: ${#sources[@]} sources"
    mapfile -t objects < <(printf "$root/%s^\n" "${sources[@]}") # ninja's name for what is made of a file
    ninja -C build/dev -j "$num_jobs" --quiet "${objects[@]}" || status=1
  fi
fi
[ $status -eq 0 ] || die 1 "a check of the changed files failed; clang-format -i FILE formats"
