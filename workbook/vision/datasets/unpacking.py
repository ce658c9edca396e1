"""What is in a fetched file: IDX arrays, and members of a tar by their exact names. Nothing is unpickled, nothing is extracted."""

import contextlib
import gzip
import io
import math
import os
import tarfile
import zlib

import numpy as np

from workbook.errors import explain
from workbook.utils.progress import progress

SHOWN = 20_000_000  # bytes of an archive that takes long enough to read for a bar
KINDS = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx(path, shape):
    """Return the array of an IDX file, packed by gzip or not; `shape` is the one that is expected, None where any length may be.

    The file: two bytes 0, the kind of number, how many axes, the length of each as four bytes, the numbers. Raises RuntimeError
    for a file that is another.

    Source: Y. LeCun, The MNIST database, the IDX file format
    """
    most = 4 + 4 * len(shape) + (1 << 26)
    try:
        with (gzip.open if str(path).endswith(".gz") else open)(path, "rb") as file:
            raw = file.read(most + 1)  # no more, whatever the file would unpack to
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, f"gzip cannot unpack it: {error}") from error
    if len(raw) > most:
        raise damaged(path, f"it unpacks to more than {most:,} bytes")
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in KINDS or len(raw) < 4 + 4 * raw[3]:
        raise damaged(path, "it does not begin as an IDX file does")
    kind, lengths = np.dtype(KINDS[raw[2]]), np.frombuffer(raw, ">u4", raw[3], 4).tolist()
    begin = 4 + 4 * len(lengths)
    if len(lengths) != len(shape) or any(side not in (None, length) for side, length in zip(shape, lengths)) or kind != np.uint8:
        raise damaged(path, f"it holds an array {lengths[:8]} of {kind.name}")
    if begin + math.prod(lengths) * kind.itemsize != len(raw):
        raise damaged(path, f"it announces an array {lengths}, and holds {len(raw) - begin:,} bytes of numbers")
    return np.frombuffer(raw, kind, offset=begin).reshape(lengths)


def read_members(path, wanted):
    """Return the bytes of members of a tar: `wanted` is `{exact name: length}`.

    They are read into memory one by one, and nothing else of the archive is looked at: a link, a device, another length, a name that
    is missing or stands there twice, or what is no archive: RuntimeError.
    """
    found, limit = {}, sum(wanted.values()) + (1 << 20) * 64
    try:
        with (open(path, "rb") as file, gzip.open(file) as packed, _bar(path) as bar,
              tarfile.open(fileobj=(stream := _Bounded(packed, limit, file, bar)), mode="r|") as archive):
            for member in archive:
                if member.name not in wanted:
                    continue
                if member.name in found or not member.isreg() or member.size != wanted[member.name]:
                    kind = f"{member.size:,} bytes" if member.isreg() else "no file"
                    raise damaged(path, f"{member.name} is {kind}, and should be one file of {wanted[member.name]:,} bytes"
                                  if member.name not in found else f"{member.name} stands there twice")
                found[member.name] = archive.extractfile(member).read()
            while stream.read(1 << 16):  # to its end, where gzip keeps the sum over all
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, OverflowError, ValueError, RecursionError) as error:
        raise damaged(path, f"it is no whole archive: {str(error).splitlines()[0]}") from error
    missing = [name for name in wanted if len(found.get(name, b"")) != wanted[name]]
    if missing:
        raise damaged(path, f"{missing[0]} is not in it")
    return found


def _bar(path):
    """A bar for reading a file; None for one that is read before a bar would be seen."""
    size = os.path.getsize(path)
    return contextlib.nullcontext() if size < SHOWN else progress(f"reading {os.path.basename(path)}", size, leave=False)


class _Bounded(io.RawIOBase):
    """A stream that ends with an error after so many bytes: what a few kilobytes of gzip unpack to can fill a disk."""

    def __init__(self, stream, most, file, bar):
        self.stream, self.left, self.file, self.bar, self.seen = stream, most, file, bar, 0

    def read(self, size=-1):
        data = self.stream.read(size)
        if self.bar is not None:
            self.bar.update(self.file.tell() - self.seen)
            self.seen = self.file.tell()
        self.left -= len(data)
        if self.left < 0:
            raise tarfile.ReadError("it unpacks to far more than the files that are wanted")
        return data


def damaged(path, what):
    """The error for a file that is not what it should be."""
    return RuntimeError(explain(f"Dataset not found or corrupted. {path}: {what}", "the file is damaged, or another one",
                                "delete it, and download=True fetches it again"))
