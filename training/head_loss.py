"""The loss of many rows against the target's law, without a [rows, vocabulary] tensor in memory.

Rows are taken in chunks: one product gives the logits, softmax gives q, and the gradient of

    ce * (-sum p log q)  +  tv * sum |q - p|                       (drafters.md 6)

with respect to the logits is written over q, analytically, before two more products turn it into
gradients of the rows and of markov_w2. p is the target's law cut to its K likeliest draft tokens (their
probabilities under the full vocabulary, not renormalised): sum |q - p| then needs only q at those K and
the rest of q's mass, and all other elements of the gradient are q times one number a row.
"""

import torch

from precision import product_type

CHUNK = 512


def head_table(head, rank):
    """[N, H + rank] with the head [N, H] in front: room for markov_w2, which each step's HeadLoss puts behind it."""
    return torch.cat([head, head.new_zeros(len(head), rank)], -1)


class HeadLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, bias_rows, w2, head, top_ids, top_probs, weights, ce, tv):
        """hidden [R, H], bias_rows [R, r] or None, w2 [N, r] or None, head [N, H] or head_table(), all but w2 of product type,
        top_ids [R, K] draft ids, none twice in a row, top_probs [R, K] float32, weights [R] -> (loss, accept [R]).
        accept: sum of min(q, p) over the K tokens, what the confidence head learns."""
        rows, table = hidden, head
        if w2 is not None:
            rows = torch.cat([hidden, bias_rows], -1)
            table = head if head.shape[1] > hidden.shape[1] else head_table(head, w2.shape[1])
            table[:, hidden.shape[1]:] = w2
        grad_rows = torch.empty_like(rows)
        grad_w2 = None if w2 is None else torch.zeros_like(w2)
        accept = torch.empty(rows.shape[0], device=rows.device)
        loss = torch.zeros((), device=rows.device)
        row_starts = torch.arange(CHUNK, device=rows.device).unsqueeze(1) * table.shape[0]
        for start in range(0, rows.shape[0], CHUNK):
            part = slice(start, start + CHUNK)
            q = torch.softmax(torch.matmul(rows[part], table.t()), -1)
            ids, p, w = top_ids[part], top_probs[part], weights[part, None]
            near = q.gather(1, ids).float()
            rest = (1 - near.sum(-1, keepdim=True)).clamp(min=0)
            sign = torch.sign(near - p)
            accept[part] = torch.minimum(near, p).sum(-1)
            cross_entropy = -(p * (near + 1e-9).log()).sum(-1, keepdim=True)
            distance = (near - p).abs().sum(-1, keepdim=True) + rest
            loss += (w * (ce * cross_entropy + tv * distance)).sum()
            mean_sign = rest + (near * sign).sum(-1, keepdim=True)
            everywhere = w * (ce * p.sum(-1, keepdim=True) + tv * (1 - mean_sign))
            at_top = near * everywhere + w * (tv * near * (sign - 1) - ce * p)
            grad = q.mul_(everywhere.to(product_type()))
            grad.view(-1)[ids + row_starts[:len(ids)]] = at_top.to(product_type())  # many times as quick as scatter_
            torch.matmul(grad, table, out=grad_rows[part])
            if grad_w2 is not None:
                grad_w2 += torch.matmul(grad.t(), bias_rows[part])
        ctx.grad_rows, ctx.grad_w2, ctx.hidden_size = grad_rows, grad_w2, hidden.shape[1]
        ctx.mark_non_differentiable(accept)
        return loss, accept

    @staticmethod
    def backward(ctx, grad_loss, _):
        scaled = ctx.grad_rows * grad_loss.to(product_type())
        if ctx.grad_w2 is None:
            return scaled, None, None, *[None] * 6
        hidden, bias = scaled.split([ctx.hidden_size, scaled.shape[1] - ctx.hidden_size], -1)
        return hidden, bias, ctx.grad_w2 * grad_loss, *[None] * 6
