"""How results of transposed inputs lie in memory, beside those of memory.py: as the input does, or in order."""

from tests.ops.table.row import Row, each, shapes

LONG = shapes("2x3 | 3x4 | 2x3x4")  # no axis of length 1, whose step says nothing
OPTIONS = {"dtypes": ("float32", "float64", "int64"), "layouts": ("transposed", "plain"), "values": "finite", "derivatives": 0}
AS_INPUT = ("a.exp() a.floor() a.ceil() a.round() a.trunc() a.sign() a.nan_to_num() a.isposinf() a.isneginf() a.erf() a.erfc() a.erfinv() a.lgamma() "
            "a.digamma() a.abs() -a a+a a*2 a>0 a.clamp(0) torch.where(a>0,a,0) a.pow(2) a.argsort(0) a.flip(0,1) torch.fill(a,2) "
            "torch.fill(a,torch.tensor(2)) a.index_fill(0,torch.tensor([0]),1) a.index_fill(0,torch.tensor([0]),torch.tensor(1)) "
            "a.index_put((torch.tensor([0]),),a[0]) a.select_scatter(a[0],0,0) a.slice_scatter(a[1:],0,1) a.diagonal_scatter(a.diagonal()) "
            "torch.polygamma(1,a) torch.special.erfcx(a) torch.special.zeta(a,2.)")
IN_ORDER = ("torch.bernoulli(a.double().sigmoid()) torch.bernoulli(a.double(),0.5) a.masked_fill(a>0,1) a.masked_scatter(a>0,a) "
            "a.softmax(0) a.cumsum(0) a.index_add(0,torch.tensor([0]),a[:1]) a.index_copy(0,torch.tensor([0]),a[:1])")

LAYOUTS_OF_RESULTS = [
    *each("(NAME).stride()", AS_INPUT, LONG, **OPTIONS), *each("(NAME).stride()", IN_ORDER, LONG, **OPTIONS),
    *each("torch.NAME.stride()", "add(a,1,out=torch.empty(0,dtype=a.dtype)) sin(a,out=torch.empty(0,dtype=torch.float64)) gt(a,0,out=torch.empty(0,dtype=torch.bool))",
          LONG, **OPTIONS),
    Row("(torch.manual_seed(0), torch.bernoulli(a.sigmoid()), torch.bernoulli(a, 0.5))[1:]", LONG, **OPTIONS | {"dtypes": ("float32", "float64")}),
]
