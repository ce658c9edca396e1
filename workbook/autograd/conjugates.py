"""Derivatives of complex numbers: the one place that makes real formulas serve them.

PyTorch's gradient of a real number L with respect to z = x + iy is dL/dx + i dL/dy: the direction in which L grows fastest. So a
step w = f(z) with the complex derivative f'(z) hands on grad * conj(f'(z)), which is conj(conj(grad) * f'(z)): the formula for
real numbers between two conjugations. (K. Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus, 2009.)
"""

from workbook.autograd.operation import Operation
from workbook.tensor import Tensor


class Conj(Operation):
    """out = a with the imaginary parts negated"""

    holomorphic = False

    def forward(ctx, a):
        return ctx.xp.conj(a)[...]  # of a 0-d array NumPy makes a number, which is no array

    def backward(ctx, grad):
        return conjugate(grad)


def conjugate(value):
    """The complex conjugate of an array or a Tensor; a real one itself."""
    return Conj.apply(value) if holds_complex(value) else value


def holds_complex(value):
    """Whether an array or a Tensor, such as a formula is given, holds complex numbers."""
    return (value._array if isinstance(value, Tensor) else value).dtype.kind == "c"


def backward_of_complex(node, arrived):
    """What a node with a complex result hands to its inputs, a tuple: its formula between two conjugations.

    A step without a complex derivative says `holomorphic = False`, and its formula is written for PyTorch's gradient as it is.
    """
    if not node.holomorphic:
        return node.backward(*arrived)
    handed = node.backward(*map(conjugate, arrived))
    if handed.__class__ is not tuple:
        handed = (handed,)
    return tuple([None if gradient is None else conjugate(gradient) for gradient in handed])
