"""Corners that long runs of generated cases found: indices of nothing, sides of 1 in which operands lie differently, norms that keep their axes."""

from tests.ops.table.row import KEEP, REAL, Row, each, shapes

INDICES = ("[] [[]] torch.zeros(0,dtype=torch.int64) torch.zeros(3,2,dtype=torch.int64).T :,torch.zeros(3,2,dtype=torch.int64).T "
           "torch.zeros(2,1,dtype=torch.int32),torch.zeros(3,2,dtype=torch.int32).T torch.zeros(1,2,dtype=torch.int64),torch.zeros(3,2,dtype=torch.int64).T[:,:1] "
           "True torch.tensor(False) [7] [],[7] [0,7],[] 0:0,[7] [0,0],[0,0,0] [9],7 a>0,[0] [7],torch.zeros(9)>0")
FEW = {"derivatives": 0, "values": "finite"}

CORNERS = [
    *each("a[NAME]", INDICES, shapes("2x3x4 | 1x3 | 3x1x2 | 0x3 | 3x0 | 2x0x3 | 1x1x3"), ("float32", "int64"), **FEW),
    *each("(lambda x: (x.__setitem__(NAME, 1), x)[1])(a.clone())", "[7] ([],[7]) (slice(0,0),[7]) ([0,0],[0,0,0])", shapes("2x3 | 0x3 | 3x0"), ("float32",), **FEW),
    *each("(NAME).stride()", "a*b a+b a>b a**b torch.ldexp(a,b) torch.ldexp(a,b.long()) torch.ldexp(a.long(),b) torch.ldexp(a.double(),b)",
          shapes("2x1x1 2x1x1 | 1x1 3x1 | 3x1x2 1x3x1 | 1x1x1 2x1x1 | 3x2 1x1 | . 2x3 | 2x3 2x3 | 2x3 1x3"), ("float32",), derivatives=0, values="positive"),
    *each("torch.linalg.norm(a, NAME, keepdim={k})", "2,(0,1) -2,(2,0) 'nuc',(1,0) 1,(0,1) -1,(2,1) float('inf'),(0,2) 2,(5,5) 'fro',(0,-3)", shapes("2x3x2 | 3x1x2 | 2x1x1 | 3x3"),
          REAL, derivatives=0, values="positive", rounded=True, words={"k": KEEP}),
    Row("torch.norm(a, 'nuc', {d}, {k})", shapes("2x3 | 2x3x2 | 3x1x2"), REAL, values="unit", rounded=True, derivatives=0,
        words={"d": ("None", "(0, 1)", "(-1, 0)", "0"), "k": KEEP}),
    *each("torch.linalg.cond(a, NAME)", "1 float('inf') 7 0", shapes("0x2 | 0x2x3 | 2x0x0"), ("float32",), derivatives=0, values="unit"),
    *each("F.linear(a, b, NAME)", "torch.zeros(2,2,3) torch.zeros(1,3) torch.zeros(3,dtype=torch.complex64) torch.zeros(3,dtype=torch.float64) torch.zeros(1) torch.zeros(4,1) torch.zeros(2,2,1) torch.zeros(1,2,1)",
          shapes("2x2x2 3x2 | 2 3x2 | 2 2 | 2x2x2 2"), ("float32",), layouts=("plain", "transposed"), derivatives=0, values="finite"),
    *each("torch.NAME", "linalg.vecdot(a,b) mv(a,b)", shapes("1 2 | 3 3 | 2x3 3 | . 2x1"), ("float32",), **FEW),
    Row("torch.einsum('{e}', a, b)", shapes("2x1x3 3x2 | 3x3x1 2x1 | 1x2x1 1x1 | 2x3x2 0x1 | 1x1x1 3x1"), ("float32",), derivatives=0, values="finite",
        words={"e": ("ijk,kl->lji", "kjl,ik", "iji,kl->kjl", "ijk,lm->mkjil", "ijk,ji", "jli,km->ijl")}),
    # (Of matrices without sides, 0x0, what lies in memory is left out: torch takes the steps of an intermediate result, and nothing is read with them.)
    Row("torch.linalg.matrix_exp(a).stride()", shapes("2x2 | 2x3x2x2 | 3x2x1x1 | 2x1x2x2 | 1x1 | 0x2x2 | 3x2x2x2x2"), REAL, derivatives=0, values="unit"),
    Row("torch.gradient(a, spacing={s}, dim={d}, edge_order={o})", shapes("3x4 | 4x3x3 | 5"), (*REAL, "float16", "uint8", "int64"), derivatives=0, values="apart",
        words={"s": ("0.3", "1.7", "1"), "d": ("0", "-1"), "o": ("1", "2")}),
    Row("torch.gradient(a, spacing=(torch.tensor([0., 0.3, 1.7, 1.9]),), dim=0, edge_order={o})", shapes("4x3 | 4"), (*REAL, "uint8", "int64"), derivatives=0,
        values="apart", words={"o": ("1", "2")}),
    Row("torch.gradient(a, edge_order=2)", shapes("4 | 3x4"), ("float32",), derivatives=0),
    *each("torch.NAME", "linalg.lu(a.sign()) lu(a.sign())", shapes("2x2 | 2x3 | 3x2 | 2x2x2"), REAL, derivatives=0, values="finite"),  # sizes that tie, and nothing to round
]
