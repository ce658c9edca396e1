"""Runs the documents' programs, unmodified in torch and with other import lines in workbook, and compares what they print.

`python -m tests.parity.documents` records torch's output in recorded/documents.json, for machines without torch.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = sorted((HERE / "programs").glob("*.py"))
RECORDED = HERE / "recorded" / "documents.json"

NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]\d+)?")


def printed(engine, folder):
    """Return what each program prints when its imports of torch name `engine`, by program; one process runs them all."""
    for program in PROGRAMS:
        (folder / program.name).write_text(with_imports_of(engine, program.read_text(encoding="utf-8")), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", RUN_ALL, *(program.stem for program in PROGRAMS)],
                          capture_output=True, text=True, encoding="utf-8", cwd=folder, env=environment)
    assert done.returncode == 0, f"a program failed on {engine}:\n{done.stderr}"
    return json.loads(done.stdout)


RUN_ALL = """
import contextlib, io, json, runpy, sys

texts = {}
for name in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as text:
        runpy.run_path(name + ".py", run_name="__main__")
    texts[name] = text.getvalue()
print(json.dumps(texts))
"""


def with_imports_of(engine, source):
    """Return `source` with nothing changed but the import lines."""
    source = re.sub(r"^import torch$", f"import {engine} as torch", source, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch\.", rf"\1 {engine}.", source, flags=re.MULTILINE)


def assert_agree(mine, wanted):
    """The same text, letter by letter; between the lines `computed:` and `drawn:` numbers may differ in the sixth digit."""
    assert mine.count("\n") == wanted.count("\n"), f"{mine}\n--- and not ---\n{wanted}"
    computed = False
    for mine_line, wanted_line in zip(mine.splitlines(), wanted.splitlines()):
        if wanted_line in ("computed:", "drawn:"):
            computed = wanted_line == "computed:"
        if not computed:
            assert mine_line == wanted_line
            continue
        assert NUMBER.sub("#", mine_line) == NUMBER.sub("#", wanted_line)
        for a, b in zip(NUMBER.findall(mine_line), NUMBER.findall(wanted_line)):
            assert abs(float(a) - float(b)) <= max(1e-5 * abs(float(b)), last_place(b)), (a, b, wanted_line)


def last_place(text):
    """One unit of the last digit of a number printed with four decimals: a sum in another order may round to the other side.

    A number with all its digits (`loss.item()`) has no such unit: its tolerance is the relative one, or float32's near zero.
    """
    decimals = len(text.partition(".")[2])
    return 10.0**-decimals * 1.01 if decimals == 4 else 1e-7


def record():
    with tempfile.TemporaryDirectory() as folder:
        texts = printed("torch", Path(folder))
    RECORDED.write_text(json.dumps(texts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
