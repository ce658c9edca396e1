"""Products of matrices, images, losses."""

from tests.ops.table.row import ANY, AXES, KEEP, NUMBERS, REAL, Row, each, shapes

PRODUCTS = shapes("3 3 | 2x3 3 | 3 3x2 | 2x3 3x4 | 4x2x3 3x5 | 4x2x3 3 | 3 4x3x2 | 4x2x3 4x3x2 | 2x1x2x3 5x3x4 | 2x3 4x3x2 | "
                  "1x2x3 5x3x1 | 0x3 3x2 | 2x0 0x2 | . 3 | 2x3 2x3 | 2x2x3 4x3x2 | 2x3 . | 0x2x3 3x4")
MATRICES = [
    Row("torch.mm(a, b)", shapes("2x3 3x4 | 1x3 3x1 | 0x3 3x2 | 2x0 0x3 | 2x3 2x3 | 3 3x2 | 2x3 3"), NUMBERS, True, "finite"),
    Row("torch.mv(a, b)", shapes("2x3 3 | 1x3 3 | 0x3 3 | 2x3 2 | 3 3"), NUMBERS, True, "finite"),
    Row("torch.dot(a, b)", shapes("3 3 | 0 0 | 3 2 | 2x2 2x2 | . ."), NUMBERS, True, "finite"),
    Row("torch.bmm(a, b)", shapes("2x3x4 2x4x5 | 1x1x3 1x3x1 | 0x2x3 0x3x2 | 2x3x4 3x4x5 | 2x3 3x2"), NUMBERS, True, "finite"),
    Row("torch.mm(a, b)", shapes("2x3 3x4"), NUMBERS, values="finite"),
    Row("torch.mv(a, b)", shapes("2x3 3"), NUMBERS, values="finite"),
    Row("torch.dot(a, b)", shapes("3 3"), NUMBERS, values="finite"),
    Row("torch.bmm(a, b)", shapes("2x3x4 2x4x5"), NUMBERS, values="finite"),
    *each("NAME", "torch.matmul(a,b) a.matmul(b) a@b b.__rmatmul__(a)", PRODUCTS, NUMBERS, alike=True, values="finite",
        named=False),
    Row("a @ b", PRODUCTS[:1], NUMBERS), Row("a @ {n}", AXES, words={"n": ("2", "None", "[1.0]")}),
    *each("a.NAME(b)", "mm mv dot bmm", shapes("2x3 3x4 | 2x3 3 | 3 3 | 2x1x3 2x3x2"), REAL, alike=True, values="finite"),
    *each("NAME", "torch.addmm(c,a,b) c.addmm(a,b)",
        shapes("2x3 3x4 2x4 | 2x3 3x4 4 | 2x3 3x4 2x1 | 2x3 3x4 . | 2x3 4x3 2 | 2x3 3x4 3 | 0x3 3x2 2"), NUMBERS, alike=True,
        values="finite"),
    Row("torch.addmm(c, a, b)", shapes("2x3 3x4 4"), NUMBERS, values="finite"),
    Row("F.linear(a, b)", shapes("2x3 4x3 | 3 4x3 | 5x2x3 4x3 | 0x3 4x3 | 2x3 3x4 | 2x3 1x3 | 6 4x3 | 2x2x3 4x2"), REAL,
        alike=True, values="finite"),
    Row("F.linear(a, b, c)", shapes("2x3 4x3 4 | 3 4x3 4 | 5x2x3 4x3 4 | 0x3 4x3 4 | 2x3 4x3 3 | 2x3 3x4 3 | 2x3 1x3 1"), REAL,
        alike=True, values="finite", named=False),
    Row("F.linear(a, b, c)", shapes("2x3 4x3 4"), NUMBERS, values="finite"),
]

IMAGES = shapes("2x2x5x6 4x2x3x2 | 1x2x4x4 2x2x1x1 | 2x5x6 3x2x2x3 | 2x2x5x6 3x2x5x6 | 0x2x5x5 3x2x2x2")
WRONG_IMAGES = shapes("2x3x5x6 4x2x3x2 | 2x2x2x2 3x2x3x3 | 5x6 1x1x2x2 | 2x5x6x2 4x2x3x2")
POOLED = shapes("2x2x5x7 | 2x5x7 | 1x1x4x4 | 1x1x2x2 | 5x7 | 1x2x6x3")
IMAGE = [
    Row("F.conv2d(a, b, None, {stride}, {padding}, {dilation})", IMAGES, REAL, alike=True, values="finite",
        words={"stride": ("1", "2", "(2, 1)"), "padding": ("0", "1", "(0, 2)", "'same'", "'valid'"),
        "dilation": ("1", "2", "(1, 2)")}),
    Row("F.conv2d(a, b, torch.tensor({bias}))", shapes("2x2x4x3 3x2x2x2 | 2x2x4x3 3x1x2x2"), ("float32",), values="finite",
        words={"bias": ("[1., 2., 3.]", "[1., 2.]", "[1, 2, 3]")}),
    Row("F.conv2d(a, b, c, {stride}, padding=1)", shapes("2x2x4x3 3x2x2x2 3 | 1x2x3x4 1x2x3x1 1"), REAL, alike=True,
        values="finite", words={"stride": ("1", "(2, 3)", "2")}),
    Row("F.conv2d(a, b, stride={stride}, padding={padding}, dilation={dilation}, groups=2)",
        shapes("2x4x5x4 6x2x2x3 | 1x2x4x4 2x1x3x3 | 2x3x5x5 2x1x3x3"), REAL, alike=True, values="finite",
        words={"stride": ("1", "2"), "padding": ("0", "1"), "dilation": ("1", "2")}),
    Row("F.conv2d(a, b)", (*IMAGES, *WRONG_IMAGES), REAL, alike=True, values="finite"),
    Row("F.conv2d(a, b)", IMAGES[:1], REAL, values="finite"),
    Row("F.max_pool2d(a, {kernel}, {stride}, {padding}, {dilation}, {ceil})", POOLED, REAL, values="finite",
        words={"kernel": ("2", "3", "(3, 2)"), "stride": ("None", "1", "2", "(2, 3)"), "padding": ("0", "1"),
        "dilation": ("1", "2"), "ceil": KEEP}),
    Row("F.max_pool2d(a, {kernel}, ceil_mode=True)", POOLED, derivatives=0, words={"kernel": ("2", "3", "(1, 4)", "4", "9")}),
    Row("F.avg_pool2d(a, {kernel}, {stride}, {padding})", POOLED[:4], REAL, values="finite", rounded=True,
        words={"kernel": ("2", "3", "(3, 2)", "4", "9"), "stride": ("None", "1", "2", "(2, 3)"), "padding": ("0", "1")}),
]

REDUCTION = ("'mean'", "'sum'", "'none'", "'max'")
PAIRS = shapes("3 3 | . . | 2x3 2x3 | 2x1 2x1 | 0x3 0x3 | 2x3 3 | 2x1 2")
LOGITS = shapes("2x3 | 1x3 | 4x3")
TARGETS = ("[0, 2]", "[2, 2]", "[1, -100]", "[1, 1, 0, 2]", "[3, 0]", "[-1, 0]", "[0]", "[[0], [1]]", "[0., 1.]",
    "[-100, -100]", "1")
LOSSES = [
    *each("F.NAME(a, b, reduction={reduction})", "mse_loss l1_loss", PAIRS, NUMBERS, values="finite", rounded=True,
        words={"reduction": REDUCTION}),
    *each("F.NAME(a, torch.tensor({target}), reduction={reduction})", "cross_entropy nll_loss", LOGITS, REAL, rounded=True,
        words={"target": TARGETS, "reduction": REDUCTION}),
    *each("F.NAME(a, torch.tensor({target}), b, ignore_index={ignore}, reduction={reduction})", "cross_entropy nll_loss",
        shapes("2x3 3 | 2x3 2 | 2x2 2"), REAL, alike=True, values="positive", rounded=True,
            words={"target": TARGETS, "ignore": ("-100", "2", "0"), "reduction": REDUCTION}),
    Row("F.cross_entropy(a, torch.tensor({target}), label_smoothing={s}, reduction={reduction})", LOGITS, REAL, rounded=True,
        words={"target": TARGETS, "s": ("0.1", "0.25", "0.0", "1.5"), "reduction": REDUCTION}),
    Row("F.cross_entropy(a, torch.tensor({target}), torch.tensor([1., 0.5, 3.]).to(a), label_smoothing=0.1, "
        "reduction={reduction})", LOGITS, REAL, rounded=True, words={"target": TARGETS, "reduction": REDUCTION}),
    Row("F.cross_entropy(a, b, label_smoothing={s}, reduction={reduction})", shapes("2x3 2x3 | 3 3 | 2x3x2 2x3x2"), REAL,
        alike=True, values="unit", rounded=True, words={"s": ("0.0", "0.25"), "reduction": REDUCTION}, named=False),
    Row("F.cross_entropy(a, b, c, reduction={reduction})", shapes("2x3 2x3 3"), REAL, alike=True, values="unit", rounded=True,
        words={"reduction": REDUCTION}, named=False),
    *each("F.NAME(a, torch.tensor({target}), reduction={reduction})", "cross_entropy nll_loss", shapes("3 | 2x3x2"), REAL,
        rounded=True, words={"target": ("1", "0", "3", "[[0, 1], [2, 2]]", "[[0, -100], [2, 2]]", "[0, 1]"),
        "reduction": REDUCTION}, named=False),
    *each("F.NAME(a, b, reduction={reduction})", "binary_cross_entropy binary_cross_entropy_with_logits", PAIRS,
        (*REAL, "int64"), alike=True, values="unit", rounded=True, words={"reduction": REDUCTION}, derivatives=1),
    *each("F.NAME(a, b, c, reduction={reduction})", "binary_cross_entropy binary_cross_entropy_with_logits",
        shapes("2x3 2x3 3 | 2x3 2x3 2x3"), REAL, alike=True, values="unit", rounded=True, words={"reduction": REDUCTION}),
    *each("F.NAME(a, b)", "binary_cross_entropy binary_cross_entropy_with_logits", PAIRS, REAL, alike=True, values="finite",
        rounded=True, derivatives=1),
    *each("F.NAME(a * 0.5 + 0.25, b * 0.5)", "binary_cross_entropy binary_cross_entropy_with_logits", PAIRS[:5], REAL,
        alike=True, values="unit", rounded=True, derivatives=1),
    Row("F.binary_cross_entropy_with_logits(a, b, pos_weight=c, reduction={reduction})", shapes("2x3 2x3 3 | 2x3 2x3 ."), REAL,
        alike=True, values="unit", rounded=True, words={"reduction": REDUCTION}),
    Row("F.one_hot(a, {n})", shapes("2 | 2x3 | . | 0"), NUMBERS, values="positive", words={"n": ("-1", "5", "2")}),
    Row("F.dropout(a, {p}, training=False)", ANY, REAL, words={"p": ("0.5", "0", "2", "-0.1")}),
    Row("(torch.manual_seed(3), F.dropout(a, {p}))[1]", ANY, REAL, layouts=("plain",),
        words={"p": ("0.5", "0.25", "1.0", "0.0")}),
    Row("F.one_hot(a, {n})", shapes("2 | 2x3"), ("int64",), values="positive", words={"n": ("9", "-1")}),
]
