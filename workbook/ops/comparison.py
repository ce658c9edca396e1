"""Comparing elements: with each other, and with what is no usual number."""

from workbook.formats import laid_as
from workbook.ops.elementwise import Elementwise, not_implemented
from workbook.tensor import Tensor


class Compare(Elementwise):
    """out = whether the relation called `relation` holds"""

    differentiable = False

    def forward(ctx, a, b, *, relation):
        return getattr(ctx.xp, relation)(a, b)


class Order(Compare):
    """out = whether a comes before b, or behind: complex numbers have no order"""

    def forward(ctx, a, b, *, relation):
        if a.dtype.kind == "c":
            raise not_implemented(f"{_KERNELS[relation]}_cpu", a, b)
        return getattr(ctx.xp, relation)(a, b)


_KERNELS = {"less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge"}


def eq(input, other):
    """Return, as bool, whether each element of `input` equals `other`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.eq(torch.tensor([1, 2, 3]), 2)
    tensor([False,  True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.eq.html
    """
    return Compare.apply(input, other, relation="equal")


def ne(input, other):
    """Return, as bool, whether each element of `input` differs from `other`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.ne(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.ne.html
    """
    return Compare.apply(input, other, relation="not_equal")


def lt(input, other):
    """Return, as bool, whether each element of `input` is less than `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.lt(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.lt.html
    """
    return Order.apply(input, other, relation="less")


def le(input, other):
    """Return, as bool, whether each element of `input` is at most `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.le(torch.tensor([1, 2, 3]), 2)
    tensor([ True,  True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.le.html
    """
    return Order.apply(input, other, relation="less_equal")


def gt(input, other):
    """Return, as bool, whether each element of `input` is greater than `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.gt(torch.tensor([1, 2, 3]), 2)
    tensor([False, False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.gt.html
    """
    return Order.apply(input, other, relation="greater")


def ge(input, other):
    """Return, as bool, whether each element of `input` is at least `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.ge(torch.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.ge.html
    """
    return Order.apply(input, other, relation="greater_equal")


class Test(Elementwise):
    """out = whether the question called `question` is answered yes"""

    differentiable = False

    def forward(ctx, a, *, question):
        if question == "invert" and a.dtype.kind not in "biu":
            raise not_implemented("bitwise_not_cpu", a)
        return getattr(ctx.xp, question)(a)


class TestOfWhole(Test):
    """out = as Test, of whole numbers, which all answer the same"""

    lies_as_inputs = False

    def forward(ctx, a, *, question):
        return laid_as(ctx.xp, getattr(ctx.xp, question)(a), a)


def _kind_of_test(input):
    return TestOfWhole if isinstance(input, Tensor) and input._array.dtype.kind in "biu" else Test


def isnan(input):
    """Return, as bool, whether each element is not a number. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.isnan(torch.tensor([1., float('nan')]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.isnan.html
    """
    return Test.apply(input, question="isnan")


def isinf(input):
    """Return, as bool, whether each element is infinite. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.isinf(torch.tensor([1., float('inf')]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.isinf.html
    """
    return _kind_of_test(input).apply(input, question="isinf")


def isfinite(input):
    """Return, as bool, whether each element is finite. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.isfinite(torch.tensor([1., float('inf')]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.isfinite.html
    """
    return _kind_of_test(input).apply(input, question="isfinite")
