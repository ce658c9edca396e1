"""The same Tensor with another dtype, on another device, or outside the graph."""

import numpy as np

from workbook import dtypes
from workbook.autograd import views
from workbook.autograd.broadcast import Cast
from workbook.autograd.modes import thread
from workbook.autograd.operation import Operation
from workbook.devices import CPU, check_memory, device as Device, settle
from workbook.errors import explain, no_accelerator, not_a_bool, not_a_tensor
from workbook.formats import asked_format, axes_of_format, contiguous_format, empty_as, lies_in, preserve_format
from workbook.numbers import fill_with, plain
from workbook.ops.choices import flat
from workbook.ops.elementwise import broadcast_shape
from workbook.ops.parts import Overwrite
from workbook.ops.reduction import sum
from workbook.ops.shape import Clone
from workbook.refusals import needs_floats
from workbook.strides import axes_in_memory
from workbook.tensor import Tensor, memory_of, wrap


class ToDevice(Operation, name="ToCopyBackward0"):
    """out = the same numbers in another device's memory"""

    holomorphic = False  # it moves numbers, and has nothing to conjugate: neither where they come from nor where they go

    def forward(ctx, a, *, source, target):
        ctx.source, ctx.target = source, target
        return copied(a, source, target)

    def backward(ctx, grad):
        return (ToDevice.apply(grad, source=ctx.target, target=ctx.source),)

    @staticmethod
    def place(device, options):
        return options["target"]


def copied(array, source, target):
    """Return the array of one device in the memory of another."""
    if source.type == target.type == "cuda":
        return target.backend.between(array, target.index)
    return target.backend.from_host(source.backend.to_host(array), target.index)


def to(input, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None):
    """Return the Tensor with another dtype, on another device, or like another Tensor; itself where nothing changes.

    On a Tensor it returns a new one: write `x = x.to(device)`. (On a Module it works in place.) Raises RuntimeError for a device
    that there is not, AssertionError where there is no GPU.

    >>> import workbook as torch
    >>> torch.tensor([1, 2]).to(torch.float32)
    tensor([1., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.to.html
    """
    for given in args:
        if isinstance(given, (dtypes.dtype, type)):
            dtype = given
        elif isinstance(given, Tensor):
            dtype, device = given.dtype, given.device
        elif isinstance(given, (str, Device, int)) and not isinstance(given, bool):
            device = _numbered(given) if isinstance(given, int) else given
        elif given is not None and not isinstance(given, (bool, float)):
            raise TypeError(explain(f"to() received an invalid combination of arguments - got ({type(given).__name__})",
                                    "it takes a dtype, a device, or a Tensor that has both", "write x.to(torch.float64)"))
    dtype = dtypes.asked(dtype)
    result = input
    if device is not None and settle(device) is not input._device:
        result = _moved(result, settle(device))
    wanted = {} if memory_format is None else {"wanted": asked_format("to", memory_format)}
    if dtype is not None and dtype is not input.dtype:
        if dtype.numpy is None:
            raise TypeError(dtypes.no_bfloat16())
        if dtype.numpy.kind not in "bc":
            dtypes.warn_of_lost_parts(result._array.dtype)
        return Cast.apply(result, dtype=dtype.numpy, **wanted)
    if copy and result is input or wanted and memory_format not in (preserve_format, contiguous_format):
        array = result._array  # where sides of length 1 leave it open how it lies, PyTorch looks at its steps
        there = lies_in(array, memory_format) and tuple(axes_in_memory(array.shape, array.strides)) == tuple(axes_of_format(memory_format, array.ndim))
        return Clone.apply(result, **wanted) if copy or not there else result
    return result


def _numbered(number):
    """Return the GPU of that number. Raises RuntimeError where there is none."""
    try:
        return settle(number)
    except AssertionError:
        raise no_accelerator(f"a number alone, {number}, names a GPU, and there is none here",
                             "write x.to('cpu') for a device, x.to(torch.float64) for a dtype") from None


def _moved(input, place):
    here = input._device
    return ToDevice.apply(input, source=here, target=place)


def cpu(input, *, memory_format=preserve_format):
    """Return the Tensor in the CPU's memory. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.ones(1).cpu().device
    device(type='cpu')

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.cpu.html
    """
    return to(input, CPU, memory_format=memory_format)


def cuda(input, device=None, non_blocking=False, memory_format=preserve_format):
    """Return the Tensor in a GPU's memory. Raises AssertionError, with the reason, where there is none, RuntimeError for another kind of device.

    >>> import workbook as torch
    >>> x = torch.ones(1)
    >>> x = x.cuda() if torch.cuda.is_available() else x

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.cuda.html
    """
    place = Device("cuda" if device is None else device)
    if place.type != "cuda":
        raise RuntimeError(explain("Invalid device, must be cuda device", f"the tensor would move to a GPU, and this is {place}", f"write x.to('{place}')"))
    return to(input, place, memory_format=memory_format)


def is_pinned(input):
    """Return whether `pin_memory` made the Tensor's memory. Raises nothing.

    >>> import workbook as torch
    >>> torch.ones(1).is_pinned()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.is_pinned.html
    """
    return input._memory is not None and input._memory.pinned


def pin_memory(input):
    """Return a copy in memory that is marked as pinned, from which PyTorch copies to a GPU faster; the Tensor itself where it is.

    Raises RuntimeError where there is no GPU, and on one.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(1):
    ...     torch.ones(1).pin_memory().is_pinned()
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.pin_memory.html
    """
    if not Device("cuda").backend.status()[0]:
        raise no_accelerator("pinned memory makes copies to a GPU faster; here the array library moves the data itself", "leave it out")
    if input._device.type != "cpu":
        raise RuntimeError(explain(f"cannot pin '{input.type()}' only dense CPU tensors can be pinned", "it is on the GPU already", "leave it out"))
    if input.is_pinned():
        return input
    twin = input.clone()
    memory_of(twin).pinned = True
    return twin


def type_(input, dtype=None):
    """Return the name of the Tensor's old-style type, or the Tensor converted to `dtype`. Raises ValueError for a name that no type has.

    >>> import workbook as torch
    >>> torch.ones(1).type()
    'torch.FloatTensor'

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.type.html
    """
    if dtype is None:
        return f"torch.{'cuda.' if input.is_cuda else ''}{input.dtype.legacy}Tensor"
    if isinstance(dtype, type) and isinstance(getattr(dtype, "dtype", None), dtypes.dtype):
        dtype = dtype.dtype  # torch.FloatTensor and its like
    if not isinstance(dtype, (str, dtypes.dtype)) and not any(dtype is known for known in (float, int, bool, complex)):
        raise TypeError(explain("dtype must be a type, str, or dtype object", "it names the kind of numbers that the result holds",
                                "write a dtype, such as torch.float64"))
    if isinstance(dtype, str):
        name = dtype.rpartition(".")[2].removesuffix("Tensor")
        asked, dtype = dtype, next((d for d in dtypes.ALL if d.legacy == name), None)
        if dtype is not None and asked.startswith("torch."):  # such a name also says where
            at_home = input._device.type == ("cuda" if asked.startswith("torch.cuda.") else "cpu")
            return to(input, dtype) if at_home else to(input, device="cuda" if asked.startswith("torch.cuda.") else "cpu", dtype=dtype)
        if dtype is None:
            raise ValueError(explain(f"invalid type: '{asked}'", "no dtype has this old-style name",
                                     "write a dtype, such as torch.float64, or 'torch.DoubleTensor'"))
    return to(input, dtype)


def type_as(input, other):
    """Return `input` with the dtype of `other`, where `other` is. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tensor([1, 2]).type_as(torch.zeros(1))
    tensor([1., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.type_as.html
    """
    return to(input, device=other.device, dtype=other.dtype)


def caster(name, dtype):
    """Return the method that converts to `dtype`, such as `x.float()`."""

    def cast(input, *, memory_format=preserve_format):
        return to(input, dtype) if memory_format is preserve_format else to(input, dtype, memory_format=memory_format)

    cast.__name__ = cast.__qualname__ = name
    cast.__doc__ = f"""Return the Tensor as {dtype}. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.ones(1).{name}().dtype
    {dtype}

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.{name}.html
    """
    return cast


def detach(input):
    """Return a Tensor on the same memory, outside the graph: no gradient flows through it. Raises nothing of its own.

    >>> import workbook as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> (x * 2).detach().requires_grad
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.detach.html
    """
    return views.detached(input)


def detach_(input):
    """Cut the Tensor out of the graph, in place: it becomes a leaf that needs no gradient. Raises RuntimeError for a view.

    >>> import workbook as torch
    >>> x = torch.ones(2, requires_grad=True) * 2
    >>> x.detach_().requires_grad
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.detach_.html
    """
    if input._view is not None:
        raise RuntimeError(explain(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and "
            "gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients.",
            "it shows the memory of another tensor, whose graph would go on counting on it", "write y = x.detach()"))
    input._node, input._index, input._requires_grad = None, 0, False
    return input


def requires_grad_(input, requires_grad=True):
    """Set whether operations on this leaf are recorded, in place; return the Tensor.

    Raises RuntimeError for integers and bools, and for what is no leaf.

    >>> import workbook as torch
    >>> torch.ones(2).requires_grad_()
    tensor([1., 1.], requires_grad=True)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.requires_grad_.html
    """
    if not isinstance(requires_grad, bool):
        raise not_a_bool("requires_grad_", "requires_grad", 1, requires_grad)
    if thread.state.transforms:
        raise RuntimeError(explain(
            "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of a function "
            "being transformed by a functorch transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, "
            "vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being transformed instead.",
            "the transform, such as torch.func.grad, decides what requires a gradient", "name it in argnums"))
    if requires_grad and input._array.dtype.kind not in "fc":
        raise RuntimeError(needs_floats(input.dtype).replace(" and complex", "", 1))
    if not requires_grad or input._node is None:
        input.requires_grad = requires_grad
    return input


def copy_(input, src, non_blocking=False):
    """Write the numbers of `src`, a Tensor that broadcasts or one number, into the memory of `input`; return `input`.

    Raises RuntimeError where `src` does not broadcast to `input`, and for a leaf that requires a gradient.

    >>> import workbook as torch
    >>> torch.zeros(2).copy_(torch.tensor([1, 2]))
    tensor([1., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.copy_.html
    """
    src = plain(src)
    if isinstance(src, (bool, int, float, complex)):
        if src.__class__ is int:
            dtypes.within_64_bits(src)
        src = wrap(np.asarray(src), CPU)
    if not isinstance(src, Tensor):
        raise TypeError(explain(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}",
                                "the numbers come from a Tensor", "wrap it: torch.tensor(...)"))
    if src.device is not input.device:
        src = _moved(src, input.device)
    views.may_write(input, "copy_", src.requires_grad)
    views.refuse_overlap(input, src)
    try:
        result = Overwrite.apply(input, src)
    except ValueError:
        views.refuse_larger(input, broadcast_shape(tuple(input.shape), tuple(src.shape)), "copy_")
        raise
    return views.adopt(input, result, "copy_")


def fill_(input, value):
    """Write `value` into every element; return `input`.

    Raises RuntimeError for a value with axes, for one that the dtype does not hold, and for a leaf that requires a gradient.

    >>> import workbook as torch
    >>> torch.zeros(2).fill_(3)
    tensor([3., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.fill_.html
    """
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(explain(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.",
                "one number is written everywhere", "give a number; x.copy_(values) writes several"))
        views.may_write(input, "fill_", value.requires_grad)
        views.stands_for_one_element_each(input._array)  # as PyTorch has it: a plain number may be written there
        return views.adopt(input, FilledIn.apply(input, value), "fill_")
    only_a_number("fill_", value)
    views.may_write(input, "fill_")
    return views.adopt(input, Filled.apply(input, value=value), "fill_")


def only_a_number(name, value):
    """Raise TypeError for what is no number."""
    if not isinstance(value, (int, float, complex, np.generic)):
        raise TypeError(explain(f"{name}() received an invalid combination of arguments - got ({type(value).__name__})",
                                "it writes one number into every place", "give a number, or use copy_ for a tensor"))


def zero_(input):
    """Write 0 into every element; return `input`. Raises RuntimeError for a leaf that requires a gradient.

    >>> import workbook as torch
    >>> torch.ones(2).zero_()
    tensor([0., 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.zero_.html
    """
    views.may_write(input, "zero_")
    return views.adopt(input, Zeroed.apply(input, value=0), "zero_")


class FilledBy(Operation, name="FillBackward1"):
    """out = one number of a Tensor everywhere"""

    holomorphic = False  # a complex number may go into real memory

    def forward(ctx, a, value):
        out = empty_as(ctx.xp, a, a.dtype)
        out[...] = dtypes.real_parts(value) if value.dtype.kind == "c" and a.dtype.kind not in "bc" else value
        return out

    def backward(ctx, grad):
        return flat(grad), sum(grad)


class FilledIn(FilledBy, name="FillBackward3"):
    """As FilledBy, into memory that is there"""


def fill(input, value):
    """Return `value`, one number or a Tensor of one, in the shape and dtype of `input`.

    Raises RuntimeError for a value with axes, and for one that the dtype does not hold.

    >>> import workbook as torch
    >>> torch.fill(torch.zeros(2), 3)
    tensor([3., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.fill_.html
    """
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(explain(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.",
                "one number is written everywhere", "give a number; x.copy_(values) writes several"))
        return FilledBy.apply(input, value)
    only_a_number("fill", value)
    return FilledOut.apply(input, value=value)


class Filled(Operation, name="FillBackward2"):
    """out = `value` everywhere: nothing of the input is left"""

    def forward(ctx, a, *, value):
        out = empty_as(ctx.xp, a, a.dtype)
        fill_with(out, value)
        return out

    def backward(ctx, grad):
        return flat(grad)


class FilledOut(Filled, name="FillBackward0"):
    """As Filled, as a new Tensor"""


class Zeroed(Filled, name="ZeroBackward0"):
    """out = 0 everywhere"""


def one_hot(input, num_classes=-1):
    """Return rows of zeros with a 1 at each class: `(...) -> (..., num_classes)`, int64.

    Raises RuntimeError for classes that are not whole numbers from 0 to num_classes - 1.

    >>> import workbook as torch
    >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.one_hot.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("one_hot", "input", 1, input)
    if input.dtype is not dtypes.int64:
        raise RuntimeError(explain("one_hot is only applicable to index tensor of type LongTensor.",
                                   f"this one holds {input.dtype}", "write labels.long()"))
    classes = input._host()
    if not classes.size and num_classes <= 0:
        raise RuntimeError(explain("Can not infer total number of classes from empty tensor.",
                                   "the largest class says how many there are, and there is none", "give num_classes"))
    if num_classes == -1:
        num_classes = int(classes.max()) + 1
    if classes.size and (classes.min() < 0 or classes.max() >= num_classes):
        low, high = int(classes.min()), int(classes.max())
        raise RuntimeError(explain(
            "Class values must be smaller than num_classes." if low >= 0 else "Class values must be non-negative.",
            f"the classes go from {low} to {high}, and there is room for 0 to {num_classes - 1}",
            "count classes from 0, or give a larger num_classes"))
    check_memory((*classes.shape, num_classes))
    return wrap((classes[..., None] == np.arange(num_classes)).astype(np.int64, order="C")).to(input._device)
