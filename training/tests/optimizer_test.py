"""Muon as a whole and on blocks of rows: what is orthogonal, how large an update is, what it costs."""

import pathlib
import sys
import unittest

import torch
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import precision  # noqa: E402
from flops import optimizer_flops  # noqa: E402
from optimizer import Optimizer, num_blocks, orthogonal  # noqa: E402

SETTINGS = {"optimizer": "muon", "muon_rate": 0.006, "adam_rate": 0.008}


class OptimizerTest(unittest.TestCase):
    def setUp(self):
        precision.set_product_type("float32")
        torch.manual_seed(2)

    def tearDown(self):
        precision.set_product_type("bfloat16")

    def test_blocks(self):
        self.assertEqual([num_blocks(shape, 192) for shape in ((576, 576), (1536, 576), (192, 576), (100, 700), (300, 400))],
                         [3, 3, 1, 1, 1])
        self.assertEqual(num_blocks((576, 576), 0), 1)

    def check_orthogonal(self, rows):
        """Newton-Schulz with these numbers brings singular values near 1, not to it."""
        values = torch.linalg.svdvals(rows)
        self.assertTrue(((values > 0.6) & (values < 1.3)).all(), values)

    def test_rows_of_a_block_are_orthogonal(self):
        for shape in ((24, 40), (40, 24)):
            matrix = torch.randn(shape)
            whole, parts = (orthogonal(matrix, block) for block in (0, 8))
            self.check_orthogonal(whole)
            wide = parts if shape[0] < shape[1] else parts.t()
            for block in wide.split(8):
                self.check_orthogonal(block)
            expected = torch.cat([orthogonal(block) for block in (matrix if shape[0] < shape[1] else matrix.t()).split(8)])
            self.assertLess((wide - expected).abs().max().item(), 1e-5)
            self.assertGreater((parts - whole).abs().max().item(), 0.05)
            self.assertLess(abs(parts.norm() / whole.norm() - 1).item(), 0.2)

    def test_operation_count(self):
        shapes = ((24, 40), (40, 24), (8, 30), (10, 30))
        for block in (0, 8):
            matrices = [torch.randn(shape) for shape in shapes]
            with FlopCounterMode(display=False) as counter:
                for matrix in matrices:
                    orthogonal(matrix, block)
            self.assertEqual(counter.get_total_flops(), optimizer_flops(matrices, block))
        self.assertLess(optimizer_flops(matrices, 8), optimizer_flops(matrices))

    def updates(self, scale, **changes):
        torch.manual_seed(3)
        model = torch.nn.Linear(40, 24)
        before = [parameter.detach().clone() for parameter in model.parameters()]
        optimizer = Optimizer(model, {**SETTINGS, **changes})
        for parameter in model.parameters():
            parameter.grad = torch.randn(parameter.shape) * scale
        norm = optimizer.step(1.0)
        return norm, [after.detach() - old for after, old in zip(model.parameters(), before)]

    def test_the_block_reaches_the_update(self):
        _, (whole, _) = self.updates(0.01)
        _, (same, _) = self.updates(0.01, muon_block=0)
        _, (parts, _) = self.updates(0.01, muon_block=8)
        self.assertTrue(torch.equal(whole, same))
        self.assertGreater((parts - whole).abs().max().item(), 1e-4)

    def test_gradients_are_clipped_together(self):
        small, _ = self.updates(0.01)
        large, _ = self.updates(100)
        self.assertAlmostEqual(large / small, 1e4, delta=10)
        model = torch.nn.Linear(3, 2)
        optimizer = Optimizer(model, SETTINGS)
        for value, expected in ((3.0, 1.0), (0.01, 0.01 * 8 ** 0.5)):
            for parameter in model.parameters():
                parameter.grad = torch.full_like(parameter, value)
            norm = optimizer._clip()
            self.assertAlmostEqual(norm, value * 8 ** 0.5, places=5)
            clipped = torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).norm()
            self.assertAlmostEqual(float(clipped), expected, places=5)


if __name__ == "__main__":
    unittest.main()
