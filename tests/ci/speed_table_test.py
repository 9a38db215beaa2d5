"""speed_table.py on what `compare` says of runs that do not compare, or that have no interval."""
import json
import pathlib
import sys
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "ci"))
import speed_table  # noqa: E402  pylint: disable=wrong-import-position

RATIO = {"value": 1.25, "lo": 1.2, "hi": 1.3, "note": ""}


def compare_json(**changes):
    scope = {"scope": "all", "pairs": 40, "only_baseline": 0, "only_candidate": 0, "comparable": True, "metrics": [],
             "speedup": RATIO}
    scope.update(changes)
    return mock.Mock(returncode=0, stdout=json.dumps({"pairs": [{"candidate": "dspark fixed 7", "scopes": [scope]}]}))


class SpeedTable(unittest.TestCase):
    def compared(self, **changes):
        with mock.patch.object(speed_table.subprocess, "run", return_value=compare_json(**changes)), \
             mock.patch.object(speed_table.pathlib.Path, "exists", return_value=True):
            return speed_table.compared("a.db", 1, 2)

    def test_comparable_runs_are_taken(self):
        arm, scope = self.compared()
        self.assertEqual((arm, scope["pairs"]), ("dspark fixed 7", 40))

    def test_runs_that_do_not_compare_end_it(self):
        with self.assertRaises(SystemExit) as ended:
            self.compared(pairs=2, only_baseline=38, comparable=False)
        self.assertIn("runs 1 and 2: 2 requests are in both, 38 and 0 in one: not comparable", str(ended.exception))

    def test_unfinished_runs_end_it(self):
        sets = [{"arms": [{"run": {"id": 1, "drafter": "none", "state": "complete"}},
                          {"run": {"id": 2, "drafter": "dspark", "state": "interrupted"}}]}]
        with mock.patch.object(speed_table, "report_sets", return_value=sets), self.assertRaises(SystemExit) as ended:
            speed_table.speed_table("a.db")
        self.assertIn("2 (interrupted)", str(ended.exception))

    def test_a_ratio_without_an_interval_says_why(self):
        self.assertEqual(speed_table.cell(RATIO), "1.250 [1.200, 1.300]")
        self.assertEqual(speed_table.cell({"value": 1.25, "lo": None, "hi": None, "note": "n too small for an interval"}),
                         "1.250 (n too small for an interval)")
        self.assertEqual(speed_table.cell({"value": None, "lo": None, "hi": None, "note": "n/a"}), "n/a")


if __name__ == "__main__":
    unittest.main()
