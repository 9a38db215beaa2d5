#!/usr/bin/env bash
# A compiler launcher: runs nvcc and keeps what ptxas says in OBJECT.ptxas beside the object, for check_ptxas.py.
# Usage: ptxas_report.sh [LAUNCHER] NVCC ARGUMENTS...
set -uo pipefail
object=
previous=
for argument in "$@"; do
  [ "$previous" = -o ] && object=$argument
  previous=$argument
done
case $object in
  *.o) ;;
  *) exec "$@" ;;  # CMake's tries, links
esac
"$@" 2>"$object.ptxas"
status=$?
# Warnings and errors are for the reader; the report is for the check.
grep -vE '^ptxas info|bytes stack frame|^$' "$object.ptxas" >&2
exit $status
