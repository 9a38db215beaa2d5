"""DSpark's small sequential heads: the Markov bias (vanilla, gated, rnn) and the confidence.

All variants turn the previous token into a vector z of markov_rank numbers; the bias is markov_w2 z
(drafters.md 1.4). Shapes: previous [..., g] token ids, hidden [..., g, H] -> z [..., g, r]. But for the rnn, rows are
independent: any rows [R], [R, H] do.
"""

import torch
from torch import nn

from layers import INIT_STD
from precision import product_type


def start_rows(embedding, rank):
    """[V, r]: the embedding's strongest directions, each with standard deviation 0.5."""
    table = embedding.float()
    _, directions = torch.linalg.eigh(table.t() @ table)
    projected = table @ directions[:, -rank:]
    return projected / projected.std(0) * 0.5


class MarkovHead(nn.Module):
    """vanilla: z = W1[previous] (P eq. 5)."""

    needs_whole_block = False

    def __init__(self, settings, hidden, embedding):
        super().__init__()
        rank = settings["markov_rank"]
        self.markov_w1 = nn.Embedding.from_pretrained(start_rows(embedding, rank), freeze=False)
        self.markov_w2 = nn.Embedding.from_pretrained(
            torch.zeros(settings["draft_vocabulary"], rank), freeze=False)

    def rows(self, previous):
        return self.markov_w1(previous).to(product_type())

    def forward(self, previous, hidden, rows=None):
        """rows: of rows(previous), where the caller has them."""
        return self.rows(previous) if rows is None else rows


class GatedHead(MarkovHead):
    def __init__(self, settings, hidden, embedding):
        super().__init__(settings, hidden, embedding)
        rank = settings["markov_rank"]
        self.gate_proj = nn.Linear(hidden + rank, rank)

    def forward(self, previous, hidden, rows=None):
        e = super().forward(previous, hidden, rows)
        joined = torch.cat([hidden, e], -1)
        gate = nn.functional.linear(joined, self.gate_proj.weight.to(product_type()), self.gate_proj.bias.to(product_type()))
        return torch.sigmoid(gate) * e


class RnnHead(MarkovHead):
    """P eq. 6: a gated state carried along the block; z = tanh(output), from the old state."""

    needs_whole_block = True

    def __init__(self, settings, hidden, embedding):
        super().__init__(settings, hidden, embedding)
        rank = settings["markov_rank"]
        self.joint_proj = nn.Linear(2 * rank + hidden, 3 * rank)

    def forward(self, previous, hidden, rows=None):
        e = super().forward(previous, hidden, rows)
        weight, bias = self.joint_proj.weight.to(product_type()), self.joint_proj.bias.to(product_type())
        state, outputs = torch.zeros_like(e[..., 0, :]), []
        for k in range(e.shape[-2]):
            joined = torch.cat([state, e[..., k, :], hidden[..., k, :]], -1)
            gate, candidate, output = nn.functional.linear(joined, weight, bias).chunk(3, -1)
            gate = torch.sigmoid(gate)
            state = gate * state + (1 - gate) * torch.tanh(candidate)
            outputs.append(torch.tanh(output))
        return torch.stack(outputs, -2)


class ConfidenceHead(nn.Module):
    """logit = w . [h_k ; W1[previous]] + b (P eq. 7)."""

    def __init__(self, inputs):
        super().__init__()
        self.proj = nn.Linear(inputs, 1)
        nn.init.normal_(self.proj.weight, std=INIT_STD)
        nn.init.zeros_(self.proj.bias)

    def forward(self, hidden, rows):
        return self.proj(torch.cat([hidden, rows], -1).float()).squeeze(-1)


def make_markov_head(settings, hidden, embedding):
    head = {"vanilla": MarkovHead, "gated": GatedHead, "rnn": RnnHead}[settings["markov_head"]]
    return head(settings, hidden, embedding)
