"""What layers compute: norms, tables of vectors, activations, dropouts."""

from tests.ops.table.row import ANY, AXES, DIM, KEEP, REAL, Row, each, shapes

DENSE = ("plain", "transposed", "sliced")  # rows that repeat have a variance of 0, where what is left of it is rounding
BATCHES = shapes("4x3 3 3 | 2x3x4 3 3 | 4x1 1 1 | 1x2x4 2 2 | 2x1x2x4 1 1 | 2x3x2x1x2 3 3")
WRONG_BATCHES = shapes("4x3 2 3 | 4x3 3 2 | 1x3 3 3 | 3 3 3 | . 1 1 | 1x3x1 3 3 | 0x3 3 3")
NORMS = [
    Row("F.batch_norm(a, None, None, b, c, True, eps={eps})", BATCHES, REAL, alike=True, values="finite", rounded=True,
        layouts=DENSE, words={"eps": ("0.01", "0.1")}),
    Row("F.batch_norm(a, None, None, b, c, True, eps={eps})", WRONG_BATCHES, REAL, alike=True, values="finite", rounded=True, derivatives=0,
        words={"eps": ("1e-5", "0", "-1.0")}),
    Row("F.batch_norm(a, None, None, training=True)", shapes("4x3 | 2x3x4"), ("float32", "float64", "int64"), values="finite",
        layouts=("plain",), rounded=True),
    Row("F.batch_norm(a, b.detach(), c.detach(), eps=0.25)", BATCHES, REAL, alike=True, values="positive", rounded=True, layouts=DENSE, smooth=False),
    Row("F.batch_norm(a, torch.full_like(b, 0.5).detach(), torch.full_like(c, 2.0).detach(), b, c)", BATCHES, REAL, alike=True, values="finite",
        rounded=True, layouts=DENSE),
    Row("F.batch_norm(a, b, c, training={train}, momentum={m})", (*BATCHES, *WRONG_BATCHES), REAL, alike=True, values="positive", rounded=True,
        layouts=DENSE, derivatives=0, words={"train": KEEP, "m": ("0.1", "0.0", "1.0", "None")}),
    Row("F.batch_norm(a, b, c)", BATCHES[:2], ("float16", *REAL), alike=True, values="positive", rounded=True, derivatives=0,
        layouts=DENSE),
    Row("F.batch_norm(a, {stats}, training={train})", shapes("4x3"), REAL, rounded=True, derivatives=0, values="finite",
        words={"stats": ("None, None", "torch.zeros(3), None", "None, torch.ones(3)", "torch.zeros(2), torch.ones(2)"), "train": KEEP}),
    Row("F.instance_norm(a, weight=b, bias=c, eps=0.1)", shapes("2x3x4 3 3 | 1x3x2 3 3 | 2x1x4 1 1 | 2x3x2x2 3 3 | 2x3x1 3 3 | 2x3x4 2 2 | 2x3 3 3"), REAL,
        alike=True, values="finite", rounded=True, layouts=DENSE),
    Row("F.instance_norm(a, eps=0.1)", shapes("2x3x4 | 1x3x2 | 2x1x4 | 2x3 | 3"), REAL, values="finite", layouts=DENSE, rounded=True),
    Row("F.instance_norm(a, b, c, use_input_stats={own}, momentum={m})", shapes("2x3x4 3 3 | 1x3x2 3 3 | 2x3x4 2 2 | 2x3x1 3 3"), REAL, alike=True,
        values="positive", rounded=True, layouts=DENSE, derivatives=0, words={"own": KEEP, "m": ("0.1", "1.0")}),
    Row("F.layer_norm(a, {shape}, b, c, {eps})", shapes("2x4 4 4 | 4 4 4 | 1x4 4 4 | 3x1 1 1 | 2x3x4 4 4 | 2x3x4 3x4 3x4 | 0x4 4 4 | 2x4 3 4 | 2x4 4 3"),
        REAL, alike=True, values="finite", rounded=True, layouts=DENSE, words={"shape": ("(4,)", "b.shape", "()", "4"), "eps": ("1e-5", "0.25")}),
    Row("F.layer_norm(a, a.shape[-1:])", shapes("2x4 | 3 | 2x1x4 | 2x0 | ."), (*REAL, "float16", "int64"), values="finite", rounded=True),
    Row("F.layer_norm(a, b.shape, b)", shapes("2x4 4"), REAL, values="finite", rounded=True),
    Row("F.group_norm(a, {groups}, b, c, 0.25)", shapes("2x4x3 4 4 | 1x4x2x2 4 4 | 2x4 4 4 | 2x2x1x4 2 2 | 0x4x3 4 4 | 2x4x3 2 4 | 2x4x3 4 1 | 4 4 4"), REAL,
        alike=True, values="finite", rounded=True, words={"groups": ("1", "2", "4", "3")}, layouts=DENSE),
    Row("F.group_norm(a, {groups}, eps=0.25)", shapes("2x4x3 | 1x4x2 | 2x4"), (*REAL, "float16", "int64"), values="finite", rounded=True, layouts=DENSE,
        words={"groups": ("1", "2")}),
    Row("F.rms_norm(a, b.shape, b, eps={eps})", shapes("2x4 4 | 4 4 | 1x4 4 | 3x1 1 | 2x3x4 3x4 | 2x3 4 | 0x4 4"), REAL, alike=True, values="finite",
        rounded=True, words={"eps": ("None", "0.25")}, named=False),
    Row("F.rms_norm(a, a.shape[-1:])", shapes("2x4 | 3 | 2x1x4"), (*REAL, "float16", "int64"), values="positive", rounded=True, named=False),
    Row("F.local_response_norm(a, {size}, {alpha}, k={k})", shapes("2x3x4 | 1x5x2 | 2x1x3 | 2x3 | 0x3x2"), REAL, values="finite",
        rounded=True, named=False, words={"size": ("1", "2", "3", "0"), "alpha": ("1e-4", "0.5"), "k": ("1.0", "2.0")}),
    Row("F.local_response_norm(a, 3, 0.5)", shapes("2x3x4 | 1x5x2"), REAL, values="finite", rounded=True, named=False),
    Row("F.local_response_norm(a, {size}, 0.5)", shapes("1x5x2x3 | 2x4x1x2x3"), REAL, values="finite", rounded=True, layouts=("plain",),
        words={"size": ("1", "2", "3")}),
]

PLACES = ("[0, 2]", "[[1, 1], [0, 1]]", "1", "[3]", "[-1]", "[0.5]", "[]", "[2, 2, 2, 0, 2, 2, 2, 2]")
TABLES = shapes("3x2 | 3x1 | 4x3 | 1x3 | 3")
BAGS = ("[[0, 2], [1, 1]]", "[[2]]", "[[0, 0, 2], [2, 1, 2]]", "[[3, 0]]")
MODE = ("'sum'", "'mean'", "'max'", "'min'")
EMBEDDINGS = [
    Row("F.embedding(torch.tensor({at}), a)", TABLES, REAL, layouts=("plain", "transposed", "sliced"), words={"at": PLACES}),
    Row("F.embedding(torch.tensor({at}), a, {padding}, scale_grad_by_freq={freq})", TABLES, REAL, layouts=("plain", "transposed", "sliced"), smooth=False,
        words={"at": PLACES, "padding": ("None", "0", "-1"), "freq": KEEP}),
    Row("F.embedding(torch.tensor({at}), a, max_norm={most}, norm_type={p})", TABLES, REAL, layouts=("plain", "transposed"), rounded=True,
        values="finite", derivatives=0, words={"at": ("[0, 2]", "[[1, 1], [0, 1]]"), "most": ("1.0", "2.5"), "p": ("2.0", "1.0", "float('inf')")}),
    Row("F.embedding_bag(torch.tensor({bags}), a, mode={mode}, padding_idx={padding})", TABLES[:4], REAL,
        layouts=("plain", "transposed", "sliced"), derivatives=1, rounded=True, values="finite",
        words={"bags": BAGS, "mode": MODE, "padding": ("None", "0", "-2")}),
    Row("F.embedding_bag(torch.tensor([0, 2, 1, 1]), a, torch.tensor({offsets}), mode={mode})", shapes("3x2 | 3x1 | 4x3"),
        REAL, layouts=("plain", "sliced"), derivatives=1, rounded=True, values="finite",
        words={"offsets": ("[0, 2]", "[0, 1, 1, 4]", "[1, 2]", "[0, 9]", "[[0]]", "[0.0]"), "mode": MODE[:3]}),
    Row("F.embedding_bag(torch.tensor([0, 2, 1, 1]), a, torch.tensor([0, 1, 1, 4]), mode={mode}, include_last_offset=True)",
        shapes("3x2 | 3x1 | 4x3"), REAL, layouts=("plain", "sliced"), derivatives=1, rounded=True, values="finite", words={"mode": MODE[:3]}),
    Row("F.embedding_bag(torch.tensor([[0, 2], [1, 1]]), a, mode={mode}, per_sample_weights=b)", shapes("3x2 2x2 | 3x1 2x2 | 3x2 2x1"), REAL,
        alike=True, values="finite", derivatives=1, rounded=True, words={"mode": MODE[:3]}),
    Row("F.bilinear(a, b, c, d)", shapes("2x3 2x4 5x3x4 5 | 3 4 2x3x4 2 | 2x1x3 2x1x1 1x3x1 1 | 2x3 2x4 5x3x4 4 | 2x3 3x4 5x3x4 5 | 2x3 2x4 5x4x3 5"), REAL,
        alike=True, values="finite", rounded=True),
    Row("F.bilinear(a, b, c)", shapes("2x3 2x4 5x3x4 | 2x3 2x4 2x3x4 | 2x3 2x1x4 2x3x4"), REAL, values="finite", rounded=True),
]

FLOATS = ("float16", *REAL, "int64")
KINKED = "hardshrink hardsigmoid hardswish hardtanh relu6 softshrink"
ACTIVATIONS = [
    *each("F.NAME(a)", "elu celu selu softplus logsigmoid mish silu softsign tanhshrink", ANY, FLOATS, rounded=True, values="finite"),
    *each("F.NAME(a)", KINKED, ANY, (*FLOATS, "bool"), rounded=True, derivatives=1),
    *each("F.NAME(a * 1, inplace=True)", "elu celu selu hardsigmoid hardswish hardtanh relu6 mish silu leaky_relu", ANY, REAL, rounded=True,
        values="finite", derivatives=1),
    *each("F.NAME(a)", "elu_ celu_ selu_ hardtanh_ leaky_relu_ rrelu_", ANY, REAL, layouts=("plain", "transposed", "sliced"), rounded=True,
        values="finite", derivatives=1),
    *each("F.NAME(a, {p})", "elu_ celu_", ANY, REAL, layouts=("plain", "transposed", "sliced"), rounded=True, values="finite", derivatives=1,
        words={"p": ("0.5", "2.0")}),
    *each("F.NAME(a, {p})", "elu celu hardshrink softshrink softplus", ANY, REAL, layouts=("plain", "transposed", "sliced"), rounded=True,
        values="finite", derivatives=1, words={"p": ("0.5", "2.0", "-0.25")}),
    Row("F.celu(a, 0)", ANY), Row("F.softplus(a, {b}, {t})", ANY, REAL, rounded=True, values="finite", words={"b": ("1", "2.5"), "t": ("20", "1")}),
    Row("F.hardtanh(a, {low}, {high})", ANY, (*REAL, "int64"), derivatives=1, words={"low": ("-1", "0.5", "2"), "high": ("1", "2", "-3")}),
    Row("F.threshold(a, {edge}, {value})", ANY, derivatives=1, words={"edge": ("0.3", "1", "-2"), "value": ("20", "0.5")}, smooth=False),
    Row("F.threshold(a, 0.3, 0.3)", ANY, REAL, derivatives=1), Row("F.threshold_(a, 0.3, 0.25)", ANY, REAL, layouts=("plain", "transposed", "sliced"), derivatives=0),
    Row("F.glu(a, {d})", shapes("2x4 | 1x2 | 2x1x4 | 4 | 3 | . | 0x2"), (*REAL, "int64"), rounded=True, values="finite", words={"d": DIM}),
    Row("F.prelu(a, b)", shapes("2x3 3 | 3 1 | 2x3x4 3 | 2x1 1 | . 1 | 2x3 2 | 3 3 | . 2 | 2x3 . | 2x3 1x1"), (*REAL, "int64"), alike=True, rounded=True, values="finite", derivatives=1),
    Row("F.prelu(a, b)", shapes("2x3 3 | 2x1 1 | 3 1 | 2x3x4 3"), REAL, alike=True, derivatives=1), Row("F.prelu(a, b)", shapes("2x3 3"), REAL, derivatives=0), Row("F.softmin(a, {d})", AXES, ("float16", *REAL, "int64"), rounded=True, values="finite", words={"d": DIM}),
    Row("F.rrelu(a, 0.1, {high})", ANY, FLOATS, rounded=True, values="finite", words={"high": ("0.3", "0.0")}),
    Row("(torch.manual_seed(3), F.rrelu(a, 0.1, 0.3, training=True))[1]", ANY, REAL, layouts=("plain", "transposed"), rounded=True, values="finite", derivatives=0),
    Row("(torch.manual_seed(3), F.gumbel_softmax(a, {tau}, {hard}, dim={d}))[1]", AXES, REAL, layouts=("plain", "transposed"), rounded=True,
        values="finite", derivatives=0, words={"tau": ("1", "0.5"), "hard": KEEP, "d": DIM}),
    *each("(torch.manual_seed(3), F.NAME(a, {p}, True))[1]", "dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout",
        shapes("2x3 | 2x3x4 | 1x3x2x2 | 2x3x2x1x2 | 3"), REAL, layouts=("plain",), values="finite", rounded=True, derivatives=0,
        words={"p": ("0.5", "0.25", "1.0", "0.0", "1.5")}),
    *each("F.NAME(a, {p}, False)", "dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout", shapes("2x3 | 2x1x3 | 2x3x2x2 | 2x3x1x2x2"), REAL,
        words={"p": ("0.5", "1.0")}, named=False),
]
