#!/usr/bin/env python3
"""Fails on an #include that the rooms' one-way arrows, or the rules for foreign headers, forbid.

Usage: check_includes.py [--table] [ROOT]. Exit 1 and one line for each forbidden include.
--table prints the rooms and sub-rooms with what each may include, as Markdown.
"""
import argparse
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

# Sub-rooms, lowest first: what each may include besides itself. "" are the files of the room's own folder. A room
# that is not listed has no sub-rooms; a folder of a listed room that is not here is refused.
DRAFTER_PARTS = ("", "model_files", "transformer", "target_model", "sampling", "drafter_files")
DRAFTERS = {  # what each may include besides these
    "dspark": ("block_backbone",),
    "dflash": ("block_backbone",),
    "eagle3": ("recurrent",),
    "mtp1": ("recurrent",),
}
SUB_ROOMS = {
    "workloads": {
        "": (),
        "trace": (),
    },
    "results": {
        "statistics": (),
        "": ("statistics",),
        "metrics": ("", "statistics"),
        "store": ("",),
    },
    "engines": {
        "": (),
        "model_files": ("",),
        "transformer": ("model_files",),
        "target_model": ("", "model_files", "transformer"),
        "sampling": ("",),
        "drafter_files": ("", "model_files", "transformer", "target_model"),
        "block_backbone": DRAFTER_PARTS,
        "recurrent": DRAFTER_PARTS,
        **{name: (*DRAFTER_PARTS, *more) for name, more in DRAFTERS.items()},
        "drafters": ("", "drafter_files", *DRAFTERS),
        "feature_tap": ("",),
        "scheduling": ("",),
        "decoding": ("", "sampling", "scheduling"),
        "simulated": ("", "scheduling"),
        "export": ("", "model_files"),
        "remote": ("",),
        "native": ("", "model_files", "target_model", "sampling", "scheduling", "decoding", "drafters"),
        "device": (*DRAFTER_PARTS, "block_backbone", "recurrent", *DRAFTERS, "drafters", "scheduling", "decoding",
                   "native"),
    },
    "reports": {
        "text": (),
        "document": ("text",),
        "model": ("text",),
        "pairing": (),
        "gate": ("text", "pairing"),
        "crosscheck": ("text", "document"),
        "paper": ("text", "document", "model"),
        "pareto": ("text", "document"),
        "bridge": ("text", "document"),
        "charts": ("text", "document", "model", "paper", "pareto"),
        "report": ("text", "document", "model", "pairing", "gate", "paper", "pareto", "charts"),
    },
    "harness": {
        "machine": (),
        "terminal": (),
        "options": ("machine",),
        "replay": (),
        "device_time": ("machine",),
        "backends": ("machine", "options"),
        "timeline": ("device_time",),
        "run": ("machine", "terminal", "options", "replay", "device_time", "backends", "timeline"),
        "sweep": ("terminal", "options", "run"),
        "selftest": ("machine", "replay", "backends"),
        "probe": ("machine", "terminal", "options", "backends"),
        "crosscheck": ("machine", "terminal", "options", "run"),
        "exchange": ("machine", "options", "run"),
        "gate": ("machine", "replay", "backends", "run"),
        "generate": ("terminal", "options", "replay", "backends"),
        "sampling": ("machine", "terminal", "options", "replay", "backends"),
        "proof": ("options", "replay", "backends"),
        "calibrate": ("terminal", "options", "run"),
        "profile": ("machine", "terminal", "options", "backends", "run"),
        "prediction": ("machine", "options", "replay", "backends", "run"),
        "bridge": ("machine", "run", "prediction"),
        "fleet": ("machine", "options", "backends"),
        "cli": ("machine", "terminal", "options", "device_time", "timeline", "run", "sweep", "selftest", "probe",
                "crosscheck", "exchange", "gate", "generate", "sampling", "proof", "profile", "calibrate", "prediction",
                "bridge", "fleet"),
        "": ("cli",),
    },
    "kernels/cuda": {
        "common": (),
        "runtime": ("common",),
        "rows": ("common",),
        "gemm": ("common",),
        "attention": ("common",),
        "sampling": ("common",),
        "markov": ("common", "sampling"),
        "bench": ("common", "rows", "gemm", "attention", "sampling", "markov"),
    },
}
GENERATED = ("harness/build_info.h",)
# Headers that only their own sub-room may include: beside its functions, nobody runs SQL.
PRIVATE = {
    "results/store/sqlite.h": "results/store",
    "results/store/store_impl.h": "results/store",
    "results/store/columns.h": "results/store",
    "results/store/tables.h": "results/store",
    "results/store/insert.h": "results/store",
    "results/store/select.h": "results/store",
    "engines/remote/http_client_impl.h": "engines/remote",
}
CUDA = re.compile(r"cuda|cublas|cupti|nvtx|nvToolsExt|cooperative_groups|mma\.h$")
CUDA_PLACES = ("kernels/cuda", "kernels/cudahost", "harness/device_time",
               "harness/machine/gpu_probe.cc", "tests/cudahost")
CURL_PLACES = ("engines/remote/",)
ONLY_IN_SOURCES = ("nlohmann/", "CLI/")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def sub_room(file):
    """The listed room that `file` is in and its sub-room there, or (None, "")."""
    for room in sorted(SUB_ROOMS, key=len, reverse=True):
        if file.startswith(room + "/"):
            inside = file[len(room) + 1:].split("/")
            return room, inside[0] if len(inside) > 1 else ""
    return None, ""


def sub_room_problem(file, header):
    """Why the sub-room of `file` may not include `header`, or None."""
    owner = PRIVATE.get(header)
    if owner and not file.startswith((owner + "/", "tests/")):
        return f"only {owner} may include it"
    room, inside = sub_room(file)
    if room is not None and inside not in SUB_ROOMS[room]:
        return f"{room}/{inside} is no sub-room that check_includes.py knows"
    if room is None or not header.startswith(room + "/") or header in GENERATED:
        return None
    target = sub_room(header)[1]
    if target != inside and target not in SUB_ROOMS[room][inside]:
        allowed = ", ".join(name or "its own folder" for name in SUB_ROOMS[room][inside])
        return f"{room}/{inside} may include only {allowed or 'itself'} of {room}"
    return None


def print_table():
    """The drafters differ in their base alone: they are one row, so that another one changes nothing here."""
    lines = ["| room | may include |", "| --- | --- |"]
    for room in (name for name in ROOMS if name != "tests"):
        lines.append(f"| **{room}** | {', '.join(sorted(ROOMS[room])) or 'nothing of ours'} |")
        for part in (name for name in SUB_ROOMS if name.split("/")[0] == room):
            for name, allowed in SUB_ROOMS[part].items():
                if name in DRAFTERS:
                    name, allowed = "DRAFTER", (*DRAFTER_PARTS, "the base that it uses")
                words = ["every DRAFTER" if other in DRAFTERS else other or f"{part}'s own files" for other in allowed]
                lines.append(f"| {part}/{name or '*'} | {', '.join(dict.fromkeys(words)) or 'itself alone'} |")
    print("\n".join(dict.fromkeys(lines)))


def problem(file, quote, header):
    """Why `file` (relative to the root) may not include `header`, or None."""
    room, target = file.split("/")[0], header.split("/")[0]
    if quote == '"' and target not in ROOMS:
        return "own headers are included as \"room/...\""
    if target in ROOMS and target != room and target not in ROOMS[room]:
        return f"{room} may include only {', '.join(sorted(ROOMS[room])) or 'nothing of ours'}"
    if target not in ROOMS and CUDA.match(header) and not file.startswith(CUDA_PLACES):
        return f"CUDA headers belong in {', '.join(CUDA_PLACES)}"
    if header.startswith("curl/") and not file.startswith(CURL_PLACES):
        return f"curl's headers belong in {', '.join(CURL_PLACES)}"
    in_source = file.endswith((".cc", ".cu")) or room == "tests"
    if header.startswith(ONLY_IN_SOURCES) and not in_source:
        return "json and CLI11 headers belong in .cc files"
    return sub_room_problem(file, header) if quote == '"' else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="store_true", help="print the arrows instead")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).parents[1])
    args = parser.parse_args()
    if args.table:
        print_table()
        return
    root = args.root
    if not root.is_dir():
        parser.error(f"no folder {root}")
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
