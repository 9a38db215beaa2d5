"""Checkpoints and the log of a run's folder; both survive a kill at any moment.

checkpoint.pt: weights, optimiser state, counters. Random choices need no state: they are functions of
(seed, step). log.jsonl: one object a line; a resumed run drops the lines behind its checkpoint.
"""

import json
import pathlib

import torch

from files import replace_file


def is_log(path):
    """Of a run that was killed before its first checkpoint; its last line may be torn."""
    first = path.read_text(errors="replace").partition("\n")[0]
    return '{"step"'.startswith(first) or first.startswith('{"step"')


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
            if self.log_path.exists() and not is_log(self.log_path):
                raise SystemExit(f"{self.log_path}: is no training run's log, expected another --run")
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
