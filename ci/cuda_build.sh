#!/usr/bin/env bash
# Compiles the CUDA kernels with nvcc for every architecture, warnings as errors, and checks what ptxas says of each
# kernel against ci/ptxas_budget.json; then builds the kernels' tests for a device, which a machine without one skips.
# Usage: cuda_build.sh [--one | --write-budget]. --one: for sm_90 alone, in build/cuda-one, and no tests: what ci/test.sh
# has time for. --write-budget: makes the table anew. Without nvcc: says so, exit 0.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage --one --write-budget -- "$@"
cd "$root"
[ $# -le 1 ] || die 2 "found '$*', expected one option at most"

PATH=$PATH:/usr/local/cuda/bin
if ! command -v "${CUDACXX:-nvcc}" >/dev/null; then
  echo "cuda_build.sh: skipped, no nvcc in CUDACXX, PATH or /usr/local/cuda/bin"
  exit 0
fi
folder=build/cuda options=()
if [ "${1:-}" = --one ]; then
  folder=build/cuda-one
  options=(-DCMAKE_BUILD_TYPE=Checked -DDSB_CUDA_ARCHITECTURES=90-real -DDSB_GPU_TESTS=OFF -DBUILD_TESTING=OFF -B "$folder")
fi
mkdir -p build
log=$folder-configure.log
cmake --preset cuda "${options[@]}" >"$log" 2>&1 || { cat "$log" >&2; die 3 "cmake could not configure $folder"; }
cmake --build "$folder" -j "$num_jobs" --target dsb_cuda
if [ "${1:-}" = --write-budget ]; then python3 ci/check_ptxas.py "$folder/CMakeFiles/dsb_cuda.dir" ci/ptxas_budget.json --write; fi
python3 ci/check_ptxas.py "$folder/CMakeFiles/dsb_cuda.dir" ci/ptxas_budget.json
if [ "${1:-}" = --one ]; then  # and what of the program is compiled only beside these kernels
  mapfile -t objects < <(grep -lr 'ifdef DSB_WITH_CU' --include='*.cc' harness | sort | sed "s#.*#$root/&^#")
  ninja -C "$folder" -j "$num_jobs" "${objects[@]}"
  exit 0
fi
cmake --build "$folder" -j "$num_jobs" --target gpu_test gpu_roofline
status=0
"$folder/tests/gpu_test" --gtest_brief=1 || status=$?
[ $status -eq 0 ] || [ $status -eq 77 ] || die 1 "gpu_test failed on this machine's device"
