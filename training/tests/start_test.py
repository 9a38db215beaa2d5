"""How a run starts: block drafters whose aimed heads look at the newest context row, and first logits of a chosen size."""

import pathlib
import sys
import unittest

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from aimed_start import aim_at_newest  # noqa: E402
from dataset import Batch  # noqa: E402
from drafters import make_drafter  # noqa: E402
from gguf_reader import TargetShape  # noqa: E402

SHAPE = TargetShape(hidden=96, intermediate=48, layers=6, heads=6, kv_heads=2, head_dim=32, vocabulary=90,
                    rope_theta=1e5, norm_epsilon=1e-5)
KINDS = ("dspark", "dflash", "eagle3", "mtp1")
T, ANCHORS = 40, (20, 30, 39)


def make(kind, **changes):
    torch.manual_seed(5)
    settings = {"block": 1 if kind == "mtp1" else 3, "layers": 2 if kind in ("dspark", "dflash") else 1,
                "markov_rank": 8 if kind == "dspark" else 0, "markov_head": "vanilla", "draft_vocabulary": 50,
                "feature_layers": [1], "start_from_target": False, **changes}
    embedding = (torch.randn(SHAPE.vocabulary, SHAPE.hidden) * 0.1 + 0.03).bfloat16()
    return make_drafter(kind, SHAPE, settings, None, embedding)


def make_batch(block):
    torch.manual_seed(6)
    anchors = torch.tensor([ANCHORS])
    features = (torch.randn(1, T, SHAPE.hidden) + torch.randn(SHAPE.hidden)).bfloat16()
    hidden_from = torch.zeros(1, len(ANCHORS), T).bfloat16()
    hidden_from.masked_fill_(torch.arange(T) >= anchors.unsqueeze(-1), float("-inf"))
    valid = torch.ones(1, len(ANCHORS), block, dtype=torch.bool)
    return Batch(torch.randint(0, SHAPE.vocabulary, (1, T + 1 + block)), features, features, torch.arange(T).unsqueeze(0),
                 anchors, hidden_from, valid, valid.long())


@torch.no_grad()
def first_row_weights(model):
    """How much the anchor's row of the first layer looks at each context row: [anchors, heads, T]."""
    batch, attention = make_batch(1), model.layers[0].self_attn
    x = model.layers[0].input_layernorm(model.embedding[batch.token_at(batch.anchors)].unsqueeze(2))
    q = attention.queries(x, model.rope.at(batch.anchors.unsqueeze(-1)))
    keys, _ = attention.keys_values(model.context(batch), model.rope.at(batch.positions))
    scores = torch.einsum("sgard,sgtd->sgart", q.float(), keys.float()) + batch.hidden_from[:, None, :, None].float()
    return scores.softmax(-1)[0].transpose(0, 1).flatten(1, 2)


class StartTest(unittest.TestCase):
    def test_the_first_head_of_each_group_looks_at_the_newest_row(self):
        for kind in ("dspark", "dflash"):
            model, plain = make(kind), make(kind)
            aim_at_newest(model, make_batch(1), 2.0)
            weights, before = first_row_weights(model), first_row_weights(plain)
            aimed, others, start = (self.by_distance(found, heads) for found, heads in
                                    ((weights, slice(0, None, 3)), (weights, [1, 2, 4, 5]), (before, slice(0, None, 3))))
            self.assertTrue(aimed[0] > aimed[1] > aimed[3] > aimed[7], (kind, aimed))
            self.assertGreater(aimed[0], 3 * max(others[0], start[0]))

    def by_distance(self, weights, heads):
        """Mean weight of the rows at distance 1, 2, ... before the anchor."""
        return [sum(float(weights[number, heads, anchor - distance].mean()) for number, anchor in enumerate(ANCHORS)) / len(ANCHORS)
                for distance in range(1, 10)]

    def test_only_queries_and_keys_are_aimed(self):
        model, plain = make("dspark"), make("dspark")
        aim_at_newest(model, make_batch(1), 1.0)
        changed = {name.split(".")[-2] for (name, after), (_, old) in zip(model.named_parameters(), plain.named_parameters())
                   if not torch.equal(after, old)}
        self.assertEqual(changed, {"q_proj", "k_proj"})
        aim_at_newest(plain, make_batch(1), 0.0)
        for (name, after), (_, old) in zip(plain.named_parameters(), make("dspark").named_parameters()):
            self.assertTrue(torch.equal(after, old), name)

    def test_the_final_norm_sets_the_size_of_the_first_logits(self):
        for kind in KINDS:
            batch = make_batch(1 if kind == "mtp1" else 3)
            plain, same, small = (make(kind, **changes).hidden(batch).detach().float() for changes in
                                  ({}, {"final_norm_start": 1.0}, {"final_norm_start": 0.25}))
            self.assertTrue(torch.equal(plain, same), kind)
            self.assertLess((small - 0.25 * plain).abs().max().item(), 0.01 * float(plain.abs().max()), kind)


if __name__ == "__main__":
    unittest.main()
