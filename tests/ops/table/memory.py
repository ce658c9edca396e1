"""How results lie in memory: steps, formats, storages that are shared and grow; and Tensors that meet arrays of NumPy."""

from tests.ops.both import LAYOUTS
from tests.ops.table.row import ANY, DTYPES, REAL, Row, each, shapes

LONG = shapes("2x3 | 3x3 | 2x3x4")  # no axis of length 1, whose step says nothing
KEPT = ("a.clone() a.contiguous() torch.zeros_like(a) torch.ones_like(a) torch.full_like(a,2) torch.empty_like(a) torch.rand_like(a) "
        "torch.randn_like(a) torch.randint_like(a,3) a.to(torch.int32) a.double() a.to(a.dtype,copy=True) a.flip(0) a.sort(0).values "
        "a.sort(-1).indices a.mT.clone() a.unsqueeze(0).expand(2,*a.shape).clone()")
IN_ORDER = ("a.cumsum(0) a.cumprod(-1) a.cummax(0).values a.softmax(0) a.log_softmax(-1) torch.cat([a,a]) torch.stack([a,a],1) "
            "a.gather(0,torch.zeros_like(a).long()) a.masked_fill(a>0,1) a.roll(1,0) a.index_select(0,torch.tensor([0,1])) a.topk(1,0).values "
            "a.sum(1) a.mean(-1) a.amax(0) a.prod(0) a.std(0) a.var(-1) a.any(0) a.norm(dim=1) a.logsumexp(0) a.max(0).indices "
            "a.median(-1).values a.rot90() a.rot90(2)")
FORMATS = {"f": ("channels_last", "channels_last_3d", "contiguous_format", "preserve_format"), "s": ("2, 3, 4, 5", "2, 3", "2, 3, 2, 4, 3", "1, 3, 2, 2")}
OFFSETS = ("3:", "5:", "1:1", "..., 3:", "..., 1:", "0:0", "-1:", "..., 1:1", "1:, ...")
OTHERS = ("np.ones(3)", "np.array([1, 2])", "np.arange(3)", "None", "'x'", "[1, 2, 3]", "(1,)", "object()", "np.float32(1)",
          "np.array('x')")

MEMORY = [
    *each("NAME.stride()", KEPT, LONG, REAL, values="finite", derivatives=0), *each("NAME.stride()", IN_ORDER, LONG, REAL, values="finite", derivatives=0),
    *each("torch.zeros({s}).NAME.stride()", "to(memory_format=torch.{f}) contiguous(memory_format=torch.{f}) clone(memory_format=torch.{f}) "
          "double(memory_format=torch.{f}) to(torch.int32,memory_format=torch.{f}) resize_(3,2,4,5,memory_format=torch.{f})", ((),), words=FORMATS),
    *each("torch.NAME.stride()", "empty({s},memory_format=torch.{f}) zeros_like(torch.zeros({s}),memory_format=torch.{f}) "
          "full_like(torch.zeros({s}),1.,memory_format=torch.{f}) randint_like(torch.zeros({s}),3,memory_format=torch.{f})", ((),), words=FORMATS),
    Row("torch.zeros({s}).is_contiguous(memory_format=torch.{f})", ((),), words=FORMATS),
    Row("(lambda y: (y.stride(), y.is_contiguous(), (y + 1).stride(), y.clone().stride(), y.contiguous().stride()))"
        "(torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last))", ((),)),
    Row("a.NAME(memory_format=3)".replace("NAME", "clone"), LONG), Row("a.to(memory_format={f})", LONG, words={"f": ("None", "3", "'x'")}, derivatives=0),

    # whose memory it is
    *each("NAME", "a._is_view() a[0]._is_view() a.t()._is_view() a.clone()._is_view() a.detach()._is_view() a.is_shared() a[0]._base "
          "a[0][1:]._base a.data._base", shapes("2x3 | 1x3"), derivatives=0),
    Row("a.clone().set_({w})", shapes("2x3 4 | 3 5"), alike=True, derivatives=0, words={"w": (
        "", "b", "b, 1, (2,)", "b, 1, (2,), (2,)", "b, 1", "5", "b.untyped_storage()", "b.storage(), 0, (2, 2)", "b.to(torch.complex64)")}),
    Row("(lambda x, y: (x.set_(y), x.add_(1), y))(a.clone(), b)", shapes("2x3 4"), alike=True, values="finite", dtypes=("float32", "int64"), derivatives=0),
    *each("NAME", "torch.from_dlpack(a) a.__dlpack_device__() type(a.__dlpack__()).__name__ type(torch.to_dlpack(a)).__name__", ANY, REAL, layouts=("plain",), derivatives=0),
    Row("a[{p}].storage_offset()", shapes("3 | 2x3 | 3x4x2"), words={"p": OFFSETS}, derivatives=0),
    *each("torch.from_numpy(np.arange(12.).reshape(3, 4)[{p}]).NAME", "storage_offset() untyped_storage().nbytes() stride()", ((),),
          words={"p": ("1:", ":, 1:", "1", "::2", "1:, ::2", "3:", "..., 0")}),
    Row("torch.from_numpy(np.arange(12.)[{p}])[1:].storage_offset()", ((),), words={"p": ("1:", "::2", "4:4")}),
    # memory that grows does so under all its views; that of an array does not grow
    *each("(lambda y, v: (y.resize_({n}).shape, NAME, y.storage_offset(), v, y.reshape(-1)[:2]))"
          "(*(lambda y: (y, y[1:]))(a.clone()))", "y.fill_(3).shape v.fill_(3) y.zero_().shape", shapes("3 | 2x3 | 3x2x2"), layouts=("plain",), values="finite",
          words={"n": ("9", "3, 5", "2", "0", "7, 0")}, derivatives=0),
    Row("(lambda y, v: (v.resize_({n}), v.fill_(3), y))(*(lambda y: (y, y[1:]))(a.clone()))", shapes("3 | 2x3"), values="finite", layouts=("plain",),
        words={"n": ("9", "3, 5", "2", "0")}, derivatives=0),
    *each("(lambda y: (NAME, y.resize_({n}).shape))(a.clone())", "y.numpy().sum() y.detach().numpy().size y[1:].numpy().size", shapes("3 | 2x3"), REAL,
          values="finite", words={"n": ("20", "2", "0")}, derivatives=0),
    Row("torch.from_numpy(np.arange(3.)).resize_({n}).shape", ((),), words={"n": ("2", "3", "4")}),

    *each("NAME", "a=={o} a!={o} {o}==a {o}!=a a<{o} a>={o}", shapes("3 | 2x3 | ."), values="finite", words={"o": OTHERS}, derivatives=0),
    *each("a.NAME(0)", "cumsum_ cumprod_", ANY, DTYPES, values="finite", layouts=LAYOUTS[:3]),
    *each("a.NAME(0, dtype=torch.{k})", "cumsum_ cumprod_ cumsum cumprod", ANY, DTYPES, values="finite", derivatives=0, layouts=LAYOUTS[:3],
          words={"k": ("bool", "int64", "float32", "float64")}),
    *each("a.NAME({d}, {keep})", "all any", ANY, words={"d": ("()", "[]", "0"), "keep": ("True", "False")}, derivatives=0),

    # a number has to find room in the memory that it goes to
    *each("(lambda u: NAME)(torch.zeros(2, dtype=torch.{k}))", "u.fill_({v}) u.masked_fill(u==0,{v}) u.index_fill(0,torch.tensor([0]),{v}) "
          "u.scatter(0,torch.tensor([0]),{v}) torch.full_like(u,{v}) (u.__setitem__(0,{v}),u) torch.full((2,),{v},dtype=u.dtype)", ((),), derivatives=0, words={
              "k": ("uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "bool"),
              "v": ("-1", "-1.5", "300", "256.", "-300", "70000", "1e30", "float('nan')", "float('inf')", "True", "2", "0.5", "10**30", "2**63", "1j", "(1+0j)")}),
]
