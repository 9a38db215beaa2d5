"""check_types.py on small trees: two types of one name are refused, and what only looks like it is not."""
import importlib.util
import pathlib
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "check_types.py"
sys.path.insert(0, str(SCRIPT.parent))
SPEC = importlib.util.spec_from_file_location("check_types", SCRIPT)
check_types = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_types)


def check(*texts):
    """The messages for files with these texts."""
    with tempfile.TemporaryDirectory() as root:
        for i, text in enumerate(texts):
            path = pathlib.Path(root) / f"room{i}/file.h"
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
        return list(check_types.problems(pathlib.Path(root)))


class CheckTypes(unittest.TestCase):
    def test_one_name_twice(self):
        for one, two in [("struct A {", "class A final : public B {"), ("enum class A : int {", "template <typename T> struct A {"),
                         ("struct A {};", "struct A {")]:
            found = check(f"namespace dsb {{\n{one}\n}}  // namespace dsb\n", f"namespace dsb {{\n\n{two}\n")
            self.assertEqual(found, ["dsb::A: defined at room0/file.h:2, room1/file.h:3"])

    def test_names_of_their_own(self):
        one = "namespace dsb {\nstruct A {\n};\n}  // namespace dsb\n"
        for two in ["namespace dsb::cuda {\nstruct A {\n", "namespace dsb {\nnamespace {\nstruct A {\n", "namespace dsb {\nstruct A;\n",
                    "namespace dsb {\nstruct B {\n  struct A {\n", "namespace dsb {\nstruct A::Impl {\n", "namespace dsb {\nstruct A<int> {\n",
                    "namespace dsb {\nnamespace {\n}  // namespace\nstruct C {\n"]:
            self.assertEqual(check(one, two), [], two)


if __name__ == "__main__":
    unittest.main()
