"""Work that takes long shows how far it is: a bar of tqdm's, or lines; what is short shows nothing."""

import os
import subprocess
import sys

import pytest

from tests.vision.made import packed
from workbook.utils.progress import progress
from workbook.vision.datasets import Shapes10, shapes, unpacking


def test_lines_where_there_is_no_tqdm(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with progress("making", 40, unit=" things") as bar:
        for _ in range(40):
            bar.update(1)
    with progress("fetching", None) as bar:
        for _ in range(3):
            bar.update(6_000_000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["making: 4 things of 40 things (10%)", "making: 8 things of 40 things (20%)"] and len(lines) == 10 + 1
    assert lines[-1] == "fetching: 12.0 MB"


@pytest.mark.parametrize("there", ["tqdm", "no tqdm"])
def test_it_is_silent_where_the_environment_says_so(there):
    """In a process of its own: tqdm reads it when it is imported."""
    code = ("import sys\n" + "sys.modules['tqdm.auto'] = None\n" * (there == "no tqdm") + "from workbook.utils.progress import progress\n"
            "with progress('making', 4) as bar:\n    [bar.update(1) for _ in range(4)]")
    for told, silent in (("1", True), ("", False)):
        done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"TQDM_DISABLE": told}, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0 and done.stdout == "" and (done.stderr == "") == silent, done.stderr


@pytest.mark.parametrize("there", ["tqdm", "no tqdm"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_happens_inside_goes_on_and_ends_the_bar(monkeypatch, capsys, there, error):
    if there == "no tqdm":
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(error), progress("outer", 4) as outer, progress("inner", None, leave=False) as inner:
        inner.update(1)
        outer.update(1)
        raise error
    assert "outer" in capsys.readouterr().err
    assert there == "no tqdm" or outer.disable and inner.disable


@pytest.mark.parametrize("there", ["tqdm", "no tqdm"])
def test_a_large_set_of_drawn_pictures_shows_how_far_it_is_and_a_small_one_nothing(monkeypatch, capsys, there):
    if there == "no tqdm":
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr(shapes, "SHOWN", 40)
    monkeypatch.setattr(shapes, "AT_ONCE", 10)
    assert len(Shapes10(size=39)) == 39 and capsys.readouterr() == ("", "")
    assert len(Shapes10(size=40)) == 40
    out, err = capsys.readouterr()
    assert out == "" and "drawing Shapes10" in err and ("/40" in err if there == "tqdm" else "(100%)" in err)


def test_a_large_archive_shows_how_much_of_it_is_read_and_a_small_one_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    body = b"".join(number.to_bytes(4, "little") for number in range(50_000))
    path = tmp_path / "data.tar.gz"
    path.write_bytes(packed({"a.bin": body}))
    assert unpacking.read_members(path, {"a.bin": len(body)}) == {"a.bin": body} and capsys.readouterr() == ("", "")
    monkeypatch.setattr(unpacking, "SHOWN", 1000)
    assert unpacking.read_members(path, {"a.bin": len(body)}) == {"a.bin": body}
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("reading data.tar.gz: ") and "(100%)" in lines[-1]
