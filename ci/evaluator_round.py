#!/usr/bin/env python3
"""A round of speculative decoding in PyTorch and transformers, beside one of ours: the same target and drafter shapes,
threads, draft length 7, batch 1, greedy, in turns; medians and ratios.

  evaluator_round.py --target FILE.gguf      (needs torch and transformers: the training's environment has both)

The peer does what the authors' evaluator (DeepSpec) does in a round: the block drafter over its own cache, seven steps
of the Markov head over the whole vocabulary, the target over eight tokens with all hidden states, probabilities of every
row, acceptance, both caches cropped. Its weights are random, which no time depends on. Ours runs the drafter in models/
with its smaller draft vocabulary.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK, CONTEXT, ROUNDS, FEATURE_LAYERS = 7, 96, 24, (1, 8, 14, 20, 27)


def measure_peer(threads, rank):
    """One turn in this process: prints {"round", "draft", "plain"}, milliseconds."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention
    from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM, Qwen3Config
    from transformers.models.qwen3.modeling_qwen3 import (Qwen3DecoderLayer, Qwen3RMSNorm, Qwen3RotaryEmbedding,
                                                          apply_rotary_pos_emb)
    torch.set_num_threads(threads)
    shape = dict(hidden_size=576, intermediate_size=1536, num_attention_heads=9, num_key_value_heads=3,
                 vocab_size=49152, max_position_embeddings=2048, rms_norm_eps=1e-5)
    target = LlamaForCausalLM(LlamaConfig(num_hidden_layers=30, tie_word_embeddings=True, **shape)).bfloat16().eval()
    config = Qwen3Config(num_hidden_layers=2, head_dim=64, **shape)

    def linear(inputs, outputs):
        return torch.nn.Linear(inputs, outputs, bias=False).bfloat16()

    layers = [Qwen3DecoderLayer(config, index).bfloat16().eval() for index in range(2)]
    rope, norm = Qwen3RotaryEmbedding(config), Qwen3RMSNorm(576).bfloat16()
    fc, hidden_norm, head = linear(5 * 576, 576), Qwen3RMSNorm(576).bfloat16(), linear(576, 49152)
    w1, w2, confidence = torch.nn.Embedding(49152, rank).bfloat16(), linear(rank, 49152), linear(576 + rank, 1)

    def features(output):
        return torch.cat([output.hidden_states[index + 1] for index in FEATURE_LAYERS], -1)

    def attend(layer, rows, context, cos, sin, cache):
        """Attention of the block's rows over the cache, the new context rows and themselves; the context rows stay."""
        attention, both = layer.self_attn, torch.cat([context, rows], 1)

        def heads(projection, x, rms=None):
            x = projection(x).view(1, x.shape[1], -1, 64)
            return (rms(x) if rms else x).transpose(1, 2)

        q, k = heads(attention.q_proj, rows, attention.q_norm), heads(attention.k_proj, both, attention.k_norm)
        q, _ = apply_rotary_pos_emb(q, q, cos[:, -BLOCK:], sin[:, -BLOCK:])
        k, _ = apply_rotary_pos_emb(k, k, cos, sin)
        k, v = cache.update(k, heads(attention.v_proj, both), attention.layer_idx)
        mixed = scaled_dot_product_attention(q, k, v, enable_gqa=True)
        return attention.o_proj(mixed.transpose(1, 2).reshape(1, BLOCK, -1))

    def draft(anchor, context, cache, start):
        block = torch.zeros(1, BLOCK, dtype=torch.long)
        block[0, 0] = anchor
        context, rows = hidden_norm(fc(context)), target.model.embed_tokens(block)
        cos, sin = rope(rows, torch.arange(start - context.shape[1], start + BLOCK).unsqueeze(0))
        for layer in layers:
            rows = rows + attend(layer, layer.input_layernorm(rows), context, cos, sin, cache)
            rows = rows + layer.mlp(layer.post_attention_layernorm(rows))
        cache.crop(-BLOCK)
        hidden = norm(rows)
        logits, previous, tokens, laws = head(hidden), torch.tensor([anchor]), [], []
        for step in range(BLOCK):
            row = logits[:, step] + w2(w1(previous))
            laws.append(torch.softmax(row.float(), -1))
            previous = row.argmax(-1)
            tokens.append(int(previous))
        confidence(torch.cat([hidden[0], w1(torch.tensor([anchor, *tokens[:-1]]))], -1))
        return tokens, torch.stack(laws, 1)

    def decode(speculative):
        caches = DynamicCache(), DynamicCache()
        output = target(torch.randint(0, 49152, (1, CONTEXT)), past_key_values=caches[0], output_hidden_states=True)
        context, anchor, start, drafting = features(output), int(output.logits[0, -1].argmax()), CONTEXT, 0.0
        began = time.perf_counter()
        for number in range(ROUNDS + 4):
            if number == 4:
                began, drafting = time.perf_counter(), 0.0
            before, tokens, laws = time.perf_counter(), [], None
            if speculative:
                tokens, laws = draft(anchor, context, caches[1], start)
            drafting += time.perf_counter() - before
            output = target(torch.tensor([[anchor, *tokens]]), past_key_values=caches[0], output_hidden_states=True,
                            position_ids=torch.arange(start, start + 1 + len(tokens)).unsqueeze(0))
            probabilities, accepted = torch.softmax(output.logits.float(), -1), 0
            if tokens:
                index = torch.tensor(tokens).view(1, -1, 1)
                ratio = probabilities[:, :-1].gather(-1, index) / laws.gather(-1, index).clamp_min(1e-8)
                accepted = int((torch.rand_like(ratio) < ratio.clamp(max=1)).long().cumprod(1).sum())
            anchor = int(probabilities[0, accepted].argmax())
            start += accepted + 1
            if accepted < len(tokens):
                caches[0].crop(accepted - len(tokens))
            context = features(output)[:, :accepted + 1]
        return (time.perf_counter() - began) / ROUNDS * 1e3, drafting / ROUNDS * 1e3

    with torch.inference_mode():
        (round_ms, draft_ms), (plain_ms, _) = decode(True), decode(False)
    print(json.dumps({"round": round_ms, "draft": draft_ms, "plain": plain_ms}))


def run_peer(args, rank):
    done = subprocess.run([sys.executable, __file__, "--peer", str(rank), "--threads", str(args.threads)],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"evaluator_round: the peer failed: {(done.stderr.splitlines() or ['no output'])[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def run_dsbench(args, weights):
    """{"round", "draft", "plain"}, milliseconds, of both arms of one small run."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/results.db"
        subprocess.run([args.dsbench, "run", "--target", args.target, "--weights", weights, "--limit", "2",
                        "--drafters", "none,dspark", "--draft-length", str(BLOCK), "--max-tokens", "64", "--threads",
                        str(args.threads), "--output", database, "--no-report"], check=True, capture_output=True)
        report = subprocess.run([args.dsbench, "report", database, "--format", "json", "--resamples", "100"],
                                check=True, capture_output=True, text=True).stdout
    metrics = {arm["run"]["drafter"]: {metric["metric"]: metric["value"] for metric in arm["metrics"]
                                       if metric["scope"] == "all"}
               for group in json.loads(report)["sets"] for arm in group["arms"]}
    return {"round": metrics["dspark"]["step_time"] / 1e6, "draft": metrics["dspark"]["phase_wall_draft"] / 1e6,
            "plain": metrics["none"]["step_time"] / 1e6}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dsbench", default=str(ROOT / "build/release/dsbench"))
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--peer", type=int, metavar="RANK", help="one turn of the peer, as JSON")
    args = parser.parse_args()
    if args.peer:
        return measure_peer(args.threads, args.peer)
    if not args.target:
        parser.error("--target is missing")
    measured = {"PyTorch bf16, Markov rank 256": [], "PyTorch bf16, Markov rank 128": [], "dsbench bf16": [],
                "dsbench stored": []}
    for _ in range(args.turns):
        for name, values in measured.items():
            program, kind = name.split()[:2]
            values.append(run_dsbench(args, kind) if program == "dsbench" else run_peer(args, int(name.split()[-1])))
    print(f"{args.threads} threads, draft length {BLOCK}, batch 1, greedy, medians of {args.turns} turns, milliseconds")
    print(f"{'':32}{'round':>8}{'draft':>8}{'plain':>8}{'round: ratio to rank 256, 128':>32}")
    medians = {name: {key: statistics.median(value[key] for value in values) for key in values[0]}
               for name, values in measured.items()}
    peers = [value["round"] for name, value in medians.items() if name.startswith("PyTorch")]
    for name, value in medians.items():
        ratios = "   ".join(f"{peer / value['round']:.2f}" for peer in peers)
        print(f"{name:32}{value['round']:8.1f}{value['draft']:8.1f}{value['plain']:8.1f}{ratios:>32}")
    return None


if __name__ == "__main__":
    main()
