"""The table of short trainings: means over seeds, differences by seed, and only runs that have spent the budget."""

import argparse
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import probes
from settings import known_names

BASE, CHANGED = {"name": "recipe", "set": []}, {"name": "small batches", "set": ["sequences=8"], "drafters": ["dspark"]}


class Probes(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.args = argparse.Namespace(output=pathlib.Path(holder.name), budget=100, seeds=[1, 2], drafters=["dspark", "mtp1"])

    def ran(self, probe, seed, flops, real):
        folder = probes.run_folder(self.args, probe, "dspark", seed)
        folder.mkdir(parents=True)
        line = {"event": "held_out", "flops": flops, "length_t1": 9, "length_t0": 9,
                "real": {"length_t1": real, "length_t0": real + 1}}
        (folder / "log.jsonl").write_text(json.dumps(line) + "\n")

    def test_a_cell_has_the_mean_of_real_prompts_and_its_difference(self):
        for seed, base, changed in ((1, 1.5, 1.75), (2, 1.75, 2.25)):
            self.ran(BASE, seed, 100, base)
            self.ran(CHANGED, seed, 101, changed)
        self.assertEqual(probes.cell(self.args, BASE, BASE, "dspark"), "1.625 / 2.625")
        self.assertEqual(probes.cell(self.args, CHANGED, BASE, "dspark"), "2.000 (+0.375 ± 0.125) / 3.000 (+0.375 ± 0.125)")
        self.assertEqual(probes.cell(self.args, CHANGED, BASE, "mtp1"), "")

    def test_an_unfinished_run_does_not_count(self):
        self.ran(BASE, 1, 100, 1.5)
        self.ran(BASE, 2, 99, 5.0)
        self.ran(CHANGED, 1, 100, 1.75)
        begun = probes.run_folder(self.args, CHANGED, "dspark", 2)
        begun.mkdir()
        (begun / "log.jsonl").write_text(json.dumps({"event": "start", "step": 0}) + "\n")
        self.assertEqual(probes.cell(self.args, BASE, BASE, "dspark"), "1.500 / 2.500")
        self.assertEqual(probes.cell(self.args, CHANGED, BASE, "dspark"), "1.750 (+0.250) / 2.750 (+0.250)")

    def test_a_probe_runs_for_the_drafters_that_it_names(self):
        names = [(probe["name"], kind, seed) for probe, kind, seed in probes.all_runs(self.args, [BASE, CHANGED])]
        self.assertEqual(names, [("recipe", "dspark", 1), ("recipe", "mtp1", 1), ("small batches", "dspark", 1),
                                 ("recipe", "dspark", 2), ("recipe", "mtp1", 2), ("small batches", "dspark", 2)])

    def test_every_probe_changes_what_the_recipe_has(self):
        text = (pathlib.Path(probes.__file__).parent / "probes.json").read_text()
        for probe in json.loads(text):
            for change in probe["set"]:
                self.assertIn(change.partition("=")[0], known_names())


if __name__ == "__main__":
    unittest.main()
