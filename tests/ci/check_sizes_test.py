"""check_sizes.py on small trees."""
import importlib.util
import pathlib
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "check_sizes.py"
sys.path.insert(0, str(SCRIPT.parent))
SPEC = importlib.util.spec_from_file_location("check_sizes", SCRIPT)
check_sizes = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_sizes)


def check(lines):
    """The messages for a tree whose files have so many lines."""
    with tempfile.TemporaryDirectory() as root:
        for name, count in {**{file: 1 for file in check_sizes.PRIVATE}, **lines}.items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("//\n" * count, encoding="utf-8")
        return list(check_sizes.problems(pathlib.Path(root)))


class CheckSizes(unittest.TestCase):
    def test_long(self):
        self.assertEqual(check({"base/a.cc": 301}), ["base/a.cc: 301 lines, expected at most 300"])
        self.assertEqual(check({"engines/a.h": 101}), ["engines/a.h: 101 lines, expected at most 100 in a header"])
        self.assertEqual(len(check({"results/store/sqlite.h": 301})), 1)

    def test_short(self):
        self.assertEqual(check({"base/a.cc": 300, "engines/a.h": 100, "results/store/sqlite.h": 179,
                                "kernels/cuda/gemm/gemm_unit.cuh": 153, "tests/a.cc": 999}), [])


if __name__ == "__main__":
    unittest.main()
