"""Writing where memory is still to be read, and writing where one number stands for several elements."""

from tests.ops.table.row import Row, shapes

FLAT, SQUARE = shapes("5 | 6"), shapes("3x3 | 4x4")
PARTS = ("1:", ":-1", "0:2", "2:4", "2:", ":")
SHOWN = {"p": PARTS, "q": PARTS}
OPTIONS = {"dtypes": ("float32", "int64"), "values": "finite", "layouts": ("plain",), "derivatives": 0}
ELEMENTWISE = "add_ sub_ mul_ gt_ logical_and_ fmod_ clamp_ copy_".split()
EXPANDED = ("a[0].expand(3, -1)", "a[:, :1].expand(-1, 3)", "a[:1]", "a")


def _rows(text, given, **words):
    return Row(text, given, words=words, **OPTIONS)


OVERLAPS = [
    *[_rows(f"a[{{p}}].{name}(a[{{q}}])", FLAT, **SHOWN) for name in ELEMENTWISE],
    _rows("a[{p}].addcmul_(a[{q}], a[{p}])", FLAT, **SHOWN), _rows("a.detach()[{p}].add_(a[{q}])", FLAT, **SHOWN),
    *[_rows(f"a.{name}({{o}})", SQUARE, o=("a.T", "a", "a[:]", "a[0]", "a[0, 0]", "a.clone().T", "a.T.clone()", "a[1:2]"))
      for name in ("add_", "mul_", "copy_", "eq_")],
    *[_rows(f"a.__setitem__({{p}}, {{o}})", SQUARE, p=("slice(None)", "slice(1, None)", "slice(0, 2)", "0"),
            o=("a.T", "a", "a[1:]", "a[:2]", "a[0]", "a[0, 0]", "a[:1]", "a.clone()[:2]"))],
    *[_rows(f"a[{{p}}].{name}", FLAT, p=(":", ":2", "1:4"))
      for name in ("scatter_(0, torch.tensor([0, 1]), a[1:3])", "index_add_(0, torch.tensor([0, 1]), a[2:4])", "put_(torch.tensor([0, 1]), a[:2])",
                   "index_copy_(0, torch.tensor([0, 1]), a[:2])", "scatter_add_(0, torch.tensor([0, 1]), a[3:5])",
                   "index_put_((torch.tensor([0, 1]),), a[:2])", "__setitem__(torch.tensor([0, 1]), a[1:3])", "index_fill_(0, torch.tensor([0]), a[0])",
                   "masked_fill_(a[{p}] > 0, a[0])")],
    *[_rows(f"torch.{name}", FLAT, q=("a[1:]", "a[:-1]"))
      for name in ("add(a[:-1], 1, out={q})", "mul(a[:-1], a[1:], out={q})", "sub(a[1:], a[1:], out={q})", "abs(a[:-1], out={q})", "cumsum(a[:-1], 0, out={q})",
                   "gather(a[1:], 0, torch.arange(len(a) - 1), out={q})",
                   "index_select(a[1:], 0, torch.arange(len(a) - 1), out={q})", "cat([a[:2], a[3:]], out={q})")],

    # one number stands for several elements: some forms write, others refuse
    *[_rows(f"{{e}}.{name}", shapes("3x3"), e=EXPANDED)
      for name in ("masked_fill_(torch.tensor([[True, False, False]]), 7)", "masked_fill_(torch.tensor([[True], [False], [False]]), 7)",
                   "masked_fill_(torch.tensor([[False], [False], [True]]), torch.tensor(7))", "masked_fill_(torch.tensor(False), 7)",
                   "__setitem__(torch.tensor([0]), 7)", "__setitem__([0, 1], 7)", "__setitem__(slice(0, 2), 7)", "__setitem__(torch.tensor([True]), 7)",
                   "index_fill_(1, torch.tensor([0]), 7)", "index_put_((torch.tensor([0]),), torch.tensor(7).to(a.dtype))", "fill_(7)", "zero_()",
                   "add_(1)", "mul_(2)", "abs_()", "index_add_(1, torch.tensor([0]), a[:, :1])", "clamp_(0)",
                   "masked_scatter_(torch.tensor([[True, False, False]]), a + 1)", "scatter_(1, torch.tensor([[0]]), 7)")],
    _rows("(lambda e: (e.__setitem__(e > 0, 7), a))(a[0].expand(3, -1))", shapes("3x3")),
]
