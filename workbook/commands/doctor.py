"""`workbook doctor`: what is installed, which devices there are, what is missing and how to get it."""

import importlib.metadata
import importlib.util
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from workbook.commands.driver import driver
from workbook.commands import chromium, places
from workbook.version import __version__

HELP = "say what is installed and what is missing, with the fix"

# package: (needed for, the extra that installs it). What is needed for the lessons must be there; the rest may be missing.
PACKAGES = {
    "numpy": ("everything", ""),
    "jupyterlab": ("the lessons", "lab"),
    "ipywidgets": ("the lessons", "lab"),
    "anywidget": ("the lessons", "lab"),
    "matplotlib": ("the lessons", "lab"),
    "pillow": ("the lessons", "lab"),
    "tqdm": ("the lessons", "lab"),
    "nbval": ("the lessons", "lab"),
    "pytest": ("the tests", "test"),
    "hypothesis": ("the tests", "test"),
    "playwright": ("the browser tests", "test"),
}
MUST = {"everything", "the lessons"}


@dataclass
class Finding:
    """One line of the report: `state` is "ok", "missing" (the lessons need it) or "absent" (they do without)."""

    what: str
    state: str
    found: str
    fix: str = ""


def add_arguments(parser):
    """`workbook doctor` has one option."""
    parser.add_argument("--folder", type=Path, help="the folder of your copy of the lessons, where it is not my-lessons")


def main(args):
    """Print the report. Return 1 where something is missing that the lessons need."""
    found = [*versions(), *packages(), *devices(), *mpi(), *others(), folder(args.folder or places.student_folder())]
    for finding in found:
        print(f"{finding.state:<8}{finding.what:<16}{finding.found}")
    fixes = [finding for finding in found if finding.fix]
    if fixes:
        print("\nTo add what is not there:")
        for finding in fixes:
            print(f"  {finding.what}: {finding.fix}")
    missing = [finding.what for finding in found if finding.state == "missing"]
    print(f"\nThe lessons cannot run without: {', '.join(missing)}." if missing else "\nEverything that the lessons need is there.")
    return int(bool(missing))


def versions():
    yield Finding("python", "ok", f"{platform.python_version()}  ({sys.executable})")
    yield Finding("workbook", "ok", f"{__version__}  ({places.PACKAGE})")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("computer", "ok", f"{platform.platform()}, {cores} cores")


def packages():
    for name, (purpose, extra) in PACKAGES.items():
        version = version_of(name)
        if version:
            yield Finding(name, "ok", version)
        else:
            state = "missing" if purpose in MUST else "absent"
            yield Finding(name, state, f"needed for {purpose}", places.install(extra) if extra else f"{places.pip()} install numpy")


def devices():
    """Yield what the engine can compute on, and why not on the rest."""
    from workbook.devices import report

    for name, available, reason in report():
        yield Finding(f"device {name}", "ok" if available else "absent", reason or "available")
    version = version_of("cupy-cuda12x") or version_of("cupy-cuda13x") or version_of("cupy")
    there, why = driver()
    if there is None:
        yield Finding("gpu", "absent", f"{why}; lessons simulate one", "" if sys.platform == "darwin" else "with an NVIDIA GPU: install its driver")
    else:
        too_old = "" if there.extra else "; it is too old for CuPy, which needs CUDA 12"
        yield Finding("gpu", "ok" if there.extra else "absent", f"{', '.join(there.gpus)}: driver {there.version}, CUDA {there.cuda}{too_old}",
                      "" if there.extra else "install a newer driver, from NVIDIA's site or your system's packages")
    if version:
        yield Finding("cupy", "ok", version)
    elif there is not None and there.extra:
        yield Finding("cupy", "absent", "needed for this GPU", places.install(there.extra))
    else:
        fix = f"with an NVIDIA GPU:  {places.install('cuda12')}  or, for CUDA 13,  {places.install('cuda13')}" if sys.platform != "darwin" else ""
        yield Finding("cupy", "absent", "needed for an NVIDIA GPU", fix)


def mpi():
    """Yield whether several ranks could be started."""
    from workbook.commands import ranks

    version, starter = version_of("mpi4py"), ranks.mpiexec()
    if version and starter:
        yield Finding("mpi", "ok", f"mpi4py {version}, {starter}")
        return
    lacking = " and ".join(name for name, there in (("mpi4py", version), ("mpiexec", starter)) if not there)
    yield Finding("mpi", "absent", f"needed for several ranks: {lacking}", places.install("mpi"))


def others():
    version = version_of("torch")
    if version and version.startswith("2.13."):
        yield Finding("torch", "ok", version)
    else:
        found = f"{version} is another version than 2.13" if version else "needed to compare with PyTorch, by the parity tests"
        yield Finding("torch", "absent", found, f"{places.pip()} install torch==2.13.0")
    browser = chromium.find_chromium()
    if browser:
        yield Finding("browser", "ok", str(browser))
    else:
        yield Finding("browser", "absent", "needed for the browser tests", chromium.FIX)


def folder(path):
    """Return whether the student's folder, or the nearest folder above it that there is, can be written."""
    there = path
    while not there.exists():
        there = there.parent
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix="workbook-doctor-"):
            return Finding("your folder", "ok", f"{path}{'' if there == path else '  (made at the first start)'}")
    except OSError as error:
        return Finding("your folder", "missing", f"{path} cannot be written: {error.strerror}", "workbook lab --folder FOLDER")


def version_of(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
