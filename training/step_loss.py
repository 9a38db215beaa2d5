"""One step's loss, from a batch to the number whose gradient is taken."""

import torch
import torch.nn.functional as F

from fused import take
from head_loss import HeadLoss

PAD = 32


def kept_states(model, batch, kept):
    """-> hidden [R, H], z [R, r] and W1's rows [R, r] of the rows `kept` of [S * A * block]; None without a Markov head."""
    head = model.markov_head
    if head is None:
        return model.hidden(batch, kept), None, None
    embedded = head.rows(batch.previous().flatten()[kept])
    if head.needs_whole_block:
        hidden = model.hidden(batch)
        return take(hidden, kept), take(head(batch.previous(), hidden), kept), embedded
    hidden = model.hidden(batch, kept)
    return hidden, head(None, hidden, embedded), embedded


def padded(kept, num_rows):
    """`kept` and, up to a multiple of PAD, the first rows that are not in it: products of few different shapes (dataset.py)."""
    missing = min(-len(kept) % PAD, num_rows - len(kept))
    others = torch.ones(num_rows, dtype=torch.bool, device=kept.device)
    others[kept] = False
    return torch.cat([kept, others.nonzero().squeeze(1)[:missing]])


def step_loss(model, batch, kept, laws, table, mix, confidence):
    """kept [R], at least one: the rows of [S * A * block] that are learned from; laws: their target ids and probabilities
    [R, K]; table: of HeadLoss; mix {"ce", "tv"}; confidence: its loss's weight. -> loss, mean accepted share, rows computed."""
    num_rows, device = len(kept), kept.device
    kept = padded(kept, batch.valid.numel())
    ids, probs = (F.pad(part, (0, 0, 0, len(kept) - num_rows)).to(device) for part in laws)
    ids[num_rows:] = ids[0]
    weights = torch.zeros(len(kept), device=device)
    weights[:num_rows] = 1 / num_rows
    hidden, markov, embedded = kept_states(model, batch, kept)
    w2 = None if markov is None else model.markov_head.markov_w2.weight
    loss, accept = HeadLoss.apply(hidden, markov, w2, table, ids, probs, weights, mix["ce"], mix["tv"])
    if model.confidence_head is not None:
        logits = model.confidence_head(hidden, embedded)[:num_rows]
        loss = loss + confidence * F.binary_cross_entropy_with_logits(logits, accept[:num_rows])
    return loss, float(accept[:num_rows].mean()), len(kept)
