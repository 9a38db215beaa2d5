"""Sequences, features and target laws as prepare.py laid them out, cut into batches.

Every random choice is a function of (seed, epoch) or (seed, step), so that a resumed run takes exactly
the batches an uninterrupted one would take. Features are read through a memory map.

A batch holds S sequences padded to T feature rows, a multiple of PAD: oneDNN makes a product's code anew for each shape that
it has not seen, which takes as long as a tenth of a step. Anchor s: the newest known token; its block predicts
tokens s + 1 .. s + g and sees feature rows 0 .. s - 1. Row k - 1 of the block learns the target's law at
feature row s + k - 1 (drafters.md 6).
"""

import dataclasses
import json
import os
import pathlib

import numpy as np
import torch

from precision import product_type

PAD = 16


def generator(*key):
    """An independent random stream for each key of whole numbers."""
    return torch.Generator().manual_seed(int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0] >> 1))


def feature_divisors(meta, settings):
    """What each feature layer is divided by in training; export folds it into fc."""
    rms = torch.tensor([meta["feature_rms"][meta["layers"].index(layer)]
                        for layer in settings["feature_layers"]])
    return rms if settings["feature_scale"] == "layer" else rms.max().expand_as(rms)


def map_features(path, slots, hidden):
    """The file's whole rows as a map of int16 [rows, slots, hidden]."""
    raw = np.memmap(path, dtype=np.int16, mode="r")
    return raw[:len(raw) // (slots * hidden) * slots * hidden].reshape(-1, slots, hidden)


@dataclasses.dataclass
class Batch:
    ids: torch.Tensor           # [S, T + 1 + block] token ids, zeros behind the end
    features: torch.Tensor      # [S, T, layers * H] of product type, divided by feature_divisors()
    last_hidden: torch.Tensor   # [S, T, H] of product type, after the target's final norm
    positions: torch.Tensor     # [1, T]
    anchors: torch.Tensor       # [S, A]
    hidden_from: torch.Tensor   # [S, A, T] of product type, -inf where the anchor must not look
    valid: torch.Tensor         # [S, A, block] bool: the row's label exists
    law_rows: torch.Tensor      # [S, A, block] row of the teacher arrays; 0 where invalid

    @property
    def block(self):
        return self.valid.shape[2]

    @property
    def next_tokens(self):
        return self.ids[:, 1:1 + self.last_hidden.shape[1]]

    def token_at(self, index):
        """ids at index [S, ...]."""
        return self.ids.gather(1, index.flatten(1)).view(index.shape)

    def rows_at(self, rows, index):
        """rows [S, T, H] at index [S, A] -> [S, A, H]."""
        return rows.gather(1, index.unsqueeze(-1).expand(-1, -1, rows.shape[-1]))

    def previous(self):
        """[S, A, block]: the true token before each row's label."""
        return self.token_at(self.anchors.unsqueeze(-1) + torch.arange(self.block, device=self.ids.device))

    def to(self, device):
        return Batch(**{f.name: getattr(self, f.name).to(device) for f in dataclasses.fields(self)})


class Dataset:
    def __init__(self, folder, settings):
        self.folder = pathlib.Path(folder)
        self.meta = json.loads((self.folder / "meta.json").read_text())
        table = np.load(self.folder / "sequences.npz")
        self.ids, self.start = table["ids"], table["start"]
        self.folders = table["folder"]
        self.prompt, self.first_row, self.law_base = table["prompt"], table["first_row"], table["law_base"]
        self.length = self.start[1:] - self.start[:-1]
        self.train, self.held_out = np.flatnonzero(~table["held_out"]), np.flatnonzero(table["held_out"])
        self.real = table["real"] if "real" in table else np.zeros(len(self.length), bool)
        self.vocabulary = torch.from_numpy(np.load(self.folder / "vocabulary.npy").astype(np.int64))
        self.hidden, self.block = self.meta["hidden"], settings["block"]
        slots = len(self.meta["layers"]) + 1
        self.raw = [map_features(path, slots, self.hidden) for path in self.meta["features"]]
        self.files = [open(path, "rb") for path in self.meta["features"]]
        self.slots = [self.meta["layers"].index(layer) for layer in settings["feature_layers"]]
        self.scale = 1 / feature_divisors(self.meta, settings)
        top = self.meta["top"]
        shape = (self.meta["law_rows"], top)
        self.top_ids = np.memmap(self.folder / "top_ids.u16", dtype=np.uint16, mode="r", shape=shape)
        self.top_probs = np.memmap(self.folder / "top_probs.f16", dtype=np.float16, mode="r", shape=shape)

    def groups(self, seed, epoch, size):
        """The epoch's batches: lists of `size` training sequences of like length, in random order."""
        random = np.random.default_rng((seed, epoch))
        noisy = self.length[self.train] * random.uniform(0.95, 1.05, len(self.train))
        order = self.train[np.argsort(noisy, kind="stable")]
        groups = [order[i:i + size] for i in range(0, len(order) - size + 1, size)]
        random.shuffle(groups)
        return groups

    def rows_of(self, sequence):
        """The sequence's feature rows in the file, int16 [length - 1, layers + 1, H]."""
        first = int(self.first_row[sequence])
        return self.raw[self.folders[sequence]][first:first + int(self.length[sequence]) - 1]

    def read_ahead(self, sequences):
        """Lets the system fetch what a later batch will read, while this one is computed."""
        for sequence in sequences if hasattr(os, "posix_fadvise") else ():
            rows, number = self.rows_of(sequence), self.folders[sequence]
            first = int(self.first_row[sequence]) * rows[0].nbytes
            os.posix_fadvise(self.files[number].fileno(), first, rows.nbytes, os.POSIX_FADV_WILLNEED)

    def batch(self, sequences, anchors, block):
        """anchors [S, A] absolute token indices, -1 for none."""
        S, lengths = len(sequences), self.length[sequences]
        T = -(-(int(lengths.max()) - 1) // PAD) * PAD
        features = torch.empty(S, T, len(self.slots), self.hidden, dtype=product_type())
        last_hidden = torch.empty(S, T, self.hidden, dtype=product_type())
        ids = torch.zeros(S, T + 1 + block, dtype=torch.long)
        for i, sequence in enumerate(sequences):
            rows = int(lengths[i]) - 1
            raw = torch.from_numpy(np.array(self.rows_of(sequence))).view(torch.bfloat16).to(product_type())
            for slot, (source, scale) in enumerate(zip(self.slots, self.scale.to(product_type()))):
                torch.mul(raw[:, source], scale, out=features[i, :rows, slot])
            last_hidden[i, :rows] = raw[:, -1]
            features[i, rows:], last_hidden[i, rows:] = 0, 0
            ids[i, :rows + 1] = torch.from_numpy(
                self.ids[self.start[sequence]:self.start[sequence + 1]].astype(np.int64))
        prompts = torch.from_numpy(self.prompt[sequences].astype(np.int64)).view(S, 1)
        base = torch.from_numpy(self.law_base[sequences].astype(np.int64)).view(S, 1, 1)
        ends = torch.from_numpy(lengths.astype(np.int64)).view(S, 1, 1)
        real = anchors >= 0
        anchors = torch.where(real, anchors, prompts)
        steps = torch.arange(block)
        valid = real.unsqueeze(-1) & (anchors.unsqueeze(-1) + 1 + steps < ends)
        law = base + anchors.unsqueeze(-1) + steps - prompts.unsqueeze(-1)
        hidden_from = torch.zeros(S, anchors.shape[1], T, dtype=product_type())
        hidden_from.masked_fill_(torch.arange(T) >= anchors.unsqueeze(-1), float("-inf"))
        return Batch(ids, features.flatten(2), last_hidden, torch.arange(T).unsqueeze(0),
                     anchors, hidden_from, valid, torch.where(valid, law, 0))

    def training_batch(self, sequences, num_anchors, block, random):
        """Anchors uniformly without replacement among the answer's tokens that have a successor."""
        first = torch.from_numpy(self.prompt[sequences].astype(np.int64)).view(-1, 1)
        last = torch.from_numpy(self.length[sequences].astype(np.int64)).view(-1, 1) - 2
        index = first + torch.arange(int((last - first).max()) + 1)
        draw = torch.where(index <= last, torch.rand(index.shape, generator=random), -1.0)
        count = min(num_anchors, index.shape[1])
        value, where = draw.topk(count, dim=1)
        anchors = torch.where(value >= 0, index.gather(1, where), -1)
        return self.batch(sequences, anchors.sort(1).values, block)

    def even_batch(self, sequences, num_anchors):
        """Anchors evenly over the part of the answer where a whole block has labels; for evaluation."""
        first = torch.from_numpy(self.prompt[sequences].astype(np.int64)).view(-1, 1)
        last = torch.from_numpy(self.length[sequences].astype(np.int64)).view(-1, 1) - 1 - self.block
        at = (torch.arange(num_anchors) + 0.5) / num_anchors
        anchors = (first + at * (last - first + 1)).long()
        return self.batch(sequences, torch.where(last >= first, anchors, -1), self.block)

    def laws(self, rows):
        """Top draft ids [R, K] and their probabilities under the target."""
        rows = rows.numpy()
        return (torch.from_numpy(self.top_ids[rows].astype(np.int64)),
                torch.from_numpy(self.top_probs[rows].astype(np.float32)))
