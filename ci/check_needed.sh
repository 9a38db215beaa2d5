#!/usr/bin/env bash
# Fails when a program needs a library of CUDA's to start. Usage: check_needed.sh PROGRAM
set -euo pipefail
program=${1:?check_needed.sh: expected a program}
command -v readelf >/dev/null || { echo "check_needed.sh: no readelf" >&2; exit 3; }
needed=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
[ -n "$needed" ] || { echo "check_needed.sh: $program names no library, expected a dynamic program" >&2; exit 3; }
if grep -iE '^lib(cuda|cudart|cublas|cupti|nv)' <<<"$needed"; then
  echo "check_needed.sh: $program does not start without the libraries above; open them at run time" >&2
  exit 1
fi
