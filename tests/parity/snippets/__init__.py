"""Short programs whose outcome torch 2.13.0 settled: the value of the last line, or the error.

Each .txt file here holds snippets, separated by blank lines; a line that begins with `# ` is a heading. `python -m
tests.parity.snippets` runs them all in torch and writes recorded.json, for machines without torch.
"""

import ast
import importlib
import json
import warnings
from pathlib import Path

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"


def snippets():
    """Yield `(room, code)` for every snippet."""
    for file in sorted(HERE.glob("*.txt")):
        for code in file.read_text(encoding="utf-8").split("\n\n"):
            code = code.strip("\n")
            if code and not code.startswith("# "):
                yield file.stem, code


def outcome(engine, code):
    """Run `code` in the engine called "torch" or "workbook"; return `{"value": ...}` or `{"raises": ..., "message": ...}`."""
    *statements, last = ast.parse(code).body
    names = _names(engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(ast.Module(statements, []), "<snippet>", "exec"), names)
            if isinstance(last, ast.Expr):
                return {"value": repr(eval(compile(ast.Expression(last.value), "<snippet>", "eval"), names))}
            exec(compile(ast.Module([last], []), "<snippet>", "exec"), names)
            return {"value": "None"}
        except Exception as error:  # whatever it is, it is the outcome
            return {"raises": type(error).__name__, "message": str(error)}


def _names(engine):
    torch = importlib.import_module(engine)
    names = {"torch": torch, "np": importlib.import_module("numpy"), "nn": importlib.import_module(f"{engine}.nn"),
             "__name__": "snippet"}
    importlib.import_module(f"{engine}.optim")
    names |= vars(importlib.import_module(f"{engine}.utils.data"))
    names["p"] = names["nn"].Parameter(torch.ones(2))
    return names


def record():
    recorded = {code: outcome("torch", code) for _, code in snippets()}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")

