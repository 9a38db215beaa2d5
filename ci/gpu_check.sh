#!/usr/bin/env bash
# Runs everything that needs a GPU, in under ten minutes, and writes one JSON (ci/gpu_check.py says what is in it).
# Usage: gpu_check.sh [OUTPUT] (build/gpu_check.json). Builds build/cuda first; the ten minutes begin after that.
# Exit 0: all passed or not available here, each with its reason; 1: something failed; 77: no device.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage -- "$@"
output=${1:-build/gpu_check.json}

PATH=$PATH:/usr/local/cuda/bin
command -v "${CUDACXX:-nvcc}" >/dev/null || die 3 "no nvcc in CUDACXX, PATH or /usr/local/cuda/bin"
install_missing build fetch test
cd "$root"
mkdir -p build
cmake --preset cuda >build/configure-cuda.log 2>&1 || { cat build/configure-cuda.log >&2; die 3 "cmake could not configure build/cuda"; }
cmake --build --preset cuda -j "$num_jobs" --target gpu_test gpu_roofline dsbench
fetch_target
exec python3 ci/gpu_check.py --build build/cuda --target "$DSBENCH_TARGET" --output "$output"
