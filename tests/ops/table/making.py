"""New Tensors, other dtypes, questions."""

from tests.ops.both import LAYOUTS
from tests.ops.table.row import ANY, KEEP, MORE, NOTHING, NUMBER, REAL, TWO, Row, each, shapes

KIND = ("float32", "float64", "int64", "int32", "uint8", "bool", "float16")
CONVERSIONS = [
    *each("a.NAME()", "float double half long int short char byte bool", ANY, MORE, values="positive"),
    *each("NAME", "a.to(torch.{kind}) a.type(torch.{kind}) a.to(dtype=torch.{kind},copy=True)", ANY, values="positive",
        words={"kind": KIND}, named=False),
    *each("NAME", "a.type() a.cpu() a.to('cpu') a.detach_()", ANY),
    Row("a.type('torch.{kind}Tensor')", ANY, values="positive", words={"kind": ("Float", "Double", "Long", "Byte", "No")}),
    *each("NAME", "a.to(b) a.type_as(b) a.copy_(b)", TWO, values="positive"),
    Row("a.copy_({n})", ANY, words={"n": ("2", "[1.0]")}),
    Row("a.fill_({n})", ANY, layouts=LAYOUTS[:3], words={"n": (*NUMBER[:5], "torch.tensor(1.5)", "torch.tensor(1)",
        "torch.tensor([1, 2])")}, named=False),
    Row("a.zero_()", ANY, layouts=LAYOUTS[:3]),
    *each("NAME", "torch.as_tensor(a) torch.tensor(a.tolist()) torch.as_tensor(a,dtype=torch.float64)", ANY),
    Row("torch.tensor({data}, dtype={kind})", NOTHING,
        words={ "data": ("1", "1.5", "True", "[1, 2]", "[1, 2.5]", "[True, 0]", "[[1, 2], [3, 4]]", "[]", "[[], []]", "(1, 2)",
        "[torch.tensor(1), 2]", "np.ones(2)", "np.float64(2)", "range(3)", "[0, 1.5, True]"),
        "kind": ("None", "torch.float64", "torch.int64", "torch.bool", "torch.float16")}),
    Row("torch.tensor({data})", NOTHING, words={ "data": ("[[1, 2], [3]]", "'x'", "['x']", "None", "{{1}}", "[[1], 2]",
        "[1, [2]]", "[None]", "object()")}),
    Row("torch.as_tensor({data})", NOTHING, words={"data": ("1", "[1.5, 2]", "np.ones(3)", "[]")}),
    Row("torch.from_numpy({data})", NOTHING, words={"data": ("np.ones(2)", "np.arange(3)", "[1, 2]", "np.array('x')",
        "np.float32(1)", "np.ones((2, 0))")}),
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
    Row("torch.arange({n})", NOTHING, words={"n": ("5", "0", "1, 4", "0, 10, 3", "5, 0, -2", "1.5", "0, 1, 0.25", "0, 1, 0.3",
        "5, 1", "1, 2, 0", "3, dtype=torch.float32", "1, 2.5, 0.5", "-2, 2", "0, 5, 2, dtype=torch.float64", "2.5, 0.1, -0.7",
        "True", "'x'")}),
    Row("torch.linspace({n})", NOTHING, words={"n": ("0, 1, 5", "0, 1, 1", "0, 1, 0", "-3, 3, 7", "1, 0, 4",
        "0, 10, 3, dtype=torch.int64", "0, 1, 10", "-1, 2, 11", "0, 1, -1", "0.1, 0.7, 13, dtype=torch.float64")}),
    Row("torch.range({n}, out=torch.zeros({o}))", NOTHING,
        words={"n": ("1, 3", "5, 1, -2"), "o": ("3", "0", "5", "5, dtype=torch.float64", "3, dtype=torch.bool")}),  # (a fraction in whole numbers ends torch)
    Row("torch.range({n})", NOTHING, words={"n": ("1, 3", "0, 1, 0.25", "5, 1, -2", "1, 3, dtype=torch.int64")}),
    *each("torch.NAME(a)", "zeros_like ones_like", ANY, MORE),
    *each("torch.NAME(a, dtype=torch.{kind})", "zeros_like ones_like", ANY, words={"kind": KIND}),
    Row("torch.empty_like(a).shape", ANY), Row("torch.empty_like(a).stride()", shapes("2x3 | 2x3x4"), layouts=LAYOUTS[:2]),
    Row("torch.full_like(a, {n})", ANY, words={"n": NUMBER[:5]}), Row("torch.full_like(a, 1.5, dtype=torch.int64)", ANY),
    *each("(torch.manual_seed({seed}), torch.NAME(2, 3))[1]", "rand randn", ((),), rounded=True, words={"seed": ("0", "7")}),
    *each("(torch.manual_seed(1), torch.NAME(a))[1]", "rand_like randn_like", ANY, REAL, layouts=("plain",), rounded=True),
    *each("(torch.manual_seed(1), a.NAME)[1]",
          "uniform_() normal_() bernoulli_() bernoulli_(0.25) exponential_() random_(5) uniform_(-1,2) normal_(1.0,2.0)", ANY,
              REAL, layouts=("plain",), rounded=True, named=False),
    Row("(torch.manual_seed(1), torch.bernoulli(a))[1]", ANY, REAL, layouts=("plain",), values="unit", derivatives=0),
    Row("(torch.manual_seed({seed}), torch.randint({n}))[1]", NOTHING,
        words={"seed": ("0", "5"), "n": ("10, (3,)", "2, 7, (2, 2)", "5, (0,)")}),
    Row("(torch.manual_seed({seed}), torch.randperm({n}))[1]", NOTHING, words={"seed": ("0", "5"), "n": ("4", "10", "0")}),
]

QUERIES = [
    *each("torch.NAME(a, b)", "equal allclose isclose", TWO), *each("torch.NAME(a, a)", "equal allclose isclose", ANY),
    Row("torch.isclose(a, a + {n}, {tol}, {tol})", ANY, REAL, words={"n": ("0", "1e-6", "0.5"), "tol": ("1e-5", "0.3", "0.0")}),
    Row("torch.allclose(a, a, equal_nan={keep})", ANY, words={"keep": KEEP}),
    *each("NAME", "torch.is_tensor(a) torch.is_floating_point(a) a.is_floating_point() a.is_complex() torch.typename(a) "
          "torch.typename(3) torch.is_tensor(3)", ANY, MORE),
    Row("str(torch.result_type(a, b))", TWO, MORE), Row("str(torch.result_type(a, {n}))", ANY, MORE, words={"n": NUMBER}),
]
