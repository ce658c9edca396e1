"""The random numbers of the transforms: from PyTorch's stream, one tensor a number, as torchvision draws them."""

import workbook as torch


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
    """A width over a height, between the two of `ratio`; as often 2 : 1 as 1 : 2."""
    low, high = torch.log(torch.tensor(ratio)).tolist()
    return torch.exp(torch.empty(1).uniform_(low, high)).item()
