"""How results of transposed inputs lie in memory, beside those of memory.py: as the input does, or in order."""

from tests.ops.table.row import REAL, Row, each, shapes

LONG = shapes("2x3 | 3x4 | 2x3x4")  # no axis of length 1, whose step says nothing
OPTIONS = {"dtypes": ("float32", "float64", "int64"), "layouts": ("transposed", "plain"), "values": "finite", "derivatives": 0}
AS_INPUT = ("a.exp() a.floor() a.ceil() a.round() a.trunc() a.sign() a.nan_to_num() a.isposinf() a.isneginf() a.erf() a.erfc() a.erfinv() a.lgamma() "
            "a.digamma() a.abs() -a a+a a*2 a>0 a.clamp(0) torch.where(a>0,a,0) a.pow(2) a.argsort(0) a.flip(0,1) torch.fill(a,2) "
            "torch.fill(a,torch.tensor(2)) a.index_fill(0,torch.tensor([0]),1) a.index_fill(0,torch.tensor([0]),torch.tensor(1)) "
            "a.index_put((torch.tensor([0]),),a[0]) a.select_scatter(a[0],0,0) a.slice_scatter(a[1:],0,1) a.diagonal_scatter(a.diagonal()) "
            "torch.polygamma(1,a) torch.special.erfcx(a) torch.special.zeta(a,2.)")
IN_ORDER = ("torch.bernoulli(a.double().sigmoid()) torch.bernoulli(a.double(),0.5) a.masked_fill(a>0,1) a.masked_scatter(a>0,a) "
            "a.softmax(0) a.cumsum(0) a.index_add(0,torch.tensor([0]),a[:1]) a.index_copy(0,torch.tensor([0]),a[:1])")

# Results of LAPACK lie column by column.
MATRICES = shapes("2x2 | 3x3 | 2x3x3 | 1x1 | 2x1x1 | 2x3x2x2 | 0x0 | 0x2x2 | 2x0x0")
SIDES = shapes("3x3 3x2 | 2x2 2x1 | 2x3x3 2x3x2 | 2x3x3 3x2 | 1x1 1x2 | 1x1 1x1 | 0x0 0x2")
BIG, SPD = "a+20*torch.eye(a.shape[-1],dtype=a.dtype)", "a@a.mT+9*torch.eye(a.shape[-1],dtype=a.dtype)"
OF_MATRICES = ("linalg.inv({M}) inverse({M}) linalg.cholesky({S}) linalg.cholesky({S},upper=True) linalg.matrix_power({M},2) linalg.matrix_power({M},-1) "
               "linalg.matrix_power({M},1) linalg.matrix_power({M},3) linalg.solve({M},{M}[...,0]) linalg.lu_factor({M}) lu({M}) linalg.lu({M}) linalg.eigh({S}) "
               "linalg.eig({M}) linalg.qr({M}) linalg.svd({M}) svd({M}) "
               "linalg.det({M}/20) linalg.slogdet({M}) linalg.eigvalsh({S}) linalg.svdvals({M}) linalg.eigvals({M})").format(M=BIG, S=SPD)
OF_RECTANGLES = ("linalg.qr(a) linalg.qr(a,'complete') linalg.qr(a,'r') qr(a) linalg.svd(a) linalg.svd(a,full_matrices=False) svd(a) svd(a,some=False) "
                 "svd(a,compute_uv=False) linalg.pinv(a) linalg.lu_factor(a+torch.eye(*a.shape[-2:],dtype=a.dtype)*20) linalg.lu(a) linalg.svdvals(a)")
OF_EQUATIONS = ("linalg.solve({M},b) linalg.solve({M},b.mT,left=False) linalg.solve_triangular({M},b,upper=True) linalg.solve_triangular({M},b,upper=False) "
                "linalg.solve_triangular({M},b.mT,upper=True,left=False) triangular_solve(b,{M}) triangular_solve(b,{M},upper=False,transpose=True) "
                "cholesky_solve(b,{M}) cholesky_solve(b,{M},upper=True) linalg.lu_solve(*torch.linalg.lu_factor({M}),b) "
                "linalg.lu_solve(*torch.linalg.lu_factor({M}),b.mT,left=False) linalg.lstsq({M},b) linalg.lstsq({M},b,driver='gelsd')").format(M=BIG)
STEPS = "(lambda found:[x.stride() for x in (found if isinstance(found,tuple) else (found,))])(torch.NAME)"
INTO = "inverse({M},out={{o}}) cholesky({S},out={{o}}) cholesky_solve({M},{S},out={{o}}) matrix_power({M},2,out={{o}}) matrix_power({M},-1,out={{o}})".format(M=BIG, S=SPD)
LAPACK = {"dtypes": REAL, "values": "unit", "derivatives": 0, "layouts": ("plain", "transposed")}

LAYOUTS_OF_RESULTS = [
    *each(STEPS, OF_MATRICES, MATRICES, **LAPACK), *each(STEPS, OF_RECTANGLES, shapes("4x3 | 3x4 | 2x4x3 | 2x3x4 | 3x1"), **LAPACK),
    *each(STEPS, OF_EQUATIONS, SIDES, alike=True, **LAPACK),
    *each(STEPS, "linalg.lstsq(a,b) linalg.lstsq(a,b,driver='gels') linalg.lstsq(a,b[...,0])", shapes("4x2 4x3 | 2x4 2x1 | 2x4x3 2x4x2 | 4x1 4x2"), alike=True, **LAPACK),
    *each("torch.NAME.stride()", INTO, shapes("3x3 | 2x2"), **LAPACK | {"dtypes": ("float32",)}, words={"o": ("torch.empty(0)", "torch.zeros(3,3)", "torch.zeros(2,2).T")}),
    # Where operands lie in different ways, the first decides.
    *each("(NAME).stride()", "a+b a-b a*b a>b a.maximum(b) torch.where(a>b,a,b) torch.where(a>b,a,1) a.addcmul(b,b) a.lerp(b,b) a.hypot(b) a.atan2(b) a.xlogy(b) "
          "a.clamp(b) torch.complex(a,b) torch.polar(a,b) torch.isclose(a,b) a.double()+b a.copysign(b)",
          shapes("2x3 2x3 | 3x2 2 | 2x3x4 2x3x4 | 3x4 2x3x4 | 2x3x4 3x4 | 3x2x2x3 3x2x2x3"), ("float32",), values="finite", derivatives=0),
    *each("(lambda a:(NAME).stride())(a.permute(1,2,0).expand(3,2,2))", "a.exp() -a a+1 a>0 a.square() a.frac() a.clone() a.to(torch.float64) torch.nn.functional.gelu(a)",
          shapes("2x3x1 | 2x1x2 | 1x1x2"), ("float32",), values="finite", derivatives=0),
    *each("(NAME).stride()", "a.nonzero() torch.argwhere(a) a[...,[0,1]] a[:,[1,0]] a[[1,0]] a[a[:,0]>-9] a.count_nonzero(0) a.put(torch.tensor([0]),a[0,:1]) 2**a "
          "a.renorm(2,0,1.) a.ravel() a.diff(dim=0) a.topk(1,0).indices a.topk(1,1).values a.rot90()", shapes("2x3 | 3x2 | 4x2"), ("float32",), values="finite", derivatives=0),
    *each("a.NAME.stride()", "flip(0) flip(1) fliplr() flip(0,1) topk(1,0).indices rot90(2)", shapes("1x1 | 1x3 | 3x1"), ("float32",), values="finite", derivatives=0, layouts=("plain",)),
    *each("a[NAME].stride()", "[1,0] :,[0,1] ...,[0,1] [0,1],:,[1,0] :,[0,1],[0,1] [[0,1],[1,0]]", shapes("2x3x4 | 3x2x2"), ("float32",), values="finite", derivatives=0),
    Row("(lambda y:(y.fill_(5),a)[1])(a.flip(0))", shapes("1 | 1x3 | 2"), ("float32",), values="finite", derivatives=0, layouts=("plain",)),
    Row("a.dim_order()", shapes("2x3 | 3 | . | 2x3x4 | 4x1 | 1x4 | 2x1x3 | 2x3x2x2 | 1x3x1x1"), ("float32",), derivatives=0),
    Row("torch.zeros({s}).to(memory_format=torch.channels_last).dim_order()", ((),), words={"s": ("2,3,4,5", "2,3,1,1", "1,1,1,1")}),
    *each("a.permute(2,0,1).NAME", "dim_order() contiguous().dim_order() expand(4,4,2,3).dim_order()", shapes("2x3x4"), ("float32",), derivatives=0),
    # A value that is written has to fit the places that an index names.
    *each("(lambda x:(x.__setitem__(NAME,b),x))(a.clone())", "x>0 [0] ([0,0],[1,0]) (slice(None),[0]) (x>0).any(1)", shapes("2x3 1x1 | 2x3 1x1x3 | 2x3 3 | 2x3 1x2 | 2x3 2 | 2x3 ."),
          ("float32",), values="positive", derivatives=0, layouts=("plain",)),
    *each("a.index_put((NAME,),b)", "torch.tensor([0]) torch.tensor([0,1]) a>0", shapes("2x3 1x1x3 | 3 1x2 | 3 1x1 | 3 3 | 2x3 2x3 | 2x3 1"), ("float32",),
          values="positive", derivatives=0, layouts=("plain",)),
    *each("torch.NAME", "asarray(['x']) asarray([1,'x']) tensor([1,'x']) tensor([['x']]) tensor(['']) tensor('x') asarray('x') tensor([[1],['x']]) tensor([b'x'])", ((),)),
    # Conjugates are not marked here, but what asks for marks runs.
    *each("NAME", "a.is_conj() a.is_neg() torch.is_conj(a) torch.is_neg(a)", shapes("3 | ."), ("float32", "complex64", "int64"), derivatives=0),
    *each("a.conj().NAME", "resolve_conj() resolve_conj().is_conj() imag.resolve_neg().clone() imag.resolve_neg().is_neg()", shapes("3 | 2x2"), ("complex64",), derivatives=0),
    Row("torch.linalg.solve(a, b, left=False)", shapes("1x1 1 | 2x2 2 | 2x1x1 2x1"), REAL, alike=True, values="positive", derivatives=0),
    *each("NAME", "a@b torch.matmul(a,b) torch.nn.functional.linear(a,b.mT)", shapes("2x0x0 2x0x3 | 0x2x2 0x2x2 | 2x3x0 0x4 | 2x3x0 0 | 2x0x3 3x2"), REAL, alike=True),
    *each("(NAME).stride()", AS_INPUT, LONG, **OPTIONS), *each("(NAME).stride()", IN_ORDER, LONG, **OPTIONS),
    *each("torch.NAME.stride()", "add(a,1,out=torch.empty(0,dtype=a.dtype)) sin(a,out=torch.empty(0,dtype=torch.float64)) gt(a,0,out=torch.empty(0,dtype=torch.bool))",
          LONG, **OPTIONS),
    *each("F.NAME(a, b, reduction='none').stride()", "binary_cross_entropy_with_logits binary_cross_entropy mse_loss l1_loss", shapes("2x3 2x3 | 3x4 3x4"), ("float32",), values="unit",
          derivatives=0, layouts=("plain", "transposed")),
    *each("(lambda x, y: (torch.cat(NAME, {d}).stride(), torch.stack(NAME, {d}).stride()))(torch.zeros({s}).contiguous(memory_format=torch.channels_last), torch.zeros({s}))",
          "[x,x] [x,y] [y,x]", ((),), words={"s": ("2,3,4,5", "1,3,4,5", "2,1,4,5", "2,3,1,1", "1,1,1,1"), "d": ("0", "1", "2", "3", "-1")}),
    Row("(torch.manual_seed(0), torch.bernoulli(a.sigmoid()), torch.bernoulli(a, 0.5))[1:]", LONG, **OPTIONS | {"dtypes": ("float32", "float64")}),
]
