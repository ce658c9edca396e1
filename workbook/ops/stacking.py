"""Joining and cutting by the names of directions, and the grids and pairs that vectors make."""

import itertools
import math
import warnings

from workbook import dtypes
from workbook.axes import axis_of
from workbook.autograd.elsewhere import made
from workbook.devices import check_memory
from workbook.errors import explain, shape_text
from workbook.numbers import counted, is_length, is_whole
from workbook.ops.axes import unsqueeze
from workbook.ops.joining import cat, stack
from workbook.ops.parts import narrow
from workbook.ops.picks import index_select
from workbook.ops.shape import expand, flatten, reshape
from workbook.tensor import Tensor, wrap


def _at_least(ndim, widen, sentence, example):
    def atleast(*tensors):
        if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)):
            return widen(_checked(tensors[0]))
        tensors = tensors[0] if len(tensors) == 1 else tensors
        return tuple(widen(_checked(tensor)) for tensor in tensors)

    def _checked(tensor):
        if not isinstance(tensor, Tensor):
            raise TypeError(explain(f"atleast_{ndim}d(): argument 'tensors' must be Tensor, not {type(tensor).__name__}",
                                    "operations work on Tensors, so that they can be recorded", "wrap it: torch.tensor(...)"))
        return tensor

    atleast.__name__ = atleast.__qualname__ = f"atleast_{ndim}d"
    atleast.__doc__ = f"""Return views of the tensors with at least {ndim} axes: {sentence}. One tensor gives one view, several a tuple.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> {example}

    Source: https://pytorch.org/docs/2.13/generated/torch.atleast_{ndim}d.html
    """
    return atleast


def _deep(tensor):
    return tensor if tensor.ndim > 2 else unsqueeze(_flat(tensor), -1) if tensor.ndim else reshape(tensor, (1, 1, 1))


def _flat(tensor):
    return tensor if tensor.ndim > 1 else unsqueeze(tensor, 0) if tensor.ndim else reshape(tensor, (1, 1))


def _long(tensor):
    return tensor if tensor.ndim else reshape(tensor, (1,))


atleast_1d = _at_least(1, _long, "a number becomes a vector", """torch.atleast_1d(torch.tensor(3))
    tensor([3])""")
atleast_2d = _at_least(2, _flat, "a vector becomes a row", """torch.atleast_2d(torch.tensor([3, 4]))
    tensor([[3, 4]])""")
atleast_3d = _at_least(3, _deep, "a matrix gets a new last axis", """torch.atleast_3d(torch.zeros(2, 3)).shape
    torch.Size([2, 3, 1])""")


def _several(name, tensors):
    if isinstance(tensors, Tensor) or not isinstance(tensors, (tuple, list)):
        raise TypeError(explain(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}",
                                "several tensors are joined", f"write torch.{name}([a, b]), or list(x) for the rows of x"))
    if not tensors:
        raise RuntimeError(explain(f"{name} expects a non-empty TensorList", "nothing can be joined", "give a list of Tensors"))
    return tensors


def hstack(tensors):
    """Return the tensors joined side by side: along axis 1, vectors along their only axis.

    Raises RuntimeError for no Tensors at all, and where sizes differ.

    >>> import workbook as torch
    >>> torch.hstack([torch.tensor([[1], [2]]), torch.tensor([[3], [4]])])
    tensor([[1, 3],
            [2, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.hstack.html
    """
    tensors = [_long(tensor) for tensor in _several("hstack", tensors)]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(tensors):
    """Return the tensors joined one below the other: along axis 0, vectors as rows.

    Raises RuntimeError for no Tensors at all, and where sizes differ.

    >>> import workbook as torch
    >>> torch.vstack([torch.tensor([1, 2]), torch.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.vstack.html
    """
    return cat([_flat(tensor) for tensor in _several("vstack", tensors)], 0)


def dstack(tensors):
    """Return the tensors joined one behind the other: along axis 2.

    Raises RuntimeError for no Tensors at all, and where sizes differ.

    >>> import workbook as torch
    >>> torch.dstack([torch.zeros(2, 3), torch.ones(2, 3)]).shape
    torch.Size([2, 3, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.dstack.html
    """
    return cat([_deep(tensor) for tensor in _several("dstack", tensors)], 2)


def column_stack(tensors):
    """Return the tensors joined side by side, vectors as columns.

    Raises RuntimeError for no Tensors at all, and where sizes differ.

    >>> import workbook as torch
    >>> torch.column_stack([torch.tensor([1, 2]), torch.tensor([3, 4])])
    tensor([[1, 3],
            [2, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.column_stack.html
    """
    tensors = _several("column_stack", tensors)
    return hstack([tensor if tensor.ndim > 1 else reshape(tensor, (tensor.numel(), 1)) for tensor in tensors])


# ---- cutting --------------------------------------------------------------------------------------------------------------


def tensor_split(input, indices_or_sections, dim=0):
    """Return views of pieces along `dim`: so many of nearly one length, or cut at each of the places of a list.

    Raises RuntimeError for a Tensor without axes, and for fewer than one piece.

    >>> import workbook as torch
    >>> torch.arange(5).tensor_split(2), torch.arange(5).tensor_split([1, 3])
    ((tensor([0, 1, 2]), tensor([3, 4])), (tensor([0]), tensor([1, 2]), tensor([3, 4])))

    Source: https://pytorch.org/docs/2.13/generated/torch.tensor_split.html
    """
    where = indices_or_sections
    if isinstance(where, Tensor):
        if where.ndim > 1:
            raise RuntimeError(explain(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, "
                f"but got a tensor with {where.ndim} dims",
                "the places to cut at are one row", "flatten it"))
        if where.dtype is not dtypes.int64:
            raise RuntimeError(explain("tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
                                       f"{where.dtype.legacy}",
                                       "places are whole numbers", "write .long()"))
        if where._device.type != "cpu":
            raise RuntimeError(explain(f"tensor_split expected tensor_indices_or_sections to be on cpu, but it's on {where._device}",
                                       "where to cut has to be known before anything is computed", "write .cpu(), or a list"))
        where = where.tolist()
    if input.ndim == 0:
        raise RuntimeError(explain("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims",
                                   "a single number has no axis to cut", "give it one first: x.reshape(1)"))
    axis = axis_of(dim, input.shape)
    side = input.shape[axis]
    if isinstance(where, (tuple, list)) and not all(is_length(place, at) for at, place in enumerate(where)):
        raise TypeError(explain(f"tensor_split() received an invalid combination of arguments - got (Tensor, {type(where).__name__})",
                                "where to cut is a whole number each", "write whole numbers, such as [1, 3]"))
    where = counted(where) if isinstance(where, int) else [counted(place) for place in where]
    if isinstance(where, int):
        if where < 1:
            raise RuntimeError(explain(f"number of sections must be larger than 0, got {where}",
                                       "there is no cutting into no pieces", "write a number from 1 on"))
        check_memory((where, 1), 400)  # bytes of a Tensor
        short, longer = divmod(side, where)
        where = [short * i + min(i, longer) for i in range(1, where)]
    pieces, start = [], 0
    for stop in (*where, side):
        first, last, _ = slice(start, stop).indices(side)
        pieces.append(narrow(input, axis, first, max(last - first, 0)))
        start = stop
    return tuple(pieces)


def _splitter(name, axes, axis, example):
    def split(input, indices_or_sections):
        if input.ndim < axes:
            raise RuntimeError(explain(
                f"torch.{name} requires a tensor with at least {axes} dimension, but got a tensor with {input.ndim} dimensions!",
                f"the tensor has shape {shape_text(input.shape)}", None))
        along = 0 if name == "hsplit" and input.ndim == 1 else axis
        if is_whole(indices_or_sections):
            indices_or_sections = int(indices_or_sections)
        if isinstance(indices_or_sections, int):
            side, parts = input.shape[along], indices_or_sections
            if parts < 1 or side % parts:
                raise RuntimeError(explain(
                    f"torch.{name} attempted to split along dimension {along}, but the size of the dimension {side} is not divisible "
                    f"by the split_size {parts}!", "it makes pieces of one length", "use tensor_split for pieces that differ"))
        return tensor_split(input, indices_or_sections, along)

    split.__name__ = split.__qualname__ = name
    split.__doc__ = f"""Return views of pieces along axis {axis}: so many of one length, or cut at each of the places of a list.

    Raises RuntimeError for fewer than {axes} axes, and where the length is not divisible.

    >>> import workbook as torch
    >>> {example}

    Source: https://pytorch.org/docs/2.13/generated/torch.{name}.html
    """
    return split


hsplit = _splitter("hsplit", 1, 1, """torch.hsplit(torch.arange(4).view(2, 2), 2)[0]
    tensor([[0],
            [2]])""")
vsplit = _splitter("vsplit", 2, 0, """torch.vsplit(torch.arange(4).view(2, 2), 2)[0]
    tensor([[0, 1]])""")
dsplit = _splitter("dsplit", 3, 2, """torch.dsplit(torch.zeros(2, 2, 4), 2)[0].shape
    torch.Size([2, 2, 2])""")


# ---- grids and pairs ------------------------------------------------------------------------------------------------------


def meshgrid(*tensors, indexing=None):
    """Return, for vectors of lengths m, n, ..., as many views of shape (m, n, ...): the coordinates of all points of the grid.

    `indexing="ij"` lets the first vector run along axis 0; `"xy"` along axis 1, as a plot does. Raises RuntimeError for matrices and
    for dtypes that differ.

    >>> import workbook as torch
    >>> torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4, 5]), indexing="xy")[0]
    tensor([[1, 2],
            [1, 2],
            [1, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.meshgrid.html
    """
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    if not tensors:
        raise RuntimeError(explain("meshgrid expects a non-empty TensorList",
                                   "a grid needs its edges", "give one Tensor for each axis"))
    for tensor in tensors:
        if tensor.ndim > 1:
            raise RuntimeError(explain(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {tensor}",
                                       f"one has shape {shape_text(tensor.shape)}: a grid is made of vectors", "use x.flatten()"))
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError(explain("meshgrid expects all tensors to have the same dtype",
                                       f"they hold {tensors[0].dtype} and {tensor.dtype}", "convert one of them"))
        if tensor._device.plain is not tensors[0]._device.plain:
            raise RuntimeError(explain("meshgrid expects all tensors to have the same device",
                                       f"they lie on {tensors[0]._device} and {tensor._device}", f"move it: .to('{tensors[0]._device}')"))
    if indexing is None:
        warnings.warn("torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument. Write indexing='ij' "
                      "for what happens now.", UserWarning, stacklevel=2)
        indexing = "ij"
    if indexing not in ("ij", "xy"):
        raise RuntimeError(explain(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}',
                                   "it says which of the first two comes first", "write indexing='ij'"))
    turned = indexing == "xy" and len(tensors) > 1
    if turned:
        tensors = [tensors[1], tensors[0], *tensors[2:]]
    shape, count = tuple(tensor.numel() for tensor in tensors), len(tensors)
    grids = tuple(expand(reshape(tensor, (1,) * i + (shape[i],) + (1,) * (count - 1 - i)), shape) for i, tensor in enumerate(tensors))
    return (grids[1], grids[0], *grids[2:]) if turned else grids


def _vectors(tensors):
    for tensor in tensors:
        if tensor.ndim != 1:
            raise RuntimeError(explain(f"Expect a 1D vector, but got shape {shape_text(tensor.shape)}",
                                       "its elements are combined, so they stand in one row", "use x.flatten()"))


def cartesian_prod(*tensors):
    """Return, as rows, every way to take one element of each vector.

    Raises RuntimeError for what is no vector, and where the dtypes differ.

    >>> import workbook as torch
    >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[1, 3],
            [1, 4],
            [2, 3],
            [2, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.cartesian_prod.html
    """
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    _vectors(tensors)
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        return tensors[0]
    return stack([flatten(grid) for grid in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input, r=2, with_replacement=False):
    """Return, as rows, every choice of `r` elements of a vector, in their order; with replacement, an element may come again.

    Raises RuntimeError for what is no vector, and for a negative r.

    >>> import workbook as torch
    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.combinations.html
    """
    _vectors([input])
    if r < 0:
        raise RuntimeError(explain(f"Expect a non-negative number, but got {r}",
                                   "r says how many are chosen", "give a number from 0 on"))
    if r == 0:
        return made(input._device, lambda xp: xp.empty(0, input._array.dtype))
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    n = input.numel() + (r - 1 if with_replacement else 0)
    check_memory((math.comb(n, r) if n >= r else 0, r), 100)  # the list below takes so many bytes a number
    places = made(input._device, lambda xp: xp.asarray(list(choose(range(input.numel()), r)), dtype="int64").reshape(-1, r))
    return stack([index_select(input, 0, wrap(column, input._device)) for column in places._array.T], 1)
