"""The derivative of each step in one line, in symbols and with the numbers in it.

The engine's own formula is what runs; these lines only tell it. A test computes every one of them and compares the result
with what the engine handed on.
"""

from math import prod

from .numbers import short, superscript
from .words import bracketed, plain_number

# One template an input: {g} arrives, {a} and {b} are the inputs, {y} is the output.
ELEMENTWISE = {
    "Add": ("{g}", "{g}"), "Sub": ("{g}", "−{g}"), "Rsub": ("−{g}",), "Neg": ("−{g}",),
    "Mul": ("{g} × {b}", "{g} × {a}"), "Div": ("{g} ÷ {b}", "−{g} × {a} ÷ {b}²"), "Reciprocal": ("−{g} × {y}²",),
    "Exp": ("{g} × {y}",), "Log": ("{g} ÷ {a}",), "Sqrt": ("{g} ÷ (2 × {y})",),
    "Sin": ("{g} × cos {a}",), "Cos": ("−{g} × sin {a}",), "Tanh": ("{g} × (1 − {y}²)",),
    "Sigmoid": ("{g} × {y} × (1 − {y})",), "PowTensor": ("{g} × {b} × {a}^({b} − 1)", "{g} × {y} × log {a}"),
    "PowScalar": (None, "{g} × {y} × log {a}"), "Clone": ("{g}",), "Cast": ("{g}",), "Alias": ("{g}",)}
WHOLE = {  # steps on whole arrays: in words only
    "Mm": ("grad @ {b} transposed", "{a} transposed @ grad"), "Sum": ("grad, to every element",),
    "SumAxes": ("grad, to every element of its sum",), "Transpose": ("grad, transposed",), "T": ("grad, transposed",),
    "View": ("grad, in the input's shape",), "Reshape": ("grad, in the input's shape",),
    "UnsafeView": ("grad, in the input's shape",), "Permute": ("grad, its axes put back",),
    "Addmm": ("grad, summed over the rows", "grad @ the weight", "the input transposed @ grad")}
OPEN = "as the engine's own lines say"


def rule(part, position, words):
    """Return the rule by which `part` hands a gradient to its input number `position`, in symbols: `grad × 3`."""
    left, right = _operands(part)
    fill = {"g": "grad", "a": words.symbol(left), "b": words.symbol(right, "its other input"), "y": part.name or "its output"}
    if _conjugates(part):
        fill |= {place: f"conj({said})" for place, said in fill.items() if place != "g"}
    template = IN_WORDS.get(part.operation) or _template(part, position) or _at(WHOLE.get(part.operation), position) or OPEN
    told = template.format(**fill)
    given = part.inputs[position]
    if is_elementwise(part) and part.shape != given.shape:
        told += ", summed where it was broadcast"
    return told


def with_numbers(part, position, arrived, operands, output):
    """Return the same rule with the numbers of one element in it: `1 × 3`; None where no line of numbers says it.

    `arrived`, `output` and the two `operands` are Python numbers.
    """
    template = _template(part, position)
    if template is None or any(isinstance(number, complex) for number in (arrived, output, *operands)):
        return None
    left, right = (None if number is None else bracketed(number) for number in operands)
    if part.operation in IN_WORDS:
        left = str((operands[0] > 0) - (part.operation == "Abs" and operands[0] < 0)).replace("-1", "(−1)")
    first = short(arrived) if template.startswith("{g}") else bracketed(arrived)
    return template.format(g=first, a=left, b=right, y=bracketed(output))


def _conjugates(part):
    """Whether the engine runs the formula between two conjugations, which is the formula with its numbers conjugated."""
    return part.node.holomorphic and part.node.meta[0][1].kind == "c"


def is_elementwise(part):
    """Return whether each element of the output comes from one element of each input."""
    return part.operation in ELEMENTWISE or part.operation in IN_WORDS or part.operation == "Pow"


IN_WORDS = {"Relu": "grad where {a} > 0, else 0", "Abs": "grad × the sign of {a}"}


def _template(part, position):
    kind = part.operation
    if kind == "Pow":
        return _power(plain_number(part.inputs[1]))
    if kind in IN_WORDS:
        return "{g} × {a}"
    if kind in ("Mean", "MeanAxes"):
        return "{g} ÷ " + str(prod(part.inputs[0].shape) // max(1, prod(part.shape)))
    alpha = part.node.record.options.get("alpha", 1) if kind in ("Add", "Sub") and part.node.record is not None else 1
    if alpha != 1 and position == 1:
        return ("−" if kind == "Sub" else "") + "{g} × " + bracketed(alpha)
    return _at(ELEMENTWISE.get(kind), position)


def _power(exponent):
    if exponent is None:
        return None
    if exponent in (1, 2):
        return "{g}" if exponent == 1 else "{g} × 2 × {a}"
    return "{g} × " + bracketed(exponent) + " × {a}" + superscript(exponent - 1)


def _operands(part):
    inputs = [given for given in part.inputs if given is not None]
    return (inputs + [None, None])[:2]


def _at(templates, position):
    return templates[position] if templates and position < len(templates) else None
