#!/usr/bin/env bash
# Measures plain greedy decoding of the target model beside llama.cpp (PyPI package xllamacpp), in turns on this machine.
# Usage: peers.sh [ROUNDS] (5). DSBENCH_THREADS (2): threads of both.
# Run it on a machine that does nothing else: the figures are times.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage -- "$@"
rounds=${1:-5}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die 2 "found '$rounds', expected a number of rounds"

install_missing build fetch peers
fetch_target
build_release
cache=${DSBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dsbench}
venv=$cache/peers
if ! "$venv/bin/python" -c 'import xllamacpp' 2>/dev/null; then
  make_venv "$venv"
  pip_into "$venv" install xllamacpp
fi
echo "machine: $(machine_line)"
"$venv/bin/python" ci/peers.py --dsbench build/release/dsbench --target "$DSBENCH_TARGET" \
  --rounds "$rounds" --threads "${DSBENCH_THREADS:-2}"
