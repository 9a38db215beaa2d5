"""Floating point operations of one training step, from shapes alone; padding counts, as it is computed.

A product of [rows, a] with an [a, b] weight is 2 rows a b; training takes it three times (forward, input
gradient, weight gradient), a frozen weight twice, a layer that reads data twice (no input gradient).
Element-wise work is not counted. tests/flops_test.py compares with PyTorch's own counter.
"""

from optimizer import NEWTON_SCHULZ_STEPS


def trained(rows, inputs, outputs, times=3):
    return 2 * times * rows * inputs * outputs


def step_flops(kind, settings, shape, S, T, A, kept_rows):
    H, W, K = shape.hidden, shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    g, rows = settings["block"], S * A * settings["block"]
    fused = len(settings["feature_layers"]) * H
    mlp_and_output = W * H + 3 * H * shape.intermediate
    if kind in ("dspark", "dflash"):
        layers = settings["layers"]
        total = trained(S * T, fused, H, 2) + layers * trained(S * T, H, 2 * K)
        total += layers * (trained(rows, 1, H * (W + 2 * K) + mlp_and_output) + trained(rows, T + g, 2 * W))
    elif kind == "eagle3":
        total = trained(S * T, fused, H, 2) + trained(S * T, 2 * H, 2 * K)
        total += trained(rows, 1, 2 * H * W + mlp_and_output) + trained(rows - S * A, 2 * H, 2 * K)
        total += trained(rows, T, 2 * W) + trained(S * A, g * (g - 1) // 2, 2 * W)
    else:
        total = trained(S * T, 2 * H, H) + trained(S * T, H, 2 * K)
        total += trained(rows, 1, H * W + mlp_and_output) + trained(rows, T, 2 * W)
    rank = settings["markov_rank"] if kind == "dspark" else 0
    return total + trained(kept_rows, H, settings["draft_vocabulary"], 2) \
        + trained(kept_rows, rank, settings["draft_vocabulary"])


def optimizer_flops(matrices):
    """Newton-Schulz of each [m, n]: a Gram matrix, its square and one product a step."""
    total = 0
    for matrix in matrices:
        small, large = sorted(matrix.shape)
        total += NEWTON_SCHULZ_STEPS * 2 * (2 * small * small * large + small ** 3)
    return total
