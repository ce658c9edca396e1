"""Branches of derivatives that few of the other rows take: a row for each, so that no change of one goes unseen (tests/mutation)."""

from tests.ops.table.row import ANY, REAL, Row, each, shapes

COMPLEX = ("complex64",)
PAIR, TRIPLE = shapes("2x3 2x3 | 2x3 3"), shapes("2x3 2x3 2x3")
IMAGES = shapes("2x2x5x4 3x2x2x3")
# Zeros with a slope of 1, where a corner lies; beside them other numbers. A difference quotient does not see that slope.
CORNER = {"smooth": False, "values": "finite"}
ZERO, ZERO_TOO = "(a-a[:1].detach())", "(b-b[:1].detach())"
ONE_NAN = "torch.tensor([False, True, False, False, False])"
OF_EACH = "(({0}.real + {0}.imag * torch.tensor([[1j], [0], [0]])) * torch.tensor([[1], [1], [0]]))"  # complex, real, and 0
SEEDED = "(torch.manual_seed(3), {})[1]"
INDEX = "torch.tensor([[2, 0, 2], [1, 1, 1]])"

BRANCHES = [
    # at zero
    *each(f"torch.NAME{ZERO}", "special.i1 special.i1e special.i0e sinc special.entr sgn angle abs sqrt", shapes("2x3"), REAL, rounded=True, **CORNER),
    *each(f"F.NAME{ZERO}", "elu celu selu", shapes("2x3"), REAL, rounded=True, derivatives=1, **CORNER),
    Row(f"torch.sign{ZERO}", shapes("2x3"), REAL, **CORNER),
    *each(f"torch.NAME{ZERO}", "angle sgn abs", shapes("2x3"), COMPLEX, rounded=True, **CORNER),
    Row("torch.angle(a)", shapes("2x3 | 2x1x3"), COMPLEX, values="finite", rounded=True),
    *each(f"torch.NAME({ZERO}, b)", "copysign xlogy special.xlog1py", PAIR[:1], REAL, rounded=True, derivatives=1, **CORNER),
    *each(f"torch.NAME({ZERO}, {ZERO_TOO})", "atan2 fmax fmin clamp_min clamp_max", PAIR[:1], REAL, rounded=True, **CORNER),
    *each(f"torch.NAME({ZERO}, {ZERO_TOO})", "maximum minimum", PAIR[:1], REAL, **CORNER),
    *each(f"torch.NAME({ZERO}, {{p}})", "norm linalg.vector_norm", shapes("2x3"), REAL, rounded=True, derivatives=1,
          words={"p": ("1", "2", "3", "float('inf')")}, **CORNER),
    # one of two, and NaN beside a number
    *each("torch.NAME(a, b)", "fmax fmin clamp_min clamp_max copysign", PAIR, REAL, values="finite", rounded=True),
    *each("torch.NAME(a, b.log())", "fmax fmin", PAIR, ("float64",), values="finite", rounded=True, derivatives=1),
    *each("torch.nextafter(NAME)", "a,b a,a.detach()", PAIR[:1], REAL, **CORNER),
    # a number for one of both
    *each("torch.NAME(2.5, a)", "xlogy special.xlog1py", shapes("2x3"), REAL, values="positive", rounded=True),
    *each("torch.NAME(a, 2.5)", "xlogy special.xlog1py", shapes("2x3"), REAL, values="finite", rounded=True),
    *each(f"torch.xlogy({ZERO}, NAME)", "0 -1.5 0.5", shapes("2x3"), REAL, rounded=True, derivatives=1, **CORNER),
    # parts of complex numbers
    Row("torch.complex(a, b)", PAIR, REAL, alike=True, values="finite", rounded=True),
    Row("torch.polar(a, b)", PAIR, REAL, alike=True, values="positive", rounded=True),
    Row("torch.polar(a, b)", PAIR, REAL, alike=True, rounded=True, **CORNER),  # of a length below 0, torch's gradient looks the other way
    Row("torch.view_as_real(a * (1 + 0.5j))", shapes("2x3 | 2x1x3"), REAL, values="finite", rounded=True),
    Row("torch.view_as_complex(a)", shapes("3x2 | 2x3x2"), REAL, values="finite", layouts=("plain",)),
    # what is drawn has no slope
    *each(SEEDED.format("torch.NAME(a)"), "poisson bernoulli", shapes("2x3"), REAL, values="unit", layouts=("plain",), smooth=False),
    # sums along each axis of several, and of a single number
    Row("torch.logcumsumexp(a, {dim})", shapes("2x3x4 | 2x3"), REAL, values="finite", rounded=True, words={"dim": ("1", "-1")}),
    *each("torch.NAME(a, {dim})", "cumprod cumsum cummax cummin prod", shapes("2x3x4 | 2x3"), REAL, values="finite", words={"dim": ("1", "-1")}),
    Row("torch.logcumsumexp(a, 0)", shapes("."), REAL, values="finite", rounded=True),
    *each("torch.NAME(a, 0)", "cumprod cumsum cummax cummin prod", shapes("."), REAL, values="finite"),
    Row("torch.trace(a)", shapes("2x3 | 3x2"), REAL, values="finite"), Row("torch.trace(a)", shapes("0x3"), REAL, values="finite"),
    # many into one place
    *each(f"torch.scatter_reduce(a, 1, {INDEX}, b, 'NAME', include_self={{keep}})", "sum mean prod amax amin", PAIR[:1], REAL, alike=True, rounded=True,
          values="finite", derivatives=1, words={"keep": ("True", "False")}),
    *each(f"torch.scatter_reduce(a, 0, torch.tensor([[1, 0, 1], [1, 1, 0]]), b, 'NAME', include_self={{keep}})", "sum mean prod amax amin", shapes("3x3 2x3"), REAL,
          alike=True, rounded=True, values="finite", derivatives=1, words={"keep": ("True", "False")}),
    *each(f"torch.scatter_reduce(NAME, 1, {INDEX}, {ZERO_TOO}, 'prod', include_self={{keep}})", f"a {ZERO}", PAIR[:1], REAL, alike=True, derivatives=1,
          words={"keep": ("True", "False")}, **CORNER),
    *each(f"torch.scatter_reduce({ZERO}, 1, {INDEX}, {ZERO_TOO}, 'NAME')", "amax amin", PAIR[:1], REAL, alike=True, derivatives=1, **CORNER),
    # weights as large as the input
    Row("F.layer_norm(a, (2, 3), b, c)", TRIPLE, REAL, alike=True, values="finite", rounded=True),
    # weighed losses
    Row("F.binary_cross_entropy(a, b, torch.tensor([[0.5, 2., 3.]], dtype=a.dtype), reduction='{how}')", PAIR[:1], REAL, alike=True, values="unit", rounded=True,
        derivatives=1, words={"how": ("mean", "sum", "none")}),
    # equal eigenvalues turn freely
    Row("torch.linalg.eigh(a - a.detach() + torch.eye(2, dtype=a.dtype))[1]", shapes("2x2"), REAL, derivatives=1, **CORNER),
    # 0 to a power, on both sides of 0: the slope is 0 where there is one, and the second derivative is NaN
    *each("torch.pow(NAME, a)", "0. 0j", shapes("3x5"), REAL, rounded=True, **CORNER), Row("torch.pow(0, a)", ANY, rounded=True, smooth=False),
    Row(f"torch.pow(0, {OF_EACH.format('a')})", shapes("3x5"), COMPLEX, rounded=True, **CORNER),
    Row(f"torch.pow({ZERO}, b)", shapes("2x5 2x5"), REAL, rounded=True, **CORNER),
    Row(f"torch.pow({ZERO}, {OF_EACH.format('b')})", shapes("1x5 3x5"), COMPLEX, alike=True, rounded=True, **CORNER),
    # rows of zeros beside others with a zero in them
    *each(f"torch.linalg.vector_norm({ZERO}*torch.tensor([0.,1.,0.,1.]).to(a.dtype), NAME, 1)", "0.5 1.5 2 2.5 3 float('inf')", shapes("3x4"), REAL, rounded=True,
          **CORNER),
    # outside of where a logarithm is, and NaN among what is added
    Row("torch.logit(a)", shapes("3x5"), REAL, rounded=True, **CORNER),
    Row("torch.nansum(a.log())", shapes("3x5"), REAL, rounded=True, derivatives=1, **CORNER),
    # elements on top of each other share what arrives
    *each("torch.as_strided(NAME, (2, 5), (1, 2))", "a.expand(2,3,4) a[0,0].expand(3) a.as_strided((2,2),(1,1)) a.as_strided((4,2),(1,2)) a.as_strided((3,2),(2,4)) a.unfold(1,2,1)",
          shapes("3x4"), REAL, values="finite", layouts=("plain",), named=False, smooth=False),
    # kept by the forward pass: an infinite mantissa, the middle of NaN, targets that do not count, a bag without rows
    Row("torch.frexp(a).mantissa", shapes("3x5"), REAL, values="special", layouts=("plain",), smooth=False),
    Row("torch.median(torch.where(a > 0, a, a / 0 * 0))", shapes("3x5"), REAL, derivatives=1, **CORNER),
    *each(f"torch.NAME({{nan}})", "median nanmedian", shapes("5"), REAL, derivatives=1, words={"nan": (f"torch.where({ONE_NAN}, a / 0 * 0, a)",)}, **CORNER),
    Row(f"torch.nanmedian(torch.where({ONE_NAN} | (a > 1), a / 0 * 0, a))", shapes("3x5"), REAL, derivatives=1, **CORNER),
    *each("F.nll_loss(a, torch.tensor([1, -100, 0]), reduction='NAME')", "mean sum none", shapes("3x3"), REAL, values="finite", rounded=True),
    Row("F.embedding_bag(torch.tensor([0, 0]), a, torch.tensor([0, 0]), mode='max')", shapes("1x3"), REAL, values="finite"),
]
