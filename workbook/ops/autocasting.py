"""Which dtype autocast chooses for an operation: half precision where many products are added up and errors even out, float32 where they grow.

The gate asks it where it settles dtypes, so the cast is a part of the step, and the walk brings gradients back to the dtype of the input,
as it does where dtypes are promoted. (PyTorch's is a step of its own, ToCopyBackward0.) `CHOICES` has PyTorch's lists, by the operations
of this engine; functions that are made of several operations cast their inputs by `in_dtype`, or are marked `chosen`.

Source: https://pytorch.org/docs/2.13/amp.html#autocast-op-reference; aten/src/ATen/autocast_mode.h
"""

import functools

import numpy as np

from workbook import dtypes
from workbook.autograd.broadcast import Cast
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.threads import thread

_HALF = "Mm Bmm Addmm AddmmScaled Addbmm Baddbmm Convolve ConvolveTransposed PreluKernel Attention LstmLayer AffineGridGenerator"
_LOSSES = ("BceWithLogits HuberLoss MseLoss MultiMarginLoss MultilabelMarginLoss NllLoss NllLossAlong NllLossOfPlaces SmoothL1Loss SoftMarginLoss "
           "Prod ProdAxis")
_LISTS = {
    "cpu": {"half": _HALF, "float32":
            f"{_LOSSES} AdaptiveAvgPool3d AdaptiveMaxPool3d AvgPool3d BinaryCrossEntropy CtcLoss "
            "FractionalMaxPool2d FractionalMaxPool3d GridSampler2d GridSampler3d MaxUnpool2d MaxUnpool3d "
            "ReflectionPad1D ReflectionPad2D ReplicationPad1D ReplicationPad2D ReplicationPad3D Trace"},
    "cuda": {"half": f"{_HALF} Mv Addmv Addr", "float32":
             f"{_LOSSES} Acos Asin Cosh Cumprod Cumsum Dist Erfinv Exp Expm1 Log Log10 Log1p Log2 LogSoftmax Logsumexp NativeGroupNorm "
             "NativeLayerNorm PNorm Pow PowScalar PowTensor Reciprocal Rsqrt Sinh Softmax Softplus Sum SumAxes Tan UpsampleBicubic2D "
             "UpsampleBicubic2DAa UpsampleBilinear2D UpsampleBilinear2DAa UpsampleLinear1D UpsampleNearest1D UpsampleNearest2D UpsampleNearest3D "
             "UpsampleNearestExact1D UpsampleNearestExact2D UpsampleNearestExact3D UpsampleTrilinear3D VectorNorm",
             "widest": "Dot Vdot",
             "refused": "BinaryCrossEntropy"}}
CHOICES = {device: {name: choice for choice, names in lists.items() for name in names.split()} for device, lists in _LISTS.items()}
_FLOAT32 = dtypes.float32.numpy


class Choice:
    """What autocast has switched on in a thread. The gate calls it with the arrays of an operation, and goes on with what it returns."""

    def __init__(self, kinds):
        self.kinds = kinds  # of each kind of device where it is on: the dtype

    def __call__(self, cls, arrays, device):
        half = self.kinds.get(device.type)
        choice = None if half is None else CHOICES[device.type].get(cls.__qualname__)
        if choice is None:
            return arrays
        if choice == "refused":
            raise RuntimeError(explain(
                "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast.",
                "a probability near 0 or 1, and its slope, are beyond what half precision holds",
                "leave the sigmoid out of the network, and use binary_cross_entropy_with_logits or torch.nn.BCEWithLogitsLoss"))
        kind = half.numpy if choice == "half" else _FLOAT32
        if choice == "widest":
            kind = functools.reduce(np.promote_types, [array.dtype for array in arrays if _narrow(array)], half.numpy)
        return [array.astype(kind) if _narrow(array) and array.dtype != kind else array for array in arrays]


def _narrow(array):
    """Whether it holds floats that autocast casts: double precision stays what it is."""
    kind = getattr(array, "dtype", None)
    return kind is not None and kind.kind == "f" and kind.itemsize < 8


def _cast(value, choose):
    """Return a Tensor, or Tensors in lists and tuples, in the dtype that `choose(kind of device)` gives, where it gives one."""
    if isinstance(value, Tensor):
        kind = choose(value.device.type) if _narrow(value._array) else None
        return value if kind is None or value.dtype is kind else Cast.apply(value, dtype=kind.numpy)
    return type(value)([_cast(part, choose) for part in value]) if type(value) in (list, tuple) else value


def in_half(*inputs):
    """Return Tensors in the dtype of autocast where it is on, and as they are where it is off."""
    choice = thread.state.autocast
    return inputs if choice is None else _cast(inputs, choice.kinds.get)


def in_dtype(how, devices, *inputs):
    """Return inputs of a function as autocast hands them to it on those kinds of devices: in "half", in "float32", in the "widest" of them."""
    kinds = _kinds(how, devices, inputs)
    return inputs if kinds is None else _cast(inputs, kinds.get)


def chosen(how, *devices):
    """The same for a function that does not warn, whose warnings would name this line: nothing is chosen for what it is made of."""

    def marked(function):
        @functools.wraps(function)
        def call(*args, **options):
            __tracebackhide__ = True
            kinds = _kinds(how, devices, (*args, *options.values()))
            if kinds is None:
                return function(*args, **options)
            return without(function, *_cast(args, kinds.get), **{name: _cast(value, kinds.get) for name, value in options.items()})

        return call

    return marked


def _kinds(how, devices, inputs):
    """Return, of each kind of device where autocast is on, the dtype; None where it is on for none of them."""
    choice = thread.state.autocast
    here = () if choice is None else [device for device in devices if device in choice.kinds]
    if not here:
        return None
    half = how == "half" or how == "widest" and not any(x.dtype is dtypes.float32 for x in inputs if isinstance(x, Tensor))
    return {device: choice.kinds[device] if half else dtypes.float32 for device in here}


def left_alone(function):
    """Let autocast choose nothing inside of a function of several operations, which is one in PyTorch."""
    return functools.wraps(function)(lambda *args, **options: without(function, *args, **options))


def without(function, *args, **options):
    """Return what a function gives where nothing is chosen: for forms that write into a Tensor that is there, which PyTorch leaves alone."""
    __tracebackhide__ = True
    earlier, thread.state.autocast = thread.state.autocast, None
    try:
        return function(*args, **options)
    finally:
        thread.state.autocast = earlier
