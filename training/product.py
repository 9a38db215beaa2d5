"""x W^T with the weight's gradient made the quick way on CPUs.

oneDNN multiplies bfloat16 at full speed if neither operand must be turned; G^T X, the weight's gradient, has G turned, which
costs it two thirds of its rate. Here the narrower of the two is turned first, some rows at a time so that they stay in cache.
"""

import torch
import torch.nn.functional as F

ROWS = 256
LEAST_ROWS = 1024  # below it turning costs what it gains


def turned(x):
    """x^T, contiguous."""
    out = torch.empty(x.shape[1], x.shape[0], dtype=x.dtype)
    for start in range(0, len(x), ROWS):
        out[:, start:start + ROWS] = x[start:start + ROWS].t()
    return out


def weight_gradient(grad, x):
    """grad [R, out], x [R, in] -> grad^T x [out, in]."""
    if x.dtype != torch.bfloat16 or x.device.type != "cpu" or len(x) < LEAST_ROWS:
        return torch.mm(grad.t(), x)
    if grad.shape[1] <= x.shape[1]:
        return torch.mm(turned(grad), x)
    return torch.mm(turned(x), grad).t().contiguous()


class ProductFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        """x [R, in], weight [out, in]."""
        ctx.save_for_backward(x, weight)
        return F.linear(x, weight)

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        grad = grad.contiguous()
        return torch.mm(grad, weight) if ctx.needs_input_grad[0] else None, weight_gradient(grad, x)


def product(x, weight):
    """x [..., in], weight [out, in], both of product type -> [..., out]."""
    return ProductFunction.apply(x.flatten(0, -2), weight).unflatten(0, x.shape[:-1])
