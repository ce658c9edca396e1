"""Functions that PyTorch has taken away, and what to write instead."""

from workbook.errors import explain


def _removed(name, instead, why):
    def function(input, *args, **options):
        raise RuntimeError(explain(f"This function was deprecated since version 1.9 and is now removed. {why}",
                                   f"PyTorch 2.13 has no torch.{name} any more", f"write {instead}"))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Raise RuntimeError: PyTorch has removed `torch.{name}`; write `{instead}`.

    Source: https://pytorch.org/docs/2.13/linalg.html
    """
    return function


symeig = _removed("symeig", "torch.linalg.eigh(A)",
                  "`torch.linalg.eigh` reads the lower triangle of the matrix where symeig read the upper one.")
eig = _removed("eig", "torch.linalg.eig(A)", "`torch.linalg.eig` returns complex tensors rather than pairs of real numbers.")
lstsq = _removed("lstsq", "torch.linalg.lstsq(A, B).solution",
                 "`torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`, whose arguments stand the other way round.")
solve = _removed("solve", "torch.linalg.solve(A, B)",
                 "`torch.solve` is deprecated in favor of `torch.linalg.solve`, whose arguments stand the other way round.")
matrix_rank = _removed("matrix_rank", "torch.linalg.matrix_rank(A)",
                       "Please use the `torch.linalg.matrix_rank` function instead.")
