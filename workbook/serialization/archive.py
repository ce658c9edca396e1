"""The archive of a checkpoint: a zip file whose members are stored as they are, each at a multiple of 64 bytes.

So numbers can be read, or mapped into memory, where they lie. The reader trusts nothing that the file says of itself: every place
and every length is held against the file's size first, no member is packed, and no two overlap.

Source: https://pytorch.org/docs/2.13/notes/serialization.html ; PKWARE's APPNOTE.TXT, 4.3, describes zip files.
"""

import io
import struct
import zlib

from workbook.errors import explain
from workbook.serialization.complaints import CheckpointError, broken, no_checkpoint

LOCAL, CENTRAL, END, END64, LOCATOR, DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08"
_local, _central = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I")
_end, _end64, _locator = struct.Struct("<4s4H2IH"), struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
FULL, FULL16 = 0xFFFFFFFF, 0xFFFF  # in place of a number for which 32 or 16 bits are too few: it stands in a longer field
ALIGNMENT = 64
MOST_MEMBERS = 100_000
CHUNK = 1 << 20  # a piece that stays in the processor's cache between the sum over it and the writing of it


# ---- reading ---------------------------------------------------------------------------------------------------------------


class Archive:
    """The members of an archive, by their names without the folder that all of them are in."""

    def __init__(self, source):
        self.source = source
        head = source.at(0, min(64, source.size))
        if not head.startswith(LOCAL):
            raise no_checkpoint(head)
        self.root, self._places = None, {}
        first, entries = self._directory()
        end = 0
        for offset, size, name in sorted(entries):
            start = self._payload(offset, name)
            if offset < end or start + size > first:
                raise broken(f"the member {name!r} lies over another one")
            end = start + size
            self._enter(name, start, size)

    def _directory(self):
        """Return where the list of members begins, and what it says: (offset, size, name) of each."""
        source = self.source
        if source.size < _end.size:
            raise broken("failed finding central directory")
        sign, _, _, _, count, length, first, _ = _end.unpack(source.at(source.size - _end.size, _end.size))
        if sign != END:
            raise broken("failed finding central directory")
        if count == FULL16 or FULL in (length, first):
            _, _, where, _ = _locator.unpack(source.at(source.size - _end.size - _locator.size, _locator.size))
            sign, _, _, _, _, _, _, count, length, first = _end64.unpack(source.at(where, _end64.size))
            if sign != END64:
                raise broken("failed finding central directory")
        if count > MOST_MEMBERS:
            raise broken(f"it says that it has {count} members, and more than {MOST_MEMBERS} are not read")
        if length < count * _central.size:
            raise broken("its list of members is too short")
        return first, list(_entries(source.at(first, length), count))

    def _payload(self, offset, name):
        """Return where the content of a member begins: behind its own header, which has to say the same name."""
        header = self.source.at(offset, _local.size)
        sign, _, _, _, _, _, _, _, _, name_length, extra_length = _local.unpack(header)
        if sign != LOCAL or self.source.at(offset + _local.size, name_length) != name:
            raise broken(f"the member {name!r} has another name in its own header")
        return offset + _local.size + name_length + extra_length

    def _enter(self, name, start, size):
        try:
            root, slash, inner = name.decode().partition("/")
        except UnicodeDecodeError:
            raise broken(f"the name {name!r} is no text") from None
        if not slash or self.root not in (None, root):
            raise broken(f"the member {name!r} lies outside the archive's folder")
        if inner in self._places:
            raise broken(f"there are two members {name!r}")
        self.root = root
        self._places[inner] = start, size

    def __contains__(self, name):
        return name in self._places

    def place(self, name):
        """Return where a member's content begins, and its length. Raises CheckpointError where there is none of that name."""
        if name not in self._places:
            raise broken(f"Expected hasRecord(\"{name}\") to be true, but got false.")
        return self._places[name]

    def read(self, name, most):
        """Return a member's content, of up to so many bytes."""
        start, size = self.place(name)
        if size > most:
            raise broken(f"the member {name!r} has {size} bytes, and more than {most} are not read")
        return self.source.at(start, size)

    def fill(self, name, buffer):
        """Read a member's content into `buffer`, which is as long."""
        self.source.fill(self.place(name)[0], buffer)


def _entries(directory, count):
    """Yield (offset, size, name) of `count` members."""
    place = 0
    for _ in range(count):
        if place + _central.size > len(directory):
            raise broken("its list of members is too short")
        sign, _, _, flags, method, _, _, _, packed, size, *lengths, _, _, _, offset = _central.unpack_from(directory, place)
        if sign != CENTRAL:
            raise broken("its list of members is damaged")
        name_length, extra_length, comment_length = lengths
        place += _central.size
        name = directory[place:place + name_length]
        extra = directory[place + name_length:place + name_length + extra_length]
        place += name_length + extra_length + comment_length
        size, packed, offset = _longer(extra, size, packed, offset)
        if method or packed != size or flags & 1:
            raise CheckpointError(explain(f"the member {name!r} of the archive is packed", "a checkpoint's numbers are stored as they are, "
                                          "so that no small file can become a large one", "unpack it, and pack it with: zip -0 -r"))
        yield offset, size, name


def _longer(extra, *numbers):
    """Return the numbers, those that did not fit into 32 bits from the field (its sign is 1) that keeps them in 64."""
    numbers, place = list(numbers), 0
    while FULL in numbers and place + 4 <= len(extra):
        sign, length = struct.unpack_from("<2H", extra, place)
        if sign == 1:
            wide = [at for at, number in enumerate(numbers) if number == FULL]
            if length < 8 * len(wide) or place + 4 + length > len(extra):
                raise broken("a length of 64 bits is missing")
            for at, number in zip(wide, struct.unpack_from(f"<{len(wide)}Q", extra, place + 4)):
                numbers[at] = number
            return numbers
        place += 4 + length
    return numbers


# ---- writing ---------------------------------------------------------------------------------------------------------------


class ArchiveWriter:
    """Writes members one after the other, as PyTorch does, and at the end the list of them."""

    def __init__(self, file, root):
        self._file, self._place, self._members = file, 0, []
        self._root = root if root.isprintable() and root else "archive"  # a file's name may be no text

    def add(self, name, content):
        """Write a member: bytes, or whatever memory."""
        name, content = f"{self._root}/{name}".encode(), memoryview(content).cast("B")
        begin, size = self._place, len(content)
        header_end = begin + _local.size + len(name) + 4
        padding = b"Z" * (-header_end % ALIGNMENT)
        flags = 0x808 if size else 0x800  # the name is UTF-8; the sum stands behind the content, not before it
        self._write(_local.pack(LOCAL, 0, flags, 0, 0, 0, 0, 0, 0, len(name), 4 + len(padding)) + name
                    + struct.pack("<2sH", b"FB", len(padding)) + padding)
        check = 0
        for start in range(0, size, CHUNK):
            piece = content[start:start + CHUNK]
            check = zlib.crc32(piece, check)
            self._write(piece)
        if size:
            wide = size >= FULL or begin >= FULL
            self._write(DESCRIPTOR + struct.pack("<I2Q" if wide else "<3I", check, size, size))
        self._members.append((name, begin, size, check, flags))

    def close(self):
        """Write the list of members."""
        first = self._place
        for name, begin, size, check, flags in self._members:
            wide = [number for number in (size, size, begin) if number >= FULL]
            extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
            self._write(_central.pack(CENTRAL, 0, 0, flags, 0, 0, 0, check, min(size, FULL), min(size, FULL), len(name), len(extra),
                                      0, 0, 0, 0, min(begin, FULL)) + name + extra)
        end, count = self._place, len(self._members)
        self._write(_end64.pack(END64, _end64.size - 12, 0x31E, 45, 0, 0, count, count, end - first, first))
        self._write(_locator.pack(LOCATOR, 0, end, 1))
        self._write(_end.pack(END, 0, 0, min(count, FULL16), min(count, FULL16), min(end - first, FULL), min(first, FULL), 0))

    def _write(self, data):
        rest = data
        while len(rest):
            count = self._file.write(rest)  # an unbuffered file may take a part
            if count is None and isinstance(self._file, io.RawIOBase) or count == 0:
                raise OSError(explain("the file takes no more bytes", "its write() says that it wrote none", "open(name, 'wb'), or give the name itself"))
            rest = memoryview(rest)[count:] if isinstance(count, int) and 0 < count < len(rest) else b""
        self._place += len(data)
