"""What the scripts read is not written over, and what a stopped run left is gone on with only if it is the same."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import numpy as np

import prepare
from checkpoint import RunFolder
from files import refuse_inputs, replace_file


class Files(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def test_an_output_that_is_an_input_is_refused(self):
        stems = self.write("stems.jsonl", "{}")
        (self.folder / "link").symlink_to(stems)
        for output in (stems, self.folder / "link", self.folder / "." / "stems.jsonl"):
            with self.assertRaisesRegex(SystemExit, "which is read"):
                refuse_inputs(output, [None, self.folder / "not there", stems])
        refuse_inputs(self.folder / "new", [stems])

    def test_a_file_is_written_whole_or_not_at_all(self):
        path = self.write("a.json", "old")

        def fail(temporary):
            temporary.write_text("half")
            raise OSError("disk full")

        with self.assertRaises(OSError):
            replace_file(path, fail)
        self.assertEqual(path.read_text(), "old")

    def test_a_sample_folder_is_no_output_of_prepare(self):
        meta = self.write("meta.json", json.dumps({"layers": [], "seed": 1}))
        for samples in ([self.folder], [self.folder / "elsewhere"]):
            with self.assertRaises(SystemExit):
                prepare.check_output(self.folder, samples)
        self.assertEqual(json.loads(meta.read_text())["seed"], 1)
        meta.write_text(json.dumps({"law_rows": 1}))
        prepare.check_output(self.folder, [])

    def test_laws_of_something_else_are_not_gone_on_with(self):
        answer = {"id": "a", "folder": 0, "first_row": 0, "prompt_tokens": 1, "temperature": 1.0, "ids": [1, 2, 3]}

        def same(top=4, target="t", chosen=(1, 2), held_out=False, **changed):
            return prepare.identity([{**answer, **changed}], np.array([held_out]), np.array(chosen), top, target)

        self.assertEqual(prepare.sequences_done(self.folder, same()), 0)
        self.write("laws_done.json", json.dumps({"sequences": 5, "identity": same()}))
        self.assertEqual(prepare.sequences_done(self.folder, same()), 5)
        for other in (same(top=5), same(target="u"), same(chosen=(1, 3)), same(held_out=True), same(ids=[1, 2, 4]),
                      same(folder=1), same(temperature=0.5)):
            with self.assertRaisesRegex(SystemExit, "laws of other samples"):
                prepare.sequences_done(self.folder, other)

    def test_a_log_of_something_else_is_kept(self):
        log = self.write("log.jsonl", "somebody's\n")
        with self.assertRaisesRegex(SystemExit, "no training run's log"):
            RunFolder(self.folder).load("cpu")
        self.assertEqual(log.read_text(), "somebody's\n")
        log.write_text('{"step": 1, "event": "train"}\n{"st')
        self.assertIsNone(RunFolder(self.folder).load("cpu"))
        self.assertFalse(log.exists())


if __name__ == "__main__":
    unittest.main()
