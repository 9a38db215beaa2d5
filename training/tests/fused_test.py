"""Each fused step against plain autograd on its formula, in float32, over several pieces."""

import pathlib
import sys
import unittest
from unittest import mock

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import attention  # noqa: E402
import fused  # noqa: E402
import product  # noqa: E402


def leaves(*shapes):
    return [torch.randn(shape).requires_grad_() for shape in shapes]


def plain_heads(x, weight, epsilon, cos, sin, groups):
    S, N, heads, D = x.shape
    low, high = F.rms_norm(x, (D,), weight, epsilon).chunk(2, -1)
    cos, sin = cos.unsqueeze(2), sin.unsqueeze(2)
    turned = torch.cat([low * cos - high * sin, high * cos + low * sin], -1)
    return turned.view(S, N, groups, heads // groups, D).permute(0, 2, 1, 3, 4)


def plain_attend(q, keys, values, own_keys, own_values, visible):
    A, T = visible.shape[1:]
    scores = torch.einsum("sgamd,sgtd->sgamt", q, keys) + visible[:, None, :, None]
    if own_keys is not None:
        scores = torch.cat([scores, torch.einsum("sgamd,sgand->sgamn", q, own_keys)], -1)
    weights = scores.softmax(-1)
    attended = torch.einsum("sgamt,sgtd->sgamd", weights[..., :T], values)
    if own_keys is not None:
        attended = attended + torch.einsum("sgamn,sgand->sgamd", weights[..., T:], own_values)
    return attended


class FusedTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(4)
        for name, module in (("PIECE", fused), ("SCORES", attention)):
            patch = mock.patch.object(module, name, 40)
            patch.start()
            self.addCleanup(patch.stop)

    def check(self, found, wanted, inputs):
        """Both are functions of the inputs; equal in value and in all gradients."""
        found, wanted = found(*inputs), wanted(*inputs)
        self.assertLess((found - wanted).abs().max().item(), 2e-6)
        slope = torch.randn(wanted.shape)
        for got, want in zip(torch.autograd.grad(found, inputs, slope), torch.autograd.grad(wanted, inputs, slope)):
            self.assertLess((got - want).abs().max().item(), 1e-5)

    def test_rms_norm(self):
        self.check(lambda x, w: fused.RmsNormFunction.apply(x, w, 1e-5),
                   lambda x, w: F.rms_norm(x, (8,), w, 1e-5), leaves((3, 7, 8), (8,)))

    def test_rms_norm_of_what_needs_no_gradient(self):
        x, (weight,) = torch.randn(9, 8), leaves((8,))
        self.check(lambda w: fused.RmsNormFunction.apply(x, w, 1e-5), lambda w: F.rms_norm(x, (8,), w, 1e-5), [weight])

    def test_heads(self):
        for groups, rows in ((2, 3), (2, 1), (4, 3)):
            cos, sin = torch.randn(rows, 5, 3), torch.randn(rows, 5, 3)
            self.check(lambda x, w: fused.HeadsFunction.apply(x, w, 1e-5, cos, sin, groups),
                       lambda x, w: plain_heads(x, w, 1e-5, cos, sin, groups), leaves((3, 5, 4, 6), (6,)))

    def test_swiglu(self):
        self.check(fused.SwigluFunction.apply, lambda x: F.silu(x[:, :6]) * x[:, 6:], leaves((9, 12)))

    def test_take(self):
        index = torch.tensor([0, 3, 5])
        self.check(lambda x: fused.take(x, index), lambda x: x.flatten(0, 1)[index], leaves((2, 4, 3)))

    def test_product(self):
        torch.manual_seed(1)
        for outputs in (48, 96):
            x, weight, slope = torch.randn(3, 700, 64).bfloat16(), torch.randn(outputs, 64).bfloat16(), torch.randn(3, 700, outputs).bfloat16()
            found, wanted = ([part.clone().requires_grad_() for part in (x, weight)] for _ in range(2))
            product.product(*found).backward(slope)
            F.linear(*wanted).backward(slope)
            for got, want in zip(found, wanted):
                self.assertLess(float((got.grad.float() - want.grad.float()).norm() / want.grad.float().norm()), 0.01)
                self.assertTrue(got.grad.is_contiguous())
        with mock.patch.object(product, "ROWS", 256):
            self.assertTrue(torch.equal(product.turned(x[0]), x[0].t()))

    def test_attend(self):
        S, G, A, M, D, T, m = 5, 2, 3, 4, 6, 7, 2
        visible = torch.zeros(S, A, T).masked_fill_(torch.arange(T) >= torch.tensor([2, 4, 7]).view(1, A, 1), float("-inf"))
        inputs = leaves((S, G, A, M, D), (S, G, T, D), (S, G, T, D))
        for own in ([], leaves((S, G, A, m, D), (S, G, A, m, D))):
            self.check(lambda q, k, v, *own: attention.attend(q, (k, v), own or None, visible),
                       lambda q, k, v, *own: plain_attend(q, k, v, *(own or (None, None)), visible), [*inputs, *own])


if __name__ == "__main__":
    unittest.main()
