"""A student's tensor as the shape lab holds it."""

import math
from contextlib import contextmanager

import workbook as torch
from workbook.autograd.modes import no_grad
from workbook.devices import CPU
from workbook.errors import explain
from workbook.tensor import Tensor

from .axes import named
from .cells import shape_text
from .expressions import MOST_AXES
from .numbers import short
from .replay import unseen

MOST = 120     # cells of one tensor: more cannot be read
WIDEST = 780   # of two grids side by side


@contextmanager
def apart():
    """A context in which a view computes with copies of its own, in the memory of the CPU, and leaves no mark."""
    with unseen(), no_grad(), CPU:
        yield


def texts_of(tensor):
    """Return the numbers of a tensor, one after the other, as a board writes them."""
    return [short(number) for number in tensor._array.reshape(-1).tolist()]


class Given:
    """A student's tensor as the lab holds it: its numbers, names for its axes, and a number for each of its places."""

    def __init__(self, name, tensor, axes=None, first=0):
        if not isinstance(tensor, Tensor):
            raise TypeError(explain(f"the shape lab needs a Tensor for {name}, and got a {type(tensor).__name__}",
                                    "it shows a tensor's own cells", "write torch.tensor(...)"))
        if tensor.numel() > MOST or tensor.dim() > MOST_AXES - 2:
            raise ValueError(explain(
                f"{name} has shape {shape_text(tensor.shape)}", f"a picture can be read up to {MOST} cells and {MOST_AXES - 2} axes",
                "show a small tensor of the same kind: torch.arange(12).view(3, 4)"))
        if axes is not None and not isinstance(axes, (list, tuple)):
            raise TypeError(explain(f"the axes of {name} are a {type(axes).__name__}", "each axis has a name of its own",
                                    f'write axes={{"{name}": ("row", "column")}}'))
        if axes is not None and len(axes) != tensor.dim():
            raise ValueError(explain(f"{len(axes)} names were given for the {tensor.dim()} axes of {name}", "each axis has one",
                                     "give a name for every axis, in the order of the shape"))
        self.name, self.shape, self.axes = name, tuple(tensor.shape), named(tensor.shape, axes)
        with apart():
            self.tensor = tensor.detach().to("cpu", copy=True)
            self.places = torch.arange(first, first + tensor.numel()).view(self.shape)


EXAMPLES = {"indexing": 'indexing("x[0]", x=x)', "reshaping": 'reshaping("x.t()", x=x)', "reductions": 'reductions("sum", x=x)'}


def given_tensors(view, expression, axes, tensors, unnamed=()):
    """Return a Given for each tensor that a view was given by name, and refuse what is no expression about them."""
    example = f"write {EXAMPLES[view]}"
    if not isinstance(expression, str):
        what = "the name of a function" if view == "reductions" else "the expression"
        raise TypeError(explain(f"{view}() needs {what} as a text, and got a {type(expression).__name__}",
                                "it reads the text, and never runs it", example))
    if unnamed:
        raise TypeError(explain(f"{view}() got a {type(unnamed[0]).__name__} without a name", "its picture calls each tensor by its name", example))
    if not tensors:
        raise TypeError(explain(f"{view}() got no tensor", "it shows the cells of a tensor of yours", example))
    if axes is not None and not isinstance(axes, dict):
        raise TypeError(explain(f"{view}() got a {type(axes).__name__} for axes", "each tensor has axes of its own",
                                'write axes={"x": ("row", "column")}'))
    if unknown := [name for name in axes or () if name not in tensors]:
        raise ValueError(explain(f"axes names {unknown[0]!r}, which {view}() did not get", f"it got {', '.join(tensors)}", "use one of these names"))
    found, first = [], 0
    for name, tensor in tensors.items():
        found.append(Given(name, tensor, (axes or {}).get(name), first))
        first += found[-1].tensor.numel()
    return found


def only(view, found):
    """Return the one Given of a view that shows one tensor."""
    if len(found) > 1:
        raise TypeError(explain(f"{view}() shows one tensor, and got {len(found)}", None, f"write {EXAMPLES[view]}"))
    return found[0]


def index_examples(source):
    """Return indices worth trying on a tensor of this shape."""
    x, numbers = source.name, source.tensor._array.reshape(-1).tolist()
    numbers = sorted(number for number in numbers if type(number) in (int, float) and math.isfinite(number))
    mask = [f"{x}[{x} > {round(numbers[len(numbers) // 2], 2)}]"] if numbers else []
    one = {0: ["[None]", "[...]"], 1: ["[0]", "[-1]", "[1:]", "[::2]", "[None]", "[[0, 0, -1]]"],
           2: ["[1]", "[:, 1]", "[1:, ::2]", "[:, None]", "[[0, -1]]", "[[0, -1], [0, 1]]"]}
    return [x + each for each in one.get(len(source.shape), ["[0]", "[:, 0]", "[..., -1]", "[0, :, None]", "[:, [0, -1]]"])] + mask


def pipeline_examples(given):
    """Return pipelines worth trying on these tensors."""
    x, shape = given[0].name, given[0].shape
    if len(given) > 1:
        both = ", ".join(each.name for each in given)
        last = [f"torch.cat([{both}], dim={len(shape) - 1})"] if len(shape) > 1 else []
        return [f"torch.cat([{both}])", *last, f"torch.stack([{both}])", f"torch.stack([{both}], dim={len(shape)})"]
    if len(shape) == 2:
        rows, columns = shape
        return [f"{x}.t()", f"{x}.reshape({columns}, {rows})", f"{x}.t().reshape({rows * columns})", f"{x}.reshape({rows * columns})",
                f"{x}.unsqueeze(1).squeeze(1)", f"{x}.repeat(1, 2)"]
    if len(shape) < 2:
        return [f"{x}.unsqueeze(0)", f"{x}.unsqueeze(-1)", f"torch.stack([{x}, {x}])", f"{x}.reshape(1, -1).t()"]
    return [f"{x}.transpose(0, 1)", f"{x}.flatten(1)", f"{x}.permute({', '.join(map(str, [*range(1, len(shape)), 0]))})",
            f"{x}.transpose(0, 1).flatten(1)"]
