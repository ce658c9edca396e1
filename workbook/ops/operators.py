"""`x + y` and its like: the operations of `ops/`, with Python's manners towards what is neither a Tensor nor a number.

An operator that does not know its other side answers NotImplemented, and Python asks that side. A NumPy array knows how to add a
Tensor: it reads the Tensor's memory, and `Tensor.__array_wrap__` makes its answer a Tensor. (So `x + np.ones(3)` computes, in
NumPy, outside the graph, and `np.ones(3) * x` raises TypeError, as in PyTorch; PyTorch warns besides that its `__array_wrap__` is old.)
"""

import numpy as np

from workbook import dtypes
from workbook.errors import as_a_tensor, explain
from workbook.ops import arithmetic, comparison, indexing, integers, linalg, logic, pointwise, powers, quotients
from workbook.ops.elementwise import NUMBERS
from workbook.tensor import Tensor, wrap

KNOWN = (Tensor, *NUMBERS, np.generic)


def operator(symbol, function):
    """Return the operator that calls `function`."""

    def operate(input, other):
        __tracebackhide__ = True  # IPython then shows the student's line and the function, without what lies between
        try:
            return function(input, other)
        except TypeError:
            if isinstance(other, KNOWN) and not ("@" in symbol and isinstance(other, NUMBERS)):
                raise
            return _unknown(symbol, other)

    operate.__doc__ = f"The operator `{symbol}`."
    return operate


def comparing(symbol, function):
    """The same for comparisons. (What is no number is only equal or not equal to a Tensor: never, says Python.)

    `x == array` compares elements. `x != array` is left to Python, as in PyTorch: it is True, for they are not one object.
    """

    def compare(input, other):
        if isinstance(other, KNOWN):
            return function(input, other)
        if symbol == "==" and isinstance(other, np.ndarray):
            if other.dtype in dtypes.OF_NUMPY:
                return function(input, wrap(other))
            if other.dtype.kind == "u" and input.is_floating_point():
                return function(input, wrap(other.astype(np.int64)))
        if symbol not in ("==", "!=") and (other is None or isinstance(other, _ROWS)):
            raise TypeError(explain(f"'{symbol}' not supported between instances of 'Tensor' and '{type(other).__name__}'", *_advice(other)))
        return NotImplemented

    compare.__doc__ = f"The operator `{symbol}`."
    return compare


def in_place(symbol, form):
    """Return the in-place operator of a method, such as `+=` of `add_`. What it does not know is left to the operator itself, `+`."""

    def operate(input, *args, **options):
        __tracebackhide__ = True
        try:
            return form(input, *args, **options)
        except TypeError:
            if len(args) == 1 and not options and isinstance(args[0], KNOWN):
                raise
            return NotImplemented

    operate.__doc__ = f"The operator `{symbol}`, as `{form.__name__}`."
    return operate


def _unknown(symbol, other):
    """Raise for what neither a Tensor nor the other side can do anything with; NotImplemented where the other side may."""
    kind, reflected = type(other).__name__, symbol[0] == "r"
    if "@" in symbol and isinstance(other, NUMBERS):
        sides = f"'Tensor' and '{kind}'" if symbol == "@" else f"'{kind}' and 'Tensor'"
        raise TypeError(explain(f"unsupported operand type(s) for @: {sides}", "a matrix product needs rows and columns, and a number has none",
                                "multiply every element: x * 2")) from None
    if reflected and symbol == "r+" and isinstance(other, _ROWS):
        raise TypeError(explain(f'can only concatenate {kind} (not "Tensor") to {kind}', *_advice(other, joined=True))) from None
    hopeless = other is None or isinstance(other, _ROWS) and not reflected
    if not hopeless and (reflected or hasattr(other, f"__r{_BINARY[symbol][0]}__")):
        return NotImplemented
    sides, sign = f"'{kind}' and 'Tensor'" if reflected else f"'Tensor' and '{kind}'", symbol.removeprefix("r")
    raise TypeError(explain(f"unsupported operand type(s) for {sign + ' or pow()' * (sign == '**')}: {sides}", *_advice(other))) from None


_ROWS = (list, tuple, str)


def _advice(other, joined=False):
    """Why `other` meets no Tensor, and what to write."""
    if other is None:
        return "None is what a function gives that ends without return", as_a_tensor(other, "output")
    if isinstance(other, str):
        return "a text holds letters, a tensor numbers", "to print a number write it into the text: f'loss: {loss.item()}'"
    return ("operations work on Tensors and numbers, so that they can be recorded",
            "for a sum write torch.tensor(...) + x, for one more in the list [*items, x]" if joined
            else as_a_tensor(other, "output") if isinstance(other, _ROWS) else "take a tensor or a number out of it")


def _matmul_from_right(input, other):
    return linalg.matmul(other, input)


def _left_shift_from_right(input, other):
    return integers.bitwise_left_shift(other, input)


def _right_shift_from_right(input, other):
    return integers.bitwise_right_shift(other, input)


# The four that everything is made of go to the gate without a stop.
_BINARY = {
    "+": ("add", arithmetic.Add.apply, arithmetic.Add.apply), "-": ("sub", arithmetic.Sub.apply, arithmetic.rsub),
    "*": ("mul", arithmetic.Mul.apply, arithmetic.Mul.apply), "/": ("truediv", arithmetic.Div.apply, arithmetic.rdiv),
    "//": ("floordiv", quotients.floor_divide, quotients.rfloor_divide), "%": ("mod", quotients.remainder, quotients.rremainder),
    "**": ("pow", powers.pow, powers.rpow), "@": ("matmul", linalg.matmul, _matmul_from_right),
    "&": ("and", logic.bitwise_and, logic.bitwise_and), "|": ("or", logic.bitwise_or, logic.bitwise_or),
    "^": ("xor", logic.bitwise_xor, logic.bitwise_xor),
    "<<": ("lshift", integers.bitwise_left_shift, _left_shift_from_right),
    ">>": ("rshift", integers.bitwise_right_shift, _right_shift_from_right),
}
_COMPARISONS = {"==": comparison.eq, "!=": comparison.ne, "<": comparison.lt, "<=": comparison.le, ">": comparison.gt, ">=": comparison.ge}

OPERATORS = {
    **{f"__{name}__": operator(symbol, function) for symbol, (name, function, _) in _BINARY.items()},
    **{f"__r{name}__": operator(f"r{symbol}", function) for symbol, (name, _, function) in _BINARY.items()},
    **{f"__{function.__name__}__": comparing(symbol, function) for symbol, function in _COMPARISONS.items()},
    "__neg__": arithmetic.neg, "__pos__": arithmetic.positive, "__abs__": pointwise.abs, "__invert__": logic.invert,
    "__getitem__": indexing.getitem, "__setitem__": indexing.setitem,
}
# How each in-place operator is written, and the method that it is.
INPLACE_OPERATORS = {
    "__iadd__": ("+=", "add_"), "__isub__": ("-=", "sub_"), "__imul__": ("*=", "mul_"), "__itruediv__": ("/=", "div_"), "__ipow__": ("**=", "pow_"),
    "__ifloordiv__": ("//=", "floor_divide_"), "__imod__": ("%=", "remainder_"), "__ilshift__": ("<<=", "bitwise_left_shift_"),
    "__irshift__": (">>=", "bitwise_right_shift_"), "__iand__": ("&=", "bitwise_and_"), "__ior__": ("|=", "bitwise_or_"),
    "__ixor__": ("^=", "bitwise_xor_")}
