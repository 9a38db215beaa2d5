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
import torch.nn.functional as F

from checkpoint import RunFolder
from dataset import Dataset, generator
from drafters import make_drafter
from flops import optimizer_flops, step_flops
from gguf_reader import GgufFile
from head_loss import HeadLoss
from held_out import HeldOut
from optimizer import Optimizer
from precision import product_type, set_product_type

BATCH_STREAM, ROW_STREAM = 1, 2


def read_settings(args):
    recipe = json.loads(args.recipe.read_text())
    settings = {**recipe, **recipe.pop("drafters")[args.kind]}
    for name in ("layers", "block", "markov_head", "seed", "budget_flops"):
        if getattr(args, name) is not None:
            settings[name] = getattr(args, name)
    for change in args.set:
        name, value = change.split("=", 1)
        settings[name] = json.loads(value)
    settings["budget_anchors"] = args.anchors
    return settings


def identity(data):
    """Of what prepare.py wrote, wherever the features lie."""
    return json.dumps({name: value for name, value in data.meta.items() if name != "features"}, sort_keys=True)


class Trainer:
    def __init__(self, args):
        self.args, self.settings, self.device = args, read_settings(args), args.device
        set_product_type(self.settings["product_type"])
        self.target = GgufFile(args.target)
        self.data = Dataset(args.data, self.settings)
        if self.data.meta["target"]["sha256"] != self.target.sha256():
            raise SystemExit(f"{args.data}: prepared with another target than {args.target}")
        if self.data.meta["draft_vocabulary"] != self.settings["draft_vocabulary"]:
            raise SystemExit(f"{args.data}: draft vocabulary of {self.data.meta['draft_vocabulary']}, "
                             f"the recipe has {self.settings['draft_vocabulary']}")
        torch.manual_seed(self.settings["seed"])
        embedding = self.target.tensor("token_embd.weight")
        self.shape = self.target.shape()
        self.model = make_drafter(args.kind, self.shape, self.settings, self.target, embedding.to(product_type()))
        self.model.to(self.device)
        self.head = embedding[self.data.vocabulary].to(product_type()).to(self.device)
        self.held_out = {real: HeldOut(self.data, embedding.to(self.device), self.head, real) for real in (False, True)}
        for held_out in self.held_out.values():
            held_out.vocabulary = held_out.vocabulary.to(self.device)
        self.optimizer = Optimizer(self.model, self.settings)
        self.optimizer_flops = optimizer_flops(self.optimizer.matrices)
        decay = self.settings["position_decay"]
        self.keep = torch.exp(-torch.arange(self.settings["block"]) / decay)
        self.folder = RunFolder(args.run)
        self.step, self.anchors, self.flops, self.cpu_s, self.epoch = 0, 0, 0, 0.0, -1
        self._resume()

    def _resume(self):
        state = self.folder.load(self.device)
        if state is None:
            return
        if state["settings"] != json.dumps(self.settings, sort_keys=True):
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
        settings, progress = self.settings, self.progress()
        warmup = min(1.0, (self.step + 1) / settings["warmup_steps"])
        left = (1 - progress) / (1 - settings["decay_from"])
        return warmup * max(settings["final_rate"], min(1.0, left))

    def next_batch(self):
        size = self.settings["sequences"]
        per_epoch = len(self.data.train) // size
        epoch, index = divmod(self.step, per_epoch)
        if epoch != self.epoch:
            self.epoch, self.groups = epoch, self.data.groups(self.settings["seed"], epoch, size)
        block, anchors = self.settings["block"], self.settings["anchors"]
        early = self.settings["early"]
        if self.progress() < early["share"] and early["block"] < block:
            block, anchors = early["block"], anchors * early["anchors_times"]
        random = generator(self.settings["seed"], BATCH_STREAM, self.step)
        return self.data.training_batch(self.groups[index], anchors, block, random)

    def losses(self, batch):
        """One pass. Row k of a block is taken with probability exp(-(k - 1) / decay), its weight then
        being 1: in the mean the weighted sum over all rows, at half the price of the head."""
        random = generator(self.settings["seed"], ROW_STREAM, self.step)
        kept = batch.valid & (torch.rand(batch.valid.shape, generator=random) < self.keep[:batch.block])
        ids, probs = self.data.laws(batch.law_rows[kept])
        device_batch, kept = batch.to(self.device), kept.to(self.device)
        hidden = self.model.hidden(device_batch)
        markov = w2 = None
        if self.model.markov_head is not None:
            markov = self.model.markov_head(device_batch.previous(), hidden)[kept]
            w2 = self.model.markov_head.markov_w2.weight
        loss_settings = self.settings["loss"]
        warm = self.progress() < loss_settings["warm_share"]
        mix = loss_settings["warm" if warm else "main"]
        rows = hidden[kept]
        weights = torch.full((len(rows),), 1 / len(rows), device=self.device)
        loss, accept = HeadLoss.apply(rows, markov, w2, self.head, ids.to(self.device),
                                      probs.to(self.device), weights, mix["ce"], mix["tv"])
        if self.model.confidence_head is not None:
            previous = self.model.markov_head.rows(device_batch.previous()[kept])
            logits = self.model.confidence_head(rows, previous)
            loss = loss + loss_settings["confidence"] * F.binary_cross_entropy_with_logits(logits, accept)
        return loss, float(accept.mean()), len(rows)

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
        began, first, loss_mean, accept_mean = time.monotonic(), self.step, None, None
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
    here = pathlib.Path(__file__).parent
    parser.add_argument("kind", choices=["dspark", "dflash", "eagle3", "mtp1"])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--target", type=pathlib.Path, required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--recipe", type=pathlib.Path, default=here / "recipe.json")
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
    torch.set_num_threads(args.threads)
    Trainer(args).run()


if __name__ == "__main__":
    main()
