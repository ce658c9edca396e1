"""What is said of a file that is no checkpoint, or one that nobody should read."""

from pickle import UnpicklingError

from workbook.errors import explain


class CheckpointError(UnpicklingError, RuntimeError):
    """A file that `torch.load` refuses: damaged, of another kind, hostile, or with something in it that is not read by default.

    PyTorch raises UnpicklingError for some of these and RuntimeError for others; this is both.

    >>> import io, workbook as torch
    >>> try:
    ...     torch.load(io.BytesIO(b"PK, but no archive"))
    ... except torch.serialization.CheckpointError as error:
    ...     print(str(error).splitlines()[0])
    the file is no checkpoint: it begins with b'PK, but no archi'

    Source: https://pytorch.org/docs/2.13/notes/serialization.html
    """


class NothingThere(CheckpointError, EOFError):
    """An empty file: PyTorch's EOFError."""


TRUST = "weights_only=False runs whatever code the file brings with it: only for files from people you trust"
AGAIN = "save it once more where it was made, or copy or download it again"


def broken(what):
    """The error for an archive that is damaged, or was never whole."""
    return CheckpointError(explain(f"PytorchStreamReader failed reading zip archive: {what}",
                                   "the file is damaged, was cut short, or was made to look like a checkpoint", AGAIN))


def malformed(what):
    """The error for a program of opcodes that makes no sense."""
    return CheckpointError(explain(f"Weights only load failed. {what}", "the file is damaged, or was made to do harm", AGAIN))


def too_much(what, why):
    """The error for a file that asks for more than any checkpoint does."""
    return CheckpointError(explain(f"Weights only load failed. {what}", why, "load it only where you made it yourself, with weights_only=False"))


_KINDS = (  # how files of other kinds begin, and what to do with them
    (b"\x93NUMPY", "it is a NumPy array", "torch.from_numpy(numpy.load(file))"),
    (b"\x89HDF", "it is an HDF5 file, as Keras writes them", "read it with h5py, and give its arrays to torch.from_numpy"),
    (b"\x1f\x8b", "it is compressed with gzip", "torch.load(gzip.open(file)) reads what is inside"),
    (b"\x89PNG", "it is a picture", "torchvision.io or PIL.Image.open(file) read pictures"),
    (b"PK\x07\x08", "it is read from its middle, where the reading before this one has ended", "file.seek(0) goes back to its beginning"),
    (b"version https://git-lfs", "it is a note in place of a large file that git did not fetch", "git lfs pull"),
    (b"<", "it is a web page, perhaps one that says why a download failed", "download the file itself"),
)


def no_checkpoint(head):
    """The error for a file that begins with the bytes `head`, and not as an archive does."""
    if not head:
        return NothingThere(explain("the file is empty", "nothing was written to it, or a program stopped before it wrote",
                                    "after writing to an io.BytesIO, buffer.seek(0) goes back to its beginning"))
    what = f"the file is no checkpoint: it begins with {head[:16]!r}"
    for start, kind, fix in _KINDS:
        if head.startswith(start):
            return CheckpointError(explain(what, kind, fix))
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**27:
        return CheckpointError(explain(what, "it is a safetensors file", "workbook.safetensors.torch.load_file(file)"))
    if head[:1] == b"\x80":
        return CheckpointError(explain(
            f"{what}. Invalid magic number; corrupt file?", "it is a plain pickle, or a checkpoint in PyTorch's format from before 1.6, which is one",
            "a pickle of your own: pickle.load(open(file, 'rb')). An old checkpoint: in PyTorch, torch.save(torch.load(file), 'new.pt')"))
    return CheckpointError(explain(what, "PyTorch's checkpoints are zip archives and begin with b'PK\\x03\\x04'",
                                   "look at the name of the file: is it the one that torch.save wrote?"))


def not_allowed(path):
    """The error for a name of a class or function that is not among those that the reader knows."""
    short = path.removeprefix("builtins.").removeprefix("__builtin__.")
    last = short.rpartition(".")[2]
    why = "making one would run code that the file names, and only tensors, numbers, text and containers are read"
    fix = f"save net.state_dict() and not the whole network; for a file that you trust, torch.serialization.add_safe_globals([{last}]), " \
          f"or torch.load(file, weights_only=False)"
    if short.startswith("numpy"):
        why, fix = "it holds NumPy's numbers, which are objects of code", "before saving, write float(x) or torch.tensor(x); " + fix.partition("; ")[2]
    elif short == "getattr":
        why, fix = "it holds a method, and with it the whole object that the method belongs to", "write net.state_dict() with its parentheses"
    return CheckpointError(explain(
        f"Weights only load failed. Unsupported global: GLOBAL {short} was not an allowed global by default.", f"{why}. {TRUST}", fix))
