"""The number type of every product, one for the whole process.

Which is faster is the CPU's: with AMX bfloat16 gives five to seven times float32's rate, with AVX-512 BF16 alone 0.6 of it.
"auto" is measured once, when a run starts; its checkpoints then name the type. `precision.py` prints the choice, for several
runs that must share it.
"""

import sys
import time

import torch

TYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}
PROBE = (1024, 576, 2048)  # rows, inputs, outputs: about a drafter's own
PROBES = 5
_chosen = torch.bfloat16


def measured_rate(name):
    """GFLOP/s of the best of a few products on this CPU, with as many threads as torch has."""
    rows, inputs, outputs = PROBE
    left, right = (torch.full(shape, 0.5, dtype=TYPES[name]) for shape in ((rows, inputs), (inputs, outputs)))
    seconds = []
    for _ in range(1 + PROBES):  # the first one chooses its kernel
        began = time.perf_counter()
        torch.matmul(left, right)
        seconds.append(time.perf_counter() - began)
    return 2 * rows * inputs * outputs / min(seconds[1:]) / 1e9


def resolve(name, device="cpu", rate=measured_rate):
    """-> the type's name and, if it had to be measured, GFLOP/s by type. Devices other than CPUs get bfloat16."""
    if name not in (*TYPES, "auto"):
        raise SystemExit(f"found product type '{name}', expected {', '.join(TYPES)} or auto")
    if name != "auto":
        return name, {}
    if torch.device(device).type != "cpu":
        return "bfloat16", {}
    rates = {each: rate(each) for each in TYPES}
    return max(rates, key=rates.get), rates


def set_product_type(name):
    """Before anything is built; not "auto"."""
    global _chosen
    if name not in TYPES:
        raise SystemExit(f"found product type '{name}', expected {' or '.join(TYPES)}")
    _chosen = TYPES[name]


def product_type():
    return _chosen


if __name__ == "__main__":
    if len(sys.argv) > 1:
        raise SystemExit(f"found {sys.argv[1]}, expected no words: precision.py prints bfloat16 or float32")
    torch.set_num_threads(1)
    print(resolve("auto")[0])
