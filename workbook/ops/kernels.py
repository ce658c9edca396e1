"""How a kernel fits an image: the sizes of a convolution, and what does not fit."""

import functools

from workbook.autograd.modes import running_layer
from workbook.errors import by_sizes, explain, shape_text
from workbook.ops.columns import Geometry
from workbook.ops.sides import sides


@functools.lru_cache(typed=True)  # a network asks for the same ones at every step
def forward_geometry(function, image, kernel, stride, padding, dilation, groups):
    """Return the Geometry of a convolution; `padding` is "valid", "same", or a number for each axis."""
    axes = len(image)
    stride, dilation = sides(function, "stride", stride, axes), sides(function, "dilation", dilation, axes)
    if padding == "same":
        _check_same(stride)
        needed = [d * (k - 1) for d, k in zip(dilation, kernel)]
        around = tuple([(n // 2, n - n // 2) for n in needed])
    elif isinstance(padding, str) and padding != "valid":
        raise RuntimeError(explain(f"Invalid padding string: '{padding}'", "a padding is a number, or one of two names",
                                   "write padding=1, 'same' or 'valid'"))
    else:
        around = tuple([(p, p) for p in sides(function, "padding", 0 if padding == "valid" else padding, axes)])
    _check_steps(stride, dilation, around)
    _check_kernel(kernel)
    g = Geometry(image, kernel, stride, around, dilation, groups)
    if min(g.out) < 1:
        raise RuntimeError(explain(
            f"Calculated padded input size per channel: ({_by(g.padded)}). Kernel size: ({_by(g.reach)}). Kernel size can't be "
            "greater than actual input size", _at_layer() + f"the image that arrived is only {_by(image)}",
            "use a smaller kernel, padding, fewer pooling layers before it, or a larger image"))
    return g


@functools.lru_cache(typed=True)
def transposed_geometry(function, image, kernel, stride, padding, output_padding, dilation, groups):
    """Return the Geometry of the convolution whose transpose takes `image`: its own image is what the transposed one gives."""
    axes = len(image)
    stride, dilation = sides(function, "stride", stride, axes), sides(function, "dilation", dilation, axes)
    padding, extra = sides(function, "padding", padding, axes), sides(function, "output_padding", output_padding, axes)
    _check_steps(stride, dilation, [(p, p) for p in padding])
    if min(extra) < 0:
        raise RuntimeError(explain("negative output_padding is not supported", "it adds lines at the end of each axis",
                                   "use output_padding=0 or more"))
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation)):
        raise RuntimeError(explain(
            f"output padding must be smaller than either stride or dilation, but got output_padding: {list(extra)} stride: "
            f"{list(stride)} dilation: {list(dilation)}",
            "it says which of the sizes is meant that the convolution would shrink to the same one", "use output_padding=0"))
    _check_kernel(kernel)
    out = tuple([(side - 1) * s - 2 * p + d * (k - 1) + 1 + e
                 for side, s, p, d, k, e in zip(image, stride, padding, dilation, kernel, extra)])
    if min(out) < 1:
        raise RuntimeError(explain(
            f"Given input size per channel: ({_by(image)}). Calculated output size per channel: ({_by(out)}). Output size is too "
            "small", _at_layer() + f"a padding of {_by(padding)} cuts all of it away", "use less padding, or a larger kernel"))
    return Geometry(out, kernel, stride, tuple([(p, p) for p in padding]), dilation, groups, image)


def _check_kernel(kernel):
    if min(kernel) < 1:
        height, width = (1, *kernel)[-2:]
        raise RuntimeError(explain(f"kernel size should be greater than zero, but got kernel_height: {height} kernel_width: {width}",
                                   _at_layer() + f"a kernel of {_by(kernel)} sees nothing", "use kernel_size=1 or more"))


def _check_same(stride):
    if any(step != 1 for step in stride):
        raise RuntimeError(explain("padding='same' is not supported for strided convolutions",
                                   "with a step above 1 the result is shorter than the input",
                                   "leave stride out, or give the padding as a number"))


def _check_steps(stride, dilation, around):
    if min(stride) < 1:
        raise RuntimeError(explain("non-positive stride is not supported", f"a kernel that moves by {min(stride)} never arrives",
                                   "use stride=1 or more"))
    if min(dilation) < 1:
        raise RuntimeError(explain(f"dilation should be greater than zero, but got {list(dilation)}",
                                   "it is the distance between the places that a kernel sees", "use dilation=1 or more"))
    if min(around) < (0, 0):
        raise RuntimeError(explain("negative padding is not supported", "padding surrounds the image with zeros",
                                   "use padding=0 or more; cut the image to make it smaller"))


def check_weight(function, axes, input, weight, bias, groups):
    """Refuse an input, weights and a bias of a convolution whose shapes do not belong together."""
    given, weighed = input._array.shape, weight._array.shape
    if len(given) == len(weighed) == axes + 2 and not weighed[1]:
        raise RuntimeError(explain(
            f"Given weight of size {shape_text(weight.shape)}, expected at least one input channel", _at_layer() + "a sum over no channels says nothing "
            "of the image (PyTorch's result has no channels then)", "use in_channels=1 or more"))
    fits = len(given) == len(weighed) == axes + 2 and groups > 0 and given[1] == weighed[1] * groups
    if fits and (bias is None or bias._array.shape == weighed[:1]) and weighed[0] and weighed[0] % groups == 0:
        return
    _check_axes(function, axes, input, weight, groups)
    outs, channels = weight.shape[0], weight.shape[1] * groups
    given, weighed = shape_text(input.shape), shape_text(weight.shape)
    if input.shape[1] != channels:
        last = input.shape[-1] == channels
        raise RuntimeError(explain(
            f"Given groups={groups}, weight of size {weighed}, expected input{given} to have {channels} "
            f"channels, but got {input.shape[1]} channels instead",
            _at_layer() + (f"the {channels} stands in the last axis: the image looks channels-last, as NumPy and PIL keep it"
                           if last else "the second axis is the channel axis"),
            f"use x.permute(0, {axes + 1}, {', '.join(map(str, range(1, axes + 1)))})" if last
            else f"give it {channels} channels, or change in_channels"))
    _check_filters(outs, weight, groups)
    raise RuntimeError(explain(
        f"Given weight of size {weighed}, expected bias to be 1-dimensional with {outs} elements, "
        f"but got bias of size {shape_text(bias.shape)} instead", _at_layer() + "each output channel has one bias",
        f"give a bias of {outs} numbers"))


def check_transposed(function, axes, input, weight, bias, groups):
    """Refuse an input, weights and a bias of a transposed convolution whose shapes do not belong together."""
    _check_axes(function, axes, input, weight, groups)
    _check_filters(weight.shape[0], weight, groups)
    weighed = f"Given transposed=1, weight of size {shape_text(weight.shape)}, expected"
    if input.shape[1] != weight.shape[0]:
        raise RuntimeError(explain(
            f"{weighed} input{shape_text(input.shape)} to have {weight.shape[0]} channels, but got {input.shape[1]} channels instead",
            _at_layer() + "the first axis of a transposed convolution's weight is the input's channels",
            f"give it {weight.shape[0]} channels, or change in_channels"))
    outs = weight.shape[1] * groups
    if bias is not None and tuple(bias.shape) != (outs,):
        raise RuntimeError(explain(
            f"{weighed} bias to be 1-dimensional with {outs} elements, but got bias of size {shape_text(bias.shape)} instead",
            _at_layer() + "each output channel has one bias", f"give a bias of {outs} numbers"))


def _check_axes(function, axes, input, weight, groups):
    names = ", ".join("DHW"[3 - axes:]) if axes > 1 else "L"
    if input.ndim != axes + 2:
        raise RuntimeError(explain(
            f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {function}, but got input of size: "
            f"{shape_text(input.shape)}",
            _at_layer() + f"the axes are (N, C, {names}), or (C, {names}) for one image",
            "give the image its shape: x.view(-1, C, H, W)" if axes == 2 else f"give it the axes (N, C, {names})"))
    if weight.ndim != axes + 2:
        raise RuntimeError(explain(
            f"Expected a weight of {axes + 2} dimensions for {function}, but got weight of size: {shape_text(weight.shape)}",
            _at_layer() + f"its axes are the output channels, the input channels of a group, and {axes} of the kernel",
            f"give kernel_size {axes} numbers, or one for all"))
    if groups < 1:
        raise RuntimeError(explain("non-positive groups is not supported", f"channels cannot be split into {groups} groups",
                                   "use groups=1"))


def _check_filters(outs, weight, groups):
    if outs < groups:
        raise RuntimeError(explain(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{shape_text(weight.shape)} instead", "each group has its own kernels", "give at least one kernel a group"))
    if outs % groups:
        raise RuntimeError(explain(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"[{shape_text(weight.shape)}] instead", f"{outs} channels cannot be split into {groups} equal groups",
            f"choose a number of channels that {groups} divides"))


def tbc_refused(input, weight, bias):
    """Return what is wrong with the shapes of a convolution over (time, batch, channels), or None."""
    for what, wrong in (
            ("Input must have 3 dims: time, batch, in_channel", input.ndim != 3),
            ("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.", weight.ndim != 3),
            ("Bias must be 1-D", bias.ndim != 1)):
        if wrong:
            return what
    if input.shape[2] != weight.shape[1]:
        return "Input dim 2 (input channels) is not == dim 1 in the weight tensor"
    return None if bias.shape[0] == weight.shape[2] else "Bias size must equal dim 2 in the weight tensor (output channels)."


def _by(numbers):
    return by_sizes(numbers).replace("x", " x ")


def _at_layer():
    """The name of the running layer, to begin a reason with. It takes longer than a small convolution: only for an error."""
    layer = running_layer()
    return f"{layer}: " if layer else ""
