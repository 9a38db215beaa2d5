"""Reads tensors of a GGUF v3 file as float32 (types F32, Q4_1, Q8_0) and the model's shape.

Not a general reader: it knows what a Q4_1 llama file holds. Block layouts follow the GGUF
specification: Q8_0 is [f16 scale, 32 x i8]; Q4_1 is [f16 scale, f16 minimum, 16 bytes], the low
halves of the bytes being elements 0-15.
"""

import dataclasses
import hashlib
import struct

import numpy as np
import torch

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?",
           10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9
F32, Q4_1, Q8_0 = 0, 3, 8
BLOCK = 32
BLOCK_BYTES = {Q4_1: 20, Q8_0: 34}


@dataclasses.dataclass
class TargetShape:
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    rope_theta: float
    norm_epsilon: float


class GgufFile:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            if file.read(4) != b"GGUF":
                raise SystemExit(f"{path}: expected a GGUF file")
            self._file = file
            _, num_tensors, num_values = struct.unpack("<IQQ", file.read(20))
            self.values = {}
            for _ in range(num_values):
                key = self._string()
                self.values[key] = self._value(self._scalar("<I"))
            self.tensors = {}
            for _ in range(num_tensors):
                name = self._string()
                dims = struct.unpack(f"<{(n := self._scalar('<I'))}Q", file.read(8 * n))
                self.tensors[name] = (dims[::-1], *struct.unpack("<IQ", file.read(12)))
            alignment = self.values.get("general.alignment", 32)
            self.data_start = -(-file.tell() // alignment) * alignment

    def _scalar(self, form):
        return struct.unpack(form, self._file.read(struct.calcsize(form)))[0]

    def _string(self):
        return self._file.read(self._scalar("<Q")).decode("utf-8", "replace")

    def _value(self, kind):
        if kind == STRING:
            return self._string()
        if kind == ARRAY:
            element, count = struct.unpack("<IQ", self._file.read(12))
            return [self._value(element) for _ in range(count)]
        return self._scalar(SCALARS[kind])

    def tensor(self, name):
        """The tensor as float32, [out, in] for a matrix."""
        shape, kind, offset = self.tensors[name]
        count = int(np.prod(shape))
        start = self.data_start + offset
        if kind == F32:
            flat = np.fromfile(self.path, dtype="<f4", count=count, offset=start)
            return torch.from_numpy(flat).reshape(shape)
        if kind not in BLOCK_BYTES:
            raise SystemExit(f"{self.path}: tensor {name} has type {kind}, expected F32, Q4_1 or Q8_0")
        size = BLOCK_BYTES[kind]
        blocks = np.fromfile(self.path, dtype=np.uint8, count=count // BLOCK * size, offset=start)
        blocks = blocks.reshape(-1, size)
        scale = blocks[:, 0:2].copy().view("<f2").astype(np.float32)
        if kind == Q8_0:
            flat = blocks[:, 2:].view(np.int8) * scale
        else:
            minimum = blocks[:, 2:4].copy().view("<f2").astype(np.float32)
            halves = np.concatenate([blocks[:, 4:] & 15, blocks[:, 4:] >> 4], axis=1)
            flat = halves * scale + minimum
        return torch.from_numpy(flat.astype(np.float32)).reshape(shape)

    def shape(self):
        value = self.values
        hidden, heads = value["llama.embedding_length"], value["llama.attention.head_count"]
        return TargetShape(hidden, value["llama.feed_forward_length"], value["llama.block_count"],
                           heads, value["llama.attention.head_count_kv"], hidden // heads,
                           self.tensors["token_embd.weight"][0][0], value["llama.rope.freq_base"],
                           value["llama.attention.layer_norm_rms_epsilon"])

    def sha256(self):
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def layer(self, index):
        """One decoder layer as {Hugging Face name: [out, in]}; q and k rows in rotate-half order."""
        shape = self.shape()
        prefix = f"blk.{index}."
        names = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
                 "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
                 "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
                 "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
        weights = {f"{ours}.weight": self.tensor(f"{prefix}{theirs}.weight")
                   for theirs, ours in names.items()}
        for name, heads in (("q", shape.heads), ("k", shape.kv_heads)):
            key = f"self_attn.{name}_proj.weight"
            pairs = weights[key].reshape(heads, shape.head_dim // 2, 2, shape.hidden)
            weights[key] = pairs.transpose(1, 2).reshape(-1, shape.hidden).contiguous()
        return weights
