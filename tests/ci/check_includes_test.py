"""check_includes.py on small trees: what each rule refuses, and what it must let pass."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "ci" / "check_includes.py"


def check(file, line):
    """Exit status and messages for a tree that holds one file of one line."""
    with tempfile.TemporaryDirectory() as root:
        path = pathlib.Path(root) / file
        path.parent.mkdir(parents=True)
        path.write_text(line + "\n", encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr


class CheckIncludes(unittest.TestCase):
    def test_forbidden(self):
        for file, line in [
            ("base/a.h", '#include "kernels/gemm.h"'),
            ("kernels/cpu/a.cc", '#include "engines/engine.h"'),
            ("workloads/a.cc", '#include "results/store/store.h"'),
            ("results/a.cc", '#  include "engines/engine.h"'),
            ("engines/target_model/a.cc", '#include "results/records.h"'),
            ("engines/a.cc", '#include "workloads/workload.h"'),
            ("reports/a.cc", '#include "engines/engine.h"'),
            ("reports/a.cc", '#include "harness/machine/paths.h"'),
            ("harness/a.cc", '#include "tests/tolerances.h"'),
            ("harness/a.cc", '#include "paths.h"'),
            ("harness/a.cc", '#include "../base/error.h"'),
            ("harness/a.h", "#include <nlohmann/json.hpp>"),
            ("harness/a.h", "#include <CLI/CLI.hpp>"),
            ("harness/backends/a.cc", "#include <curl/curl.h>"),
            ("engines/engine.h", "#include <curl/curl.h>"),
            ("harness/backends/a.cc", '#include "engines/remote/http_client_impl.h"'),
            ("engines/remote/a.cc", '#include "engines/native/native_engine.h"'),
            ("harness/a.cc", "#include <cuda_runtime.h>"),
            ("kernels/gemm.h", "#include <cublasLt.h>"),
            ("engines/dspark/a.cc", "#include <nvtx3/nvToolsExt.h>"),
            ("engines/device/a.cc", "#include <cuda_runtime.h>"),
            ("tests/engines/a.cc", "#include <cuda_bf16.h>"),
            # Inside a room, one level deeper.
            ("results/metrics/a.cc", '#include "results/store/reader.h"'),
            ("results/statistics/a.cc", '#include "results/records.h"'),
            ("results/records.h", '#include "results/metrics/metrics.h"'),
            ("reports/gate/a.cc", '#include "reports/document/document.h"'),
            ("engines/target_model/a.cc", '#include "engines/drafters/registry.h"'),
            ("engines/dspark/a.cc", '#include "engines/dflash/dflash_drafter.h"'),
            ("harness/options/a.cc", '#include "harness/cli/cli.h"'),
            ("harness/backends/a.cc", '#include "harness/run/run_session.h"'),
            ("kernels/cuda/gemm/a.cu", '#include "kernels/cuda/markov/markov.h"'),
            ("reports/report/a.cc", '#include "results/store/sqlite.h"'),
            ("results/metrics/a.cc", '#include "results/store/store_impl.h"'),
            ("engines/surprise/a.cc", '#include "base/error.h"'),
        ]:
            code, message = check(file, line)
            self.assertEqual(code, 1, f"{file}: {line}")
            self.assertTrue(message.startswith(f"{file}:1: forbidden include"), message)
            self.assertEqual(message.count("\n"), 1, message)

    def test_allowed(self):
        for file, line in [
            ("base/a.cc", '#include "base/error.h"'),
            ("kernels/a.cc", '#include "base/error.h"'),
            ("engines/a.cc", '#include "kernels/gemm.h"'),
            ("reports/report/a.cc", '#include "results/records.h"'),
            ("harness/run/a.cc", '#include "reports/table.h"'),
            ("tests/engines/a.cc", '#include "harness/machine/paths.h"'),
            ("harness/a.cc", "#include <CLI/CLI.hpp>"),
            ("results/a.cc", "#include <nlohmann/json.hpp>"),
            ("kernels/cuda/common/a.cu", "#include <cuda_runtime.h>"),
            ("kernels/cudahost/a.h", "#include <cuda_bf16.h>"),
            ("harness/device_time/a.cc", "#include <cupti.h>"),
            ("engines/device/a.cc", '#include "kernels/cuda/gemm/gemm.h"'),
            ("tests/engines/golden.h", "#include <nlohmann/json.hpp>"),
            ("kernels/a.h", "#include <vector>"),
            ("kernels/a.h", '// #include "engines/engine.h"'),
            ("results/metrics/a.cc", '#include "results/statistics/bootstrap.h"'),
            ("results/store/a.cc", '#include "results/store/sqlite.h"'),
            ("tests/results/store/a.cc", '#include "results/store/sqlite.h"'),
            ("harness/main.cc", '#include "harness/cli/cli.h"'),
        ]:
            self.assertEqual(check(file, line), (0, ""), f"{file}: {line}")

    def test_documented(self):
        table = subprocess.run([sys.executable, SCRIPT, "--table"], capture_output=True, text=True, check=True).stdout
        page = (SCRIPT.parents[1] / "docs/rooms.md").read_text(encoding="utf-8")
        self.assertIn(table, page, "write it again: check_includes.py --table")


if __name__ == "__main__":
    unittest.main()
