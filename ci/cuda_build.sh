#!/usr/bin/env bash
# Compiles the CUDA kernels with nvcc for every architecture, warnings as errors, and checks what ptxas says of each
# kernel against ci/ptxas_budget.json; then builds the kernels' tests for a device, which a machine without one skips.
# Usage: cuda_build.sh [--write-budget] [FOLDER]: in a build folder that has these options set (build/cuda, which it
# configures). --write-budget: makes the table anew. Without nvcc: says so, exit 0.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
cd "$root"
write=
if [ "${1:-}" = --write-budget ]; then write=yes && shift; fi
folder=${1:-build/cuda}
[ $# -le 1 ] || die 2 "found '$*', expected one build folder"

PATH=$PATH:/usr/local/cuda/bin
if ! command -v "${CUDACXX:-nvcc}" >/dev/null; then
  echo "cuda_build.sh: skipped, no nvcc in CUDACXX, PATH or /usr/local/cuda/bin"
  exit 0
fi
mkdir -p build
if [ "$folder" = build/cuda ]; then
  cmake --preset cuda >build/configure-cuda.log 2>&1 || { cat build/configure-cuda.log >&2; die 3 "cmake could not configure build/cuda"; }
fi
cmake --build "$folder" -j "$num_jobs" --target dsb_cuda
if [ -n "$write" ]; then python3 ci/check_ptxas.py "$folder/CMakeFiles/dsb_cuda.dir" ci/ptxas_budget.json --write; fi
python3 ci/check_ptxas.py "$folder/CMakeFiles/dsb_cuda.dir" ci/ptxas_budget.json
cmake --build "$folder" -j "$num_jobs" --target gpu_test gpu_roofline
status=0
"$folder/tests/gpu_test" --gtest_brief=1 || status=$?
[ $status -eq 0 ] || [ $status -eq 77 ] || die 1 "gpu_test failed on this machine's device"
