"""check_kernels.py on small trees: what each rule refuses, and a tree that it must let pass."""
import importlib.util
import pathlib
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "check_kernels.py"
sys.path.insert(0, str(SCRIPT.parent))
SPEC = importlib.util.spec_from_file_location("check_kernels", SCRIPT)
check_kernels = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_kernels)

TREE = {
    "kernels/gemm.h": "",
    "kernels/cuda/gemm/gemm.h": "",
    "kernels/cuda/gemm/gemm.cu": "",
    "kernels/cuda/common/ptx.cuh": "__device__ __forceinline__ void Copy16(void* to) { asm volatile(\"\"); }",
    "tests/cudahost/gemm_test.cc": '#include "kernels/cuda/gemm/gemm.h"\n',
    "tests/cudahost/ptx_probes.cu": "cuda::Copy16(to);",
    "engines/device/device_layer.h": "",
    "docs/gpu.md": "| `decoder_layer.h` | `device_layer.h` |",
    **{f"kernels/{op}.h": "" for op in check_kernels.NO_TWIN},
}


def check(changes):
    """The messages for TREE with some files changed, or left out where None."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**TREE, **changes}.items():
            if text is not None:
                path = pathlib.Path(root) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return list(check_kernels.problems(pathlib.Path(root)))


class CheckKernels(unittest.TestCase):
    def test_complete(self):
        self.assertEqual(check({}), [])

    def test_incomplete(self):
        for changes, message in [
            ({"tests/cudahost/gemm_test.cc": None}, "kernels/cuda/gemm/gemm.cu: no tests/cudahost/gemm*_test.cc"),
            ({"tests/cudahost/gemm_test.cc": ""}, "kernels/cuda/gemm/gemm.cu: no tests/cudahost/gemm*_test.cc"),
            ({"kernels/cuda/new.cu": ""}, "kernels/cuda/new.cu: no tests/cudahost/new*_test.cc"),
            ({"kernels/attention.h": ""}, "kernels/attention.h: no twin"),
            ({"kernels/cuda/isa.h": ""}, "a reason for kernels/isa.h, which has a twin"),
            ({"kernels/isa.h": None}, "a reason for kernels/isa.h, which is not there"),
            ({"tests/cudahost/ptx_probes.cu": ""}, "Copy16 is called by no probe"),
            ({"engines/device/device_new.h": ""}, "device_new.h: docs/gpu.md's table of twins does not name it"),
            ({"kernels/cuda/new.cuh": "asm volatile(\"\");"}, "inline PTX belongs in ptx.cuh"),
        ]:
            found = check(changes)
            self.assertEqual(len(found), 1, (changes, found))
            self.assertIn(message, found[0])


if __name__ == "__main__":
    unittest.main()
