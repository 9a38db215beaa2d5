"""Fills the templates of templates/*.txt: lines with "> " are stems to be continued, others are prompts.

{slot} takes a value of slots.json; {slot2} takes a different one of the same list. {int} is 2 to 200,
{small} 2 to 20, {die} 1 to 6. \\n in a line is a line break.
"""

import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "templates"
NUMBERS = {"int": (2, 200), "small": (2, 20), "die": (1, 6)}


class Templates:
    def __init__(self):
        self.slots = json.loads((FOLDER / "slots.json").read_text(encoding="utf-8"))
        self.stems, self.prompts = {}, {}
        for path in sorted(FOLDER.glob("*.txt")):
            lines = path.read_text(encoding="utf-8").splitlines()
            self.stems[path.stem] = [line[2:] for line in lines if line.startswith("> ")]
            self.prompts[path.stem] = [line for line in lines if line and not line.startswith("> ")]

    def stem(self, domain, rng):
        return self._fill(rng.choice(self.stems[domain]), rng)

    def prompt(self, domain, rng):
        return self._fill(rng.choice(self.prompts[domain]), rng)

    def _fill(self, template, rng):
        values = {}

        def value(match):
            key = match.group(1)
            if key not in values:
                first = values.get(key.rstrip("2"))
                values[key] = self._draw(key.rstrip("2"), first, rng)
            return values[key]

        names = "|".join([*self.slots, *NUMBERS])
        text = template.replace("\\n", "\n")
        return re.sub(r"\{((?:" + names + r")2?)\}", value, text)

    def _draw(self, name, first, rng):
        while True:
            drawn = str(rng.randint(*NUMBERS[name])) if name in NUMBERS else rng.choice(self.slots[name])
            if drawn != first:
                return drawn
