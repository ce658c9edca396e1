"""Reading and writing parts of a Tensor."""

import itertools
import warnings

import numpy as np

from workbook import dtypes
from workbook.autograd.views import adopt, may_write, refuse_overlap
from workbook.devices import CPU
from workbook.devices.checks import refuse
from workbook.errors import MOST_AXES, explain, shape_text, too_deep
from workbook.numbers import array_in, counted, number_in
from workbook.ops.axes import Unsqueeze
from workbook.ops.conversion import FilledIn
from workbook.ops.parts import HOLE, Alias, Index, IndexPut, Overwrite, Select, Slice, filled, place_within
from workbook.ops.shape import expand, reshape
from workbook.tensor import Tensor, wrap


def getitem(input, key):
    """Return `input[key]`: a view for numbers, slices, None and `...`; a copy for index Tensors, lists and masks.

    Raises IndexError outside the shape and for what is no index, ValueError for a negative step.

    >>> import workbook as torch
    >>> x = torch.arange(6).view(2, 3)
    >>> x[1], x[:, 0], x[x > 3]
    (tensor([3, 4, 5]), tensor([0, 3]), tensor([4, 5]))

    Source: https://pytorch.org/docs/2.13/tensor_view.html
    """
    steps, advanced, _ = _read(key, input, alone=isinstance(key, slice))
    for operation, options in steps:
        input = operation.apply(input, **options)
    if advanced is not None:
        pattern, places = _apart(advanced, input)
        return Index.apply(input, *places, pattern=pattern)
    if not steps:
        return Alias.apply(input)  # x[...] is a view of everything
    return input


def setitem(input, key, value):
    """Write `value`, a number or a Tensor that broadcasts, into the part of `input` that `key` names."""
    if not isinstance(value, Tensor):
        if not isinstance(value, (bool, int, float, complex, np.generic)):
            raise TypeError(explain(f"can't assign a {_class_name(value)} to a {input.type()}",
                                    "a part of a tensor takes a number or a tensor", "write x[...] = torch.tensor(...)"))
        if isinstance(value, int) and not -2**63 <= value < 2**63:
            raise ValueError(explain("Overflow when unpacking long long", f"{value} has more than 64 bits, one of them for the sign", "write a float"))
        value = wrap(np.asarray(value) if isinstance(value, np.generic) else array_in(value, input.dtype.numpy), CPU)
    if (isinstance(key, Tensor) and key.dtype is dtypes.uint8 and value._array.size == 1
            and tuple(key.shape) == tuple(input.shape)[:key.ndim]):
        raise RuntimeError(explain("masked_fill_ only supports boolean masks, but got mask with dtype unsigned char",
                                   "bytes are no longer a mask when one number is written", "write mask.bool()"))
    steps, advanced, outside = _read(key, input, writing=True)
    target = input
    for operation, options in steps:
        target = operation.apply(target, **options)
    alone = value
    if advanced is None:
        if value._device.plain is not target._device.plain and (value.ndim or value._device is not CPU):
            value = value.to(target._device.plain)  # a part is copied from wherever it lies, as in PyTorch
        if value.ndim > target.ndim and value.shape[0] == 1:  # axes of length 1 in front say nothing
            value = reshape(value, tuple(itertools.dropwhile(lambda side: side == 1, value.shape)))
        if value.ndim and value.shape != target.shape:
            value = expand(value, tuple(target.shape))  # raises, in PyTorch's words, what does not fit
        may_write(target, "__setitem__", value.requires_grad)
        if alone.ndim:
            refuse_overlap(target, value)
        adopt(target, (FilledIn if target.ndim > alone.ndim == 0 else Overwrite).apply(target, value), "__setitem__")
    else:
        if not value.ndim and value._device.plain is not target._device.plain:
            value = value.to(target._device.plain)
        may_write(target, "index_put_", value.requires_grad)
        refuse_overlap(target, value, whole=True)
        if value.ndim and value.shape[0] == 1:  # axes of length 1 in front say nothing
            value = reshape(value, tuple(itertools.dropwhile(lambda side: side == 1, value.shape)))
        adopt(target, _put(target, value, advanced, outside), "index_put_")


def put_at(input, indices, values, operation):
    """Return `input` with `values` at `input[indices]`, by an operation that takes a pattern and its places."""
    if values.dtype is not input.dtype and not any(_is_mask(k) for k in indices) and len(indices) <= input.ndim:
        raise _another_dtype(input, values)
    if len(indices) > input.ndim:
        raise _too_many(indices, input)
    steps, advanced, outside = _read(indices, input, writing=True, views=False)
    if steps:  # numbers, which 0-d Tensors are read as, would make views: they are places, too
        indices = tuple(reshape(k, (1,)) if k.ndim == 0 and k.dtype is not dtypes.bool else k for k in indices)
        steps, advanced, outside = _read(indices, input, writing=True, views=False)
    if operation is IndexPut:
        return _put(input, values, advanced, outside)
    if values.dtype is not input.dtype:
        raise _another_dtype(input, values)
    return _written(operation, input, values, *_apart(advanced, input), outside)


def _class_name(value):
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _put(target, value, advanced, outside):
    only_mask = sum(not isinstance(k, slice) for k in advanced) == 1 and any(_is_mask(k) and k.ndim for k in advanced)
    if only_mask and value._array.size == 1:
        value = reshape(value.to(target.dtype), ())  # PyTorch fills a mask with one number of any dtype and shape
    if value.dtype is not target.dtype:
        raise _another_dtype(target, value)
    return _written(IndexPut, target, value, *_apart(advanced, target), outside)


def _another_dtype(target, value):
    return RuntimeError(explain(
        f"Index put requires the source and destination dtypes match, got {target.dtype.legacy} for the destination and "
        f"{value.dtype.legacy} for the source.", "a write changes numbers, not the dtype of the memory",
        f"write value.to({target.dtype})"))


def _written(operation, target, value, pattern, places, outside):
    """Apply an operation that writes. `outside`: the error for places that are not there; PyTorch looks at the value's shape first."""
    if outside is not None and not target.numel():
        raise outside
    if value.ndim:
        wanted = _named_by(target, pattern, places)
        if value.ndim > len(wanted) or any(side not in (1, room) for side, room in zip(reversed(value.shape), reversed(wanted))):
            raise RuntimeError(explain(
                f"shape mismatch: value tensor of shape {shape_text(value.shape)} cannot be broadcast to indexing result of shape "
                f"{shape_text(wanted)}", f"the index names {shape_text(wanted)} places", "write a value of that shape"))
    if outside is not None:
        raise outside
    return operation.apply(target, value, *places, pattern=pattern)


def _named_by(target, pattern, places):
    """Return the shape of what an index names, whether its places are there or not."""
    sides, axis, rest = list(target.shape), 0, iter(places)
    for part in pattern:
        k = next(rest) if part is HOLE else None
        if k is not None and k.dtype is not dtypes.bool:
            sides[axis] = max(sides[axis], 1)
        axis += k.ndim if k is not None and k.dtype is dtypes.bool else 1
    anywhere = np.broadcast_to(np.empty((), bool), sides)
    first = [k._host() if k.dtype is dtypes.bool else np.zeros(k._array.shape, k._array.dtype) for k in places]
    return anywhere[filled(pattern, first)].shape


def _read(key, input, writing=False, alone=False, views=True):
    """Take an index apart: view operations for numbers, slices and None, in order; then one advanced index, or None.

    Third comes the error for places that are not there, or None; where nothing is written it is raised at once.
    A slice that covers all of its axis is a step only where it is `alone`, as in x[:]. A single True or False gives an axis of its own
    of which all is meant or nothing, where `views` may be made.
    """
    given = [key] if not _is_tuple(key) else list(key)
    if input.ndim == 0 and isinstance(key, list) and any(isinstance(k, (list, str)) for k in key):  # PyTorch counts what a list names before it looks at it
        raise _too_many(given, input)
    keys = [_settled(k) for k in given]
    used = sum(k.ndim if _is_mask(k) else 1 for k in keys if k is not None and k is not Ellipsis)
    if used > input.ndim:
        raise _too_many(given, input)
    keys = _without_more_dots(keys)
    if Ellipsis not in [k if k is Ellipsis else None for k in keys]:
        keys.append(Ellipsis)
    at = next(i for i, k in enumerate(keys) if k is Ellipsis)
    keys[at:at + 1] = [slice(None)] * (input.ndim - used)

    steps, chosen, axis, place, outside = [], [], 0, 0, None
    kept, indexed = [], []  # sides of the axes that stay, and of those that an advanced index names places of
    shape = list(input.shape)
    for k in keys:
        if k is None:
            steps.append((Unsqueeze, {"axis": axis}))
            chosen.append(slice(None))
            kept.append(1)
            axis += 1
        elif isinstance(k, slice):
            side = shape[place]
            start, stop, step = k.indices(side)
            whole = k.start in (None, 0) and step == 1 and (k.stop is None or k.stop >= side)  # as it is written: x[-3:] of three is a step
            if alone or not whole:
                steps.append((Slice, {"axis": axis, "start": start, "stop": max(start, stop), "step": step}))
            chosen.append(slice(None))
            kept.append(len(range(start, stop, step)))
            axis, place = axis + 1, place + 1
        elif isinstance(k, int):
            steps.append((Select, {"axis": axis, "index": place_within(k, place, shape[place])}))
            place += 1
        elif views and k.ndim == 0 and _is_mask(k):
            steps.append((Unsqueeze, {"axis": axis}))
            chosen.append(np.zeros(int(_host_array(k)), np.int64))
            axis += 1
        else:
            chosen.append(k)
            width = k.ndim if _is_mask(k) else 1
            problem = _check_advanced(k, shape[place:place + width], place, input.shape)
            outside = outside or problem
            indexed += shape[place:place + width]
            axis, place = axis + width, place + width
    advanced = [k for k in chosen if not isinstance(k, slice)]
    if len(advanced) > 1 or outside:
        common = _common_shape(advanced)
        if outside and (0 in common or 0 in kept and 0 not in indexed):  # where nothing is named, PyTorch looks at no place
            chosen, outside = [k if isinstance(k, slice) or _is_mask(k) else np.zeros_like(_host_array(k)) for k in chosen], None
    if outside and not writing:
        raise outside
    return steps, tuple(chosen) if advanced else None, outside


def _common_shape(indices):
    """Return the shape in which index Tensors meet; a mask is as many places as it says yes. Raise IndexError where they do not fit."""
    shapes = [(int(_host_array(k).sum()),) if _is_mask(k) else tuple(k.shape) for k in indices]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexError(explain(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {', '.join(map(shape_text, shapes))}",
            "each result takes one place from every index, so they must be of one shape, or broadcast to one",
            "give as many places in each; x[rows][:, columns] takes every pair of them")) from None


def _apart(advanced, input):
    """An advanced index as a pattern with holes, and the Tensors for its holes, on the device of `input`."""
    places = [k if isinstance(k, Tensor) else wrap(k) for k in advanced if not isinstance(k, slice)]
    for k in places:
        if k._device.type != "cpu" and k._device.plain is not input._device.plain:
            raise RuntimeError(explain(
                f"indices should be either on cpu or on the same device as the indexed tensor ({input._device.plain})",
                f"the index is on {k._device.plain}", f"move it: index.to('{input._device.plain}')"))
    return (tuple(k if isinstance(k, slice) else HOLE for k in advanced),
            [k if k._device is input._device else k.to(input._device) for k in places])


def _too_many(keys, input):
    """The error for more indices than axes."""
    if input.ndim == 0 and len(keys) == 1 and isinstance(keys[0], int) and not isinstance(keys[0], bool):
        if keys[0]:
            return IndexError(explain(f"index {keys[0]} is out of bounds for dimension 0 with size 0",
                                      "a single number has no places to choose from", "write x.item()"))
        return IndexError(explain(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim "
            "tensor to a number", "a single number has no places to choose from; loss.data[0] is how PyTorch before 0.4 "
            "was written", "write x.item()"))
    if input.ndim == 0 and len(keys) == 1 and isinstance(keys[0], slice):
        return IndexError(explain("slice() cannot be applied to a 0-dim tensor.", "a single number has no places", "write x[...] or x"))
    return IndexError(explain(f"too many indices for tensor of dimension {input.ndim}",
                              f"the tensor has shape {shape_text(input.shape)}", "write at most one index an axis"))


def _is_tuple(key):
    """Whether an index names one axis after the other, as a tuple does.

    As PyTorch does to this day, with a warning, a list is read as a tuple where a list, slice, Tensor, None or ... stands in it.
    """
    if isinstance(key, tuple):
        return True
    if not isinstance(key, (list, str)) or not any(
            k is None or k is Ellipsis or isinstance(k, (slice, Tensor, list, tuple, range, str, np.ndarray)) for k in key):
        return False
    warnings.warn("Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use "
                  "x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], which "
                  "will result either in an error or a different result", UserWarning, stacklevel=4)
    return True


def _without_more_dots(keys):
    """Leave out every `...` but the first. Raise IndexError where an index follows it: nobody could say of which axis."""
    first = next((i for i, k in enumerate(keys) if k is Ellipsis), None)
    if first is None or sum(k is Ellipsis for k in keys) == 1:
        return keys
    second = next(i for i, k in enumerate(keys) if k is Ellipsis and i > first)
    if any(k is not Ellipsis for k in keys[second:]):
        raise IndexError(explain("an index can only have a single ellipsis ('...')", "the axes after the second ... are not determined",
                                 "write ':' for each axis that stays"))
    return keys[:second]


def _whole(bound):
    if bound is None:
        return None
    try:
        return bound.__index__()
    except AttributeError:
        raise TypeError(explain("slice indices must be integers or None or have an __index__ method",
                                f"a slice begins and ends at a place, not at {bound!r}", "write a whole number")) from None


def _is_mask(k):
    return isinstance(k, (np.ndarray, Tensor)) and getattr(k, "_array", k).dtype == bool


def _host_array(k):
    return k._host() if isinstance(k, Tensor) else k


def _settled(k):
    """An index as a Python number, slice, None, Ellipsis, or an index array."""
    if isinstance(k, Tensor):
        kind = k._array.dtype
        if k.ndim == 0 and kind.kind in "iu" and kind != np.uint8:
            return int(k.item())
        if kind == np.uint8:
            return _mask_of_bytes(k)
        if kind.kind != "b" and kind not in (np.int64, np.int32):
            raise IndexError(explain("tensors used as indices must be long, int, byte or bool tensors",
                                     f"this index holds {k.dtype}", "write index.long()"))
        return k
    if isinstance(k, slice):
        k = slice(_whole(k.start), _whole(k.stop), _whole(k.step))
        step = 1 if k.step is None else k.step
        if step == 0:
            raise ValueError(explain("slice step cannot be zero", "a step of 0 never arrives", "leave the step out"))
        if step < 0:
            raise ValueError(explain("step must be greater than zero", "PyTorch has no negative steps",
                                     "use torch.flip to turn an axis around"))
    if k is None or k is Ellipsis or isinstance(k, (slice, bool)):
        return np.asarray(k) if isinstance(k, bool) else k
    if isinstance(k, (list, tuple, np.ndarray, range)):
        array = np.asarray(_numbers_in(k))
        if array.dtype == np.uint8:
            return _mask_of_bytes(wrap(array))
        return array if array.dtype == bool else array.astype(np.int64)
    if hasattr(k, "__index__"):
        return k.__index__()
    if isinstance(k, (str, bytes)):
        raise TypeError(explain(f"new(): invalid data type '{type(k).__name__}'", f"axes have no names; '{k}' is no place", "use whole numbers"))
    raise IndexError(explain(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
        f"(got {type(k).__name__})", "a place is a whole number", "write int(i)" if isinstance(k, float) else None))


def _mask_of_bytes(k):
    warnings.warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.", UserWarning, stacklevel=5)
    with k._device.entered():
        return wrap(k._device.xp.asarray(k._array != 0), k._device)


def _numbers_in(part, depth=0):
    """Nested lists with the Tensors in them as numbers."""
    if isinstance(part, (list, tuple)):
        if depth > MOST_AXES:
            raise too_deep(part)
        return [_numbers_in(inner, depth + 1) for inner in part]
    if isinstance(part, complex):
        raise TypeError(explain("'complex' object cannot be interpreted as an integer", f"{part} is no place", "use whole numbers"))
    if part.__class__ is int:
        return counted(part)
    if part.__class__ is float:
        return number_in(part, np.dtype(np.int64))
    if isinstance(part, str):
        raise TypeError(explain("new(): invalid data type 'str'", f"axes have no names; '{part}' is no place", "use whole numbers"))
    return part.tolist() if isinstance(part, Tensor) else part


def _check_advanced(k, sides, axis, shape):
    """Raise IndexError for a mask of another shape. Return the error for places that are not there, or None."""
    if isinstance(k, Tensor) and k._device is not CPU and k._array.dtype.kind in "iu":
        refuse(k._device, k._array, lambda places: (places < -sides[0]) | (places >= sides[0]), lambda wrong: _no_place(wrong, axis, sides[0]))
        return None
    k = _host_array(k)
    if _is_mask(k):
        if tuple(sides) != k.shape:
            wrong = next(i for i in range(k.ndim) if sides[i:i + 1] != [k.shape[i]])
            raise IndexError(explain(
                f"The shape of the mask {shape_text(k.shape)} at index {wrong} does not match the shape of the indexed tensor "
                f"{shape_text(shape)} at index {axis + wrong}", "a mask says yes or no for each place",
                "compute the mask from the tensor itself, such as x[x > 0]; a mask of rows has as many places as there are rows"))
    elif k.size and (k.min() < -sides[0] or k.max() >= sides[0]):
        return _no_place(k.max() if k.max() >= sides[0] else k.min(), axis, sides[0])
    return None


def _no_place(wrong, axis, side):
    return IndexError(explain(f"index {wrong} is out of bounds for dimension {axis} with size {side}",
                              "places are counted from 0", f"use indices from {-side} to {side - 1}"))
