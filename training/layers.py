"""The pieces all drafters are made of. Parameters are float32; every product runs in product_type().

Module and parameter names are those of the checkpoint layout, so state_dict() is the file.
Shapes: S sequences, T context rows, A anchors a sequence, g query rows an anchor, G kv heads,
R query heads per kv head, M = g R, D head size, H hidden size.
"""

import contextlib

import torch
from torch import nn

from attention import attend
from fused import HeadsFunction, RmsNormFunction, SwigluFunction, rotate, take
from precision import product_type
from product import product

INIT_STD = 0.02


class Linear(nn.Module):
    """y = x W^T, no bias. W [out, in]."""

    def __init__(self, inputs, outputs, std=INIT_STD):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * std)
        self.shares, self.shared = False, None

    def cast(self):
        """W in the product type; one tensor for all uses inside shared_casts()."""
        if not self.shares:
            return self.weight.to(product_type())
        if self.shared is None:
            self.shared = self.weight.to(product_type())
        return self.shared

    def forward(self, x):
        return product(x, self.cast())


@contextlib.contextmanager
def shared_casts(module):
    """For passes that use each weight several times: one cast, and one gradient to turn back into float32."""
    linears = [part for part in module.modules() if isinstance(part, Linear)]
    for linear in linears:
        linear.shares = True
    try:
        yield
    finally:
        for linear in linears:
            linear.shares, linear.shared = False, None


def side_by_side(x, linears):
    """Each one's product with x, all as one."""
    weights = [linear.cast() for linear in linears]
    return product(x, torch.cat(weights)).split([len(weight) for weight in weights], -1)


class RmsNorm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(size)), epsilon

    def rounded(self):
        """The weight as the product type has it, in float32."""
        return self.weight.to(product_type()).float()

    def forward(self, x):
        return RmsNormFunction.apply(x, self.rounded(), self.epsilon)


class Rope(nn.Module):
    """Rotates halves (NeoX order)."""

    def __init__(self, shape, length=4096):
        super().__init__()
        inverse = shape.rope_theta ** (-torch.arange(0, shape.head_dim, 2) / shape.head_dim)
        angles = torch.outer(torch.arange(length).float(), inverse)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def at(self, positions):
        """positions [...] -> cos and sin [..., D / 2], float32."""
        return self.cos[positions], self.sin[positions]

    def forward(self, x, positions):
        """x [..., heads, D] at positions [...]."""
        cos, sin = self.at(positions)
        return rotate(x, cos.unsqueeze(-2), sin.unsqueeze(-2))


class Attention(nn.Module):
    """Grouped-query attention with per-head q and k norm (drafters.md 1.3). angles: Rope.at() of the rows' positions."""

    def __init__(self, shape, inputs):
        super().__init__()
        self.shape = shape
        width, kv_width = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
        self.q_proj, self.o_proj = Linear(inputs, width), Linear(width, shape.hidden)
        self.k_proj, self.v_proj = Linear(inputs, kv_width), Linear(inputs, kv_width)
        self.q_norm = RmsNorm(shape.head_dim, shape.norm_epsilon)
        self.k_norm = RmsNorm(shape.head_dim, shape.norm_epsilon)

    def _normed(self, x, heads, norm, angles, scale=1.0):
        """x [S, ..., heads D] -> [S, G, N, heads / G, D], N all rows of a sequence."""
        x = x.flatten(1, -2).unflatten(-1, (heads, self.shape.head_dim))
        cos, sin = (angle.flatten(1, -2) * scale for angle in angles)
        return HeadsFunction.apply(x, norm.rounded(), norm.epsilon, cos, sin, self.shape.kv_heads)

    def _queries(self, q, angles):
        S, A, g = q.shape[:3]
        q = self._normed(q, self.shape.heads, self.q_norm, angles, self.shape.head_dim ** -0.5)
        return q.view(S, self.shape.kv_heads, A, -1, self.shape.head_dim)

    def _keys_values(self, k, v, angles):
        rows = k.shape[1:-1]
        k = self._normed(k, self.shape.kv_heads, self.k_norm, angles).squeeze(3)
        v = v.flatten(1, -2).unflatten(-1, (self.shape.kv_heads, -1)).transpose(1, 2).contiguous()
        return k.unflatten(2, rows), v.unflatten(2, rows)

    def queries(self, x, angles):
        """x [S, A, g, inputs] -> [S, G, A, M, D], already divided by sqrt(D)."""
        return self._queries(self.q_proj(x), angles)

    def keys_values(self, x, angles):
        """x [S, ..., inputs] -> K and V [S, G, ..., D]."""
        return self._keys_values(*side_by_side(x, (self.k_proj, self.v_proj)), angles)

    def own(self, x, angles):
        """x [S, A, g, inputs] -> queries(), keys_values() of the same rows."""
        q, k, v = side_by_side(x, (self.q_proj, self.k_proj, self.v_proj))
        return self._queries(q, angles), self._keys_values(k, v, angles)

    def output(self, attended, g, kept):
        """attended [S, G, A, M, D] -> [S, A, g, H], or of the kept rows alone [R, H]."""
        S, G, A, M, D = attended.shape
        rows = attended.view(S, G, A * g, -1).transpose(1, 2).reshape(S, A, g, -1)
        return self.o_proj(rows if kept is None else take(rows, kept))


class Mlp(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate_proj = Linear(shape.hidden, shape.intermediate)
        self.up_proj = Linear(shape.hidden, shape.intermediate)
        self.down_proj = Linear(shape.intermediate, shape.hidden)

    def forward(self, x):
        both = product(x.flatten(0, -2), torch.cat([self.gate_proj.cast(), self.up_proj.cast()]))
        return self.down_proj(SwigluFunction.apply(both)).view(x.shape)


class DecoderLayer(nn.Module):
    """inputs: width of what attention reads; 2 H in Eagle3, which adds hidden_norm."""

    def __init__(self, shape, inputs=None):
        super().__init__()
        self.self_attn, self.mlp = Attention(shape, inputs or shape.hidden), Mlp(shape)
        self.input_layernorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        self.post_attention_layernorm = RmsNorm(shape.hidden, shape.norm_epsilon)
        if inputs and inputs != shape.hidden:
            self.hidden_norm = RmsNorm(shape.hidden, shape.norm_epsilon)

    def finish(self, residual, q, context, own, visible, kept=None):
        """The residual stream [S, A, g, H] after attention's output and the MLP are added; of the kept rows alone [R, H]."""
        added = self.self_attn.output(attend(q, context, own, visible), residual.shape[2], kept)
        x = (residual if kept is None else take(residual, kept)) + added
        return x + self.mlp(self.post_attention_layernorm(x))
