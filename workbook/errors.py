"""How an error is worded: what happened, why, and what to change."""

import math


def explain(what, why=None, fix=None):
    """Return the text of an error in three parts. `what` begins with PyTorch's own phrase, so that a search still finds it.

    >>> print(explain("a leaf was written in place", "its old value is still needed", "use torch.no_grad()"))
    a leaf was written in place
      Why: its old value is still needed
      Fix: use torch.no_grad()
    """
    lines = [what]
    if why:
        lines.append(f"  Why: {why}")
    if fix:
        lines.append(f"  Fix: {fix}")
    return "\n".join(lines)


class Unquoted(str):
    """The text of a KeyError, which shows the repr of what it is given: the lines of this one stay lines.

    >>> print(KeyError(Unquoted(explain("'lr'", "the group holds none"))))
    'lr'
      Why: the group holds none
    """

    __repr__ = str.__str__


def raised_again(kind, text):
    """Return an error of the class `kind` with another text, for one that was caught in another thread or process.

    Where `kind` is None, its constructor takes other arguments, or it would not say the text, a RuntimeError.

    >>> raised_again(ValueError, "Caught ValueError in replica 1 on device 1.")
    ValueError('Caught ValueError in replica 1 on device 1.')
    """
    try:
        error = KeyError(Unquoted(text)) if kind is KeyError else kind(text)
        return error if text in str(error) else RuntimeError(text)
    except Exception:
        return RuntimeError(text)


def kind_of(value):
    """Return what PyTorch's messages call the kind of a value: classes of libraries by their full name, a student's by its own.

    >>> import numpy as np
    >>> kind_of([1.]), kind_of(np.ones(2))
    ('list', 'numpy.ndarray')
    """
    kind = type(value)
    if isinstance(value, type):
        return "type"
    if kind.__module__.startswith("workbook."):
        full = kind.__dict__.get("torch_name", f"torch.{kind.__name__}")
        return kind.__name__ if kind.__name__ in ("Tensor", "Parameter") else full
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def not_a_tensor(function, argument, position, given):
    """The error for an argument that has to be a Tensor, in PyTorch's words.

    >>> print(not_a_tensor("linear", "input", 1, [1., 2.]))
    linear(): argument 'input' (position 1) must be Tensor, not list
      Why: operations work on Tensors, so that they can be recorded
      Fix: wrap it: torch.tensor(...)
    """
    return TypeError(explain(f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {kind_of(given)}",
                             "operations work on Tensors, so that they can be recorded", as_a_tensor(given, argument)))


def as_a_tensor(value, name):
    """Return what to write where a Tensor called `name` is wanted, and `value` was given.

    >>> as_a_tensor((1, 2), "output")
    'take the tensor out of it, such as output[0]'
    """
    if value is None:
        return "look whether the function that made it ends with return"
    return f"take the tensor out of it, such as {name}[0]" if isinstance(value, tuple) else "wrap it: torch.tensor(...)"


def not_a_number(function, argument, position, given, kind="Number"):
    """The error for an argument that has to be a number, in PyTorch's words.

    >>> print(not_a_number("leaky_relu", "negative_slope", 2, "0.1"))
    leaky_relu(): argument 'negative_slope' (position 2) must be Number, not str
      Why: it is computed with, and '0.1' is no number
      Fix: write a number, without quotation marks
    """
    place = "" if position is None else f" (position {position})"  # None: PyTorch takes it by name only
    if hasattr(given, "requires_grad"):
        why = ("a plain number gets no gradient, and this Tensor requires one" if not given.ndim else
               f"it is one number, and the Tensor has the shape {shape_text(given.shape)}")
        fix = f"compute with the Tensor outside of {function}(), or take its number: {argument}=value.item()"
    else:
        why = f"it is computed with, and {given!r} is no {'number' if kind != 'int' else 'whole number'}"
        fix = ("write a number, without quotation marks" if isinstance(given, str) else
               "write a number" if kind != "int" else "write a whole number")
    return TypeError(explain(f"{function}(): argument '{argument}'{place} must be {kind}, not {kind_of(given)}", why, fix))


def not_a_bool(function, argument, position, given):
    """The error for an argument that has to be True or False, in PyTorch's words.

    >>> print(not_a_bool("requires_grad_", "requires_grad", 1, 1))
    requires_grad_(): argument 'requires_grad' (position 1) must be bool, not int
      Why: it is a yes or no
      Fix: write True or False
    """
    asker, place = f"{function}(): " * bool(function), "" if position is None else f" (position {position})"  # None: by name only
    return TypeError(explain(f"{asker}argument '{argument}'{place} must be bool, not {kind_of(given)}", "it is a yes or no", "write True or False"))


def no_accelerator(why, fix):
    """The error, in PyTorch's words, where there is no GPU and one is meant."""
    return RuntimeError(explain("Cannot access accelerator device when none is available.", why, fix))


def refused_dtype(kernel, kind, why=None, fix=None):
    """The error for a dtype, `kind`, of which PyTorch's function called `kernel` knows nothing.

    >>> from workbook.dtypes import int64
    >>> print(refused_dtype("erfinv", int64))
    "erfinv" not implemented for 'Long'
      Why: the operation has no meaning for torch.int64
      Fix: convert the tensor first: x.float()
    """
    other = "x.abs(), or x.real" if kind.is_complex else "x.long()" if kind.is_floating_point else "x.float()"
    return NotImplementedError(explain(f"\"{kernel}\" not implemented for '{kind.legacy}'",
                                       why or f"the operation has no meaning for {kind}", fix or f"convert the tensor first: {other}"))


def no_order(function):
    """The error for complex numbers where PyTorch's function looks for the larger or the smaller one."""
    return RuntimeError(explain(f"{function} not implemented for complex tensors.", "complex numbers have no order",
                                "compare their sizes: x.abs()"))


def no_memory(shape, itemsize):
    """The error for numbers of a shape, of so many bytes each, for which there is no memory.

    >>> print(no_memory((1000, 1000, 1000000), 4))
    DefaultCPUAllocator: can't allocate memory: you tried to allocate 4000000000000 bytes.
      Why: 1000 x 1000 x 1000000 numbers of 4 bytes are 4,000 GB
      Fix: make the tensor smaller, or work on a part at a time
    """
    wanted = math.prod(shape) * itemsize
    return RuntimeError(explain(
        f"Storage size calculation overflowed with sizes={list(shape)}: numel: integer multiplication overflow" if wanted >= 2**63 else
        f"DefaultCPUAllocator: can't allocate memory: you tried to allocate {wanted} bytes.",
        f"{' x '.join(map(str, shape))} numbers of {itemsize} bytes are {wanted // 10**9:,} GB",
        "make the tensor smaller, or work on a part at a time"))


def too_many_axes(count=""):
    """The error for a shape with more axes than the array library knows."""
    return RuntimeError(explain(f"a tensor of {count or 'so many'} axes is more than NumPy holds", f"it knows up to {MOST_AXES}",
                                "flatten some of them into one"))


def too_deep(part):
    """The error for lists in lists in lists, further than a tensor has axes; also for a list that holds itself."""
    return ValueError(explain(f"too many dimensions '{type(part).__name__}'",
                              f"a tensor has up to {MOST_AXES} axes, and each list is one",
                              "look at the data: does a list hold itself?"))


MOST_AXES = 64


def shape_text(shape):
    """Return a shape as PyTorch writes it in messages: `[2, 3]`.

    >>> shape_text((2, 3))
    '[2, 3]'
    """
    return "[" + ", ".join(map(str, shape)) + "]"


def by_sizes(shape):
    """Return a shape as PyTorch writes a matrix's: `2x3`.

    >>> by_sizes((2, 3))
    '2x3'
    """
    return "x".join(map(str, shape))
