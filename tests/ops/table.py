"""The table of cases: expressions of `a`, `b`, ..., and what shapes, dtypes and numbers these take.

Words in braces are filled in from the lists given by name. Many combinations are errors; they must be torch's errors.
"""


from dataclasses import dataclass, field

from tests.ops.both import LAYOUTS, Input

DTYPES = ("bool", "uint8", "int64", "float32", "float64")
MORE = (*DTYPES, "int8", "int32", "float16")
NUMBERS = DTYPES[1:]
REAL = ("float32", "float64")
KINDS = {"any": "apart", "positive": "apart positive", "unit": "apart unit", "finite": "apart"}  # of numbers, and the same away from kinks


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
    named: bool = True  # whether the node has torch's name
    words: dict = field(default_factory=dict, hash=False)

    def example(self, pick):
        """Return one expression and its inputs; `pick` chooses from a sequence."""
        shapes = pick(self.shapes)
        dtypes = [pick(self.dtypes)] * len(shapes) if self.alike else [pick(self.dtypes) for _ in shapes]
        values = pick((self.values, "special")) if self.values == "any" else self.values
        inputs = [Input(shape, dtype, pick(self.layouts), values, pick(range(1000))) for shape, dtype in zip(shapes, dtypes)]
        return self.text.format_map({word: pick(texts) for word, texts in self.words.items()}), inputs

    def smooth_example(self, pick):
        """Return an example in float64, on numbers at which derivatives exist."""
        inputs = [Input(shape, "float64", pick(self.layouts), KINDS[self.values], 4 * pick(range(1000)) + place)
                  for place, shape in enumerate(pick(self.shapes))]
        return self.text.format_map({word: pick(texts) for word, texts in self.words.items()}), inputs


ANY = tuple((shape,) for shape in [(), (0,), (1,), (3,), (2, 3), (1, 3), (3, 1), (0, 3), (2, 1, 3)])
TWO = (((), ()), ((3,), ()), ((), (2, 3)), ((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((2, 3), (2, 1)), ((0, 3), (1, 3)),
       ((0,), ()), ((2, 1, 3), (4, 1)), ((2, 3), (2,)), ((2,), (3,)))
THREE = (((2, 3), (2, 3), (2, 3)), ((2, 1), (3,), ()), ((), (), ()), ((2, 3), (1, 3), (2, 1)), ((0, 3), (3,), (1,)))
NOTHING = ((),)  # no inputs
NUMBER = ("2", "-3", "2.5", "True", "0", "-0.5")


def each(text, names, *args, **options):
    """Return one row for each of `names`, which stands for NAME in the text."""
    return [Row(text.replace("NAME", name), *args, **options) for name in names.split()]


ELEMENTWISE = [
    *each("torch.NAME(a, b)", "add sub mul div maximum minimum", TWO, MORE),
    *each("torch.NAME(a, b)", "subtract multiply divide true_divide", TWO), Row("torch.rsub(a, b)", TWO, named=False),
    *each("torch.NAME(a, b)", "floor_divide remainder", TWO, MORE, values="positive"),
    *each("a.NAME(b)", "add sub mul div floor_divide remainder maximum minimum", TWO),
    *each("a.NAME_(b)", "add sub mul div subtract multiply divide true_divide", TWO),
    Row("a.floor_divide_(b)", TWO, NUMBERS, derivatives=0), Row("a.remainder_(b)", TWO, NUMBERS),
    *each("a NAME b", "+ - * / // % & | ^ == != < <= > >=", TWO),
    *each("a NAME {n}", "+ - * / // % == != < <= > >=", ANY, words={"n": NUMBER}),
    *each("a NAME {n}", "& | ^", ANY, DTYPES[:3], words={"n": ("3", "True")}),
    *each("a NAME {n}", "== != < + ", ANY, words={"n": ("None", "'a'", "[1]", "object")}),
    *each("{n} NAME a", "+ - * / < >=", ANY, words={"n": NUMBER}),
    *each("a.__NAME__(b)", "iadd isub imul itruediv", TWO),
    Row("a.__ifloordiv__(b)", TWO, NUMBERS, derivatives=0), Row("a.__imod__(b)", TWO, NUMBERS),
    *each("a.__NAME__({n})", "iadd isub imul itruediv", ANY, words={"n": NUMBER}),
    *each("a.NAME_({n})", "eq ne lt le gt ge", ANY, words={"n": NUMBER}, derivatives=0),
    *each("a.NAME_(b)", "eq ne lt le gt ge logical_and logical_or", TWO, derivatives=0),
    *each("a.NAME_(b)", "bitwise_and bitwise_or bitwise_xor", TWO, DTYPES[:3], derivatives=0),
    *each("a.NAME_(b)", "greater greater_equal less less_equal not_equal", TWO, derivatives=0),
    *each("torch.NAME(a, b)", "eq ne lt le gt ge logical_and logical_or", TWO, MORE),
    *each("torch.NAME(a, b)", "bitwise_and bitwise_or bitwise_xor", TWO),
    *each("torch.NAME(a, b)", "greater greater_equal less less_equal not_equal", TWO),
    *each("a.NAME(b)", "eq ne lt le gt ge greater greater_equal less less_equal not_equal logical_and logical_or bitwise_and "
          "bitwise_or bitwise_xor subtract multiply divide true_divide", TWO),
    Row("torch.add(a, b, alpha={n})", TWO, words={"n": ("2", "-1", "0.5")}),
    Row("a.sub(b, alpha={n})", TWO, words={"n": ("2", "-1", "0.5")}),
    Row("a.add_(b, alpha=3)", TWO),
    Row("torch.div(a, b, rounding_mode={mode})", TWO, words={"mode": ("'floor'", "'trunc'", "None", "'up'")}, named=False),
    Row("a.div({n}, rounding_mode={mode})", ANY, words={"mode": ("'floor'", "'trunc'"), "n": ("2", "-3", "0.5")}),
    Row("torch.rsub(a, {n})", ANY, words={"n": NUMBER}),
    Row("a.remainder({n})", ANY, words={"n": ("3", "-2", "0.5")}),
    *each("torch.NAME(a)", "neg abs sign floor ceil round relu square logical_not", ANY, MORE),
    *each("a.NAME()", "neg abs sign floor ceil round relu square logical_not negative absolute", ANY),
    *each("a.NAME_()", "neg abs sign floor ceil round relu square negative absolute", ANY), Row("a.logical_not_()", ANY, derivatives=0),
    *each("torch.NAME(a)", "negative absolute positive bitwise_not isnan isinf isfinite", ANY),
    *each("a.NAME()", "bitwise_not isnan isinf isfinite positive", ANY),
    *each("NAMEa", "- ~", ANY),
    Row("a.bitwise_not_()", ANY), Row("abs(a)", ANY), Row("+a", ANY),
    Row("torch.round(a, decimals={n})", ANY, REAL, words={"n": ("1", "0", "-1")}, named=False),
    Row("torch.reciprocal(a)", ANY, MORE), Row("a.reciprocal()", ANY), Row("a.reciprocal_()", ANY),
    *each("torch.NAME(a)", "exp log sqrt sin cos tanh sigmoid erf", ANY, MORE, rounded=True),
    *each("torch.NAME(a)", "log sqrt", ANY, values="positive", rounded=True),
    *each("a.NAME()", "exp log sqrt sin cos tanh sigmoid erf", ANY, values="positive", rounded=True),
    *each("a.NAME_()", "exp log sqrt sin cos tanh sigmoid erf", ANY, values="positive", rounded=True),
    Row("torch.pow(a, b)", TWO, values="positive", rounded=True),
    Row("torch.pow(a, b)", TWO, rounded=True, derivatives=1),
    Row("torch.pow(a, {n})", ANY, rounded=True, words={"n": ("2", "3", "0", "1", "-1", "0.5", "-2", "1.5")}),
    Row("torch.pow({n}, a)", ANY, rounded=True, words={"n": ("2", "0", "0.5", "1")}, derivatives=1),
    Row("a ** b", TWO, values="positive", rounded=True),
    Row("a ** {n}", ANY, rounded=True, words={"n": ("2", "3", "0", "1", "0.5", "-1", "4")}),
    Row("{n} ** a", ANY, rounded=True, words={"n": ("2", "2.5", "1")}),
    Row("a.pow({n})", ANY, rounded=True, words={"n": ("2", "3", "2.5")}),
    Row("a.pow_({n})", ANY, rounded=True, words={"n": ("2", "3", "2.5")}),
    Row("a.pow_(b)", TWO, NUMBERS, values="positive", rounded=True), Row("a.__ipow__(2)", ANY),
    Row("torch.clamp(a, {low}, {high})", ANY, words={"low": ("None", "0", "-1", "0.25"), "high": ("None", "1", "2.5", "-2")}),
    Row("a.clamp(min={n})", ANY, words={"n": ("0", "0.5")}), Row("torch.clip(a, -1, 1)", ANY), Row("torch.clamp(a, b, c)", (THREE[0], THREE[2]), NUMBERS), Row("a.clamp(min=b)", TWO), Row("a.clip(max=0.25)", ANY),
    Row("a.clamp_({n}, 2)", ANY, words={"n": ("0", "0.5")}), Row("a.clip_(0, 1)", ANY),
    Row("torch.where(a > 0, b, c)", THREE), Row("torch.where(a > 0, b, {n})", TWO, words={"n": NUMBER}),
    Row("torch.where(a > 0, {n}, b)", TWO, words={"n": NUMBER}), Row("torch.where(a > 0, {n}, 1)", ANY, words={"n": NUMBER}),
    Row("torch.where(a, b, b)", TWO),
    Row("F.leaky_relu(a, {n})", ANY, REAL, words={"n": ("0.01", "0.5", "0")}), Row("F.leaky_relu(a, 0.25, True)", ANY, REAL, named=False),
    *each("F.NAME(a)", "sigmoid tanh silu gelu", ANY, REAL, rounded=True, values="finite"),
    *each("F.NAME(a)", "relu relu_", ANY, REAL), Row("F.relu(a, inplace=True)", ANY, REAL),
    Row("F.gelu(a, approximate='tanh')", ANY, REAL, rounded=True),
]

DIM = ("0", "1", "-1", "2", "-3")
DIMS = (*DIM, "(0, 1)", "(1, -2)", "(0, 0)", "None")
KEEP = ("True", "False")
REDUCTIONS = [
    *each("torch.NAME(a)", "sum mean all any max min argmax argmin", ANY),
    *each("a.NAME()", "sum mean all any max min argmax argmin", ANY),
    *each("torch.NAME(a)", "var std", ANY, values="finite", rounded=True, derivatives=0),
    *each("a.NAME()", "var std", ANY, REAL, values="finite", rounded=True, derivatives=0),
    *each("a.NAME({dim}, keepdim={keep})", "sum mean", ANY, words={"dim": DIMS, "keep": KEEP}, named=False),
    *each("a.NAME({dim}, keepdim={keep})", "all any", ANY, words={"dim": DIM, "keep": KEEP}),
    *each("a.NAME({dim}, keepdim={keep})", "argmax argmin", ANY, words={"dim": (*DIM, "None"), "keep": KEEP}),
    *each("a.NAME({dim}, keepdim={keep})", "max min", ANY, words={"dim": DIM, "keep": KEEP}),
    *each("a.NAME({dim}, keepdim={keep})", "var std", (((2, 3),), ((2, 4, 3),)), REAL, values="finite", rounded=True,
          words={"dim": DIMS, "keep": KEEP}),
    *each("a.NAME({dim}, correction={n})", "var std", (((2, 3),), ((2, 4, 3),)), REAL, values="finite", rounded=True,
          words={"dim": DIM, "n": ("0", "1")}),
    *each("a.NAME({dim}, {n}, keepdim={keep})", "var std", ANY, REAL, values="finite", rounded=True, derivatives=0,
          words={"dim": DIMS, "n": ("True", "False"), "keep": KEEP}),
    *each("a.NAME({dim}, correction={n})", "var std", ANY, REAL, values="finite", rounded=True, words={"dim": DIMS, "n": ("0", "1", "2")}, derivatives=0),
    *each("a.NAME({n})", "var std", ANY, REAL, values="finite", rounded=True, words={"n": ("True", "False")}, derivatives=0),
    Row("torch.sum(a, dtype=torch.{kind})", ANY, words={"kind": ("float32", "int64", "float64", "int32")}, derivatives=0),
    Row("torch.sum(a, {dim}, dtype=torch.float64)", ANY, words={"dim": DIM}),
    Row("torch.mean(a, {dim}, dtype=torch.{kind})", ANY, words={"dim": DIM, "kind": ("float32", "float64")}),
    *each("torch.NAME(a, b)", "max min", TWO),
    *each("torch.NAME(a, {dim}).values", "max min", ANY, words={"dim": DIM}),
    Row("torch.sort(a, dim={dim}, descending={keep}, stable=True)", ANY, words={"dim": DIM, "keep": KEEP}, named=False),
    Row("a.sort(stable=True).values", ANY, named=False), Row("a.sort({dim}).values", ANY, words={"dim": DIM}, named=False),
    Row("torch.argsort(a, dim={dim}, descending={keep}, stable=True)", ANY, words={"dim": DIM, "keep": KEEP}),
    Row("a.argsort(stable=True)", ANY),
    Row("torch.topk(a, {n}, {dim}).values", ANY, NUMBERS, words={"n": ("0", "1", "2", "5"), "dim": DIM}, named=False),
    Row("a.topk({n}, largest=False).values", ANY, NUMBERS, words={"n": ("1", "2")}, named=False),
    *each("torch.NAME(a, {dim})", "softmax log_softmax", ANY, REAL, rounded=True, words={"dim": DIM}),
    *each("torch.NAME(a, {dim})", "softmax log_softmax", (((2, 3),),), rounded=True, words={"dim": DIM}),
    *each("a.NAME({dim})", "softmax log_softmax", ANY, REAL, rounded=True, words={"dim": DIM}),
    *each("F.NAME(a, dim={dim})", "softmax log_softmax", ANY, REAL, rounded=True, words={"dim": (*DIM, "None")}),
    *each("F.NAME(a, 0, dtype=torch.float64)", "softmax log_softmax", ANY, rounded=True),
]

AXES = (((2, 3),), ((1, 3),), ((2, 1, 3),), ((3,),), ((),), ((0, 3),), ((2, 3, 4),))
SHAPES = [
    *each("a.NAME({shape})", "view reshape", AXES, words={"shape": (
        "-1", "6", "3, 2", "(2, -1)", "[3, -1]", "2, 3, 1", "-1, -1", "0, -1", "1", "()", "4, -1", "torch.Size([6])", "2, 3, 4", "24")}),
    Row("torch.reshape(a, {shape})", AXES, words={"shape": ("(-1,)", "(3, 2)", "(2, -1)", "()")}),
    Row("a.view(a.dtype)", AXES), Row("a.view(torch.{kind})", AXES, words={"kind": ("int32", "uint8", "float64", "int64")}, derivatives=0),
    *each("NAME", "a.view_as(b) a.expand_as(b) a.reshape(b.shape)", (((2, 3), (3, 2)), ((6,), (2, 3)), ((), (1,)), ((3,), (2, 3)),
                                                                              ((2, 1), (2, 3)), ((2, 3), (4,)))),
    *each("NAME", "torch.flatten(a) a.flatten()", AXES),
    Row("a.flatten({dim})", AXES, words={"dim": DIM}),
    Row("torch.flatten(a, {dim}, {to})", AXES, words={"dim": DIM, "to": DIM}),
    *each("NAME(a, {order})", "torch.permute", AXES, words={"order": ("(1, 0)", "(0, 1)", "(-1, 0, 1)", "(0, 2, 1)", "()", "(0, 0)", "(0,)", "(3, 0)")}),
    Row("a.permute({order})", AXES, words={"order": ("1, 0", "2, 0, 1", "0, -1, 1", "(1, 0)", "0")}),
    *each("torch.NAME(a, {dim}, {to})", "transpose swapaxes swapdims", AXES, words={"dim": DIM, "to": DIM}),
    *each("a.NAME({dim}, {to})", "transpose swapaxes swapdims", AXES, words={"dim": DIM, "to": DIM}),
    *each("NAME", "torch.t(a) a.t() a.T a.mT", AXES),
    *each("NAME", "torch.squeeze(a) a.squeeze()", ANY),
    *each("NAME", "torch.squeeze(a,{dim}) a.squeeze({dim}) torch.unsqueeze(a,{dim}) a.unsqueeze({dim})", ANY,
          words={"dim": (*DIM, "(0, 1)")}),
    Row("a.expand({shape})", ANY, words={"shape": ("2, 3", "(2, 3)", "-1, 3", "2, -1, 3", "3", "4, 2, 3", "-1", "0, 3", "()", "-1, -1, -1")}),
    *each("NAME", "torch.clone(a) a.clone() a.contiguous() a.detach() torch.numel(a) a.numel()", ANY),
    *each("NAME", "a.stride() a.is_contiguous() a.size() a.dim() a.ndim a.element_size() a.nelement() a.tolist()", ANY, layouts=("plain", "transposed")),
    Row("a.size({dim})", ANY, words={"dim": DIM}), Row("a.shape", ANY), Row("len(a)", ANY),
    *each("NAME", "a.item() bool(a) float(a) int(a) complex(a)", ANY),
    Row("a.repeat({n})", ANY, words={"n": ("2", "2, 3", "1, 2, 2", "(2, 1, 1)", "0", "()", "0, 2, 1")}),
    *each("torch.NAME([a, b], {dim})", "cat stack concat concatenate", (*TWO, ((2, 3), (4, 3)), ((2, 3), (0,)), ((0,), (2, 3)), ((2, 2), (2, 3))),
          words={"dim": DIM}),
    Row("torch.cat([a, b, a], dim={dim})", (((2, 3), (2, 3)), ((1, 2), (3, 2)), ((2,), (0,))), words={"dim": DIM}),
    Row("torch.stack((a, b, a), dim={dim})", (((2, 3), (2, 3)), ((), ())), words={"dim": DIM}),
    Row("torch.cat([])", NOTHING), Row("torch.stack([])", NOTHING), Row("torch.cat([a, {n}])", ANY, words={"n": ("1", "None", "[1.0]")}),
    *each("NAME", "torch.split(a,{n},{dim}) a.split({n},{dim})", AXES, words={"n": ("1", "2", "5", "[1, 1]", "[1, 2]", "[2, 1]", "0"), "dim": DIM}),
    *each("NAME", "torch.chunk(a,{n},{dim}) a.chunk({n},{dim})", AXES, words={"n": ("1", "2", "5", "0"), "dim": DIM}),
    *each("NAME", "torch.unbind(a) a.unbind({dim}) torch.unbind(a,{dim}) list(a)", AXES, words={"dim": DIM}),
    *each("NAME", "torch.select(a,{dim},{n}) a.select({dim},{n})", AXES, words={"n": ("0", "-1", "2", "5"), "dim": DIM}),
    *each("NAME", "torch.narrow(a,{dim},{n},{k}) a.narrow({dim},{n},{k})", AXES, words={"n": ("0", "1", "-1", "5"), "k": ("0", "1", "2", "-1"), "dim": DIM}),
]

INDEX = ("0", "-1", "1:", ":-1", "::2", "1:1", "5:", "-2:5", "None", "...", "0, 1", "0, -1", "..., 0", ":, 1", ":, 1:3", "None, :, 0", "0, ..., 1",
         "1, None", ":, None, ::2", "5", "-4", "0, 0, 0", "0, 0, 0, 0", "[0, 1]", "[1, 1, 0]", "[]", ":, [0, 2]", "[0, 1], [1, 2]", "[[0], [1]], [0, 2]",
         "[1], :, [0]", "torch.tensor([0, -1])", "torch.tensor(1)", "torch.tensor([0, 3])", "a > 0", "a[0] > 0", "torch.tensor([True, False])",
         "..., torch.tensor([True, False, True])", "torch.tensor(True)", "True", "::-1", "torch.tensor([0.5])", "torch.tensor([], dtype=torch.int64)",
         "np.array([0, 1])", "slice(0, 2)", "torch.tensor(0), 1:", ":, torch.tensor([0, 1]), 0", "0, :, [0, 1]", "[0, 1], 1", "range(2)",
         "torch.tensor([[0, 1], [1, 0]])", "None, None", "..., None")
SIDES = ((((2, 3),), ((3,),), ((),), ((2, 3, 4),), ((1, 3),), ((0, 3),)))
WRITTEN = (((2, 3),), ((3,),), ((),), ((2, 3, 4),))
PLACES = tuple(index for index in INDEX if index not in ("torch.tensor([0, 3])", "True", "[1, 1, 0]"))  # torch looks at the value first; a place written twice has no one slope
INDEXING = [
    Row("a[{index}]", SIDES, words={"index": INDEX}), Row("a[{index}]", SIDES[:2], words={"index": ("1.5", "'x'", "object()", "0, 1.5")}),
    Row("(a.__setitem__(np.s_[{index}], {value}), a)[1]", SIDES[:2], words={"index": ("1.5", "'x'", "object()"), "value": ("1", "torch.tensor(1.)")}),
    Row("(a.__setitem__(np.s_[{index}], {value}), a)[1]", WRITTEN, layouts=LAYOUTS[:3], words={"index": PLACES, "value": (
        "7", "0.5", "True", "torch.tensor(3)", "torch.tensor([1.5])", "torch.ones(3)", "torch.ones(5)", "a.sum()", "a * 2", "[1., 2., 3.]")}, named=False),
    Row("(a.__setitem__(np.s_[{index}], b), a)[1]", tuple((side, part) for (side,) in WRITTEN for part in ((), (1,), (3,), (2, 3), (1, 3), (4,))),
        alike=True, layouts=LAYOUTS[:3], words={"index": PLACES}, named=False),
    Row("(a.__setitem__(np.s_[{index}], 5), a)[1]", SIDES, words={"index": ("0", "0, 1", "...", ":1")}, layouts=("expanded",)),
    *each("NAME", "torch.index_select(a,{dim},torch.tensor({places})) a.index_select({dim},torch.tensor({places}))", SIDES[:-1],
          words={"dim": DIM, "places": ("[0]", "[0, 0, 1]", "[2]", "[[0]]", "0", "[0.0]")}),
    Row("torch.masked_select(a, {mask})", SIDES, words={"mask": ("a > 0", "torch.tensor(True)", "torch.tensor([True, False, True])", "a[0] > 0", "a")}),
    Row("a.masked_select(a > 0)", SIDES),
    *each("NAME", "torch.gather(a,{dim},torch.tensor({places})) a.gather({dim},torch.tensor({places}))", SIDES,
          words={"dim": DIM, "places": ("[0]", "[[0, 1, 0]]", "[[0, 0], [1, 0]]", "[[[0, 1]]]", "0", "[3]", "[[-1]]", "[[0.0]]", "[[0, 0], [1, 0], [1, 1]]")}, named=False),
]

MATRICES = [
    Row(f"torch.{name}(a, b)", shapes if alike else shapes[:1], NUMBERS, alike, "finite")
    for alike in (True, False)
    for name, shapes in {
        "mm": (((2, 3), (3, 4)), ((1, 3), (3, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3), (2, 3)), ((3,), (3, 2)), ((2, 3), (3,))),
        "mv": (((2, 3), (3,)), ((1, 3), (3,)), ((0, 3), (3,)), ((2, 3), (2,)), ((3,), (3,))),
        "dot": (((3,), (3,)), ((0,), (0,)), ((3,), (2,)), ((2, 2), (2, 2)), ((), ())),
        "bmm": (((2, 3, 4), (2, 4, 5)), ((1, 1, 3), (1, 3, 1)), ((0, 2, 3), (0, 3, 2)), ((2, 3, 4), (3, 4, 5)), ((2, 3), (3, 2))),
    }.items()
]
PRODUCTS = (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((4, 2, 3), (3, 5)), ((4, 2, 3), (3,)), ((3,), (4, 3, 2)), ((4, 2, 3), (4, 3, 2)),
            ((2, 1, 2, 3), (5, 3, 4)), ((2, 3), (4, 3, 2)), ((1, 2, 3), (5, 3, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 2)), ((), (3,)), ((2, 3), (2, 3)),
            ((2, 2, 3), (4, 3, 2)), ((2, 3), ()), ((0, 2, 3), (3, 4)))
MATRICES += [
    *each("NAME", "torch.matmul(a,b) a.matmul(b) a@b b.__rmatmul__(a)", PRODUCTS, NUMBERS, alike=True, values="finite", named=False),
    Row("a @ b", PRODUCTS[:1], NUMBERS), Row("a @ {n}", AXES, words={"n": ("2", "None", "[1.0]")}),
    *each("a.NAME(b)", "mm mv dot bmm", (((2, 3), (3, 4)), ((2, 3), (3,)), ((3,), (3,)), ((2, 1, 3), (2, 3, 2))), REAL, alike=True, values="finite"),
    *each("NAME", "torch.addmm(c,a,b) c.addmm(a,b)",
          (((2, 3), (3, 4), (2, 4)), ((2, 3), (3, 4), (4,)), ((2, 3), (3, 4), (2, 1)), ((2, 3), (3, 4), ()), ((2, 3), (4, 3), (2,)), ((2, 3), (3, 4), (3,)),
           ((0, 3), (3, 2), (2,))), NUMBERS, alike=True, values="finite"),
    Row("torch.addmm(c, a, b)", (((2, 3), (3, 4), (4,)),), NUMBERS, values="finite"),
    Row("F.linear(a, b)", (((2, 3), (4, 3)), ((3,), (4, 3)), ((5, 2, 3), (4, 3)), ((0, 3), (4, 3)), ((2, 3), (3, 4)), ((2, 3), (1, 3)), ((6,), (4, 3)), ((2, 2, 3), (4, 2))),
        REAL, alike=True, values="finite"),
    Row("F.linear(a, b, c)", (((2, 3), (4, 3), (4,)), ((3,), (4, 3), (4,)), ((5, 2, 3), (4, 3), (4,)), ((0, 3), (4, 3), (4,)), ((2, 3), (4, 3), (3,)), ((2, 3), (3, 4), (3,)),
                              ((2, 3), (1, 3), (1,))), REAL, alike=True, values="finite", named=False),
    Row("F.linear(a, b, c)", (((2, 3), (4, 3), (4,)),), NUMBERS, values="finite"),
]

IMAGES = (((2, 2, 5, 6), (4, 2, 3, 2)), ((1, 2, 4, 4), (2, 2, 1, 1)), ((2, 5, 6), (3, 2, 2, 3)), ((2, 2, 5, 6), (3, 2, 5, 6)), ((0, 2, 5, 5), (3, 2, 2, 2)))
WRONG_IMAGES = (((2, 3, 5, 6), (4, 2, 3, 2)), ((2, 2, 2, 2), (3, 2, 3, 3)), ((5, 6), (1, 1, 2, 2)), ((2, 5, 6, 2), (4, 2, 3, 2)))
POOLED = (((2, 2, 5, 7),), ((2, 5, 7),), ((1, 1, 4, 4),), ((1, 1, 2, 2),), ((5, 7),), ((1, 2, 6, 3),))
IMAGE = [
    Row("F.conv2d(a, b, None, {stride}, {padding}, {dilation})", IMAGES, REAL, alike=True, values="finite", words={
        "stride": ("1", "2", "(2, 1)"), "padding": ("0", "1", "(0, 2)", "'same'", "'valid'"), "dilation": ("1", "2", "(1, 2)")}),
    Row("F.conv2d(a, b, torch.tensor({bias}))", (((2, 2, 4, 3), (3, 2, 2, 2)), ((2, 2, 4, 3), (3, 1, 2, 2))), ("float32",),
        words={"bias": ("[1., 2., 3.]", "[1., 2.]", "[1, 2, 3]")}),
    Row("F.conv2d(a, b, c, {stride}, padding=1)", (((2, 2, 4, 3), (3, 2, 2, 2), (3,)), ((1, 2, 3, 4), (1, 2, 3, 1), (1,))), REAL, alike=True, values="finite",
        words={"stride": ("1", "(2, 3)", "2")}),
    Row("F.conv2d(a, b, stride={stride}, padding={padding}, dilation={dilation}, groups=2)", (((2, 4, 5, 4), (6, 2, 2, 3)), ((1, 2, 4, 4), (2, 1, 3, 3)), ((2, 3, 5, 5), (2, 1, 3, 3))),
        REAL, alike=True, values="finite", words={"stride": ("1", "2"), "padding": ("0", "1"), "dilation": ("1", "2")}),
    Row("F.conv2d(a, b)", (*IMAGES, *WRONG_IMAGES), REAL, alike=True, values="finite"), Row("F.conv2d(a, b)", IMAGES[:1], REAL, values="finite"),
    Row("F.max_pool2d(a, {kernel}, {stride}, {padding}, {dilation}, {ceil})", POOLED, REAL, values="finite", words={
        "kernel": ("2", "3", "(3, 2)"), "stride": ("None", "1", "2", "(2, 3)"), "padding": ("0", "1"), "dilation": ("1", "2"), "ceil": KEEP}),
    Row("F.max_pool2d(a, {kernel}, ceil_mode=True)", POOLED, derivatives=0, words={"kernel": ("2", "3", "(1, 4)", "4", "9")}),
    Row("F.avg_pool2d(a, {kernel}, {stride}, {padding})", POOLED[:4], REAL, values="finite", rounded=True, words={
        "kernel": ("2", "3", "(3, 2)", "4", "9"), "stride": ("None", "1", "2", "(2, 3)"), "padding": ("0", "1")}),
]

REDUCTION = ("'mean'", "'sum'", "'none'", "'max'")
PAIRS = (((3,), (3,)), ((), ()), ((2, 3), (2, 3)), ((2, 1), (2, 1)), ((0, 3), (0, 3)), ((2, 3), (3,)), ((2, 1), (2,)))
LOGITS = (((2, 3),), ((1, 3),), ((4, 3),))
TARGETS = ("[0, 2]", "[2, 2]", "[1, -100]", "[1, 1, 0, 2]", "[3, 0]", "[-1, 0]", "[0]", "[[0], [1]]", "[0., 1.]", "[-100, -100]", "1")
LOSSES = [
    *each("F.NAME(a, b, reduction={reduction})", "mse_loss l1_loss", PAIRS, NUMBERS, values="finite", rounded=True, words={"reduction": REDUCTION}),
    *each("F.NAME(a, torch.tensor({target}), reduction={reduction})", "cross_entropy nll_loss", LOGITS, REAL, rounded=True,
          words={"target": TARGETS, "reduction": REDUCTION}),
    *each("F.NAME(a, torch.tensor({target}), b, {ignore}, {reduction})".replace("{ignore}, ", "ignore_index={ignore}, reduction="), "cross_entropy nll_loss",
          (((2, 3), (3,)), ((2, 3), (2,)), ((2, 2), (2,))), REAL, alike=True, values="positive", rounded=True,
          words={"target": TARGETS, "ignore": ("-100", "2", "0"), "reduction": REDUCTION}),
    Row("F.cross_entropy(a, torch.tensor({target}), label_smoothing={s}, reduction={reduction})", LOGITS, REAL, rounded=True,
        words={"target": TARGETS, "s": ("0.1", "0.25", "0.0", "1.5"), "reduction": REDUCTION}),
    Row("F.cross_entropy(a, torch.tensor({target}), torch.tensor([1., 0.5, 3.]).to(a), label_smoothing=0.1, reduction={reduction})", LOGITS, REAL,
        rounded=True, words={"target": TARGETS, "reduction": REDUCTION}),
    Row("F.cross_entropy(a, b, label_smoothing={s}, reduction={reduction})", (((2, 3), (2, 3)), ((3,), (3,)), ((2, 3, 2), (2, 3, 2))), REAL, alike=True, values="unit",
        rounded=True, words={"s": ("0.0", "0.25"), "reduction": REDUCTION}, named=False),
    Row("F.cross_entropy(a, b, c, reduction={reduction})", (((2, 3), (2, 3), (3,)),), REAL, alike=True, values="unit", rounded=True, words={"reduction": REDUCTION}, named=False),
    *each("F.NAME(a, torch.tensor({target}), reduction={reduction})", "cross_entropy nll_loss", (((3,),), ((2, 3, 2),)), REAL, rounded=True,
          words={"target": ("1", "0", "3", "[[0, 1], [2, 2]]", "[[0, -100], [2, 2]]", "[0, 1]"), "reduction": REDUCTION}, named=False),
    *each("F.NAME(a, b, reduction={reduction})", "binary_cross_entropy binary_cross_entropy_with_logits", PAIRS, (*REAL, "int64"), alike=True, values="unit", rounded=True,
          words={"reduction": REDUCTION}, derivatives=1),
    *each("F.NAME(a, b, c, reduction={reduction})", "binary_cross_entropy binary_cross_entropy_with_logits", (((2, 3), (2, 3), (3,)), ((2, 3), (2, 3), (2, 3))), REAL,
          alike=True, values="unit", rounded=True, words={"reduction": REDUCTION}),
    *each("F.NAME(a, b)", "binary_cross_entropy binary_cross_entropy_with_logits", PAIRS, REAL, alike=True, values="finite", rounded=True,
          derivatives=1),
    *each("F.NAME(a * 0.5 + 0.25, b * 0.5)", "binary_cross_entropy binary_cross_entropy_with_logits", PAIRS[:5], REAL, alike=True, values="unit",
          rounded=True, derivatives=1),
    Row("F.binary_cross_entropy_with_logits(a, b, pos_weight=c, reduction={reduction})", (((2, 3), (2, 3), (3,)), ((2, 3), (2, 3), ())), REAL, alike=True,
        values="unit", rounded=True, words={"reduction": REDUCTION}),
    Row("F.one_hot(a, {n})", (((2,),), ((2, 3),), ((),), ((0,),)), NUMBERS, values="positive", words={"n": ("-1", "5", "2")}),
    Row("F.dropout(a, {p}, training=False)", ANY, REAL, words={"p": ("0.5", "0", "2", "-0.1")}),
    Row("(torch.manual_seed(3), F.dropout(a, {p}))[1]", ANY, REAL, layouts=("plain",), words={"p": ("0.5", "0.25", "1.0", "0.0")}),
]

KIND = ("float32", "float64", "int64", "int32", "uint8", "bool", "float16")
CONVERSIONS = [
    *each("a.NAME()", "float double half long int short char byte bool", ANY, MORE, values="positive"),
    *each("NAME", "a.to(torch.{kind}) a.type(torch.{kind}) a.to(dtype=torch.{kind},copy=True)", ANY, values="positive", words={"kind": KIND}, named=False),
    *each("NAME", "a.type() a.cpu() a.to('cpu') a.detach_()", ANY),
    Row("a.type('torch.{kind}Tensor')", ANY, values="positive", words={"kind": ("Float", "Double", "Long", "Byte", "No")}),
    *each("NAME", "a.to(b) a.type_as(b) a.copy_(b)", TWO, values="positive"),
    Row("a.copy_({n})", ANY, words={"n": ("2", "[1.0]")}),
    Row("a.fill_({n})", ANY, layouts=LAYOUTS[:3], words={"n": (*NUMBER[:5], "torch.tensor(1.5)", "torch.tensor(1)", "torch.tensor([1, 2])")}, named=False),
    Row("a.zero_()", ANY, layouts=LAYOUTS[:3]),
    *each("NAME", "torch.as_tensor(a) torch.tensor(a.tolist()) torch.as_tensor(a,dtype=torch.float64)", ANY),
    Row("torch.tensor({data}, dtype={kind})", NOTHING, words={
        "data": ("1", "1.5", "True", "[1, 2]", "[1, 2.5]", "[True, 0]", "[[1, 2], [3, 4]]", "[]", "[[], []]", "(1, 2)", "[torch.tensor(1), 2]",
                 "np.ones(2)", "np.float64(2)", "range(3)", "[0, 1.5, True]"),
        "kind": ("None", "torch.float64", "torch.int64", "torch.bool", "torch.float16")}),
    Row("torch.tensor({data})", NOTHING, words={
        "data": ("[[1, 2], [3]]", "'x'", "['x']", "None", "{{1}}", "[[1], 2]", "[1, [2]]", "[None]", "object()")}),
    Row("torch.as_tensor({data})", NOTHING, words={"data": ("1", "[1.5, 2]", "np.ones(3)", "[]")}),
    Row("torch.from_numpy({data})", NOTHING, words={"data": ("np.ones(2)", "np.arange(3)", "[1, 2]", "np.array('x')", "np.float32(1)", "np.ones((2, 0))")}),
    Row("torch.tensor(1.5, requires_grad=True)", NOTHING), Row("torch.tensor(1, requires_grad=True)", NOTHING),
]

SIZE = ("2, 3", "(2, 3)", "()", "0", "2, 0", "[3]", "-1")
CREATION = [
    *each("torch.NAME({size})", "zeros ones", NOTHING, words={"size": SIZE}),
    *each("torch.NAME({size}, dtype=torch.{kind})", "zeros ones", NOTHING, words={"size": SIZE, "kind": KIND}),
    Row("torch.empty({size}).shape", NOTHING, words={"size": SIZE}),
    Row("torch.full({size}, {n})", NOTHING, words={"size": ("(2, 3)", "(0,)", "()", "[2]"), "n": NUMBER}),
    Row("torch.full((2,), {n}, dtype=torch.{kind})", NOTHING, words={"n": ("2", "1.5", "True"), "kind": KIND}),
    Row("torch.eye({n})", NOTHING, words={"n": ("3", "0", "2, 3", "3, 2", "-1", "2, dtype=torch.int64")}),
    Row("torch.arange({n})", NOTHING, words={"n": ("5", "0", "1, 4", "0, 10, 3", "5, 0, -2", "1.5", "0, 1, 0.25", "0, 1, 0.3", "5, 1", "1, 2, 0", "3, dtype=torch.float32",
                                                      "1, 2.5, 0.5", "-2, 2", "0, 5, 2, dtype=torch.float64", "2.5, 0.1, -0.7", "True", "'x'")}),
    Row("torch.linspace({n})", NOTHING, words={"n": ("0, 1, 5", "0, 1, 1", "0, 1, 0", "-3, 3, 7", "1, 0, 4", "0, 10, 3, dtype=torch.int64", "0, 1, 10", "-1, 2, 11", "0, 1, -1",
                                                 "0.1, 0.7, 13, dtype=torch.float64")}),
    Row("torch.range({n})", NOTHING, words={"n": ("1, 3", "0, 1, 0.25", "5, 1, -2", "1, 3, dtype=torch.int64")}),
    *each("torch.NAME(a)", "zeros_like ones_like", ANY, MORE),
    *each("torch.NAME(a, dtype=torch.{kind})", "zeros_like ones_like", ANY, words={"kind": KIND}),
    Row("torch.empty_like(a).shape", ANY), Row("torch.empty_like(a).stride()", (((2, 3),), ((2, 3, 4),)), layouts=LAYOUTS[:2]),
    Row("torch.full_like(a, {n})", ANY, words={"n": NUMBER[:5]}), Row("torch.full_like(a, 1.5, dtype=torch.int64)", ANY),
    *each("(torch.manual_seed({seed}), torch.NAME(2, 3))[1]", "rand randn", ((),), rounded=True, words={"seed": ("0", "7")}),
    *each("(torch.manual_seed(1), torch.NAME(a))[1]", "rand_like randn_like", ANY, REAL, layouts=("plain",), rounded=True),
    *each("(torch.manual_seed(1), a.NAME)[1]", "uniform_() normal_() bernoulli_() bernoulli_(0.25) exponential_() random_(5) uniform_(-1,2) normal_(1.0,2.0)", ANY, REAL,
          layouts=("plain",), rounded=True, named=False),
    Row("(torch.manual_seed(1), torch.bernoulli(a))[1]", ANY, REAL, layouts=("plain",), values="unit", derivatives=0),
    Row("(torch.manual_seed({seed}), torch.randint({n}))[1]", NOTHING, words={"seed": ("0", "5"), "n": ("10, (3,)", "2, 7, (2, 2)", "5, (0,)")}),
    Row("(torch.manual_seed({seed}), torch.randperm({n}))[1]", NOTHING, words={"seed": ("0", "5"), "n": ("4", "10", "0")}),
]

QUERIES = [
    *each("torch.NAME(a, b)", "equal allclose isclose", TWO), *each("torch.NAME(a, a)", "equal allclose isclose", ANY),
    Row("torch.isclose(a, a + {n}, {tol}, {tol})", ANY, REAL, words={"n": ("0", "1e-6", "0.5"), "tol": ("1e-5", "0.3", "0.0")}),
    Row("torch.allclose(a, a, equal_nan={keep})", ANY, words={"keep": KEEP}),
    *each("NAME", "torch.is_tensor(a) torch.is_floating_point(a) a.is_floating_point() a.is_complex() torch.typename(a) torch.typename(3) torch.is_tensor(3)", ANY, MORE),
    Row("str(torch.result_type(a, b))", TWO, MORE), Row("str(torch.result_type(a, {n}))", ANY, MORE, words={"n": NUMBER}),
]

DIVIDED = each("{n} NAME a", "// %", ANY, words={"n": NUMBER}, derivatives=0)

ROWS = [*ELEMENTWISE, *REDUCTIONS, *SHAPES, *INDEXING, *MATRICES, *IMAGE, *LOSSES, *CONVERSIONS, *CREATION, *QUERIES, *DIVIDED]
NAMED = {f"{number}-{row.text[:60]}": row for number, row in enumerate(ROWS)}

