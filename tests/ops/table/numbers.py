"""Python's and NumPy's numbers, and what becomes of those that a dtype does not hold."""

from tests.ops.table.row import MORE, NOTHING, Row, shapes

BEYOND = ("2**31", "-2**31 - 1", "2**63", "2**64", "-2**63 - 1", "-2**63", "300", "256", "-1", "-200", "np.nan", "np.inf", "-np.inf",
          "1e39", "-1e39", "65504.", "65520.", "70000.", "3e38", "3.4028235e38", "2.5", "1j", "(2+0j)", "True", "10**400")
OF_NUMPY = ("np.int64(3)", "np.int8(-3)", "np.float32(2.5)", "np.float64(2.5)", "np.float16(2.5)", "np.bool_(True)", "np.longdouble(2.5)")
OF_DTYPE = ("torch.bool", "torch.uint8", "torch.int8", "torch.int16", "torch.int32", "torch.int64", "torch.float16", "torch.float32",
            "torch.float64")
# With a bool, a complex number or an int of 64 bits without a sign, PyTorch has dtypes and answers of its own.
ORDINARY = tuple(v for v in BEYOND if v not in ("2**63", "1j", "(2+0j)", "True"))
THREE, PAIR = shapes("3 | 2x3 | 1x3"), shapes("3 3")


def _with(texts, values, given=THREE, **options):
    return [Row(text, given, derivatives=0, values="finite", layouts=("plain",), words={"v": values, "d": OF_DTYPE},
                **{"dtypes": MORE} | options)
            for text in texts]


HELD = [
    *_with(("a.fill_({v})", "torch.fill(a, {v})", "torch.full_like(a, {v})", "torch.full_like(a, {v}, dtype={d})", "a.new_full((2,), {v})",
            "a.masked_fill(a > 0, {v})", "a.masked_fill_(a > 0, {v})", "a.index_fill(0, torch.tensor([0]), {v})",
            "a.masked_fill(a > 0, torch.tensor({v}))", "a.copy_({v})", "a.__setitem__(0, {v})", "a.__setitem__(a > 0, {v})",
            "a.__setitem__(..., {v})", "a.scatter(0, torch.zeros_like(a, dtype=torch.int64), {v})"), (*BEYOND, "np.int64(3)")),
    *_with(("a.fill_diagonal_({v})",), (*BEYOND, *OF_NUMPY), shapes("2x3")),
    *_with(("torch.add(a, b, alpha={v})", "torch.sub(a, b, alpha={v})"), BEYOND, PAIR, alike=True, rounded=True),  # torch fuses alpha * b with the sum
    *_with(("torch.addcmul(a, b, a, value={v})",), ORDINARY, PAIR, alike=True, rounded=True),
    *_with(("torch.addmm(a, b, b, alpha={v})", "torch.addmm(a, b, b, beta={v})"), ("300", "-1", "-200", "2.0**130", "np.nan", "1j", "2**31"),
           shapes("2x2 2x2"), dtypes=MORE[:-1], alike=True, rounded=True),
    *_with(("a.clamp({v})", "a.clamp(None, {v})", "a.clamp_min({v})", "a.clamp_max({v})", "a.clamp_({v})", "torch.where(a > 0, a, {v})",
            "torch.where(a > 0, {v}, a)", "a + {v}", "a * {v}", "a - {v}", "{v} - a", "a == {v}", "a < {v}"), ORDINARY[:-1]),
    *_with(("a ** {v}",), ("300", "2**31", "256", "1e39", "70000.", "2**64", "True"), rounded=True),
    Row("torch.full((2,), {v}, dtype={d})", NOTHING, derivatives=0, words={"v": (*BEYOND, *OF_NUMPY), "d": OF_DTYPE}),
    Row("torch.full((2,), {v})", NOTHING, derivatives=0, words={"v": (*BEYOND, *OF_NUMPY)}),
    Row("torch.scalar_tensor({v}, dtype={d})", NOTHING, derivatives=0, words={"v": (*BEYOND, *OF_NUMPY), "d": OF_DTYPE}),
    Row("torch.tensor({v}, dtype={d})", NOTHING, derivatives=0, words={"v": ("-1", "300", "-200", "2.5", "1e39", "2**63"), "d": OF_DTYPE}),
    Row("torch.linspace(0, {v}, 3, dtype={d})", NOTHING, derivatives=0, words={"v": ORDINARY[5:-1], "d": OF_DTYPE[1:]}),
    Row("torch.arange(0, {v}, {v}, dtype={d})", NOTHING, derivatives=0,
        words={"v": ("1e39", "-1e39", "2**64", "np.nan", "np.inf", "70000.", "3", "2.5"), "d": OF_DTYPE[1:]}),
    Row("torch.arange({v})", NOTHING, derivatives=0, words={"v": OF_NUMPY}),
    Row("torch.linspace(0, {v}, 3)", NOTHING, derivatives=0, words={"v": OF_NUMPY}),
    Row("torch.tensor({v})", NOTHING, derivatives=0, words={"v": (*OF_NUMPY, "[np.longdouble(1)]", "np.uint64(1)")}),
    Row("torch.as_tensor({v})", NOTHING, derivatives=0, words={"v": OF_NUMPY}),
    *_with(("a.masked_fill(a > 0, {v})", "a.index_fill(0, torch.tensor([0]), {v})", "a.clamp_min({v})", "a.copy_({v})", "a.add({v})",
            "torch.xlogy(a, {v})", "torch.mul(a, {v})", "a.sum({v} - 3)"), OF_NUMPY[:1] + OF_NUMPY[2:5], shapes("3 | 2x3"), rounded=True),
]
