"""Linear algebra: products, sums of products, factors, spectra. Signs of vectors are free: what is unique is compared."""

from tests.ops.table.row import NUMBERS, REAL, Row, each, shapes

VECTORS = shapes("3 3 | 3 2 | 1 3 | 0 3 | 2x2 3 | . 3")
EXACT = {"alike": True, "values": "finite"}
FACTORS = {"f": ("", ", beta=2", ", alpha=-3", ", beta=0", ", beta=2, alpha=0", ", beta=0.5, alpha=2.5")}
SAME = {"o": ["torch.zeros(0, dtype=a.dtype)", "torch.zeros(0, dtype=torch.float64)", "torch.zeros(0, dtype=torch.int64)"]}
WRITABLE = ("plain", "transposed", "sliced")
PRODUCTS = [
    *each("NAME", "torch.outer(a,b) a.outer(b) torch.ger(a,b) a.ger(b)", VECTORS, values="finite", named=False),
    *each("NAME", "torch.inner(a,b) a.inner(b)", shapes("3 3 | 2x3 3 | 2x3 4x3 | . 3 | 2x3 . | 0 0 | 2x3 2 | 4x2x3 5x3"), NUMBERS,
          named=False, **EXACT),
    *each("NAME", "torch.vdot(a,b) a.vdot(b)", shapes("3 3 | 0 0 | 3 2 | 2x2 2x2"), NUMBERS, **EXACT),
    *each("NAME", "torch.cross(a,b) a.cross(b) torch.linalg.cross(a,b) torch.cross(a,b,dim={d}) torch.linalg.cross(a,b,dim={d})",
          shapes("3 3 | 2x3 2x3 | 3x2 3x2 | 1x3 2x3 | 3x3 3x3 | 2x2 2x2 | 3 2x3 | 0x3 0x3"), words={"d": ("0", "1", "-1")}, **EXACT),
    *each("NAME", "torch.kron(a,b) a.kron(b)", shapes("2x2 2x3 | 2 3 | 2 2x3 | . 2x3 | 0x2 2x2 | 2x1x2 3x2"), values="finite"),
    *each("NAME", "torch.tensordot(a,b,{n})", shapes("2x3 3x2 | 2x3x4 4x3 | 3 3 | 2x3 2x3 | 1x3 3x2"), NUMBERS, named=False,
          words={"n": ("1", "0", "2", "-1", "([0], [1])", "([0, 1], [1, 0])", "([-1], [0])", "([0], [0, 1])", "9")}, **EXACT),
    Row("torch.tensordot(a, b, 1)", shapes("2x3 3x2"), NUMBERS, named=False, values="finite"),
    *each("NAME", "torch.addmv(c,a,b{f}) c.addmv(a,b{f})",
          shapes("2x3 3 2 | 2x3 3 1 | 2x3 3 . | 2x3 2 2 | 3 3 3 | 2x0 0 2"), NUMBERS, words=FACTORS, **EXACT),
    Row("c.addmv_(a,b{f})", shapes("2x3 3 2 | 2x3 3 1 | 2x3 3 . | 2x3 2 2 | 3 3 3 | 2x0 0 2"), NUMBERS, words=FACTORS, layouts=WRITABLE, **EXACT),
    *each("NAME", "torch.addr(c,a,b{f}) c.addr(a,b{f}) c.addr_(a,b{f})", shapes("2 3 2x3 | 2 3 3 | 2 3 . | 2 3 2 | 2x1 3 3"),
          words=FACTORS, **EXACT),
    *each("NAME", "torch.addmm(c,a,b{f}) c.addmm(a,b{f}) c.addmm_(a,b{f})",
          shapes("2x3 3x4 2x4 | 2x3 3x4 4 | 2x3 3x4 . | 2x3 2x4 4 | 3 3x4 4 | 2x3 3x4 3"), NUMBERS, words=FACTORS, **EXACT),
    *each("NAME", "torch.baddbmm(c,a,b{f}) c.baddbmm(a,b{f}) torch.addbmm(c,a,b{f}) c.addbmm(a,b{f})",
          shapes("2x2x3 2x3x4 2x2x4 | 2x2x3 2x3x4 2x4 | 2x2x3 2x3x4 . | 2x2x3 3x3x4 4 | 2x2x3 2x2x4 4 | 2x3 2x3x4 4 | 2x2x3 2x3x4 3"),
          NUMBERS, words=FACTORS, **EXACT),
    Row("c.baddbmm_(a, b{f})", shapes("2x2x3 2x3x4 2x2x4 | 2x2x3 2x3x4 2x4"), NUMBERS, words=FACTORS, layouts=WRITABLE, **EXACT),
    Row("c.addbmm_(a, b{f})", shapes("2x2x3 2x3x4 2x4"), NUMBERS, words=FACTORS, layouts=WRITABLE, **EXACT),
    *each("NAME", "torch.addmm(c,a,b) torch.addmv(c,a,b)", shapes("2x3 3x4 4 | 2x3 3 2"), NUMBERS, values="finite"),
    Row("torch.baddbmm(c, a, b)", shapes("2x2x3 2x3x4 4"), NUMBERS, values="finite"),
    *each("NAME", "torch.linalg.multi_dot([a,b,c]) torch.chain_matmul(a,b,c)",
          shapes("2x3 3x4 4x2 | 3 3x4 4 | 2x3 4x3 3x2 | 3 3x2x2 2 | 5x2 2x5 5x3"), NUMBERS, named=False, **EXACT),
    *each("NAME", "torch.linalg.multi_dot([a]) torch.chain_matmul(a)", shapes("2x3 | 3"), REAL, named=False),
    *each("NAME", "torch.matrix_power(a,{n}) a.matrix_power({n}) torch.linalg.matrix_power(a,{n})",
          shapes("2x2 | 3x2x2 | 2x3 | 3"), NUMBERS, values="finite", named=False, words={"n": ("0", "1", "2", "3", "5")}),
    Row("torch.linalg.vecdot(a, b, dim={d})", shapes("2x3 2x3 | 2x3 3 | 2x3 2 | 0 0"), REAL, alike=True, values="finite",
        words={"d": ("-1", "0")}),
    Row("torch.linalg.diagonal(a, offset={o})", shapes("2x3 | 3x3x2"), words={"o": ("0", "1", "-1")}),
    Row("torch.linalg.matmul(a, b)", shapes("2x3 3x2"), REAL, **EXACT),
]

PAIRS = shapes("2x3 3x4 | 3x3 3x3 | 2x3 2x3 | 1x3 3x4 | 2x1 3x4 | 0x3 3x2")
SUMS = [
    Row("torch.einsum('{e}', a)", shapes("3x3 | 2x3 | 2x3x3 | 3 | 2x3x2"), values="finite", named=False,
        words={"e": ("ii", "ii->i", "ij->ji", "ij->", "ij->j", "i->", "...ii->...i", "...ij->...ji", "ijj", "iji->j", "ij", "ba", "...",
                     "...i->i", "i...->...", "ijk->ki", "ij->ijj", "ij->ik", "i!", "..i", "A a -> a A", "ij->i...")}),
    Row("torch.einsum('{e}', a, b)", PAIRS, NUMBERS, named=False, **EXACT,
        words={"e": ("ij,jk->ik", "ij,jk", "ij,kj->ik", "ij,ij->", "ij,ij->ij", "ij,ij->i", "ij,jk->", "ij,kl->ijkl", "ij,kl->ik",
                     "ij,jk->ki", "...j,jk->...k", "ij,jk->jik", "ab,cb->", "ij,i->j", "i...,j...->ij...", "ij", "ij,jk->i")}),
    Row("torch.einsum('{e}', [a, b, c])", shapes("2x3 3x4 4x2 | 3x3 3x3 3x3"), NUMBERS, named=False, **EXACT,
        words={"e": ("ij,jk,kl->il", "ij,jk,kl->", "ij,jk,ki->", "ij,jk,kl->jl", "ij,jk,kl->ijkl", "ij,jk,kk->i")}),
    Row("torch.einsum('{e}', a, b)", shapes("4x2x3 4x3x5 | 4x2x3 1x3x5"), NUMBERS, named=False, **EXACT,
        words={"e": ("bij,bjk->bik", "...ij,...jk->...ik", "bij,bjk->ik", "bij,cjk->bcik", "bij,bjk->kib")}),
    *each("torch.einsum(NAME)", "a,[0,1],b,[1,2],[0,2] a,[0,1],b,[1,2] a,[...,1],b,[1,2],[...,2] a,[0,60]", PAIRS[:3], REAL, named=False,
          **EXACT),
    Row("torch.einsum('ij,jk->ik', a, b)", PAIRS[:1], NUMBERS, named=False, values="finite"),
    Row("torch.einsum({w})", shapes("2x3"), REAL, derivatives=0, words={"w": ("'ij'", "a", "'i,j', a", "'ij', 2", "'ij->->i', a")}),
]

NORMAL = shapes("3x3 | 2x2 | 2x3x3 | 1x1 | 2x1x2x2")  # made invertible by what is added to the diagonal
WRONG = shapes("2x3 | 3 | .")
SPD = "a @ a.mH + 9 * torch.eye(a.shape[-1], dtype=a.dtype)"
BIG = "a + 20 * torch.eye(a.shape[-1], dtype=a.dtype)"
ROUNDED = {"rounded": True, "values": "unit"}
SQUARES = [
    *each(f"NAME({BIG})", "torch.inverse torch.linalg.inv torch.slogdet torch.linalg.slogdet torch.logdet", NORMAL, REAL, **ROUNDED),
    *each(f"({BIG}).NAME()", "inverse slogdet logdet pinverse", NORMAL, REAL, **ROUNDED),
    *each(f"NAME(({BIG}) / 20)", "torch.det torch.linalg.det", NORMAL, REAL, **ROUNDED),
    Row(f"(({BIG}) / 20).det()", NORMAL, REAL, **ROUNDED),
    # (Of float64 matrices with a norm from 0.004 to 0.05 torch's own matrix_exp errs by up to 1e-10, against the sum of the series.)
    *each("NAME", "torch.matrix_exp(a/4+{one}) (a/4+{one}).matrix_exp() torch.linalg.matrix_exp(a/4+{one})", NORMAL, ("float64",),
          words={"one": ("torch.eye(a.shape[-1], dtype=a.dtype)",)}, **ROUNDED),
    *each("torch.NAME(a)", "det inverse slogdet logdet matrix_exp cholesky linalg.inv linalg.det linalg.eig linalg.cholesky linalg.eigh "
          "linalg.eigvalsh linalg.eigvals linalg.slogdet", WRONG, NUMBERS, derivatives=0, values="finite"),
    *each("torch.NAME(torch.zeros(2, 2))", "inverse det slogdet logdet cholesky linalg.inv linalg.cholesky linalg.cond", ((),), derivatives=0),
    *each(f"NAME({SPD})", "torch.linalg.cholesky torch.cholesky", NORMAL, REAL, **ROUNDED),
    *each(f"NAME({SPD}, upper=True)", "torch.linalg.cholesky torch.cholesky", NORMAL, REAL, named=False, **ROUNDED),
    Row(f"({SPD}).cholesky()", NORMAL, REAL, **ROUNDED),
    *each(f"torch.linalg.solve({BIG}, b)", "NAME", shapes("3x3 3 | 3x3 3x2 | 2x3x3 3x2 | 2x3x3 2x3 | 3x3 2x3x2 | 3x3 2"), REAL, alike=True,
          named=False, **ROUNDED),
    Row(f"torch.linalg.solve({BIG}, b, left=False)", shapes("3x3 2x3 | 3x3 3x2"), REAL, alike=True, named=False, **ROUNDED),
    Row("torch.linalg.solve(a, b)", shapes("2x3 2 | 2x2 2"), NUMBERS[:3], derivatives=0, values="finite", rounded=True),
    Row(f"torch.linalg.solve_triangular({BIG}, b, upper={{u}}, left={{l}}, unitriangular={{t}})",
        shapes("3x3 3x2 | 3x3 3x3 | 2x3x3 3x1 | 3x3 2x3"), REAL, alike=True, named=False,
        words={"u": ("True", "False"), "l": ("True", "False"), "t": ("False",)}, **ROUNDED),
    Row("torch.linalg.cond(torch.eye(3, dtype=a.dtype) * a, {p})", shapes("."), REAL, derivatives=0, values="positive", rounded=True,
        words={"p": ("None", "2", "-2", "1", "float('inf')", "'fro'", "'nuc'", "'x'")}),
    Row("torch.linalg.matrix_rank(a)", shapes("2x3 | 3x2 | 2x3x3 | 3"), REAL, derivatives=0, values="finite"),
    Row("torch.linalg.matrix_rank(torch.ones(3, 3) * a, {t})", shapes("."), REAL, derivatives=0, values="positive",
        words={"t": ("1e-3", "100.0", "hermitian=True")}),
]

SPECTRA = [
    *each("NAME", "torch.linalg.svd(a,full_matrices=False).S.float() torch.svd(a).S.float() a.svd().S.float() torch.linalg.svd(a).S.float()",
          shapes("2x3 | 3x2 | 2x3x2"), ("float64",), values="unit", rounded=True, derivatives=0),
    *each("NAME", "torch.linalg.svdvals(a).float()", shapes("2x3 | 3x2 | 2x3x2"), ("float64",), values="unit", rounded=True, derivatives=0),
    Row("torch.linalg.eigh(a + a.mT).eigenvalues.float()", shapes("2x2 | 3x3"), ("float64",), values="unit", rounded=True,
        derivatives=0),
    Row("torch.linalg.eigvalsh(a + a.mT).float()", shapes("2x2 | 3x3 | 2x3x3"), ("float64",), values="unit", rounded=True, derivatives=0),
    Row("[x.shape for x in torch.linalg.{f}]", shapes("3x3 | 2x3x3 | 3x3 | 2x3"), REAL, values="unit", derivatives=0,
        words={"f": ("eig(a)", "eigh(a)", "svd(a)", "svd(a, False)", "qr(a)", "qr(a, 'complete')", "qr(a, 'r')", "qr(a, 'x')",
                     "eigh(a, 'X')", "eigvals(a)")}),
    *each("abs(NAME.R).float()", "torch.linalg.qr(a) torch.qr(a) a.qr()", shapes("3x2 | 2x2 | 2x3"), ("float64",), values="unit", rounded=True,
          derivatives=0),
    *each("NAME", "torch.linalg.pinv(a) torch.pinverse(a)", shapes("2x3"), NUMBERS[:2], derivatives=0),
    *each("torch.NAME(torch.ones(2, 2), torch.ones(2, 2))", "symeig eig lstsq solve matrix_rank", ((),), derivatives=0),
    *each("torch.ones(2, 2).NAME(torch.ones(2, 2))", "symeig eig lstsq solve", ((),), derivatives=0),
    Row("[x.float() for x in torch.linalg.lstsq(torch.tensor([[1., 2.], [3., 4.], [5., 7.]]).double(), {b}.double(), driver={d})]", ((),), rounded=True,
        derivatives=0, words={"b": ("torch.ones(3, 1)", "torch.ones(3, 2)", "torch.ones(2, 1)"),
                              "d": ("None", "'gelsd'", "'gels'", "'gelss'", "'gelsy'", "'x'")}),
]

ORDERS = ("2", "1", "0", "3", "0.5", "-1", "float('inf')", "-float('inf')", "None", "'fro'", "'nuc'", "-2")
NORMS = [
    Row("torch.linalg.vector_norm(a, {p}, {d}, {k})", shapes("3 | 2x3 | . | 0 | 2x0"), REAL, rounded=True, values="positive",
        words={"p": ORDERS[:2] + ORDERS[3:8], "d": ("None", "0", "-1", "(0, 1)", "5"), "k": ("False", "True")}),
    Row("torch.linalg.vector_norm(a, {p})", shapes("3 | 2x3"), REAL, rounded=True, values="finite", derivatives=1,
        words={"p": ("1", "2", "float('inf')")}),
    Row("torch.linalg.vector_norm(a, 0, {d})", shapes("3 | 2x3"), REAL, derivatives=0, words={"d": ("None", "0")}),
    Row("torch.linalg.norm(a, {p}, {d}, {k})", shapes("3 | 2x3 | 2x3x2"), REAL, rounded=True, values="positive", named=False,
        derivatives=0, words={"p": ORDERS, "d": ("None", "0", "(0, 1)", "(0, 1, 2)"), "k": ("False", "True")}),
    Row("torch.linalg.matrix_norm(a, {p}, keepdim={k})", shapes("2x3 | 2x3x2 | 3"), REAL, rounded=True, values="positive", named=False,
        derivatives=1, words={"p": ("'fro'", "1", "-1", "float('inf')", "-float('inf')", "3", "0"), "k": ("False", "True")}),
    Row("torch.linalg.norm(a, dtype=torch.{t})", shapes("3"), rounded=True, derivatives=0, words={"t": ("float64", "float32", "int64")}),
    Row("torch.cdist(a, b, p={p})", shapes("2x3 4x3 | 5x2x3 4x3 | 0x3 4x3 | 2x3 4x2 | 3 4x3"), REAL, alike=True, rounded=True,
        values="finite", derivatives=0, words={"p": ("2.0", "1.0", "0.0", "3.0", "float('inf')", "-1.0")}),
    Row("torch.cdist(a, b, p={p})", shapes("2x3 4x3 | 5x2x3 4x3"), REAL, alike=True, rounded=True, values="positive", derivatives=1,
        named=False, words={"p": ("2.0", "1.0", "3.0")}),
    Row("torch.cdist(a, b)", shapes("2x3 4x3"), NUMBERS, derivatives=0, values="finite", rounded=True),
]

OUTS = [
    *each("torch.NAME(a, b, out={o})", "outer kron", shapes("3 3"), REAL, words=SAME, derivatives=0),
    *each("torch.NAME(a, b, out={o})", "vdot inner cross", shapes("3 3"), REAL, alike=True, values="finite", words=SAME, derivatives=0),
    Row("torch.tensordot(a, b, 1, out=torch.zeros(0, dtype=a.dtype))", shapes("3x3 3x3"), REAL, alike=True, values="finite", derivatives=0),
    Row("torch.addmv(c, a, b, out={o})", shapes("2x3 3 2"), REAL, words=SAME, derivatives=0, **EXACT),
    Row("torch.addr(c, a, b, out={o})", shapes("2 3 3"), REAL, words=SAME, derivatives=0, **EXACT),
    *each("torch.NAME(c, a, b, out={o})", "addbmm baddbmm", shapes("2x2x3 2x3x4 4"), REAL, words=SAME, derivatives=0, **EXACT),
    Row("torch.matrix_power(a, 2, out={o})", shapes("2x2"), REAL, values="finite", words=SAME, derivatives=0),
    *each(f"torch.NAME({SPD}, out={{o}})", "inverse", shapes("2x2"), REAL, words=SAME, derivatives=0, **ROUNDED),
    *each(f"torch.linalg.NAME({SPD}, out={{o}})", "inv cholesky det eigvalsh svdvals matrix_norm norm vector_norm matrix_rank", shapes("2x2"),
          REAL, words=SAME, derivatives=0, **ROUNDED),
    *each(f"torch.linalg.NAME({SPD}, out={{o}})", "cond pinv", shapes("2x2"), REAL, words={"o": SAME["o"][::2]}, derivatives=0, **ROUNDED),
    *each(f"torch.linalg.NAME({SPD}, b, out={{o}})", "solve matmul vecdot", shapes("2x2 2x2"), REAL, words=SAME, alike=True, derivatives=0, **ROUNDED),
    *each(f"torch.linalg.NAME({SPD}, out=(torch.empty(0, dtype={{k}}), torch.empty(0, dtype={{k}})))[1].shape", "qr slogdet eigh eig", shapes("2x2"),
          REAL, derivatives=0, words={"k": ("a.dtype", "torch.float64", "torch.complex64", "torch.int64")}, **ROUNDED),
    *each("torch.linalg.NAME(a, {w}=3)", "matrix_exp diagonal inv", shapes("2x2"), ("float32",), derivatives=0, values="finite",
          words={"w": ("out", "nothing")}),
    Row(f"torch.cholesky({SPD}, out=torch.zeros(0, dtype=a.dtype))", shapes("2x2"), REAL, derivatives=0, **ROUNDED),
    Row("torch.qr(a, out=(torch.zeros(0, dtype=a.dtype), torch.zeros(0, dtype=a.dtype))).Q.shape", shapes("2x2"), REAL, derivatives=0, values="unit"),
    Row("torch.svd(a, out=(torch.zeros(0, dtype=a.dtype), torch.zeros(0, dtype=a.dtype), torch.zeros(0, dtype=a.dtype))).U.shape",
        shapes("2x2"), REAL, derivatives=0, values="unit"),
]
SEEDED = "(torch.manual_seed(3), {})[1]"
NUMBER = {"values": "positive", "derivatives": 0}
CHANCES = [
    Row(SEEDED.format("torch.normal(0.5, 2.0, {{n}})").replace("{{n}}", "{n}"), ((),), derivatives=0, words={"n": ("(3,)", "(17,)", "(4, 5)")}),
    *each(SEEDED.format("torch.normal(NAME)"), "a,2.0 0.5,a a,b", shapes("3 3 | 2x3 3 | 20 20"), REAL, alike=True, **NUMBER),
    *each(SEEDED.format("NAME"), "torch.multinomial(a,1) torch.multinomial(a,2) torch.multinomial(a,5,replacement=True) a.multinomial(2) "
          "torch.multinomial(a,4) torch.multinomial(a,0)", shapes("3 | 2x3 | 4x20 | 2x2x2"), REAL, layouts=("plain",), **NUMBER),
    Row("torch.multinomial(a - 20, 1)", shapes("3"), NUMBERS, **NUMBER),
    *each(SEEDED.format("a.NAME"), "cauchy_() cauchy_(1,2) log_normal_() log_normal_(0.5,0.25) geometric_(0.3) geometric_(2)",
          shapes("3 | 2x3 | 20"), REAL, layouts=WRITABLE, **NUMBER),
]
ALGEBRA = CHANCES + PRODUCTS + SUMS + SQUARES + SPECTRA + NORMS + OUTS
