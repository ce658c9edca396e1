"""The random numbers of the transforms: from PyTorch's stream, one tensor a number, as torchvision draws them."""

import workbook as torch
from workbook.errors import explain


def happens(p):
    """True with probability `p`.

    >>> happens(1.0)
    True
    """
    return bool(torch.rand(1) < p)


def uniform(low, high):
    """A number from `low` to `high`."""
    return torch.empty(1).uniform_(low, high).item()


def whole(low, high):
    """A whole number from `low` to `high - 1`."""
    return torch.randint(low, high, (1,)).item()


def side_ratio(ratio):
    """A width over a height, between the two of `ratio`; as often 2 : 1 as 1 : 2. Raises RuntimeError where they are not positive."""
    if min(ratio) <= 0:
        raise RuntimeError(explain("from is out of bounds for float", f"{ratio} are widths over heights", "write two positive numbers: (0.75, 1.33)"))
    low, high = torch.log(torch.tensor(ratio)).tolist()
    return torch.exp(torch.empty(1).uniform_(low, high)).item()
