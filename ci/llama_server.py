#!/usr/bin/env python3
"""Starts llama.cpp's HTTP server out of the PyPI wheel xllamacpp on 127.0.0.1 and waits for SIGTERM.

Usage: llama_server.py PORT MODEL.gguf [DRAFT.gguf]. With a drafter: speculation of type draft-dspark, 7 tokens.
"""
import signal
import sys

import xllamacpp

DRAFT_TOKENS = 7


def parameters(port, model, draft):
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
    if len(sys.argv) not in (3, 4) or not sys.argv[1].isdigit():
        sys.exit("llama_server.py: expected PORT MODEL.gguf [DRAFT.gguf]")
    draft = sys.argv[3] if len(sys.argv) == 4 else None
    server = xllamacpp.Server(parameters(int(sys.argv[1]), sys.argv[2], draft))
    print("listening", server.listening_address, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
