"""Short trainings that each change one thing of the recipe, all at the same operations, and what each changed.

  probes.py --data PREPARED --target FILE.gguf --output FOLDER --budget 5e13 --seeds 1,2

Every probe of probes.json for every drafter that it can apply to and every seed, one thread each, --jobs at a time. Stopped and
started again with the same words it goes on where it was. --table prints what is there, in Markdown: the teacher-forced
accepted length on held-out real prompts at temperature 1 and 0, means over seeds, and its difference to the recipe's
with the seeds' standard error: what differs by less than that is noise between trainings.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

from run_log import read_log, table
from settings import RECIPE

HERE = pathlib.Path(__file__).parent
DRAFTERS = list(json.loads(RECIPE.read_text())["drafters"])


def whole_numbers(text):
    return [int(part) for part in text.split(",")]


def drafters(text):
    kinds = text.split(",")
    for kind in kinds:
        if kind not in DRAFTERS:
            raise argparse.ArgumentTypeError(f"{kind}: expected some of {', '.join(DRAFTERS)}")
    return kinds


def run_folder(args, probe, kind, seed):
    return args.output / f"{kind}-{probe['name'].replace(' ', '-')}-{seed}"


def all_runs(args, probes):
    """Seed by seed, so that a table of one seed is whole early."""
    return [(probe, kind, seed) for seed in args.seeds for probe in probes for kind in args.drafters
            if kind in probe.get("drafters", DRAFTERS)]


def start(args, probe, kind, seed):
    folder = run_folder(args, probe, kind, seed)
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, HERE / "train.py", kind, "--data", args.data, "--target", args.target, "--run", folder,
             "--budget-flops", str(args.budget), "--seed", str(seed), "--set", f'product_type="{args.product_type}"', *probe["set"]]
    with open(folder / "output.txt", "a", encoding="utf-8") as out:
        return subprocess.Popen([str(word) for word in words], stdout=out, stderr=subprocess.STDOUT)


def train(args, probes):
    waiting, running = all_runs(args, probes), {}
    try:
        while waiting or running:
            while waiting and len(running) < args.jobs:
                run = waiting.pop(0)
                running[start(args, *run)] = run_folder(args, *run)
            for process in [process for process in running if process.poll() is not None]:
                folder = running.pop(process)
                if process.returncode != 0:
                    raise SystemExit(f"{folder} ended with {process.returncode}, see its output.txt")
                print(f"{folder.name} done, {len(waiting)} waiting", flush=True)
            time.sleep(0.5)
    finally:
        for process in running:
            process.terminate()  # each ends after its step, with a checkpoint
        for process in running:
            process.wait()


def lengths(args, probe, kind, key):
    """By seed, of the runs that have spent the budget."""
    found = {}
    for seed in args.seeds:
        folder = run_folder(args, probe, kind, seed)
        lines = read_log(folder) if (folder / "log.jsonl").exists() else []
        last = next((line for line in reversed(lines) if line["event"] == "held_out"), None)
        if last is not None and last["flops"] >= args.budget:
            found[seed] = last.get("real", last)[key]
    return found


def cell(args, probe, base, kind):
    texts = []
    for key in ("length_t1", "length_t0"):
        own, recipe = lengths(args, probe, kind, key), lengths(args, base, kind, key)
        both = sorted(own.keys() & recipe.keys())
        if not own:
            return ""
        text = f"{statistics.mean(own.values()):.3f}"
        if both and probe is not base:
            gains = [own[seed] - recipe[seed] for seed in both]
            text += f" ({statistics.mean(gains):+.3f}"
            text += f" ± {statistics.stdev(gains) / len(gains) ** 0.5:.3f})" if len(gains) > 1 else ")"
        texts.append(text)
    return " / ".join(texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--target", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--probes", type=pathlib.Path, default=HERE / "probes.json")
    parser.add_argument("--budget", type=float, default=5e13, help="operations a probe")
    parser.add_argument("--seeds", type=whole_numbers, default=[1, 2])
    parser.add_argument("--drafters", type=drafters, default=DRAFTERS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--product-type", default="bfloat16", choices=["bfloat16", "float32"], help="as precision.py says")
    parser.add_argument("--table", action="store_true", help="only print what is there")
    args = parser.parse_args()
    probes = json.loads(args.probes.read_text())
    if not args.table:
        if args.data is None or args.target is None:
            parser.error("--data and --target are missing")
        train(args, probes)
    rows = [[probe["name"], *(cell(args, probe, probes[0], kind) for kind in args.drafters)] for probe in probes]
    print(table(["probe, temperature 1 / 0", *args.drafters], rows))


if __name__ == "__main__":
    main()
