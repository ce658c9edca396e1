"""New Tensors with the dtype and device of another: `x.new_zeros(2)`; and the constructors of PyTorch before 0.4."""

from workbook import dtypes
from workbook.devices import CPU
from workbook.errors import explain
from workbook.ops import creation, from_data
from workbook.ops.from_data import legacy_tensor
from workbook.ops.shape import size_of_new
from workbook.tensor import Tensor, wrap


def _new(make, name, sentence, example):
    def new(input, *args, dtype=None, device=None, **options):
        return make(*args, dtype=dtype or input.dtype, device=device or input._device, **options)

    new.__name__ = new.__qualname__ = name
    new.__doc__ = f"""Return {sentence}, with the dtype and device of `input`. Raises what `torch.{name.removeprefix("new_")}` raises.

    >>> import workbook as torch
    >>> {example}

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.{name}.html
    """
    return new


def _copy(data, **options):
    if isinstance(data, Tensor):
        from_data.warn_of_copy("tensor.new_tensor(sourceTensor)", stacklevel=5)
        data = data._host()
    return from_data.tensor(data, **options)


new_tensor = _new(_copy, "new_tensor", "a Tensor with a copy of data", """torch.zeros(1).new_tensor([1, 2])
    tensor([1., 2.])""")
def _zeros(*size, **options):
    return creation.zeros(*size and [size_of_new(size)], **options)


new_zeros = _new(_zeros, "new_zeros", "a Tensor of zeros of a size", """torch.tensor([1]).new_zeros(2)
    tensor([0, 0])""")
new_ones = _new(creation.ones, "new_ones", "a Tensor of ones of a size", """torch.tensor([1]).new_ones(2)
    tensor([1, 1])""")
new_full = _new(creation.full, "new_full", "a Tensor of a size, filled with one number", """torch.zeros(1).new_full((2,), 3)
    tensor([3., 3.])""")
new_empty = _new(creation.empty, "new_empty", "a Tensor of a size whose memory is not filled", """torch.zeros(1).new_empty(2, 3).shape
    torch.Size([2, 3])""")


def new(input, *data):
    """Return what the old constructor makes of sizes, or of one sequence, with the dtype and device of `input`.

    Raises RuntimeError for a negative size, TypeError for what is neither sizes nor a sequence.

    >>> import workbook as torch
    >>> torch.tensor([1]).new([1.5, 2])
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/tensors.html
    """
    made = wrap(legacy_tensor(*data, dtype=input.dtype), CPU)
    return made if input._device is CPU else made.to(input._device)


# ---- one class a dtype ----------------------------------------------------------------------------------------------------


class tensortype(type):
    """The type of `torch.FloatTensor` and its like: calling one makes a Tensor of that dtype, `isinstance` looks at the dtype."""

    def __call__(cls, *data):
        return wrap(legacy_tensor(*data, dtype=cls.dtype), CPU)

    def __instancecheck__(cls, other):
        return isinstance(other, Tensor) and other.dtype is cls.dtype

    def __repr__(cls):
        return f"<class 'torch.{cls.__name__}'>"


def _legacy(dtype):
    name = f"{dtype.legacy}Tensor"
    text = f"""Tensors of {dtype}, under the name that they had before PyTorch 0.4. Write torch.tensor(data, dtype={dtype}).

    >>> import workbook as torch
    >>> torch.{name}([1, 0]).dtype
    {dtype}

    Source: https://pytorch.org/docs/2.13/tensors.html
    """
    return tensortype(name, (), {"dtype": dtype, "__doc__": text, "__module__": __name__})


CLASSES = {f"{dtype.legacy}Tensor": _legacy(dtype) for dtype in dtypes.ALL if dtype.numpy is not None and dtype.category < dtypes.COMPLEX}
globals().update(CLASSES)


def set_default_tensor_type(t):
    """Make the dtype of an old-style type, such as `torch.DoubleTensor`, the default. Deprecated in PyTorch: use `set_default_dtype`.

    Raises TypeError for a type that holds no floats.

    >>> import workbook as torch
    >>> torch.set_default_tensor_type("torch.FloatTensor")

    Source: https://pytorch.org/docs/2.13/generated/torch.set_default_tensor_type.html
    """
    kind = CLASSES.get(t.rpartition(".")[2]) if isinstance(t, str) else t if isinstance(t, tensortype) else None
    if kind is None:
        raise TypeError(explain(f"invalid type object: only floating-point types are supported as the default type, not {t!r}",
                                "the default is what Python's floats become", "write torch.set_default_dtype(torch.float64)"))
    if not kind.dtype.is_floating_point:
        raise TypeError(explain("only floating-point types are supported as the default type",
                                "the default is what Python's floats become", "write torch.set_default_dtype(torch.float64)"))
    dtypes.set_default_dtype(kind.dtype)
