"""`torch.random`, and PyTorch's CPU random stream below it: the same seed gives the same numbers, bit for bit.

`generator` deals 32-bit numbers; each `fill_...` function turns them into one distribution and writes it into an array; later
floors wrap these in Tensors. Two habits of PyTorch show in the results and so are kept: an array is filled in the order of its
memory (`filling`), and a multiplication with an addition is in places rounded once, not twice (`once`).
"""

import contextlib

from workbook.random.continuous import fill_cauchy, fill_exponential, fill_log_normal, fill_normal, fill_uniform
from workbook.random.counts import draw_binomial, draw_poisson
from workbook.random.generator import Generator, check_generator, default_generator
from workbook.random.whole import fill_bernoulli, fill_geometric, fill_integers, permutation, random_int64

__all__ = ["default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]



def manual_seed(seed):
    """Start the random stream that belongs to `seed`; return the generator. The numbers are PyTorch's own.

    Raises ValueError for what is no seed of 64 bits.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(1)
    tensor([0.4963])

    Source: https://pytorch.org/docs/2.13/generated/torch.manual_seed.html
    """
    return default_generator.manual_seed(int(seed))


def initial_seed():
    """Return the seed that the stream was started with. Raises nothing.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(7); torch.initial_seed()
    7

    Source: https://pytorch.org/docs/2.13/generated/torch.initial_seed.html
    """
    return default_generator.initial_seed()


def seed():
    """Start a stream from a seed that nobody knows; return the seed. Raises nothing.

    >>> import workbook as torch
    >>> torch.seed() == torch.initial_seed()
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.seed.html
    """
    return default_generator.seed()


def get_rng_state():
    """Return the state of the stream, a uint8 Tensor: what `set_rng_state` goes on from. Raises nothing.

    >>> import workbook as torch
    >>> state = torch.get_rng_state(); a = torch.rand(2)
    >>> torch.set_rng_state(state); torch.equal(a, torch.rand(2))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.get_rng_state.html
    """
    return default_generator.get_state()


def set_rng_state(new_state):
    """Continue the stream from a state that `get_rng_state` returned.

    Raises TypeError for what is no ByteTensor, RuntimeError for one of another length.

    >>> import workbook as torch
    >>> torch.set_rng_state(torch.get_rng_state())

    Source: https://pytorch.org/docs/2.13/generated/torch.set_rng_state.html
    """
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True, device_type="cuda"):
    """Within the block draw as you like: afterwards the stream goes on as if nothing had been drawn.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> with torch.random.fork_rng(): _ = torch.rand(5)
    >>> torch.rand(1)
    tensor([0.4963])

    Source: https://pytorch.org/docs/2.13/random.html
    """
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
