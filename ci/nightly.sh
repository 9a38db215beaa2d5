#!/usr/bin/env bash
# Everything in full, for a night: every preset, both compilers, every instruction set that this machine has, every test
# case, every architecture of nvcc, long fuzzing, and the Debian package installed and run. ci/test.sh is the short form.
# DSBENCH_FUZZ_SECONDS (600): time for each fuzz target. DSBENCH_IDENTITY (prompts): how far the identity tests cross
# drafters, prompts, lengths and loads (tests/engines/identity_model_test.cc; full: a day). DSBENCH_NO_INSTALL=1.
# Ends with the time of each part and one line of counts. Exit 0: all passed; 1: something failed; 3: see the line.
set -euo pipefail
# shellcheck source=ci/parts.sh
source "$(dirname "$0")/parts.sh"
takes_no_arguments "$@"
cd "$root"
export DSBENCH_IDENTITY=${DSBENCH_IDENTITY:-prompts}

build() {  # build PRESET OPTION...
  configure "$@" && cmake --build --preset "$1" -j "$num_jobs"
}

# Kernels of older processors, which the tests of this one do not run.
tests_with_isa() {  # tests_with_isa ISA
  DSBENCH_ISA=$1 DSBENCH_IDENTITY='' run_ctest "$1" build/dev -L 'unit|model'
}

begin_parts build fetch test page lint bench package
# g++, without precompiled headers, benchmarks included.
if part "build (dev, g++)" build dev; then
  part "tests" run_ctest dev build/dev || true
  for isa in portable avx2; do
    part "tests with $isa kernels" tests_with_isa $isa || true
  done
fi
if part "build (asan, clang)" build asan; then
  part "tests under ASan and UBSan" run_ctest asan build/asan -L 'unit|model|cudahost' || true
  part "fuzz" bash ci/fuzz.sh "${DSBENCH_FUZZ_SECONDS:-600}" asan || true
fi
if part "build (tsan, clang)" build tsan; then
  part "tests under TSan" run_ctest tsan build/tsan -L unit || true
fi
part "build (check, clang)" build check || true
part "clang-format, clang-tidy on all" bash ci/lint.sh --all || true
part "CUDA for every architecture (nvcc, ptxas)" bash ci/cuda_build.sh || true
if part "build (release, g++)" build release; then
  part "result hashes" python3 ci/result_hashes.py --target "$DSBENCH_TARGET" || true
  part "package installed and run" bash ci/check_install.sh --package build/release || true
  if [ -f ci/kill_test.sh ]; then part "killed and resumed" bash ci/kill_test.sh || true; fi
fi
finish
