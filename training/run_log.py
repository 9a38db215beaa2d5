"""A run's log.jsonl as card.py and curves.py read it, and the Markdown table that both write."""

import json


def read_log(run):
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def evaluations(run):
    """The held-out lines, in order; at least one."""
    found = [line for line in read_log(run) if line["event"] == "held_out"]
    if not found:
        raise SystemExit(f"{run}/log.jsonl: no held_out line yet")
    return found


def nearest(curve, key, value):
    return min(curve, key=lambda entry: abs(entry[key] - value))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"
