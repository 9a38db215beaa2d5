#!/usr/bin/env python3
"""Decode and prefill rates of llama.cpp and dsbench on one GGUF, in turns, as medians and ratios.

Each measurement is a process of its own, so that no idle thread pool disturbs the other. One turn:
load, one warm-up answer, then 128 greedy tokens at batch 1, and a long prompt with one token.
"""
import argparse
import importlib.metadata
import json
import re
import statistics
import subprocess
import sys

NUM_TOKENS = 128
# Long enough an answer that neither program stops before the limit.
PROMPT = "Tell me a very long story about a lighthouse keeper, with many chapters."
LONG_PROMPT = "Summarise this list of words. " + " ".join(
    f"{word} {number}" for number, word in enumerate(
        "river stone window garden letter winter copper engine violin harbour".split() * 12, 1))


def measure_llama_cpp(target, threads):
    """One turn of llama.cpp in this process: prints {"decode": tokens/s, "prefill": tokens/s}."""
    import xllamacpp
    params = xllamacpp.CommonParams()
    params.model.path = target
    params.n_ctx = 2048
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.verbosity = 0
    server = xllamacpp.Server(params)

    def ask(prompt, num_tokens):
        answer = server.handle_chat_completions({
            "messages": [{"role": "user", "content": prompt}], "max_tokens": num_tokens,
            "temperature": 0, "ignore_eos": True, "cache_prompt": False})
        return answer["timings"]

    ask(PROMPT, 16)
    decode = ask(PROMPT, NUM_TOKENS)
    prefill = ask(LONG_PROMPT, 1)
    print(json.dumps({"decode": decode["predicted_per_second"], "tokens": decode["predicted_n"],
                      "prefill": prefill["prompt_per_second"], "prompt": prefill["prompt_n"]}))


def run_llama_cpp(arguments):
    done = subprocess.run(
        [sys.executable, __file__, "--llama-cpp", "--target", arguments.target,
         "--threads", str(arguments.threads)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"peers: llama.cpp failed: {(done.stderr.splitlines() or ['no output'])[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def run_dsbench(arguments, weights, prompt_tokens):
    """One turn of dsbench; `prompt_tokens` is the long prompt's length, the same template and vocabulary."""
    def generate(prompt, num_tokens):
        done = subprocess.run(
            [arguments.dsbench, "generate", "--target", arguments.target, "--drafter", "none",
             "--weights", weights, "--temperature", "0", "--threads", str(arguments.threads),
             "--max-tokens", str(num_tokens), "--prompt", prompt],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"peers: dsbench failed: {(done.stderr.splitlines() or ['no output'])[-1]}")
        return done.stderr

    line = generate(PROMPT, NUM_TOKENS)
    rate = re.search(r"(\d+) tokens, ([\d.]+) tokens/s", line)
    first = re.search(r"first after (\d+) ms", generate(LONG_PROMPT, 2))
    if not rate or not first:
        sys.exit(f"peers: found no rate in dsbench's last line: {line.strip()}")
    return {"decode": float(rate[2]), "tokens": int(rate[1]),
            "prefill": prompt_tokens * 1000 / float(first[1])}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dsbench", default="build/release/dsbench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--llama-cpp", action="store_true", help="one turn of llama.cpp, as JSON")
    arguments = parser.parse_args()
    if arguments.llama_cpp:
        return measure_llama_cpp(arguments.target, arguments.threads)

    rows = {"llama.cpp": [], "dsbench, stored weights": [], "dsbench, bf16 weights": []}
    for number in range(arguments.rounds):
        llama = run_llama_cpp(arguments)
        rows["llama.cpp"].append(llama)
        for name, weights in (("dsbench, stored weights", "stored"), ("dsbench, bf16 weights", "bf16")):
            rows[name].append(run_dsbench(arguments, weights, llama["prompt"]))
        print(f"round {number + 1} of {arguments.rounds}: " + ", ".join(
            f"{name} {values[-1]['decode']:.1f}" for name, values in rows.items()) + " tokens/s", flush=True)

    for name, values in rows.items():
        short = min(value["tokens"] for value in values)
        if short < NUM_TOKENS:
            print(f"note: {name} stopped after {short} of {NUM_TOKENS} tokens")
    version = importlib.metadata.version("xllamacpp")
    print(f"\nxllamacpp {version}, {arguments.threads} threads, greedy, batch 1, "
          f"medians of {arguments.rounds} rounds in turns")
    print(f"{'':26}{'decode tokens/s':>17}{'ratio':>8}{'prefill tokens/s':>18}{'ratio':>8}")
    medians = {name: [statistics.median(value[key] for value in values) for key in ("decode", "prefill")]
               for name, values in rows.items()}
    base = medians["llama.cpp"]
    for name, (decode, prefill) in medians.items():
        print(f"{name:26}{decode:17.1f}{decode / base[0]:8.2f}{prefill:18.1f}{prefill / base[1]:8.2f}")
    return None


if __name__ == "__main__":
    main()
