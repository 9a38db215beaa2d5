"""gpu_check.py without a GPU: how it reads test reports and databases, and that nothing that did not run passes."""
import importlib.util
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "gpu_check.py"
SPEC = importlib.util.spec_from_file_location("gpu_check", SCRIPT)
gpu_check = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(gpu_check)

GROUPS = ("kernels", "ptx_wrappers", "batch_invariance", "golden_models")


def report(*cases):
    """GoogleTest's JSON for (suite, name, "ok", "bad" or "skipped")."""
    return {"testsuites": [{"name": suite, "testsuite": [
        {"name": name, "result": "SKIPPED" if state == "skipped" else "COMPLETED",
         **({"failures": [{"failure": "m"}]} if state == "bad" else {})}]} for suite, name, state in cases]}


def database(path, rows):
    """A results file with only what the queries read: (run, drafter, observed, tokens, ns)."""
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE run (id, drafter); CREATE TABLE phase_time (run_id, step_idx, phase, device_busy_ns);"
                     "CREATE TABLE request (run_id, phase, num_output_tokens, first_burst_tokens, first_ns, finished_ns)")
    for run, drafter, observed, tokens, ns in rows:
        db.execute("INSERT INTO run VALUES (?, ?)", (run, drafter))
        db.execute("INSERT INTO request VALUES (?, 'measured', ?, 1, 0, ?)", (run, tokens, ns))
        db.execute("INSERT INTO request VALUES (?, 'warmup', 1000, 1, 0, 1)", (run,))
        for step in (0, 1):
            db.execute("INSERT INTO phase_time VALUES (?, ?, 'verify', ?)", (run, step, 500 if observed else None))
    db.commit()
    db.close()


class GpuCheck(unittest.TestCase):
    def test_groups(self):
        checks = gpu_check.test_groups(report(
            ("All/CudaGemm", "AgreesWithTheReference/gpu", "ok"), ("All/Ptx", "MmaAddsInFloat/gpu", "ok"),
            ("All/CudaGemm", "ARowsBitsDoNotDependOnTheBatch/gpu", "bad"),
            ("All/DeviceDrafters", "GreedyRoundsAreTheCpuEngines/mtp1", "ok")))
        self.assertEqual({name: check["result"] for name, check in checks.items()},
                         {"kernels": "failed", "ptx_wrappers": "passed", "batch_invariance": "failed",
                          "golden_models": "passed"})
        self.assertEqual(checks["kernels"]["failed"], ["All/CudaGemm.ARowsBitsDoNotDependOnTheBatch/gpu"])
        self.assertEqual(checks["kernels"]["reason"], "1 of 2 tests")

    def test_what_did_not_run_has_failed(self):
        checks = gpu_check.test_groups(report(("All/CudaGemm", "A/gpu", "skipped")))
        self.assertEqual([checks[name]["result"] for name in GROUPS], ["failed"] * 4)
        with tempfile.TemporaryDirectory() as folder:
            checks = gpu_check.device_tests(pathlib.Path(folder), pathlib.Path(folder))
            self.assertEqual([checks[name]["result"] for name in GROUPS], ["failed"] * 4)
            self.assertEqual(gpu_check.roofline(pathlib.Path(folder))["result"], "failed")

    def test_no_target_is_unavailable(self):
        checks = gpu_check.decoding(pathlib.Path("b"), "", pathlib.Path("f"), pathlib.Path("m"))
        self.assertEqual({name: check["result"] for name, check in checks.items()},
                         {"tokens_per_s": "unavailable", "phase_sums": "unavailable"})

    def test_speeds_come_from_runs_that_nobody_watched(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "r.db"
            database(path, [(1, "none", False, 101, 1_000_000_000), (2, "none", True, 101, 4_000_000_000),
                            (3, "dspark", False, 51, 250_000_000)])
            self.assertEqual(gpu_check.tokens_per_s(path), {"none": 100.0, "dspark": 200.0})
            self.assertEqual(gpu_check.phase_ns(path, "device_busy_ns"), {"none/verify": 500.0})

    def test_cupti_must_not_exceed_the_span(self):
        spans = {"none/verify": 1000.0, "none/draft": 10.0}
        self.assertEqual(gpu_check.compare_phases({"none/verify": 1049.0}, spans)["result"], "passed")
        self.assertEqual(gpu_check.compare_phases({"none/verify": 1051.0}, spans)["result"], "failed")
        self.assertEqual(gpu_check.compare_phases({"other": 1.0}, spans)["result"], "failed")

    def test_drafters_are_the_shipped_ones(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("dspark", "eagle3"):
                (pathlib.Path(folder) / name).mkdir()
                (pathlib.Path(folder) / name / "config.json").write_text("{}", encoding="utf-8")
            self.assertEqual(gpu_check.drafter_names(pathlib.Path(folder)), ["none", "dspark", "eagle3"])

    @unittest.skipIf(gpu_check.card(), "a GPU is here")
    def test_without_a_device_it_is_skipped(self):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "o.json"
            done = subprocess.run([sys.executable, SCRIPT, "--build", folder, "--output", output],
                                  capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, output.exists()), (77, False))


if __name__ == "__main__":
    unittest.main()
