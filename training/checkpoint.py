"""Checkpoints and the log of a run's folder; both survive a kill at any moment.

checkpoint.pt: weights, optimiser state, counters. Random choices need no state: they are functions of
(seed, step). log.jsonl: one object a line; a resumed run drops the lines behind its checkpoint.
"""

import json
import os
import pathlib

import torch


def replace_file(path, write):
    """write(temporary path), then the rename that makes it real."""
    temporary = path.with_suffix(path.suffix + ".tmp")
    write(temporary)
    os.replace(temporary, path)


class RunFolder:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.checkpoint, self.log_path = self.path / "checkpoint.pt", self.path / "log.jsonl"

    def save(self, state):
        replace_file(self.checkpoint, lambda path: torch.save(state, path))

    def load(self, device):
        """The last checkpoint or None."""
        if not self.checkpoint.exists():
            self.log_path.unlink(missing_ok=True)
            return None
        state = torch.load(self.checkpoint, map_location=device, weights_only=True)
        lines = self.log_path.read_text().splitlines() if self.log_path.exists() else []
        kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] <= state["step"]]
        replace_file(self.log_path, lambda path: path.write_text("".join(f"{line}\n" for line in kept)))
        return state

    def log(self, **values):
        line = json.dumps({key: round(v, 6) if isinstance(v, float) else v for key, v in values.items()})
        with open(self.log_path, "a") as file:
            file.write(line + "\n")
        print(line, flush=True)
