"""Softmax attention of each anchor's rows over its visible context and over its own rows, a few sequences at a time."""

import torch

SCORES = 2 ** 19  # elements of one piece


def joint_softmax(far, near):
    """Of scores over the context [S, G, A, M, T] and over own rows [S, G, A, M, m] or None; each contiguous again."""
    if near is None:
        return torch.softmax(far, -1), None
    far, near = torch.softmax(torch.cat([far, near], -1), -1).split([far.shape[-1], near.shape[-1]], -1)
    return far.contiguous(), near.contiguous()


class AttendFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, keys, values, own_keys, own_values, visible):
        """q [S, G, A, M, D]; keys and values [S, G, T, D]; own_keys and own_values [S, G, A, m, D] or None;
        visible [S, A, T]: 0 or -inf."""
        S, G, A, M, D = q.shape
        T, out, weights = keys.shape[2], torch.empty_like(q), []
        step = max(1, SCORES // (G * A * M * T))
        for start in range(0, S, step):
            part = slice(start, min(S, start + step))
            far = torch.matmul(q[part].flatten(2, 3), keys[part].mT).unflatten(2, (A, M))
            far.add_(visible[part, None, :, None])
            far, near = joint_softmax(far, None if own_keys is None else torch.matmul(q[part], own_keys[part].mT))
            out[part] = torch.matmul(far.flatten(2, 3), values[part]).unflatten(2, (A, M))
            if near is not None:
                out[part] += torch.matmul(near, own_values[part])
            weights.append((part, far.flatten(2, 3), near))
        ctx.save_for_backward(q, keys, values, own_keys, own_values, out)
        ctx.weights = weights
        return out

    @staticmethod
    def backward(ctx, grad):
        """With w the weights and o the output: d score = w (d w - sum of d w w) = w (d w - grad . o)."""
        q, keys, values, own_keys, own_values, out = ctx.saved_tensors
        grad, grad_q = grad.contiguous(), torch.empty_like(q)
        grads = [None if x is None else torch.empty_like(x) for x in (keys, values, own_keys, own_values)]
        grad_keys, grad_values, grad_own_keys, grad_own_values = grads
        for part, far, near in ctx.weights:
            rows, slope = q[part], grad[part]
            flat_rows, flat = rows.flatten(2, 3), slope.flatten(2, 3)
            mean = (slope.float() * out[part]).sum(-1, keepdim=True).to(q.dtype)
            grad_values[part] = torch.matmul(far.mT, flat)
            score = torch.matmul(flat, values[part].mT).sub_(mean.flatten(2, 3)).mul_(far)
            grad_keys[part] = torch.matmul(score.mT, flat_rows)
            grad_q[part] = torch.matmul(score, keys[part]).view(rows.shape)
            if near is None:
                continue
            grad_own_values[part] = torch.matmul(near.mT, slope)
            score = torch.matmul(slope, own_values[part].mT).sub_(mean).mul_(near)
            grad_own_keys[part] = torch.matmul(score.mT, rows)
            grad_q[part] += torch.matmul(score, own_keys[part])
        return grad_q, *grads, None


def attend(q, context, own, visible):
    """q [S, G, A, M, D], divided by sqrt(D) already; context (K, V) [S, G, T, D]; own (K, V) [S, G, A, m, D] or None;
    visible [S, A, T] of product type: 0 where the anchor sees the context row, -inf elsewhere -> [S, G, A, M, D]."""
    return AttendFunction.apply(q, *context, *(own or (None, None)), visible)
