"""The four drafters as training sees them: rows of a block, all positions at once, true tokens.

Each `hidden(batch)` returns [S, A, block, H], the state after the final norm whose row k - 1 at anchor
s predicts token s + k; MTP-1 has block 1. The law of a row is
softmax(head . h + markov_w2 . markov_w1[previous token]) over the draft vocabulary. Formulas, names and
the pairing of features with tokens: drafters.md 1.3, 3.2, 3.3, 4.2.
"""

import torch
from torch import nn

from fused import take
from layers import DecoderLayer, Linear, RmsNorm, Rope, shared_casts
from precision import product_type
from sequential_heads import ConfidenceHead, make_markov_head


class Drafter(nn.Module):
    def __init__(self, shape, settings, embedding):
        """embedding [V, H] of product type, the target's own, frozen and not part of the state dict."""
        super().__init__()
        self.shape, self.settings, self.block = shape, settings, settings["block"]
        self.register_buffer("embedding", embedding, persistent=False)
        self.rope, self.norm = Rope(shape), RmsNorm(shape.hidden, shape.norm_epsilon)
        self.markov_head = self.confidence_head = None

    def initialise(self, target):
        """Starts the last layers' weights from the target's last layers where shapes agree."""
        for number, layer in enumerate(self.layers):
            source = target.layer(self.shape.layers - len(self.layers) + number)
            for name, value in source.items():
                parameter = layer.get_parameter(name)
                if parameter.shape == value.shape:
                    parameter.data.copy_(value)
        self.norm.weight.data.copy_(target.tensor("output_norm.weight"))

    def hidden(self, batch, kept=None):
        """[S, A, block, H]; with kept [R], rows of [S * A * block] that alone are wanted, those [R, H]."""
        return self.norm(self.states(batch, kept))


class BlockDrafter(Drafter):
    """DSpark and DFlash: one bidirectional pass over [anchor, mask, ...]. DFlash has no Markov head."""

    def __init__(self, shape, settings, embedding):
        super().__init__(shape, settings, embedding)
        hidden = shape.hidden
        self.fc = Linear(len(settings["feature_layers"]) * hidden, hidden)
        self.hidden_norm = RmsNorm(hidden, shape.norm_epsilon)
        self.layers = nn.ModuleList(DecoderLayer(shape) for _ in range(settings["layers"]))
        self.mask_embedding = nn.Parameter(torch.randn(hidden) * embedding.float().std())
        if settings["markov_rank"]:
            self.markov_head = make_markov_head(settings, hidden, embedding)
            self.confidence_head = ConfidenceHead(hidden + settings["markov_rank"])

    def context(self, batch):
        """What every layer's attention reads [S, T, H]."""
        return self.hidden_norm(self.fc(batch.features))

    def states(self, batch, kept):
        S, A, g = batch.valid.shape
        context = self.context(batch)
        anchors = self.embedding[batch.token_at(batch.anchors)].unsqueeze(2)
        masks = self.mask_embedding.to(product_type()).expand(S, A, g - 1, self.shape.hidden)
        x = torch.cat([anchors, masks], 2)
        seen = self.rope.at(batch.positions)
        angles = self.rope.at(batch.anchors.unsqueeze(-1) + torch.arange(g, device=x.device))
        for layer in self.layers:
            q, own = layer.self_attn.own(layer.input_layernorm(x), angles)
            x = layer.finish(x, q, layer.self_attn.keys_values(context, seen), own, batch.hidden_from,
                             kept if layer is self.layers[-1] else None)
        return x


class MtpDrafter(Drafter):
    """One layer over [enorm(embedding of token i + 1) ; hnorm(final-normed hidden of i)]."""

    def __init__(self, shape, settings, embedding):
        super().__init__(shape, settings, embedding)
        self.enorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        self.hnorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        self.eh_proj = Linear(2 * shape.hidden, shape.hidden)
        self.layers = nn.ModuleList([DecoderLayer(shape)])

    def states(self, batch, kept):
        layer = self.layers[0]
        tokens = self.enorm(self.embedding[batch.next_tokens])
        rows = self.eh_proj(torch.cat([tokens, self.hnorm(batch.last_hidden)], -1))
        context = layer.self_attn.keys_values(layer.input_layernorm(rows), self.rope.at(batch.positions))
        x = batch.rows_at(rows, batch.anchors - 1).unsqueeze(2)
        q = layer.self_attn.queries(layer.input_layernorm(x), self.rope.at((batch.anchors - 1).unsqueeze(-1)))
        return layer.finish(x, q, context, None, batch.hidden_from, kept)


class Eagle3Drafter(Drafter):
    """One layer unrolled on its own output (training-time test), its residual the un-normed state."""

    def __init__(self, shape, settings, embedding):
        super().__init__(shape, settings, embedding)
        hidden = shape.hidden
        self.fc = Linear(len(settings["feature_layers"]) * hidden, hidden)
        self.layers = nn.ModuleList([DecoderLayer(shape, inputs=2 * hidden)])

    def _inputs(self, tokens, state):
        layer = self.layers[0]
        return torch.cat([layer.input_layernorm(self.embedding[tokens]), layer.hidden_norm(state)], -1)

    def states(self, batch, kept):
        with shared_casts(self):
            return take(self._unrolled(batch), kept) if kept is not None else self._unrolled(batch)

    def _unrolled(self, batch):
        layer = self.layers[0]
        attention, fused = layer.self_attn, self.fc(batch.features)
        context = attention.keys_values(self._inputs(batch.next_tokens, fused), self.rope.at(batch.positions))
        state = batch.rows_at(fused, batch.anchors - 1).unsqueeze(2)
        own_keys, own_values, outputs = [], [], []
        for step in range(batch.block):
            angles = self.rope.at((batch.anchors - 1 + step).unsqueeze(-1))
            inputs = self._inputs(batch.token_at(batch.anchors + step).unsqueeze(2), state)
            if step:
                q, (k, v) = attention.own(inputs, angles)
                own_keys.append(k)
                own_values.append(v)
                own = torch.cat(own_keys, 3), torch.cat(own_values, 3)
            else:
                q, own = attention.queries(inputs, angles), None
            state = layer.finish(state, q, context, own, batch.hidden_from)
            outputs.append(state)
        return torch.cat(outputs, 2)


KINDS = {"dspark": BlockDrafter, "dflash": BlockDrafter, "eagle3": Eagle3Drafter, "mtp1": MtpDrafter}


def make_drafter(kind, shape, settings, target, embedding):
    drafter = KINDS[kind](shape, settings, embedding)
    if settings.get("start_from_target", True):
        drafter.initialise(target)
    drafter.norm.weight.data.mul_(settings.get("final_norm_start", 1.0))
    return drafter
