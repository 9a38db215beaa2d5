#!/usr/bin/env bash
# Builds every libFuzzer target with clang, ASan and UBSan, and runs each. Usage: fuzz.sh [SECONDS EACH (30) [PRESET]]:
# check, which is quick to build, or asan, which tries more inputs a second.
# A finding stays in build/fuzz/findings/; tests/fuzz/corpus/NAME, if there, holds the seeds of NAME.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage -- "$@"
seconds=${1:-30} preset=${2:-check}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die 2 "found '$seconds', expected seconds for each target"
[[ $preset =~ ^(check|asan)$ ]] || die 2 "found '$preset', expected check or asan"

install_missing build test
cd "$root"
mkdir -p build/fuzz/findings
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" || die 3 "cmake could not configure build/$preset"
mapfile -t targets < <(find tests/fuzz -name '*_fuzz.cc' -exec basename {} .cc \; | sort)
[ ${#targets[@]} -gt 0 ] || die 1 "no fuzz targets in tests/fuzz"
cmake --build --preset "$preset" -j "$num_jobs" --target "${targets[@]}"

run_target() {  # run_target PRESET NAME SECONDS
  local corpus=build/fuzz/corpus/$2 log=build/fuzz/$2.log seeds=()
  mkdir -p "$corpus"
  [ -d "tests/fuzz/corpus/$2" ] && seeds=("tests/fuzz/corpus/$2")
  if "build/$1/tests/$2" -max_total_time="$3" -timeout=10 \
    -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="build/fuzz/findings/$2-" -print_final_stats=1 \
    "$corpus" "${seeds[@]}" >"$log" 2>&1; then
    echo "fuzz $2: $(awk '/number_of_executed_units/ { print $2 }' "$log") inputs, no finding"
  else
    tail -n 30 "$log" >&2
    echo "fuzz $2: FAILED, see $log"
    return 1
  fi
}
export -f run_target
printf '%s\n' "${targets[@]}" |
  xargs -P "$num_jobs" -I{} bash -c 'run_target "$@"' _ "$preset" {} "$seconds" ||
  die 1 "a fuzz target failed"
