"""compare_drafters.py and speed_table.py: help helps, and what goes wrong is one line and no traceback."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CI = pathlib.Path(__file__).parents[2] / "ci"
FAILING = "#!/bin/sh\necho 'dsbench: error: --target: no file' >&2\nexit 2\n"


class CompareDrafters(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        for folder in ("ci", "workloads", "build/release", "models/dspark"):
            (self.root / folder).mkdir(parents=True)
        for script in ("compare_drafters.py", "speed_table.py"):
            shutil.copy(CI / script, self.root / "ci")
        for domain in ("math", "code", "chat"):
            (self.root / f"workloads/{domain}.jsonl").write_text('{"turns": ["a"]}\n' * 4, encoding="utf-8")

    def call(self, script, *arguments):
        return subprocess.run([sys.executable, str(self.root / "ci" / script), *arguments], capture_output=True, text=True,
                              check=False)

    def make_program(self, text):
        program = self.root / "build/release/dsbench"
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

    def test_help_is_printed(self):
        for script in ("compare_drafters.py", "speed_table.py"):
            done = self.call(script, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn("usage:", done.stdout)

    def test_wrong_options_are_refused(self):
        self.make_program(FAILING)
        for arguments in (["--targets", "x"], ["--target", "x", "--steps", "fly"], ["--target", "x", "--prompts", "many"],
                          ["--target", "x", "--prompts", "0"], ["--target", "x", "--tuning", "-1"], []):
            done = self.call("compare_drafters.py", *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertNotIn("Traceback", done.stderr)

    def test_what_the_program_refuses_ends_it_with_its_code(self):
        self.make_program(FAILING)
        done = self.call("compare_drafters.py", "--target", "missing.gguf", "--prompts", "2", "--tuning", "1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--target: no file", done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        done = self.call("speed_table.py", "missing.db")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("Traceback", done.stderr)

    def test_a_missing_program_is_named(self):
        for script, arguments in (("compare_drafters.py", ["--target", "x"]), ("speed_table.py", ["x.db"])):
            done = self.call(script, *arguments)
            self.assertEqual(done.returncode, 3)
            self.assertIn("bash ci/build.sh", done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
