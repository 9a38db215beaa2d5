#!/usr/bin/env python3
"""The same requests by this program and by `vllm bench serve`, in turn, beside what the server counted meanwhile.

Prints a table. Each client's time a token must be within 2 % of the server's own for the same requests, and its time to
the first token within 2 % and 10 ms, which HTTP, template and tokenizer take and the server's prompt time leaves out.
With a drafter the server's counter of prompt seconds also leaves out a part that the timings of each answer have: it is
measured on the same prompts first and added.
Run it with the Python of vLLM's environment."""
import argparse
import json
import os
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

PROMPTS, TOKENS, TURNS = 6, 24, 1
MOST_SHARE, MOST_S = 0.02, 0.010
PROMPT_S, DECODE_S, DECODED = (
    "llamacpp:prompt_seconds_total", "llamacpp:tokens_predicted_seconds_total", "llamacpp:tokens_predicted_total")


class Failed(Exception):
    pass


def counters(url):
    with urllib.request.urlopen(url + "/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def stored_counters(results):
    """What this program read of the server before its first measured request and behind its last."""
    with sqlite3.connect(results) as store:
        rows = store.execute("SELECT name, value FROM server_sample ORDER BY t_ns").fetchall()
    return dict(reversed(rows)), dict(rows)


def prompts_of(arguments):
    lines = Path(arguments.workload).read_text(encoding="utf-8").splitlines()[:PROMPTS]
    return [json.loads(line)["turns"][0] for line in lines]


def prompt_s(url, model, prompt):
    """The prompt's time by the timings of one answer."""
    body = {"model": model, "messages": [{"role": "user", "content": prompt}], "max_tokens": 2, "temperature": 0,
            "cache_prompt": False}
    request = urllib.request.Request(url + "/v1/chat/completions", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)["timings"]["prompt_ms"] / 1e3


def not_counted(url, model, arguments):
    """Of a prompt's time by its answer's timings: what the server's counter does not have, seconds a prompt."""
    before = counters(url)
    timed = sum(prompt_s(url, model, prompt) for prompt in prompts_of(arguments))
    return (timed - counters(url)[PROMPT_S] + before[PROMPT_S]) / PROMPTS


def run(words, log):
    with open(log, "w", encoding="utf-8") as out:
        code = subprocess.run(words, stdout=out, stderr=subprocess.STDOUT, check=False,
                              env=os.environ | {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}).returncode
    if code != 0:
        raise Failed(f"{words[0]} ended with {code}, see {log}")


def with_vllm(url, model, arguments, stem):
    prompts = Path(f"{stem}.jsonl")
    prompts.write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts_of(arguments)),
                       encoding="utf-8")
    before = counters(url)
    run([str(Path(sys.executable).parent / "vllm"), "bench", "serve", "--backend", "openai-chat", "--base-url", url,
         "--endpoint", "/v1/chat/completions", "--model", model, "--tokenizer", arguments.tokenizer, "--dataset-name",
         "custom", "--dataset-path", str(prompts), "--custom-output-len", str(TOKENS), "--skip-chat-template",
         "--disable-shuffle", "--num-prompts", str(PROMPTS), "--max-concurrency", "1", "--temperature", "0",
         "--ready-check-timeout-sec", "0", "--extra-body", '{"cache_prompt": false}', "--save-result",
         "--save-detailed", "--result-filename", f"{stem}.json"], f"{stem}.log")
    return before, counters(url)


def with_dsbench(url, model, arguments, stem):
    results = Path(f"{stem}.db")
    for earlier in (results, Path(f"{stem}.json")):
        earlier.unlink(missing_ok=True)
    run([arguments.program, "run", "--engine", "remote", "--arm", f"{arguments.arm}={url}", "--api", "chat", "--model",
         model, "--workload", arguments.workload, "--limit", str(PROMPTS), "--max-tokens", str(TOKENS), "--warmup", "0",
         "--no-report", "--output", str(results)], f"{stem}.log")
    run([arguments.program, "export", str(results), "--format", "vllm-bench", "--output", f"{stem}.json"],
        f"{stem}.export.log")
    return stored_counters(results)


CLIENTS = {"dsbench": with_dsbench, "vllm bench serve": with_vllm}


def measure(client, model, arguments, stem, beside_s):
    """A client's own figures and the server's for the same requests, in seconds: to the first token, a token."""
    before, after = CLIENTS[client](arguments.url, model, arguments, stem)
    result = json.loads(Path(f"{stem}.json").read_text(encoding="utf-8"))
    tokens, requests = sum(result["output_lens"]), len(result["ttfts"])
    if result["failed"] or requests != PROMPTS:
        raise Failed(f"{client}: {result['failed']} of {requests} requests failed, expected {PROMPTS} good ones")
    gone = {name: after[name] - before[name] for name in (PROMPT_S, DECODE_S, DECODED)}
    if gone[DECODED] != tokens:
        raise Failed(f"{client}: had {tokens} tokens, the server counted {gone[DECODED]:.0f}")
    ttft, decode = sum(result["ttfts"]), sum(sum(gaps) for gaps in result["itls"])
    return {"requests": requests, "tokens": tokens, "ttft": ttft / requests, "tpot": decode / (tokens - requests),
            "rate": tokens / (ttft + decode), "server_ttft": gone[PROMPT_S] / requests + beside_s,
            "server_tpot": gone[DECODE_S] / (tokens - requests)}


def row(client, own):
    ttft, tpot = own["ttft"] - own["server_ttft"], own["tpot"] / own["server_tpot"] - 1
    holds = abs(tpot) <= MOST_SHARE and abs(ttft) <= MOST_SHARE * own["server_ttft"] + MOST_S
    print(f"| {client} | {own['requests']} | {own['tokens']} | {own['ttft'] * 1e3:.1f} | {own['server_ttft'] * 1e3:.1f} "
          f"| {ttft * 1e3:+.1f} | {own['tpot'] * 1e3:.2f} | {own['server_tpot'] * 1e3:.2f} | {tpot * 100:+.2f} "
          f"| {own['rate']:.2f} | {'yes' if holds else 'NO'} |", flush=True)
    return holds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="dsbench")
    parser.add_argument("--folder", required=True, help="for what the clients write")
    parser.add_argument("--tokenizer", required=True, help="folder of the target, for vLLM's client")
    parser.add_argument("--workload", required=True, help="JSON Lines with turns")
    parser.add_argument("arm", help="plain, or the server's drafter")
    parser.add_argument("url", help="of a llama.cpp server with --metrics")
    arguments = parser.parse_args()
    with urllib.request.urlopen(arguments.url + "/v1/models", timeout=60) as answer:
        model = json.load(answer)["data"][0]["id"]
    print(f"{arguments.arm}: {PROMPTS} prompts of {Path(arguments.workload).name}, {TOKENS} tokens, one user\n\n"
          "| client | requests | tokens | TTFT ms | server's | more ms | ms a token | server's | more % | tokens/s "
          "| within 2 % |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    holds = True
    try:
        beside_s = not_counted(arguments.url, model, arguments)
        for turn in range(TURNS):
            for client in CLIENTS:
                stem = f"{arguments.folder}/client_{arguments.arm}_{client.split()[0]}_{turn}"
                holds = row(client, measure(client, model, arguments, stem, beside_s)) and holds
    except (Failed, OSError, KeyError) as problem:
        print(f"compare_clients.py: {problem}", file=sys.stderr)
        return 3
    print(f"\nserver's TTFT: its counter and {beside_s * 1e3:+.1f} ms that only the answers' timings have\n")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
