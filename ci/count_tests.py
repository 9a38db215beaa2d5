#!/usr/bin/env python3
"""Prints the last line of ci/test.sh: how many test cases and parts passed, failed and were skipped.

Usage: count_tests.py GTEST_XML_FOLDER NUM_PARTS NUM_FAILED_PARTS. Exit 1 if anything failed or nothing ran.
"""
import pathlib
import sys
import xml.etree.ElementTree

folder, num_parts, num_failed_parts = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
num_cases = num_failed = num_skipped = 0
for path in sorted(folder.glob("*.xml")):
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        num_cases += 1
        if case.find("failure") is not None:
            num_failed += 1
            print(f"failed: {case.get('classname')}.{case.get('name')}")
        elif case.get("status") == "notrun" or case.get("result") == "skipped":
            num_skipped += 1
            print(f"skipped: {case.get('classname')}.{case.get('name')}")
num_passed = num_cases - num_failed - num_skipped
parts = f"{num_parts - num_failed_parts} of {num_parts} parts passed"
print(f"{num_passed} passed, {num_failed} failed, {num_skipped} skipped; {parts}")
sys.exit(1 if num_failed or num_failed_parts or num_passed == 0 else 0)
