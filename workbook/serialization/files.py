"""Files to read from, and files that are written whole or not at all."""

import contextlib
import difflib
import io
import os
import pathlib
import secrets

from workbook.errors import explain
from workbook.serialization.complaints import broken

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove a file that is open
    fcntl = None


def is_path(f):
    """Return whether `f` names a file, and is not an open one."""
    return isinstance(f, (str, os.PathLike))


# ---- reading ---------------------------------------------------------------------------------------------------------------


class Source:
    """An open file, or what behaves as one: its bytes from where it stands to its end, by their place."""

    def __init__(self, f):
        self.f = f
        try:
            self.start = f.tell()
            f.seek(self.start)
            f.seek(0, os.SEEK_END)
            self.size = f.tell() - self.start
        except (AttributeError, OSError) as error:
            raise _not_seekable(f, error) from None
        except ValueError as error:
            raise _closed(error) from None

    def at(self, offset, count):
        """Return `count` bytes that begin at `offset`. Raises CheckpointError where the file has not so many."""
        if not (0 <= offset <= self.size - count and count >= 0):
            raise broken(f"it points to byte {offset + count} of a file of {self.size}")
        with _reading():
            self.f.seek(self.start + offset)
            found = self.f.read(count)
        if isinstance(found, str):
            raise AssertionError(explain("Expected bytes, got str", "the file is open as text, and a checkpoint is bytes",
                                         "open(name, 'rb'), or give the name itself"))
        if len(found) != count:
            raise broken("it ended while it was read")
        return found

    def fill(self, offset, buffer):
        """Read into `buffer`, all of it, the bytes that begin at `offset`."""
        if not hasattr(self.f, "readinto"):
            buffer[:] = self.at(offset, len(buffer))
            return
        with _reading():
            self.f.seek(self.start + offset)
            done = 0
            while done < len(buffer):
                count = self.f.readinto(buffer[done:])
                if not count:
                    raise broken("it ended while it was read")
                done += count


@contextlib.contextmanager
def _reading():
    """Within it, what the system says of a file that it does not read is one error that says what to do."""
    try:
        yield
    except io.UnsupportedOperation as error:
        raise io.UnsupportedOperation(explain(str(error), "the file is open for writing only", "open(name, 'rb'), or give the name itself")) from None
    except OSError as error:
        raise broken(f"the system cannot read it: {error}") from error


@contextlib.contextmanager
def opened(f):
    """The Source for a file, its name or an open one; a file that was opened here is closed again."""
    if not is_path(f):
        yield Source(f)
        return
    try:
        file = open(f, "rb")
    except OSError as error:
        raise _explained(error, f) from None
    except ValueError as error:
        raise ValueError(explain(f"{error}: {os.fspath(f)!r}", "no file has such a name", "look at the name")) from None
    with file:
        yield Source(file)


def _explained(error, f):
    """The same error for a file that cannot be opened, with what could be done."""
    path = pathlib.Path(os.fspath(f))
    why, fix = "the system does not let this program read it", "look at the file's owner and permissions"
    if isinstance(error, FileNotFoundError):
        why = f"names of files are looked up in {path.absolute().parent}"
        with contextlib.suppress(OSError):
            near = difflib.get_close_matches(path.name, os.listdir(path.absolute().parent), n=3)
        fix = f"there is {' and '.join(near)}" if "near" in locals() and near else "write the whole path, or look where torch.save wrote it"
    elif os.path.isdir(path):
        why, fix = "it is a folder", "give the name of a file in it"
    return type(error)(error.errno, explain(f"{error.strerror}: {os.fspath(f)!r}", why, fix))


def _closed(error):
    return ValueError(explain(str(error), "the file was closed before it was read", "load inside of `with open(...)`, or give the name itself"))


def _not_seekable(f, error):
    reason = error if isinstance(error, OSError) else f"'{type(f).__name__}' object has no attribute 'seek'"
    what = f"{reason}. You can only torch.load from a file that is seekable. Please pre-load the data into a buffer like io.BytesIO and " \
           "try to load from it instead."
    why, fix = f"{type(f).__name__} is no file", "torch.load('name.pt')"
    if isinstance(f, bytes):
        why, fix = "these are the bytes themselves", "torch.load(io.BytesIO(data))"
    elif isinstance(f, dict):
        why, fix = "that is a state already, and torch.load reads files", "net.load_state_dict(state)"
    elif hasattr(f, "state_dict"):
        why, fix = "torch.load takes only the file, and returns what is in it", "net.load_state_dict(torch.load('name.pt'))"
    elif isinstance(error, OSError):
        why, fix = "an archive is read from its end, and this stream goes only forwards", "torch.load(io.BytesIO(f.read()))"
    return type(error)(explain(what, why, fix))


# ---- writing ---------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def replaced(path):
    """A file to write to that takes the place of `path` when all is written: whenever the program stops, the old one or the new is there.

    It is written under another name in the same folder, brought to the disk, and renamed. What a killed program left there, the next
    one removes.
    """
    path = _place_of(path)
    if os.path.isdir(path):
        raise not_written(f"open file failed with strerror: Is a directory: {path!r}", "it is a folder", "give the name of a file in it")
    if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe has no old content to keep
        with open(path, "wb") as file:
            yield file
        return
    if os.path.exists(path) and not os.access(path, os.W_OK):  # a new file beside it would take its place all the same
        raise not_written(f"open file failed with strerror: Permission denied: {path!r}", "the file that is there may not be written",
                          "save under another name, or allow writing to it: os.chmod(name, 0o644)")
    folder, name = os.path.split(path)
    _remove_remains(folder, name)
    try:
        file, beside = _new_file(folder, name)
    except FileNotFoundError:
        raise not_written(f"Parent directory {folder} does not exist.", "a file is made there, and no folder",
                          f"os.makedirs({folder!r}, exist_ok=True)") from None
    except OSError as error:
        raise not_written(f"open file failed with strerror: {error.strerror}: {path!r}",
                          "a new file is written beside the old one, and no file can be made in that folder", "save to another folder") from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if os.path.exists(path):
                with contextlib.suppress(OSError):
                    os.chmod(beside, os.stat(path).st_mode & 0o7777)
            if os.name != "nt":
                os.replace(beside, path)
        if os.name == "nt":  # an open file cannot be renamed there
            os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    _bring_to_disk(folder)


def _place_of(path):
    """The file that a path leads to: a link goes on pointing to it. Raises RuntimeError where no file can be."""
    if not os.path.basename(path):
        raise not_written(f"invalid file name: {path!r}", "it ends without a name", "write the name of a file, such as 'net.pt'")
    try:
        found = os.path.realpath(path)
        with contextlib.suppress(FileNotFoundError):
            os.stat(found)
    except (OSError, ValueError) as error:  # a link to itself, a name that is too long, a folder that is a file; a byte 0
        raise not_written(f"open file failed with strerror: {getattr(error, 'strerror', None) or error}: {path!r}", "no file can be there",
                          "save under another name") from None
    return found


def _beginning(name):
    """The beginning of a file's name, so short that something may follow: systems allow 255 bytes."""
    return name.encode("utf-8", "ignore")[:200].decode("utf-8", "ignore")


def _new_file(folder, name):
    """Make a file beside `name` and lock it, so that others see that somebody writes it. Return it, open, and its path."""
    while True:
        beside = os.path.join(folder, f".{_beginning(name)}.{secrets.token_hex(4)}.part")
        file = open(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o666), "wb")
        if not fcntl:
            return file, beside
        with contextlib.suppress(OSError):  # a folder on another computer may know no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.stat(beside).st_ino == os.fstat(file.fileno()).st_ino:
                return file, beside
        file.close()  # somebody took it for remains before it was locked: once more


def _remove_remains(folder, name):
    """Remove the unfinished files of programs that were killed while they wrote `name`."""
    start = f".{_beginning(name)}."
    with contextlib.suppress(OSError):
        for found in os.listdir(folder):
            if found.startswith(start) and found.endswith(".part") and len(found) == len(start) + 13:
                _remove_if_nobody_writes(os.path.join(folder, found))


def _remove_if_nobody_writes(path):
    with contextlib.suppress(OSError), open(path, "rb+") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError while its writer lives
            os.unlink(path)
    if not fcntl:
        with contextlib.suppress(OSError):  # which it is while its writer lives
            os.unlink(path)


def _bring_to_disk(folder):
    """Bring a folder's list of names to the disk, where the system can."""
    if os.name != "nt":
        with contextlib.suppress(OSError):
            place = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(place)
            finally:
                os.close(place)


def not_written(what, why, fix):
    """The error for a file that cannot be written: PyTorch's RuntimeError."""
    return RuntimeError(explain(what, why, fix))


@contextlib.contextmanager
def write_errors(f):
    """Within it, an error of the disk becomes one RuntimeError that says what is left."""
    try:
        yield
    except OSError as error:
        told = not_written(f"PytorchStreamWriter failed writing file: {error.strerror or str(error).splitlines()[0]}", _room(f),
                           "make room, or save to another disk")
        told.__cause__ = error
        raise told from error


def _room(f):
    if not is_path(f):
        return "the file that was given took no more bytes"
    with contextlib.suppress(OSError, AttributeError):
        place = os.statvfs(os.path.dirname(os.path.realpath(f)))
        return f"the disk has {place.f_bavail * place.f_frsize / 1e6:,.0f} MB left; the file that was there is as it was"
    return "the file that was there is as it was"


