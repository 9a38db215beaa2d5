"""A run's settings: the recipe's common values, one drafter's own, then what the command line changes."""

import json
import pathlib

RECIPE = pathlib.Path(__file__).parent / "recipe.json"
# What a recipe or a checkpoint means that is older than the value. (`early` without warm_share: schedule.py.)
BEFORE = {"product_type": "bfloat16", "muon_block": 0, "aim": 0.0, "final_norm_start": 1.0}
CHECKS = {  # of what a slip would make train something else without a word
    "muon_block": (lambda value: isinstance(value, int) and value >= 0, "0 or a number of rows"),
    "aim": (lambda value: value >= 0, "0 or more"),
    "final_norm_start": (lambda value: value > 0, "more than 0"),
    "sequences": (lambda value: isinstance(value, int) and value > 0, "1 or more"),
    "anchors": (lambda value: isinstance(value, int) and value > 0, "1 or more"),
    "early": (lambda value: 0 <= value["share"] <= 1 and value["block"] >= 1 and value["anchors_times"] >= 1,
              "share from 0 to 1, block and anchors_times 1 or more"),
}


def meaning(settings):
    """The settings with what they leave unsaid, and without what has no effect."""
    said = {**BEFORE, **settings, "drafters": None}  # older checkpoints name all four drafters' values
    return said if said["early"]["share"] > 0 else {**said, "early": None}


def known_names():
    """Of the recipe that stands beside this file."""
    recipe = json.loads(RECIPE.read_text())
    drafters = recipe.pop("drafters").values()
    return {*recipe, *BEFORE, *(name for drafter in drafters for name in drafter)}


def check(settings):
    known = known_names()
    for name, value in settings.items():
        if name not in known:
            raise SystemExit(f"recipe value '{name}' is not known, expected one of {', '.join(sorted(known))}")
        is_right, expected = CHECKS.get(name, (lambda _: True, ""))
        try:
            right = is_right(value)
        except (TypeError, KeyError):
            right = False
        if not right:
            raise SystemExit(f"recipe value {name} is {json.dumps(value)}, expected {expected}")


def changed(settings, changes):
    """changes: NAME=JSON each."""
    settings = dict(settings)
    for change in changes:
        name, found, value = change.partition("=")
        try:
            settings[name] = json.loads(value)
        except json.JSONDecodeError:
            found = ""
        if not found:
            raise SystemExit(f"--set {change}: expected NAME=JSON, strings in double quotes")
    return settings


def read_settings(recipe_path, kind, options, changes):
    """options: {name: value or None}, the command line's own for some values."""
    recipe = json.loads(recipe_path.read_text())
    drafters = recipe.pop("drafters")
    settings = {**recipe, **drafters[kind]}
    settings |= {name: value for name, value in options.items() if value is not None}
    settings = changed({**BEFORE, **settings}, changes)
    check(settings)
    return settings


def same(saved, settings):
    """Whether a checkpoint's settings [JSON] mean these."""
    return meaning(json.loads(saved)) == meaning(settings)
