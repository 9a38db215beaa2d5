"""Held-out curves of several runs side by side, in Markdown: at equal operations and at equal anchors.

  curves.py RUN RUN...

Each cell is the teacher-forced accepted length at temperature 0 / 1 (held_out.py) at the run's evaluation nearest to the
row's budget. At equal anchors the runs stand at different points of their learning rate's schedule: a run that spends more
operations an anchor is nearer to its end, which favours it.
"""

import argparse
import json
import pathlib

SHARES = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)


def evaluations(run):
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    found = [line for line in lines if line["event"] == "held_out"]
    if not found:
        raise SystemExit(f"curves.py: {run}/log.jsonl has no held_out line yet")
    return found


def nearest(curve, key, value):
    """The evaluation nearest to `value`, or None where the run has none within a tenth of it."""
    line = min(curve, key=lambda entry: abs(entry[key] - value))
    return line if abs(line[key] - value) <= 0.1 * value else None


def cell(line):
    return "" if line is None else f"{line['length_t0']:.2f} / {line['length_t1']:.2f}"


def table(curves, key, title, form):
    most = min(curve[-1][key] for curve in curves.values())
    print(f"| {title} | " + " | ".join(curves) + " |\n" + "| --- " * (len(curves) + 1) + "|")
    for share in SHARES:
        cells = [cell(nearest(curve, key, share * most)) for curve in curves.values()]
        print(f"| {form.format(share * most)} | " + " | ".join(cells) + " |")
    print()


def positions(curves):
    block = max(len(curve[-1]["accept_t0"]) for curve in curves.values())
    print("| last evaluation | " + " | ".join(map(str, range(1, block + 1))) + " |\n" + "| --- " * (block + 1) + "|")
    for name, curve in curves.items():
        for temperature in ("t0", "t1"):
            values = curve[-1][f"accept_{temperature}"]
            cells = [f"{value:.2f}" for value in values] + [""] * (block - len(values))
            print(f"| {name}, temperature {temperature[1]} | " + " | ".join(cells) + " |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    curves = {run.name: evaluations(run) for run in args.runs}
    table(curves, "flops", "operations", "{:.2e}")
    table(curves, "anchors", "anchors", "{:,.0f}")
    positions(curves)


if __name__ == "__main__":
    main()
