"""Maps of values and gradients: every cell has its shade, a legend and a text say the same, and large arrays are put together."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbook.widgets.heatmap import MAPS, MOST, SHADES, heatmap, tiles, told


def shades(svg):
    """Return {shade: how many cells} of a drawing without its legend."""
    return {name: path.count("M") for name, path in re.findall(r'<path class="([a-z]+\d*)" d="([^"]*)"', svg)}


def test_shades_go_with_the_size_and_the_sign():
    svg, _ = heatmap(np.array([[8.0, 1.0, 0.0], [-8.0, -4.0, 0.4]]), "w")
    assert shades(svg) == {"plus8": 1, "plus1": 1, "minus8": 1, "minus4": 1, "below": 2}
    assert re.findall(r'text-anchor="\w+">([^<]*)<', svg) == ["−8.0000", "0", "8.0000"]


def test_the_text_says_the_same():
    array = np.array([[1.0, -3.0], [0.5, 2.0]])
    assert heatmap(array, "w")[1] == "w, 2 × 2: from −3 to 2, mean 0.125; 1 of 4 below zero; the largest size is 3, at [0, 1]."
    assert told(np.array(2.5), "x") == "x: 2.5."
    assert told(np.array([np.nan, 1.0]), "x") == "x, 2 numbers: 1 of 2 are nan or infinite."
    assert told(np.zeros((2, 0)), "x") == "x, 2 × 0: empty."
    assert told(np.array([True]), "m") == "m, 1 number: true is 1."


def test_what_is_no_number_and_what_is_nothing_is_drawn_without_a_word_too_many():
    assert heatmap(np.zeros((2, 0)), "x")[0] == ""
    assert shades(heatmap(np.zeros((2, 2)), "x")[0]) == {}
    assert shades(heatmap(np.array([[np.nan, np.inf], [-np.inf, 1.0]]), "x")[0]) == {"plus8": 2, "minus8": 1, "below": 1}


def test_a_large_array_is_put_together_and_says_so():
    maps, note = tiles(np.ones((100, 3)))
    assert maps[0].shape == (34, 3) and note == "Each cell is the mean of 3 × 1."
    maps, note = tiles(np.arange(2 * 15 * 4 * 5.0).reshape(2, 15, 4, 5))
    assert len(maps) == MAPS and note == "The first 12 of 30 maps." and maps[1][0, 0] == 20
    assert tiles(np.arange(40.0))[0][0].shape == (3, 16)


@given(st.lists(st.integers(1, 120), min_size=0, max_size=4).filter(lambda shape: np.prod(shape) <= 20_000))
def test_every_shape_has_a_map_of_its_mean(shape):
    array = np.random.default_rng(0).normal(size=shape)
    maps, _ = tiles(array)
    assert 1 <= len(maps) <= MAPS and all(max(each.shape) <= MOST for each in maps)
    svg, text = heatmap(array, "x")
    assert svg.startswith("<svg") and text.startswith("x") and sum(shades(svg).values()) <= 2 * MAPS * MOST * MOST
    width = float(re.search(r'width="([\d.]+)"', svg)[1])
    assert all(float(x) <= width for x in re.findall(r"M([\d.]+) ", svg))


@pytest.mark.parametrize("shade", range(1, SHADES + 1))
def test_every_shade_has_a_colour(shade):
    from workbook.widgets.files import styles

    assert f".wb-heat .plus{shade} " in styles("heat.css") and f".wb-heat .minus{shade} " in styles("heat.css")
