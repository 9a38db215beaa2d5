"""Steps of autograd whose parts never leave a core's cache: RMS norm, norm with RoPE, SwiGLU's middle, rows that are picked.

Written with PyTorch's own operations each of these is ten to twenty passes over the whole batch in float32. Here a piece at a
time takes all of them, forward and backward; sums are float32, what comes in and goes out is of product type.
"""

import torch
import torch.nn.functional as F

PIECE = 2 ** 17  # elements; a few float32 temporaries of it fit a core's second cache


def pieces(length, elements):
    """Slices of `length` rows of `elements` each, about PIECE elements a slice."""
    step = max(1, PIECE // max(1, elements))
    return [slice(start, min(length, start + step)) for start in range(0, length, step)]


def inverse_rms(values, epsilon):
    size = values.shape[-1]
    squares = torch.linalg.vector_norm(values, dim=-1, keepdim=True).square_()
    return squares.div_(size).add_(epsilon).rsqrt_()


def norm_backward(grad, values, scale, weight, grad_weight):
    """grad and values [..., n] float32 -> gradient of values; adds to grad_weight [n]."""
    unit = values * scale
    product = grad * unit
    grad_weight += product.flatten(0, -2).sum(0)
    along = torch.matmul(product, weight).unsqueeze(-1).div_(values.shape[-1])
    return (grad * weight).addcmul_(unit, along, value=-1).mul_(scale)


class RmsNormFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, epsilon):
        """x [..., n]; weight [n] float32, rounded as the caller wants it."""
        rows = x.reshape(-1, x.shape[-1])
        out = torch.empty(rows.shape, dtype=x.dtype, device=x.device)
        scales = torch.empty(len(rows), 1, device=x.device)
        for part in pieces(*rows.shape):
            values = rows[part].float()
            scales[part] = inverse_rms(values, epsilon)
            out[part] = (values * scales[part]).mul_(weight)
        ctx.save_for_backward(rows, weight, scales)
        return out.view(x.shape)

    @staticmethod
    def backward(ctx, grad):
        rows, weight, scales = ctx.saved_tensors
        grad_rows = grad.reshape(rows.shape)
        out = torch.empty(rows.shape, dtype=rows.dtype, device=rows.device) if ctx.needs_input_grad[0] else None
        grad_weight = torch.zeros_like(weight)
        for part in pieces(*rows.shape):
            found = norm_backward(grad_rows[part].float(), rows[part].float(), scales[part], weight, grad_weight)
            if out is not None:
                out[part] = found
        return None if out is None else out.view(grad.shape), grad_weight, None


def rotate(x, cos, sin):
    """RoPE on halves (NeoX order): x [..., D], cos and sin [..., D / 2] that broadcast."""
    half = x.shape[-1] // 2
    low, high, out = x[..., :half], x[..., half:], torch.empty(x.shape, dtype=x.dtype, device=x.device)
    torch.mul(low, cos, out=out[..., :half]).addcmul_(high, sin, value=-1)
    torch.mul(high, cos, out=out[..., half:]).addcmul_(low, sin)
    return out


class HeadsFunction(torch.autograd.Function):
    """Each head normed, rotated and put beside its group's: x [S, N, heads, D] -> [S, G, N, R, D], heads = G R."""

    @staticmethod
    def forward(ctx, x, weight, epsilon, cos, sin, groups):
        """cos and sin [S or 1, N, D / 2] float32, times what the result is to be scaled by."""
        S, N, heads, D = x.shape
        out = torch.empty(S, groups, N, heads // groups, D, dtype=x.dtype, device=x.device)
        scales = torch.empty(S, N, heads, 1, device=x.device)
        cos, sin = (angle.unsqueeze(2).expand(S, N, 1, D // 2) for angle in (cos, sin))
        for part in pieces(S, N * heads * D):
            values = x[part].float()
            scales[part] = inverse_rms(values, epsilon)
            turned = rotate((values * scales[part]).mul_(weight), cos[part], sin[part])
            out[part] = turned.unflatten(2, (groups, -1)).transpose(1, 2)
        ctx.save_for_backward(x, weight, scales, cos, sin)
        return out

    @staticmethod
    def backward(ctx, grad):
        x, weight, scales, cos, sin = ctx.saved_tensors
        S, N, heads, D = x.shape
        out, grad_weight = torch.empty(x.shape, dtype=x.dtype, device=x.device), torch.zeros_like(weight)
        for part in pieces(S, N * heads * D):
            turned = grad[part].transpose(1, 2).flatten(2, 3).float()
            back = rotate(turned, cos[part], -sin[part])
            out[part] = norm_backward(back, x[part].float(), scales[part], weight, grad_weight)
        return out, grad_weight, None, None, None, None


class SwigluFunction(torch.autograd.Function):
    """[N, 2 n], gates first -> silu(gate) * up [N, n]."""

    @staticmethod
    def forward(ctx, both):
        N, size = both.shape[0], both.shape[1] // 2
        out = torch.empty(N, size, dtype=both.dtype, device=both.device)
        for part in pieces(N, size):
            torch.mul(F.silu(both[part, :size]), both[part, size:], out=out[part])
        ctx.save_for_backward(both)
        return out

    @staticmethod
    def backward(ctx, grad):
        both, = ctx.saved_tensors
        N, size = grad.shape
        out = torch.empty_like(both)
        for part in pieces(N, size):
            gate, up, slope = both[part, :size], both[part, size:], grad[part]
            torch.mul(slope, F.silu(gate), out=out[part, size:])
            out[part, :size] = torch.ops.aten.silu_backward(slope * up, gate)
        return out


class TakeFunction(torch.autograd.Function):
    """Rows of x [N, n] at index [R], no row twice."""

    @staticmethod
    def forward(ctx, x, index):
        ctx.save_for_backward(index)
        ctx.rows = len(x)
        return x.index_select(0, index)

    @staticmethod
    def backward(ctx, grad):
        index, = ctx.saved_tensors
        return grad.new_zeros(ctx.rows, grad.shape[1]).index_copy_(0, index, grad), None


def take(x, index):
    """The rows of x [..., n], its other axes as one, at index [R], no row twice; all of them [N, n] if it is None."""
    rows = x.flatten(0, -2)
    return rows if index is None else TakeFunction.apply(rows, index)
