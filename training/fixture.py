"""Writes what a drafter must compute, in float32 by this code: two prompts, a greedy block each, and the
target's own continuation. The program's tests compare its engines with it.

  fixture.py --drafter models/dspark --kind dspark --target FILE.gguf --prompts PROMPTS.json --output tests/golden/shipped

PROMPTS.json: a list of objects with context_ids, anchor, anchor_index. Written: OUTPUT/KIND.json, and
OUTPUT/KIND.safetensors with logits.N [tokens, columns] along the greedy block, at the JSON's draft indices `columns`.
"""

import argparse
import hashlib
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import layers
from dataset import Batch
from drafters import make_drafter
from gguf_reader import GgufFile
from precision import set_product_type

COLUMNS = 256


class Target:
    """A llama decoder in float32 over one sequence, without a cache."""

    def __init__(self, file):
        self.shape, self.embedding = file.shape(), file.tensor("token_embd.weight")
        self.norm = file.tensor("output_norm.weight")
        self.layers = [file.layer(index) for index in range(self.shape.layers)]
        self.rope = layers.Rope(self.shape)

    def _norm(self, x, weight):
        return F.rms_norm(x, (x.shape[-1],), weight, self.shape.norm_epsilon)

    def __call__(self, ids):
        """ids -> outputs of the embedding and of every layer [layers + 1, T, H], and the normed last."""
        shape, x = self.shape, self.embedding[ids]
        positions, outputs = torch.arange(len(ids)), [x]
        for layer in self.layers:
            normed = self._norm(x, layer["input_layernorm.weight"])
            heads = {}
            for name, count in (("q", shape.heads), ("k", shape.kv_heads), ("v", shape.kv_heads)):
                rows = normed @ layer[f"self_attn.{name}_proj.weight"].t()
                heads[name] = rows.view(len(ids), count, shape.head_dim)
            q, k = self.rope(heads["q"], positions), self.rope(heads["k"], positions)
            repeat = shape.heads // shape.kv_heads
            k, v = (part.repeat_interleave(repeat, 1).transpose(0, 1) for part in (k, heads["v"]))
            attended = F.scaled_dot_product_attention(q.transpose(0, 1), k, v, is_causal=True)
            x = x + attended.transpose(0, 1).flatten(1) @ layer["self_attn.o_proj.weight"].t()
            normed = self._norm(x, layer["post_attention_layernorm.weight"])
            gated = F.silu(normed @ layer["mlp.gate_proj.weight"].t()) * (normed @ layer["mlp.up_proj.weight"].t())
            x = x + gated @ layer["mlp.down_proj.weight"].t()
            outputs.append(x)
        return torch.stack(outputs), self._norm(x, self.norm)

    def greedy(self, ids, count):
        ids = list(ids)
        for _ in range(count):
            ids.append(int((self(torch.tensor(ids))[1][-1] @ self.embedding.t()).argmax()))
        return ids[-count:]


class Checkpoint:
    def __init__(self, folder, kind, target):
        config, weights = json.loads((folder / "config.json").read_text()), load_file(folder / "model.safetensors")
        self.vocabulary = weights.pop("d2t")
        self.vocabulary = self.vocabulary + torch.arange(len(self.vocabulary))
        self.feature_layers = config.get("target_layer_ids", [])
        self.block = {"eagle3": config.get("ttt_length"), "mtp1": 1}.get(kind, config.get("block_size"))
        settings = {"block": self.block, "layers": config["num_hidden_layers"], "start_from_target": False,
                    "feature_layers": self.feature_layers, "markov_rank": config.get("markov_rank", 0),
                    "markov_head": config.get("markov_head_type"), "draft_vocabulary": len(self.vocabulary)}
        self.model = make_drafter(kind, target.shape, settings, None, target.embedding)
        self.model.load_state_dict({name: value.float() for name, value in weights.items()})
        self.head = target.embedding[self.vocabulary]

    def batch(self, ids, anchor, features, last_hidden):
        padded = torch.zeros(1, anchor + 2 + self.block, dtype=torch.long)
        padded[0, :len(ids)] = torch.tensor(ids)
        return Batch(padded, features.unsqueeze(0), last_hidden.unsqueeze(0), torch.arange(anchor).unsqueeze(0),
                     torch.tensor([[anchor]]), torch.zeros(1, 1, anchor), torch.ones(1, 1, self.block, dtype=torch.bool),
                     torch.zeros(1, 1, self.block, dtype=torch.long))

    def draft(self, ids, features, last_hidden):
        """ids up to the anchor -> drafted target ids, logits [block, N], confidence."""
        anchor, ids, rows = len(ids) - 1, list(ids), []
        for k in range(self.block):
            batch = self.batch(ids, anchor, features, last_hidden)
            hidden = self.model.hidden(batch)
            logits = hidden[0, 0, k] @ self.head.t()
            if self.model.markov_head is not None:
                markov = self.model.markov_head(batch.previous(), hidden)[0, 0, k]
                logits = logits + markov @ self.model.markov_head.markov_w2.weight.t()
            rows.append(logits)
            ids.append(int(self.vocabulary[logits.argmax()]))
        confidence = []
        if self.model.confidence_head is not None:
            batch = self.batch(ids[:-1], anchor, features, last_hidden)
            previous = self.model.markov_head.rows(batch.previous())
            confidence = torch.sigmoid(self.model.confidence_head(hidden, previous))[0, 0].tolist()
        return ids[anchor + 1:], torch.stack(rows), confidence


@torch.no_grad()
def main():
    set_product_type("float32")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("drafter", "target", "prompts", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--kind", required=True, choices=["dspark", "dflash", "eagle3", "mtp1"])
    args = parser.parse_args()
    target = Target(GgufFile(args.target))
    checkpoint = Checkpoint(args.drafter, args.kind, target)
    columns = torch.arange(COLUMNS) * len(checkpoint.vocabulary) // COLUMNS
    tensors, records = {}, []
    for index, prompt in enumerate(json.loads(args.prompts.read_text())):
        context = prompt["context_ids"]
        outputs, last_hidden = target(torch.tensor(context))
        features = outputs[[layer + 1 for layer in checkpoint.feature_layers]].transpose(0, 1).flatten(1)
        ids = [*context, prompt["anchor"]]
        drafted, logits, confidence = checkpoint.draft(ids, features, last_hidden)
        says = target.greedy(ids, len(drafted))
        agreed = next((k for k, (a, b) in enumerate(zip(drafted, says)) if a != b), len(drafted))
        top = logits.topk(2).values
        tensors[f"logits.{index}"] = logits[:, columns].contiguous()
        records.append({**{key: prompt[key] for key in ("prompt", "context_ids", "anchor", "anchor_index")},
                        "greedy_tokens": drafted, "confidence": confidence, "target_greedy": says,
                        "accepted": agreed, "smallest_draft_gap": float((top[:, 0] - top[:, 1]).min())})
    args.output.mkdir(parents=True, exist_ok=True)
    save_file(tensors, args.output / f"{args.kind}.safetensors")
    weights = (args.drafter / "model.safetensors").read_bytes()
    fixture = {"drafter_sha256": hashlib.sha256(weights).hexdigest(), "columns": columns.tolist(),
               "prompts": records}
    (args.output / f"{args.kind}.json").write_text(json.dumps(fixture) + "\n")
    for record in records:
        print(record["prompt"], record["greedy_tokens"], "accepted", record["accepted"], "gap",
              round(record["smallest_draft_gap"], 4))


if __name__ == "__main__":
    main()
