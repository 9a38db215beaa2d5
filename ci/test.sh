#!/usr/bin/env bash
# The checks of every change: installs what is missing, fetches the target model, builds everything once (clang, with
# AddressSanitizer and UndefinedBehaviorSanitizer) and runs it. Made for 20 minutes on two slow cores without a compiler
# cache. What takes longer is in ci/nightly.sh, which runs all of this in full.
# DSBENCH_FUZZ_SECONDS (10): time for each fuzz target. DSBENCH_NO_INSTALL=1: install no packages.
# Ends with the time of each part and one line of counts. Exit 0: all passed; 1: something failed; 3: see the line.
set -euo pipefail
# shellcheck source=ci/parts.sh
source "$(dirname "$0")/parts.sh"
takes_no_arguments "$@"
cd "$root"

build() {
  configure check && cmake --build --preset check -j "$num_jobs"
}

run_tests() {
  # Structure checks first: they say more than what fails because of them.
  GTEST_FILTER="-$(filters_of ci/nightly_tests.txt)" run_ctest loop build/check
}

begin_parts build fetch test page lint
if part "build (clang, ASan, UBSan)" build; then
  part "tests" run_tests || true
  part "clang-format, clang-tidy, g++ on what changed" bash ci/lint.sh || true
  part "fuzz" bash ci/fuzz.sh "${DSBENCH_FUZZ_SECONDS:-10}" || true
fi
part "CUDA for one architecture (nvcc, ptxas)" bash ci/cuda_build.sh --one || true
finish
