"""The student's own copy of the lessons: handed out, kept up to date, and never overwritten.

What counts as the student's is the text: the sources of the cells. Running a notebook changes only outputs and counts, so a copy
that was merely run may still be updated; the one that was run is then kept in `.workbook/earlier/`. A copy whose text was changed
stays as it is, and the new version is put beside it. A copy that the student deleted stays deleted until it is asked for.

`.workbook/handed-out.json` remembers what was handed out: for each lesson the version offered last, and for each copy the digests
of its text and of its bytes. Every file is written whole under another name first; a crash at any point leaves either the old
file or the new one, and the next start finds what the crashed one had done already.
"""

import hashlib
import json
import os
import secrets
from pathlib import Path

from workbook.commands import Refused

HOUSE = ".workbook"  # the part of the student's folder that is not the student's
EMPTY = {"format": 1, "lessons": {}}


class StudentCopy:
    """The student's folder, seen from the lessons: `update` brings it up to date, `fresh` hands out one lesson anew.

    `told` collects the sentences that the student should read.
    """

    def __init__(self, lessons, folder):
        self.lessons, self.folder, self.told = Path(lessons), Path(folder), []
        if self.folder.exists() and not self.folder.is_dir():
            raise Refused(f"{self.folder} is a file, and the lessons need a folder: name another one with --folder.")
        (self.folder / HOUSE).mkdir(parents=True, exist_ok=True)
        self.record = self._read_record()

    def update(self):
        """Hand out what is new. Nothing that the student wrote is touched."""
        if not self.record["lessons"]:
            self.told.append(f"Your own copy of the lessons is in {self.folder}: change it as you like.")
        self.updated = []
        for name in lesson_files(self.lessons):
            self._hand_out(name)
        if self.updated:
            self.told.append(f"Brought to the lessons' new version, as you had not changed the text: {', '.join(self.updated)}.")
        return self.told

    def fresh(self, name):
        """Put a new copy of this lesson into the folder, beside what is there, and return its path."""
        path = self._put_beside(name, without_outputs((self.lessons / name).read_bytes()), "fresh copy", adopt=False)
        self._write_record()
        self.told.append(f"A fresh copy of the lesson: {path.name}.")
        return path

    def to_open(self, name):
        """Return the copy of this lesson that the student works in, or None where every copy was deleted.

        That is the one changed last of those that the student changed; where none is changed, the newest.
        """
        there = self._copies_there(name)
        changed = [copy for copy in there if text_of(copy, copy.read_bytes()) != self._handed(name, copy)["text"]]
        if changed:
            return max(changed, key=lambda copy: copy.stat().st_mtime_ns)
        return there[-1] if there else None

    def _hand_out(self, name):
        new = without_outputs((self.lessons / name).read_bytes())
        entry = self.record["lessons"].get(name)
        if entry and entry["offered"] == digest(new):
            return
        there = self._copies_there(name)
        if entry and not there:
            pass  # deleted by the student, and it stays deleted
        elif not entry:
            path = self._put_beside(name, new, "new version")
            if path != self.folder / name:
                self.told.append(f"{name} was here already and is not the lesson's own text; the lesson is beside it: {path.name}.")
        else:
            self._bring_up_to_date(name, there[-1], new)
        self._entry(name)["offered"] = digest(new)
        self._write_record()

    def _bring_up_to_date(self, name, copy, new):
        old, handed = copy.read_bytes(), self._handed(name, copy)
        untouched = digest(old) == handed["bytes"]
        if text_of(copy, old) == text_of(copy, new) and not untouched:
            self._remember(name, copy, new)  # the same text, with the student's own outputs: nothing to bring
        elif text_of(copy, old) == handed["text"]:
            kept = "" if untouched else f" (the one you ran is kept as {self._keep(name, old)})"
            if copy.read_bytes() != old:  # the student saved it just now
                return self._bring_up_to_date(name, copy, new)
            replace_file(copy, new, self.folder)
            self._remember(name, copy, new)
            self.updated.append(copy.name + kept)
        else:
            path = self._put_beside(name, new, "new version")
            self.told.append(f"{name} has a new version. Yours is changed and stays as it is; the new one is beside it: {path.name}.")

    def _put_beside(self, name, new, label, adopt=True):
        """Write a new file that takes nobody's place, at the lesson's own name or the next free one, and return its path.

        A copy of the same text that stands there already is taken for it: an earlier start wrote it and then crashed.
        """
        own, number = self.folder / name, 1
        while True:
            path = own if number == 1 else own.with_name(f"{own.stem}, {label} {number}{own.suffix}")
            there = path.exists() or path.is_symlink()
            if not there and create_file(path, new, self.folder):
                break
            if adopt and path.is_file() and text_of(path, path.read_bytes()) == text_of(path, new):
                break
            number += 1
        self._remember(name, path, new)
        return path

    def _keep(self, name, old):
        """Write what is about to be replaced into `.workbook/earlier/`, under a number of its own, and return where."""
        number, own = 1, self.folder / HOUSE / "earlier" / name
        while not create_file(path := own.with_name(f"{own.stem} {number}{own.suffix}"), old, self.folder):
            number += 1
        return path.relative_to(self.folder).as_posix()

    def _copies_there(self, name):
        """Return the copies of the lesson that the student still has, in the order in which they were handed out."""
        copies = self.record["lessons"].get(name, {}).get("copies", {})
        return [self.folder / copy for copy in copies if (self.folder / copy).is_file()]

    def _handed(self, name, copy):
        return self.record["lessons"][name]["copies"][copy.relative_to(self.folder).as_posix()]

    def _entry(self, name):
        return self.record["lessons"].setdefault(name, {"offered": "", "copies": {}})

    def _remember(self, name, copy, content):
        copies, key = self._entry(name)["copies"], copy.relative_to(self.folder).as_posix()
        copies.pop(key, None)  # so that the newest stands last
        copies[key] = {"text": text_of(copy, content), "bytes": digest(content)}

    def _record_path(self):
        return self.folder / HOUSE / "handed-out.json"

    def _read_record(self):
        path = self._record_path()
        try:
            record = json.loads(path.read_bytes())
        except FileNotFoundError:
            record = None
        except (ValueError, RecursionError):
            record = "damaged"
        if record is None or is_record(record):
            return record or json.loads(json.dumps(EMPTY))
        number = 1
        while (aside := path.with_name(f"handed-out.damaged-{number}.json")).exists():
            number += 1
        os.replace(path, aside)
        self.told.append(f"The list of what was handed out was damaged. It is kept as {HOUSE}/{aside.name}, and a new one begun.")
        return json.loads(json.dumps(EMPTY))

    def _write_record(self):
        replace_file(self._record_path(), json.dumps(self.record, indent=1).encode(), self.folder)


def without_outputs(content):
    """Return a notebook as it is handed out: nothing has run yet, so that no output answers a question before it is asked."""
    try:
        notebook = json.loads(content)
        ran = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"])]
    except (ValueError, KeyError, TypeError):
        return content  # no notebook of ours: handed out as it is
    if not ran:
        return content
    for cell in ran:
        cell["outputs"], cell["execution_count"] = [], None
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def lesson_files(folder):
    """Return the names of all files of the lessons, pictures and data too, as posix paths relative to the folder."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [name.as_posix() for name in found if not any(part.startswith((".", "__")) for part in name.parts)]


def text_of(path, content):
    """Return a digest of what a person wrote into the file: of a notebook the cells' sources, of anything else every byte."""
    if path.suffix == ".ipynb":
        try:
            cells = json.loads(content)["cells"]
            return digest(json.dumps([[cell["cell_type"], "".join(cell["source"]), cell.get("attachments")] for cell in cells]).encode())
        except (ValueError, KeyError, TypeError, RecursionError):
            return digest(content)  # not a notebook any more: then every byte counts
    return digest(content)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def is_record(record):
    """Tell whether this has the shape that this module writes."""
    return (
        isinstance(record, dict)
        and record.get("format") == 1
        and isinstance(record.get("lessons"), dict)
        and all(
            isinstance(entry, dict)
            and isinstance(entry.get("offered"), str)
            and isinstance(entry.get("copies"), dict)
            and all(isinstance(copy, dict) and {"text", "bytes"} <= copy.keys() for copy in entry["copies"].values())
            for entry in record["lessons"].values()
        )
    )


def replace_file(path, content, folder):
    """Write the file whole or not at all."""
    os.replace(write_aside(path, content, folder), path)


def create_file(path, content, folder):
    """Write a new file whole or not at all. Return False, and change nothing, where the name is taken."""
    aside = write_aside(path, content, folder)
    try:
        os.link(aside, path)  # unlike a rename, it refuses a name that is taken
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if path.exists():
            return False
        os.rename(aside, path)
        return True
    finally:
        aside.unlink(missing_ok=True)
    return True


def write_aside(path, content, folder):
    path.parent.mkdir(parents=True, exist_ok=True)
    # Never an old name again: after a crash it may be a second link to a file that the student has changed since.
    aside = folder / HOUSE / f"handing-out-{secrets.token_hex(8)}.tmp"
    with open(aside, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return aside
