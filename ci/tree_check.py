"""The command line that the checks of the source tree share; imported, never run."""
import argparse
import pathlib
import sys


def main(description, problems):
    """Prints each message of problems(root) and ends: 1 if there is one, else 0. The root is the argument, or this tree."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1])
    root = parser.parse_args().root
    if not root.is_dir():
        parser.error(f"no folder {root}")
    found = list(problems(root))
    for line in found:
        print(line, file=sys.stderr)
    sys.exit(1 if found else 0)
