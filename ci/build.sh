#!/usr/bin/env bash
# Builds the program, build/release/dsbench, and nothing else.
# DSBENCH_NO_INSTALL=1: install no packages. DSBENCH_CUDA (ON where a GPU and nvcc are, else OFF): with kernels for a GPU.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
takes_no_arguments "$@"

install_missing build
build_release
echo "Built build/release/dsbench"
