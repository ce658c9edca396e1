"""The fast kernels of convolution compute what the readable ones do; torch is not needed."""

import numpy as np
import pytest

from workbook.ops import columns, rows
from workbook.ops.columns import Geometry

SIZES = {  # images, channels, filters, side, kernel, padding
    "of LeNet": (2, 6, 16, (14, 14), (5, 5), ((0, 0), (0, 0))),
    "of one pixel": (3, 4, 2, (5, 7), (1, 1), ((0, 0), (0, 0))),
    "as large as the image": (2, 3, 2, (4, 5), (4, 5), ((0, 0), (0, 0))),
    "padded": (2, 3, 4, (6, 9), (3, 3), ((1, 1), (1, 1))),
    "padded on one side": (2, 3, 4, (6, 9), (2, 4), ((0, 1), (1, 2))),
    "padded beyond its reach": (2, 1, 2, (3, 3), (2, 3), ((4, 4), (5, 5))),
    "high": (1, 2, 3, (8, 6), (5, 1), ((2, 2), (0, 0))),
    "in several chunks": (31, 3, 6, (32, 32), (5, 5), ((0, 0), (0, 0))),
    "of no image": (0, 3, 4, (6, 6), (3, 3), ((1, 1), (1, 1))),
}


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_rows_agree_with_columns(name, dtype):
    count, channels, filters, side, kernel, padding = SIZES[name]
    g = Geometry(side, kernel, (1, 1), padding, (1, 1), 1)
    chance = np.random.default_rng(0)
    x, weight, bias, grad = (chance.integers(-9, 10, shape).astype(dtype) for shape in (
        (count, channels, *side), (filters, channels, *kernel), filters, (count, filters, *g.out)))
    for what, inputs in (("convolve", (x, weight, bias)), ("convolve", (x, weight, None)), ("to_input", (grad, weight)),
                         ("to_weight", (grad, x))):
        fast, readable = getattr(rows, what)(np, *inputs, g), getattr(columns, what)(np, *inputs, g)
        assert fast.dtype == readable.dtype == dtype
        np.testing.assert_array_equal(fast, readable, err_msg=what)  # whole numbers of this size leave nothing to round


def test_one_image_stays_out_of_the_others():
    g = Geometry((6, 6), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1)
    x, weight = np.ones((3, 2, 6, 6), np.float32), np.ones((2, 2, 3, 3), np.float32)
    x[1] = np.nan
    for out in (rows.convolve(np, x, weight, None, g), rows.to_input(np, x, weight, g)):
        assert np.isnan(out[1]).all() and np.isfinite(out[[0, 2]]).all()
