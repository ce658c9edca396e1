"""What a short program of autograd tells, on either engine: what it notes, what it warns of, and the error that ends it.

Each .txt file here holds programs, separated by blank lines; a line that begins with `# ` is a heading.
"""

import importlib
import warnings
from pathlib import Path

HERE = Path(__file__).parent
# PyTorch says it once a process, so it depends on what ran before; tests/autograd/test_ends.py asks for it in a fresh one.
ONCE = "Using backward() with create_graph=True"


def programs(room):
    """Return the programs of one file."""
    parts = (HERE / f"{room}.txt").read_text(encoding="utf-8").split("\n\n")
    return [code.strip("\n") for code in parts if code.strip() and not code.strip().startswith("# ")]


def told(engine, code):
    """Run `code` with `torch` and `tell`; return its notes, its warnings as (category, text), and its error as (type, text) or None."""
    torch = importlib.import_module(engine)
    notes, error = [], None
    names = {"torch": torch, "tell": lambda *values: notes.extend(map(plain, values))}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(compile(code, "<student>", "exec"), names)
        except Exception as problem:
            error = type(problem).__name__, str(problem)
    torch.set_grad_enabled(True)
    torch.set_anomaly_enabled(False)
    warned = [(w.category.__name__, str(w.message)) for w in caught if not str(w.message).startswith(ONCE)
              and w.category is not RuntimeWarning]  # NumPy's, which workbook silences for students
    return {"notes": notes, "warned": warned, "error": error}


def plain(value):
    """A value as it can be compared between engines: Tensors with dtype and numbers, of sequences each part."""
    if hasattr(value, "grad_fn"):
        return str(value.dtype), str(value.detach().tolist())
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else f"<{type(value).__name__}>"


def differs(mine, theirs, phrase=45):
    """Return in words how two programs came out differently, or None. Of texts, so many characters of torch's have to be in ours."""
    if mine["notes"] != theirs["notes"]:
        return f"told {mine['notes']} instead of {theirs['notes']}, and ended with {mine['error']} instead of {theirs['error']}"
    if [kind for kind, _ in mine["warned"]] != [kind for kind, _ in theirs["warned"]]:
        return f"warned {mine['warned']} instead of {theirs['warned']}"
    for (_, one), (_, other) in zip(mine["warned"], theirs["warned"]):
        if other[:phrase] not in one:
            return f"warned {one!r} instead of {other!r}"
    if (mine["error"] is None) != (theirs["error"] is None):
        return f"ended with {mine['error']} instead of {theirs['error']}"
    if mine["error"] is not None:
        if mine["error"][0] != theirs["error"][0] or theirs["error"][1].strip()[:phrase] not in mine["error"][1]:
            return f"ended with {mine['error']} instead of {theirs['error']}"
    return None
