"""count_tests.py on result files as GoogleTest writes them."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "count_tests.py"
OK = '<testcase name="Ok" status="run" result="completed" classname="A" />'
BAD = '<testcase name="Bad" status="run" result="completed" classname="A"><failure message="m"/></testcase>'
SKIPPED = '<testcase name="Skip" status="run" result="skipped" classname="A"><skipped message="m"/></testcase>'
DISABLED = '<testcase name="DISABLED_X" status="notrun" result="suppressed" classname="A" />'


def count(cases, num_parts=5, num_failed_parts=0):
    """Exit status and last line."""
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases):
            text = f"<testsuites><testsuite>{case}</testsuite></testsuites>"
            path = pathlib.Path(folder) / f"run{number}" / "test.xml"
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, folder, str(num_parts), str(num_failed_parts)],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()[-1]


class CountTests(unittest.TestCase):
    def test_counts(self):
        self.assertEqual(count([OK, OK + SKIPPED, DISABLED]),
                         (0, "2 passed, 0 failed, 2 skipped; 5 of 5 parts passed"))

    def test_fails_on_a_failed_case_a_failed_part_or_no_case(self):
        self.assertEqual(count([OK, BAD]), (1, "1 passed, 1 failed, 0 skipped; 5 of 5 parts passed"))
        self.assertEqual(count([OK], 5, 1), (1, "1 passed, 0 failed, 0 skipped; 4 of 5 parts passed"))
        self.assertEqual(count([]), (1, "0 passed, 0 failed, 0 skipped; 5 of 5 parts passed"))
        self.assertEqual(count([SKIPPED])[0], 1)


if __name__ == "__main__":
    unittest.main()
