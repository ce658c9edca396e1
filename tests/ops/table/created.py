"""New Tensors by keyword, like another, by the old constructors; limits of dtypes, layouts, memory formats."""

from tests.ops.table.making import KIND
from tests.ops.table.row import ANY, AXES, MORE, NOTHING, Row, each, shapes

LEGACY = "FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ShortTensor CharTensor ByteTensor BoolTensor"
CREATED = [
    *each("torch.NAME(size={size})", "zeros ones", NOTHING, words={"size": ("(2, 3)", "[2]", "()", "2", "torch.Size([2])", "(-1,)")}),
    *each("torch.NAME(size={size}).shape", "empty rand randn", NOTHING, words={"size": ("(2, 3)", "[2]", "()", "2")}),
    *each("torch.NAME()", "zeros ones empty rand randn arange randint full eye", NOTHING),
    *each("torch.NAME(2, layout=torch.strided, pin_memory=False).shape", "zeros ones empty rand randn arange eye randperm", NOTHING),
    *each("torch.NAME(2, {n})", "zeros ones empty rand randn", NOTHING, words={"n": ("pin_memory=True", "layout=3")}),
    *each("torch.NAME(a, memory_format=torch.{n}, layout=torch.strided).stride()", "zeros_like ones_like empty_like", shapes("2x3 | 2x3x4"), layouts=("plain", "transposed"),
          words={"n": ("contiguous_format", "preserve_format")}),
    Row("torch.full({n})", NOTHING, words={"n": ("size=(2,), fill_value=3", "2, 3", "(2,), 'a'", "(2,), None", "(2,), torch.tensor(3)", "(2,), torch.tensor([3])")}),
    Row("torch.eye({n})", NOTHING, words={"n": ("2, None", "2.", "n=2", "2, m=3", "(2, 2)")}),
    Row("torch.arange({n})", NOTHING, words={"n": ("end=3", "start=1, end=3", "1, end=3", "0, 3, step=2", "torch.tensor(3)", "0, torch.tensor(1.), 0.5", "3, 1.")}),
    Row("(torch.manual_seed({seed}), torch.randint({n}))[1]", NOTHING, words={"seed": ("0", "5"), "n": ("5, size=(2,)", "high=5, size=(2,)", "low=2, high=5, size=(2,)",
        "5", "5, 3", "2, 5, 3", "5, 2, (2,)", "2, 5, size=(3,)", "5, (2,), (2,)")}),
    Row("(torch.manual_seed(0), torch.randint_like(a, {n}))[1]", ANY, layouts=("plain",), dtypes=MORE[1:6], derivatives=0,
          words={"n": ("10", "3, 9", "low=3, high=9", "5, 2", "high=4")}),
    Row("torch.logspace({n})", NOTHING, rounded=True, words={"n": ("0, 2, 3", "0, 2, 3, base=2", "0, 1, 0", "0, 1, 1", "-1, 1, 5", "0, 1, -1", "0, 1, 5, dtype=torch.float64")}),
    Row("torch.logspace(0, 1, 3, out=torch.zeros(0, dtype=torch.{n}))", NOTHING, rounded=True, words={"n": ("float32",)}),
    *each("a.NAME({n})", "new_zeros new_ones", ANY, MORE, derivatives=0, words={"n": ("2", "2, 3", "(2,)", "size=(2,)", "2, dtype=torch.int64", "-1")}),
    Row("a.new_empty({n}).shape", ANY, words={"n": ("2", "(2, 3)", "0")}), Row("a.new_full({n})", ANY, derivatives=0, words={"n": ("(2,), 1", "2, 3", "(2,), 1, dtype=torch.float64",
        "size=(2,), fill_value=1")}),
    Row("a.new_tensor({n})", ANY, MORE, derivatives=0, words={"n": ("[1, 0]", "1", "[1, 0], dtype=torch.float64", "[[1], [1, 2]]", "'a'")}),
    Row("a.new({n})", ANY, MORE, derivatives=0, words={"n": ("[1, 0]", "", "3.", "(1, 0)", "[[1, 0]]")}), Row("a.new(2, 3).shape", ANY), Row("a.new(a.shape).shape", ANY),
    *each("torch.NAME({n})", LEGACY, NOTHING, words={"n": ("[1, 0]", "(1, 0)", "", "3.", "None", "'a'", "[[1], [2, 3]]", "np.ones(2)", "[[]]", "[True]", "range(2)")}),
    *each("torch.NAME(2, 3).shape", LEGACY, NOTHING), *each("isinstance(a, torch.NAME)", LEGACY, ANY, MORE), *each("str(torch.NAME)", LEGACY, NOTHING),
    *each("a.type(torch.NAME)", LEGACY, ANY, values="positive", named=False, smooth=False),
    Row("torch.Tensor({n})", NOTHING, words={"n": ("3.", "[1, 2]", "(2, 3)", "torch.tensor([1, 2])", "np.ones(2)", "'ab'", "None", "True", "range(3)", "[]", "")}),
    Row("torch.Tensor(a.shape).shape", ANY), Row("torch.Tensor(a)", ANY, derivatives=0),
    *each("str(torch.NAME({n}))", "finfo iinfo", NOTHING, words={"n": [f"torch.{kind}" for kind in KIND] + ["torch.complex64"]}),
    *each("torch.finfo(torch.{n}).NAME", "max min eps tiny smallest_normal resolution bits dtype", NOTHING, words={"n": ("float16", "float32", "float64", "bfloat16")}),
    *each("torch.iinfo(torch.{n}).NAME", "max min bits dtype", NOTHING, words={"n": ("int8", "uint8", "int16", "int32", "int64")}),
    Row("torch.can_cast(torch.{n}, torch.{k})", NOTHING, words={"n": KIND, "k": KIND}),
    *each("NAME", "torch.is_nonzero(a) a.is_nonzero() a.nbytes a.itemsize a.get_device() a.is_xpu a.name a.is_same_size(a) a.is_pinned() a.pin_memory()", ANY, MORE, layouts=("plain",)),
    *each("str(NAME)", "a.layout torch.strided torch.contiguous_format torch.preserve_format torch.layout torch.memory_format torch.newaxis torch.get_default_device()", ANY[:1]),
    Row("a.is_contiguous(memory_format=torch.contiguous_format)", AXES), *each("a.NAME(memory_format=torch.{n}).stride()", "clone contiguous", AXES[:4], layouts=("plain", "transposed"),
        words={"n": ("contiguous_format", "preserve_format")}),
    Row("(torch.set_default_tensor_type(torch.DoubleTensor), torch.tensor(1.), torch.set_default_tensor_type('torch.FloatTensor'))[1]", NOTHING),
    Row("torch.set_default_tensor_type({n})", NOTHING, words={"n": ("'torch.LongTensor'", "torch.float32")}),
    # Put back at once: while a device is set, torch's l1_loss forgets its weight.
    Row("(torch.set_default_device('cpu'), torch.set_default_device(None))[0]", NOTHING),
]
READ = [
    Row("a[{index}]", shapes("2x3 | 3 | . | 2x3x4"), derivatives=1, named=False, words={"index": ("[[0, 1], [1, 0]]", "[[0, 1]]", "[torch.tensor([1, 0])]", "[slice(0, 1)]", "[slice(0, 1), 0]",
        "[None]", "[..., 0]", "[0, [1]]", "[[0], [1, 2]]", "[torch.tensor(1)]", "((0, 1), (1, 0))", "(0, 1),", "..., ...", "..., 0, ...", "1.5:", "0:2:0", "::-1",
        "torch.tensor([1, 0], dtype=torch.uint8)", "torch.tensor([1, 0], dtype=torch.int8)", "torch.tensor([1, 0], dtype=torch.int16)", "torch.tensor(1, dtype=torch.uint8)",
        "np.array([1., 0])", "np.array([1, 0], dtype=np.uint8)", "[1.0, 0]", "[0, True]", "['a']", ":torch.tensor(1)", ":", "[[]]", "np.float64(1)")}),
    Row("(a.__setitem__({index}, {value}), a)[1]", shapes("2x3 | 3"), layouts=("plain", "transposed", "sliced"), derivatives=0, words={
        "index": ("[[0, 1], [1, 0]]", "[slice(0, 1)]", "torch.tensor([1, 0], dtype=torch.uint8)", "(0, 0)", "0", "..."),
        "value": ("7", "torch.zeros(2)", "torch.zeros(2, 3)", "np.ones(3)", "[1]", "None", "'a'", "torch.zeros(5)")}),
    Row("a[1:] * 2", AXES[:3]),
]
