#!/usr/bin/env python3
"""Fails on an #include that the rooms' one-way arrows, or the rules for foreign headers, forbid.

Usage: check_includes.py [ROOT]. Exit 1 and one line for each forbidden include.
"""
import pathlib
import re
import sys

ROOMS = {  # what each room may include besides itself
    "base": set(),
    "kernels": {"base"},
    "workloads": {"base"},
    "results": {"base"},
    "engines": {"kernels", "base"},
    "reports": {"results", "base"},
    "harness": {"base", "kernels", "workloads", "results", "engines", "reports"},
}
ROOMS["tests"] = set(ROOMS)
CUDA = re.compile(r"cuda|cublas|cupti|nvtx|nvToolsExt|cooperative_groups|mma\.h$")
CUDA_PLACES = ("kernels/cuda", "kernels/cudahost", "harness/measure", "tests/cudahost")
ONLY_IN_SOURCES = ("nlohmann/", "CLI/")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def problem(file, quote, header):
    """Why `file` (relative to the root) may not include `header`, or None."""
    room, target = file.split("/")[0], header.split("/")[0]
    if quote == '"' and target not in ROOMS:
        return "own headers are included as \"room/...\""
    if target in ROOMS and target != room and target not in ROOMS[room]:
        return f"{room} may include only {', '.join(sorted(ROOMS[room])) or 'nothing of ours'}"
    if target not in ROOMS and CUDA.match(header) and not file.startswith(CUDA_PLACES):
        return f"CUDA headers belong in {', '.join(CUDA_PLACES)}"
    in_source = file.endswith((".cc", ".cu")) or room == "tests"
    if header.startswith(ONLY_IN_SOURCES) and not in_source:
        return "json and CLI11 headers belong in .cc files"
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    num_problems = 0
    for path in sorted(p for room in ROOMS for p in (root / room).rglob("*")):
        if path.suffix not in (".h", ".cc", ".cu", ".cuh"):
            continue
        file = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            why = match and problem(file, match[1], match[2])
            if why:
                num_problems += 1
                print(f"{file}:{number}: forbidden include of {match[2]}: {why}", file=sys.stderr)
    sys.exit(1 if num_problems else 0)


if __name__ == "__main__":
    main()
