"""The four drafters as training sees them: rows of a block, all positions at once, true tokens.

Each `hidden(batch)` returns [S, A, block, H], the state after the final norm whose row k - 1 at anchor
s predicts token s + k; MTP-1 has block 1. The law of a row is
softmax(head . h + markov_w2 . markov_w1[previous token]) over the draft vocabulary. Formulas, names and
the pairing of features with tokens: drafters.md 1.3, 3.2, 3.3, 4.2.
"""

import torch
from torch import nn

from layers import DecoderLayer, Linear, RmsNorm, attend
from precision import product_type
from sequential_heads import ConfidenceHead, make_markov_head


class Drafter(nn.Module):
    def __init__(self, shape, settings, embedding):
        """embedding [V, H] of product type, the target's own, frozen and not part of the state dict."""
        super().__init__()
        self.shape, self.settings, self.block = shape, settings, settings["block"]
        self.register_buffer("embedding", embedding, persistent=False)
        self.norm = RmsNorm(shape.hidden, shape.norm_epsilon)
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

    def hidden(self, batch):
        S, A, g = batch.valid.shape
        context = self.hidden_norm(self.fc(batch.features))
        anchors = self.embedding[batch.token_at(batch.anchors)].unsqueeze(2)
        masks = self.mask_embedding.to(product_type()).expand(S, A, g - 1, self.shape.hidden)
        x = torch.cat([anchors, masks], 2)
        positions = batch.anchors.unsqueeze(-1) + torch.arange(g, device=x.device)
        for layer in self.layers:
            attention, normed = layer.self_attn, layer.input_layernorm(x)
            attended = attend(attention.queries(normed, positions),
                              attention.keys_values(context, batch.positions),
                              attention.keys_values(normed, positions), batch.hidden_from)
            x = layer.finish(x, attended)
        return self.norm(x)


class MtpDrafter(Drafter):
    """One layer over [enorm(embedding of token i + 1) ; hnorm(final-normed hidden of i)]."""

    def __init__(self, shape, settings, embedding):
        super().__init__(shape, settings, embedding)
        self.enorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        self.hnorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        self.eh_proj = Linear(2 * shape.hidden, shape.hidden)
        self.layers = nn.ModuleList([DecoderLayer(shape)])

    def hidden(self, batch):
        layer, (S, A) = self.layers[0], batch.anchors.shape
        tokens = self.enorm(self.embedding[batch.next_tokens])
        rows = self.eh_proj(torch.cat([tokens, self.hnorm(batch.last_hidden)], -1))
        context = layer.self_attn.keys_values(layer.input_layernorm(rows), batch.positions)
        x = batch.rows_at(rows, batch.anchors - 1).unsqueeze(2)
        positions = (batch.anchors - 1).unsqueeze(-1)
        q = layer.self_attn.queries(layer.input_layernorm(x), positions)
        return self.norm(layer.finish(x, attend(q, context, None, batch.hidden_from)))


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

    def hidden(self, batch):
        layer = self.layers[0]
        fused = self.fc(batch.features)
        context = layer.self_attn.keys_values(self._inputs(batch.next_tokens, fused), batch.positions)
        state = batch.rows_at(fused, batch.anchors - 1).unsqueeze(2)
        own_keys, own_values, outputs = [], [], []
        for step in range(batch.block):
            position = (batch.anchors - 1 + step).unsqueeze(-1)
            inputs = self._inputs(batch.token_at(batch.anchors + step).unsqueeze(2), state)
            q = layer.self_attn.queries(inputs, position)
            own = None
            if step:
                k, v = layer.self_attn.keys_values(inputs, position)
                own_keys.append(k)
                own_values.append(v)
                own = torch.cat(own_keys, 3), torch.cat(own_values, 3)
            state = layer.finish(state, attend(q, context, own, batch.hidden_from))
            outputs.append(state)
        return self.norm(torch.cat(outputs, 2))


KINDS = {"dspark": BlockDrafter, "dflash": BlockDrafter, "eagle3": Eagle3Drafter, "mtp1": MtpDrafter}


def make_drafter(kind, shape, settings, target, embedding):
    drafter = KINDS[kind](shape, settings, embedding)
    if settings.get("start_from_target", True):
        drafter.initialise(target)
    return drafter
