"""Dropout."""

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn.module import Module


class Dropout(Module):
    """In training, set each number to 0 with probability `p` and divide the others by 1 - p; in evaluation, do nothing.

    Raises ValueError unless p is between 0 and 1.

    >>> import workbook as torch
    >>> torch.nn.Dropout(0.5).eval()(torch.ones(3))
    tensor([1., 1., 1.])

    Source: Srivastava et al. 2014; https://pytorch.org/docs/2.13/generated/torch.nn.Dropout.html
    """

    torch_name = "torch.nn.modules.dropout.Dropout"

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(explain(f"dropout probability has to be between 0 and 1, but got {p}",
                                     "p is the part of the elements that is set to 0", "write 0.5 for half of them"))
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"
