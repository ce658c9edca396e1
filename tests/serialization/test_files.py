"""A file is written whole or not at all: programs that are killed, disks that are full, objects that cannot be saved."""

import gzip
import io
import os
import pathlib
import pickle
import stat
import subprocess
import sys

import pytest

import workbook as torch

ROOT = pathlib.Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


def python(code, *arguments):
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=100)


@POSIX
def test_two_hundred_programs_killed_while_they_save_leave_a_whole_file(tmp_path):
    """In a process of its own, which forks."""
    done = python("import sys, pathlib; from tests.serialization import kills; found, rounds = kills.run(200, pathlib.Path(sys.argv[1]), sync=False);"
                  "print(*found); assert rounds > 0", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 left beside it" in done.stdout, "no program was killed in the middle of saving"


LITTLE_ROOM = """
import resource, sys, workbook as torch
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    torch.save(torch.ones(100_000), sys.argv[1])
except RuntimeError as error:
    print(error)
"""


@POSIX
def test_a_disk_that_takes_no_more_is_one_error_and_the_old_file_is_there(tmp_path):
    path = tmp_path / "net.pt"
    torch.save(torch.arange(3), path)
    done = python(LITTLE_ROOM, path)
    assert done.stdout.startswith("PytorchStreamWriter failed writing file: File too large\n  Why: "), done.stderr
    assert "the file that was there is as it was" in done.stdout and "Fix: make room" in done.stdout
    assert torch.load(path).tolist() == [0, 1, 2] and os.listdir(tmp_path) == ["net.pt"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_device_is_one_error():
    with pytest.raises(RuntimeError, match="PytorchStreamWriter failed writing file: No space left on device"):
        torch.save(torch.ones(1000), "/dev/full")
    torch.save(torch.ones(1000), os.devnull)


@pytest.mark.parametrize("thing, error", [(lambda: 1, pickle.PicklingError), ((number for number in ()), TypeError), (sys, TypeError), (2**3000, OverflowError)],
                         ids=("lambda", "generator", "module", "number"))
def test_what_cannot_be_saved_leaves_the_old_file(thing, error, tmp_path):
    path = tmp_path / "net.pt"
    torch.save(1, path)
    with pytest.raises(error) as told:
        torch.save({"net": {"parts": [torch.ones(2), thing]}}, path)
    assert "it lies at ['net']['parts'][1] of what is saved" in str(told.value) and "Fix:" in str(told.value)
    assert torch.load(path) == 1 and os.listdir(tmp_path) == ["net.pt"]


@pytest.mark.parametrize("most", [1, 100, 4096])
def test_a_file_that_takes_a_part_at_a_time_gets_all(most):
    class Parts(io.BytesIO):
        def write(self, data):
            return super().write(bytes(data)[:most])

    file = Parts()
    torch.save({"x": torch.arange(3000)}, file)
    file.seek(0)
    assert torch.equal(torch.load(file)["x"], torch.arange(3000))


@pytest.mark.parametrize("kind, answer", [(io.BytesIO, 0), (io.RawIOBase, None)])
def test_a_file_that_takes_nothing_is_told(kind, answer):
    full = type("Full", (kind,), {"write": lambda self, data: answer})()
    with pytest.raises(RuntimeError, match="failed writing file: the file takes no more bytes\n  Why: the file that was given"):
        torch.save(1, full)


@POSIX
@pytest.mark.parametrize("name", ["n" * 252 + ".pt", "网" * 82 + ".pt", "\udcff.pt", "a\nb.pt"], ids=("255 letters", "249 bytes", "no text", "two lines"))
def test_any_name_that_the_system_takes(name, tmp_path):
    for number in (1, 2):
        torch.save(number, tmp_path / name)
    assert torch.load(tmp_path / name) == 2 and os.listdir(tmp_path) == [name]


@POSIX
@pytest.mark.parametrize("name, said", [("", "invalid file name"), ("here/", "invalid file name"), ("n" * 256, "File name too long"), ("a\0b", "embedded null byte"),
                                        ("loop", "Too many levels of symbolic links"), ("old.pt/x.pt", "Not a directory"), ("here", "Is a directory")])
def test_what_is_no_files_name_is_told_and_nothing_is_written(name, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("here")
    os.symlink("loop", "loop")
    torch.save(1, "old.pt")
    with pytest.raises(RuntimeError, match=f"(?s){said}.*Fix: "):
        torch.save(2, name)
    assert sorted(os.listdir()) == ["here", "loop", "old.pt"] and os.path.islink("loop") and torch.load("old.pt") == 1


@POSIX
def test_a_file_that_may_not_be_written_stays(tmp_path, monkeypatch):
    path = tmp_path / "net.pt"
    torch.save(1, path)
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda path, mode: not os.path.exists(path) or mode != os.W_OK)  # the superuser may write any file
    with pytest.raises(RuntimeError, match="open file failed with strerror: Permission denied"):
        torch.save(2, path)
    assert torch.load(path) == 1 and os.listdir(tmp_path) == ["net.pt"]


def test_files_that_cannot_be_read_are_told(tmp_path):
    with open(tmp_path / "closed", "w+b") as file, pytest.raises(OSError, match="(?s)^read\n.*open for writing only"):
        file.write(b"x" * 100)
        with open(tmp_path / "closed", "wb") as only:
            only.write(b"x" * 100)
            torch.load(only)
    with pytest.raises(ValueError, match="(?s)closed file\n.*Fix: "):
        torch.load(file)
    for name in ("a\0b", "n" * 300):
        with pytest.raises((ValueError, OSError), match="(?s)Fix: "):
            torch.load(name)

    class Bad(io.BytesIO):
        def read(self, count=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(torch.serialization.CheckpointError, match="the system cannot read it: .*Input/output error"):
        torch.load(Bad(b"x" * 100))


def test_an_interrupt_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "net.pt"
    torch.save(1, path)
    monkeypatch.setattr(os, "fsync", lambda number: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        torch.save(2, path)
    assert torch.load(path) == 1 and os.listdir(tmp_path) == ["net.pt"]


def test_the_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    real_sync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (done.append("fsync"), real_sync(number)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("replace"), real_replace(*names)))
    torch.save(1, tmp_path / "net.pt")
    assert done[:2] == ["fsync", "replace"]


@POSIX
def test_remains_of_the_dead_are_removed_and_those_of_the_living_are_not(tmp_path):
    from workbook.serialization import files

    living, beside = files._new_file(str(tmp_path), "net.pt")
    dead = tmp_path / ".net.pt.01234567.part"
    others = tmp_path / ".other.pt.01234567.part"
    dead.touch()
    others.touch()
    torch.save(1, tmp_path / "net.pt")
    assert os.path.exists(beside) and not dead.exists() and others.exists()
    living.close()
    torch.save(1, tmp_path / "net.pt")
    assert not os.path.exists(beside)


@POSIX
def test_links_and_permissions_stay_as_they_are(tmp_path):
    real, link = tmp_path / "real.pt", tmp_path / "link.pt"
    torch.save(1, real)
    assert stat.S_IMODE(real.stat().st_mode) == 0o666 & ~umask()
    real.chmod(0o640)
    link.symlink_to(real)
    torch.save(2, link)
    assert link.is_symlink() and torch.load(real) == 2 and stat.S_IMODE(real.stat().st_mode) == 0o640


def umask():
    now = os.umask(0)
    os.umask(now)
    return now


def test_names_paths_and_open_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for f in ("a.pt", pathlib.Path("b.pt"), str(tmp_path / "über alles.pt"), "noend", "x" * 240 + ".pt"):
        torch.save(torch.ones(2), f)
        assert torch.load(f).tolist() == [1, 1] and torch.load(f, mmap=True).tolist() == [1, 1]
    with open("c.pt", "wb") as file:
        torch.save(torch.ones(2), file)
    with open("c.pt", "rb") as file:
        assert torch.load(file).tolist() == [1, 1]
    buffer = io.BytesIO(b"before")
    buffer.seek(6)
    torch.save(torch.ones(3), buffer)
    buffer.seek(6)
    assert torch.load(buffer).tolist() == [1, 1, 1]
    with pytest.raises(FileNotFoundError):
        torch.load("nowhere.pt")


def test_a_file_that_only_reads_is_enough():
    class Narrow:
        """What the zip library of a cloud hands out: read, seek and tell."""

        def __init__(self, data):
            self.inner = io.BytesIO(data)

        def read(self, count=-1):
            return self.inner.read(count)

        def seek(self, *place):
            self.inner.seek(*place)

        def tell(self):
            return self.inner.tell()

    buffer = io.BytesIO()
    torch.save(torch.arange(3), buffer)
    assert torch.load(Narrow(buffer.getvalue())).tolist() == [0, 1, 2]


def test_a_packed_file_is_read_through_what_unpacks_it(tmp_path):
    with gzip.open(tmp_path / "x.pt.gz", "wb") as file:
        torch.save(torch.arange(3), file)
    with gzip.open(tmp_path / "x.pt.gz") as file:
        assert torch.load(file).tolist() == [0, 1, 2]
    with pytest.raises(RuntimeError, match="gzip.open"):
        torch.load(tmp_path / "x.pt.gz")


def test_two_saves_of_the_same_are_the_same_bytes():
    def data():
        torch.manual_seed(0)
        buffer = io.BytesIO()
        torch.save(torch.nn.Linear(3, 3).state_dict(), buffer)
        return buffer.getvalue()
    assert data() == data()


def test_a_mapped_file_is_not_changed_by_writes_unless_it_is_shared(tmp_path):
    import mmap

    path = tmp_path / "x.pt"
    first, second = torch.arange(4.0, device="cpu"), torch.arange(4.0, device="cpu")
    torch.save([first, second[1:]], path)
    x, _ = torch.load(path, mmap=True)
    x[0] = 7
    assert torch.load(path)[0].tolist() == [0, 1, 2, 3] and x.untyped_storage().nbytes() == 16
    if os.name != "nt":
        with torch.serialization.set_default_mmap_options(mmap.MAP_SHARED):
            x, _ = torch.load(path, mmap=True)
            x[0] = 7
        assert torch.serialization.get_default_mmap_options() == mmap.MAP_PRIVATE
        del x, _
        assert torch.load(path)[0].tolist() == [7, 1, 2, 3]


def test_a_mapped_file_may_be_saved_over(tmp_path):
    path = tmp_path / "x.pt"
    torch.save(torch.arange(4.0), path)
    x = torch.load(path, mmap=True)
    if os.name != "nt":  # which does not replace a file that is mapped
        torch.save(x + 1, path)
        assert x.tolist() == [0, 1, 2, 3] and torch.load(path).tolist() == [1, 2, 3, 4]
