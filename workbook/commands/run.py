"""`workbook run`: an unmodified PyTorch script on this engine.

While the script runs, `import torch` finds workbook, `torch.nn` finds workbook.nn, `torchvision` finds workbook.vision, and so on
down: the very modules, not copies, under second names. Nothing is patched: a finder stands first in `sys.meta_path` and is taken
out again. A process that the script starts afresh (multiprocessing's "spawn", with which a DataLoader starts its workers on Windows
and macOS) inherits `sys.path` and nothing else: there, the folder `second_names` brings the finder.
"""

import argparse
import contextlib
import difflib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pkgutil
import runpy
import sys
import types
from pathlib import Path

from workbook.commands import Refused
from workbook.errors import explain

SECOND_NAMES = str(Path(__file__).with_name("second_names"))

HELP = "run an unmodified PyTorch script on this engine"

NAMES = {"torch": "workbook", "torchvision": "workbook.vision", "safetensors": "workbook.safetensors"}
NOT_TORCHS = {"advice", "axes", "callers", "cli", "commands", "cores", "devices", "dtypes", "errors", "exercises", "formats", "lessons", "limits",
              "missing", "naming", "numbers", "ops", "printing", "queries", "refusals", "safetensors", "settings", "size", "strides", "tensor", "threads", "version",
              "vision", "widgets"}  # rooms that PyTorch does not have

STARTED_BY_MPI = {"PMI_RANK", "OMPI_COMM_WORLD_RANK"}  # what MPI's starters leave in the environment
NOT_THE_STUDENTS = {__file__, "<frozen runpy>", "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"}


def add_arguments(parser):
    """Add the arguments of `workbook run`, which are python's own: a file, -m module or -c code, then the script's."""
    parser.add_argument("--ranks", type=int, metavar="N", help="run it in N processes, for torch.distributed")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("-m", dest="module", nargs=argparse.REMAINDER, help="run a module, as `python -m` does; then its arguments")
    what.add_argument("-c", dest="code", nargs=argparse.REMAINDER, help="run this code, as `python -c` does; then its arguments")
    parser.add_argument("script", nargs=argparse.REMAINDER, help="the script's file, then its arguments")


def main(args):
    """Run the script as python would, and return its exit code; with --ranks in several processes at once."""
    if args.ranks is None and not STARTED_BY_MPI & os.environ.keys():
        return run(args)
    from workbook.commands import ranks

    if args.ranks is None:
        return ranks.take_part(lambda: run(args))
    own = ["-m", *args.module] if args.module else ["-c", *args.code] if args.code else args.script
    return ranks.start(args.ranks, own, lambda: run(args))


def run(args):
    """Run it in this process."""
    with torch_names(), as_main_program():
        sys.path.insert(1, SECOND_NAMES)  # behind the script's own folder, before what is installed
        try:
            if args.module:
                sys.argv = args.module
                sys.path[0] = str(Path.cwd())
                runpy.run_module(args.module[0], run_name="__main__", alter_sys=True)
            elif args.code:
                sys.argv = ["-c", *args.code[1:]]
                sys.path[0] = ""
                execute(args.code[0], "<string>", {})
            elif args.script:
                path = Path(args.script[0])
                sys.argv = args.script
                sys.path[0] = str(path.resolve().parent)
                execute(source_of(path), str(path.absolute()), {"__file__": str(path.absolute())})
            else:
                raise Refused("Name the script to run:  workbook run train.py")
        except (SystemExit, Refused):
            raise
        except BaseException as error:  # whatever ends the script ends as it would under python
            error.__traceback__ = students_part(error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)
            return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def source_of(path):
    try:
        return path.read_bytes()  # compile() finds the encoding that the file declares
    except OSError as error:
        raise Refused(f"The script {path} cannot be read: {error.strerror}.") from None


def execute(source, filename, names):
    """Run the source as the module `__main__`."""
    module = types.ModuleType("__main__")
    module.__dict__.update(names, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)


@contextlib.contextmanager
def as_main_program():
    """Give back the command's own `sys.argv`, `sys.path[0]` and `__main__` at the end."""
    argv, path, main_module = sys.argv, list(sys.path), sys.modules["__main__"]
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = argv, path, main_module


def students_part(traceback):
    """Return the traceback without what brought the script up and without the finder: it begins in the student's file."""
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    part = None
    for step in reversed(frames):
        if step.tb_frame.f_code.co_filename not in NOT_THE_STUDENTS:
            part = types.TracebackType(part, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return part


# The second names ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def torch_names():
    """Within it, `torch` and `torchvision` are workbook; afterwards what they were before.

    >>> import workbook
    >>> with torch_names():
    ...     import torch
    >>> torch is workbook
    True
    """
    finder = TorchNames()
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if finder.meant(name)}
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if finder.meant(name)]:
            del sys.modules[name]
        sys.modules.update(before)


def stand_in(name):
    """Bring the finder into a process that does not have it; called by the file of `second_names` that is imported as `name`."""
    if name in NAMES:
        sys.meta_path.insert(0, TorchNames())
        del sys.modules[name]
        importlib.import_module(name)


class TorchNames(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds PyTorch's modules in workbook, and loads them by handing out workbook's own."""

    def meant(self, name):
        """Return workbook's name for one of PyTorch's, or None for a module of anybody else.

        >>> TorchNames().meant("torch.utils.data"), TorchNames().meant("numpy")
        ('workbook.utils.data', None)
        """
        first, dot, rest = name.partition(".")
        return NAMES[first] + dot + rest if first in NAMES else None

    def find_spec(self, name, path=None, target=None):
        """Return how to load one of PyTorch's modules; raise ModuleNotFoundError, saying what exists, where workbook lacks it."""
        ours = self.meant(name)
        if ours is None:
            return None
        parent, _, last = ours.rpartition(".")
        if (name.startswith("torch.") and parent == "workbook" and last in NOT_TORCHS) or importlib.util.find_spec(ours) is None:
            raise ModuleNotFoundError(missing(name, parent), name=name)
        return importlib.machinery.ModuleSpec(name, self, origin=ours)

    def create_module(self, spec):
        module = importlib.import_module(spec.origin)
        # The import system is about to note the second name on it; exec_module puts the module's own note back.
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = module.__spec__.loader_state


def missing(name, parent):
    """Return the text of the error for a module that workbook does not have."""
    above, _, last = name.rpartition(".")
    there = sorted(
        module.name
        for module in pkgutil.iter_modules(importlib.import_module(parent).__path__)
        if not module.name.startswith("_") and not (parent == "workbook" and module.name in NOT_TORCHS)
    )
    near = difflib.get_close_matches(last, there, n=1)
    return explain(
        f"No module named '{name}'",
        f"under `workbook run`, {above} is {parent}, which has no {last}",
        f"write {above}.{near[0]}" if near else f"there is {', '.join(f'{above}.{module}' for module in there)}",
    )
