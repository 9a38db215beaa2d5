"""Held-out curves of several runs side by side, in Markdown: at equal operations and at equal anchors.

  curves.py RUN RUN...

Each cell is the teacher-forced accepted length at temperature 0 / 1 (held_out.py) at the run's evaluation nearest to the
row's budget. At equal anchors the runs stand at different points of their learning rate's schedule: a run that spends more
operations an anchor is nearer to its end, which favours it.
"""

import argparse
import pathlib

from run_log import evaluations, nearest, table

SHARES = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)


def cell(curve, key, value):
    """Empty where the run has no evaluation within a tenth of `value`."""
    line = nearest(curve, key, value)
    return f"{line['length_t0']:.2f} / {line['length_t1']:.2f}" if abs(line[key] - value) <= 0.1 * value else ""


def at_equal(curves, key, title, form):
    most = min(curve[-1][key] for curve in curves.values())
    rows = [[form.format(share * most), *(cell(curve, key, share * most) for curve in curves.values())] for share in SHARES]
    print(table([title, *curves], rows))


def positions(curves):
    block = max(len(curve[-1]["accept_t0"]) for curve in curves.values())
    rows = []
    for name, curve in curves.items():
        for temperature in ("t0", "t1"):
            values = curve[-1][f"accept_{temperature}"]
            rows.append([f"{name}, temperature {temperature[1]}", *(f"{value:.2f}" for value in values), *[""] * (block - len(values))])
    print(table(["last evaluation", *range(1, block + 1)], rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    curves = {run.name: evaluations(run) for run in args.runs}
    at_equal(curves, "flops", "operations", "{:.2e}")
    at_equal(curves, "anchors", "anchors", "{:,.0f}")
    positions(curves)


if __name__ == "__main__":
    main()
