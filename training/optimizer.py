"""Muon for the matrices, AdamW for the rest, one learning-rate factor for both.

Muon: the momentum's gradient is replaced by the nearest orthogonal matrix (five Newton-Schulz steps
in the product type; Jordan et al. 2024) and scaled by 0.2 sqrt(max dimension), which gives an update the
size of AdamW's. Embedding-like tables (markov_w1, markov_w2), norms, biases and the confidence
head keep AdamW.

`muon_block` rows at a time, of the matrix with its shorter side as rows, are made orthogonal apart from the others: fewer
operations (flops.py), an update of the same size. 0, or a side that is no larger or no multiple of it: the matrix as a whole.
"""

import torch

from precision import product_type

MUON_MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5
ADAM_BETAS = (0.9, 0.95)
MOST_NORM = 1.0


def num_blocks(shape, block):
    """Into how many parts Muon takes a matrix of this shape."""
    rows = min(shape)
    return rows // block if block and rows > block and rows % block == 0 else 1


def orthogonal(matrix, block=0):
    """[m, n] -> the nearest orthogonal one, or that of each block of rows, in the product type."""
    a, b, c = NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.to(product_type())
    x = (x.t() if tall else x).reshape(num_blocks(matrix.shape, block), -1, max(matrix.shape))
    x = x / (torch.linalg.vector_norm(x, dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    x = x.flatten(0, 1)
    return x.t() if tall else x


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

    def _clip(self):
        """Scales all gradients to a common norm of at most MOST_NORM; the norm they had."""
        grads = [p.grad for p in self.parameters if p.grad is not None]
        norm = torch.stack(torch._foreach_norm(grads)).norm()
        if norm > MOST_NORM:
            torch._foreach_mul_(grads, MOST_NORM / (norm + 1e-6))
        return float(norm)

    def step(self, factor):
        norm = self._clip()
        for group in self.adam.param_groups:
            group["lr"] = self.settings["adam_rate"] * factor
        self.adam.step()
        for parameter, momentum in zip(self.matrices, self.momenta):
            momentum.mul_(MUON_MOMENTUM).add_(parameter.grad)
            direction = parameter.grad.add_(momentum, alpha=MUON_MOMENTUM)  # the gradient is done with
            rate = self.settings["muon_rate"] * factor * 0.2 * max(parameter.shape) ** 0.5
            parameter.data.add_(orthogonal(direction, self.settings.get("muon_block", 0)), alpha=-rate)
        for parameter in self.parameters:
            parameter.grad = None
        return norm

    def state_dict(self):
        return {"adam": self.adam.state_dict(), "momenta": self.momenta}

    def load_state_dict(self, state):
        self.adam.load_state_dict(state["adam"])
        for momentum, saved in zip(self.momenta, state["momenta"]):
            momentum.copy_(saved)
