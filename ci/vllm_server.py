#!/usr/bin/env python3
"""Starts vLLM's CPU build on 127.0.0.1 in float32, plain or with one of this project's drafters, until SIGTERM."""
import argparse
import json
import os
import sys
from pathlib import Path

# Draft tokens, and vLLM's method. DFlash runs as a DSpark without a Markov head: that alone drafts from the anchor.
METHODS = {"dspark": ("dspark", 7), "dflash": ("dspark", 7), "eagle3": ("eagle3", 3), "mtp1": ("mtp", 3)}


def command(arguments):
    words = [str(Path(sys.executable).parent / "vllm"), "serve", arguments.target, "--served-model-name", "smollm2",
             "--host", "127.0.0.1", "--port", str(arguments.port), "--dtype", "float32", "--max-model-len", "2048",
             "--max-num-seqs", "4", "--kv-cache-memory-bytes", str(1 << 30), "--seed", "1", "--enforce-eager",
             "--enable-per-request-metrics", "--per-request-spec-decode-metrics", "detailed"]
    if arguments.drafter:
        method, tokens = METHODS[arguments.drafter]
        words += ["--speculative-config", json.dumps(
            {"method": method, "model": arguments.folder, "num_speculative_tokens": tokens})]
    return words


def variables(arguments):
    site = str(Path(__file__).resolve().parent / "vllm_site")
    set_ = {"PYTHONPATH": site, "OMP_NUM_THREADS": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "HF_HUB_OFFLINE": "1",
            "VLLM_NO_USAGE_STATS": "1", "TORCHINDUCTOR_COMPILE_THREADS": "1"}
    if arguments.drafter in ("dspark", "dflash"):  # the second model runner alone knows them, and wants Triton
        set_ |= {"TRITON_INTERPRET": "1", "VLLM_USE_V2_MODEL_RUNNER": "1"}
    if arguments.k_norm_as_is:
        set_["DSBENCH_VLLM_K_NORM"] = "as_is"
    return os.environ | set_


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("target", help="folder of the target (dsbench export target --format vllm)")
    parser.add_argument("drafter", nargs="?", choices=METHODS)
    parser.add_argument("folder", nargs="?", help="the drafter's (dsbench export DRAFTER --format vllm)")
    parser.add_argument("--k-norm-as-is", action="store_true",
                        help="keep that build's grouped K norm, which takes the first layer's weights for all")
    arguments = parser.parse_args()
    if arguments.drafter and not arguments.folder:
        parser.error("a drafter needs its folder")
    words = command(arguments)
    if not Path(words[0]).exists():
        print(f"vllm_server.py: expected {words[0]}; run this with the Python of vLLM's environment", file=sys.stderr)
        return 3
    os.execve(words[0], words, variables(arguments))


if __name__ == "__main__":
    sys.exit(main())
