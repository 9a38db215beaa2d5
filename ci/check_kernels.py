#!/usr/bin/env python3
"""Fails when a CUDA kernel has no test, an op of kernels/ has no CUDA twin, or a PTX wrapper is never tried.

Usage: check_kernels.py [ROOT]. Exit 1 and one line for each:
  kernels/cuda/OP/NAME.cu without a test tests/cudahost/NAME*_test.cc that includes its header;
  kernels/NAME.h without kernels/cuda/OP/NAME.h and without a reason below; a reason that is no longer needed;
  a header of engines/device that docs/gpu.md's table of twins does not name;
  a function of ptx.cuh that no probe in tests/cudahost calls; inline PTX anywhere else.
"""
import pathlib
import re

import tree_check

NO_TWIN = {
    "admission_kind": "one enum for the host's admission, engines/scheduling/admission.h, and its twin",
    "grain": "how much work a thread of the CPU takes at a time",
    "huge_memory": "host pages; device memory is kernels/cuda/common/device_memory.h",
    "isa": "the CPU's instruction sets; nvcc compiles for every architecture at once",
    "packed_layout": "the host order of packed weights, which device_matrix reads",
    "packed_matrix": "host storage; its twin is device_matrix.h",
    "stored_blocks": "reads blocks of model files on the host",
    "tensor_type": "names of types",
    "vocabulary_row": "its functions are in sampling.h, rows at a time",
}
WRAPPER = re.compile(r"__forceinline__ [\w:]+ (\w+)\(")
ASM = re.compile(r"\basm\b")


def problems(root):
    cuda, tests = root / "kernels/cuda", root / "tests/cudahost"
    for path in sorted(cuda.rglob("*.cu")):
        header = f'#include "{path.with_suffix(".h").relative_to(root).as_posix()}"'
        found = tests.glob(f"{path.stem}*_test.cc")
        if not any(header in test.read_text(encoding="utf-8") for test in found):
            yield f"{path.relative_to(root).as_posix()}: no tests/cudahost/{path.stem}*_test.cc includes its header"
    ops = {path.stem for path in (root / "kernels").glob("*.h")}
    for op in sorted(ops):
        has_twin = any(cuda.rglob(f"{op}.h"))
        if not has_twin and op not in NO_TWIN:
            yield f"kernels/{op}.h: no twin {op}.h below kernels/cuda and no reason in check_kernels.py"
        if has_twin and op in NO_TWIN:
            yield f"check_kernels.py: a reason for kernels/{op}.h, which has a twin"
    for op in sorted(NO_TWIN.keys() - ops):
        yield f"check_kernels.py: a reason for kernels/{op}.h, which is not there"
    page = root / "docs/gpu.md"
    named = page.read_text(encoding="utf-8") if page.exists() else ""
    for path in sorted((root / "engines/device").glob("*.h")):
        if f"`{path.name}`" not in named:
            yield f"engines/device/{path.name}: docs/gpu.md's table of twins does not name it"
    probes = "".join(path.read_text(encoding="utf-8") for path in tests.glob("*.cu"))
    for path in sorted([*cuda.rglob("*.cu"), *cuda.rglob("*.cuh")]):
        text = path.read_text(encoding="utf-8")
        if path.name == "ptx.cuh":
            for wrapper in WRAPPER.findall(text):
                if not re.search(rf"\b{wrapper}\b", probes):
                    yield f"{path.relative_to(root).as_posix()}: {wrapper} is called by no probe in tests/cudahost"
        elif ASM.search(text):
            yield f"{path.relative_to(root).as_posix()}: inline PTX belongs in ptx.cuh"


if __name__ == "__main__":
    tree_check.main(__doc__, problems)
