"""How a file's tensors are made: PyTorch's functions `_rebuild_...`, by the names that files have for them.

Each first looks whether what it is told can be true: a tensor may show numbers of its own memory only.
"""

import re
from collections import OrderedDict

import numpy as np

from workbook.devices import CPU
from workbook.nn.parameter import Parameter
from workbook.ops.strided import UntypedStorage
from workbook.serialization.complaints import malformed
from workbook.tensor import Tensor, wrap

MOST_AXES, MOST = 64, 1 << 62


def tensor(storages, storage, offset, shape, steps, requires_grad=False, hooks=None, marks=None):
    """`_rebuild_tensor_v2`: a tensor on a storage, from the number `offset` on, with `steps` along its axes."""
    if not isinstance(storage, UntypedStorage):
        raise malformed("a tensor is to lie on something that is no storage")
    memory = storage._tensor
    _check_place(memory._array, offset, shape, steps)
    storages.show(memory._array, shape)
    made = wrap(_laid(memory, offset, shape, steps), memory._device)
    for mark in marks if type(marks) is dict else ():
        if mark not in ("conj", "neg"):
            raise malformed(f"a tensor is marked {str(mark)[:40]!r}")
        if marks[mark]:  # a view in PyTorch, which remembers what is still to be done; computed here
            storages.show_more(made.nbytes)
            made = made.conj() if mark == "conj" else -made
    return _wanting(made, requires_grad, hooks)


def _check_place(memory, offset, shape, steps):
    """Raise CheckpointError where a tensor of that shape would show what is no part of its memory."""
    sides = (shape, steps)
    if not all(isinstance(numbers, tuple) and len(numbers) <= MOST_AXES for numbers in sides) or len(shape) != len(steps):
        raise malformed("a tensor's shape and its strides do not belong together")
    if not all(type(number) is int and 0 <= number < MOST // memory.itemsize for number in (offset, *shape, *steps)):
        raise malformed("a tensor's place is no row of numbers from 0 on")
    reach = offset if 0 in shape else 1 + offset + sum((side - 1) * step for side, step in zip(shape, steps))
    if reach > memory.size:
        raise malformed(f"a tensor of shape {list(shape)[:8]} reaches to number {reach} of a storage of {memory.size}")


def _laid(memory, offset, shape, steps):
    array, width = memory._array, memory._array.itemsize
    in_bytes = [step * width for step in steps]
    if memory._device is CPU and array.size:
        return np.ndarray(shape, array.dtype, array, offset * width, in_bytes)
    return memory._device.xp.lib.stride_tricks.as_strided(array[offset:], shape, in_bytes)


def _wanting(made, requires_grad, hooks):
    if type(requires_grad) is not bool or requires_grad and not (made.is_floating_point() or made.is_complex()):
        raise malformed("requires_grad is wanted of numbers that have no gradient")
    if hooks:
        raise malformed("a tensor brings hooks, which are code")
    made._requires_grad = requires_grad
    return made


def parameter(storages, data, requires_grad, hooks=None):
    """`_rebuild_parameter`: a Parameter on a tensor's memory."""
    if type(data) is not Tensor:
        raise malformed("a Parameter is to be made of something that is no tensor")
    _wanting(data.detach(), requires_grad, hooks)
    return Parameter(data, requires_grad)


def parameter_with_state(storages, data, requires_grad, hooks, state):
    """`_rebuild_parameter_with_state`: one with attributes that somebody set on it."""
    return _with_attributes(parameter(storages, data, requires_grad, hooks), state)


def of_type(storages, make, kind, arguments, state):
    """`_rebuild_from_type_v2`: a tensor of a subclass, or with attributes."""
    make = getattr(make, "maker", make)
    if not (getattr(make, "makes_tensors", False) and isinstance(kind, type) and issubclass(kind, Tensor) and type(arguments) is tuple):
        raise malformed("a tensor is to be of a class that is no tensor's")
    made = make(storages, *arguments)
    if type(made) is not kind:
        twin = wrap(made._array, made._device, kind)
        twin._requires_grad, made = made._requires_grad, twin
    if type(made).__module__.startswith("workbook.") or not hasattr(kind, "__setstate__"):
        return _with_attributes(made, state)
    made.__setstate__(state)  # a student's class, which the student declared safe
    return made


def _with_attributes(made, state):
    """Set attributes; never one that the class has: a file must not put something else in a method's place."""
    attributes = state[0] if type(state) is tuple and len(state) == 2 else state
    attributes = {} if attributes is None else attributes
    if type(attributes) not in (dict, OrderedDict):
        raise malformed("a tensor's attributes are no dictionary")
    for name in attributes:
        check_attribute(type(made), name)
    made.__dict__.update(attributes)
    return made


def check_attribute(kind, name):
    """Raise CheckpointError for what is no name, or the name of something that objects of the class `kind` have."""
    if type(name) is not str or not re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,99}", name) or hasattr(kind, name):
        raise malformed(f"the attribute {str(name)[:40]!r} would hide one of {kind.__name__}'s own")
    if name.startswith("__"):  # NumPy takes numbers from the place in memory that an object's __array_interface__ names
        raise malformed(f"the attribute {name[:40]!r} would be a word of Python to others")
