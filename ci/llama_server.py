#!/usr/bin/env python3
"""Starts llama.cpp's HTTP server out of the PyPI wheel xllamacpp on 127.0.0.1 and waits for SIGTERM."""
import argparse
import importlib
import signal
import sys

DRAFT_TOKENS = 7


def parameters(xllamacpp, port, model, draft):
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.port = port
    params.n_ctx = 4096
    params.n_parallel = 2
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.endpoint_metrics = params.endpoint_slots = params.endpoint_props = True
    params.offline = True
    if draft:
        params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_DRAFT_DSPARK]
        params.speculative.draft.mparams.path = draft
        params.speculative.draft.n_max = DRAFT_TOKENS
        params.speculative.draft.cpuparams.n_threads = params.speculative.draft.cpuparams_batch.n_threads = 1
    return params


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("model", help="GGUF file of the target")
    parser.add_argument("draft", nargs="?", help=f"GGUF file of a drafter: type draft-dspark, {DRAFT_TOKENS} tokens")
    arguments = parser.parse_args()
    try:
        xllamacpp = importlib.import_module("xllamacpp")
    except ImportError:
        print("llama_server.py: needs the Python package xllamacpp", file=sys.stderr)
        return 3
    server = xllamacpp.Server(parameters(xllamacpp, arguments.port, arguments.model, arguments.draft))
    print("listening", server.listening_address, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    return 0


if __name__ == "__main__":
    sys.exit(main())
