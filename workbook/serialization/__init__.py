"""Checkpoints in PyTorch's own format: `save` writes what `torch.load` opens, and `load` reads what `torch.save` wrote.

    complaints      what is said of a file that is refused
    files           reading, and writing whole or not at all
    archive         the zip file around all
    writing         an object as a program of opcodes
    reading         the interpreter of that program: a closed list of opcodes
    names           the closed list of names that it may use
    rebuilding      how tensors are made of storages
    storages        the storages, and the devices that they go to
    safe            what a student adds to the list
    trusted         the same by pickle, for files that one trusts
    mapping         files mapped into memory
"""

import io
import os
import pickle
import sys
import warnings

from workbook import missing
from workbook.errors import explain
from workbook.serialization.archive import Archive, ArchiveWriter
from workbook.serialization.complaints import TRUST, CheckpointError
from workbook.serialization.files import is_path, opened, replaced, write_errors
from workbook.serialization.mapping import get_default_mmap_options, mapped, set_default_mmap_options
from workbook.serialization.reading import MOST_BYTES, Machine
from workbook.serialization.safe import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from workbook.serialization.storages import Storages, default_restore_location, restorer
from workbook.serialization.trusted import unpickled
from workbook.serialization.writing import Writer

__all__ = ["save", "load", "CheckpointError", "SourceChangeWarning", "add_safe_globals", "clear_safe_globals", "get_safe_globals", "safe_globals",
           "get_unsafe_globals_in_checkpoint", "default_restore_location", "set_default_mmap_options", "get_default_mmap_options"]


class SourceChangeWarning(Warning):
    """What PyTorch warned of in its format from before 1.6, which kept the source of classes. Nothing here raises it.

    Source: https://pytorch.org/docs/2.13/notes/serialization.html
    """


def save(obj, f, pickle_module=pickle, pickle_protocol=2, _use_new_zipfile_serialization=True, _disable_byteorder_record=False):
    """Write `obj` (a Tensor, a state_dict, containers of numbers and text, a whole Module) to `f`, in PyTorch's format.

    `f` is a file's name, a path, or a file open for writing bytes. Under a name, the old file or the new one is there, whole, whenever
    the program stops. Tensors on one memory share it in the file, too. Raises RuntimeError where the file cannot be written, and what
    pickle raises (TypeError, AttributeError, PicklingError) for an object that is not to be saved; the old file is then as it was.

    >>> import io, workbook as torch
    >>> buffer = io.BytesIO()
    >>> torch.save({"weight": torch.ones(2, 2), "epoch": 3}, buffer)
    >>> _ = buffer.seek(0)
    >>> torch.load(buffer)
    {'weight': tensor([[1., 1.],
            [1., 1.]]), 'epoch': 3}

    Source: https://pytorch.org/docs/2.13/generated/torch.save.html
    """
    _check_save_arguments(obj, f, pickle_module, pickle_protocol, _use_new_zipfile_serialization)
    writer = Writer()
    program = writer.program(obj)  # before a file is touched: what cannot be saved leaves the old one as it was
    contents = writer.storages.contents

    def write(file, root):
        archive = ArchiveWriter(file, root)
        archive.add("data.pkl", program)
        archive.add(".format_version", b"1")
        archive.add(".storage_alignment", b"64")
        if not _disable_byteorder_record:
            archive.add("byteorder", sys.byteorder.encode())
        for key, content in enumerate(contents):
            archive.add(f"data/{key}", content._host())
        archive.add("version", b"3\n")
        archive.close()

    if not is_path(f):
        with write_errors(f):
            write(f, "archive")
            if hasattr(f, "flush"):
                f.flush()
        return
    name = os.fspath(f)
    with write_errors(name), replaced(name) as file:
        write(file, os.path.splitext(os.path.basename(name))[0] or "archive")


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Read what `save`, or PyTorch's `torch.save`, wrote to `f`: a file's name, a path, or a file open for reading bytes.

    `map_location` says where tensors go: a device, a dictionary of devices, or a function of a storage and its device's name; without it
    they go where they were saved from. `mmap=True` reads each number when it is first looked at. By default only tensors, numbers,
    text and containers are read; weights_only=False runs whatever the file brings with it, as a whole Module needs: only for files
    from people you trust. Raises FileNotFoundError, and CheckpointError for a file that is refused.

    >>> import io, workbook as torch
    >>> buffer = io.BytesIO()
    >>> torch.save(torch.nn.Linear(2, 1).state_dict(), buffer)
    >>> _ = buffer.seek(0)
    >>> net = torch.nn.Linear(2, 1)
    >>> net.load_state_dict(torch.load(buffer))
    <All keys matched successfully>

    Source: https://pytorch.org/docs/2.13/generated/torch.load.html
    """
    weights_only = _settled_weights_only(weights_only, pickle_module)
    if pickle_load_args and weights_only:
        warnings.warn("pickle_load_args only works if `weights_only=False`.", UserWarning, stacklevel=2)
    if is_path(f) and os.fspath(f).endswith(".safetensors"):
        return _load_safetensors(f, map_location)
    if mmap and not is_path(f):
        raise ValueError(explain("f must be a file path in order to use the mmap argument", "the system maps files, by their names",
                                 "give the name of the file, or leave mmap out"))
    restore = restorer(map_location)
    with opened(f) as source:
        archive = _archive_of(source, weights_only)
        storages = Storages(archive, restore, mapped(source.f) if mmap else None)
        program = archive.read("data.pkl", MOST_BYTES)
        if weights_only:
            found = Machine(program, storages).run()
        else:
            found = unpickled(program, storages, {"encoding": "utf-8"} | pickle_load_args)
    if storages.converted:
        warnings.warn("the file has numbers in torch.bfloat16, of which NumPy knows nothing: they are torch.float32 here, without any loss",
                      UserWarning, stacklevel=2)
    return found


def get_unsafe_globals_in_checkpoint(f):
    """Return the names of classes and functions in a checkpoint that `load` would not read by default, and that nobody declared safe.

    Nothing of the file is run. Raises CheckpointError for what is no checkpoint.

    >>> import io, workbook as torch
    >>> buffer = io.BytesIO()
    >>> torch.save([range(3), torch.ones(1)], buffer)
    >>> torch.serialization.get_unsafe_globals_in_checkpoint(buffer)
    ['builtins.range']

    Source: https://pytorch.org/docs/2.13/notes/serialization.html#torch.serialization.get_unsafe_globals_in_checkpoint
    """
    import pickletools

    from workbook.serialization.names import look_up

    unsafe = {}
    if not is_path(f):
        f.seek(0)
    with opened(f) as source:
        program = _archive_of(source, True).read("data.pkl", MOST_BYTES)
    try:
        named = [argument for opcode, argument, _ in pickletools.genops(program) if opcode.name == "GLOBAL"]
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise CheckpointError(explain(f"Weights only load failed. {error}", "the program in the file is damaged", "make the file once more")) from error
    for module, _, name in (line.partition(" ") for line in named):
        try:
            look_up(module, name)
        except CheckpointError:
            unsafe[_in_python_3(module, name)] = None
    return list(unsafe)


# ---- what is asked for -----------------------------------------------------------------------------------------------------


def _check_save_arguments(obj, f, pickle_module, protocol, as_zip):
    if not is_path(f) and not hasattr(f, "write"):
        turned = is_path(obj)
        raise AttributeError(explain(
            "expected 'f' to be string, path, or a file-like object with a 'write' attribute",
            "the object comes first, and then the file" if turned else f"{type(f).__name__} is no place to write to",
            f"torch.save(obj, {str(obj)!r})" if turned else "torch.save(obj, 'name.pt')"))
    if isinstance(f, io.TextIOBase):
        raise TypeError(explain("string argument expected, got 'memoryview'", "the file is open as text, and a checkpoint is bytes",
                                "open(name, 'wb'), or give the name itself; io.BytesIO in place of io.StringIO"))
    if pickle_module is not pickle:
        raise RuntimeError(explain(f"pickle_module={getattr(pickle_module, '__name__', pickle_module)!r} is not part of this engine",
                                   "checkpoints are written without a pickler", "leave pickle_module out"))
    if not as_zip:
        raise RuntimeError(explain("_use_new_zipfile_serialization=False is not part of this engine", "that was PyTorch's format before 1.6",
                                   "leave it out"))
    if type(protocol) is not int or not 2 <= protocol <= pickle.HIGHEST_PROTOCOL:
        raise ValueError(explain(f"pickle protocol must be between 2 and {pickle.HIGHEST_PROTOCOL}, not {protocol!r}",
                                 "torch.load reads protocol 2 by default", "leave pickle_protocol out"))
    if protocol != 2:
        warnings.warn(f"pickle_protocol={protocol}: the file is written in protocol 2, the one that torch.load reads by default",
                      UserWarning, stacklevel=3)


def _settled_weights_only(weights_only, pickle_module):
    """Return whether only values are read: asked for, by default, or by the environment."""
    asked = weights_only is not None
    true = ("1", "y", "yes", "true")
    forced, unforced = (os.environ.get(name, "0").lower() in true for name in ("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"))
    if forced and unforced:
        raise RuntimeError(explain("Only one of `TORCH_FORCE_WEIGHTS_ONLY_LOAD` or `TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD` should be set, but both were set.",
                                   "they say the opposite of each other", "unset one of the two"))
    if not asked:
        weights_only = pickle_module is None
    if forced:
        weights_only = True
    elif unforced and not asked:
        warnings.warn("Environment variable TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD detected, since the`weights_only` argument was not explicitly passed to "
                      "`torch.load`, forcing weights_only=False.", UserWarning, stacklevel=3)
        weights_only = False
    if weights_only and pickle_module is not None:
        raise RuntimeError(explain("Can not safely load weights when explicit pickle_module is specified", f"another module reads what it likes. {TRUST}",
                                   "leave pickle_module out"))
    if pickle_module not in (None, pickle):
        raise RuntimeError(explain(f"pickle_module={getattr(pickle_module, '__name__', pickle_module)!r} is not part of this engine",
                                   "whole objects are read by Python's own pickle", "leave pickle_module out"))
    return weights_only


def _archive_of(source, weights_only):
    """Return the archive, after a look at what kind it is."""
    archive = Archive(source)
    if "constants.pkl" in archive:
        what = "Cannot use ``weights_only=True`` with TorchScript archives passed to ``torch.load``." if weights_only else \
            "TorchScript archives are not part of this engine."
        raise CheckpointError(explain(what, "the file is a compiled program of torch.jit.save, and not a checkpoint",
                                      "in PyTorch: torch.save(torch.jit.load(file).state_dict(), 'weights.pt')"))
    version = archive.read("version", 16).strip()
    if not version.isdigit() or not 1 <= int(version) <= 10:
        raise CheckpointError(explain(f"the file is of version {version!r} of the format", "versions from 1 to 10 are known",
                                      "save it once more with a PyTorch of today"))
    return archive


def _load_safetensors(f, map_location):
    """Read a file of safetensors, as PyTorch does where it gets one."""
    from workbook.safetensors.torch import load_file

    if isinstance(map_location, dict) or map_location is not None and not isinstance(map_location, str) and callable(map_location):
        kind = "dict" if isinstance(map_location, dict) else "callable"
        raise RuntimeError(explain(f"Loading safetensors file with {kind} map_location is not supported. Use a device string or torch.device instead.",
                                   "the file does not say where its tensors were", "map_location='cpu'"))
    return load_file(os.fspath(f), device="cpu" if map_location is None else str(map_location))


def _in_python_3(module, name):
    import _compat_pickle

    module, name = _compat_pickle.NAME_MAPPING.get((module, name), (module, name))
    return f"{_compat_pickle.IMPORT_MAPPING.get(module, module)}.{name}"


def __getattr__(name):
    raise missing.of_module("serialization", name)
