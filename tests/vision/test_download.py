"""Files of data sets are fetched whole or not at all: broken lines, wrong files, hostile addresses, a process that is killed."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.vision.server import serving
from workbook.vision.datasets import download
from workbook.vision.datasets.download import download_url

BODY = bytes(range(256)) * 800
MD5 = hashlib.md5(BODY).hexdigest()
ROOT = Path(__file__).parents[2]


@pytest.fixture
def files():
    with serving() as files:
        files.files["data.bin"] = BODY
        yield files


def fetch(files, folder, name="data.bin", md5=MD5, **more):
    return download_url(files.url(name), folder, md5=md5, insecure=True, **more)


def left_in(folder):
    return sorted(os.listdir(folder)) if folder.exists() else []


def test_a_file_is_fetched_once(files, tmp_path):
    for _ in range(2):
        path = fetch(files, tmp_path / "new", size=len(BODY))
        assert path == tmp_path / "new" / "data.bin" and path.read_bytes() == BODY
    assert files.asked == [("data.bin", None)] and left_in(tmp_path / "new") == ["data.bin"]


def test_a_damaged_file_that_is_there_is_fetched_again(files, tmp_path):
    (tmp_path / "data.bin").write_bytes(BODY[:-1] + b"x")
    assert fetch(files, tmp_path).read_bytes() == BODY


@pytest.mark.parametrize("says_length", [True, False])
def test_a_broken_line_is_continued_where_it_broke(files, tmp_path, says_length):
    files.breaks_after, files.says_length = 100_000, says_length
    with pytest.raises(RuntimeError, match="Error downloading data.bin: the line broke" if says_length else "File not found or corrupted"):
        fetch(files, tmp_path)
    assert left_in(tmp_path) == (["data.bin.part"] if says_length else [])  # a server that says no length cannot be told from a whole file
    files.breaks_after = None
    assert fetch(files, tmp_path).read_bytes() == BODY
    assert files.asked[1] == ("data.bin", "bytes=100000-" if says_length else None) and left_in(tmp_path) == ["data.bin"]


def test_a_server_that_cannot_continue_sends_it_again(files, tmp_path):
    (tmp_path / "data.bin.part").write_bytes(BODY[:500])
    files.ranges = False
    assert fetch(files, tmp_path).read_bytes() == BODY and left_in(tmp_path) == ["data.bin"]


def test_a_part_that_is_already_whole_or_too_long(files, tmp_path):
    (tmp_path / "data.bin.part").write_bytes(BODY)
    assert fetch(files, tmp_path).read_bytes() == BODY
    (tmp_path / "data.bin").unlink()
    (tmp_path / "data.bin.part").write_bytes(BODY + b"more")
    assert fetch(files, tmp_path, size=len(BODY)).read_bytes() == BODY


def test_a_part_of_another_file_does_not_stay_for_ever(files, tmp_path):
    (tmp_path / "data.bin.part").write_bytes(b"x" * 500)
    with pytest.raises(RuntimeError, match="its MD5 is"):
        fetch(files, tmp_path)
    assert left_in(tmp_path) == []
    assert fetch(files, tmp_path).read_bytes() == BODY


@pytest.mark.parametrize("more, words", [
    ({"md5": "0" * 32}, "its MD5 is .*, and should be 0000"),
    ({"size": len(BODY) + 1}, "announces 204,800 bytes, and 204,801 were expected"),
    ({"most": 1000}, "announces 204,800 bytes, and 1,000 is the most"),
])
def test_another_file_leaves_nothing(files, tmp_path, more, words):
    with pytest.raises(RuntimeError, match="File not found or corrupted. (.|\n)*" + words):
        fetch(files, tmp_path, **more)
    assert left_in(tmp_path) == []


def test_a_file_of_unknown_length_is_cut_at_the_most_that_is_taken(files, tmp_path):
    files.says_length = False
    with pytest.raises(RuntimeError, match="longer than the 1,000 bytes"):
        fetch(files, tmp_path, most=1000)
    assert left_in(tmp_path) == []


def test_a_file_of_another_length_from_a_server_that_says_none(files, tmp_path):
    files.says_length = False
    with pytest.raises(RuntimeError, match="it has 204,800 bytes, and should have 204,801"):
        fetch(files, tmp_path, md5=None, size=len(BODY) + 1)
    assert left_in(tmp_path) == []


def test_a_server_that_announces_more_than_it_sends(files, tmp_path):
    files.announces = len(BODY) + 7
    with pytest.raises(RuntimeError, match="the line broke after 204,800 of 204,807 bytes"):
        fetch(files, tmp_path)
    files.announces = None
    assert fetch(files, tmp_path).read_bytes() == BODY


def test_no_server_and_no_such_file(files, tmp_path):
    with pytest.raises(RuntimeError, match="Error downloading other.bin: (.|\n)*network"):
        fetch(files, tmp_path, "other.bin")
    with pytest.raises(RuntimeError, match="Error downloading data.bin"):
        download_url("http://127.0.0.1:1/data.bin", tmp_path, insecure=True)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/data.bin", "ftp://127.0.0.1/data.bin", "file:///etc/passwd", "data.bin", "https:///x", ""])
def test_only_https_is_spoken(url, tmp_path):
    with pytest.raises(ValueError, match="is not https|is no address of the web"):
        download_url(url, tmp_path)
    assert left_in(tmp_path) == []


def test_a_redirection_from_https_to_http_is_refused():
    handler = download._SameSafety(insecure=False)
    with pytest.raises(OSError, match="it leads to http://example.org/x, which is not https"):
        handler.redirect_request(None, None, 302, "", {}, "http://example.org/x")


def test_a_redirection_is_followed(files, tmp_path):
    with serving() as first:
        first.leads_to = files.url("data.bin")
        assert download_url(first.url("data.bin"), tmp_path, md5=MD5, insecure=True).read_bytes() == BODY


@pytest.mark.parametrize("name", ["../data.bin", "a/b", "..", "a\\b", "/etc/passwd", "\0"])
def test_a_name_stays_in_the_folder(files, tmp_path, name):
    with pytest.raises(ValueError, match="is no file's name"):
        download_url(files.url("data.bin"), tmp_path / "data", filename=name, insecure=True)
    assert left_in(tmp_path) == []


PROGRAM = """
import sys
from workbook.vision.datasets.download import download_url
download_url(sys.argv[1], sys.argv[2], insecure=True)
"""


def test_a_process_that_is_killed_leaves_a_part_which_is_continued(files, tmp_path):
    files.waits = threading.Event()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, files.url("data.bin"), str(tmp_path)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        assert files.half.wait(60)
        process.kill()
    finally:
        process.kill()
        process.wait()
    files.waits.set()
    files.waits = None
    assert set(left_in(tmp_path)) <= {"data.bin.part"}
    assert fetch(files, tmp_path).read_bytes() == BODY and left_in(tmp_path) == ["data.bin"]


def test_progress_in_lines_where_there_is_no_tqdm(files, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    fetch(files, tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "data.bin: 0.2 MB of 0.2 MB (100%)" and 2 <= len(lines) <= 10


# ---- servers that mean harm, and places where no file can be


HTTP = b"HTTP/1.1 "


@pytest.mark.parametrize("raw, said", [
    (HTTP + b"204 No Content\r\n\r\n", "the server's answer is 204"),
    (HTTP + b"206 Partial\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\nabcde", "the server's answer is 206"),
    (HTTP + b"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc", "IncompleteRead"),
    (HTTP + b"302 Found\r\nLocation: http://[::1\r\n\r\n", "Invalid IPv6 URL"),
    (HTTP + b"302 Found\r\nLocation: http://" + 70 * b"a" + b".org/\r\n\r\n", "label empty or too long"),
    (HTTP + b"302 Found\r\nLocation: ftp://127.0.0.1:1/x\r\n\r\n", "leads to ftp"),
    (HTTP + b"302 Found\r\nLocation: file:///etc/passwd\r\n\r\n", "is not allowed"),
    (b"\0\x1b[31m\0", r"\?\?\[31m\?$"),
    (HTTP + b"200 " + 70_000 * b"x", "got more than 65536 bytes"),
])
def test_whatever_a_server_says_is_one_error_and_leaves_nothing(files, tmp_path, raw, said):
    files.raw = raw
    with pytest.raises(RuntimeError, match=f"(?m)^Error downloading data.bin: .*{said}") as told:
        fetch(files, tmp_path, md5=None)
    assert type(told.value) is RuntimeError and str(told.value).count("\n  Why: ") == 1 and left_in(tmp_path) == []


@pytest.mark.parametrize("raw", [None, HTTP + b"416 Range Not Satisfiable\r\n\r\n"])
def test_without_a_digest_no_part_is_continued(files, tmp_path, raw):
    (tmp_path / "data.bin.part").write_bytes(b"of another file")
    files.raw = raw
    if raw is None:
        assert fetch(files, tmp_path, md5=None).read_bytes() == BODY
    else:
        with pytest.raises(RuntimeError, match="Error downloading data.bin: Range Not"):
            fetch(files, tmp_path, md5=None)
    assert files.asked == [("data.bin", None)] and left_in(tmp_path) == ["data.bin"][:raw is None]


def test_a_server_that_sends_a_byte_now_and_then_is_left(monkeypatch, tmp_path):
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr(download.time, "monotonic", lambda: next(clock))

    class Slow:
        read1 = staticmethod(lambda most: b"x")

    with open(tmp_path / "f", "wb") as file, pytest.raises(OSError, match="the server sent 4 bytes in 30 seconds"):
        download._copy(Slow, file, 0, 1000, 1000, "f")
    assert file.name and os.path.getsize(tmp_path / "f") == 3


@pytest.mark.parametrize("make", [lambda folder: (folder / "data.bin").mkdir(), lambda folder: (folder / "data.bin.part").mkdir()])
def test_a_folder_in_the_files_place(files, tmp_path, make):
    make(tmp_path)
    before = left_in(tmp_path)
    with pytest.raises(RuntimeError, match="Error downloading data.bin: .*Is a directory"):
        fetch(files, tmp_path)
    assert left_in(tmp_path) == before and files.asked == []


def test_a_place_where_no_file_can_be(files, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for folder, name in ((tmp_path / "file", "x"), (tmp_path / "file" / "deeper", "x"), (tmp_path / "a\0b", "x"), (tmp_path, "n" * 252)):
        with pytest.raises(RuntimeError, match="(?s)Error downloading .*Fix: give another folder"):
            fetch(files, folder, filename=name)
    assert left_in(tmp_path) == ["file"] and files.asked == []


def test_two_programs_do_not_write_one_part(files, tmp_path):
    files.waits = threading.Event()
    first = threading.Thread(target=fetch, args=(files, tmp_path))
    first.start()
    assert files.half.wait(20)
    with pytest.raises(RuntimeError, match="another program is fetching it"):
        fetch(files, tmp_path)
    files.waits.set()
    first.join()
    assert (tmp_path / "data.bin").read_bytes() == BODY and left_in(tmp_path) == ["data.bin"]


@pytest.mark.parametrize("url", ["https://[::1/x", "https://host:abc/x", "https://host/\u00fc.gz", "https:///x", 5, None, b"https://a/x"])
def test_what_is_no_address(tmp_path, url):
    with pytest.raises(ValueError, match="is no address of the web"):
        download_url(url, tmp_path / "new")
    assert left_in(tmp_path) == []
