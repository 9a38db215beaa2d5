"""From sampled answers and features to what training reads: split, draft vocabulary, target laws.

  prepare.py --samples DIR... --target FILE.gguf --output PREPARED [--threads 2] [--device cpu]

Several sample folders (of parallel `dsbench sample` processes) become one data set.

The law of an answer row is softmax(embedding . last hidden) over the whole vocabulary. Its K likeliest
draft tokens are kept with their probabilities: products of the faster type (precision.py) pick the candidates, then
logits of the candidates are computed again in float32. A stopped run goes on where it was.
"""

import argparse
import hashlib
import json
import pathlib

import numpy as np
import torch

from dataset import map_features
from files import refuse_inputs
from gguf_reader import GgufFile
from precision import product_type, resolve, set_product_type

CHUNK = 96


def is_held_out(name, share):
    """By prompt: several answers to one prompt, NAME.0, NAME.1, ..., are on one side."""
    name = name.split(".")[0]
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32 < share


def read_answers(samples, raw, excluded):
    """Answers of at least two tokens of all folders, each with its folder's number, in the order of their
    feature rows, without those whose id is excluded. The last line of a file and its features may still be
    missing."""
    answers = []
    for number, folder in enumerate(samples):
        lines = []
        for line in open(folder / "answers.jsonl", encoding="utf-8"):
            if line.endswith("\n"):
                lines.append({**json.loads(line), "folder": number})
        found = [a for a in lines if a["id"] not in excluded and len(a["ids"]) - a["prompt_tokens"] >= 2
                 and a["first_row"] + len(a["ids"]) - 1 <= len(raw[number])]
        if len(found) < len(lines):
            print(f"{folder}: {len(lines) - len(found)} of {len(lines)} answers left out: excluded, shorter than two "
                  "tokens, or without their features")
        answers += sorted(found, key=lambda answer: answer["first_row"])
    return answers


def sampled_facts(samples):
    """The folders' common meta.json values and the paths of their features."""
    facts = [json.loads((folder / "meta.json").read_text()) for folder in samples]
    for folder, fact in zip(samples, facts):
        for key in ("layers", "hidden", "target_sha256", "weights"):
            if fact[key] != facts[0][key]:
                raise SystemExit(f"{folder}/meta.json: {key} is {fact[key]}, expected {facts[0][key]}")
        if fact["layers"][-1] != "final_norm":
            raise SystemExit(f"{folder}/meta.json: layers end in {fact['layers'][-1]}, expected final_norm")
    return facts[0], [(folder / "features.bf16").resolve() for folder in samples]


def check_output(output, samples):
    """The folder is made, or holds what an earlier call wrote: sample folders have a meta.json too."""
    refuse_inputs(output, samples)
    meta = output / "meta.json"
    if meta.exists() and "law_rows" not in json.loads(meta.read_text()):
        raise SystemExit(f"{meta}: is not of prepare.py, expected another --output")
    output.mkdir(parents=True, exist_ok=True)


def identity(answers, held_out, chosen, top, target_sha256):
    """Of everything that laws depend on: those of a stopped run are gone on with if it is the same."""
    hashed = hashlib.sha256(json.dumps([top, target_sha256]).encode())
    for answer, is_held in zip(answers, held_out):
        facts = [answer["id"], answer["folder"], answer["first_row"], answer["prompt_tokens"], answer["temperature"],
                 bool(is_held), answer["ids"]]
        hashed.update(json.dumps(facts).encode())
    hashed.update(np.asarray(chosen, np.int64).tobytes())
    return hashed.hexdigest()


def sequences_done(folder, same):
    """How many sequences have their laws from a stopped run of the same identity."""
    path = folder / "laws_done.json"
    if not path.exists():
        return 0
    done = json.loads(path.read_text())
    if done.get("identity") != same:
        raise SystemExit(f"{path}: laws of other samples, --top, vocabulary, held-out share or target; "
                         "remove the folder or name another --output")
    return done["sequences"]


def write_sequences(answers, held_out, path):
    lengths = np.array([len(answer["ids"]) for answer in answers])
    prompt = np.array([answer["prompt_tokens"] for answer in answers])
    laws = lengths - 1 - prompt
    np.savez(path, ids=np.concatenate([answer["ids"] for answer in answers]).astype(np.int32),
             start=np.concatenate([[0], np.cumsum(lengths)]), prompt=prompt,
             folder=np.array([answer["folder"] for answer in answers]),
             first_row=np.array([answer["first_row"] for answer in answers]),
             law_base=np.concatenate([[0], np.cumsum(laws)[:-1]]),
             temperature=np.array([answer["temperature"] for answer in answers]),
             real=np.array([answer["id"].startswith("real-") for answer in answers]),  # conversations.py
             held_out=held_out)
    return int(laws.sum())


def draft_vocabulary(answers, held_out, vocabulary, size):
    """The `size` tokens most frequent in training answers, ties and unseen ones by id; ascending."""
    count = np.zeros(vocabulary, np.int64)
    held = np.zeros(vocabulary, np.int64)
    for answer, is_held in zip(answers, held_out):
        np.add.at(held if is_held else count, answer["ids"][answer["prompt_tokens"]:], 1)
    chosen = np.sort(np.argsort(-count, kind="stable")[:size])
    return chosen, int(count.sum()), float(held[chosen].sum() / max(1, held.sum()))


def feature_rms(raw, answers):
    """Root mean square of each slot over some answers' rows; row 0, the attention sink, left out."""
    squares, rows = 0, 0
    for answer in answers[::max(1, len(answers) // 200)]:
        first = answer["first_row"]
        part = torch.from_numpy(np.array(raw[answer["folder"]][first + 1:first + len(answer["ids"]) - 1]))
        squares = squares + part.view(torch.bfloat16).float().square().mean(-1).sum(0)
        rows += part.shape[0]
    return (squares / rows).sqrt().tolist()


class Laws:
    def __init__(self, embedding, chosen, top, device):
        rest = np.setdiff1d(np.arange(embedding.shape[0]), chosen)
        self.exact = embedding[torch.from_numpy(chosen)].to(device)
        self.draft = self.exact.to(product_type())
        self.rest = embedding[torch.from_numpy(rest)].to(product_type()).to(device)
        self.top = top

    def __call__(self, hidden):
        """hidden [R, H] of product type -> (ids [R, K], probabilities [R, K])."""
        draft = (hidden @ self.draft.t()).float()
        rest = (hidden @ self.rest.t()).float()
        near, ids = draft.topk(self.top, dim=-1)
        exact = (self.exact[ids] @ hidden.float().unsqueeze(-1)).squeeze(-1)
        high = exact.max(-1, keepdim=True).values
        mass = (draft - high).exp().sum(-1) - (near - high).exp().sum(-1)
        mass = mass.clamp(min=0) + (rest - high).exp().sum(-1) + (exact - high).exp().sum(-1)
        return ids, (exact - high).exp() / mass.unsqueeze(-1)


def write_laws(answers, raw, laws, folder, num_rows, top, device, same):
    done_path, done = folder / "laws_done.json", sequences_done(folder, same)
    mode = "r+" if done else "w+"
    top_ids = np.memmap(folder / "top_ids.u16", dtype=np.uint16, mode=mode, shape=(num_rows, top))
    top_probs = np.memmap(folder / "top_probs.f16", dtype=np.float16, mode=mode, shape=(num_rows, top))
    base = sum(len(a["ids"]) - 1 - a["prompt_tokens"] for a in answers[:done])
    pending, size, mass, written = [], 0, 0.0, 0
    for number in range(done, len(answers)):
        answer = answers[number]
        first = answer["first_row"] + answer["prompt_tokens"]
        last = answer["first_row"] + len(answer["ids"]) - 1
        pending.append(np.array(raw[answer["folder"]][first:last, -1]))
        size += len(pending[-1])
        if size < CHUNK and number + 1 < len(answers):
            continue
        hidden = torch.from_numpy(np.concatenate(pending)).view(torch.bfloat16).to(device, product_type())
        ids, probs = laws(hidden)
        top_ids[base:base + size], top_probs[base:base + size] = ids.cpu().numpy(), probs.cpu().numpy()
        base, written, mass = base + size, written + size, mass + float(probs.sum())
        pending, size = [], 0
        if number % 50 == 0 or number + 1 == len(answers):
            top_ids.flush(), top_probs.flush()
            done_path.write_text(json.dumps({"sequences": number + 1, "identity": same}))
            print(f"laws of {number + 1} of {len(answers)} sequences, kept mass {mass / written:.4f}",
                  flush=True)
    return mass / max(1, written)


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--target", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--exclude", type=pathlib.Path, help="file with ids of answers to leave out, one a line")
    parser.add_argument("--draft-vocabulary", type=int, default=16384)
    parser.add_argument("--held-out", type=float, default=0.025, help="share of the prompts")
    parser.add_argument("--top", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    set_product_type(resolve("auto", args.device)[0])
    check_output(args.output, args.samples)
    sampled, paths = sampled_facts(args.samples)
    raw = [map_features(path, len(sampled["layers"]), sampled["hidden"]) for path in paths]
    target = GgufFile(args.target)
    embedding = target.tensor("token_embd.weight")
    excluded = set(args.exclude.read_text().split()) if args.exclude else set()
    answers = read_answers(args.samples, raw, excluded)
    held_out = np.array([is_held_out(answer["id"], args.held_out) for answer in answers])
    chosen, num_counted, coverage = draft_vocabulary(answers, held_out, len(embedding),
                                                     args.draft_vocabulary)
    same = identity(answers, held_out, chosen, args.top, target.sha256())
    sequences_done(args.output, same)  # before anything of it is replaced
    num_rows = write_sequences(answers, held_out, args.output / "sequences.npz")
    np.save(args.output / "vocabulary.npy", chosen)
    rms = feature_rms(raw, answers)
    laws = Laws(embedding, chosen, args.top, args.device)
    mass = write_laws(answers, raw, laws, args.output, num_rows, args.top, args.device, same)
    meta = {"features": [str(path) for path in paths], "hidden": sampled["hidden"], "layers": [int(layer) for layer in sampled["layers"][:-1]],
            "feature_rms": rms, "top": args.top, "law_rows": num_rows, "kept_mass": mass,
            "sequences": len(answers), "training_answer_tokens": num_counted,
            "draft_vocabulary": args.draft_vocabulary, "held_out_coverage": coverage,
            "target": {"name": args.target.name, "sha256": target.sha256()}}
    (args.output / "meta.json").write_text(json.dumps(meta, indent=1))
    print(json.dumps(meta))


if __name__ == "__main__":
    main()
