#!/usr/bin/env python3
"""A results file of many runs of the scripted engine, to try what a report of it takes:

    tests/page/large_store.py build/release/dsbench large.db
    /usr/bin/time -v build/release/dsbench report large.db --html large.html >large.txt

By default 50 runs of 1,000 prompts: 10 arms at 5 temperatures.

Usage: large_store.py DSBENCH FILE [--prompts N] [--arms N] [--temperatures N]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

DRAFTERS = ("dspark", "dflash", "eagle3")


def make(program, path, prompts, arms, temperatures):
    chosen = ["none", "mtp1:1"] + [f"{name}:{length}" for length in (3, 5, 7, 2, 4, 6) for name in DRAFTERS]
    if not 1 <= arms <= len(chosen):
        raise ValueError(f"expected 1 to {len(chosen)} arms, found {arms}")
    with tempfile.TemporaryDirectory() as folder:
        workload = pathlib.Path(folder) / "prompts.jsonl"
        with open(workload, "w", encoding="utf-8") as out:
            for i in range(prompts):
                out.write(json.dumps({"id": f"prompt-{i:05}", "domain": ("math", "code", "chat")[i % 3],
                                      "turns": [f"Tell me of the number {i}."]}) + "\n")
        for step in range(temperatures):
            subprocess.run([program, "run", "--engine", "null", "--workload", str(workload), "--drafters",
                            ",".join(chosen[:arms]), "--max-tokens", "48", "--null-step-us", "0", "--temperature",
                            f"{step / max(temperatures - 1, 1):.3g}", "--output", str(path), "--no-report", "--label",
                            "large"], check=True, capture_output=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.strip().rsplit("Usage: ", 1)[1])
    parser.add_argument("program")
    parser.add_argument("path")
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--arms", type=int, default=10)
    parser.add_argument("--temperatures", type=int, default=5)
    given = parser.parse_args()
    if pathlib.Path(given.path).exists():
        print(f"{given.path}: is there already", file=sys.stderr)
        return 2
    try:
        make(pathlib.Path(given.program).resolve(), pathlib.Path(given.path).resolve(), given.prompts, given.arms,
             given.temperatures)
    except (ValueError, subprocess.CalledProcessError) as error:
        print(getattr(error, "stderr", None) or error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
