"""Which of several equal elements is named: in rows of more than 16, too, where PyTorch's sorts do not keep their order."""

from tests.ops.both import LAYOUTS
from tests.ops.table.row import ANY, DIM, DTYPES, KEEP, MORE, NUMBERS, REAL, Row, each, shapes

ROWED = shapes("17 | 18 | 33 | 70 | 2x20 | 40x2 | 130 | 3x16 | 2x3")
AXIS = {"dim": ("0", "-1"), "keep": KEEP}
COUNT = ("0", "1", "2", "3", "9", "16", "17", "True", "1.")

TIES = [
    Row("torch.sort(a, {dim}, {keep})", ROWED, MORE, words=AXIS, derivatives=0),
    Row("torch.sort(a, {dim}, {keep})", ROWED, REAL, values="finite", words=AXIS, smooth=False),
    Row("a.sort(dim={dim}, descending={keep}, stable=True)", ROWED, DTYPES, words=AXIS, derivatives=0),
    *each("NAME(a, {dim}, {keep})", "torch.argsort torch.Tensor.argsort", ROWED, DTYPES, words=AXIS, derivatives=0),
    Row("torch.topk(a, {n}, {dim}, {keep})", ROWED, MORE, words=AXIS | {"n": COUNT}, derivatives=0),
    Row("torch.topk(a, {n}, {dim}, {keep})", ROWED, REAL, values="finite", words=AXIS | {"n": ("1", "2")}, smooth=False),
    Row("a.topk({n}, largest={keep}, sorted=False)", ROWED, NUMBERS, words={"n": COUNT, "keep": KEEP}, derivatives=0),
    # Of an expanded tensor torch's median reads other memory.
    *each("torch.NAME(a, {dim}, {keep})", "median nanmedian", ROWED, NUMBERS, words=AXIS, layouts=LAYOUTS[:3], derivatives=0),
    *each("a.NAME({dim})", "median nanmedian", ROWED, REAL, values="finite", words=AXIS, layouts=LAYOUTS[:3], smooth=False),
    *each("torch.NAME(a)", "median nanmedian", (*ANY, *ROWED), MORE, smooth=False),
    *each("(a * float('nan')).NAME(-1).indices", "median nanmedian", ROWED, REAL, derivatives=0),
    Row("torch.kthvalue(a, {n}, {dim}, {keep})", ROWED, NUMBERS, words=AXIS | {"n": COUNT}, derivatives=0),
    Row("a.kthvalue({n})", ROWED, REAL, values="finite", words={"n": ("1", "2")}, smooth=False),
    Row("torch.mode(a, {dim}, {keep})", ROWED, MORE, words=AXIS, derivatives=0),
    Row("a.mode({dim})", ROWED, REAL, values="finite", words=AXIS, smooth=False),
    *each("a.NAME({dim})", "sort argsort mode", ANY, words={"dim": DIM}, derivatives=0),
]
