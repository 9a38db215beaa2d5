#!/usr/bin/env python3
"""The comparison of all drafters in models/: accepted length at a common draft length, and speed with each drafter's
own best draft length and policy, chosen on other prompts than the ones that are measured.

  compare_drafters.py --target FILE.gguf [--folder build/comparison] [--prompts 44] [--tuning 20] [--max-tokens 96]
                      [--steps lengths,tuning,speed]

Writes into the folder, and prints what it runs:
  lengths.db        every drafter at draft length 7 (MTP-1 also at 1), greedy and at temperature 1; `report --paper` shows it
  tuning-WEIGHTS.db every drafter at lengths 1 to 7 and with thresholds, on the last prompts of each domain
  speed-WEIGHTS.db  plain decoding and each drafter's best arm, on the first prompts; MTP-1 also at 1, as in production;
                    speed-WEIGHTS-table.md: length factor, step-time factor and DSpark's ratio, each with its interval
Stopped and started again with the same options it goes on where it was. The lengths do not depend on what else the
machine does; the other steps are times.
"""

import argparse
import pathlib
import subprocess
import sys

from speed_table import DSBENCH, report_sets, said, speed_table

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOMAINS = ("math", "code", "chat")
LENGTHS = (1, 2, 3, 4, 5, 7)
THRESHOLDS = (0.3, 0.5, 0.7)


def split_workloads(folder, num_prompts, num_tuning):
    """The first prompts of each domain for measuring, the last ones for choosing."""
    files = {}
    for part in ("measure", "choose"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        files[part] = []
    for domain in DOMAINS:
        lines = (ROOT / f"workloads/{domain}.jsonl").read_text().splitlines(keepends=True)
        if num_prompts + num_tuning > len(lines):
            print(f"compare_drafters.py: {domain}.jsonl has {len(lines)} prompts, fewer than {num_prompts} + {num_tuning}",
                  file=sys.stderr)
            sys.exit(2)
        for part, chosen in (("measure", lines[:num_prompts]), ("choose", lines[-num_tuning:])):
            path = folder / part / f"{domain}.jsonl"
            path.write_text("".join(chosen))
            files[part].append(str(path))
    return files


def run(args, output, workloads, arms, weights, temperature):
    command = [str(DSBENCH), "run", "--target", args.target, "--weights", weights, "--workload", ",".join(workloads),
               "--drafters", ",".join(arms), "--temperature", str(temperature), "--max-tokens", str(args.max_tokens),
               "--threads", str(args.threads), "--label", f"{weights}, temperature {temperature}", "--output",
               str(output), "--no-report"]
    print("$", *command, flush=True)
    # A finished or half-finished run of this very configuration is continued; the first has none to continue.
    resumed = subprocess.run([*command, "--resume"]) if output.exists() else None
    done = subprocess.run(command) if resumed is None or resumed.returncode == 2 else resumed
    if done.returncode:  # it said why
        sys.exit(done.returncode)


def arm_name(arm):
    """As --drafters takes it."""
    run_of = arm["run"]
    if run_of["policy"] == "threshold":
        return f"{run_of['drafter']}:{run_of['draft_length']}:threshold={run_of['config']['threshold']}"
    return f"{run_of['drafter']}:{run_of['draft_length']}"


def best_arms(database, weights):
    """The fastest arm of each drafter in a tuning file: {drafter: arm}. Speed: what a user sees while decoding."""
    best = {}
    for group in report_sets(database):
        for arm in group["arms"]:
            if arm["run"]["config"]["weights"] != weights or arm["run"]["drafter"] == "none":
                continue
            speed = next(m["value"] for m in arm["metrics"] if m["metric"] == "user_decode_tokens_per_s" and m["scope"] == "all")
            if arm["run"]["state"] != "complete" or speed is None:
                sys.exit(f"compare_drafters.py: {database}: run {arm['run']['id']} ({arm['name']}) is {arm['run']['state']}: "
                         f"{'no speed' if speed is None else 'its speed is of a part of the prompts'}")
            drafter = arm["run"]["drafter"]
            if drafter not in best or speed > best[drafter][0]:
                best[drafter] = (speed, arm_name(arm))
    return {drafter: arm for drafter, (_, arm) in best.items()}


def write_report(database, *options):
    """NAME.md and NAME.json beside NAME.db; the first is printed too."""
    for form, suffix in (("markdown", ".md"), ("json", ".json")):
        text = said("report", database, *options, "--format", form)
        database.with_suffix(suffix).write_text(text)
        if form == "markdown":
            print(text)


def tuning_arms(drafters):
    arms = []
    for drafter in drafters:
        arms += [f"{drafter}:{length}" for length in LENGTHS]
        if drafter == "dspark":
            arms += [f"{drafter}:7:threshold={threshold}" for threshold in THRESHOLDS]
    return arms


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", required=True, help="GGUF file")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/comparison")
    parser.add_argument("--prompts", type=int, default=44, help="of each domain, measured")
    parser.add_argument("--tuning", type=int, default=20, help="of each domain, for choosing")
    parser.add_argument("--max-tokens", type=int, default=96)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", default="lengths,tuning,speed", help="comma list; speed needs tuning's file")
    args = parser.parse_args()
    if min(args.prompts, args.tuning) < 1:
        parser.error("--prompts and --tuning: expected 1 or more")
    if not DSBENCH.exists():
        print(f"compare_drafters.py: no program {DSBENCH}; build it: bash ci/build.sh", file=sys.stderr)
        sys.exit(3)
    steps = args.steps.split(",")
    for step in steps:
        if step not in ("lengths", "tuning", "speed"):
            parser.error(f"--steps: found '{step}', expected lengths, tuning or speed")
    if not DSBENCH.exists():
        print(f"compare_drafters.py: no program at {DSBENCH}; build it with: bash ci/build.sh", file=sys.stderr)
        sys.exit(3)
    for option, value in (("prompts", args.prompts), ("tuning", args.tuning)):
        if value < 1:
            parser.error(f"--{option}: found {value}, expected 1 or more")
    shipped = [path.parent.name for path in (ROOT / "models").glob("*/config.json")]
    drafters = sorted(shipped, key=lambda name: (name != "dspark", name))
    files = split_workloads(args.folder, args.prompts, args.tuning)
    if "lengths" in steps:
        arms = ["none", *(f"{drafter}:7" for drafter in drafters), *(["mtp1:1"] if "mtp1" in drafters else [])]
        for temperature in (0, 1):
            run(args, args.folder / "lengths.db", files["measure"], arms, "bf16", temperature)
        write_report(args.folder / "lengths.db", "--paper")
    if "tuning" in steps:
        for weights in ("bf16", "stored"):
            run(args, args.folder / f"tuning-{weights}.db", files["choose"], ["none", *tuning_arms(drafters)], weights, 0)
    if "speed" in steps:
        for weights in ("bf16", "stored"):
            arms = list(best_arms(args.folder / f"tuning-{weights}.db", weights).values())
            print(f"{weights}: best arms {' '.join(arms)}", flush=True)
            if "mtp1" in drafters and "mtp1:1" not in arms:
                arms.append("mtp1:1")
            for temperature in (0, 1):
                run(args, args.folder / f"speed-{weights}.db", files["measure"], ["none", *arms], weights, temperature)
            write_report(args.folder / f"speed-{weights}.db")
            table = speed_table(args.folder / f"speed-{weights}.db")
            (args.folder / f"speed-{weights}-table.md").write_text(table)
            print(table)


if __name__ == "__main__":
    main()
