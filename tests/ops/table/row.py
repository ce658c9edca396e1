"""One row of the table of cases, and the shapes, dtypes and words that many rows share."""

from dataclasses import dataclass, field, replace

from tests.ops.both import LAYOUTS, Input

DTYPES = ("bool", "uint8", "int64", "float32", "float64")
MORE = (*DTYPES, "int8", "int32", "float16")
NUMBERS = DTYPES[1:]
REAL = ("float32", "float64")
KINDS = {"any": "apart", "positive": "apart positive", "unit": "apart unit",
    "finite": "apart", "apart positive": "apart positive", "apart unit": "apart unit"}  # of numbers, and the same away from kinks


@dataclass(frozen=True)
class Row:
    """One expression. `alike`: all inputs have one dtype. `rounded`: libraries may differ in the last digits."""

    text: str
    shapes: tuple
    dtypes: tuple = DTYPES
    alike: bool = False
    values: str = "any"
    rounded: bool = False
    layouts: tuple = LAYOUTS
    derivatives: int = 2  # up to which derivative torch's answers are followed
    smooth: bool = True  # whether those are slopes; else the expression looks for kinks, where torch has its own idea
    named: bool = True  # whether the node has torch's name
    lies: bool = True  # whether results lie in memory as torch's do
    words: dict = field(default_factory=dict, hash=False)

    def example(self, pick):
        """Return one expression and its inputs; `pick` chooses from a sequence."""
        shapes = pick(self.shapes)
        dtypes = [pick(self.dtypes)] * len(shapes) if self.alike else [pick(self.dtypes) for _ in shapes]
        values = pick((self.values, "special")) if self.values == "any" else self.values
        inputs = [Input(shape, dtype, pick(self.layouts), values, pick(range(1000))) for shape, dtype in zip(shapes, dtypes)]
        return self.text.format_map({word: pick(texts) for word, texts in self.words.items()}), inputs

    def complex_example(self, pick, smooth=False):
        """Return an example of which at least one input is complex, the others float64."""
        text, inputs = self.smooth_example(pick) if smooth else self.example(pick)
        kinds = [pick(("complex128", "complex128", "float64")) for _ in inputs]
        if inputs and "complex128" not in kinds:
            kinds[pick(range(len(kinds)))] = "complex128"
        return text, [replace(put, dtype=kind, values="any" if put.values == "special" else put.values)
                      for put, kind in zip(inputs, kinds)]

    def smooth_example(self, pick):
        """Return an example in float64, on numbers at which derivatives exist."""
        inputs = [Input(shape, "float64", pick(self.layouts), KINDS[self.values], 4 * pick(range(1000)) + place)
                  for place, shape in enumerate(pick(self.shapes))]
        return self.text.format_map({word: pick(texts) for word, texts in self.words.items()}), inputs


def shapes(text):
    """Return the shapes that a text names: `2x3 3 | 4 .` are those of two pairs of inputs; `.` is a single number."""
    return tuple(tuple(() if shape == "." else tuple(map(int, shape.split("x"))) for shape in inputs.split())
                 for inputs in text.split("|"))


ANY = shapes(". | 0 | 1 | 3 | 2x3 | 1x3 | 3x1 | 0x3 | 2x1x3")
TWO = shapes(". . | 3 . | . 2x3 | 2x3 2x3 | 2x3 3 | 2x1 1x3 | 2x3 2x1 | 0x3 1x3 | 0 . | 2x1x3 4x1 | 2x3 2 | 2 3")
THREE = shapes("2x3 2x3 2x3 | 2x1 3 . | . . . | 2x3 1x3 2x1 | 0x3 3 1")
NOTHING = ((),)  # no inputs
NUMBER = ("2", "-3", "2.5", "True", "0", "-0.5")
DIM = ("0", "1", "-1", "2", "-3")
DIMS = (*DIM, "(0, 1)", "(1, -2)", "(0, 0)", "None")
KEEP = ("True", "False")
AXES = shapes("2x3 | 1x3 | 2x1x3 | 3 | . | 0x3 | 2x3x4")


def each(text, names, *args, **options):
    """Return one row for each of `names`, which stands for NAME in the text."""
    return [Row(text.replace("NAME", name), *args, **options) for name in names.split()]
