"""The pieces all drafters are made of. Parameters are float32; every product runs in product_type().

Module and parameter names are those of the checkpoint layout, so state_dict() is the file.
Shapes: S sequences, T context rows, A anchors a sequence, g query rows an anchor, G kv heads,
R query heads per kv head, D head size, H hidden size.
"""

import torch
import torch.nn.functional as F
from torch import nn

from precision import product_type

INIT_STD = 0.02


class Linear(nn.Module):
    """y = x W^T, no bias. W [out, in]."""

    def __init__(self, inputs, outputs, std=INIT_STD):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * std)

    def forward(self, x):
        return F.linear(x, self.weight.to(product_type()))


class RmsNorm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(size)), epsilon

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(product_type()), self.epsilon)


class Rope(nn.Module):
    """Rotates halves (NeoX order). positions: any shape; the head axis is last but one of x."""

    def __init__(self, shape, length=4096):
        super().__init__()
        inverse = shape.rope_theta ** (-torch.arange(0, shape.head_dim, 2) / shape.head_dim)
        angles = torch.outer(torch.arange(length).float(), inverse)
        self.register_buffer("cos", angles.cos().to(product_type()), persistent=False)
        self.register_buffer("sin", angles.sin().to(product_type()), persistent=False)

    def forward(self, x, positions):
        cos, sin = self.cos[positions].unsqueeze(-2), self.sin[positions].unsqueeze(-2)
        low, high = x.chunk(2, dim=-1)
        return torch.cat([low * cos - high * sin, high * cos + low * sin], dim=-1)


class Attention(nn.Module):
    """Grouped-query attention with per-head q and k norm (drafters.md 1.3)."""

    def __init__(self, shape, inputs):
        super().__init__()
        self.shape, self.rope = shape, Rope(shape)
        width, kv_width = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
        self.q_proj, self.o_proj = Linear(inputs, width), Linear(width, shape.hidden)
        self.k_proj, self.v_proj = Linear(inputs, kv_width), Linear(inputs, kv_width)
        self.q_norm = RmsNorm(shape.head_dim, shape.norm_epsilon)
        self.k_norm = RmsNorm(shape.head_dim, shape.norm_epsilon)

    def _heads(self, x, count):
        return x.view(*x.shape[:-1], count, self.shape.head_dim)

    def queries(self, x, positions):
        """x [S, A, g, inputs] -> [S, G, A, g, R, D], already divided by sqrt(D)."""
        q = self.rope(self.q_norm(self._heads(self.q_proj(x), self.shape.heads)), positions)
        q = q * self.shape.head_dim ** -0.5
        return q.unflatten(3, (self.shape.kv_heads, -1)).permute(0, 3, 1, 2, 4, 5).contiguous()

    def keys_values(self, x, positions):
        """x [..., inputs] -> K and V [S, G, ..., D]; the first axis of x is S."""
        k = self.rope(self.k_norm(self._heads(self.k_proj(x), self.shape.kv_heads)), positions)
        v = self._heads(self.v_proj(x), self.shape.kv_heads)
        return k.movedim(-2, 1).contiguous(), v.movedim(-2, 1).contiguous()

    def output(self, attended):
        """[S, G, A, g, R, D] -> [S, A, g, H]."""
        return self.o_proj(attended.permute(0, 2, 3, 1, 4, 5).flatten(3))


def attend(q, context, own, hidden_from):
    """Softmax attention of each anchor's rows over its visible context and over its own rows.

    q [S, G, A, g, R, D]; context (K, V) [S, G, T, D]; own (K, V) [S, G, A, m, D] or None;
    hidden_from [S, A, T] of product type: 0 where the anchor sees the context row, -inf elsewhere.
    """
    S, G, A, g, R, D = q.shape
    keys, values = context
    T = keys.shape[2]
    scores = torch.matmul(q.view(S, G, A * g * R, D), keys.transpose(-1, -2))
    scores = scores.view(S, G, A, g * R, T) + hidden_from.view(S, 1, A, 1, T)
    if own is None:
        weights = torch.softmax(scores, -1).view(S, G, A * g * R, T)
        return torch.matmul(weights, values).view(q.shape)
    rows = q.view(S, G, A, g * R, D)
    near = torch.matmul(rows, own[0].transpose(-1, -2))
    weights = torch.softmax(torch.cat([scores, near], -1), -1)
    far, near = weights.split([T, near.shape[-1]], -1)
    far = torch.matmul(far.reshape(S, G, A * g * R, T), values).view(S, G, A, g * R, D)
    return (far + torch.matmul(near, own[1])).view(q.shape)


class Mlp(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate_proj = Linear(shape.hidden, shape.intermediate)
        self.up_proj = Linear(shape.hidden, shape.intermediate)
        self.down_proj = Linear(shape.intermediate, shape.hidden)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    """inputs: width of what attention reads; 2 H in Eagle3, which adds hidden_norm."""

    def __init__(self, shape, inputs=None):
        super().__init__()
        self.self_attn, self.mlp = Attention(shape, inputs or shape.hidden), Mlp(shape)
        self.input_layernorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        self.post_attention_layernorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        if inputs and inputs != shape.hidden:
            self.hidden_norm = RmsNorm(shape.hidden, shape.norm_epsilon)

    def finish(self, residual, attended):
        """The residual stream [S, A, g, H] after attention's output and the MLP are added."""
        x = residual + self.self_attn.output(attended)
        return x + self.mlp(self.post_attention_layernorm(x))
