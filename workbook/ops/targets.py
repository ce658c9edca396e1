"""What the targets of a loss of classes have to be: whole numbers, one a prediction, each a class; and the weights of the classes."""

import numpy as np

from workbook.dtypes import int64, uint8
from workbook.devices import CPU
from workbook.devices.checks import refuse
from workbook.devices.fused import fused
from workbook.errors import as_a_tensor, explain, not_a_number, not_a_tensor, shape_text
from workbook.ops.elementwise import expect_tensors, is_number
from workbook.tensor import Tensor


def check_kinds(function, input, target, weight, ignore_index):
    """Raise TypeError for arguments of a loss of classes that are of the wrong kind."""
    expect_tensors(function, input=input, target=target)
    if weight is not None and not isinstance(weight, Tensor):
        raise not_a_tensor(function, "weight", 3, weight)
    if not hasattr(ignore_index, "__index__"):
        raise not_a_number(function, "ignore_index", 5, ignore_index, "int")


def check_classes(input, target, weight, ignore_index):
    """Raise where the classes are none, or have no weight."""
    if target.dtype not in (int64, uint8):
        raise RuntimeError(explain(
            f"expected target dtype to be Long or Byte, but got {target.dtype.legacy}",
            f"the target holds {target.dtype}; the classes are whole numbers, as int64 or uint8", "write target.long()"))
    if weight is not None and weight.dtype is not input.dtype:
        raise RuntimeError(explain(f"expected scalar type {input.dtype.legacy} but found {weight.dtype.legacy}",
                                   f"the weights hold {weight.dtype}, the predictions {input.dtype}", f"write weight.to({input.dtype})"))
    count = input.shape[min(input.ndim - 1, 1)]
    if weight is not None and tuple(weight.shape) != (count,):
        raise RuntimeError(explain(
            f"weight tensor should be defined either for all {count} classes or no classes but got weight tensor of shape: "
            f"{shape_text(weight.shape)}", "each class has one weight", None))
    if target._device is not CPU:
        refuse(target._device, target._array, lambda classes: _outside(target._device.xp, classes, int(ignore_index), count),
               lambda wrong: _no_class(wrong, count, wrong == count))
        return
    classes = target._array
    if classes.size and classes.min() >= 0 and classes.max() < count:
        return
    outside = _outside(np, classes, ignore_index, count)
    if outside.any():
        raise _no_class(classes[outside].flat[0], count, classes.min() >= 1)


@fused
def _outside(xp, classes, ignored, count):
    """Where a class is none, and not the one that is passed over."""
    return (classes != ignored) & ((classes < 0) | (classes >= count))


def _no_class(wrong, count, from_1):
    return IndexError(explain(
        f"Target {wrong} is out of bounds.", f"the prediction has {count} columns, so the classes are 0 to {count - 1}",
        "labels that start at 1? use target - 1" if from_1 else "give the network more outputs"))


def check_places(input, target):
    """Raise where there is not one class for each prediction."""
    if target.ndim > 1 and input.ndim <= 2 and (input.ndim == 1 or input.shape[0] == target.shape[0]):
        raise RuntimeError(explain(
            "0D or 1D target tensor expected, multi-target not supported",
            f"the target has shape {shape_text(target.shape)}; each of the {input.shape[0]} rows has one class",
            "write target.squeeze(1), or target.argmax(1) for one-hot rows"))
    if not input.ndim:
        raise ValueError(explain("Expected 1 or more dimensions (got 0)", "the last axis holds a score for each class, and a single number has no axis",
                                 "give scores of shape [examples, classes]"))
    if input.ndim == 1:
        if target._array.size != 1:
            raise ValueError(explain(f"For 1D input, 1D target must have size 1, but got target size: {target.numel()}",
                                     "one row of scores belongs to one example, which has one class",
                                     "give one class, or scores of shape [examples, classes]"))
        return
    items = target.shape[0] if target.ndim else 0
    if items != input.shape[0]:
        raise ValueError(explain(
            f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({items}).",
            f"there are {input.shape[0]} predictions and {items} classes", "check where rows were lost or added"))
    places = (input.shape[0], *input.shape[2:])
    if tuple(target.shape) != places:
        of_images = (f"size mismatch (got input: {shape_text(input.shape)} , target: {shape_text(target.shape)}" if target.ndim == 3 else
                     f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {target.ndim}")
        raise RuntimeError(explain(of_images if input.ndim == 4 else f"Expected target size {shape_text(places)}, got {shape_text(target.shape)}",
                                   "each place of the prediction has one class", None))


def expect_to_have(attribute, function, **given):
    """Raise, by the type of PyTorch's error, where one of what a loss compares, by name and in its order, is no Tensor.

    PyTorch asks each for its `attribute`, the last first.
    """
    for position, (name, value) in reversed([*enumerate(given.items(), start=1)]):
        if isinstance(value, Tensor):
            continue
        if hasattr(value, "shape"):  # of NumPy: it has a size, but PyTorch's words of that help nobody
            raise not_a_tensor(function, name, position, value)
        fix = f"for one number everywhere write torch.full_like({next(iter(given))}, {value})" if is_number(value) else as_a_tensor(value, name)
        raise AttributeError(explain(
            f"'{type(value).__name__}' object has no attribute '{attribute}'",
            f"{function} compares tensors number by number, and its {name} is {'None' if value is None else 'no tensor'}", fix))
