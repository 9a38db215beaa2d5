#!/usr/bin/env bash
# Installs what is missing, fetches the target model, builds, and runs every test and check.
# DSBENCH_FUZZ_SECONDS (30): time for each fuzz target. DSBENCH_NO_INSTALL=1: install no packages.
# Ends with the time of each part and one line of counts. Exit 0: all passed; 1: something failed; 3: see the line.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
cd "$root"
names=() results=() times=()

part() {  # part NAME COMMAND...: runs it, notes result and time; a failure does not end the script
  local name=$1 start=$SECONDS result=passed
  shift
  echo "== $name"
  ("$@") || result=FAILED
  names+=("$name") results+=("$result") times+=($((SECONDS - start)))
  [ $result = passed ]
}

build_dev() {
  # One build of everything: every architecture here, where a developer's preset has one.
  cmake --preset dev '-DDSB_CUDA_ARCHITECTURES=80-real;90-real;100-real;100-virtual' -DDSB_GPU_TESTS=ON \
    >build/configure-dev.log 2>&1 || { cat build/configure-dev.log >&2; return 1; }
  cmake --build --preset dev -j "$num_jobs"
}

run_ctest() {
  rm -rf build/test-results
  GTEST_OUTPUT="xml:$root/build/test-results/" \
    ctest --test-dir build/dev -j "$num_jobs" --output-on-failure --no-tests=error
}

# The unit tests once more, compiled by clang with AddressSanitizer and UndefinedBehaviorSanitizer, without
# those that do the same many times over.
sanitized_tests() {
  local targets=(unit_tests)
  if grep -q '^DSB_CUDAHOST:BOOL=ON' build/fuzz/CMakeCache.txt; then targets+=(cudahost_test); fi
  cmake --build --preset fuzz -j "$num_jobs" --target "${targets[@]}" &&
    GTEST_FILTER='-Proof.EveryCase*:RecurrentEngine.Greedy*:*ChangesNoToken*/dspark_gated:*ChangesNoToken*/dspark_for_llama' \
    ctest --test-dir build/fuzz -L 'unit|cudahost' -j "$num_jobs" --output-on-failure --no-tests=error
}

finish() {
  local i failed_parts=0
  echo "== time of each part"
  for i in "${!names[@]}"; do
    printf '%6d s  %-7s %s\n' "${times[$i]}" "${results[$i]}" "${names[$i]}"
    [ "${results[$i]}" = passed ] || failed_parts=$((failed_parts + 1))
  done
  printf '%6d s  in all\n' "$SECONDS"
  python3 ci/count_tests.py build/test-results "${#names[@]}" "$failed_parts"
}

mkdir -p build
part "packages" install_missing build fetch test fuzz lint bench || exit 3
start=$SECONDS
echo "== target model"
fetch_target
names+=("target model") results+=(passed) times+=($((SECONDS - start)))
if part "build (dev, g++)" build_dev; then
  part "tests" run_ctest || true
  part "CUDA (nvcc, ptxas)" bash ci/cuda_build.sh build/dev || true
  part "clang-format, clang-tidy" bash ci/lint.sh || true
fi
part "fuzz" bash ci/fuzz.sh "${DSBENCH_FUZZ_SECONDS:-30}" || true
part "unit tests (clang, ASan, UBSan)" sanitized_tests || true
finish
