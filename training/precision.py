"""The number type of every product, one for the whole process. float32 is the faster one on CPUs whose bfloat16
products are slow (AVX-512 BF16 of Intel's without AMX: 0.6 of float32's rate), bfloat16 elsewhere."""

import torch

TYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}
_chosen = torch.bfloat16


def set_product_type(name):
    """Before anything is built."""
    global _chosen
    if name not in TYPES:
        raise SystemExit(f"found product type '{name}', expected {' or '.join(TYPES)}")
    _chosen = TYPES[name]


def product_type():
    return _chosen
