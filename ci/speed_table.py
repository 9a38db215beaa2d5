#!/usr/bin/env python3
"""Prints, as Markdown, what a results file of several drafters says of speed: each arm against plain decoding at its
temperature, and DSpark against each arm, paired by prompt, all with 95 % intervals.

  ci/speed_table.py FILE.db
"""

import argparse
import json
import pathlib
import subprocess
import sys

DSBENCH = pathlib.Path(__file__).resolve().parent.parent / "build/release/dsbench"


def said(*arguments):
    """What the program prints. Where it fails it has said why: this ends with its exit code."""
    if not DSBENCH.exists():
        print(f"{pathlib.Path(sys.argv[0]).name}: no program at {DSBENCH}; build it with: bash ci/build.sh",
              file=sys.stderr)
        sys.exit(3)
    done = subprocess.run([str(DSBENCH), *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def report_sets(database):
    """The sets of a results file's report. Few resamples: for figures whose intervals are not used."""
    return json.loads(said("report", database, "--format", "json", "--resamples", 200))["sets"]


def compared(database, baseline, candidate):
    """What `compare` says of two runs of a file over all prompts, and the candidate's arm. Ends if they do not compare."""
    pair = json.loads(said("compare", database, "--baseline", baseline, "--candidate", candidate, "--format",
                           "json"))["pairs"][0]
    scope = next(scope for scope in pair["scopes"] if scope["scope"] == "all")
    if not scope["comparable"]:
        sys.exit(f"speed_table.py: {database}: runs {baseline} and {candidate}: {scope['pairs']} requests are in both, "
                 f"{scope['only_baseline']} and {scope['only_candidate']} in one: not comparable")
    return pair["candidate"], scope


def cell(ratio):
    if ratio["value"] is None:
        return "n/a"
    if ratio["lo"] is None:
        return f"{ratio['value']:.3f} ({ratio['note']})"
    return f"{ratio['value']:.3f} [{ratio['lo']:.3f}, {ratio['hi']:.3f}]"


def speed_table(database):
    """Markdown: every arm against plain decoding, and DSpark against it, at each temperature."""
    lines = ["| temperature | arm | user tokens/s | speed-up | = length factor | x step-time factor | DSpark / it, tokens/s |",
             "| ---: | :--- | ---: | ---: | ---: | ---: | ---: |"]
    for group in report_sets(database):
        runs = [arm["run"] for arm in group["arms"]]
        unfinished = [f"{run_of['id']} ({run_of['state']})" for run_of in runs if run_of["state"] != "complete"]
        if unfinished:
            sys.exit(f"speed_table.py: {database}: runs are not complete: {', '.join(unfinished)}")
        plain = next(run_of["id"] for run_of in runs if run_of["drafter"] == "none")
        dspark = next((run_of["id"] for run_of in runs if run_of["drafter"] == "dspark"), None)
        for run_of in runs:
            if run_of["drafter"] == "none":
                continue
            arm, scope = compared(database, plain, run_of["id"])
            speed = next(metric for metric in scope["metrics"] if metric["metric"] == "user_decode_tokens_per_s")
            beside = "" if dspark in (None, run_of["id"]) else cell(compared(database, run_of["id"], dspark)[1]["speedup"])
            lines.append(f"| {run_of['temperature']:g} | {arm} | {speed['candidate']:.1f} (plain {speed['baseline']:.1f}) | "
                         f"{cell(scope['speedup'])} | {cell(scope['accepted_length_factor'])} | "
                         f"{cell(scope['step_time_factor'])} | {beside} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="results file of dsbench run")
    print(speed_table(parser.parse_args().file), end="")
