"""check_ptxas.py on reports as nvcc 13 writes them: what it refuses and what it lets pass."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "check_ptxas.py"
MANGLED = "_ZN3dsb4cuda45_GLOBAL__N__11c443f6_12_admission_cu_de13089e6KernelILb1EEEvPf"


def report(registers=32, shared=1096, spilled=0, sm="90"):
    smem = f", {shared} bytes smem" if shared else ""
    return (f"ptxas info    : 0 bytes gmem\nptxas info    : Compiling entry function '{MANGLED}' for 'sm_{sm}'\n"
            f"ptxas info    : Function properties for {MANGLED}\n"
            f"    0 bytes stack frame, {spilled} bytes spill stores, {spilled} bytes spill loads\n"
            f"ptxas info    : Used {registers} registers, used 1 barriers{smem}\n")


def check(text, table=None, *options):
    """Exit status, messages and the table afterwards, for one report file."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "x.dir").mkdir()
        if text is not None:
            (root / "x.dir" / "admission.cu.o.ptxas").write_text(text, encoding="utf-8")
        path = root / "table.json"
        if table is not None:
            path.write_text(json.dumps(table), encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, root / "x.dir", path, *options],
                              capture_output=True, text=True, check=False)
        after = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        return done.returncode, done.stderr, after


KERNEL = "admission.cu: Kernel<true>"
TABLE = {KERNEL: {"registers": {"90": 32}, "shared_bytes": 1096}}


class CheckPtxas(unittest.TestCase):
    def test_within_the_table(self):
        self.assertEqual(check(report(), TABLE)[:2], (0, ""))
        self.assertEqual(check(report(registers=30, shared=0), TABLE)[:2], (0, ""))

    def test_out_of_bounds(self):
        for text, message in [
            (report(registers=33), "33 registers for sm_90, the table allows 32"),
            (report(shared=1100), "1100 bytes of shared memory for sm_90, the table allows 1096"),
            (report(spilled=8), "spills 16 bytes for sm_90"),
            (report(sm="100"), "32 registers for sm_100, the table allows None"),
        ]:
            code, stderr, _ = check(text, TABLE)
            self.assertEqual(code, 1)
            self.assertEqual(stderr, f"check_ptxas.py: {KERNEL}: {stderr.split(': ', 3)[3]}")
            self.assertIn(message, stderr)
            self.assertEqual(stderr.count("\n"), 1, stderr)

    def test_rows_and_kernels_must_match(self):
        code, stderr, _ = check(report(), {})
        self.assertEqual((code, stderr), (1, f"check_ptxas.py: {KERNEL}: has no row in the table\n"))
        code, stderr, _ = check(report(), {**TABLE, "gone.cu: K": TABLE[KERNEL]})
        self.assertEqual(code, 1)
        self.assertIn("gone.cu: K: has a row in the table, but was not compiled", stderr)

    def test_no_report_is_no_pass(self):
        self.assertEqual(check(None, TABLE)[0], 2)

    def test_writes_the_table(self):
        code, stderr, table = check(report() + report(registers=40, sm="100"), None, "--write")
        self.assertEqual((code, stderr), (0, ""))
        self.assertEqual(table, {KERNEL: {"registers": {"100": 40, "90": 32}, "shared_bytes": 1096}})


if __name__ == "__main__":
    unittest.main()
