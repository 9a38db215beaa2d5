#!/usr/bin/env bash
# kill -9 of `dsbench run` with four drafters at random moments, in a tenth of them while another process has the
# results file locked: nothing that was committed may be lost, and --resume must complete every run. First with the
# engine that has no model (most kills fall into the writing), then with the real one.
# Usage: kill_test.sh [KILLS OF EACH (200) [SEED]]. About 10 minutes for the first and 40 for the second.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage -- "$@"
kills=${1:-200} seed=${2:-20261124}
[[ $kills =~ ^[1-9][0-9]*$ ]] || die 2 "found '$kills', expected a number of kills"
[[ $seed =~ ^[0-9]+$ ]] || die 2 "found '$seed', expected a seed"

install_missing build test
fetch_target
cd "$root"
[ -f build/dev/build.ninja ] || cmake --preset dev || die 3 "cmake could not configure build/dev"
cmake --build --preset dev -j "$num_jobs" --target dsbench harness_slow_test harness_model_test
export DSBENCH_KILLS=$kills DSBENCH_KILL_SEED=$seed
for test in "harness_slow_test:KillTest.*" "harness_model_test:KillModelTest.*"; do
  binary=$(find build/dev -name "${test%%:*}" -type f -perm -u+x -print -quit)
  "$binary" --gtest_filter="${test#*:}" || die 1 "${test#*:} failed with seed $seed"
done
