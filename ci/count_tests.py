#!/usr/bin/env python3
"""Prints the last line of ci/test.sh: how many test cases and parts passed, failed and were skipped.

Counts the cases of every XML file of GoogleTest below the folder. Exit 1 if anything failed or nothing ran.
"""
import argparse
import pathlib
import sys
import xml.etree.ElementTree

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("num_parts", type=int)
parser.add_argument("num_failed_parts", type=int)
args = parser.parse_args()
num_cases = num_failed = num_skipped = 0
for path in sorted(args.folder.rglob("*.xml")):
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        num_cases += 1
        if case.find("failure") is not None:
            num_failed += 1
            print(f"failed: {case.get('classname')}.{case.get('name')}")
        elif case.get("status") == "notrun" or case.get("result") == "skipped":
            num_skipped += 1
            print(f"skipped: {case.get('classname')}.{case.get('name')}")
num_passed = num_cases - num_failed - num_skipped
parts = f"{args.num_parts - args.num_failed_parts} of {args.num_parts} parts passed"
print(f"{num_passed} passed, {num_failed} failed, {num_skipped} skipped; {parts}")
sys.exit(1 if num_failed or args.num_failed_parts or num_passed == 0 else 0)
