"""Convolution in two dimensions, by columns and one matrix product.

Each place of the output sees one patch of the input. `columns` writes the patches side by side, and the convolution is then the
product of the weights with them. The derivatives are a convolution's two partners, `ConvInput` and `ConvWeight`; the three are
closed under differentiation.

Source: Chellapilla, Puri, Simard, High Performance Convolutional Neural Networks for Document Processing, 2006, section 3
"""

from workbook import dtypes
from workbook.autograd.modes import running_layer
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.ops.reduction import sum
from workbook.ops.shape import squeeze, unsqueeze
from workbook.tensor import Tensor


class Geometry:
    """How a kernel moves over an image: all sizes of one convolution."""

    def __init__(self, image, kernel, stride, padding, dilation, groups):
        self.image, self.kernel, self.stride, self.padding = image, kernel, stride, padding
        self.dilation, self.groups = dilation, groups
        (top, bottom), (left, right) = padding
        self.padded = (image[0] + top + bottom, image[1] + left + right)
        self.reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel))
        self.out = tuple((p - r) // s + 1 for p, r, s in zip(self.padded, self.reach, stride))
        self.wide = stride == (1, 1)  # rows can stay at full width: each tap is then one run of memory


def columns(xp, x, g):
    """Return the patches of `x` (N, C, H, W) as (N, C * kh * kw, places)."""
    n, c = x.shape[:2]
    (kh, kw), (dh, dw), (oh, ow) = g.kernel, g.dilation, g.out
    (top, _), (left, _) = g.padding
    height, width = g.padded
    run = oh * width if g.wide else None
    # the last tap of the last channel reads a few numbers past the image; they end in columns that nobody uses
    flat = xp.zeros((n, c * height * width + g.reach[1]), x.dtype)
    image = flat[:, :c * height * width].reshape(n, c, height, width)
    image[:, :, top:top + g.image[0], left:left + g.image[1]] = x
    sn, _, sh, sw = image.strides
    if g.wide:
        shape, steps = (n, c, kh, kw, run), (sn, height * sh, dh * sh, dw * sw, sw)
    else:
        shape = (n, c, kh, kw, oh, ow)
        steps = (sn, height * sh, dh * sh, dw * sw, g.stride[0] * sh, g.stride[1] * sw)
    taps = xp.lib.stride_tricks.as_strided(flat, shape, steps)
    return xp.ascontiguousarray(taps).reshape(n, c * kh * kw, run or oh * ow)


def images(xp, cols, c, g):
    """The transpose of `columns`: add each patch back to where it came from. Return (N, C, H, W)."""
    n = cols.shape[0]
    (kh, kw), (dh, dw), (oh, ow), (sh, sw) = g.kernel, g.dilation, g.out, g.stride
    (top, _), (left, _) = g.padding
    height, width = g.padded
    if g.wide:  # rows of a kernel first, then its lines: kh + kw long additions in place of kh * kw short ones
        run = oh * width
        taps = cols.reshape(n, c, kh, kw, run)
        length = run + (kw - 1) * dw
        lines = xp.zeros((n, c, kh, length), cols.dtype)
        for j in range(kw):
            lines[..., j * dw:j * dw + run] += taps[:, :, :, j]
        flat = xp.zeros((n, c, height * width + g.reach[1]), cols.dtype)
        for i in range(kh):
            flat[:, :, i * dh * width:i * dh * width + length] += lines[:, :, i]
        image = flat[:, :, :height * width].reshape(n, c, height, width)
    else:
        taps = cols.reshape(n, c, kh, kw, oh, ow)
        image = xp.zeros((n, c, height, width), cols.dtype)
        for i in range(kh):
            for j in range(kw):
                image[:, :, i * dh:i * dh + sh * oh:sh, j * dw:j * dw + sw * ow:sw] += taps[:, :, i, j]
    return image[:, :, top:top + g.image[0], left:left + g.image[1]]


def _spread_rows(xp, grad, g):
    """(N, O, OH, OW) as (N, O, places): rows at full width, with zeros in the columns that nobody uses."""
    n, o, oh, ow = grad.shape
    if not g.wide or ow == g.padded[1]:
        return grad.reshape(n, o, oh * ow)
    wide = xp.zeros((n, o, oh, g.padded[1]), grad.dtype)
    wide[..., :ow] = grad
    return wide.reshape(n, o, oh * g.padded[1])


def _by_group(array, groups, axis):
    size = array.shape[axis] // groups
    return [array[(slice(None),) * axis + (slice(i * size, (i + 1) * size),)] for i in range(groups)]


def convolve(xp, x, weight, g):
    """out[n, o, y, x] = sum over c, i, j of x[n, c, y*s + i*d, x*s + j*d] * weight[o, c, i, j]"""
    out = xp.empty((x.shape[0], weight.shape[0], *g.out), x.dtype)
    for part, kernels, target in zip(_by_group(x, g.groups, 1), _by_group(weight, g.groups, 0), _by_group(out, g.groups, 1)):
        flat = kernels.reshape(kernels.shape[0], -1)
        for some in chunks(part, g):
            product = flat @ columns(xp, part[some], g)
            if g.wide:
                product = product.reshape(len(product), len(flat), g.out[0], g.padded[1])[..., :g.out[1]]
            target[some] = product.reshape(target[some].shape)
    return out


def chunks(x, g):
    """Yield slices of the batch whose columns stay in the processor's cache: one large array of columns is far slower."""
    width = g.padded[1] if g.wide else g.out[1]
    step = max(1, CACHED // max(1, x.shape[1] * g.kernel[0] * g.kernel[1] * g.out[0] * width))
    for start in range(0, max(1, len(x)), step):
        yield slice(start, start + step)


CACHED = 250_000  # numbers


class ConvInput(Operation):
    """The gradient of a convolution to its input: out = the transpose of the convolution, applied to `grad`."""

    def forward(ctx, grad, weight, *, geometry):
        ctx.save_crosswise(grad, weight)
        ctx.geometry = g = geometry
        xp, outs = ctx.xp, []
        for part, kernels in zip(_by_group(grad, g.groups, 1), _by_group(weight, g.groups, 0)):
            flat = kernels.reshape(kernels.shape[0], -1).T
            outs.append(xp.concatenate([images(xp, flat @ _spread_rows(xp, part[some], g), weight.shape[1], g)
                                        for some in chunks(part, g)]))
        return outs[0] if g.groups == 1 else xp.concatenate(outs, 1)

    def backward(ctx, grad):
        grad_out, weight = ctx.saved
        g = ctx.geometry
        return (Convolve.apply(grad, weight, None, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvWeight.apply(grad_out, grad, geometry=g) if ctx.needs_input_grad[1] else None)


class ConvWeight(Operation):
    """The gradient of a convolution to its weight: out = `grad` against the patches of x, summed over the batch."""

    def forward(ctx, grad, x, *, geometry):
        ctx.save_crosswise(grad, x)
        ctx.geometry = g = geometry
        xp, outs = ctx.xp, []
        for part, inputs in zip(_by_group(grad, g.groups, 1), _by_group(x, g.groups, 1)):
            rows, cols = _spread_rows(xp, part, g), columns(xp, inputs, g)
            product = rows[0] @ cols[0].T if len(x) else xp.zeros((rows.shape[1], cols.shape[1]), grad.dtype)
            for n in range(1, x.shape[0]):
                product += rows[n] @ cols[n].T
            outs.append(product.reshape(part.shape[1], inputs.shape[1], *g.kernel))
        return outs[0] if g.groups == 1 else xp.concatenate(outs, 0)

    def backward(ctx, grad):
        grad_out, x = ctx.saved
        g = ctx.geometry
        return (Convolve.apply(x, grad, None, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvInput.apply(grad_out, grad, geometry=g) if ctx.needs_input_grad[1] else None)


def _same_dtype(values):
    """The dtype rule of convolution: PyTorch does not promote here. It looks at the bias first."""
    first, weight, bias = (None if value is None else dtypes.of(value) for value in values)
    if bias not in (first, None):
        what = f"Input type ({first.in_c}) and bias type ({bias.in_c}) should be the same"
    elif weight is not first:
        what = f"expected scalar type {first.legacy} but found {weight.legacy}"
    else:
        return values
    raise RuntimeError(explain(what, f"{running_layer() or 'the weight'} holds {weight}, and what arrived holds {first}",
                               "convert the data: x.float()"))


class Convolve(Operation, name="ConvolutionBackward0"):
    """out = the convolution of x with weight, plus bias"""

    dtype_rule = staticmethod(_same_dtype)

    def forward(ctx, x, weight, bias, *, geometry):
        ctx.save_crosswise(x, weight)
        ctx.geometry = geometry
        out = convolve(ctx.xp, x, weight, geometry)
        if bias is not None:
            out += bias[:, None, None]
        return out

    def backward(ctx, grad):
        x, weight = ctx.saved
        g = ctx.geometry
        return (ConvInput.apply(grad, weight, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvWeight.apply(grad, x, geometry=g) if ctx.needs_input_grad[1] else None,
                sum(grad, (0, 2, 3)) if ctx.needs_input_grad[2] else None)


def pair(value):
    """Return a number as two equal ones, two numbers as a tuple."""
    return (value, value) if isinstance(value, int) else tuple(value)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Return the convolution `(N, C_in, H, W) -> (N, C_out, H_out, W_out)`; one image `(C_in, H, W)` may come without N.

    `weight`: (C_out, C_in / groups, kH, kW); `bias`: (C_out). H_out = (H + 2 padding - dilation (kH - 1) - 1) // stride + 1.
    `padding` may be "valid", or "same" for stride 1. Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2))
    tensor([[[[4., 4.],
              [4., 4.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv2d.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("conv2d", "input", 1, input)
    if input.ndim == 3:
        return squeeze(conv2d(unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups), 0)
    _check_sizes(input, weight, bias, groups)
    stride, dilation = pair(stride), pair(dilation)
    if min(stride) < 1:
        raise RuntimeError(explain("non-positive stride is not supported", f"a kernel that moves by {min(stride)} never arrives",
                                   "use stride=1 or more"))
    if min(dilation) < 1:
        raise RuntimeError(explain(f"dilation should be greater than zero, but got {list(dilation)}",
                                   "it is the distance between the places that a kernel sees", "use dilation=1 or more"))
    kernel = tuple(weight.shape[2:])
    if padding == "valid":
        padding = 0
    if padding == "same":
        if stride != (1, 1):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        needed = [d * (k - 1) for d, k in zip(dilation, kernel)]
        padding = tuple((n // 2, n - n // 2) for n in needed)
    else:
        padding = tuple((p, p) for p in pair(padding))
        if min(padding) < (0, 0):
            raise RuntimeError(explain("negative padding is not supported", "padding surrounds the image with zeros",
                                       "use padding=0 or more; cut the image to make it smaller"))
    g = Geometry(tuple(input.shape[2:]), kernel, stride, padding, dilation, groups)
    if min(g.out) < 1:
        layer = running_layer()
        raise RuntimeError(explain(
            f"Calculated padded input size per channel: ({g.padded[0]} x {g.padded[1]}). Kernel size: ({g.reach[0]} x "
            f"{g.reach[1]}). Kernel size can't be greater than actual input size",
            (f"{layer}: " if layer else "") + f"the image that arrived is only {input.shape[2]} x {input.shape[3]}",
            "use a smaller kernel, padding, fewer pooling layers before it, or a larger image"))
    return Convolve.apply(input, weight, bias, geometry=g)


def _check_sizes(input, weight, bias, groups):
    shape = shape_text(input.shape)
    layer = running_layer()
    where = f"{layer}: " if layer else ""
    if input.ndim != 4:
        raise RuntimeError(explain(
            f"Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: {shape}",
            where + "the axes are (N, C, H, W), or (C, H, W) for one image", "give the image its shape: x.view(-1, C, H, W)"))
    if groups < 1:
        raise RuntimeError(explain("non-positive groups is not supported", f"channels cannot be split into {groups} groups",
                                   "use groups=1"))
    channels = weight.shape[1] * groups
    if input.shape[1] != channels:
        last = input.shape[-1] == channels
        raise RuntimeError(explain(
            f"Given groups={groups}, weight of size {shape_text(weight.shape)}, expected input{shape} to have {channels} "
            f"channels, but got {input.shape[1]} channels instead",
            where + (f"the {channels} stands in the last axis: the image looks channels-last, as NumPy and PIL keep it" if last
                     else "the second axis is the channel axis"),
            "use x.permute(0, 3, 1, 2)" if last else f"give it {channels} channels, or change in_channels"))
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise RuntimeError(explain(
            f"Given weight of size {shape_text(weight.shape)}, expected bias to be 1-dimensional with {weight.shape[0]} elements, "
            f"but got bias of size {shape_text(bias.shape)} instead", where + "each output channel has one bias", f"give a bias of {weight.shape[0]} numbers"))
