"""`out=` of the functions of `torch`: sizes that fit and do not, dtypes that do and do not."""

from tests.ops.table.row import ANY, AXES, DTYPES, NOTHING, REAL, TWO, Row, each, shapes

OUT = {"o": [f"torch.zeros({size}, dtype=torch.{dtype})" for size in ("0", "2, 3", "3")
             for dtype in ("float32", "float64", "int64", "bool")] + ["[1]"]}
SAME = {"o": ["torch.zeros(0, dtype=a.dtype)", "torch.zeros(2, 3, dtype=a.dtype)", *OUT["o"][:3]]}
# A wider out makes torch compute some of them in its precision; here the result is rounded first.
NARROW = {"o": [text for text in OUT["o"] if "float64" not in text]}
SQUARE = shapes("3x3 3x3 | 3x2 2x3")

OUTS = [
    *each("torch.NAME(a, b, out={o})", "add sub mul div maximum minimum eq ne lt le gt ge logical_and logical_or", TWO, words=OUT,
          derivatives=0),
    *each("torch.NAME(a, b, out={o})", "bitwise_and bitwise_or bitwise_xor", TWO, DTYPES[:3], words=OUT, derivatives=0),
    *each("torch.NAME(a, b, out={o})", "floor_divide remainder", TWO, values="positive", words=OUT, derivatives=0),
    Row("torch.pow(a, 2, out={o})", ANY, words=OUT, derivatives=0),
    *each("torch.NAME(a, out={o})", "exp log sqrt sin cos tanh sigmoid erf", ANY, words=NARROW, values="positive", rounded=True,
          derivatives=0),
    *each("torch.NAME(a, out={o})", "reciprocal square logical_not", ANY, values="positive", words=OUT, derivatives=0),
    *each("torch.NAME(a, out={o})", "abs neg sign floor ceil round", ANY, REAL, words=SAME, derivatives=0),
    Row("torch.bitwise_not(a, out={o})", ANY, ("int64",), words=SAME, derivatives=0),
    Row("torch.clamp(a, -1, 1, out={o})", ANY, REAL, words=SAME, derivatives=0),
    *each("torch.NAME(a, 0, out={o})", "sum", AXES, words={"o": OUT["o"][:2]}, derivatives=0),
    *each("torch.NAME(a, 0, out={o})", "mean softmax log_softmax", AXES, ("float64",), words=SAME, rounded=True, derivatives=0),
    *each("torch.NAME(a, 0, out=torch.zeros(2, dtype=torch.{d}))", "var std", shapes("3x2"), ("float64",), words={"d": ("float64", "int64")},
          values="finite", rounded=True, derivatives=0),
    *each("torch.NAME(a, 0, out={o})", "all any", AXES, ("bool", "float32"), words={"o": OUT["o"][3::4]}, derivatives=0),
    *each("torch.NAME(a, 0, out={o})", "argmax argmin", AXES, REAL, words={"o": OUT["o"][2::4] + OUT["o"][:2]}, derivatives=0),
    *each("torch.NAME(a, 0, out=({o}, torch.zeros(0, dtype=torch.{i})))", "max min sort", AXES, REAL,
          words=SAME | {"i": ("int64", "int32")}, derivatives=0),
    Row("torch.topk(a, 1, 0, out=(torch.zeros(0, dtype=a.dtype), torch.zeros(0, dtype=torch.int64)))", shapes("2x3 | 3"), REAL,
        derivatives=0),
    *each("torch.NAME(a, b, out={o})", "mm matmul", SQUARE, REAL, alike=True, values="finite", words=SAME, derivatives=0),
    Row("torch.mv(a, b, out=torch.zeros(2, dtype=a.dtype))", shapes("2x3 3"), REAL, alike=True, values="finite", derivatives=0),
    Row("torch.dot(a, b, out=torch.zeros((), dtype=a.dtype))", shapes("3 3"), REAL, alike=True, values="finite", derivatives=0),
    Row("torch.bmm(a, b, out={o})", shapes("2x3x2 2x2x3"), REAL, alike=True, values="finite", words=SAME, derivatives=0),
    Row("torch.addmm(a, b, c, out={o})", shapes("3x3 3x2 2x3"), REAL, alike=True, values="finite", words=SAME, derivatives=0),
    Row("torch.index_select(a, 0, torch.tensor([1, 0]), out=torch.zeros(0, dtype=a.dtype))", shapes("2x3"), derivatives=0),
    Row("torch.gather(a, 1, torch.tensor([[1, 0]]), out=torch.zeros(0, dtype=a.dtype))", shapes("2x3"), derivatives=0),
    Row("torch.masked_select(a, a > 0, out=torch.zeros(0, dtype=a.dtype))", shapes("2x3"), derivatives=0),
    *each("torch.NAME([a, b], out={o})", "cat stack", shapes("2x3 2x3"), words=OUT, derivatives=0),
    *each("torch.NAME(2, 3, out={o})", "zeros ones", NOTHING, words={"o": OUT["o"][4:8]}, derivatives=0),
    Row("torch.empty(2, 3, out={o}).shape", NOTHING, words={"o": OUT["o"][4:8]}, derivatives=0),
    Row("torch.full((2, 3), 1, out={o})", NOTHING, words=OUT, derivatives=0), Row("torch.eye(3, out={o})", NOTHING, words=OUT, derivatives=0),
    Row("torch.arange(3, out={o})", NOTHING, words={"o": OUT["o"][:3]}, derivatives=0),
    Row("torch.linspace(0, 1, 5, out={o})", NOTHING, words={"o": OUT["o"][:2]}, rounded=True, derivatives=0),
    *each("(torch.manual_seed(0), torch.NAME(2, 3, out={o}))[1]", "rand randn", NOTHING, words={"o": OUT["o"][0::4]}, rounded=True,
          derivatives=0),
    Row("(torch.manual_seed(0), torch.randint(9, (3,), out={o}))[1]", NOTHING, words={"o": OUT["o"][2::4]}, derivatives=0),
    Row("(torch.manual_seed(0), torch.randperm(4, out={o}))[1]", NOTHING, words={"o": OUT["o"][2::4]}, derivatives=0),
    Row("torch.bernoulli(a > 0, out={o})", shapes("3"), words={"o": OUT["o"][:1]}, derivatives=0),
]
