"""Floating point operations of one training step, from shapes alone; padding counts, as it is computed.

A product of [rows, a] with an [a, b] weight is 2 rows a b; training takes it three times (forward, input
gradient, weight gradient), a frozen weight twice, a layer that reads data twice (no input gradient).
Of the rows that the loss leaves out nothing behind the last layer's attention is computed, but for Eagle3, whose next step
reads it. Element-wise work is not counted. tests/drafters_test.py compares with PyTorch's own counter.
"""

from optimizer import NEWTON_SCHULZ_STEPS, num_blocks


def trained(rows, inputs, outputs, times=3):
    return 2 * times * rows * inputs * outputs


def backbone_flops(kind, settings, shape, S, T, A, kept_rows):
    H, W, K = shape.hidden, shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    g, rows = settings["block"], S * A * settings["block"]
    fused = len(settings["feature_layers"]) * H
    finish = W * H + 3 * H * shape.intermediate
    if kind in ("dspark", "dflash"):
        layers = settings["layers"]
        total = trained(S * T, fused, H, 2) + layers * trained(S * T, H, 2 * K)
        total += layers * (trained(rows, H, W + 2 * K) + trained(rows, T + g, 2 * W))
        return total + trained((layers - 1) * rows + kept_rows, 1, finish)
    if kind == "eagle3":
        total = trained(S * T, fused, H, 2) + trained(S * T, 2 * H, 2 * K)
        total += trained(rows, 1, 2 * H * W + finish) + trained(rows - S * A, 2 * H, 2 * K)
        return total + trained(rows, T, 2 * W) + trained(S * A, g * (g - 1) // 2, 2 * W)
    total = trained(S * T, 2 * H, H) + trained(S * T, H, 2 * K)
    return total + trained(rows, H, W) + trained(kept_rows, 1, finish) + trained(rows, T, 2 * W)


def head_flops(kind, settings, shape, rows, kept_rows):
    H, N = shape.hidden, settings["draft_vocabulary"]
    total, rank = trained(kept_rows, H, N, 2), settings["markov_rank"] if kind == "dspark" else 0
    if not rank:
        return total
    total += trained(kept_rows, rank, N) + trained(kept_rows, H + rank, 1)
    if settings["markov_head"] == "gated":
        total += trained(kept_rows, H + rank, rank)
    if settings["markov_head"] == "rnn":
        total += trained(rows, H + 2 * rank, 3 * rank)
    return total


def step_flops(kind, settings, shape, S, T, A, kept_rows):
    rows = S * A * settings["block"]
    if kind == "dspark" and settings["markov_head"] == "rnn":  # it runs along whole blocks
        return backbone_flops(kind, settings, shape, S, T, A, rows) + head_flops(kind, settings, shape, rows, kept_rows)
    return backbone_flops(kind, settings, shape, S, T, A, kept_rows) + head_flops(kind, settings, shape, rows, kept_rows)


def optimizer_flops(matrices, block=0):
    """Newton-Schulz of each [m, n]: a Gram matrix, its square and one product a step; of each block of rows its own."""
    total = 0
    for matrix in matrices:
        parts, (small, large) = num_blocks(matrix.shape, block), sorted(matrix.shape)
        small //= parts
        total += parts * NEWTON_SCHULZ_STEPS * 2 * (2 * small * small * large + small ** 3)
    return total
