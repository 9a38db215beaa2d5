"""A start of the block drafters in which some heads look at the newest context row, the one just before the anchor.

Every key and, in the first head of each group, every query of an anchor's row gets a constant part: along the mean of what
the projection reads. Under RoPE a constant query 1 and key exp(i f) of frequency f score cos((d - 1) f) at distance d, which is
largest at 1; the NUM_PAIRS highest frequencies together make that peak narrow. The other heads start as they were.
"""

import torch

NUM_PAIRS = 8


def constant_rows(mean, size, direction):
    """Rows [n, inputs] that turn `mean` [inputs] into size * direction [n]."""
    return size * torch.outer(direction, mean) / mean.square().sum()


def typical_size(project, rows, head_dim):
    """Of one head's part of the projected rows: its root mean square norm."""
    return project(rows).float().square().mean().sqrt() * head_dim ** 0.5


@torch.no_grad()
def aim_at_newest(model, batch, strength):
    """strength: the constant part's size over that of what the heads start with. batch: any training batch."""
    shape, D = model.shape, model.shape.head_dim
    frequency = shape.rope_theta ** (-torch.arange(0, D, 2) / D)[:NUM_PAIRS]
    pairs, group = torch.arange(NUM_PAIRS), shape.heads // shape.kv_heads
    real = (batch.features != 0).any(-1)
    real[:, 0] = False  # the attention sink
    context = model.context(batch)[real]
    anchors = model.embedding[batch.token_at(batch.anchors)].flatten(0, 1)
    even = torch.full((NUM_PAIRS,), NUM_PAIRS ** -0.5)
    for layer in model.layers:
        attention, rows = layer.self_attn, layer.input_layernorm(anchors)
        key_size = strength * typical_size(attention.k_proj, context, D)
        query_size = strength * typical_size(attention.q_proj, rows, D)
        key_mean, query_mean = context.float().mean(0), rows.float().mean(0)
        for head in range(shape.kv_heads):
            low, first = head * D + pairs, head * group * D + pairs
            attention.k_proj.weight[low] += constant_rows(key_mean, key_size, even * frequency.cos())
            attention.k_proj.weight[low + D // 2] += constant_rows(key_mean, key_size, even * frequency.sin())
            attention.q_proj.weight[first] += constant_rows(query_mean, query_size, even)
