"""A number below p, decided by its first half, is what the whole number would decide."""

import math

import numpy as np
import pytest

import workbook as torch
from workbook.random import Generator

CHANCES = [0.0, 1.0, 0.5, 0.9, 1 / 3, 3 * 2.0**-21, 2.0**-53, 1 - 2.0**-53]


@pytest.mark.parametrize("p", CHANCES)
def test_below64_decides_as_the_uniform_number(p):
    drawn = Generator().manual_seed(1).uniform64(10_000)
    np.testing.assert_array_equal(Generator().manual_seed(1).below64(10_000, p), drawn < p)


@pytest.mark.parametrize("p", CHANCES)
def test_below64_decides_ties_by_the_second_half(p, monkeypatch):
    bound = math.ceil(p * 2**53)
    numbers = [number for number in (bound - 1, bound, bound + 1) if 0 <= number < 2**53]
    halves = np.array([[number >> 32 | 0xFFE00000, number % 2**32] for number in numbers], np.uint32).reshape(-1)
    generator = Generator()
    monkeypatch.setattr(generator, "random32", lambda n: halves)
    assert generator.below64(len(numbers), p).tolist() == [number < bound for number in numbers]


def test_small_and_large_draws_are_one_stream():
    one, other = Generator().manual_seed(2), Generator().manual_seed(2)
    large = one.random32(10_000)
    small = [other.random32(n) for n in (1, 4095, 5, 4096, 1803)]
    np.testing.assert_array_equal(large, np.concatenate(small))
    np.testing.assert_array_equal(one.random32(3), other.random32(3))


@pytest.mark.cpu_only("how results lie in memory is its library's on a GPU")
@pytest.mark.parametrize("shapes", [((3, 1, 2), (1, 4, 1)), ((1, 4, 1), (3, 1, 2)), ((3, 1, 2), (3, 4, 2))])
def test_counts_that_broadcast_are_drawn_as_the_result_lies_in_memory(shapes):
    """Operands whose first axis is the innermost in memory give a result that is, too; PyTorch draws in that order."""
    torch.manual_seed(1)
    count, chance = torch.randint(1, 9, shapes[0]).float(), torch.rand(shapes[1])
    torch.manual_seed(0)
    lying = torch.binomial(count, chance)
    torch.manual_seed(0)
    turned = torch.binomial(count.permute(2, 1, 0), chance.permute(2, 1, 0))
    assert torch.equal(turned, lying.permute(2, 1, 0)) and lying.is_contiguous()
