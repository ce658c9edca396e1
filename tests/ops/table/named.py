"""Names beside the great rooms: memory that is given, counts drawn at random, histograms, blocks, elements by Python, in-place functions."""

from tests.ops.both import LAYOUTS
from tests.ops.table.row import ANY, AXES, DIM, KEEP, MORE, NOTHING, REAL, TWO, Row, each, shapes

MATRICES = shapes("2x3 | 3x3 | 1x4 | 0x3 | 3x0")
SQUARES = shapes("2x2 | 3x3 | 1x1 | 4x4")
BUFFER = ("bytearray(range(16))", "memoryview(bytearray(range(16)))", "np.arange(4)", "[1, 2]", "bytearray()", "bytearray(7)")
NAMES_IN_PLACE = ("abs_ acos_ acosh_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ asin_ asinh_ atan_ atanh_ cos_ cosh_ deg2rad_ erf_ "
                  "erfc_ exp2_ exp_ expm1_ i0_ log10_ log1p_ log2_ log_ logit_ nan_to_num_ rad2deg_ rsqrt_ sigmoid_ sin_ sinc_ sinh_ "
                  "sqrt_ tan_ tanh_ reciprocal_")
EXACT_IN_PLACE = "ceil_ fix_ floor_ frac_ neg_ negative_ relu_ round_ square_ trunc_ detach_ zero_"

GIVEN = [
    Row("torch.asarray({data})", NOTHING, words={"data": (
        "1", "1.5", "[1, 2]", "[[1.5], [2]]", "(True, 0)", "np.ones(2)", "np.float64(2)", "range(3)", "[]", "'a'", "[1, 'a']", "None", "[[1], [1, 2]]",
        "bytearray(8)", "[1, 2], dtype=torch.float32", "[1, 2], copy=True", "[1, 2], copy=False", "np.ones(2), copy=False", "np.ones(2), copy=True",
        "np.ones(2), dtype=torch.float32, copy=False", "[1., 2.], requires_grad=True", "[1], requires_grad=True")}),
    Row("torch.asarray(a{how})", ANY, derivatives=0, words={"how": ("", ", copy=True", ", copy=False", ", dtype=torch.float64", ", device='cpu'")}),
    Row("torch.asarray(a).is_set_to(a)", AXES[:3]), Row("torch.asarray(a, copy=True).is_set_to(a)", AXES[:3]),
    Row("torch.frombuffer({data}, dtype=torch.{kind}{more})", NOTHING, words={
        "data": BUFFER, "kind": ("float32", "int16", "uint8", "float64", "bool"),
        "more": ("", ", count=1", ", count=3", ", count=0", ", offset=4", ", offset=3", ", offset=16", ", offset=-1", ", count=2, offset=8", ", count=9")}),
    Row("torch.frombuffer(bytearray(4))", NOTHING),
    Row("torch.scalar_tensor({n})", NOTHING, words={"n": ("3", "2.5", "True", "3, dtype=torch.int64", "2.5, dtype=torch.int64", "torch.tensor(1)", "'a'", "[1]")}),
    Row("torch.empty_strided({n}).stride()", NOTHING, words={"n": ("(2, 3), (1, 2)", "(2, 3), (3, 1)", "(), ()", "(0, 3), (3, 1)", "(2,), (1, 2)", "(2, 3), (-1, 1)",
        "(2, 3), (0, 1)", "(2, -3), (3, 1)", "(4,), (2,), dtype=torch.int64")}),
    Row("torch.empty_permuted({n}).stride()", NOTHING, words={"n": ("(2, 3, 5), (0, 2, 1)", "(2, 3), (1, 0)", "(), ()", "(2, 3), (0, 0)", "(2, 3), (0,)")}),
    Row("a.new_empty_strided({n}).stride()", ANY, words={"n": ("(2, 3), (1, 2)", "(), ()", "(2,), (1, 1)")}),
    Row("torch.fill(a, {n})", ANY, words={"n": ("2", "-1.5", "True", "torch.tensor(2)", "torch.tensor(1.5)", "torch.tensor([1.])")}),
    Row("torch.fill(a, b)", shapes("2x3 . | . . | 0x3 . | 2x3 1"), REAL), Row("torch.detach(a)", ANY, MORE, derivatives=0),
    Row("a.apply_(lambda x: {n})", ANY, MORE, layouts=LAYOUTS[:3], derivatives=0, words={"n": ("x * 2", "x + 1.5", "x and 0", "x == 1")}),
    Row("a.apply_({f})", shapes("2x3 | 0"), layouts=LAYOUTS[:1], derivatives=0, words={"f": ("lambda x: 'a'", "lambda x: None", "abs")}),
    Row("a.map_(b, lambda x, y: x * y)", TWO, REAL, layouts=LAYOUTS[:1], derivatives=0), Row("a.map2_(a, b, lambda x, y, z: x + y - z)", TWO, REAL, layouts=LAYOUTS[:1], derivatives=0, alike=True),
]
ASKED = [
    *each("torch.NAME(a, b)", "is_same_size", TWO), Row("a.is_same_size(b)", TWO), Row("a.is_set_to(b)", TWO), Row("a.is_set_to(a)", ANY),
    *each("NAME", "torch.is_signed(a) a.is_signed() torch.get_device(a) a.ndimension() a.output_nr a.retains_grad a.volatile a.is_nested a.is_mkldnn a.is_sparse_csr a.is_xla "
          "a.is_mtia a.is_vulkan a.is_ipu a.is_maia", ANY, MORE), Row("torch.is_signed([1])", NOTHING),
    Row("a.dim_order()", shapes("2x3 | 3 | . | 2x3x4"), layouts=("plain", "transposed")),
    *each("NAME", "torch.resolve_conj(a) torch.resolve_neg(a) a.resolve_conj() a.resolve_neg() torch.conj_physical(a)", ANY, MORE, derivatives=0), Row("a.conj_physical()", ANY, derivatives=0),
    Row("a.reshape_as(b)", shapes("2x3 6 | 6 2x3 | 2x3 2 | . 1 | 0x3 0"), named=False),
    Row("a.sum_to_size({n})", AXES, named=False, words={"n": ("3", "1, 3", "1", "2, 1", "(2, 3)", "()", "2, 1, 1", "4", "0, 3")}),
    *each("NAME", "torch.split_with_sizes(a,[1,1]) a.split_with_sizes([1,2],-1) a.split_with_sizes([1],0)", AXES),
    Row("a.cfloat().real", ANY, derivatives=0), Row("a.cdouble().real", ANY, derivatives=0),
    Row("torch.unravel_index(a, {n})", ANY, ("int64", "int32", "uint8", "float32", "bool"), words={"n": ("(2, 3)", "(3, 4, 5)", "6", "()", "(2., 3)", "(-2, 3)")}),
]
MADE = [
    Row("torch.block_diag({n})", shapes("2x3 1x2 | . 3 | 2x2 . | 0x2 1x1 | 2x1x3 1 | 3x0 2x2"), words={"n": ("a", "a, b", "b, a, a", "[a, b]")}),
    Row("torch.vander(a{n})", shapes("3 | 1 | 0 | 2x3 | ."), words={"n": ("", ", 2", ", 4", ", 0", ", -1", ", increasing=True", ", 3, True")}, rounded=True, derivatives=0),
    Row("a.fill_diagonal_({n})", shapes("3x3 | 2x3 | 7x3 | 3 | 2x2x2 | 2x2x3 | . | 9x2 | 0x3"), layouts=LAYOUTS[:3], derivatives=1, named=False,
        words={"n": ("1", "2.5", "torch.tensor(3)")}),
    Row("a.fill_diagonal_({n})", shapes("7x3 | 9x2 | 5x2 | 3x3 | 2x3 | 3x1"), layouts=LAYOUTS[:1], derivatives=0, words={"n": ("1, True", "5, wrap=True")}),
    Row("torch.renorm(a, {p}, {dim}, {n})", AXES, REAL, rounded=True, derivatives=1, values="apart positive", named=False, words={"p": ("2", "1", "3", "float('inf')", "0", "-1"), "dim": DIM, "n": ("1", "2.5", "-1", "100")}),
    *each("NAME", "a.renorm(2,0,1.0) a.renorm_(2,0,1.0)", MATRICES[:3], REAL, rounded=True, named=False, layouts=LAYOUTS[:2], derivatives=1, values="positive"),
    Row("torch.renorm(a, 2, 0, 1)", MATRICES, ("int64",), derivatives=0),
    Row("torch.nuclear_norm(a{n})", MATRICES, REAL, rounded=True, derivatives=0, values="finite", words={"n": ("", ", (0, 1)", ", keepdim=True", ", (1, 0), True", ", (0, 0)")}), Row("torch.nuclear_norm(a)", shapes("3 | . | 2x3"), ("int64",), derivatives=0),
    Row("torch.nuclear_norm(a + torch.eye(len(a), dtype=a.dtype) * torch.tensor([9., 20., 33., 48.], dtype=a.dtype)[:len(a)])", SQUARES, REAL, rounded=True, named=False, derivatives=1, values="positive"), Row("torch.frobenius_norm(a, {n})", AXES, REAL, rounded=True, named=False, derivatives=1, values="finite", words={"n": ("0", "(0, 1)", "-1, True", "(0, 0)", "5")}),
    Row("torch.frobenius_norm(a, 0)", AXES, ("int64",), derivatives=0),
    Row("torch.frexp(a)", ANY, MORE, derivatives=1), Row("a.frexp()", ANY, REAL, derivatives=1),
    Row("torch.gradient(a{n})", shapes("4 | 2x3 | 3x4 | 1 | 2 | . | 2x1"), ("int64", "float32", "float64"), rounded=True, named=False, words={"n": (
        "", ", dim=0", ", dim=-1", ", spacing=2.", ", spacing=0.5, edge_order=2", ", edge_order=2", ", edge_order=3", ", spacing=[2., 0.5]", ", dim=(0, 0)", ", dim=5", ", spacing=[2.], dim=0")}),
    Row("torch.gradient(a, spacing=({n},), dim={dim}, edge_order={order})", shapes("4 | 4x4"), REAL, rounded=True, named=False,
        words={"n": ("torch.tensor([0., 1, 3, 4])", "torch.tensor([0., 2., 2.5, 9.])", "torch.tensor([[1.]])"), "dim": ("0", "-1"), "order": ("1", "2")}),
    Row("torch.index_reduce(a, {dim}, {index}, b, '{how}', include_self={keep})", shapes("2x3 2x3 | 3x2 2x2 | 4 2 | 2x3 1x3"), ("int64", "float32", "float64"), alike=True, rounded=True, named=False, derivatives=1,
        smooth=False, words={"dim": ("0", "-1", "2"), "index": ("torch.tensor([0, 1])", "torch.tensor([1, 1])", "torch.tensor([0])", "torch.tensor([9, 0])", "torch.tensor([[0, 1]])"), "how": ("prod", "mean", "amax", "amin", "sum"), "keep": KEEP}),
    *each("a.NAME(0, torch.tensor([1, 1]), b, 'prod')", "index_reduce index_reduce_", shapes("2x3 2x3 | 4 2"), REAL, alike=True, layouts=LAYOUTS[:1], named=False, derivatives=0, rounded=True),
]
COUNTED = [
    Row("torch.histogram(a, {n})", ANY, REAL, rounded=True, derivatives=0, words={"n": ("3", "1", "0", "-2", "2.5", "4, range=(-1, 2)", "3, range=(2, 1)", "3, range=(1., 1.)", "3, density=True",
        "torch.tensor([-2., 0, 1])", "torch.tensor([-1., 0, 1], dtype=torch.float64)", "torch.tensor([1.])", "torch.tensor([[1., 2.]])", "torch.tensor([0., 1]), range=(0, 1)", "torch.tensor([0, 1])", "None", "True")}),
    Row("a.histogram(3, weight=b, density={keep})", shapes("3 3 | 2x3 2x3 | 3 2"), REAL, rounded=True, derivatives=0, words={"keep": KEEP}, values="finite"),
    Row("torch.histogram(a, 3)", ANY, ("int64", "bool"), derivatives=0),
    *each("(torch.manual_seed({seed}), NAME)[1]", "torch.bernoulli(a,0.3) a.bernoulli() a.bernoulli(0.6) a.bernoulli(p=0.1) torch.bernoulli(a,p=2.0)", ANY, REAL, values="unit", derivatives=0, layouts=("plain",),
          words={"seed": ("0", "7")}),
    Row("(torch.manual_seed({seed}), torch.poisson(a * {n}))[1]", ANY, REAL, values="positive", derivatives=0, words={"seed": ("0", "3", "8"), "n": ("1", "0", "20.0", "1e5", "-1.0")}),
    Row("torch.poisson(a)", ANY, ("int64", "bool"), derivatives=0), Row("torch.poisson(2.0)", NOTHING),
    Row("(torch.manual_seed({seed}), torch.binomial(a * {n}, b))[1]", shapes("3 3 | . . | 2x3 3 | 2x3 2x3 | 2x1 1x3 | 0 0 | 2 3 | 2x1x3 4x1 | 4x1 2x1x3 | 2x1x3 2x4x3 | 3 2x3"), REAL, alike=True, values="unit", derivatives=0,
        words={"seed": ("0", "3", "8"), "n": ("8.0", "100.0", "5000.0", "-1.0", "0.0")}),
    Row("torch.binomial(a, b)", TWO, ("int64", "float32"), values="unit", derivatives=0), Row("torch.binomial(2., 0.5)", NOTHING),
    *each("(torch.manual_seed(5), torch.NAME(a, generator=torch.Generator(a.device).manual_seed({seed})))[1]", "rand_like randn_like poisson bernoulli", ANY, REAL, values="unit", derivatives=0, layouts=("plain",), words={"seed": ("0", "4")}, rounded=True),
    Row("torch.randint_like(a, 9, generator=torch.Generator(a.device).manual_seed(2))", ANY, layouts=("plain",), derivatives=0),
    *each("torch.NAME(4, generator=torch.Generator(torch.get_default_device()).manual_seed(2))", "rand randn randperm", NOTHING, rounded=True),
    *each("(torch.NAME({n}))", "use_deterministic_algorithms", NOTHING, words={"n": ("False", "1", "False, warn_only=False", "False, warn_only=1")}),
    *each("torch.NAME()", "are_deterministic_algorithms_enabled is_deterministic_algorithms_warn_only_enabled get_float32_matmul_precision", NOTHING), Row("torch.set_float32_matmul_precision('highest')", NOTHING),
]
SPD = "(a @ a.mH + 20 * torch.eye(a.shape[-2], dtype=a.dtype))"
TRIANGLE = f"torch.linalg.cholesky({SPD})"
FLIPPED = "a + 9 * torch.eye(*a.shape[-2:], dtype=a.dtype)[[*range(a.shape[-2])][::-1]]"  # rows change places, and no pivot is small
SOLVED = [
    # Of numbers that are apart no two sizes tie after rounding: there torch's choice of a row depends on whether its BLAS, built for the processor,
    # rounds a product before it is added. Ties without rounding are in corners.py.
    Row("torch.linalg.lu({n})", shapes("3x3 | 2x3 | 4x2 | 2x3x3 | 1x1 | 3 | 2x2x3"), REAL, rounded=True, named=False, derivatives=0, values="apart", words={"n": (FLIPPED, f"{FLIPPED}, pivot=False")}),
    Row(f"torch.lu({FLIPPED})", shapes("3x3 | 2x3 | 4x2 | 2x3x3 | 3 | 0x0 | 0x3 | 3x0"), REAL, rounded=True, derivatives=0, values="apart"), Row(f"({FLIPPED}).lu()", shapes("3x3 | 2x3"), REAL, rounded=True, derivatives=0, values="apart"),
    Row("torch.lu(a)", shapes("3x3"), ("int64", "float16"), derivatives=0), Row(f"torch.lu({SPD})", shapes("3x3 | 1x1 | 2x3x3"), REAL, rounded=True, derivatives=1, values="finite"),
    Row(f"torch.linalg.lu_factor({SPD})", shapes("3x3 | 1x1 | 2x3x3"), REAL, rounded=True, derivatives=1, values="finite"), Row("torch.linalg.lu_factor(a - a)", shapes("3x3 | 2x3 | 3"), REAL, derivatives=0, values="finite"),
    Row("torch.linalg.lu(a + torch.tensor([[10., 1, 2], [1, 40, 3]]).to(a.dtype))[{n}]", shapes("2x3"), REAL, rounded=True, named=False, derivatives=1, values="unit", words={"n": ("1", "2")}),
    Row("torch.linalg.lu(a + torch.tensor([[10., 1], [1, 40], [2, 3]]).to(a.dtype))[{n}]", shapes("3x2"), REAL, rounded=True, named=False, derivatives=1, values="unit", words={"n": ("1", "2")}),
    Row(f"torch.lu_unpack(*torch.lu({SPD}), {{n}})", shapes("3x3 | 2x2x3"), REAL, rounded=True, named=False, derivatives=0, values="finite", words={"n": ("True", "unpack_data=False", "unpack_pivots=False")}),
    Row(f"torch.linalg.lu_solve(*torch.lu({SPD}), b{{n}})", shapes("3x3 3x2 | 2x3x3 3x1 | 1x1 1x1 | 3x3 2x3 | 3x3 3 | 2x2 2x2"), REAL, alike=True, rounded=True, named=False, derivatives=1, values="finite",
        words={"n": ("", ", left=False", ", adjoint=True", ", left=False, adjoint=True")}),
    Row(f"torch.lu_solve(b, *torch.lu({SPD}))", shapes("3x3 3x2 | 1x1 1x1"), REAL, alike=True, rounded=True, named=False, derivatives=0, values="finite"), Row(f"b.lu_solve(*torch.lu({SPD}))", shapes("3x3 3x2"), REAL, alike=True, rounded=True, named=False, derivatives=0, values="finite"),
    *each(f"NAME(b, {TRIANGLE})", "torch.cholesky_solve", shapes("3x3 3x2 | 2x3x3 3x1 | 1x1 1x1 | 3x3 2x3 | 3x3 3"), REAL, alike=True, rounded=True, named=False, derivatives=1, values="finite"),
    Row(f"torch.cholesky_solve(b, {TRIANGLE}.mT, upper=True)", shapes("3x3 3x2 | 2x2 2x2"), REAL, alike=True, rounded=True, named=False, derivatives=1, values="finite"), Row(f"b.cholesky_solve({TRIANGLE})", shapes("3x3 3x2"), REAL, alike=True, rounded=True, named=False, derivatives=0, values="finite"),
    *each(f"NAME({TRIANGLE})", "torch.cholesky_inverse", shapes("3x3 | 2x3x3 | 1x1"), REAL, rounded=True, named=False, derivatives=1, values="finite"), Row("torch.cholesky_inverse(a{n})", shapes("2x3 | 3 | 2x2"), ("int64", "float32"), derivatives=0, values="positive", rounded=True, words={"n": ("", ", upper=True")}),
    Row(f"{TRIANGLE}.cholesky_inverse()", shapes("3x3"), REAL, rounded=True, named=False, derivatives=0, values="finite"),
    Row(f"torch.triangular_solve(b, {TRIANGLE}, {{n}})", shapes("3x3 3x2 | 2x3x3 3x1 | 3x3 2x3 | 3x3 3"), REAL, alike=True, rounded=True, named=False, derivatives=1, values="finite", words={"n": ("upper=False", "upper=False, transpose=True", "True", "False, False, True")}),
    Row(f"b.triangular_solve({TRIANGLE}, upper=False)", shapes("3x3 3x2"), REAL, alike=True, rounded=True, named=False, derivatives=0, values="finite"),
    Row("torch.linalg.tensorinv((torch.eye(4).to(a.dtype) * 20 + a).reshape({n}))", shapes("4x4"), REAL, rounded=True, named=False, values="finite", words={"n": ("4, 2, 2), ind=(1", "2, 2, 4), ind=(2", "2, 2, 2, 2), ind=(2", "4, 4), ind=(0", "4, 4), ind=(2", "2, 2, 4), ind=(1")}),
    Row("torch.linalg.tensorsolve((torch.eye(4).to(a.dtype) * 20 + a).reshape({n}), b)", shapes("4x4 4 | 4x4 2x2 | 4x4 2"), REAL, alike=True, rounded=True, named=False, values="finite", words={"n": ("4, 2, 2", "2, 2, 4", "2, 2, 2, 2", "4, 4")}),
    Row("torch.linalg.tensorsolve((torch.eye(4).to(a.dtype) * 20 + a).reshape(2, 4, 2), b, dims=(1,))", shapes("4x4 2x2"), REAL, alike=True, rounded=True, named=False, values="finite"),
    *each(f"torch.NAME(b, {TRIANGLE}, out=torch.empty(0, dtype=torch.{{kind}}))", "cholesky_solve", shapes("3x3 3x2"), ("float64",), alike=True, rounded=True, derivatives=0, values="finite", words={"kind": ("float32", "float64")}),
    Row(f"torch.cholesky_inverse({TRIANGLE}, out=torch.empty(0, dtype=torch.{{kind}}))", shapes("3x3"), ("float64",), rounded=True, derivatives=0, values="finite", words={"kind": ("float32", "float64")}),
    Row(f"torch.lu_solve(b, *torch.lu({SPD}), out=torch.empty(0, dtype=torch.{{kind}}))", shapes("3x3 3x2"), REAL, alike=True, rounded=True, derivatives=0, values="finite", words={"kind": ("float32", "float64")}),
]
SPECIAL = [
    *each("torch.special.NAME(a)", "i0e i1e erfcx", ANY, rounded=True, derivatives=1, values="finite"), *each("torch.special.NAME(a, b)", "gammainc gammaincc", TWO, REAL, values="positive", rounded=True, derivatives=0),
    *each("torch.NAME(torch.tensor({n}).to(a.dtype), a)", "igamma igammac", ANY, REAL, values="positive", rounded=True, words={"n": ("0.5", "1.0", "3.25", "8.0")}), *each("torch.NAME(a, b)", "igamma igammac", TWO, ("int64", "float32"), values="positive", rounded=True, derivatives=0),
    *each("a.NAME(b)", "igamma igammac igamma_ igammac_", TWO, REAL, values="positive", rounded=True, derivatives=0, layouts=LAYOUTS[:2]), *each("torch.NAME(a, 2.0)", "igamma igammac", ANY[:2], REAL),
    Row("torch.special.zeta(a, b)", TWO, rounded=True, derivatives=0, values="finite"), Row("torch.special.zeta({n}, a)", ANY, REAL, values="positive", rounded=True, words={"n": ("2.0", "3.5", "1", "7")}, named=False),
    Row("torch.special.zeta(a, {n})", ANY, REAL, values="positive", rounded=True, derivatives=0, words={"n": ("2.0", "0.5")}), Row("torch.special.zeta(torch.tensor({n}).to(a.dtype), a)", ANY, REAL, values="positive", rounded=True, words={"n": ("1.5", "3.0")}),
    Row("torch.linalg.vander(a{n})", shapes("3 | 2x3 | 1 | . | 0x2"), rounded=True, words={"n": ("", ", N=2", ", N=4", ", N=1")}, derivatives=0),
    Row("a.polygamma_({n})", ANY, REAL, values="positive", rounded=True, derivatives=0, layouts=LAYOUTS[:3], words={"n": ("0", "1", "2")}),
]
IN_PLACE = [
    *each("torch.NAME(a)", NAMES_IN_PLACE, ANY, layouts=LAYOUTS[:3], rounded=True, derivatives=0), *each("torch.NAME(a)", EXACT_IN_PLACE, ANY, layouts=LAYOUTS[:3], derivatives=0),
    *each("torch.NAME(a, b)", "gcd_ lcm_", TWO, ("int64", "int32", "uint8"), alike=True, layouts=LAYOUTS[:2], derivatives=0), *each("torch.NAME(a, b)", "ldexp_ xlogy_", TWO, REAL, alike=True, layouts=LAYOUTS[:2], rounded=True, derivatives=0),
    *each("torch.NAME(a, {n})", "clamp_min_ clamp_max_ clamp_ clip_ fill_", ANY, layouts=LAYOUTS[:3], derivatives=0, words={"n": ("0", "1.5", "-1")}), Row("torch.addmv_(a, b, c)", shapes("2 2x3 3 | 3 3x1 1 | 2 3x2 2"), REAL, alike=True, values="finite", layouts=LAYOUTS[:1], derivatives=0),
    Row("torch.index_put_(a, (torch.tensor([0]),), torch.tensor(5.))", AXES[:1], ("float32",), layouts=LAYOUTS[:1], derivatives=0), Row("torch.resize_as_(a, b).shape", shapes("2x3 3x2 | 2x3 6 | 3 2"), layouts=LAYOUTS[:1], derivatives=0),
]
OUT = [
    *each("torch.NAME(a, b, out=torch.empty(0, dtype=torch.{kind}))", "igamma igammac", TWO[:4], ("float64",), values="positive", rounded=True, derivatives=0, words={"kind": ("float32", "float64", "int64")}),
    Row("torch.nuclear_norm(a, out=torch.empty(0, dtype=torch.{kind}))", MATRICES[:2], REAL, rounded=True, values="finite", derivatives=0, words={"kind": ("float32", "float64", "int64")}),
    Row("torch.frobenius_norm(a, 0, out=torch.empty(0, dtype=torch.{kind}))", MATRICES[:2], REAL, rounded=True, derivatives=0, words={"kind": ("float32", "float64", "int64")}),
    Row("torch.renorm(a, 2, 0, 1., out=torch.empty(0, dtype=torch.{kind}))", MATRICES[:2], REAL, rounded=True, derivatives=0, words={"kind": ("float32", "float64")}),
    Row("torch.frexp(a, out=(torch.empty(0, dtype=torch.{kind}), torch.empty(0, dtype=torch.int32)))", ANY[:3], REAL, derivatives=0, words={"kind": ("float32", "float64")}),
    Row("torch.histogram(a, 3, out=(torch.empty(0, dtype=torch.{kind}), torch.empty(0, dtype=torch.{kind})))", ANY[:3], REAL, rounded=True, derivatives=0, words={"kind": ("float32", "float64")}),
    Row("torch.index_reduce(a, 0, torch.tensor([0, 1]), a, 'prod', out=torch.empty(0, dtype=torch.{kind}))", shapes("2x3"), REAL, derivatives=0, words={"kind": ("float32", "float64")}),
]
BESIDE = GIVEN + ASKED + MADE + COUNTED + SPECIAL + IN_PLACE + OUT + SOLVED
