#!/usr/bin/env python3
"""Fails when a kernel spills, or takes more registers or shared memory than the checked-in table allows.

Usage: check_ptxas.py BUILD_FOLDER TABLE [--write]. BUILD_FOLDER holds the *.o.ptxas files of ptxas_report.sh.
--write: makes the table anew from the reports. Exit 1 and one line for each kernel out of bounds, without a row in
the table, or with a row but no report; 2 for files that cannot be read.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ENTRY = re.compile(r"Compiling entry function '(\w+)' for 'sm_(\w+)'")
SPILLS = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers(?:.*?(\d+) bytes smem)?")


def demangle(names):
    """Readable names without arguments; nvcc's file hash goes with the anonymous namespace's name."""
    done = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True)
    return dict(zip(names, (shorten(name) for name in done.stdout.splitlines())))


def shorten(name):
    """`void dsb::cuda::(anonymous namespace)::K<(bool)1>(args)` as `K<(bool)1>`."""
    name = name.replace("(anonymous namespace)::", "").replace("dsb::cuda::", "").removeprefix("void ")
    depth = 0
    for i, c in enumerate(name):
        depth += (c == "<") - (c == ">")
        if c == "(" and depth == 0:
            return name[:i]
    return name


def read_reports(folder):
    """{"file.cu: kernel": {sm: (registers, shared bytes, spilled bytes)}}"""
    found = []
    for path in sorted(folder.rglob("*.cu.o.ptxas")):
        entry = None
        spilled = 0
        for line in path.read_text(encoding="utf-8").splitlines():
            if match := ENTRY.search(line):
                entry, spilled = match.groups(), 0
            elif match := SPILLS.search(line):
                spilled = int(match[2]) + int(match[3])
            elif (match := USED.search(line)) and entry:
                found.append((path.name.removesuffix(".o.ptxas"), *entry,
                              (int(match[1]), int(match[2] or 0), spilled)))
                entry = None
    names = demangle(sorted({mangled for _, mangled, _, _ in found}))
    reports = {}
    for file, mangled, sm, used in found:
        reports.setdefault(f"{file}: {names[mangled]}", {})[sm] = used
    return reports


def problems(reports, table):
    """One line for each difference that the table does not allow."""
    for kernel in sorted(table.keys() - reports.keys()):
        yield f"{kernel}: has a row in the table, but was not compiled"
    for kernel, by_sm in sorted(reports.items()):
        row = table.get(kernel)
        if row is None:
            yield f"{kernel}: has no row in the table"
        for sm, (registers, shared, spilled) in sorted(by_sm.items()):
            if spilled:
                yield f"{kernel}: spills {spilled} bytes for sm_{sm}, expected none"
            if row is None:
                continue
            allowed = row["registers"].get(sm)
            if allowed is None or registers > allowed:
                yield f"{kernel}: {registers} registers for sm_{sm}, the table allows {allowed}"
            if shared > row["shared_bytes"]:
                yield f"{kernel}: {shared} bytes of shared memory for sm_{sm}, the table allows {row['shared_bytes']}"


def as_table(reports):
    return {kernel: {"registers": {sm: used[0] for sm, used in sorted(by_sm.items())},
                     "shared_bytes": max(used[1] for used in by_sm.values())}
            for kernel, by_sm in sorted(reports.items())}


def write(table, path):
    """One line a kernel, so that a change shows as one."""
    rows = [f"  {json.dumps(kernel)}: {json.dumps(row)}" for kernel, row in table.items()]
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    reports = read_reports(args.folder)
    path = args.table
    if not reports:
        print(f"check_ptxas.py: no ptxas report under {args.folder}, expected *.cu.o.ptxas", file=sys.stderr)
        sys.exit(2)
    if args.write:
        write(as_table(reports), path)
        return
    found = list(problems(reports, json.loads(path.read_text(encoding="utf-8"))))
    for line in found:
        print(f"check_ptxas.py: {line}", file=sys.stderr)
    if found:
        sys.exit(1)
    num_builds = sum(len(by_sm) for by_sm in reports.values())
    print(f"ptxas: {len(reports)} kernels, {num_builds} builds, no spills, all within {path}")


if __name__ == "__main__":
    main()
