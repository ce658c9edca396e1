"""The seed of the one random stream that everything draws from unless it is given a generator."""

from workbook.random import default_generator


def manual_seed(seed):
    """Start the random stream that belongs to `seed`; return the generator. The numbers are PyTorch's own.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(1)
    tensor([0.4963])

    Source: https://pytorch.org/docs/2.13/generated/torch.manual_seed.html
    """
    return default_generator.manual_seed(seed)


def initial_seed():
    """Return the seed that the stream was started with.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(7); torch.initial_seed()
    7

    Source: https://pytorch.org/docs/2.13/generated/torch.initial_seed.html
    """
    return default_generator.initial_seed()


def seed():
    """Start a stream from a seed that nobody knows; return the seed.

    >>> import workbook as torch
    >>> torch.seed() == torch.initial_seed()
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.seed.html
    """
    return default_generator.seed()
