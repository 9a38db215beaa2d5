"""quickstart_prompts.py: prompts for a stated time, never fewer than 30 an arm nor more than there are."""
import importlib.util
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = ROOT / "ci/quickstart_prompts.py"
SPEC = importlib.util.spec_from_file_location("quickstart_prompts", SCRIPT)
quickstart_prompts = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(quickstart_prompts)
choose = quickstart_prompts.choose


def database(path, rows):
    """A results file with only what is read: (phase, end reason, seconds)."""
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE request (phase, end_reason, issued_ns, finished_ns)")
    for phase, reason, seconds in rows:
        db.execute("INSERT INTO request VALUES (?, ?, 5, ?)", (phase, reason, 5 + int(seconds * 1e9)))
    db.commit()
    db.close()
    return path


class QuickstartPrompts(unittest.TestCase):
    def test_as_many_as_fit(self):
        # Two runs of five arms with 1 + 3 x 13 requests of 0.6 s take 240 s; one prompt of each domain more takes 18 s.
        for seconds, prompts in ((241, 13), (257, 13), (259, 14)):
            limit, _ = choose(0.6, 5, 2, 1, seconds)
            self.assertEqual(limit, prompts)
        self.assertEqual(choose(0.6, 5, 2, 1, 250)[1],
                         "13 prompts of each domain, 39 an arm: one takes 0.60 s plainly, so that all takes about 240 s "
                         "of the 250 s asked for")

    def test_thirty_an_arm_on_a_slow_machine(self):
        limit, line = choose(1.5, 5, 2, 1, 240)
        self.assertEqual(limit, 10)
        self.assertIn("about 465 s, more than the 240 s asked for", line)

    def test_no_more_than_there_are(self):
        limit, line = choose(0.01, 5, 2, 1, 240)
        self.assertEqual(limit, min(len((ROOT / f"workloads/{domain}.jsonl").read_text().splitlines())
                                    for domain in ("math", "code", "chat")))
        self.assertIn("there are no more", line)

    def test_times_answers_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            path = database(pathlib.Path(folder) / "a.db", [("warmup", "stop", 99), ("measured", "stop", 0.5),
                                                            ("measured", "length", 0.6), ("measured", "error", 99)])
            done = subprocess.run([sys.executable, SCRIPT, path, "--arms=5", "--runs=2", "--warmup=1", "--seconds=240"],
                                  capture_output=True, text=True, check=True)
            self.assertTrue(done.stdout.startswith("14\n14 prompts of each domain"), done.stdout)

    def test_refusals(self):
        with tempfile.TemporaryDirectory() as folder:
            empty = database(pathlib.Path(folder) / "a.db", [("measured", "error", 1)])
            for path, seconds, said in ((empty, 240, "no finished answer"), (empty, 0, "expected 1 or more"),
                                        (empty.with_name("b.db"), 240, "unable to open")):
                done = subprocess.run([sys.executable, SCRIPT, path, "--arms=5", "--runs=2", "--warmup=1",
                                       f"--seconds={seconds}"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
