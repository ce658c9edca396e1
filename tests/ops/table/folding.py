"""Running sums, products and extremes; sums with a condition; norms; NumPy's names for arguments."""

from tests.ops.table.outs import OUT, SAME
from tests.ops.table.row import ANY, AXES, DIM, DIMS, KEEP, NUMBERS, REAL, TWO, Row, each, shapes

TWO_FILLED = tuple(pair for pair in TWO if not any(0 in shape for shape in pair))  # a length of nothing is 0, where it has a kink

AXIS = {"dim": DIM, "keep": KEEP}
AXIS_S = {"dim": DIMS, "keep": KEEP}
FILLED = shapes("3 | 2x3 | 1x3 | 2x3x4 | .")
ORDER = ("0", "1", "2", "3", "-1", "2.5", "float('inf')", "-float('inf')", "'fro'", "None")

FOLDING = [
    *each("torch.NAME(a, {dim})", "cumsum cumprod", ANY, values="finite", words=AXIS),
    *each("a.NAME({dim}, dtype=torch.{kind})", "cumsum cumprod", ANY, values="finite", derivatives=0,
          words={"dim": DIM, "kind": ("float64", "int64", "float32")}),
    *each("a.NAME(0)", "cumsum_ cumprod_", ANY, NUMBERS, values="finite"),
    *each("torch.NAME(a, 0, out={o})", "cumsum cumprod", AXES, values="finite", derivatives=0, words={"o": OUT["o"][:2]}),
    Row("torch.prod(a)", ANY, values="finite"), Row("a.prod()", ANY, values="finite", rounded=True),
    Row("torch.prod(a, {dim}, keepdim={keep})", ANY, values="finite", words=AXIS),
    Row("a.prod({dim}, dtype=torch.float64)", ANY, values="finite", words=AXIS),
    Row("torch.prod(a, 0, out=torch.zeros(0, dtype=a.dtype))", AXES, derivatives=0),  # into another out, torch multiplies in its precision
    *each("torch.NAME(a, {dim})", "cummax cummin", ANY, words=AXIS),
    *each("a.NAME({dim}).values", "cummax cummin", ANY, words=AXIS),
    *each("torch.NAME(a, 0, out=({o}, torch.zeros(0, dtype=torch.{i})))", "cummax cummin", AXES, REAL,
          words=SAME | {"i": ("int64",)}, derivatives=0),
    Row("torch.logcumsumexp(a, {dim})", ANY, REAL, values="finite", rounded=True, words=AXIS),
    Row("a.logcumsumexp({dim})", ANY, values="finite", rounded=True, words=AXIS, derivatives=0),
    Row("torch.logcumsumexp(a, 0, out={o})", AXES, REAL, values="finite", rounded=True, words={"o": SAME["o"][:1]}, derivatives=0),
    Row("torch.logsumexp(a, {dim}, keepdim={keep})", ANY, rounded=True, values="finite", words=AXIS_S),
    Row("a.logsumexp({dim})", ANY, REAL, rounded=True, words=AXIS, derivatives=0),
    Row("torch.logsumexp(a, 0, out={o})", AXES, REAL, values="finite", rounded=True, words={"o": SAME["o"][:1]}, derivatives=0),
    *each("torch.NAME(a, {dim}, keepdim={keep})", "amax amin", ANY, words=AXIS_S),
    *each("a.NAME()", "amax amin", ANY),
    *each("torch.NAME(a, 0, out={o})", "amax amin", FILLED, REAL, words={"o": SAME["o"][:2]}, derivatives=0),
    Row("torch.aminmax(a, dim={dim}, keepdim={keep})", ANY, words=AXIS), Row("a.aminmax(keepdim={keep})", ANY, words=AXIS),
    Row("torch.aminmax(a, dim=0, out=({o}, {o}))", AXES, REAL, words={"o": SAME["o"][:1]}, derivatives=0),
    Row("torch.nansum(a)", ANY), Row("a.nansum({dim}, keepdim={keep})", ANY, words=AXIS_S),
    Row("torch.nansum(a, 0, out={o})", AXES, REAL, words={"o": OUT["o"][:2]}, derivatives=0),
    Row("torch.nanmean(a)", ANY, named=False, rounded=True), Row("a.nanmean({dim}, {keep})", ANY, named=False, words=AXIS_S, rounded=True),
    Row("torch.nanmean(a, 0, out={o})", AXES, REAL, words={"o": SAME["o"][:1]}, rounded=True, derivatives=0),
    Row("torch.count_nonzero(a)", ANY, derivatives=0), Row("a.count_nonzero({dim})", ANY, derivatives=0, words=AXIS_S),
    Row("torch.norm(a)", ANY, values="finite", rounded=True), Row("a.norm(p={p})", ANY, values="finite", rounded=True, words={"p": ORDER}),
    Row("torch.norm(a, {p}, {dim}, {keep})", ANY, REAL, values="finite", rounded=True, words=AXIS_S | {"p": ORDER}),
    Row("torch.norm(a, {p}, 0, dtype=torch.float64)", ANY, values="finite", rounded=True, derivatives=1, words={"p": ORDER}),
    Row("torch.norm(a, 2, 0, out={o})", AXES, REAL, values="finite", rounded=True, words=SAME, derivatives=0),
    Row("torch.dist(a, b)", TWO, values="finite", rounded=True),
    Row("a.dist(b, {p})", TWO_FILLED, values="finite", rounded=True, words={"p": ORDER[1:-2]}), Row("a.dist(b, 0)", TWO, values="finite", derivatives=0),
    *each("torch.NAME(a, other=b)", "max min", TWO), *each("a.NAME(other=b)", "max min", TWO),
    *each("a.NAME({dim}, {keep})", "all any", ANY, words={"dim": ("(0, 1)", "()", "(0,)", "(0, 0)", "[0, -1]", "None"), "keep": KEEP}),
    *each("torch.NAME(a, axis={dim}, keepdims={keep})", "sum mean all any max min argmax argmin nansum amax amin",
          ANY, words=AXIS, named=False),
    *each("a.NAME(axis={dim}, keepdims={keep})", "sum mean all any max min argmax argmin nansum amax amin prod logsumexp",
          ANY, words=AXIS, named=False, rounded=True, values="finite"),
    *each("a.NAME(axis={dim})", "cumsum cumprod cummax cummin sort argsort softmax squeeze unbind", FILLED, REAL, named=False,
          rounded=True, values="finite", words=AXIS),
    *each("a.NAME(axis=0, dim=0)", "sum cumsum", FILLED, derivatives=0),
    *each("torch.NAME([a, a], axis={dim})", "cat stack", FILLED, REAL, words=AXIS),
    *each("a.NAME(axis={dim}, keepdims={keep})", "var std", shapes("2x3 | 2x4x3"), REAL, values="finite", rounded=True, words=AXIS),
]
