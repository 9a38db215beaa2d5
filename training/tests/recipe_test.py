"""What the recipe's values mean, what an older recipe or checkpoint means, and what is refused."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import precision  # noqa: E402
import settings  # noqa: E402
from schedule import Schedule  # noqa: E402
from train import Trainer  # noqa: E402

KINDS = ("dspark", "dflash", "eagle3", "mtp1")


def recipe(kind, *changes):
    return settings.read_settings(settings.RECIPE, kind, {}, changes)


class SettingsTest(unittest.TestCase):
    def test_changes(self):
        self.assertEqual(recipe("dspark", "muon_block=192", "sequences=8")["muon_block"], 192)
        self.assertEqual(settings.read_settings(settings.RECIPE, "dspark", {"seed": 7, "block": None}, [])["seed"], 7)
        for kind in KINDS:
            recipe(kind)

    def test_bad_words_are_refused(self):
        for change in ("muon_blok=192", "muon_block=", "muon_block", "optimizer=muon", "muon_block=-1", "muon_block=1.5", "aim=-1",
                       "aim=\"much\"", "final_norm_start=0", "sequences=0", "early={}", 'early={"share":2,"block":1,"anchors_times":8}'):
            with self.assertRaises(SystemExit, msg=change):
                recipe("dspark", change)

    def test_what_is_left_unsaid_means_what_was_done_before(self):
        old = recipe("dspark", 'product_type="float32"')
        older = {name: value for name, value in old.items() if name not in ("muon_block", "aim", "final_norm_start")}
        older |= {"early": {"share": 0.0, "block": 3, "anchors_times": 2}, "drafters": {}}
        self.assertTrue(settings.same(json.dumps(older), old))
        for change in ("muon_block=192", "aim=1", "final_norm_start=0.3", 'early={"share":0.5,"block":1,"anchors_times":8}'):
            self.assertFalse(settings.same(json.dumps(older), recipe("dspark", 'product_type="float32"', change)), change)

    def test_a_recipe_without_the_new_values(self):
        with tempfile.TemporaryDirectory() as folder:
            old = json.loads(settings.RECIPE.read_text())
            for name in settings.BEFORE:
                del old[name]
            path = pathlib.Path(folder) / "old.json"
            path.write_text(json.dumps(old))
            for kind in KINDS:
                self.assertEqual({name: settings.read_settings(path, kind, {}, [])[name] for name in settings.BEFORE}, settings.BEFORE)


class ScheduleTest(unittest.TestCase):
    def schedule(self, kind="eagle3", **early):
        return Schedule({**recipe(kind), "early": {"share": 0.5, "block": 1, "anchors_times": 8, **early}})

    def test_blocks_and_anchors(self):
        for kind in ("dspark", "dflash", "eagle3"):
            schedule = self.schedule(kind)
            self.assertEqual([schedule.rows(0.0), schedule.rows(0.49), schedule.rows(0.5)], [(1, 256), (1, 256), (7, 32)])
        self.assertEqual(self.schedule("mtp1").rows(0.0), (1, 128))

    def test_each_stage_begins_with_cross_entropy(self):
        schedule = self.schedule(warm_share=0.3)
        warm = [schedule.is_warm(progress) for progress in (0, 0.149, 0.151, 0.499, 0.5, 0.649, 0.651, 1)]
        self.assertEqual(warm, [True, True, False, False, True, True, False, False])
        self.assertEqual(self.schedule(warm_share=1).is_warm(0.499), True)
        self.assertEqual(schedule.mix(0.2), {"ce": 0.1, "tv": 0.9})

    def test_an_older_recipe_has_one_warm_up(self):
        schedule = self.schedule()
        self.assertEqual([schedule.is_warm(progress) for progress in (0.151, 0.299, 0.301, 0.5)], [True, True, False, False])

    def test_without_an_early_stage_there_is_one_warm_up(self):
        for schedule in (self.schedule("mtp1", warm_share=0.1), self.schedule(share=0.0, warm_share=0.1)):
            self.assertEqual([schedule.is_warm(progress) for progress in (0.2, 0.299, 0.301)], [True, True, False])


class ProductTypeTest(unittest.TestCase):
    def tearDown(self):
        precision.set_product_type("bfloat16")

    def test_auto_is_the_faster_one(self):
        for rates, chosen in (({"bfloat16": 300, "float32": 50}, "bfloat16"), ({"bfloat16": 60, "float32": 100}, "float32")):
            self.assertEqual(precision.resolve("auto", rate=rates.get), (chosen, rates))
        self.assertEqual(precision.resolve("float32", rate=None), ("float32", {}))
        self.assertEqual(precision.resolve("auto", "cuda", rate=None), ("bfloat16", {}))
        self.assertGreater(precision.measured_rate("float32"), 0)
        with self.assertRaises(SystemExit):
            precision.resolve("float16")

    def chosen(self, named, saved):
        trainer = Trainer.__new__(Trainer)
        trainer.settings, trainer.device = {"product_type": named}, "cpu"
        trainer._choose_product_type({"settings": json.dumps({"product_type": saved})})
        self.assertEqual(precision.product_type(), precision.TYPES[trainer.settings["product_type"]])
        return trainer.settings["product_type"]

    def test_a_resumed_run_keeps_its_type(self):
        for saved in precision.TYPES:
            self.assertEqual(self.chosen("auto", saved), saved)
        self.assertEqual(self.chosen("float32", "bfloat16"), "float32")  # and is refused as another setting


if __name__ == "__main__":
    unittest.main()
