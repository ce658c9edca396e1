"""Prepares the workbook and starts it. Nothing but Python 3.11 or newer is needed.

    python lab.py              opens the lessons in JupyterLab
    python lab.py 05           opens them at lesson 05
    python lab.py test         runs every test
    python lab.py doctor       says what is installed and what is missing
    python lab.py run FILE     runs an unmodified PyTorch script on this engine
    python lab.py present 05   opens a lesson for showing on a projector
    python lab.py release      executes the notebooks in place (for authors)

The first start makes .venv beside this file and installs the packages there; that takes a minute or three. Later starts take
a second or two. Everything after the command is passed on: python lab.py test --help tells what `test` understands.
--setup-only prepares .venv and stops.
"""
# A Python that is too old has to get as far as telling so: the whole file keeps to syntax that Python 2.7 can read
# (no f-strings, no annotations), and to the standard library.
from __future__ import print_function

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "workbook-installed.json")
UNFINISHED = os.path.join(VENV, "workbook-unfinished")  # stands while .venv is being changed
LOG = os.path.join(VENV, "workbook-install.log")
COMMANDS = ("lab", "test", "run", "doctor", "release", "present")


def main(arguments):
    if arguments[:1] in (["-h"], ["--help"]):
        return show(__doc__.strip())
    try:
        check_python()
        setup_only = "--setup-only" in arguments
        rest = [argument for argument in arguments if argument != "--setup-only"]
        if not rest or rest[0] not in COMMANDS:
            rest.insert(0, "lab")
        prepare(["lab", "test"] if rest[0] == "test" else ["lab"])
        return 0 if setup_only else start(rest)
    except Problem as problem:
        print("\n" + str(problem), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The same command, run again, repairs what was left half done.", file=sys.stderr)
        return 130
    except EnvironmentError as error:
        print("\n" + (explain(str(error)) or "The computer refused: %s." % error), file=sys.stderr)
    return 1


def show(text):
    """Print a text. Whoever reads it may stop early, as `head -1` does."""
    try:
        print(text)
        sys.stdout.flush()
    except EnvironmentError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
    return 0


class Problem(Exception):
    """What is in the way and what to do about it, in one sentence for the student."""


def check_python():
    if sys.version_info >= OLDEST:
        return
    newer = [name for name in ("python3.13", "python3.12", "python3.11") if starts(name)]
    raise Problem("workbook needs Python %d.%d or newer, and this is Python %d.%d: " % (OLDEST + tuple(sys.version_info[:2])) + (
        "start it with  %s lab.py" % newer[0] if newer else "install a newer one from python.org and start lab.py with that."))


def starts(name):
    """Tell whether the PATH has this Python and it runs: a version manager leaves stubs that do not."""
    try:
        return subprocess.check_output([name, "-c", "print(6 * 7)"], stderr=subprocess.STDOUT).strip() == b"42"
    except (EnvironmentError, subprocess.CalledProcessError):
        return False


# The environment ------------------------------------------------------------------------------------------------------


def prepare(extras):
    """Leave a .venv that holds the package with `extras`, doing only what is missing."""
    version, stamp = venv_version(), read_stamp()
    usable = version is not None and not os.path.exists(UNFINISHED) and stamp.get("python", version) == version
    extras = sorted(set(extras) | set(stamp.get("extras", []) if usable else []))
    wanted = {"python": version, "extras": extras, "root": ROOT, "pyproject": digest_of("pyproject.toml")}
    if usable and stamp == wanted:
        return
    steps = Steps(1 if usable else 2)
    if not usable:
        make_venv(steps)
        wanted["python"] = venv_version()
    install(steps, extras)
    with open(STAMP, "w") as file:
        json.dump(wanted, file)
    os.remove(UNFINISHED)


def venv_python():
    return os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))


def venv_version():
    """Return the version of .venv's Python, or None where there is none that starts."""
    try:
        command = [venv_python(), "-I", "-S", "-c", "import sys; print(sys.version.split()[0])"]
        return subprocess.check_output(command, stderr=subprocess.STDOUT).decode("ascii", "replace").strip()
    except (EnvironmentError, subprocess.CalledProcessError):
        return None


def read_stamp():
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
        return stamp if isinstance(stamp, dict) else {}
    except (EnvironmentError, ValueError):
        return {}


def digest_of(name):
    with open(os.path.join(ROOT, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def make_venv(steps):
    remove_old_venv()
    steps.begin("making .venv, the workbook's own Python %s with pip" % sys.version.split()[0])
    os.mkdir(VENV)
    open(UNFINISHED, "w").close()
    # Inside another environment, the Python that it was made from: .venv must not depend on that environment.
    base = getattr(sys, "_base_executable", None) or sys.executable
    ways = [[base, "-m", "venv", VENV]]
    if shutil.which("uv"):
        ways.insert(0, ["uv", "venv", "--seed", "--allow-existing", "--python", base, VENV])
    run_first_that_works(ways, steps)
    steps.done()


def remove_old_venv():
    if not os.path.lexists(VENV):
        return
    ours = os.path.exists(UNFINISHED) or os.path.exists(os.path.join(VENV, "pyvenv.cfg"))
    if os.path.islink(VENV) or not os.path.isdir(VENV) or (os.listdir(VENV) and not ours):
        raise Problem("%s is in the way, and it is not an environment that lab.py made: rename it and start again." % VENV)
    print("The .venv that is here is unfinished or its Python is gone; it is made anew.")
    try:
        shutil.rmtree(VENV)
    except EnvironmentError as error:
        raise Problem("%s could not be removed (%s): close the programs that use it, JupyterLab too, and start again."
                      % (VENV, error.strerror))


def install(steps, extras):
    steps.begin("installing workbook and what %s need (about 100 packages, 450 MB on disk)"
                % ("the lessons and tests" if "test" in extras else "the lessons"))
    open(UNFINISHED, "w").close()
    if steps.follow([venv_python(), "-m", "pip", "--version"])[0] != 0:  # an environment made by hand, with uv
        run_first_that_works([[venv_python(), "-m", "ensurepip"]], steps)
    what = ["-e", ".[%s]" % ",".join(extras)]
    ways = [[venv_python(), "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--retries", "2"] + what]
    if shutil.which("uv"):
        ways.insert(0, ["uv", "pip", "install", "--python", venv_python()] + what)
    run_first_that_works(ways, steps)
    steps.done()


def run_first_that_works(ways, steps):
    """Run the commands until one succeeds: where uv is set up differently from pip, pip may still reach the packages."""
    for command in ways:
        code, output = steps.follow(command)
        if code == 0:
            return
        steps.clear()
        if explain(output) == DISK_FULL:
            break  # what was being written is cut off: UNFINISHED stays, and the next start makes .venv anew
        if command is not ways[-1]:
            print("   uv could not do it; trying without uv.")
    else:
        # The installer gave up in good order: what it installed is whole, and the next start goes on from there.
        if venv_version():
            os.remove(UNFINISHED)
    last = [line.strip() for line in output.splitlines() if line.strip()][-3:]
    raise Problem(explain(output) or "This did not work: %s (exit code %s). It said: %s\nThe whole report stands in %s."
                  % (" ".join(command), code, " / ".join(last), LOG))


def start(command):
    """Become `workbook command` inside .venv."""
    environment = dict(os.environ, VIRTUAL_ENV=VENV)
    # So that `!pip` in a notebook is .venv's pip.
    environment["PATH"] = os.path.dirname(venv_python()) + os.pathsep + environment.get("PATH", "")
    command = [venv_python(), "-m", "workbook"] + command
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, environment)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # Ctrl+C reached the started program too; it decides when to end


# What a person sees ---------------------------------------------------------------------------------------------------


class Steps(object):
    """Tells which step is running, its latest news on one living line, and how long it took."""

    def __init__(self, total):
        self.total, self.number, self.live = total, 0, sys.stdout.isatty()

    def begin(self, what):
        self.number += 1
        self.since = self.said_at = time.time()
        self.said, self.packages = "", 0
        print("Step %d of %d: %s" % (self.number, self.total, what))
        sys.stdout.flush()

    def done(self):
        self.clear()
        packages = " (%d packages)" % self.packages if self.packages else ""
        print("   done in %.0f s%s" % (time.time() - self.since, packages))
        sys.stdout.flush()

    def follow(self, command):
        """Run `command` while its news are shown; return its exit code and its whole output, which the log keeps too."""
        environment = dict(os.environ, PYTHONIOENCODING="utf-8", PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(self.hear(process.stdout)))
        reader.daemon = True
        self.news = "working"
        reader.start()
        try:
            while reader.is_alive():
                self.show()
                reader.join(0.25)
        except KeyboardInterrupt:
            process.wait()  # it got the Ctrl+C as well and is tidying up
            raise
        output = "".join(lines)
        with open(LOG, "a", encoding="utf-8") as log:
            log.write("$ %s\n%s\n" % (" ".join(command), output))
        return process.wait(), output

    def hear(self, stream):
        for line in stream:
            line = line.decode("utf-8", "replace")
            self.news, self.packages = news(line, self.news, self.packages)
            yield line

    def show(self):
        text = "   %s, %.0f s" % (self.news, time.time() - self.since)
        if self.packages:
            text = "   %d package%s found, %s" % (self.packages, "" if self.packages == 1 else "s", text.strip())
        if self.live:
            columns = shutil.get_terminal_size().columns
            print("\r" + text[:columns - 1].ljust(columns - 1), end="")
        elif self.news != self.said and time.time() - self.said_at > 10:  # into a file or a CI log: now and then a line
            print(text)
            self.said, self.said_at = self.news, time.time()
        sys.stdout.flush()

    def clear(self):
        if self.live:
            print("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r", end="")


def news(line, before, packages):
    """Return what a line of pip or uv means, in short words, and how many packages are known by now."""
    words = line.strip().split()
    first = words[0] if words else ""
    if first == "Collecting":
        return "looking up %s" % re.split(r"[<>=!~\[;]", words[1])[0], packages + 1
    if first == "Downloading" and len(words) > 1:
        return "downloading %s %s" % (words[1].rsplit("/", 1)[-1].split("-")[0], " ".join(words[2:])), packages
    if line.startswith("Installing collected packages"):
        packages = line.count(",") + 1
        return "unpacking them, the longest part", packages
    if first in ("Resolved", "Prepared", "Installed") and len(words) > 1 and words[1].isdigit():
        return "unpacking them" if first == "Prepared" else "fetching them", max(packages, int(words[1]))
    return before, packages


DISK_FULL = "The disk is full: free about 1 GB on the disk that holds %s and start again." % ROOT
SENTENCES = [
    (r"No space left|Errno 28\b|os error 28\b|not enough space on the disk|os error 112|WinError 112|quota exceeded", DISK_FULL),
    (r"ensurepip is not available|No module named '?(venv|ensurepip)",
     "This Python cannot make environments, because the system packs that part separately: run  sudo apt install python%d.%d-venv"
     "  (or your system's package of that name) and start again." % tuple(sys.version_info[:2])),
    (r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer",
     "The package index could not be trusted (its certificate was refused): on a network with its own proxy, ask its"
     " administrator for the certificate file, set PIP_CERT to it, and start again."),
    (r"Proxy ?Error|407 Proxy|Cannot connect to proxy",
     "The network's proxy refused the connection: set HTTPS_PROXY to the right address and start again."),
    (r"NameResolutionError|name resolution|getaddrinfo|nodename nor servname|dns error|Network is unreachable|Errno 101\b"
     r"|Failed to establish a new connection|NewConnectionError|Connect(ion)?Timeout|Read timed out|tcp connect error"
     r"|Connection refused|Failed to fetch|error sending request",
     "The package index could not be reached: connect to the internet and start again; only the first start needs it."),
    (r"Enable Long Path|filename or extension is too long|WinError 206",
     "The path of this folder is too long for Windows: move the folder nearer to the drive's top, such as C:\\workbook."),
    (r"Read-only file system|Errno 30\b|os error 30\b|Permission denied|Errno 13\b|os error 13\b|Access is denied|WinError 5\b",
     "There is no permission to write in %s: copy the folder to a place of your own, such as your home folder, and start"
     " there." % ROOT),
    (r"Failed (building|to build)|error: subprocess-exited-with-error|Microsoft Visual C\+\+",
     "A package has no ready-made build for Python %d.%d on this computer: start lab.py with another Python, 3.12 or 3.13,"
     " after removing .venv." % tuple(sys.version_info[:2])),
    (r"No matching distribution found",
     "A package was not found in the index that pip is set up to use: check the internet connection and"
     "  pip config list , and start again."),
]


def explain(output):
    """Return the sentence for the first known trouble that the output shows, or None."""
    return next((sentence for pattern, sentence in SENTENCES if re.search(pattern, output, re.IGNORECASE)), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
