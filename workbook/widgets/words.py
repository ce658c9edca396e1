"""What a step is called: in mathematics, with the names of the student's own variables."""

from .numbers import by, short, superscript
from .trace import Part

ADDITIVE, PRODUCT, POWER, ATOM = 1, 2, 3, 4  # how strongly a formula binds
BETWEEN = {  # the engine's class: its sign and how strongly it binds
    "Add": ("+", ADDITIVE), "Sub": ("−", ADDITIVE), "Mul": ("×", PRODUCT), "Div": ("÷", PRODUCT),
    "Mm": ("@", PRODUCT), "Bmm": ("@", PRODUCT), "Mv": ("@", PRODUCT), "Dot": ("@", PRODUCT), "Matmul": ("@", PRODUCT),
    "PowTensor": ("^", POWER)}
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
EITHER_WAY = ("+", "×")
ROOM = 60      # a longer formula is not read, it is scanned
SHORT = 10     # as much formula as a box or a sentence takes


class Words:
    """The names and formulas of the parts of one Trace."""

    def __init__(self, trace):
        self._formulas = {}  # Part: (text, binding), or None where the text would be too long
        self._unnamed = [part for part in [*trace.leaves, *trace.constants] if part.name is None and plain_number(part) is None]
        for part in trace.parts:
            self._formulas[part] = self._compose(part)

    def formula(self, part):
        """Return the formula that computes `part`, such as `3x² + 2y²`; '' where it would be too long to read."""
        found = self._formulas[part] if part.name is None or part.kind != "op" else self._compose(part)
        return "" if found is None else found[0]

    def title(self, part):
        """Return what stands in the box of `part`: `x`, `× 3`, `x²`, `mean`, `z = +`."""
        if part.kind != "op":
            return self._formulas[part][0]
        what = self._operation(part)
        return f"{part.name} = {what}" if part.name else what

    def called(self, part):
        """Return what a sentence calls `part`: its name, else what it does."""
        if not isinstance(part, Part):
            return short(part)
        if part.kind != "op":
            return self._formulas[part][0]
        return part.name or ("the result" if not part.users else self._operation(part))

    def symbol(self, given, otherwise="its input"):
        """Return how a rule speaks of an input: a number, a name, a short formula."""
        if given is None:
            return otherwise
        if not isinstance(given, Part):
            return bracketed(given)
        if (plain := plain_number(given)) is not None:
            return bracketed(plain)
        found = self._formulas[given]
        if found is None or len(found[0]) > SHORT:
            return otherwise
        return found[0] if found[1] == ATOM else f"({found[0]})"

    def _operation(self, part):
        sign, _ = BETWEEN.get(part.operation, ("", 0))
        if sign and len(part.inputs) > 1:
            left, right = map(plain_number, part.inputs[:2])
            if right is not None:
                return f"{sign} {bracketed(right)}"
            if left is not None:
                return f"{sign} {bracketed(left)}" if sign in EITHER_WAY else f"{bracketed(left)} {sign}"
            return sign
        if part.operation == "Pow" and plain_number(part.inputs[1]) is not None:
            return self.symbol(part.inputs[0], "( )") + superscript(plain_number(part.inputs[1]))
        if part.operation == "PowScalar" and plain_number(part.inputs[0]) is not None:
            return f"{bracketed(plain_number(part.inputs[0]))} to the power"
        if part.operation == "Neg":
            return "−" + self.symbol(part.inputs[0], "( )")
        if part.operation == "Rsub":
            return f"{bracketed(part.inputs[1])} −"
        if part.operation == "Reciprocal":
            return "1 ÷"
        return self.action(part)

    def action(self, part):
        """Return the name of what a step does, without its inputs: `mean`."""
        return NAMES.get(part.operation) or part.node.called()

    def with_operands(self, part, numbers):
        """Return a step with numbers for its inputs: `9 × 3`, `sin(2)`.

        None stands for an input that is not one number.
        """
        texts = ["…" if number is None else short(number) for number in numbers]
        behind = [text if number is None else bracketed(number) for number, text in zip(numbers, texts)]
        sign, _ = BETWEEN.get(part.operation, ("", 0))
        if part.operation in ("Pow", "PowTensor", "PowScalar") and numbers[1] is not None:
            return behind[0] + superscript(numbers[1])
        if sign and len(texts) > 1:
            return f"{behind[0] if isinstance(numbers[0], complex) else texts[0]} {sign} {behind[1]}"
        if part.operation == "Neg":
            return "−" + behind[0]
        if part.operation == "Rsub":
            return f"{texts[1]} − {behind[0]}"
        if part.operation == "Reciprocal":
            return f"1 ÷ {behind[0]}"
        return f"{self.action(part)}({', '.join(texts)})"

    def _compose(self, part):
        if part.kind != "op":
            plain = plain_number(part)
            return part.name or (short(plain) if plain is not None else self._numbered(part)), ATOM
        if part.name and part not in self._formulas:
            self._formulas[part] = part.name, ATOM
            return self._formulas[part]
        inputs = [self._input(given, pick) for given, pick in zip(part.inputs, part.picks)]
        if None in inputs:
            return None
        text, binding = self._join(part, [given for given in inputs if given != ("", ATOM)])
        return (text, binding) if len(text) <= ROOM else None

    def _numbered(self, part):
        """What a leaf or a constant without a name is called: `leaf`, or `leaf₂` where there are several."""
        alike = [each for each in self._unnamed if each.kind == part.kind]
        number = str(alike.index(part) + 1).translate(LOWERED) if len(alike) > 1 else ""
        return {"leaf": "leaf", "constant": "data"}[part.kind] + number

    def _input(self, given, pick):
        if given is None:
            return "", ATOM
        if pick:
            return given.names.get(pick) or f"{self.called(given)}[{pick}]", ATOM
        return self._formulas[given] if isinstance(given, Part) else (short(given), ATOM)

    def _join(self, part, inputs):
        sign, binding = BETWEEN.get(part.operation, ("", 0))
        if sign and len(inputs) == 2:
            (left, strong_left), (right, strong_right) = inputs
            if sign == "×" and plain_number(part.inputs[1]) is not None:  # a number stands in front: 3x, not x3
                (left, strong_left), (right, strong_right) = inputs[::-1]
            if sign == "×" and right.startswith("1 ÷ ") and isinstance(part.inputs[1], (int, float)):
                return left + right[1:], PRODUCT  # the engine divides a number by multiplying with 1 ÷ x, as PyTorch does
            number = plain_number(part.inputs[0]) is not None or plain_number(part.inputs[1]) is not None
            left = left if strong_left >= binding else f"({left})"
            loose = strong_right < binding or (strong_right == binding and sign not in EITHER_WAY) or right.startswith("−")
            right = f"({right})" if loose else right
            if sign == "×" and number and not right[0].isdigit() and (strong_right >= POWER or loose) and left[-1].isdigit() \
                    and not right.startswith(("leaf", "data")):  # 3x, but 3 × leaf: that is no name of the student's
                return f"{left}{right}", PRODUCT
            return f"{left} {sign} {right}", binding
        if part.operation == "Pow" and plain_number(part.inputs[1]) is not None:
            base, strong = inputs[0]
            return (base if strong == ATOM else f"({base})") + superscript(plain_number(part.inputs[1])), POWER
        if part.operation == "Rsub":
            (text, strong), (number, _) = inputs
            return f"{number} − {text if strong > ADDITIVE else f'({text})'}", ADDITIVE
        if part.operation == "Reciprocal":
            text, strong = inputs[0]
            return f"1 ÷ {text if strong > PRODUCT else f'({text})'}", PRODUCT
        if part.operation == "PowScalar":
            return f"{inputs[0][0]} ^ {inputs[1][0] if inputs[1][1] == ATOM else f'({inputs[1][0]})'}", POWER
        if part.operation == "Neg":
            text, strong = inputs[0]
            return f"−{text}" if strong >= POWER else f"−({text})", PRODUCT
        return f"{self.action(part)}({', '.join(text for text, _ in inputs)})", ATOM


NAMES = {  # where the name of the engine's class is not what a reader calls it
    "T": "transpose", "View": "reshape", "UnsafeView": "reshape", "Addmm": "linear", "Cast": "to dtype", "SumTo": "sum",
    "SumAxes": "sum", "MeanAxes": "mean", "CopySlices": "write into a part",
    "SqueezeAll": "squeeze"}


def plain_number(given):
    """Return the number that an input is, if it is one without a name: a Python number, or a 0-d constant; else None."""
    if isinstance(given, Part):
        if given.kind != "constant" or given.name or given.value is None or given.value.ndim:
            return None
        return given.value.item()
    return given


def bracketed(number):
    """Return a number as it stands behind a sign.

    >>> bracketed(3.0), bracketed(-2)
    ('3', '(−2)')
    """
    text = short(number)
    return f"({text})" if text.startswith("−") or isinstance(number, complex) else text


def sizes(part):
    """Return the shape of a part as it stands in its box: '' for a single number."""
    return by(part.shape) if part.shape else ""
