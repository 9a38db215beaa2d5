"""Every script of ci/: --help says what it does and does nothing; a wrong option is one refusal, never a traceback."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CI = pathlib.Path(__file__).parents[2] / "ci"
# Called or imported by other scripts alone.
INTERNAL = {"lib.sh", "parts.sh", "remote_servers.sh", "ptxas_report.sh", "check_headers.sh", "check_needed.sh", "check_text.sh",
            "tree_check.py"}


def scripts():
    return sorted(path for path in CI.iterdir() if path.suffix in (".py", ".sh") and path.name not in INTERNAL)


class Help(unittest.TestCase):
    def run_script(self, path, argument):
        """In a folder of its own, with nothing of the user's and no package manager."""
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "HOME": home, "DSBENCH_CACHE": home + "/cache", "DSBENCH_NO_INSTALL": "1",
                           "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run([sys.executable if path.suffix == ".py" else "bash", path, argument], cwd=home,
                                  env=environment, capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(os.listdir(home), [], path.name)
            return done

    def test_help(self):
        self.assertGreater(len(scripts()), 20)
        for path in scripts():
            with self.subTest(path.name):
                done = self.run_script(path, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertGreater(len(done.stdout), 60)

    def test_wrong_option(self):
        for path in scripts():
            with self.subTest(path.name):
                done = self.run_script(path, "--no-such-option")
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
