#!/usr/bin/env python3
"""docs/notebook.ipynb, cell by cell, on a results file of the scripted engine: it draws three charts, and its acceptance
by position is the report's. Exit 77: no pandas or matplotlib here.

Usage: notebook_test.py DSBENCH
"""
import importlib.util
import json
import os
import pathlib
import sys
import tempfile
import unittest

import stores

PROGRAM = None
NOTEBOOK = pathlib.Path(__file__).parents[2] / "docs" / "notebook.ipynb"


class Notebook(unittest.TestCase):
    def test_it_runs_and_says_what_the_report_says(self):
        import matplotlib
        matplotlib.use("Agg")
        cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        self.assertFalse([cell for cell in cells if cell.get("outputs")], "commit it without outputs")
        with tempfile.TemporaryDirectory() as folder:
            results = str(pathlib.Path(folder) / "page.db")
            stores.make_paired(PROGRAM, results)
            report = json.loads(stores.run(PROGRAM, "report", results, "--format", "json"))
            os.environ["DSBENCH_RESULTS"] = results
            names = {}
            for cell in cells:
                if cell["cell_type"] == "code":
                    exec("".join(cell["source"]), names)
            names["db"].close()
        self.assertEqual(len(names["plt"].get_fignums()), 3)
        compared = 0
        for (run, metric, scope, baseline), entry in stores.figures(report).items():
            if metric == "conditional_acceptance" and scope.startswith("position:") and entry["value"] is not None:
                self.assertAlmostEqual(names["acceptance"][run][int(scope[9:])], entry["value"])
                compared += 1
        self.assertGreater(compared, 8)


if __name__ == "__main__":
    for module in ("pandas", "matplotlib"):
        if importlib.util.find_spec(module) is None:
            print(f"skipped: no {module} here; install the packages of section [page] in ci/packages.txt")
            sys.exit(77)
    PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1], verbosity=1)
