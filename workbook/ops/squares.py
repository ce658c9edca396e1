"""What functions of square matrices ask of their input, in PyTorch's words."""

from workbook.errors import explain, refused_dtype, shape_text
from workbook.naming import PrintsAsTorch


class _LinAlgError(RuntimeError, metaclass=PrintsAsTorch):
    """A matrix for which the answer does not exist: singular, or not positive definite. Also `torch.linalg.LinAlgError`.

    Source: https://pytorch.org/docs/2.13/linalg.html
    """

    torch_name = "torch._C._LinAlgError"


LinAlgError = _LinAlgError


def matrix_only(function, input, name="A"):
    """Raise RuntimeError where there are fewer than two axes."""
    if input.ndim < 2:
        raise RuntimeError(explain(f"{function}: The input tensor {name} must have at least 2 dimensions.",
                                   f"its shape is {shape_text(input.shape)}", "give a matrix, or a stack of matrices"))


def square_only(function, input, name="A"):
    """Raise RuntimeError where the last two axes differ."""
    matrix_only(function, input, name)
    if input.shape[-1] != input.shape[-2]:
        raise RuntimeError(explain(
            f"{function}: {name} must be batches of square matrices, but they are {input.shape[-2]} by {input.shape[-1]} matrices",
            f"its shape is {shape_text(input.shape)}", "give as many rows as columns"))


def floats_only(function, input, half=None):
    """Raise RuntimeError for integers, NotImplementedError for half precision where `half` names PyTorch's kernel."""
    kind = input.dtype
    if not (kind.is_floating_point or kind.is_complex):
        raise RuntimeError(explain(f"{function}: Expected a floating point or complex tensor as input. Got {kind.legacy}",
                                   "the answer lies between the whole numbers", "convert it: x.float()"))
    if half and kind.itemsize == 2:
        raise refused_dtype(half, kind, "half precision is too coarse here", "convert it: x.float()")


def singular(function, place, batched):
    """The error for matrices that have no inverse: `place` is the first of them, and its first empty diagonal element."""
    element, diagonal = place
    where = f"(Batch element {element}): " if batched else ""
    return LinAlgError(explain(
        f"{function}: {where}The diagonal element {diagonal} is zero, the inversion could not be completed because the input matrix "
        "is singular.", "a row is a combination of the others, so something is lost that no matrix brings back",
        "torch.linalg.pinv answers always; or add a little to the diagonal"))


def first_failure(matrices, fails):
    """Return (batch element, order): of the first matrix for which `fails(matrix, k)` holds, the smallest such k from 1."""
    for element, matrix in enumerate(matrices.reshape(-1, *matrices.shape[-2:])):
        for k in range(1, matrix.shape[-1] + 1):
            if fails(matrix, k):
                return element, k
    return 0, matrices.shape[-1]

