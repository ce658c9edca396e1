"""Corners that random examples meet once in a thousand, each as a row of its own."""

from tests.ops.both import LAYOUTS
from tests.ops.table.row import NOTHING, REAL, Row, each, shapes

FIXED = {"derivatives": 0}
SINGLE = shapes("1 | . | 1x1")
OUTSIDE = ("torch.tensor([5])", "torch.tensor([[5]]),torch.tensor([1,2])", "torch.tensor([1,0,9]),torch.tensor([1,2,2])")

EDGES = [
    # a whole exponent leaves a float what it is, with no power of 2 in between; a single float exponent is as exact as a float64
    *each("torch.ldexp(NAME)", "a,b.byte() a,b.int() a.double(),b[:1].int()", shapes("3 3"), ("float32",), values="positive", named=False),
    *each("torch.ldexp(NAME)", "a,b.int()*90 a.half(),b.int()-20 a*0,b.int()*900 a.double()[0],b.int() a,b.long()+2**33 a+0j,b>2", shapes("3 3"),
          ("float32",), values="positive", **FIXED),
    *each("torch.ldexp(a.double(),b.NAME())", "half float double", shapes(". . | 3 ."), ("float32",), values="positive", rounded=True, **FIXED),
    # reductions of yes and no have no mean, whatever the index names
    *each("torch.scatter_reduce(a,0,torch.tensor(NAME),a,'mean',include_self={keep})", "[[5]] [[1]] [5] [[0,0,0,0,0]] [[]]", shapes("2x3"), ("bool",),
          words={"keep": ("True", "False")}, **FIXED),
    *each("torch.scatter_reduce(a+0j,0,torch.tensor(NAME),a+0j,'amax')", "[[5]] [[1]] [[]]", shapes("2x3"), ("float32",), **FIXED),
    # edges that a dtype cannot hold are refused before the dtype itself
    *each("torch.histc(a,NAME)", "4 4,0,0 4,-1,2 4,0,300 4,2,1 4,0,float('inf') 4,0,10**30 0", shapes("3 | 1 | 0"), ("uint8", "int8", "int64", "bool", "float32"), **FIXED),
    # of one place alone, PyTorch writes what float16 does not hold as infinite
    *each("NAME", "a.fill_(70000.) a.fill_(-1e30) torch.fill(a,1e39) torch.full_like(a,65520) a.new_full((1,),1e30) a.new_full((2,),1e30) a.fill_(10**30)",
          (*SINGLE, *shapes("0 | 2")), ("float16", "float32", "int64"), values="finite", **FIXED),
    *each("torch.full(NAME,dtype=torch.float16)", "(1,),1e30 (),1e300 (0,),1e30 (2,),1e30 (1,),65519", NOTHING, **FIXED),
    # numbers of more than 64 bits
    *each("NAME", "torch.isin(a,10**30) torch.isin(2**64,a) torch.float_power(a,10**30) torch.float_power(-10**30,a) a+10**30 10**30*a a/10**30 a%10**30 "
          "a//10**30 a<10**30 a==10**30 torch.where(a>0,a,10**30) a.clamp(0,10**30) a.pow(10**30) torch.xlogy(a,10**30)",
          shapes("3"), ("int64", "float32"), **FIXED),
    # PyTorch looks at the shape of what is written before the places
    *each("(a.__setitem__((NAME),b),a)[1]", " ".join(OUTSIDE), shapes("2x3 5 | 2x3 3 | 2x3 . | 2x3 2 | 2x3 1x1x3 | 0x3 5"), ("float32",), **FIXED),
    *each("torch.index_put(a,(NAME,),b,accumulate={keep})", " ".join(OUTSIDE), shapes("2x3 5 | 2x3 3 | 2x3 . | 2x3 2 | 2x3 1x1x3 | 0x3 5"), ("float32",),
          words={"keep": ("True", "False")}, **FIXED),
    *each("torch.index_put(a,(NAME,),b)", "a>-100 torch.tensor([1])", shapes("2x3 1x1 | 2x3 1x6 | 2x3 1x1x3 | 2x3 1x3"), ("float32",), values="finite", **FIXED),
    # what is no axis, no Tensor, no whole number
    *each("NAME", "a.gather([1],a.long()) torch.gather(a,'x',a.long()) a.gather(1.5,a.long()) a.gather(None,a.long()) a.sum('x') a.softmax([0]) a.sum([0.5]) "
          "a.cumsum(True) a.argmax((0,)) a.unsqueeze(False) torch.cat([a],[0]) a.scatter(0,[1],1) a.scatter_add(0,[1],a) a.masked_fill([True],1) "
          "a.masked_scatter([True],a) a.index_add(0,[0],a) a.index_copy(0,[0],a) a.index_fill(0,[0],1) a.put([0],a) a.index_reduce(0,[1],a,'prod') "
          "a.view_as([1]) a.expand_as([1]) a.type_as([1]) torch.diagonal(a,'x') a.tril(1.5) torch.triu(a,'x') a.chunk('x') a.narrow(0,0,1.5) a.select(0,'x') "
          "a.std(ddof=0) torch.std(a,ddof=0) a.sum(foo=1) torch.mean(a,skipna=True) torch.exp(a,where=a) a.sum(dtype='x') a.cumsum(0,dtype='x') a.to([1])",
          shapes("2x3"), ("float32",), **FIXED),
    # a write shows whether the result is memory of its own
    *each("NAME.add_(1)", "a.flip(0) a.flip(-1) a.flipud() torch.fliplr(a) a.rot90() a.rot90(2) a.ravel() a.flatten() a.reshape(-1) reversed(a) a.roll(1,0) "
          "a.contiguous() a.squeeze() a.mT a.t() a.repeat(1,1) a.tile(1) a.broadcast_to((2,3)) a.tril() a.narrow(0,0,1) a.swapaxes(0,1)",
          shapes("1x3 | 3x1 | 1x1 | 2x3"), REAL, values="finite", layouts=LAYOUTS[:3], **FIXED),
    # (of torch.vander, torch refuses the backward pass: it multiplies in place)
    Row("torch.linalg.vander(a{n})", shapes("3 | 2x3 | 2"), REAL, values="finite", words={"n": ("", ",N=2", ",N=4")}, rounded=True),
    Row("torch.vander(a.requires_grad_(), {n}).requires_grad", shapes("3"), REAL, layouts=("plain",), words={"n": ("None", "0", "1", "2")}, **FIXED),
    *each("a.NAME(dtype=float)", "sum prod mean nansum", shapes("2x3 | 3"), ("float32", "int64"), values="finite", **FIXED),
]
