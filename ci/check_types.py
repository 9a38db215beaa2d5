#!/usr/bin/env python3
"""Fails when two types of one name are defined in one namespace: where a program links both, their functions mix.

Usage: check_types.py [ROOT]. Exit 1 and one line for each name, with the places. What stands in an unnamed namespace or
inside another type is its own.
"""
import collections
import pathlib
import re

import tree_check

SUFFIXES = (".h", ".cc", ".cu", ".cuh")
NAMESPACE = re.compile(r"^namespace ?([\w:]*) \{")
TYPE = re.compile(r"^(?:template <.*> )?(?:struct|class|enum class|enum|union) (?:alignas\(.*?\) )?(\w+)"
                  r"(?P<special><.*?>)?(?: final)?(?: : [^;]*)? ?\{")


def types_of(text):
    """Name with its namespaces, line number, of each type that other files can see."""
    namespaces = []
    for number, line in enumerate(text.split("\n"), 1):
        if opened := NAMESPACE.match(line):
            namespaces.append(opened.group(1))
        elif line.startswith("}  // namespace") and namespaces:
            namespaces.pop()
        found = TYPE.match(line)
        if found and not found.group("special") and "" not in namespaces:
            yield "::".join([*namespaces, found.group(1)]), number


def problems(root):
    places = collections.defaultdict(list)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.suffix not in SUFFIXES or name.parts[0] in ("build", ".git"):
            continue
        for type_name, line in types_of(path.read_text(encoding="utf-8")):
            places[type_name].append(f"{name.as_posix()}:{line}")
    for type_name, found in places.items():
        if len(found) > 1:
            yield f"{type_name}: defined at {', '.join(found)}"


if __name__ == "__main__":
    tree_check.main(__doc__, problems)
