"""Random programs of views, in-place writes and backward passes, run step by step on two engines at once.

A step is five small numbers: which operation, on which Tensors made so far, with which parameters. Every sequence of numbers is
a program; steps that an engine refuses must be refused by the other with the same type of error.
"""

import itertools

import numpy as np

SHAPES = ((3,), (2, 3), (), (3, 2), (1, 3))


def _view(change):
    return lambda torch, x, y, i, j: change(x, i, j)


def _under_no_grad(change):
    def run(torch, x, y, i, j):
        with torch.no_grad():
            return change(torch, x, y, i, j)

    return run


def _backward(torch, x, y, i, j):
    torch.autograd.backward(x if x.ndim == 0 else [x.sum()], retain_graph=bool(i % 2))


def _grad(torch, x, y, i, j):
    found = torch.autograd.grad(x.sum(), [y], retain_graph=bool(i % 2), create_graph=i % 5 == 4, allow_unused=bool(j % 2))[0]
    return found if found is None else found.clone()  # whether it is a view, and how often written, is torch's own affair


def _set(torch, x, y, i, j):
    key = (i % 2, Ellipsis, slice(j % 2, None), slice(None, None, 2))[j % 4]
    x[key if x.ndim else Ellipsis] = y if i % 3 else 0.5


OPERATIONS = {
    "add": lambda torch, x, y, i, j: x + y,
    "mul": lambda torch, x, y, i, j: x * y,
    "sub": lambda torch, x, y, i, j: x - 0.5 * y,
    "tanh": lambda torch, x, y, i, j: x.tanh(),
    "sin": lambda torch, x, y, i, j: torch.sin(x),
    "square": lambda torch, x, y, i, j: x**2,
    "sum": lambda torch, x, y, i, j: x.sum(),
    "mean": lambda torch, x, y, i, j: x.mean(0),
    "clone": lambda torch, x, y, i, j: x.clone(),
    "cat": lambda torch, x, y, i, j: torch.cat([x, y]),
    "select": _view(lambda x, i, j: x[i % 3]),
    "slice": _view(lambda x, i, j: x[i % 2:, ..., :1 + j % 3] if j % 2 else x[i % 3:]),
    "view": _view(lambda x, i, j: x.view(x.shape)),
    "reshape": _view(lambda x, i, j: x.reshape(3, -1)),
    "t": _view(lambda x, i, j: x.t()),
    "unsqueeze": _view(lambda x, i, j: x.unsqueeze(-(i % 2))),
    "squeeze": _view(lambda x, i, j: x.squeeze()),
    "expand": _view(lambda x, i, j: x.expand(2, *x.shape)),
    "unbind": _view(lambda x, i, j: x.unbind()[j % 2]),
    "split": _view(lambda x, i, j: x.split(1 + i % 2)[j % 2]),
    "chosen": _view(lambda x, i, j: x[[0, 0]]),
    "detach": _view(lambda x, i, j: x.detach()),
    "data": _view(lambda x, i, j: x.data),
    "add_": lambda torch, x, y, i, j: x.add_(y),
    "mul_": lambda torch, x, y, i, j: x.mul_(y),
    "mul_number": lambda torch, x, y, i, j: x.mul_(0.5),
    "sin_": lambda torch, x, y, i, j: x.sin_(),
    "tanh_": lambda torch, x, y, i, j: x.tanh_(),
    "copy_": lambda torch, x, y, i, j: x.copy_(y),
    "zero_": lambda torch, x, y, i, j: x.zero_() if all(x.stride()) else x,
    "set": _set,
    "view_in_no_grad": _under_no_grad(lambda torch, x, y, i, j: x[i % 2]),
    "write_in_no_grad": _under_no_grad(lambda torch, x, y, i, j: x.add_(0.25)),
    "leaf": lambda torch, x, y, i, j: x.detach().clone().requires_grad_(),
    "backward": _backward,
    "backward_too": _backward,
    "grad": _grad,
}
NAMES = tuple(OPERATIONS)
SAME_MEMORY = {"select", "slice", "view", "reshape", "t", "unsqueeze", "squeeze", "expand", "unbind", "split", "detach", "data",
               "view_in_no_grad", "add_", "mul_", "copy_", "set", "write_in_no_grad"}
BACKWARD = {"backward", "backward_too", "grad"}


class Run:
    """One engine in the middle of a program."""

    def __init__(self, torch):
        self.torch = torch
        numbers = itertools.count()
        self.tensors, self.memory = [], []  # the second says which Tensors may share memory
        for shape in SHAPES:
            count = int(np.prod(shape))
            array = np.array([(7 * next(numbers)) % 11 / 8 - 0.6 for _ in range(count)]).reshape(shape)
            self.tensors.append(torch.from_numpy(array).requires_grad_(len(self.tensors) != 3))
            self.memory.append(len(self.memory))

    def step(self, name, x, y, i, j):
        """Take one step; return the type of its error, or None."""
        at, other = x % len(self.tensors), y % len(self.tensors)
        x, y = self.tensors[at], self.tensors[other]
        try:
            if name in SAME_MEMORY and self.memory[at] == self.memory[other] and (x is not y or name in ("copy_", "set")):
                y = y.clone()  # to read what is being written is undefined in torch
            made = OPERATIONS[name](self.torch, x, y, i, j)
        except (RuntimeError, IndexError, ValueError, TypeError) as problem:
            if name in BACKWARD:  # how far a refused pass came is the engine's own affair
                for tensor in self.tensors:
                    tensor.grad = None
            return type(problem).__name__
        if made is not None and all(made is not old for old in self.tensors):
            self.tensors.append(made)
            self.memory.append(self.memory[at] if name in SAME_MEMORY else len(self.memory))
        return None

    def state(self):
        """Return all that a student can see of every Tensor: values, gradients, flags and versions."""
        return [(tensor.detach().numpy().copy(), None if tensor.grad is None else tensor.grad.detach().numpy().copy(),
                 tensor.requires_grad, leafness(tensor), tensor._version) for tensor in self.tensors]


def leafness(tensor):
    """Return whether a Tensor is a leaf, or the type of error where a view cannot say it any more."""
    try:
        return tensor.is_leaf
    except RuntimeError as problem:
        return type(problem).__name__


def differs(mine, theirs):
    """Return the first difference between two states, in words, or None."""
    if len(mine) != len(theirs):
        return f"{len(mine)} Tensors instead of {len(theirs)}"
    for place, (one, other) in enumerate(zip(mine, theirs)):
        for what, x, y in zip(("value", "grad", "requires_grad", "is_leaf", "version"), one, other):
            if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
                near = 1e-10 * max(1, np.abs(y[np.isfinite(y)]).max(initial=0))
                same = x.shape == y.shape and np.allclose(x, y, 1e-10, near, equal_nan=True)
            else:
                same = x is y or x == y
            if not same:
                return f"{what} of Tensor {place}: {x} instead of {y}"
    return None
