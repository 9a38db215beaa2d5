"""Trains one drafter by the recipe; started again on the same run folder it resumes.

  train.py dspark --data PREPARED --target FILE.gguf --run RUN

The budget is a count of floating point operations (or --anchors), never time. SIGTERM stops the run
after the current step with a checkpoint.
"""

import argparse
import json
import pathlib
import signal
import time

import torch

from aimed_start import aim_at_newest
from checkpoint import RunFolder
from dataset import Dataset, generator
from drafters import BlockDrafter, make_drafter
from flops import optimizer_flops, step_flops
from gguf_reader import GgufFile
from head_loss import head_table
from held_out import HeldOut
from optimizer import Optimizer
from precision import product_type, resolve, set_product_type
from schedule import Schedule
from settings import RECIPE, read_settings, same
from step_loss import step_loss

BATCH_STREAM, ROW_STREAM, START_STREAM = 1, 2, 3


def identity(data):
    """Of what prepare.py wrote, wherever the features lie."""
    return json.dumps({name: value for name, value in data.meta.items() if name != "features"}, sort_keys=True)


class Trainer:
    def __init__(self, args, settings):
        self.args, self.settings, self.device = args, settings, args.device
        self.folder = RunFolder(args.run)
        self.step, self.anchors, self.flops, self.cpu_s, self.epoch = 0, 0, 0, 0.0, -1
        state = self.folder.load(self.device)
        rates = self._choose_product_type(state)
        self.schedule = Schedule(settings)
        self.target = GgufFile(args.target)
        self.data = Dataset(args.data, settings)
        if self.data.meta["target"]["sha256"] != self.target.sha256():
            raise SystemExit(f"{args.data}: prepared with another target than {args.target}")
        if self.data.meta["draft_vocabulary"] != settings["draft_vocabulary"]:
            raise SystemExit(f"{args.data}: draft vocabulary of {self.data.meta['draft_vocabulary']}, "
                             f"the recipe has {settings['draft_vocabulary']}")
        self._make_model()
        if state is not None:
            self._resume(state)
        else:
            self._start(rates)

    def _choose_product_type(self, state):
        """A resumed run keeps the type that it began with, whatever would be measured now."""
        if state is not None and self.settings["product_type"] == "auto":
            self.settings["product_type"] = json.loads(state["settings"])["product_type"]
        self.settings["product_type"], rates = resolve(self.settings["product_type"], self.device)
        set_product_type(self.settings["product_type"])
        return rates

    def _make_model(self):
        torch.manual_seed(self.settings["seed"])
        embedding = self.target.tensor("token_embd.weight")
        self.shape = self.target.shape()
        self.model = make_drafter(self.args.kind, self.shape, self.settings, self.target, embedding.to(product_type()))
        self.model.to(self.device)
        head = embedding[self.data.vocabulary].to(product_type()).to(self.device)
        self.table = head_table(head, self.settings["markov_rank"]) if self.model.markov_head is not None else head
        self.held_out = {real: HeldOut(self.data, embedding.to(self.device), head, real) for real in (False, True)}
        for held_out in self.held_out.values():
            held_out.vocabulary = held_out.vocabulary.to(self.device)
        self.optimizer = Optimizer(self.model, self.settings)
        self.optimizer_flops = optimizer_flops(self.optimizer.matrices, self.settings["muon_block"])
        self.keep = torch.exp(-torch.arange(self.settings["block"]) / self.settings["position_decay"])

    def _start(self, rates):
        """What a new run does before its first step."""
        if self.settings["aim"] and isinstance(self.model, BlockDrafter):
            sequences = self.data.groups(self.settings["seed"], 0, self.settings["sequences"])[0]
            random = generator(self.settings["seed"], START_STREAM)
            batch = self.data.training_batch(sequences, self.settings["anchors"], 1, random).to(self.device)
            aim_at_newest(self.model, batch, self.settings["aim"])
        self.folder.log(step=0, event="start", product_type=self.settings["product_type"], gflops_per_s=rates)

    def _resume(self, state):
        if not same(state["settings"], self.settings):
            raise SystemExit(f"{self.folder.checkpoint}: made with other settings: {state['settings']}")
        if state.get("data", identity(self.data)) != identity(self.data):  # older checkpoints do not say
            raise SystemExit(f"{self.folder.checkpoint}: made with other data: {state['data']}")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.anchors, self.flops = state["step"], state["anchors"], state["flops"]
        self.cpu_s = state["cpu_s"]

    def save(self):
        self.folder.save({"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(),
                          "step": self.step, "anchors": self.anchors, "flops": self.flops,
                          "cpu_s": self.cpu_s + time.process_time(), "kind": self.args.kind,
                          "data": identity(self.data),
                          "settings": json.dumps(self.settings, sort_keys=True)})

    def progress(self):
        """Share of the budget used, 0 to 1."""
        if self.settings["budget_anchors"]:
            return self.anchors / self.settings["budget_anchors"]
        return self.flops / self.settings["budget_flops"]

    def rate_factor(self):
        return self.schedule.rate_factor(self.progress(), self.step)

    def next_batch(self):
        size = self.settings["sequences"]
        epoch, index = divmod(self.step, len(self.data.train) // size)
        if epoch != self.epoch:
            self.epoch, self.groups = epoch, self.data.groups(self.settings["seed"], epoch, size)
        block, anchors = self.schedule.rows(self.progress())
        random = generator(self.settings["seed"], BATCH_STREAM, self.step)
        batch = self.data.training_batch(self.groups[index], anchors, block, random)
        if index + 1 < len(self.groups):
            self.data.read_ahead(self.groups[index + 1])
        return batch

    def losses(self, batch):
        """One pass. Row k of a block is taken with probability exp(-(k - 1) / decay), its weight then
        being 1: in the mean the weighted sum over all rows, at half the price of the head."""
        random = generator(self.settings["seed"], ROW_STREAM, self.step)
        kept = batch.valid & (torch.rand(batch.valid.shape, generator=random) < self.keep[:batch.block])
        laws = self.data.laws(batch.law_rows[kept])
        return step_loss(self.model, batch.to(self.device), kept.flatten().nonzero().squeeze(1).to(self.device), laws,
                         self.table, self.schedule.mix(self.progress()), self.settings["loss"]["confidence"])

    def train_step(self):
        batch = self.next_batch()
        loss, accept, kept_rows = self.losses(batch)
        loss.backward()
        norm = self.optimizer.step(self.rate_factor())
        S, A, T = batch.hidden_from.shape
        self.flops += step_flops(self.args.kind, {**self.settings, "block": batch.block}, self.shape, S,
                                 T, A, kept_rows)
        self.flops += self.optimizer_flops
        self.anchors += int(batch.valid.any(-1).sum())
        self.step += 1
        return float(loss.detach()), accept, norm

    def evaluate(self):
        lines = {real: held_out(self.model, self.device) for real, held_out in self.held_out.items() if held_out}
        written = lines.get(False) or lines[True]
        self.folder.log(step=self.step, anchors=self.anchors, flops=self.flops, event="held_out", **written,
                        **({"real": lines[True]} if True in lines else {}))

    def run(self):
        stopping = []
        signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
        began, first, first_flops, loss_mean, accept_mean = time.monotonic(), self.step, self.flops, None, None
        last = self.args.stop_at_step or float("inf")
        while self.progress() < 1 and self.step < last and not stopping:
            loss, accept, norm = self.train_step()
            loss_mean = loss if loss_mean is None else 0.95 * loss_mean + 0.05 * loss
            accept_mean = accept if accept_mean is None else 0.95 * accept_mean + 0.05 * accept
            if self.step % 10 == 0:
                elapsed = time.monotonic() - began
                self.folder.log(step=self.step, anchors=self.anchors, flops=self.flops, event="train",
                                loss=loss_mean, accept=accept_mean, gradient_norm=norm,
                                rate=self.rate_factor(), steps_per_s=(self.step - first) / elapsed,
                                gflops_per_s=(self.flops - first_flops) / elapsed / 1e9,
                                cpu_s=self.cpu_s + time.process_time())
            if self.step % self.settings["checkpoint_steps"] == 0:
                self.save()
            if self.step % self.settings["evaluate_steps"] == 0:
                self.evaluate()
        self.evaluate()
        self.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["dspark", "dflash", "eagle3", "mtp1"])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--target", type=pathlib.Path, required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--recipe", type=pathlib.Path, default=RECIPE)
    parser.add_argument("--budget-flops", type=float)
    parser.add_argument("--anchors", type=int, help="a budget in anchors instead")
    parser.add_argument("--stop-at-step", type=int, help="leave early, as if the run were stopped")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--layers", type=int)
    parser.add_argument("--block", type=int)
    parser.add_argument("--head", dest="markov_head", choices=["vanilla", "gated", "rnn"])
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=JSON", help="any recipe value")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    options = {name: getattr(args, name) for name in ("layers", "block", "markov_head", "seed", "budget_flops")}
    settings = read_settings(args.recipe, args.kind, options, args.set)
    settings["budget_anchors"] = args.anchors
    # Moments of rows that are seldom seen fade into denormal numbers, each of which costs the CPU a hundred normal ones.
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    Trainer(args, settings).run()


if __name__ == "__main__":
    main()
