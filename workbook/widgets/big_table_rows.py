"""The rows of the big table: the functions that a beginner meets, and their newer names. Every call is run by the engine."""

from dataclasses import dataclass

# The tensors that the calls use; a reader sees these lines above the table.
GIVEN = """x = torch.tensor([-1.5, 0.5, 2.5])
y = torch.tensor([4., 1., 0.])
n = torch.tensor([7, -7, 3])
v = torch.tensor([3., 4.])
m = torch.tensor([[1., 2.], [3., 4.]])
s = torch.tensor([[[1., 2.], [3., 4.]], [[0., 1.], [1., 0.]]])"""


@dataclass
class Row:
    """One call: what it does, what to know about it, and other words by which it may be looked for."""
    call: str
    does: str
    note: str = ""
    words: str = ""

    @property
    def name(self):
        """The function, as it is called: `linalg.inv`."""
        return self.call.removeprefix("torch.").partition("(")[0]


ELEMENTWISE = [
    Row("torch.add(x, y)", "sum, number by number", "The same as x + y. With alpha=2 it is x + 2 * y.", "plus 加"),
    Row("torch.sub(x, y)", "difference", "The same as x - y.", "minus 减"),
    Row("torch.mul(x, y)", "product, number by number", "The same as x * y. It is no matrix product: that is x @ y.", "times multiply 乘"),
    Row("torch.div(x, 2)", "quotient", "The same as x / 2. Whole numbers give floats: torch.div(n, 2) is 3.5, -3.5, 1.5.", "divide 除法"),
    Row('torch.div(n, 2, rounding_mode="floor")', "quotient, rounded down",
        'The same as n // 2. With rounding_mode="trunc" the quotient is cut towards 0: 3, -3, 1.', "integer division floor_divide 整除"),
    Row("torch.remainder(n, 3)", "what a division leaves, with the sign of the divisor", "The same as n % 3, and as Python's %.", "modulo rest 求余"),
    Row("torch.fmod(n, 3)", "what a division leaves, with the sign of the dividend", "As in C. For numbers of one sign fmod and remainder agree.", "modulo rest 求余"),
    Row("torch.pow(x, 2)", "power", "The same as x ** 2.", "square 求幂"),
    Row("torch.abs(x)", "distance from 0", "", "absolute value 绝对值"),
    Row("torch.sqrt(x)", "square root", "Of a negative number: nan, and no error.", "平方根"),
    Row("torch.exp(x)", "e to the power x", "", "exponential 指数"),
    Row("torch.log(y)", "natural logarithm", "Of 0: -inf; of a negative number: nan; no error. log2 and log10 have other bases.", "ln 对数"),
    Row("torch.sin(x)", "sine of an angle in radians", "", "trigonometric 三角函数"),
    Row("torch.cos(x)", "cosine", "", "trigonometric 三角函数"),
    Row("torch.asin(x)", "the angle whose sine it is", "Outside -1 to 1 there is none: nan.", "arcsin trigonometric 三角函数"),
    Row("torch.atan2(x, y)", "the angle of the point (y, x), from -π to π", "The first argument is the height, the second the width.", "arctan trigonometric 三角函数"),
    Row("torch.cosh(x)", "(exp(x) + exp(-x)) / 2", "", "hyperbolic 三角函数"),
    Row("torch.clamp(x, min=-1, max=2)", "cut off below min and above max", "One of the two may be left out, not both.", "clip 截断"),
    Row("torch.sigmoid(x)", "1 / (1 + exp(-x)), between 0 and 1", "Often misspelt sigmod: AttributeError.", "sigmod activation 激活函数"),
    Row("torch.tanh(x)", "between -1 and 1", "", "activation 激活函数"),
    Row("torch.relu(x)", "the number, or 0 where it is negative", "", "activation 激活函数"),
    Row("torch.lerp(x, y, 0.25)", "a point between: start + weight * (end - start)",
        "Old tutorials call the first argument star; it is input.", "interpolation star 插值"),
]
ROUNDING = [
    Row("torch.round(x)", "to the nearest whole number; a half goes to the even one", "Not up: 0.5 gives 0, 1.5 gives 2, 2.5 gives 2.", "四舍五入"),
    Row("torch.floor(x)", "down", "Also for negative numbers: -1.5 gives -2.", "下取整"),
    Row("torch.ceil(x)", "up", "-1.5 gives -1.", "上取整"),
    Row("torch.trunc(x)", "towards 0: only the whole part stays", "", "fix 只保留整数部分"),
    Row("torch.frac(x)", "what trunc cuts off", "It keeps the sign.", "小数部分"),
]
COMPARING = [
    Row("torch.gt(x, y)", "greater than, number by number", "The same as x > y.", "> 大于"),
    Row("torch.lt(x, y)", "less than", "The same as x < y.", "< 小于"),
    Row("torch.ge(x, 0.5)", "greater or equal", "The same as x >= 0.5.", ">= 大于等于"),
    Row("torch.le(x, 0.5)", "less or equal", "The same as x <= 0.5.", "<= 小于等于"),
    Row("torch.eq(x, 0.5)", "equal, number by number", "The same as x == 0.5. nan equals nothing, not even nan.", "== 等于"),
    Row("torch.ne(x, 0.5)", "not equal", "The same as x != 0.5.", "!= 不等"),
    Row("torch.equal(x, y)", "the same shape and the same numbers?", "One True or False of Python's, not a tensor.", "相等"),
    Row("torch.allclose(x * 3 / 3, x)", "the same up to rounding?", "For results that were computed: == asks for the last bit.", "close tolerance"),
    Row("torch.isnan(torch.sqrt(x))", "where is no number?", "x == nan finds none.", "nan"),
    Row("torch.max(x, y)", "the larger of each pair", "torch.maximum says it more clearly: torch.max has three meanings.", "maximum 最大值"),
    Row("torch.maximum(x, y)", "the larger of each pair", "", "max 最大值"),
    Row("torch.minimum(x, y)", "the smaller of each pair", "", "min 最小值"),
]
REDUCTIONS = [
    Row("torch.sum(m)", "all numbers together", "", "total 和"),
    Row("torch.sum(m, dim=1)", "the sum of each row: dim 1 goes", "With keepdim=True the axis stays, with length 1.", "row 按行求和"),
    Row("torch.mean(m)", "the mean", "Whole numbers raise RuntimeError: write n.float().mean().", "average 均值"),
    Row("torch.median(m)", "the middle one, in order", "Of an even count the LOWER of the two in the middle; NumPy takes their mean, 2.5.", "中位数"),
    Row("torch.mode(torch.tensor([1, 2, 2, 3]))", "the most frequent number, and where it stands", "", "众数"),
    Row("torch.prod(m)", "all numbers multiplied", "", "product 积"),
    Row("torch.max(m)", "the largest", "", "amax 最大值"),
    Row("torch.max(m, dim=1)", "the largest of each row, and its place", "Two tensors: .values and .indices.", "最大值"),
    Row("torch.min(m)", "the smallest", "", "amin 最小值"),
    Row("torch.argmax(m)", "the place of the largest, counted row by row", "With dim=1: for each row.", "index 最大值"),
    Row("torch.std(m)", "standard deviation, with n - 1", "NumPy divides by n: write correction=0 for that, 1.1180.", "spread 标准差"),
    Row("torch.var(m)", "variance, with n - 1", "correction=0 divides by n: 1.2500.", "spread 方差"),
    Row("torch.norm(v)", "length: the root of the sum of squares", "Works; the manual advises torch.linalg.vector_norm and matrix_norm.", "范数"),
    Row("torch.linalg.vector_norm(v)", "length", "", "norm 范数"),
    Row("torch.dist(v, torch.zeros(2))", "distance: the length of the difference", "", "距离"),
    Row("torch.logsumexp(v, dim=0)", "log of the sum of exp, without overflow", "", ""),
    Row("torch.any(x > 2)", "is one of them true?", "torch.all asks whether every one is.", "all"),
]
ALONG = [
    Row("torch.cumsum(y, dim=0)", "running sum", "dim has to be given.", "累加"),
    Row("torch.cumprod(n, dim=0)", "running product", "dim has to be given.", "累乘"),
    Row("torch.sort(y)", "in order, and where each one stood", "Two tensors: .values and .indices. descending=True turns the order.", "排序"),
    Row("torch.argsort(y)", "where each one of the ordered row stood", "", "sort 排序"),
    Row("torch.topk(y, 2)", "the k largest, and where they stand", "", "largest 最大的k个数"),
    Row("torch.softmax(y, dim=0)", "positive shares that add up to 1", "", "activation"),
]
MATRICES = [
    Row("torch.matmul(m, v)", "rows times columns, from one axis up", "The same as m @ v.", "@ product 矩阵乘法"),
    Row("torch.mm(m, m)", "matrix times matrix", "For two axes only.", "product 矩阵乘法"),
    Row("torch.mv(m, v)", "matrix times vector", "", "product 矩阵乘法"),
    Row("torch.bmm(s, s)", "each matrix of a batch times its partner", "For three axes only.", "batch product 矩阵乘法"),
    Row("torch.dot(v, v)", "inner product: multiply in pairs, add up", "For two vectors only.", "inner 内积"),
    Row("torch.outer(v, v)", "outer product: every pair multiplied", "", "ger 外积"),
    Row("torch.linalg.cross(x, y)", "vector product: at right angles to both", "For vectors of 3. Old tutorials call it the outer product; that is torch.outer. torch.cross without dim warns.", "cross 外积 叉积"),
    Row("torch.addmm(m, m, m)", "m + m @ m", "", "矩阵运算"),
    Row("torch.addbmm(m, s, s)", "m + the sum of all products of the batch", "", "矩阵运算"),
    Row("torch.baddbmm(s, s, s)", "s + the product of each pair of the batch", "Often misspelt badbmm: AttributeError.", "badbmm 矩阵运算"),
    Row("torch.addmv(v, m, v)", "v + m @ v", "", "矩阵运算"),
    Row("torch.addr(m, v, v)", "m + the outer product", "", "outer 矩阵运算"),
    Row("torch.t(m)", "rows become columns", "For at most two axes; a vector stays as it is. Of more axes: transpose(0, 1).", "transpose 转置"),
    Row("torch.trace(m)", "the sum of the diagonal", "", "迹"),
    Row("torch.diag(m)", "the diagonal", "", "对角线元素"),
    Row("torch.diag(v)", "a matrix with this diagonal", "A vector goes the other way.", "对角线元素"),
    Row("torch.triu(m)", "the upper triangle; 0 below it", "torch.triu(m, 1) begins one diagonal higher.", "上三角"),
    Row("torch.tril(m)", "the lower triangle; 0 above it", "", "下三角"),
]
SOLVING = [
    Row("torch.linalg.solve(m, v[:, None])", "the z for which m @ z is v, as a column", "A plain v works, too. Better than inv(m) @ v: one step less to round.", "equation"),
    Row("torch.inverse(m)", "the matrix that undoes m", "The same as torch.linalg.inv. A singular matrix raises LinAlgError.", "inv 求逆矩阵"),
    Row("torch.linalg.inv(m)", "the matrix that undoes m", "", "inverse 求逆矩阵"),
    Row("torch.linalg.det(m)", "determinant: by how much m stretches areas", "", "行列式"),
    Row("torch.linalg.lstsq(torch.tensor([[1., 0.], [1., 1.], [1., 3.]]), torch.tensor([[1.], [2.], [5.]])).solution",
        "intercept and slope of the line that fits best", "Three points, one line: no exact solution, so the least sum of squares.", "least squares fit 最小二乘"),
    Row("torch.linalg.svd(m)", "turn, stretch, turn: m = U @ diag(S) @ Vh", "It gives Vh. Of a matrix that is not square, full_matrices=False leaves out what no stretch belongs to.", "singular values 奇异值分解"),
    Row("torch.svd(m)", "the older name", "It gives V, not Vh: m = U @ diag(S) @ V.t(). Prefer torch.linalg.svd.", "singular values 奇异值分解"),
    Row("torch.linalg.svdvals(m)", "only the stretches", "", "svd singular values 奇异值分解"),
]
PLACES = [
    Row("torch.nonzero(x > 0)", "where it is true: one row for each, its place", "Often misspelt non_zero: AttributeError.", "non_zero places where 非零"),
    Row("torch.arange(1, 4)", "whole numbers in order; the end is left out",
        "torch.range(1, 3) includes its end; it is deprecated, and warns.", "range 等差"),
]
GROUPS = {"elementwise": ELEMENTWISE, "rounding": ROUNDING, "comparing": COMPARING, "reductions": REDUCTIONS, "along an axis": ALONG,
          "matrices": MATRICES, "solving": SOLVING, "places": PLACES}
ROWS = [(group, row) for group, rows in GROUPS.items() for row in rows]
