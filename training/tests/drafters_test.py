"""Batched training rows against step-by-step drafting, and the operation counts against PyTorch's.

A drafter of random weights, small shapes: the hidden states that training computes for many anchors at
once must be those of one anchor whose context ends at it, and must not see tokens they cannot know.
"""

import pathlib
import sys
import unittest
from unittest import mock

import torch
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from dataset import Batch  # noqa: E402
from drafters import KINDS  # noqa: E402
from flops import step_flops  # noqa: E402
from gguf_reader import TargetShape  # noqa: E402
import step_loss as step_loss_module  # noqa: E402
from step_loss import kept_states, step_loss  # noqa: E402

SHAPE = TargetShape(hidden=32, intermediate=48, layers=6, heads=4, kv_heads=2, head_dim=8, vocabulary=90,
                    rope_theta=1e4, norm_epsilon=1e-5)
LAYERS = [1, 3]
T = 20


def settings_of(kind, markov_head="vanilla"):
    return {"block": 1 if kind == "mtp1" else 4, "layers": 2 if kind in ("dspark", "dflash") else 1,
            "markov_rank": 8 if kind == "dspark" else 0, "markov_head": markov_head,
            "draft_vocabulary": 50, "feature_layers": LAYERS}


def make(kind, markov_head="vanilla"):
    torch.manual_seed(5)
    embedding = torch.randn(SHAPE.vocabulary, SHAPE.hidden).bfloat16()
    drafter = KINDS[kind](SHAPE, settings_of(kind, markov_head), embedding)
    for parameter in drafter.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.2)
    return drafter


def make_batch(anchors, rows, block, ids, features, last):
    anchors = torch.tensor([anchors])
    hidden_from = torch.zeros(1, anchors.shape[1], rows).bfloat16()
    hidden_from.masked_fill_(torch.arange(rows) >= anchors.unsqueeze(-1), float("-inf"))
    valid = torch.ones(1, anchors.shape[1], block, dtype=torch.bool)
    return Batch(ids[:, :rows + 1 + block], features[:, :rows], last[:, :rows],
                 torch.arange(rows).unsqueeze(0), anchors, hidden_from, valid, valid.long())


class DraftersTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(6)
        self.ids = torch.randint(0, SHAPE.vocabulary, (1, T + 8))
        self.features = torch.randn(1, T, len(LAYERS) * SHAPE.hidden).bfloat16()
        self.last = torch.randn(1, T, SHAPE.hidden).bfloat16()

    def hidden(self, kind, anchors, rows=T, ids=None):
        block = settings_of(kind)["block"]
        batch = make_batch(anchors, rows, block, self.ids if ids is None else ids, self.features, self.last)
        return make(kind).hidden(batch).float()[0]

    def test_many_anchors_equal_one_with_its_context_alone(self):
        for kind in KINDS:
            together = self.hidden(kind, [5, 9, 12])
            alone = self.hidden(kind, [9], rows=9)
            self.assertLess((together[1] - alone[0]).abs().max().item(), 0.06, kind)

    def test_rows_do_not_see_unknown_tokens(self):
        for kind in KINDS:
            ids = self.ids.clone()
            ids[0, 10:] = (ids[0, 10:] + 1) % SHAPE.vocabulary
            known = 1 if kind == "eagle3" else settings_of(kind)["block"]
            before, after = self.hidden(kind, [9]), self.hidden(kind, [9], ids=ids)
            self.assertTrue(torch.equal(before[0, :known], after[0, :known]), kind)

    def test_rows_see_the_anchor_token(self):
        for kind in KINDS:
            ids = self.ids.clone()
            ids[0, 9] = (ids[0, 9] + 1) % SHAPE.vocabulary
            before, after = self.hidden(kind, [9]), self.hidden(kind, [9], ids=ids)
            self.assertFalse(torch.equal(before[0, 0], after[0, 0]), kind)

    def test_kept_rows_are_those_of_all(self):
        variants = [(kind, "vanilla") for kind in KINDS] + [("dspark", "gated"), ("dspark", "rnn")]
        for kind, markov_head in variants:
            drafter, block = make(kind, markov_head), settings_of(kind)["block"]
            batch = make_batch([5, 9, 12], T, block, self.ids, self.features, self.last)
            kept = torch.arange(0, 3 * block, 2)
            hidden, markov, _ = kept_states(drafter, batch, kept)
            whole = drafter.hidden(batch)
            self.assertLess((hidden - whole.flatten(0, 2)[kept]).abs().max().item(), 0.03, kind)
            if markov is not None:
                expected = drafter.markov_head(batch.previous(), whole).flatten(0, 2)[kept]
                self.assertLess((markov - expected).abs().max().item(), 0.03, markov_head)

    def test_every_parameter_learns_from_kept_rows(self):
        for kind in KINDS:
            drafter, block = make(kind), settings_of(kind)["block"]
            batch = make_batch([5, 9, 12], T, block, self.ids, self.features, self.last)
            slope = torch.randn(3 * block, SHAPE.hidden).bfloat16()
            slope[1::2] = 0  # what the loss leaves out
            drafter.hidden(batch).backward(slope.view(1, 3, block, -1))
            wanted = {name: p.grad for name, p in drafter.named_parameters() if p.grad is not None}
            drafter.zero_grad()
            drafter.hidden(batch, torch.arange(0, 3 * block, 2)).backward(slope[::2])
            for name, want in wanted.items():
                error = (drafter.get_parameter(name).grad - want).norm() / want.norm()
                self.assertLess(float(error), 0.02, f"{kind} {name}")

    def test_rows_that_fill_up_change_nothing(self):
        drafter, kept = make("dspark"), torch.tensor([0, 1, 5, 7, 8])
        batch = make_batch([5, 9, 12], T, 4, self.ids, self.features, self.last)
        head = torch.randn(50, SHAPE.hidden).bfloat16()
        probs, ids = torch.randn(5, 50).softmax(-1).topk(3)
        results = []
        for pad in (1, 4, 32):
            drafter.zero_grad()
            with mock.patch.object(step_loss_module, "PAD", pad):
                loss, accept, rows = step_loss(drafter, batch, kept, (ids, probs), head, {"ce": 0.5, "tv": 0.5}, 1.0)
            loss.backward()
            gradients = torch.cat([p.grad.flatten() for p in drafter.parameters() if p.grad is not None])
            results.append((loss.detach(), torch.tensor(accept), gradients))
            self.assertEqual(rows, {1: 5, 4: 8, 32: 12}[pad])
        for result in results[1:]:
            for found, wanted in zip(result, results[0]):
                self.assertLess(float((found - wanted).norm() / wanted.norm()), 0.01)

    def test_operation_count(self):
        variants = [(kind, "vanilla", step) for kind in KINDS for step in (1, 2)]
        for kind, markov_head, step in [*variants, ("dspark", "gated", 2), ("dspark", "rnn", 2)]:
            settings, drafter = settings_of(kind, markov_head), make(kind, markov_head)
            for parameter in drafter.parameters():
                parameter.grad = None
            anchors, block = [5, 9, 12], settings["block"]
            batch = make_batch(anchors, T, block, self.ids, self.features, self.last)
            kept = torch.arange(0, len(anchors) * block, step)
            mock.patch.object(step_loss_module, "PAD", 1).start()
            self.addCleanup(mock.patch.stopall)
            head = torch.randn(settings["draft_vocabulary"], SHAPE.hidden).bfloat16()
            laws = torch.zeros(len(kept), 1, dtype=torch.long), torch.ones(len(kept), 1)
            with FlopCounterMode(display=False) as counter:
                loss, _, rows = step_loss(drafter, batch, kept, laws, head, {"ce": 1.0, "tv": 1.0}, 1.0)
                loss.backward()
            ours = step_flops(kind, settings, SHAPE, 1, T, len(anchors), rows)
            self.assertLess(abs(ours / counter.get_total_flops() - 1), 0.05, f"{kind} {markov_head} {step}")


if __name__ == "__main__":
    unittest.main()
