"""Finds training texts that repeat a benchmark text: equal, or with eight words in a row in common.

Words are compared without case and punctuation. Texts under eight words must be equal to count.
"""

import json
import re

WORDS_IN_A_ROW = 8


def words_of(text):
    return re.findall(r"\w+", text.lower())


def runs_of(words):
    last = len(words) - WORDS_IN_A_ROW
    return {tuple(words[start:start + WORDS_IN_A_ROW]) for start in range(last + 1)}


class Overlap:
    def __init__(self, paths):
        """paths: JSON-lines files with {"turns": [text, ...]} a line."""
        self.texts, self.runs = set(), set()
        for path in paths:
            for line in open(path, encoding="utf-8"):
                for text in json.loads(line)["turns"]:
                    words = words_of(text)
                    self.texts.add(tuple(words))
                    self.runs |= runs_of(words)
        self.num_texts = len(self.texts)

    def touches(self, text):
        words = words_of(text)
        return tuple(words) in self.texts or not self.runs.isdisjoint(runs_of(words))
