#!/usr/bin/env python3
"""The A/A test of `dsbench gate` with the real engine: equal runs one after another, each judged against the one before.

  gate_aa.py --target FILE.gguf [--pairs 20] [--prompts 10] [--max-tokens 64] [--weights stored] [--folder build/gate-aa]

Writes NUMBER.db for each run and keeps those that are there already. Prints every verdict, the noise floor, and the
count of states; exit code 1 if more than one pair in twenty failed, 4 if none was decided. For a machine that does
nothing else.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOMAINS = ("math", "code", "chat")


def call(command, accepted=(0,)):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        sys.exit(f"gate_aa: {' '.join(command[:2])}: {(done.stderr.splitlines() or ['no output'])[-1]}")
    return done.stdout


def run(args, output):
    command = [args.dsbench, "run", "--target", args.target, "--weights", args.weights, "--workload",
               ",".join(str(ROOT / f"workloads/{domain}.jsonl") for domain in DOMAINS), "--limit", str(args.prompts),
               "--drafters", args.drafters, "--max-tokens", str(args.max_tokens), "--threads", str(args.threads), "--label",
               "A/A", "--output", str(output), "--no-report"]
    call([*command, "--resume"] if output.exists() else command)


def judge(args, baseline, candidate, verdict):
    call([args.dsbench, "gate", "--baseline", str(baseline), "--candidate", str(candidate), "--noise",
          str(args.folder / "00.db"), "--verdict", str(verdict), "--no-store"], accepted=(0, 1, 4))
    return json.loads(verdict.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", required=True)
    parser.add_argument("--dsbench", default=str(ROOT / "build/release/dsbench"))
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/gate-aa")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--prompts", type=int, default=10, help="of each domain")
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--weights", default="stored")
    parser.add_argument("--drafters", default="none,dspark:3")
    args = parser.parse_args()
    if args.pairs < 8:
        parser.error(f"--pairs: found {args.pairs}, expected 8 or more: fewer say nothing about noise")
    args.folder.mkdir(parents=True, exist_ok=True)
    files = [args.folder / f"{number:02}.db" for number in range(args.pairs + 1)]
    for file in files:
        run(args, file)
        print(f"{file.name} of {files[-1].name}", flush=True)
    print(call([args.dsbench, "gate", "--record-noise", ",".join(map(str, files))]))
    states = collections.Counter()
    for number, (baseline, candidate) in enumerate(zip(files, files[1:]), 1):
        verdict = judge(args, baseline, candidate, args.folder / f"verdict-{number:02}.json")
        states[verdict["state"]] += 1
        losses = ", ".join(f"{test['arm']} {test['metric']} {test['loss'] * 100:+.1f} % {test['state']}"
                           for test in verdict["tests"] if test["loss"])
        print(f"{number:2} {verdict['state']:13} {losses}", flush=True)
    print(f"{args.pairs} equal pairs: {states['pass']} pass, {states['inconclusive']} inconclusive, {states['fail']} fail")
    if 20 * states["fail"] > args.pairs:
        return 1
    return 0 if states["pass"] + states["fail"] > 0 else 4


if __name__ == "__main__":
    sys.exit(main())
