#!/usr/bin/env python3
"""Prints what a wheel requires, one requirement a line, without its extras and without the packages named."""
import argparse
import re
import sys
import zipfile


def requirements(wheel, without):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    for line in lines:
        key, _, value = line.partition(":")
        value = value.strip()
        if key == "Requires-Dist" and "extra ==" not in value:
            if re.match(r"[A-Za-z0-9._-]+", value)[0] not in without:
                yield value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel")
    parser.add_argument("without", nargs="*", help="names of packages to leave out")
    arguments = parser.parse_args()
    print("\n".join(requirements(arguments.wheel, arguments.without)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
