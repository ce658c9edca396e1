"""Files of data sets, fetched so that a broken line, a wrong file or a full disk leave nothing half done.

A file grows as `NAME.part` and gets its name when its length and its digest are right. A `.part` that was left is continued where
it ended, if the server can and a digest tells that the parts belong together. Only https is spoken; a redirection to plain http is refused.
"""

import contextlib
import errno
import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from workbook.errors import explain
from workbook.utils.progress import progress

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

CHUNK = 1 << 16
MOST = 1 << 30  # bytes that a file of unknown length may have
PATIENCE = 30  # seconds without a byte, and those in which a server has to send SLOWEST bytes
SLOWEST = 1 << 10
AGENT = "workbook"


def download_url(url, root, filename=None, md5=None, size=None, most=MOST, insecure=False):
    """Fetch `url` into the folder `root`, as `filename` (by default the address's last part), and return the file's Path.

    The file's length has to be `size` and its MD5 digest `md5`, where they are given, and at most `most`; a file that is there and
    right is not fetched again. `insecure` allows plain http, for a server of your own. Raises ValueError for an address or a name that is none,
    RuntimeError where the file cannot be had or is not the right one; then nothing is left but, after a broken line, the `.part`
    that the next call goes on with.

    >>> download_url("http://example.org/data.gz", "data")
    Traceback (most recent call last):
    ValueError: the address 'http://example.org/data.gz' is not https
      Why: what comes over plain http may be changed on its way
      Fix: write https://, or insecure=True for a server of your own

    Source: https://pytorch.org/vision/0.28/datasets.html
    """
    _check_address(url, insecure)
    filename = _plain_name(filename or os.path.basename(urlsplit(url).path), url)
    target = _place_of(Path(os.path.expanduser(root)), filename)
    if is_right(target, md5, size):
        return target
    part = target.with_name(filename + ".part")
    with _alone(part, filename):
        if not is_right(target, md5, size):  # another program may have fetched it meanwhile
            _fetch_into(target, part, url, md5, size, most, insecure)
    return target


def _fetch_into(target, part, url, md5, size, most, insecure):
    """Fetch a file as `part`, and give it its name."""
    filename = target.name
    try:
        _fetch(url, part, size, most if size is None else size, insecure, continued=md5 is not None)
    except RuntimeError:  # another file: nothing of it is kept
        part.unlink(missing_ok=True)
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: what the server says is no address, or no length
        if md5 is None or part.exists() and not part.stat().st_size:
            part.unlink(missing_ok=True)
        raise RuntimeError(explain(f"Error downloading {filename}: {_in_a_line(error)}", f"{url} did not send the whole file",
                                   "try again: what has come is kept and continued" if part.exists() else
                                   f"is this machine on the network? Or put the file into {target.parent} yourself")) from error
    wrong = what_is_wrong(part, md5, size)
    if wrong:
        part.unlink()
        raise RuntimeError(explain(f"File not found or corrupted. {filename}: {wrong}", f"{url} sent another file, or it was damaged on its way; it was deleted",
                                   f"try again, or put the right file into {target.parent} yourself"))
    os.replace(part, target)


@contextlib.contextmanager
def _alone(part, filename):
    """Within it, no other program writes `part`. Raises RuntimeError where one does."""
    if fcntl is None:
        yield
        return
    with open(part, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(explain(f"Error downloading {filename}: another program is fetching it", f"it writes {part}", "wait until it is done")) from None
        except OSError:
            pass  # a folder on another computer may know no locks
        try:
            yield
        finally:
            if part.exists() and not part.stat().st_size:
                part.unlink()


def _place_of(folder, filename):
    """The path of a file in a folder, which is made. Raises RuntimeError where no file can be there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.stat(folder / f"{filename}.part")
        free = not any((folder / name).is_dir() for name in (filename, f"{filename}.part"))
        problem = None if free else OSError(errno.EISDIR, "Is a directory", str(folder / filename))
    except (OSError, ValueError) as error:
        problem = error
    if problem is not None:
        raise RuntimeError(explain(f"Error downloading {filename[:100]}: {problem}", f"it cannot be written into {folder}", "give another folder")) from problem
    return folder / filename


def _in_a_line(error):
    """What an error says, in one line of letters: some of it the server wrote."""
    lines = str(getattr(error, "reason", None) or error).strip().splitlines() or [type(error).__name__]
    return "".join(letter if letter.isprintable() else "?" for letter in lines[0][:200])


def is_right(path, md5=None, size=None):
    """Whether there is a file with this digest and length."""
    return Path(path).is_file() and not what_is_wrong(path, md5, size)


def what_is_wrong(path, md5, size):
    """What a file's length or digest is instead of the right one, or an empty text."""
    length = os.path.getsize(path)
    if size is not None and length != size:
        return f"it has {length:,} bytes, and should have {size:,}"
    if md5 is not None and (found := digest(path)) != md5:
        return f"its MD5 is {found}, and should be {md5}"
    return ""


def digest(path):
    """The MD5 digest of a file, in hexadecimal: it tells damage, it proves no origin."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


# ---- how it is fetched ------------------------------------------------------------------------------------------------------------


def _fetch(url, part, size, most, insecure, continued):
    """Append to `part` what is missing of the file. Raises RuntimeError where another file comes.

    Only what a digest will be asked about is `continued`: the file may have changed meanwhile.
    """
    there = part.stat().st_size if continued and part.exists() else 0
    if there and size is not None and there >= size:
        if there == size:
            return
        part.unlink()
        there = 0
    request = urllib.request.Request(url, headers={"User-Agent": AGENT, **({"Range": f"bytes={there}-"} if there else {})})
    opener = urllib.request.build_opener(_SameSafety(insecure))
    try:
        response = opener.open(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        if there and error.code == 416:  # nothing after what is there: the digest will tell whether it is right
            return
        raise
    with response:
        if there and not _continues(response, there):
            there = 0
        if response.status != (206 if there else 200):
            raise OSError(explain(f"the server's answer is {response.status} {response.reason}", "it is no file", "is the address right?"))
        length = response.length
        whole = None if length is None else there + length
        _check_length(whole, size, most)
        with open(part, "ab" if there else "wb") as file:
            _copy(response, file, there, whole, most, part.name.removesuffix(".part"))
    if whole is not None and part.stat().st_size != whole:
        raise OSError(explain(f"the line broke after {part.stat().st_size:,} of {whole:,} bytes", "the server or the network stopped", "try again"))


def _continues(response, there):
    """Whether the server sends the rest; one that does not know how sends the whole file again."""
    return response.status == 206 and (response.headers.get("Content-Range") or "").startswith(f"bytes {there}-")


def _check_length(whole, size, most):
    if whole is not None and (whole > most or size is not None and whole != size):
        wanted = f"{most:,} is the most that is taken" if size is None else f"{size:,} were expected"
        raise RuntimeError(explain(f"File not found or corrupted. The server announces {whole:,} bytes, and {wanted}", "it would send another file",
                                   "is the address right?"))


def _copy(response, file, there, whole, most, name):
    since, before = time.monotonic(), there
    with progress(name, whole, there) as bar:
        while chunk := response.read1(CHUNK):
            there += len(chunk)
            if time.monotonic() - since > PATIENCE:
                if there - before < SLOWEST:
                    raise OSError(explain(f"the server sent {there - before:,} bytes in {PATIENCE} seconds", "it is as good as gone", "try again later"))
                since, before = time.monotonic(), there
            if there > most:
                raise RuntimeError(explain(f"File not found or corrupted. {name} is longer than the {most:,} bytes that it may have",
                                           "the server sends another file", "is the address right?"))
            file.write(chunk)
            bar.update(len(chunk))


class _SameSafety(urllib.request.HTTPRedirectHandler):
    """Follows a redirection, but never from https to http."""

    def __init__(self, insecure):
        self.insecure = insecure

    def redirect_request(self, request, file, code, message, headers, newurl):
        if urlsplit(newurl).scheme not in (("https", "http") if self.insecure else ("https",)):
            raise urllib.error.URLError(f"it leads to {newurl}, which is not https")
        return super().redirect_request(request, file, code, message, headers, newurl)


def _check_address(url, insecure):
    try:
        parts = urlsplit(url)
        right = isinstance(url, str) and url.isascii() and parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except (ValueError, AttributeError):  # a bracket too few; what is no text
        right = False
    if not right:
        raise ValueError(explain(f"the address {url!r} is no address of the web", "a data set is fetched over https, and an address has no letters but those from A to Z",
                                 "write https://..."))
    if parts.scheme == "http" and not insecure:
        raise ValueError(explain(f"the address {url!r} is not https", "what comes over plain http may be changed on its way",
                                 "write https://, or insecure=True for a server of your own"))


def _plain_name(filename, url):
    if not filename or filename in (".", "..") or Path(filename).name != filename or "\\" in filename or "\0" in filename:
        raise ValueError(explain(f"{filename!r} is no file's name", f"the file of {url} goes into the folder root itself", "write a name without folders"))
    return filename
