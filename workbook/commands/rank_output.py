"""What the ranks of a job print, on its way to the screen.

MPI's starter would carry it too. But it mixes the ranks within a line, and what is on the way when a rank ends the job is lost: its
traceback. So each rank writes into files of its own, which stay whole whatever ends it, and a thread reads along.
"""

import codecs
import os
import re
import sys
import threading

SECONDS_BETWEEN = 0.03
STARTER = "starter"

# What is said of its own accord when a rank ends: by MPI's starter, and by MPI in the rank that ends the job.
STARTERS_WORDS = re.compile(r"$|={20,}|=  ? ?[A-Z ]|YOUR APPLICATION TERMINATED|This typically refers to a problem|Please see the FAQ page|"
                            r"\[mpiexec@|\[proxy:")
ABORTS_WORDS = re.compile(r"Abort\(\d+\) on node")


def paths(job, writer):
    """Return the files of the folder `job` into which a writer, a rank or the starter, prints: what it says, and its errors."""
    return job / f"{writer}.out", job / f"{writer}.err"


def into_files(job, rank):
    """From now on this process, and what it starts, prints into its files: whole lines, in UTF-8."""
    for stream, path in zip((sys.stdout, sys.stderr), paths(job, rank)):
        stream.flush()
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, stream.fileno())
        os.close(file)
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n", line_buffering=True, write_through=False)


class Reader(threading.Thread):
    """Hands on what `count` ranks and their starter print, as it comes; `on_closed` is called where nobody reads it any more."""

    def __init__(self, job, count, on_closed):
        super().__init__(daemon=True)
        writers = [(STARTER, STARTERS_WORDS), *((rank, ABORTS_WORDS) for rank in range(count))]
        self.sources = [Source(path, target, words) for writer, words in writers
                        for path, target in zip(paths(job, writer), (sys.stdout, sys.stderr))]
        self.over, self.on_closed = threading.Event(), on_closed
        self.start()

    def run(self):
        """Read along until the end."""
        try:
            while not self.over.wait(SECONDS_BETWEEN):
                for source in self.sources:
                    source.read()
            for source in self.sources:
                source.read(last=True)
        except BrokenPipeError:
            self.on_closed()

    def finish(self):
        """Hand on what is left, and return what was kept back."""
        self.over.set()
        self.join()
        return "".join(source.kept_back for source in self.sources)


class Source:
    """One of the files, and the screen that it goes to."""

    def __init__(self, path, target, words):
        self.path, self.target, self.words = path, target, words
        self.place, self.rest, self.kept_back = 0, "", ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, last=False):
        """Hand on the lines that have come; and the beginning of one, when nothing has followed it for a while."""
        new = self.decoder.decode(self._new_bytes(), final=last)
        *lines, self.rest = (self.rest + new).split("\n")
        self._show("".join(line + "\n" for line in lines if not self._keep_back(line)))
        if self.rest and (last or not new) and not self._keep_back(self.rest):
            self._show(self.rest)
            self.rest = ""
        elif "\r" in self.rest:  # a bar that is drawn over itself
            drawn, back, self.rest = self.rest.rpartition("\r")
            self._show(drawn + back)

    def _new_bytes(self):
        try:
            with open(self.path, "rb") as file:
                file.seek(self.place)
                new = file.read()
        except FileNotFoundError:  # it has printed nothing yet
            return b""
        self.place += len(new)
        return new

    def _keep_back(self, line):
        """Whether a line is MPI's own."""
        if self.words.match(line):
            self.kept_back += line + "\n"
            return True
        return False

    def _show(self, text):
        if text:
            encoding = self.target.encoding or "utf-8"
            self.target.write(text.encode(encoding, "replace").decode(encoding))
            self.target.flush()
