"""Makes the training prompts: Magpie stems and complete templated prompts, of this project's own writing, and real ones
(conversations.py) beside them.

  prompts.py stems  --output stems.jsonl --count 9000          raw prefixes for `dsbench sample --raw`
  prompts.py merge  --stems stems.jsonl --answers DIR/answers.jsonl --real real.jsonl --output prompts.jsonl

Magpie (arXiv 2406.08464): the target itself continues the chat template's user turn, so its answers are
asked about texts it finds natural. `merge` mixes these texts with templated prompts, draws each line's
temperature and length limit, and drops what overlaps a benchmark (see overlap.py).
"""

import argparse
import json
import pathlib
import random

from files import refuse_inputs, replace_file
from overlap import Overlap
from templates import Templates

USER_TURN = ("<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
             "<|im_end|>\n<|im_start|>user\n")
DOMAINS = {"math": 0.29, "code": 0.29, "chat": 0.29, "free": 0.13}
TEMPERATURES = [0.0, 0.5, 0.7, 0.85, 1.0, 1.0]
LONG_SHARE, LONG_TOKENS, USUAL_TOKENS = 0.15, 384, 160
STOP_TEXT = "<|im_end|>"


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def draw_limits(rng):
    """One answer's temperature and length limit."""
    is_long = rng.random() < LONG_SHARE
    return {"temperature": rng.choice(TEMPERATURES), "max_tokens": LONG_TOKENS if is_long else USUAL_TOKENS}


def draw_domain(rng, domains):
    names = list(domains)
    return rng.choices(names, [domains[name] for name in names])[0]


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    replace_file(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    print(f"{path}: {len(rows)} lines")


def make_stems(args):
    rng, templates = random.Random(args.seed), Templates()
    rows = []
    for number in range(args.count):
        domain = draw_domain(rng, DOMAINS)
        stem = templates.stem(domain, rng)
        rows.append({"id": f"stem-{number:06d}", "domain": domain, "text": USER_TURN + stem,
                     "temperature": 1.0, "top_p": 0.9, "max_tokens": 48})
    write_lines(args.output, rows)


def finished_text(text, end):
    """A sampled user text, cut back to its last whole sentence if the length limit ended it."""
    text = text.replace(STOP_TEXT, "").strip()
    if end == "length":
        cut = max(text.rfind(mark) for mark in (". ", "? ", "! ", ".\n", "?\n", ":\n"))
        if cut > 20:
            text = text[:cut + 1]
    return text


def magpie_texts(stems_path, answers_path):
    """(domain, user text) of each usable continuation. Special tokens in a text make it unusable."""
    stems = {row["id"]: row for row in map(json.loads, open(stems_path, encoding="utf-8"))}
    for answer in map(json.loads, open(answers_path, encoding="utf-8")):
        stem = stems[answer["id"]]
        text = finished_text(stem["text"].removeprefix(USER_TURN) + answer["text"],
                             answer["end"])
        if len(text) >= 8 and "<|" not in text and "\ufffd" not in text:
            yield stem["domain"], text


def merge_prompts(args):
    refuse_inputs(args.output, [args.stems, args.answers, args.real, *args.forbid])
    rng, templates = random.Random(args.seed + 1), Templates()
    texts = list(magpie_texts(args.stems, args.answers))
    num_magpie = len(texts)
    complete = {name: share for name, share in DOMAINS.items() if name != "free"}
    for _ in range(args.templated):
        domain = draw_domain(rng, complete)
        texts.append((domain, templates.prompt(domain, rng)))
    rng.shuffle(texts)
    overlap, seen, rows, dropped = Overlap(args.forbid), set(), [], 0
    for domain, text in texts:
        if text in seen:
            continue
        seen.add(text)
        if overlap.touches(text):
            dropped += 1
            continue
        rows.append({"id": f"{domain}-{len(rows):06d}", "domain": domain, "turns": [text], **draw_limits(rng)})
    num_real = 0
    for row in read_lines(args.real) if args.real else []:
        if overlap.touches(row["turns"][0]):
            raise SystemExit(f"{args.real}: {row['id']} overlaps a benchmark: name the same --forbid files to conversations.py")
        num_real += 1
        # Several answers to one prompt: what stands behind the point is no part of the prompt's name (prepare.py).
        rows += [{**row, "id": f"{row['id']}.{number}", **draw_limits(rng)} for number in range(args.answers_per_real)]
    rng.shuffle(rows)
    print(f"{num_magpie} sampled and {args.templated} templated texts, {dropped} dropped: they overlap "
          f"one of {overlap.num_texts} benchmark texts; {num_real} real texts, {args.answers_per_real} answers each")
    write_lines(args.output, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    stems = commands.add_parser("stems")
    stems.add_argument("--count", type=int, default=9000)
    stems.set_defaults(run=make_stems)
    merge = commands.add_parser("merge")
    merge.add_argument("--stems", type=pathlib.Path, required=True)
    merge.add_argument("--answers", type=pathlib.Path, required=True,
                       help="the answers.jsonl that `dsbench sample --raw` made from the stems")
    merge.add_argument("--templated", type=int, default=6000)
    merge.add_argument("--real", type=pathlib.Path, help="what conversations.py wrote")
    merge.add_argument("--answers-per-real", type=int, default=3)
    merge.add_argument("--forbid", type=pathlib.Path, nargs="*",
                       default=sorted(pathlib.Path(__file__).parent.parent.glob("workloads/*.jsonl")),
                       help="JSON-lines files whose texts must not appear (the workloads)")
    merge.set_defaults(run=merge_prompts)
    for command in (stems, merge):
        command.add_argument("--output", type=pathlib.Path, required=True)
        command.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
