#!/usr/bin/env python3
"""What the shipped drafters produce, as hashes: token ids and every round's counts on the shipped workloads.

  result_hashes.py --target FILE.gguf [--program build/release/dsbench] [--isa avx2,portable] [--write]

Runs all drafters in models/ as tests/golden/results/hashes.json says, greedy and sampled, on each instruction set that
this machine has, and compares with the hashes there. Exit 1 and a line for each arm that differs; instruction sets
without a hash are named. --write notes the hashes of those that have none.
"""
import argparse
import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HASHES = ROOT / "tests/golden/results/hashes.json"
ISAS = ("avx512amx", "avx512bf16", "avx512vnni", "avx512", "avx2", "portable")
ROUNDS = "SELECT position, proposed, verified, accepted, committed, cut FROM round WHERE request_id = ? ORDER BY idx"


def arms_of(database):
    """Arm -> hash of its answers and rounds, and its accepted length, from one results file."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        arms = {}
        for run, drafter in connection.execute("SELECT id, drafter FROM run ORDER BY id").fetchall():
            digest, committed, rounds = hashlib.sha256(), 0, 0
            for request, key, repeat, ids in connection.execute(
                    "SELECT r.id, p.item_key, r.repeat, r.output_ids FROM request AS r JOIN prompt AS p ON p.id = r.prompt_id "
                    "WHERE r.run_id = ? AND r.phase = 'measured' ORDER BY p.item_key, r.repeat", (run,)).fetchall():
                counts = connection.execute(ROUNDS, (request,)).fetchall()
                digest.update(f"{key} {repeat} {counts}\n".encode() + ids)
                committed += sum(row[4] for row in counts)
                rounds += len(counts)
            arms[drafter] = {"sha256": digest.hexdigest(), "committed": committed, "rounds": rounds}
        return arms


def measure(args, case, isa, folder):
    """The arms of one case, or None where this machine has no such instruction set."""
    database = pathlib.Path(folder) / "results.db"
    database.unlink(missing_ok=True)
    command = [args.program, "run", "--target", args.target, "--drafters", "all", "--no-report", "--warmup", "0", "--output",
               str(database), *(f"--{key}={value}" for key, value in case["options"].items())]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "DSBENCH_ISA": isa})
    if done.returncode and "DSBENCH_ISA" in done.stderr:
        return None
    if done.returncode:
        sys.exit(f"result_hashes.py: {' '.join(command)}: {done.stderr.strip()}")
    return arms_of(database)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", required=True)
    parser.add_argument("--program", default=str(ROOT / "build/release/dsbench"))
    parser.add_argument("--isa", default=",".join(ISAS), help="comma list")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    cases = json.loads(HASHES.read_text())
    num_compared = num_wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            for isa in args.isa.split(","):
                expected = case["arms"].get(isa)
                if expected is None and (not args.write or isa not in case.get("isa", ISAS)):
                    continue
                found = measure(args, case, isa, folder)
                if found is None:
                    print(f"{case['name']}, {isa}: not on this machine")
                    continue
                if expected is None:
                    case["arms"][isa] = found
                    HASHES.write_text(json.dumps(cases, indent=1) + "\n")
                    continue
                for arm, values in expected.items():
                    num_compared += 1
                    if found.get(arm) != values:
                        num_wrong += 1
                        print(f"{case['name']}, {isa}, {arm}: expected {values}, found {found.get(arm)}", file=sys.stderr)
                print(f"{case['name']}, {isa}: {len(expected)} arms compared", flush=True)
    print(f"{num_compared} arms compared, {num_wrong} differ")
    sys.exit(1 if num_wrong or (not num_compared and not args.write) else 0)


if __name__ == "__main__":
    main()
