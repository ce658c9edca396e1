"""What the gate does for Tensors that are not on the CPU: it enters their device, and computes there with its array library."""

import numpy as np

from workbook import dtypes
from workbook.autograd.forgetful import Forgetful
from workbook.devices import CPU
from workbook.errors import explain
from workbook.formats import laid_by, of_numpy
from workbook.tensor import Tensor, wrap
from workbook.threads import thread


def elsewhere(cls, ctx, arrays, options, device):
    """Settle dtypes and compute on a device that is not the CPU. Return what reached `forward`, its results, and where they are."""
    if device is None:
        if not cls.of_numbers:
            raise TypeError(explain(f"{cls.called()}(): at least one argument must be a Tensor", "of numbers alone Python computes",
                                    "wrap one of them: torch.tensor(...)"))
        arrays = cls.dtype_rule([np.asarray(x, dtypes.of_number(x).numpy) for x in arrays])
        return arrays, cls.forward(ctx, *arrays, **options), CPU
    backend = device.backend
    ctx.xp = backend.xp
    with device.entered():
        arrays = [backend.from_host(x, device.index) if isinstance(x, np.ndarray) else x for x in arrays]
        if thread.state.autocast is not None:
            arrays = thread.state.autocast(cls, arrays, device)
        if cls.on_host:
            return *through_host(cls, ctx, ctx.xp, arrays, options), device
        given, arrays = arrays, cls.dtype_rule(arrays)
        results = cls.forward(ctx, *arrays, **options)
        if cls.lies_as_inputs and results.__class__ is not tuple and results.ndim > 1:
            laid = laid_by(ctx.xp, results, given, arrays, cls.of_operands)
            if laid is not results and ctx.__class__ is not Forgetful:
                ctx._saved = tuple([laid if value is results else value for value in ctx._saved])
            results = laid
        return arrays, results, device if cls.place is None else cls.place(device, options)


def on_arrays(cls, xp, inputs, options):
    """Compute on arrays of another library than NumPy, while the walk runs a formula on its device."""
    ctx = Forgetful()
    if cls.on_host:
        return through_host(cls, ctx, xp, inputs, options)[1]
    ctx.xp = xp
    return cls.forward(ctx, *inputs, **options)


def through_host(cls, ctx, xp, arrays, options):
    """Compute with NumPy, on copies. Return what reached `forward`, and its results, both on the device again."""
    there = {}  # id of a NumPy array: the same on the device

    def back(value):
        if not isinstance(value, (np.ndarray, np.generic)):
            return value
        if id(value) not in there:
            there[id(value)] = value, xp.asarray(value)  # the first, so that no other gets its id
        return there[id(value)][1]

    host = [xp.asnumpy(x) if isinstance(x, xp.ndarray) else x for x in arrays]
    there.update({id(copy): (copy, array) for copy, array in zip(host, arrays) if copy is not array})
    ctx.xp = np
    host = cls.dtype_rule(host)
    results = cls.forward(ctx, *host, **options)
    arrays = [back(x) for x in host]
    results = tuple([back(x) for x in results]) if results.__class__ is tuple else back(results)
    ctx.xp = xp
    if ctx.__class__ is not Forgetful:
        ctx._saved, ctx._kept = tuple(map(back, ctx._saved)), tuple(map(back, ctx._kept))
    return arrays, results


def readable(arrays, device):
    """Return the same arrays as NumPy's, for an error that looks at their numbers."""
    return [of_numpy(device.xp, x) if device is not CPU and device is not None and isinstance(x, device.xp.ndarray) else x for x in arrays]


def made(device, make):
    """Return a Tensor on what `make` makes, given the array library of `device`, in that device's memory."""
    with device.entered():
        return wrap(make(device.xp), device)


def to_the_host(gradient, device):
    """Return a gradient in the CPU's memory: there lies a number that was computed with on a GPU, as in loss * weight."""
    if isinstance(gradient, Tensor):
        return gradient.to(CPU)
    return gradient if isinstance(gradient, (np.ndarray, np.generic)) else device.backend.to_host(gradient)
