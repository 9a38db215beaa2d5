"""Teacher-forced estimates on held-out prompts: how long would accepted runs be, were the prefix true.

Position k accepts with probability 1 - TV(q_k, p_k) at temperature 1 and if the likeliest tokens agree at
temperature 0, p over the whole vocabulary; length = 1 + mean of sum_k prod_{j <= k}. The markov inputs
are the true tokens. Steers training; it is not a measurement of decoding (see training.md).

The target's laws are computed once, in float32, and kept in bfloat16: they cost ten times what the drafter's do.
"""

import torch
import torch.nn.functional as F

CHUNK = 192


class HeldOut:
    def __init__(self, data, embedding, head, real=False, sequences=96, anchors=10, group=16):
        """real: of real prompts alone; there may be none."""
        self.embedding, self.head, self.vocabulary = embedding.float(), head, data.vocabulary
        chosen = [s for s in data.held_out if data.length[s] - data.prompt[s] > 2 * data.block and data.real[s] == real]
        chosen = sorted(chosen[:sequences], key=lambda s: data.length[s])
        self.data, self.anchors = data, anchors
        self.groups = [chosen[i:i + group] for i in range(0, len(chosen), group)]
        self.laws = []  # of each group: p of the draft vocabulary [blocks, block, N] bfloat16, likeliest token [blocks, block]

    def __bool__(self):
        return bool(self.groups)

    @torch.no_grad()
    def __call__(self, model, device="cpu"):
        accept, match, error = [], [], []
        for number, group in enumerate(self.groups):
            batch = self.data.even_batch(group, self.anchors).to(device)
            blocks = batch.valid.all(-1)
            if number == len(self.laws):
                self.laws.append(self._target_laws(batch, blocks))
            hidden = model.hidden(batch)
            markov = None if model.markov_head is None else model.markov_head(batch.previous(), hidden)
            a, m = self._compare(model, hidden[blocks], None if markov is None else markov[blocks], *self.laws[number])
            accept.append(a)
            match.append(m)
            if model.confidence_head is not None:
                rows = model.markov_head.rows(batch.previous())
                error.append((torch.sigmoid(model.confidence_head(hidden, rows))[blocks] - a))
        accept, match = torch.cat(accept), torch.cat(match)
        result = {"blocks": len(accept)}
        for name, values in (("t1", accept), ("t0", match)):
            lengths = 1 + values.cumprod(1).sum(1)
            result[f"length_{name}"] = float(lengths.mean())
            result[f"error_{name}"] = float(lengths.std() / len(lengths) ** 0.5)
            result[f"accept_{name}"] = [round(float(v), 4) for v in values.mean(0)]
        if error:
            error = torch.cat(error)
            result["confidence_error"] = float(error.abs().mean())
            result["confidence_bias"] = float(error.mean())
        return result

    def _target_laws(self, batch, blocks):
        where = batch.anchors.unsqueeze(-1) + torch.arange(batch.block, device=blocks.device)
        states = batch.rows_at(batch.last_hidden, where.flatten(1)).view(*where.shape, -1)[blocks]
        probabilities, likeliest = [], []
        for rows in states.flatten(0, 1).split(CHUNK):
            p = F.linear(rows.float(), self.embedding).softmax(-1)
            probabilities.append(p[:, self.vocabulary].bfloat16())
            likeliest.append(p.argmax(-1))
        return torch.cat(probabilities).view(*states.shape[:2], -1), torch.cat(likeliest).view(states.shape[:2])

    def _compare(self, model, hidden, markov, probabilities, likeliest):
        shape = hidden.shape[:2]
        hidden, probabilities, likeliest = hidden.flatten(0, 1), probabilities.flatten(0, 1), likeliest.flatten()
        accept, match = [], []
        for start in range(0, len(hidden), CHUNK):
            part = slice(start, start + CHUNK)
            logits = F.linear(hidden[part], self.head).float()
            if markov is not None:
                w2 = model.markov_head.markov_w2.weight.to(hidden.dtype)
                logits += F.linear(markov.flatten(0, 1)[part], w2).float()
            q = logits.softmax(-1)
            accept.append(torch.minimum(q, probabilities[part].float()).sum(-1))
            match.append((self.vocabulary[q.argmax(-1)] == likeliest[part]).float())
        return torch.cat(accept).view(shape), torch.cat(match).view(shape)
