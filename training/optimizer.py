"""Muon for the matrices, AdamW for the rest, one learning-rate factor for both.

Muon: the momentum's gradient is replaced by the nearest orthogonal matrix (five Newton-Schulz steps
in the product type; Jordan et al. 2024) and scaled by 0.2 sqrt(max dimension), which gives an update the
size of AdamW's. Embedding-like tables (markov_w1, markov_w2), norms, biases and the confidence
head keep AdamW.
"""

import torch

from precision import product_type

MUON_MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5
ADAM_BETAS = (0.9, 0.95)


def orthogonal(matrix):
    a, b, c = NEWTON_SCHULZ
    x = matrix.to(product_type())
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.t()
        x = a * x + torch.addmm(gram, gram, gram, beta=b, alpha=c) @ x
    return (x.t() if tall else x).float()


def is_matrix(name, parameter):
    return parameter.ndim == 2 and "markov_w" not in name and "confidence" not in name


class Optimizer:
    def __init__(self, model, settings):
        named = list(model.named_parameters())
        use_muon = settings["optimizer"] == "muon"
        self.settings, self.parameters = settings, [p for _, p in named]
        self.matrices = [p for n, p in named if use_muon and is_matrix(n, p)]
        matrices = set(map(id, self.matrices))
        others = [p for p in self.parameters if id(p) not in matrices]
        self.momenta = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.AdamW(others, lr=settings["adam_rate"], betas=ADAM_BETAS,
                                      weight_decay=0.0, fused=True)

    def step(self, factor):
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for group in self.adam.param_groups:
            group["lr"] = self.settings["adam_rate"] * factor
        self.adam.step()
        for parameter, momentum in zip(self.matrices, self.momenta):
            momentum.mul_(MUON_MOMENTUM).add_(parameter.grad)
            update = orthogonal(parameter.grad.add(momentum, alpha=MUON_MOMENTUM))
            rate = self.settings["muon_rate"] * factor * 0.2 * max(parameter.shape) ** 0.5
            parameter.data.add_(update, alpha=-rate)
        for parameter in self.parameters:
            parameter.grad = None
        return float(norm)

    def state_dict(self):
        return {"adam": self.adam.state_dict(), "momenta": self.momenta}

    def load_state_dict(self, state):
        self.adam.load_state_dict(state["adam"])
        for momentum, saved in zip(self.momenta, state["momenta"]):
            momentum.copy_(saved)
