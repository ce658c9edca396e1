"""`vmap`: a function of one example becomes a function of a batch.

PyTorch runs the function once, on Tensors that hide the axis of the batch: every operation knows a rule for that axis. Here the
function runs once for each slice, and the results are stacked. The numbers, shapes, random draws and refusals are PyTorch's. What
differs: time grows with the batch as in a loop, and what the function does besides computing (printing, counting its calls) happens
once a slice; a slice prints as a plain Tensor.
"""

import functools

from workbook.autograd.modes import thread
from workbook.axes import axis_of
from workbook.devices.batch import Batch
from workbook.errors import explain
from workbook.func.trees import flatten, spread, text, unflatten
from workbook.ops.creation import zeros
from workbook.ops.joining import Stack
from workbook.ops.parts import Select
from workbook.random.slices import RANDOMNESS, Draws
from workbook.tensor import Tensor


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """Return a function that computes `func` for every slice of its inputs, and stacks the results.

    `in_dims`: the axis of the batch, or one for each input, nested as these are; None for an input that all slices share.
    `out_dims`: where the axis stands in the outputs; None for one that does not depend on the slice. Keyword arguments are
    passed on whole. `randomness`: "error", "same" (all slices draw the same numbers) or "different". `chunk_size` says how many slices
    PyTorch computes at once. Raises ValueError where axes and inputs do not fit, RuntimeError where the function looks at the
    numbers of a slice (`item()`, `if x > 0`).

    >>> import workbook as torch
    >>> torch.vmap(torch.dot)(torch.ones(3, 2), torch.arange(6.).reshape(3, 2))
    tensor([1., 5., 9.])
    >>> torch.vmap(torch.func.grad(lambda w, x: (w * x).sum() ** 2), in_dims=(None, 0))(torch.ones(2), torch.eye(2))
    tensor([[2., 0.],
            [0., 2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.func.vmap.html
    """
    if randomness not in RANDOMNESS:
        raise RuntimeError(explain(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}",
                                   "it says what random numbers the slices draw", "write randomness='different'"))
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(explain(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})", "it counts slices",
                                 "leave it out"))

    @functools.wraps(func)
    def over_a_batch(*args, **kwargs):
        inputs, structure = flatten(args)
        axes = _axes_of_inputs(func, in_dims, args, inputs, structure)
        size = _size_of_batch(inputs, axes)
        batch = _Run(functools.partial(func, **kwargs), _name(func), inputs, axes, structure, size, randomness)
        results = [batch.one_slice(place) for place in range(size)] or [batch.nothing()]
        return batch.stacked(results, out_dims)

    return over_a_batch


class EnterBatch(Select, name="SelectBackward0"):
    """out = one slice of a batch, at the place where its slices are computed"""

    @staticmethod
    def place(device, options):
        """Return where the slice is computed."""
        return options["batch"]

    def forward(ctx, a, *, axis, index, batch):
        return Select.forward(ctx, a, axis=axis, index=index)


class LeaveBatch(Stack, name="StackBackward0"):
    """out = what was computed from the slices of a batch, stacked, at the place of the batch"""

    @staticmethod
    def place(device, options):
        """Return where the batch is."""
        return options["around"]

    def forward(ctx, *arrays, axis, around):
        return Stack.forward(ctx, *arrays, axis=axis)


class _Run:
    """One call of a mapped function: its inputs, flat, with the axis of the batch of each."""

    def __init__(self, func, name, inputs, axes, structure, size, randomness):
        self.func, self.name, self.inputs, self.axes, self.structure, self.size = func, name, inputs, axes, structure, size
        self.around = max((x._device for x in inputs if isinstance(x, Tensor)), key=lambda device: device.depth)
        self.place = Batch(self.around)
        self.draws = Draws(randomness, size)

    def one_slice(self, place):
        """Return what the function gives for the slice at one place: the leaves, and their structure."""
        slices = [x if axis is None else EnterBatch.apply(x, axis=axis, index=place, batch=self.place)
                  for x, axis in zip(self.inputs, self.axes)]
        return self._result(slices, place)

    def nothing(self):
        """The same for a batch without slices, of which only the shapes count."""
        slices = [x if axis is None else zeros(_without(x.shape, axis), dtype=x.dtype) for x, axis in zip(self.inputs, self.axes)]
        return self._result(slices, 0)

    def _result(self, slices, place):
        here = thread.state
        here.transforms += 1
        try:
            with self.draws.at(place):
                return flatten(self.func(*unflatten(slices, self.structure)))
        finally:
            here.transforms -= 1

    def stacked(self, results, out_dims):
        """Return the outputs of all slices as one tree, stacked along the axes that `out_dims` names."""
        structure = results[0][1]
        axes = _axes_of_outputs(self.name, out_dims, structure)
        leaves = [self._stacked(parts, axis) for parts, axis in zip(zip(*(found for found, _ in results)), axes)]
        self.place.close()
        return unflatten(leaves, structure)

    def _stacked(self, parts, axis):
        first = parts[0]
        if axis is None:
            if isinstance(first, Tensor) and first._device is self.place:
                raise ValueError(explain(f"vmap({self.name}, ...): `{self.name}` can not return a BatchedTensor when out_dim is None",
                                         "this output depends on the slice, so there is one for each", "give it an axis in out_dims"))
            return first
        if not isinstance(first, Tensor):
            raise ValueError(explain(
                f"vmap({self.name}, ...): `{self.name}` must only return Tensors, got type {type(first)}. Did you mean to set "
                "out_dims= to None for output?", "Tensors are stacked", "return a Tensor, or write None at its place in out_dims"))
        shapes = {part.shape for part in parts}
        if len(shapes) > 1:
            raise RuntimeError(explain(
                "vmap: We do not support batching operators that can output dynamic shape.",
                f"the slices gave results of different shapes: {', '.join(str(list(shape)) for shape in sorted(shapes))}",
                "compute what has the same shape for every slice, such as torch.where instead of a mask"))
        axis = axis_of(axis, first.ndim + 1)
        if not self.size:
            shape = first.shape[:axis] + (0,) + first.shape[axis:]
            return zeros(shape, dtype=first.dtype)
        return LeaveBatch.apply(*parts, axis=axis, around=self.around)


def _axes_of_inputs(func, in_dims, args, leaves, structure):
    """Return the axis of the batch for every leaf of the inputs, counted from the front; None for what all slices share."""
    call = f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>)"
    if type(in_dims) is not int and not isinstance(in_dims, tuple):
        raise ValueError(explain(f"{call}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of "
                                 f"inputs, got: {type(in_dims)}.", "it names the axis of the batch in each input", "write in_dims=(0, None)"))
    if not args:
        raise ValueError(explain(
            f"vmap({_name(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function "
            "with no inputs. The latter is unsupported.", "the length of the batch is that of an input", "pass a Tensor"))
    axes = spread(in_dims, structure)
    if axes is None:
        raise ValueError(explain(
            f"{call}: in_dims is not compatible with the structure of `inputs`. in_dims has structure {text(flatten(in_dims)[1])} but "
            f"inputs has structure {text(structure)}.", "there is one axis for each input, or one int for all", "nest in_dims as the inputs are"))
    return [_axis_of_input(call, x, axis) for x, axis in zip(leaves, axes)]


def _axis_of_input(call, x, axis):
    if axis is None:
        return None
    if type(axis) is not int:
        raise ValueError(explain(f"{call}: Got in_dim={axis} for an input but in_dim must be either an integer dimension or None.",
                                 "it names an axis", "write 0, or None for an input that all slices share"))
    if not isinstance(x, Tensor):
        raise ValueError(explain(
            f"{call}: Got in_dim={axis} for an input but the input is of type {type(x)}. We cannot vmap over non-Tensor arguments, "
            "please use None as the respective in_dim", "only a Tensor has slices", "write in_dims=(0, None)"))
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(explain(
            f"{call}: Got in_dim={axis} for some input, but that input is a Tensor of dimensionality {x.ndim} so expected in_dim to "
            f"satisfy -{x.ndim} <= in_dim < {x.ndim}.", f"its shape is {list(x.shape)}", "choose one of its axes, or None"))
    return axis % x.ndim


def _size_of_batch(inputs, axes):
    sizes = [x.shape[axis] for x, axis in zip(inputs, axes) if axis is not None]
    if not sizes:
        raise ValueError(explain("vmap: Expected at least one Tensor to vmap over", "None for every input leaves nothing to cut into slices",
                                 "name the axis of the batch for one input"))
    if len(set(sizes)) > 1:
        raise ValueError(explain(f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the "
                                 "mapped dimension", "slice i of one input meets slice i of the other", "check in_dims and the shapes"))
    return sizes[0]


def _axes_of_outputs(name, out_dims, structure):
    """Return the axis of the batch for every output. Raises ValueError where `out_dims` does not fit them."""
    if not all(axis is None or type(axis) is int for axis in flatten(out_dims)[0]):
        raise ValueError(explain(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints representing where "
            "in the outputs the vmapped dimension should appear.", "it names an axis of each output", "write out_dims=0, or (0, 1)"))
    axes = spread(out_dims, structure)
    if axes is None and structure is None and isinstance(out_dims, tuple) and len(out_dims) == 1:
        axes = list(out_dims)
    if axes is None:
        raise ValueError(explain(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. out_dims "
            f"has structure {text(flatten(out_dims)[1])} but outputs has structure {text(structure)}.",
            "there is one axis for each output, or one int for all", "nest out_dims as the outputs are"))
    return axes


def _name(func):
    return getattr(func, "__name__", None) or repr(func)


def _without(shape, axis):
    return shape[:axis] + shape[axis + 1:]
