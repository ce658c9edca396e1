"""Medians, modes, quantiles, k-th values; finding; statistics; differences."""

from tests.ops.both import LAYOUTS
from tests.ops.table.outs import SAME
from tests.ops.table.row import ANY, AXES, DIM, KEEP, NUMBERS, REAL, TWO, Row, each, shapes

AXIS = {"dim": DIM, "keep": KEEP}
FILLED = shapes("3 | 2x3 | 1x3 | 2x3x4 | .")
FLAT = shapes("3 | 1 | 6 | 0")
PART = {"q": ("0.", "0.3", "0.5", "1", "torch.tensor([0.25, 0.5], dtype=a.dtype)", "2.", "torch.tensor(0.4, dtype=a.dtype)"),
        "how": ("linear", "lower", "higher", "midpoint", "nearest")}
RETURNS = {"i": KEEP, "c": KEEP}
BACK = ("True", "False")

ORDER = [
    *each("torch.NAME(a)", "median nanmedian", ANY, smooth=False, derivatives=0), *each("a.NAME()", "median nanmedian", ANY, derivatives=0),
    *each("torch.NAME(a, {dim}, {keep})", "median nanmedian mode", ANY, words=AXIS, layouts=LAYOUTS[:3], derivatives=0),
    *each("a.NAME({dim}, keepdim={keep})", "median nanmedian", shapes("2x3 | 3 | 2x3x4"), REAL, values="finite", words=AXIS,
          layouts=LAYOUTS[:3], derivatives=0),  # of an expanded tensor torch's median is wrong
    *each("(a * 12 + torch.arange(3)).NAME(-1)", "median nanmedian", shapes("2x3 | 3"), REAL, values="finite"),
    *each("(a * 12 + torch.arange(3)).NAME()", "median nanmedian", shapes("1x3 | 3"), REAL, values="finite"),
    Row("a.mode({dim}, {keep})", ANY, values="finite", words=AXIS), Row("torch.mode(a)", ANY, values="finite"),
    *each("torch.NAME(a, 0, out=({o}, torch.zeros(0, dtype=torch.int64)))", "median nanmedian mode", FILLED, REAL, values="finite",
          words={"o": SAME["o"][:1]}, layouts=LAYOUTS[:3], derivatives=0),
    Row("torch.kthvalue(a, {k}, {dim}, {keep})", ANY, words=AXIS | {"k": ("0", "1", "2", "4")}, derivatives=0),
    Row("(a * 12 + torch.arange(3)).kthvalue({k}, -1, {keep})", shapes("2x3 | 3"), REAL, values="finite",
        words={"k": ("1", "2", "3"), "keep": KEEP}),
    Row("torch.kthvalue(a, 1, 0, out=({o}, torch.zeros(0, dtype=torch.int64)))", FILLED, REAL, values="finite",
        words={"o": SAME["o"][:1]}, derivatives=0),
    Row("torch.msort(a)", ANY, named=False), Row("a.msort()", ANY, named=False),
    Row("torch.msort(a, out={o})", FILLED, REAL, words={"o": SAME["o"][:1]}, derivatives=0),
    *each("torch.NAME(a, {q}, interpolation='{how}')", "quantile nanquantile", FLAT, words=PART, rounded=True, named=False, derivatives=0),
    *each("torch.NAME(a, {q}, {dim}, {keep}, interpolation='{how}')", "quantile nanquantile", AXES, REAL, words=PART | AXIS,
          rounded=True, values="finite", named=False, derivatives=0),
    *each("(a * 12 + torch.arange(3)).NAME({q}, -1, {keep})", "quantile nanquantile", shapes("2x3 | 3"), REAL, values="finite",
          words=AXIS | {"q": PART["q"][:3]}, rounded=True, named=False),
    *each("torch.NAME(a, 0.5, 0, out={o})", "quantile nanquantile", FILLED, REAL, words={"o": SAME["o"][:1]}, rounded=True,
          values="finite", derivatives=0),

    *each("torch.NAME(a)", "nonzero argwhere", ANY, derivatives=0), *each("a.NAME()", "nonzero argwhere", ANY, derivatives=0),
    Row("a.nonzero(as_tuple=True)", ANY, derivatives=0),
    Row("torch.nonzero(a, as_tuple={t})", ANY, words={"t": BACK}, derivatives=0),
    Row("torch.nonzero(a, out=torch.zeros(0, dtype=torch.{d}))", ANY, words={"d": ("int64", "float32")}, derivatives=0),
    *each("torch.NAME(a, return_inverse={i}, return_counts={c})", "unique unique_consecutive", ANY, words=RETURNS, derivatives=0),
    *each("a.NAME(return_inverse={i}, return_counts={c}, dim={dim})", "unique unique_consecutive", shapes("2x3 | 3x2 | 3 | 2x3x4"),
          values="finite", words=RETURNS | AXIS, derivatives=0),
    Row("torch.searchsorted(torch.sort(a).values, b, right={r}, out_int32={i})", shapes("3 3 | 3 2x3 | 2x3 2x2 | 2x3 3 | 3 ."),
        values="finite", words={"r": BACK, "i": BACK}, derivatives=0),
    Row("torch.searchsorted(a, b, sorter=torch.argsort(a, stable=True), side='{s}')", shapes("3 3 | 2x3 2x1"), values="finite", alike=True,
        words={"s": ("left", "right", "up")}, derivatives=0),
    Row("torch.searchsorted(torch.sort(a).values, {n})", shapes("3 | 5"), values="finite", words={"n": ("1", "0.5", "-3")}, derivatives=0),
    Row("torch.searchsorted(torch.sort(a).values, b, out=torch.zeros(0, dtype=torch.int64))", shapes("3 2"), values="finite",
        derivatives=0),
    Row("torch.bucketize(a, torch.sort(b).values, right={r}, out_int32={i})", shapes("3 3 | 2x3 4 | . 2 | 2 2x2"), values="finite",
        words={"r": BACK, "i": BACK}, derivatives=0),
    Row("torch.bucketize(a, torch.tensor([0., 1.]), out=torch.zeros(0, dtype=torch.int64))", shapes("3 | 2x3"), values="finite",
        derivatives=0),
    Row("torch.isin(a, b, invert={r})", TWO, layouts=LAYOUTS[:1], values="finite", words={"r": BACK}, derivatives=0),
    Row("torch.isin(a, {n})", ANY, words={"n": ("1", "0.5", "True")}, values="finite", derivatives=0),
    Row("torch.isin(a, b, out=torch.zeros(0, dtype=torch.bool))", TWO, layouts=LAYOUTS[:1], values="finite", derivatives=0),

    *each("torch.NAME(a)", "std_mean var_mean", shapes("3 | 2x3 | ."), REAL, values="finite", rounded=True, named=False, derivatives=0),
    *each("torch.NAME(a, {dim}, correction={n}, keepdim={keep})", "std_mean var_mean", shapes("2x3 | 2x4x3"), REAL, values="finite",
          rounded=True, named=False, words=AXIS | {"n": ("0", "1")}),
    *each("torch.NAME(a)", "cov corrcoef", shapes("3 | 2x4 | 3x4 | 1x4 | 2x2x2"),
          values="finite", rounded=True, named=False, derivatives=0),
    Row("a.cov(correction={n})", shapes("5 | 2x5"), REAL, values="finite", rounded=True, named=False, words={"n": ("0", "1", "2")}),
    Row("a.corrcoef()", shapes("2x5"), REAL, values="finite", rounded=True, named=False, derivatives=0),
    Row("torch.cov(a, fweights={f}, aweights={w})", shapes("2x3 | 3"), REAL, values="finite", rounded=True, derivatives=0,
        words={"f": ("None", "torch.tensor([1, 2, 3])"), "w": ("None", "torch.tensor([0.5, 1., 2.])", "torch.tensor([1])")}),
    Row("torch.bincount(a)", FLAT, ("uint8", "int64", "int32", "float32", "bool"), derivatives=0),
    Row("a.bincount(minlength={n})", FLAT, ("uint8",), words={"n": ("0", "3", "20", "-1")}, derivatives=0),
    Row("torch.bincount(a.byte(), b)", shapes("3 3 | 5 5 | 3 2"), values="unit", derivatives=0),
    Row("torch.histc(a, {n})", FLAT, values="finite", words={"n": ("1", "4", "0", "10")}, derivatives=0),
    Row("a.histc(bins=4, min={l}, max={h})", ANY, REAL, words={"l": ("-1", "0", "0.5"), "h": ("1", "0", "2.5")}, derivatives=0),
    Row("torch.histc(a, 4, -1, 1, out={o})", FLAT, REAL, words={"o": SAME["o"][:1]}, derivatives=0),

    Row("torch.diff(a)", ANY, values="finite", named=False), Row("a.diff({n}, {dim})", ANY, values="finite", named=False,
        words={"dim": DIM, "n": ("0", "1", "2", "5", "-1")}),
    Row("torch.diff(a, prepend=a, append=b)", shapes("2x3 2x3 | 3 2 | 2x3 2x1"), values="finite", named=False),
    Row("torch.diff(a, out={o})", FILLED, REAL, words={"o": SAME["o"][:1]}, values="finite", derivatives=0),
    *each("torch.NAME(a, dim={dim})", "trapezoid trapz cumulative_trapezoid", ANY, NUMBERS, values="finite", named=False, rounded=True, words=AXIS),
    *each("torch.NAME(a, b)", "trapezoid cumulative_trapezoid", shapes("3 3 | 2x3 3 | 2x3 2x3 | 3 2"), values="finite", named=False,
          rounded=True),
    *each("torch.NAME(a, dx=0.5)", "trapezoid trapz cumulative_trapezoid", shapes("3 | 2x3"), values="finite", named=False, rounded=True),
    *each("a.NAME(axis=-1, keepdims={keep})", "median mode", shapes("2x3"), REAL, values="finite", layouts=LAYOUTS[:3], words=AXIS, derivatives=0),
]
