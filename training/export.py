"""Writes a trained drafter as a checkpoint folder: config.json and model.safetensors in bfloat16.

  export.py --run RUN --data PREPARED --target FILE.gguf --output FOLDER

Layout: DeepSpec's names (drafters.md 5) with a reduced draft vocabulary (d2t), the target's embedding
shared, and a learned mask embedding. The feature scales of training are folded into fc.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file

from dataset import feature_divisors
from gguf_reader import GgufFile

MTP_LONGEST_DRAFT = 7  # the other drafters' block, so that it can choose from the same draft lengths


def config_of(kind, settings, shape, meta):
    config = {
        "model_type": "qwen3", "hidden_size": shape.hidden, "intermediate_size": shape.intermediate,
        "num_attention_heads": shape.heads, "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim, "vocab_size": shape.vocabulary,
        "draft_vocab_size": settings["draft_vocabulary"], "rms_norm_eps": round(shape.norm_epsilon, 12),
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_theta},
        "num_target_layers": shape.layers, "num_hidden_layers": settings["layers"],
        "layer_types": ["full_attention"] * settings["layers"], "tie_word_embeddings": False,
        "attention_bias": False, "dtype": "bfloat16", "share_target_embeddings": True,
        "target": meta["target"]}
    if kind in ("dspark", "dflash"):
        config |= {"architectures": ["Qwen3DSparkModel"], "block_size": settings["block"],
                   "target_layer_ids": settings["feature_layers"], "mask_token_id": None,
                   "enable_confidence_head": kind == "dspark", "markov_rank": settings["markov_rank"]}
    if kind == "dspark":
        config |= {"markov_head_type": settings["markov_head"], "confidence_head_with_markov": True}
    if kind == "eagle3":
        config |= {"architectures": ["Qwen3Eagle3Model"], "draft_num_hidden_layers": 1,
                   "ttt_length": settings["block"], "target_layer_ids": settings["feature_layers"]}
    if kind == "mtp1":
        config |= {"architectures": ["MtpDraftModel"], "num_nextn_predict_layers": 1,
                   "draft_length": MTP_LONGEST_DRAFT, "hidden_input": "post_final_norm"}
    return config


def tensors_of(weights, settings, meta, vocabulary):
    weights = {name: value.float() for name, value in weights.items()}
    if "fc.weight" in weights:
        divisors = feature_divisors(meta, settings).repeat_interleave(meta["hidden"])
        weights["fc.weight"] = weights["fc.weight"] / divisors
    tensors = {name: value.bfloat16().contiguous() for name, value in weights.items()}
    tensors["d2t"] = vocabulary - torch.arange(len(vocabulary))
    return tensors


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "data", "target", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    args = parser.parse_args()
    state = torch.load(args.run / "checkpoint.pt", map_location="cpu", weights_only=True)
    settings, kind = json.loads(state["settings"]), state["kind"]
    meta = json.loads((args.data / "meta.json").read_text())
    vocabulary = torch.from_numpy(np.load(args.data / "vocabulary.npy").astype(np.int64))
    config = config_of(kind, settings, GgufFile(args.target).shape(), meta)
    tensors = tensors_of(state["model"], settings, meta, vocabulary)
    args.output.mkdir(parents=True, exist_ok=True)
    save_file(tensors, args.output / "model.safetensors")
    (args.output / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    size = (args.output / "model.safetensors").stat().st_size
    print(f"{args.output}: {kind}, step {state['step']}, {state['anchors']} anchors, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
