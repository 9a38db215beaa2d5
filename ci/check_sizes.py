#!/usr/bin/env python3
"""Fails on a file that has grown too long to be one thought.

Usage: check_sizes.py [ROOT]. Exit 1 and one line for each source file of over 300 lines, and for each header of over
100 that a user of its room reads: all but the private ones below.
"""
import pathlib

import tree_check

ROOMS = ("base", "kernels", "workloads", "results", "engines", "reports", "harness")
MOST_LINES, MOST_HEADER_LINES = 300, 100
PRIVATE = {  # read only by those who change what is inside
    "kernels/cpu/table.h": "one row of pointers per instruction set; callers include kernels/NAME.h",
    "kernels/cudahost/block.h": "the host runner's scheduler; kernels include device.cuh",
    "kernels/cudahost/warp.h": "likewise",
    "results/store/sqlite.h": "private to results/store (check_includes.py)",
}


def problems(root):
    for path in sorted(p for room in ROOMS for p in (root / room).rglob("*")):
        if path.suffix not in (".h", ".cc", ".cu", ".cuh", ".inc"):
            continue
        file = path.relative_to(root).as_posix()
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MOST_LINES:
            yield f"{file}: {lines} lines, expected at most {MOST_LINES}"
        elif path.suffix == ".h" and lines > MOST_HEADER_LINES and file not in PRIVATE:
            yield f"{file}: {lines} lines, expected at most {MOST_HEADER_LINES} in a header"
    for file in PRIVATE:
        if not (root / file).exists():
            yield f"check_sizes.py: a reason for {file}, which is not there"


if __name__ == "__main__":
    tree_check.main(__doc__, problems)
