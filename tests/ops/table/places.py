"""Other shapes, pieces, and what an index names."""

from tests.ops.both import LAYOUTS
from tests.ops.table.row import ANY, AXES, DIM, NOTHING, TWO, Row, each, shapes

SHAPES = [
    *each("a.NAME({shape})", "view reshape", AXES, words={"shape": ("-1", "6", "3, 2", "(2, -1)", "[3, -1]", "2, 3, 1",
        "-1, -1", "0, -1", "1", "()", "4, -1", "torch.Size([6])", "2, 3, 4", "24")}),
    Row("torch.reshape(a, {shape})", AXES, words={"shape": ("(-1,)", "(3, 2)", "(2, -1)", "()")}),
    Row("a.view(a.dtype)", AXES), Row("a.view(torch.{kind})", AXES, words={"kind": ("int32", "uint8", "float64", "int64")},
        derivatives=0),
    *each("NAME", "a.view_as(b) a.expand_as(b) a.reshape(b.shape)", shapes("2x3 3x2 | 6 2x3 | . 1 | 3 2x3 | 2x1 2x3 | 2x3 4")),
    *each("NAME", "torch.flatten(a) a.flatten()", AXES),
    Row("a.flatten({dim})", AXES, words={"dim": DIM}),
    Row("torch.flatten(a, {dim}, {to})", AXES, words={"dim": DIM, "to": DIM}),
    *each("NAME(a, {order})", "torch.permute", AXES,
        words={"order": ("(1, 0)", "(0, 1)", "(-1, 0, 1)", "(0, 2, 1)", "()", "(0, 0)", "(0,)", "(3, 0)")}),
    Row("a.permute({order})", AXES, words={"order": ("1, 0", "2, 0, 1", "0, -1, 1", "(1, 0)", "0")}),
    *each("torch.NAME(a, {dim}, {to})", "transpose swapaxes swapdims", AXES, words={"dim": DIM, "to": DIM}),
    *each("a.NAME({dim}, {to})", "transpose swapaxes swapdims", AXES, words={"dim": DIM, "to": DIM}),
    *each("NAME", "torch.t(a) a.t() a.T a.mT", AXES),
    *each("NAME", "torch.squeeze(a) a.squeeze()", ANY),
    *each("NAME", "torch.squeeze(a,{dim}) a.squeeze({dim}) torch.unsqueeze(a,{dim}) a.unsqueeze({dim})", ANY,
        words={"dim": (*DIM, "(0, 1)")}),
    Row("a.expand({shape})", ANY, words={"shape": ("2, 3", "(2, 3)", "-1, 3", "2, -1, 3", "3", "4, 2, 3", "-1", "0, 3", "()",
        "-1, -1, -1")}),
    *each("NAME", "torch.clone(a) a.clone() a.contiguous() a.detach() torch.numel(a) a.numel()", ANY),
    Row("a.stride()", tuple(sizes for sizes in ANY if 0 not in sizes[0]), layouts=("plain", "transposed")),  # of nothing, from_numpy says 0 in torch
    *each("NAME", "a.is_contiguous() a.size() a.dim() a.ndim a.element_size() a.nelement() a.tolist()", ANY,
        layouts=("plain", "transposed")),
    Row("a.size({dim})", ANY, words={"dim": DIM}), Row("a.shape", ANY), Row("len(a)", ANY),
    *each("NAME", "a.item() bool(a) float(a) int(a) complex(a)", ANY),
    Row("a.repeat({n})", ANY, words={"n": ("2", "2, 3", "1, 2, 2", "(2, 1, 1)", "0", "()", "0, 2, 1")}),
    *each("torch.NAME([a, b], {dim})", "cat stack concat concatenate",
        TWO + shapes("2x3 4x3 | 2x3 0 | 0 2x3 | 2x2 2x3"), words={"dim": DIM}),
    Row("torch.cat([a, b, a], dim={dim})", shapes("2x3 2x3 | 1x2 3x2 | 2 0"), words={"dim": DIM}),
    Row("torch.stack((a, b, a), dim={dim})", shapes("2x3 2x3 | . ."), words={"dim": DIM}),
    Row("torch.cat([])", NOTHING), Row("torch.stack([])", NOTHING),
    Row("torch.cat([a, {n}])", ANY, words={"n": ("1", "None", "[1.0]")}),
    *each("NAME", "torch.split(a,{n},{dim}) a.split({n},{dim})", AXES,
        words={"n": ("1", "2", "5", "[1, 1]", "[1, 2]", "[2, 1]", "0"), "dim": DIM}),
    *each("NAME", "torch.chunk(a,{n},{dim}) a.chunk({n},{dim})", AXES, words={"n": ("1", "2", "5", "0"), "dim": DIM}),
    *each("NAME", "torch.unbind(a) a.unbind({dim}) torch.unbind(a,{dim}) list(a)", AXES, words={"dim": DIM}),
    *each("NAME", "torch.select(a,{dim},{n}) a.select({dim},{n})", AXES, words={"n": ("0", "-1", "2", "5"), "dim": DIM}),
    *each("NAME", "torch.narrow(a,{dim},{n},{k}) a.narrow({dim},{n},{k})", AXES,
        words={"n": ("0", "1", "-1", "5"), "k": ("0", "1", "2", "-1"), "dim": DIM}),
]

INDEX = ("0", "-1", "1:", ":-1", "::2", "1:1", "5:", "-2:5", "None", "...", "0, 1", "0, -1", "..., 0", ":, 1", ":, 1:3",
    "None, :, 0", "0, ..., 1", "1, None", ":, None, ::2", "5", "-4", "0, 0, 0", "0, 0, 0, 0", "[0, 1]", "[1, 1, 0]", "[]",
    ":, [0, 2]", "[0, 1], [1, 2]", "[[0], [1]], [0, 2]", "[1], :, [0]", "torch.tensor([0, -1])", "torch.tensor(1)",
    "torch.tensor([0, 3])", "a > 0", "a[0] > 0", "torch.tensor([True, False])", "..., torch.tensor([True, False, True])",
    "torch.tensor(True)", "True", "::-1", "torch.tensor([0.5])", "torch.tensor([], dtype=torch.int64)", "np.array([0, 1])",
    "slice(0, 2)", "torch.tensor(0), 1:", ":, torch.tensor([0, 1]), 0", "0, :, [0, 1]", "[0, 1], 1", "range(2)",
    "torch.tensor([[0, 1], [1, 0]])", "None, None", "..., None")
SIDES = shapes("2x3 | 3 | . | 2x3x4 | 1x3 | 0x3")
WRITTEN, PARTS = shapes("2x3 | 3 | . | 2x3x4"), shapes(". | 1 | 3 | 2x3 | 1x3 | 4")
# To write at: torch looks at the value before the bounds, and a place that is written twice has no one slope.
PLACES = tuple(index for index in INDEX if index not in ("torch.tensor([0, 3])", "True", "[1, 1, 0]"))
INDEXING = [
    Row("a[{index}]", SIDES, words={"index": INDEX}),
    Row("a[{index}]", SIDES[:2], words={"index": ("1.5", "'x'", "object()", "0, 1.5")}),
    Row("(a.__setitem__(np.s_[{index}], {value}), a)[1]", SIDES[:2],
        words={"index": ("1.5", "'x'", "object()"), "value": ("1", "torch.tensor(1.)")}),
    Row("(a.__setitem__(np.s_[{index}], {value}), a)[1]", WRITTEN, layouts=LAYOUTS[:3],
        words={"index": PLACES, "value": ("7", "0.5", "True", "torch.tensor(3)", "torch.tensor([1.5])", "torch.ones(3)",
        "torch.ones(5)", "a.sum()", "a * 2", "[1., 2., 3.]")}, named=False),
    Row("(a.__setitem__(np.s_[{index}], b), a)[1]", tuple(whole + part for whole in WRITTEN for part in PARTS), alike=True,
        layouts=LAYOUTS[:3], words={"index": PLACES}, named=False),
    Row("(a.__setitem__(np.s_[{index}], 5), a)[1]", SIDES, words={"index": ("0", "0, 1", "...", ":1")}, layouts=("expanded",)),
    *each("NAME", "torch.index_select(a,{dim},torch.tensor({places})) a.index_select({dim},torch.tensor({places}))", SIDES[:-1],
        words={"dim": DIM, "places": ("[0]", "[0, 0, 1]", "[2]", "[[0]]", "0", "[0.0]")}),
    Row("torch.masked_select(a, {mask})", SIDES, words={"mask": ("a > 0", "torch.tensor(True)",
        "torch.tensor([True, False, True])", "a[0] > 0", "a")}),
    Row("a.masked_select(a > 0)", SIDES),
    *each("NAME", "torch.gather(a,{dim},torch.tensor({places})) a.gather({dim},torch.tensor({places}))", SIDES,
        words={"dim": DIM, "places": ("[0]", "[[0, 1, 0]]", "[[0, 0], [1, 0]]", "[[[0, 1]]]", "0", "[3]", "[[-1]]", "[[0.0]]",
        "[[0, 0], [1, 0], [1, 1]]")}, named=False),
]
