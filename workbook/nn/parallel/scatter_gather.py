"""A batch split over GPUs, and their results put together; tuples, lists and dicts are gone through."""

import warnings
from collections.abc import Iterable

from workbook.axes import axis_of
from workbook.cuda.places import number_of
from workbook.devices import CPU, device
from workbook.errors import explain, kind_of, shape_text
from workbook.ops.replicas import Gather, Scatter
from workbook.tensor import Tensor


def scatter(inputs, target_gpus, dim=0):
    """Split every Tensor in `inputs` along `dim` into equal parts, one for each of `target_gpus`, and put each part there.

    Returns one object a GPU, of the form of `inputs`: tuples, lists and dicts are gone through, and what is no Tensor goes to each.
    A batch smaller than the number of GPUs gives fewer parts. Raises RuntimeError for a Tensor of shape ().

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2):
    ...     parts = torch.nn.parallel.scatter(torch.arange(5), [0, 1])
    ...     print(parts)
    (tensor([0, 1, 2], device='cuda:0'), tensor([3, 4], device='cuda:1'))

    Source: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/parallel/scatter_gather.py
    """
    if isinstance(inputs, Tensor):
        return _split(inputs, [device("cuda", number) for number in numbers_of(target_gpus, "scatter", "target_gpus")], dim)
    if isinstance(inputs, dict) and inputs:
        return [type(inputs)(items) for items in zip(*[scatter(item, target_gpus, dim) for item in inputs.items()])]
    if isinstance(inputs, (tuple, list)) and inputs:
        form = type(inputs)._make if _is_namedtuple(inputs) else list if isinstance(inputs, list) else tuple
        return [form(parts) for parts in zip(*[scatter(part, target_gpus, dim) for part in inputs])]
    return [inputs for _ in target_gpus]


def numbers_of(gpus, function, name):
    """Return the numbers of a list of GPUs. Raises TypeError for what is no list, and what `number_of` raises."""
    if isinstance(gpus, str) or not isinstance(gpus, Iterable):
        raise TypeError(explain(f"{function}(): argument '{name}' must be a list of GPUs: '{type(gpus).__name__}' object is not iterable as one",
                                "each of them gets a part of the batch", f"write {name}=[0, 1]"))
    return [number_of(each) for each in gpus]


def _split(input, places, dim):
    if not places:
        raise RuntimeError(explain("Expected at least one device to scatter to", "the list of GPUs is empty", "write [0, 1]"))
    if input.ndim == 0:
        raise RuntimeError(explain("chunk expects at least a 1-dimensional tensor", "a tensor of shape () has no batch to split",
                                   "give every input the axis of the batch, or pass a Python number: every replica gets it whole"))
    axis = axis_of(dim, input.ndim)
    side = input._array.shape[axis]
    most = -(-side // len(places))
    sizes = [min(most, side - start) for start in range(0, side, most)] if side else [0] * len(places)
    return Scatter.apply(input, source=input._device, targets=tuple(places[:len(sizes)]), sizes=sizes, axis=axis)


def scatter_kwargs(inputs, kwargs, target_gpus, dim=0):
    """Split positional and named arguments as `scatter` does. Returns a tuple of tuples and a tuple of dicts, equally many.

    Raises what `scatter` raises.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2):
    ...     torch.nn.parallel.scatter_gather.scatter_kwargs((), {"factor": 2}, [0, 1])
    (((), ()), ({'factor': 2}, {'factor': 2}))

    Source: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/parallel/scatter_gather.py
    """
    inputs = list(scatter(inputs, target_gpus, dim)) if inputs else []
    kwargs = list(scatter(kwargs, target_gpus, dim)) if kwargs else []
    inputs += [()] * (len(kwargs) - len(inputs))
    kwargs += [{}] * (len(inputs) - len(kwargs))
    return tuple(inputs), tuple(kwargs)


def gather(outputs, target_device, dim=0):
    """Put what the replicas returned together along `dim`, on `target_device`: a GPU, or "cpu".

    `outputs` is a list with one object a replica, all of one form: tuples, lists and dicts are gone through, None stays None. Of Tensors of
    shape () a vector is made. Raises AssertionError for Tensors on the CPU, RuntimeError for shapes that do not fit, ValueError for dicts
    of different lengths, TypeError for what cannot be put together, such as Python numbers.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2):
    ...     torch.nn.parallel.gather([torch.ones(2, device="cuda:0"), torch.zeros(1, device="cuda:1")], "cpu")
    tensor([1., 1., 0.])

    Source: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/parallel/scatter_gather.py
    """
    if not outputs:
        raise IndexError(explain("list index out of range", "there are no results to be put together", "give what each replica returned"))
    first = outputs[0]
    if isinstance(first, Tensor):
        for number, output in enumerate(outputs):
            if not isinstance(output, Tensor):
                raise TypeError(explain(f"expected Tensor as element {number} in argument 0, but got {kind_of(output)}",
                                        f"replica 0 returned a Tensor, and replica {number} did not", "return Tensors for every part of the batch"))
        return _joined(outputs, _place_of(target_device), dim)
    if first is None:
        return None
    if isinstance(first, dict):
        if any(len(output) != len(first) for output in outputs):
            raise ValueError(explain("All dicts must have the same number of keys",
                                     f"the replicas returned dicts of {', '.join(str(len(output)) for output in outputs)} keys",
                                     "return the same keys for every part of the batch"))
        return type(first)((key, gather([output[key] for output in outputs], target_device, dim)) for key in first)
    if not isinstance(first, (tuple, list)):
        raise TypeError(explain(f"'{type(first).__name__}' object is not iterable", "forward returned it, and it cannot be put together from parts",
                                "return Tensors, or tuples, lists and dicts of Tensors"))
    form = type(first)._make if _is_namedtuple(first) else type(first)
    return form([gather(parts, target_device, dim) for parts in zip(*outputs, strict=True)])


def _joined(outputs, target, dim):
    if any(output._device is CPU for output in outputs):
        raise AssertionError(explain("Gather function not implemented for CPU tensors", "a replica's result lies in the CPU's memory",
                                     "leave the results where they are computed; ask for output_device instead"))
    if all(output.ndim == 0 for output in outputs) and dim == 0:
        warnings.warn("Was asked to gather along dimension 0, but all input tensors were scalars; will instead unsqueeze and return a vector.",
                      stacklevel=4)
        axis = 0
    else:
        axis = axis_of(dim, outputs[0].ndim)
        _check_shapes(outputs, axis)
    return Gather.apply(*outputs, sources=tuple([output._device for output in outputs]), target=target, axis=axis)


def _check_shapes(outputs, axis):
    expected = list(outputs[0].shape)
    for number, output in enumerate(outputs):
        have = list(output.shape)
        if len(have) != len(expected) or have[:axis] + have[axis + 1:] != expected[:axis] + expected[axis + 1:]:
            raise RuntimeError(explain(
                f"Gather got an input of invalid size: got {have}, but expected {expected[:axis] + have[axis:axis + 1] + expected[axis + 1:]}",
                f"replica 0 returned a tensor of shape {shape_text(outputs[0].shape)}, replica {number} one of {shape_text(output.shape)}",
                f"return tensors that differ along dim {axis} only"))


def _place_of(target):
    if target == "cpu":
        return CPU
    if target == -1:
        warnings.warn('Using -1 to represent CPU tensor is deprecated. Please use a device object or string instead, e.g., "cpu".',
                      FutureWarning, stacklevel=4)
        return CPU
    return device("cuda", number_of(target))


def _is_namedtuple(value):
    return isinstance(value, tuple) and hasattr(value, "_fields") and hasattr(value, "_asdict")
