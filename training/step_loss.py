"""One step's loss, from a batch to the number whose gradient is taken."""

import torch
import torch.nn.functional as F

from fused import take
from head_loss import HeadLoss


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


def step_loss(model, batch, kept, laws, table, mix, confidence):
    """kept: the rows of [S * A * block] that are learned from; laws: their target ids and probabilities [R, K]; table: of
    HeadLoss; mix {"ce", "tv"}; confidence: its loss's weight. -> loss, mean accepted share, R."""
    hidden, markov, embedded = kept_states(model, batch, kept)
    device, num_rows = hidden.device, len(kept)
    ids, probs = (part.to(device) for part in laws)
    weights = torch.full((num_rows,), 1 / num_rows, device=device)
    w2 = None if markov is None else model.markov_head.markov_w2.weight
    loss, accept = HeadLoss.apply(hidden, markov, w2, table, ids, probs, weights, mix["ce"], mix["tv"])
    if model.confidence_head is not None:
        logits = model.confidence_head(hidden, embedded)
        loss = loss + confidence * F.binary_cross_entropy_with_logits(logits, accept)
    return loss, float(accept.mean()), num_rows
