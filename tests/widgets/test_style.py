"""The one stylesheet: every colour has the contrast that WCAG 2 asks for, in light and in dark, and none stands outside the palettes."""

import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest
import workbook.widgets
from workbook.widgets.board import mixed
from workbook.widgets.svg import palette

FOLDER = Path(workbook.widgets.__file__).parent
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8")
TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11
GROUNDS = ("paper", "panel", "now", "done", "result")
TEXTS = ("ink", "soft", "value", "grad")
SHAPES = ("line", "ring", "value", "grad", "ink")
COLOUR = r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\("
JUPYTER = {"light": {"paper": ["#ffffff"], "panel": ["#ffffff"]}, "dark": {"paper": ["#111111"], "panel": ["#212121"]}}


def luminance(colour):
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    bright, dim = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def grounds(theme):
    """Every background that something stands on: our own, and JupyterLab's where the page gives them."""
    colours = palette(theme)
    return {(name, colour) for name in GROUNDS for colour in [colours[name], *JUPYTER[theme].get(name, [])]}


def test_the_measure_itself():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_every_ground(theme):
    colours = palette(theme)
    poor = [(text, ground, round(contrast(colours[text], colour), 2)) for text, (ground, colour) in product(TEXTS, grounds(theme))
            if contrast(colours[text], colour) < TEXT]
    assert poor == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_shape_can_be_seen_on_every_ground(theme):
    colours = palette(theme)
    poor = [(shape, ground, round(contrast(colours[shape], colour), 2)) for shape, (ground, colour) in product(SHAPES, grounds(theme))
            if contrast(colours[shape], colour) < SHAPE]
    assert poor == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_can_be_read_on_every_shade_of_a_cell(theme):
    text = (FOLDER / "board.css").read_text(encoding="utf-8")
    shades = re.findall(r"color-mix\(in srgb, var\(--wb-(\w+)\) (\d+)%, var\(--wb-(\w+)\)\)", text)
    assert len(shades) >= 7 and len(shades) == text.count("color-mix")
    colours = palette(theme)
    for name, percent, ground in shades:
        for paper in [colours[ground], *JUPYTER[theme].get(ground, [])]:
            assert contrast(colours["ink"], mixed(colours[name], paper, int(percent))) >= TEXT, (name, percent)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_counts_can_be_read_on_every_shade_of_the_confusion_table(theme):
    text = (FOLDER / "dashboard.css").read_text(encoding="utf-8")
    shades = [100 * float(share) for share in re.findall(r"\.d[1-9] \{ fill-opacity: ([.\d]+)", text)]
    assert len(shades) == 5 and shades == sorted(shades)
    colours = palette(theme)
    for paper, percent, colour in product([colours["paper"], *JUPYTER[theme]["paper"]], shades, ("value", "ink")):
        assert contrast(colours["ink"], mixed(colours[colour], paper, round(percent))) >= TEXT, (colour, percent)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ends_of_a_map_stand_out_from_the_ground_and_from_each_other_for_every_sight(theme):
    colours = palette(theme)
    for end in ("plus", "minus"):
        assert all(contrast(colours[end], ground) >= SHAPE for name, ground in grounds(theme) if name in ("paper", "panel"))
    # Viénot, Brettel and Mollon (1999): what readers without long-wave or middle-wave cones see of a colour.
    blind = {"protan": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
             "deutan": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]}
    for matrix in blind.values():
        one, other = ([sum(weight * channel for weight, channel in zip(row, rgb)) for row in matrix]
                      for rgb in ([int(colours[end][i:i + 2], 16) for i in (1, 3, 5)] for end in ("plus", "minus")))
        assert max(abs(a - b) for a, b in zip(one, other)) > 40


def test_both_palettes_name_the_same_colours_and_these_tests_know_them_all():
    light, dark = palette("light"), palette("dark")
    maps = {"plus", "minus"}  # the two ends of a map; their shades are between them and the ground
    decoration = {"rule"}  # lines that only divide; nothing is lost without them
    assert set(light) == set(dark) == {*GROUNDS, *TEXTS, *SHAPES, *maps, *decoration}
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in [*light.values(), *dark.values()])


def test_no_colour_stands_outside_the_palettes():
    rest = STYLE
    for name in ("light", "dark"):
        start = rest.index(f"/* {name} palette */")
        rest = rest[:start] + rest[rest.index("}", start):]
    assert re.findall(COLOUR, rest) == []
    for file in FOLDER.glob("*.css"):
        if file.name != "style.css":
            assert re.findall(COLOUR, file.read_text(encoding="utf-8")) == [], file.name
    for file in [*FOLDER.glob("*.js"), FOLDER / "svg.py"]:
        assert re.findall(r"#[0-9a-fA-F]{6}\b", file.read_text(encoding="utf-8")) == [], file.name


def test_movement_stops_for_readers_who_ask_for_it():
    assert "prefers-reduced-motion: no-preference" in STYLE
    for file in FOLDER.glob("*.js"):
        text = file.read_text(encoding="utf-8")
        assert "prefers-reduced-motion: reduce" in text or not re.search(r"requestAnimationFrame|\.animate\(", text), file.name
    assert "animation" not in STYLE


def test_nothing_is_fetched():
    for file in [*FOLDER.glob("*.js"), *FOLDER.glob("*.css")]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|\bimport\s*[\"'(]|fetch\(", text), file.name


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed; a browser reads the same file in test_page.py")
@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.glob("*.js")))
def test_the_script_has_no_slip_of_syntax(tmp_path, name):
    module = tmp_path / "script.mjs"
    module.write_bytes((FOLDER / name).read_bytes())
    done = subprocess.run(["node", "--check", str(module)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
