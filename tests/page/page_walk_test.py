#!/usr/bin/env python3
"""Every figure of the report's page is the JSON report's: the tables, sentences and notes of the page are made again from
the JSON (page_walk.py, page_notes.py), the values under charts from the charts' files, whose points are the JSON's. And a figure that is
altered on either side is found.

Usage: page_walk_test.py DSBENCH
"""
import copy
import csv
import pathlib
import re
import sys
import tempfile
import unittest

import page_notes
import page_walk
import stores

PROGRAM = None
PARTS = ("value", "lo", "hi")


def bumped(text, place=0):
    """The text with the last digit of its first number changed, or of another."""
    number = list(re.finditer(r"\d+(?:\.\d+)?", text))[place]
    digit = text[number.end() - 1]
    return text[:number.end() - 1] + str((int(digit) + 1) % 10) + text[number.end():]


class AnyWalk:
    make, kinds, least_charts, least_notes = None, {}, 0, 0

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        results = str(pathlib.Path(cls.folder.name) / "page.db")
        cls.make(PROGRAM, results)
        cls.report = stores.Report(PROGRAM, results, cls.folder.name)
        cls.reader = page_walk.Reader(cls.report.html)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_tables_and_sentences_are_the_jsons(self):
        problems, seen = page_walk.walk(self.reader, self.report.json)
        self.assertEqual(problems, [])
        self.assertEqual(seen, self.kinds)

    def test_values_under_charts_are_their_files(self):
        problems, seen = page_walk.chart_problems(self.reader, self.report.charts)
        self.assertEqual(problems, [])
        self.assertGreaterEqual(seen, self.least_charts)

    def test_points_of_charts_are_the_jsons(self):
        compared, stacks = 0, {}
        for path in sorted(self.report.charts.glob("*.csv")):
            with open(path, encoding="utf-8", newline="") as file:
                points = list(csv.DictReader(file))
            for point in (one for one in points if one["figure"]):
                run, metric, scope = point["figure"].split(" ", 2)
                entries = [e for key, e in self.report.figures.items() if key[:3] == (int(run), metric, scope)]
                self.assertTrue(entries, point)
                if metric.startswith("phase_wall_"):
                    stacks.setdefault((path, run), []).append(float(point["x"]) / entries[0]["value"])
                    continue
                scale = 100.0 / entries[0]["n"] if metric == "accept_histogram" else 1.0
                wanted = [[None if e[part] is None else e[part] * scale for part in PARTS] for e in entries]
                axes = [[float(v) if v else None for v in (point[a], point[a + "_lo"], point[a + "_hi"])]
                        for a in ("x", "y") if re.fullmatch(r"[-+.\de]+", point[a])]
                self.assertTrue([one for one in wanted if one in axes], (path.name, point))
                if path.name.startswith("break-even"):
                    step = self.report.figures[int(run), "step_time_factor", scope, entry_baseline(self.report, run)]
                    inverse = [1 / step["value"], *(None if step[end] is None else 1 / step[end] for end in ("hi", "lo"))]
                    self.assertIn(inverse, axes, point)
                compared += 1
        for parts in stacks.values():  # ms a token are ns a step times one factor an arm
            for part in parts:
                self.assertAlmostEqual(part / parts[0], 1, places=9)
        self.assertGreater(compared, self.least_charts)

    def test_an_altered_figure_of_the_page_is_found(self):
        tried = set()
        for place, table in enumerate(self.reader.items):
            kind = page_walk.kind_of(table) if isinstance(table, page_walk.Table) else None
            if kind is None or kind in tried or table.figure is not None:
                continue
            tried.add(kind)
            for r, row in enumerate(table.rows):
                for c, cell in enumerate(row):
                    # Which run a row is of is what the walk goes by, and a definition is no figure.
                    if not re.search(r"\d", cell) or table.heads[c] in ("run", "definition"):
                        continue
                    altered = copy.copy(self.reader)
                    altered.items = list(self.reader.items)
                    altered.items[place] = copy.deepcopy(table)
                    altered.items[place].rows[r][c] = bumped(cell)
                    self.assertTrue(page_walk.walk(altered, self.report.json)[0], (kind, table.heads[c], cell))
        self.assertEqual(tried, set(self.kinds))

    def test_an_altered_sentence_is_found(self):
        for place, item in enumerate(self.reader.items):
            if not isinstance(item, tuple) or not re.search(r"\d", item[1]):
                continue
            altered = copy.copy(self.reader)
            altered.items = list(self.reader.items)
            altered.items[place] = (item[0], bumped(item[1]))
            self.assertTrue(page_walk.walk(altered, self.report.json)[0], item)

    def test_an_altered_note_is_found(self):
        tried = 0
        for place, item in enumerate(self.reader.items):
            if not isinstance(item, page_walk.Note) or not page_notes.has_figure(item):
                continue
            tried += 1
            for number in {0, -1}:  # an arm's, as often as not, and a figure
                altered = copy.copy(self.reader)
                altered.items = list(self.reader.items)
                altered.items[place] = page_walk.Note(bumped(item, number))
                self.assertTrue(page_walk.walk(altered, self.report.json)[0], item)
        self.assertGreaterEqual(tried, self.least_notes)

    def test_an_altered_figure_of_the_json_is_found(self):
        for change in self.changes:
            altered = copy.deepcopy(self.report.json)
            change(altered)
            self.assertTrue(page_walk.walk(self.reader, altered)[0], change)


def entry_baseline(report, run):
    return next(c["baseline_run"] for group in report.json["sets"] for c in group["comparisons"]
                if c["candidate_run"] == int(run))


def arm_of(report, place):
    return report["sets"][0]["arms"][place]


def grow(entry, part="value"):
    entry[part] *= 1.01


class PairedWalk(AnyWalk, unittest.TestCase):
    make = staticmethod(stores.make_paired)
    kinds = {"speed": 6, "break-even": 3, "depth": 1, "crosswalk": 7, "requests": 3}
    least_charts, least_notes = 30, 12
    changes = (
        lambda json: grow(page_walk.metric(arm_of(json, 1), "accepted_length")),
        lambda json: grow(page_walk.metric(arm_of(json, 1), "accepted_length"), "hi"),
        lambda json: grow(page_walk.metric(arm_of(json, 2), "user_decode_tokens_per_s")),
        lambda json: grow(json["sets"][0]["comparisons"][0]["scopes"][0]["speedup"]),
        lambda json: grow(json["sets"][0]["comparisons"][0]["scopes"][0]["break_even_length"], "lo"),
        lambda json: grow(json["sets"][2]["arms"][1]["by_depth"][1]["accepted_length"]),
        lambda json: grow(arm_of(json, 1)["crosswalk"]["figures"]["vllm.draft_acceptance_rate"]),
        lambda json: arm_of(json, 0)["requests"].update(measured=99),
        lambda json: json["sets"][0]["conclusion"].pop(),
        lambda json: grow(page_walk.metric(arm_of(json, 1), "mean_decode_rate")),
        lambda json: arm_of(json, 0)["machine"].update(num_cores=99),
    )


class LoadWalk(AnyWalk, unittest.TestCase):
    make = staticmethod(stores.make_load)
    kinds = {"curve": 1, "load": 7, "slo": 7, "requests": 7, "speed": 2, "break-even": 1, "scheduling": 1, "crosswalk": 2}
    least_charts, least_notes = 10, 25
    changes = (
        lambda json: grow(json["loads"][0]["points"][1]["user_speedup"]),
        lambda json: grow(json["loads"][0]["points"][4]["output_tokens_per_s"], "lo"),
        lambda json: json["loads"][0]["points"][2].update(dominated=not json["loads"][0]["points"][2]["dominated"]),
        lambda json: json["loads"][0]["points"].pop(),
        lambda json: grow(page_walk.metric(arm_of(json, 0), "mean_concurrency")),
        lambda json: grow(next(m for m in arm_of(json, 1)["metrics"] if m["metric"] == "goodput_tokens_per_s")),
        lambda json: grow(arm_of(json, 2)["scheduling"]["loads"][0], "step_ns"),
        lambda json: arm_of(json, 2)["scheduling"].update(undrafted=0),
        lambda json: grow(page_walk.metric(arm_of(json, 1), "accepted_length_per_request")),
    )

    def test_charts_over_the_load_are_the_points(self):
        axes = {"pareto": ("user_tokens_per_s", "output_tokens_per_s"),
                "throughput": ("decode_concurrency", "output_tokens_per_s"), "budget": ("decode_concurrency", "budget")}
        for chart, (x, y) in axes.items():
            with open(self.report.charts / f"{chart}.csv", encoding="utf-8", newline="") as file:
                drawn = {(p["series"], p["point"].split(",")[0]): [float(p[a + end]) for a in "xy" for end in ("", "_lo", "_hi")]
                         for p in csv.DictReader(file)}
            self.assertEqual(len(drawn), 9)
            self.assertEqual(drawn, {(p["arm"], p["load"]): [p[axis][part] for axis in (x, y) for part in PARTS]
                                     for p in self.report.json["loads"][0]["points"]})


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1], verbosity=1)
