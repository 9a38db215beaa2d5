"""The fused head's loss and gradients against plain autograd on the dense formula."""

import pathlib
import sys
import unittest

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from head_loss import HeadLoss  # noqa: E402


def dense_loss(hidden, bias, w2, head, ids, probs, weights, ce, tv):
    logits = hidden.float() @ head.float().t()
    if w2 is not None:
        logits = logits + bias.float() @ w2.t()
    q = logits.softmax(-1)
    p = torch.zeros_like(q).scatter(1, ids, probs)
    return (weights * (-ce * (p * q.log()).sum(-1) + tv * (q - p).abs().sum(-1))).sum()


class HeadLossTest(unittest.TestCase):
    def check(self, with_bias, ce, tv):
        torch.manual_seed(3)
        rows, hidden_size, rank, vocabulary, top = 300, 16, 8, 400, 12
        hidden = (torch.randn(rows, hidden_size) * 0.3).bfloat16()
        head = torch.randn(vocabulary, hidden_size).bfloat16()
        bias = (torch.randn(rows, rank) * 0.3).bfloat16() if with_bias else None
        w2 = torch.randn(vocabulary, rank).bfloat16().float() if with_bias else None
        law = (torch.randn(rows, vocabulary) * 2).softmax(-1)
        probs, ids = law.topk(top)
        weights = torch.rand(rows)
        inputs = [x for x in (hidden, bias, w2) if x is not None]
        for x in inputs:
            x.requires_grad_()
        expected = dense_loss(hidden, bias, w2, head, ids, probs, weights, ce, tv)
        wanted = torch.autograd.grad(expected, inputs)
        found, accept = HeadLoss.apply(hidden, bias, w2, head, ids, probs, weights, ce, tv)
        gradients = torch.autograd.grad(found, inputs)
        self.assertLess(abs((found - expected).item() / expected.item()), 0.01)
        self.assertTrue(((accept >= 0) & (accept <= 1)).all())
        for got, want in zip(gradients, wanted):
            error = (got.float() - want.float()).norm() / want.float().norm()
            self.assertLess(float(error), 0.02)

    def test_cross_entropy(self):
        self.check(with_bias=False, ce=1.0, tv=0.0)

    def test_distance(self):
        self.check(with_bias=False, ce=0.0, tv=1.0)

    def test_mixture_with_markov_bias(self):
        self.check(with_bias=True, ce=0.1, tv=0.9)


if __name__ == "__main__":
    unittest.main()
