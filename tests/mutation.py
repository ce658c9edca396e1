"""Breaks the derivatives one at a time and tells which breaks no test notices: `python -m tests.mutation [FILE ...]`.

Each `backward` of the engine is changed in one place: a sign, a factor, a constant, a comparison, a gradient left out. The
tests of the table of cases run against the broken copy; a change that they let pass is printed. Run by hand: it takes minutes
a file.
"""

import argparse
import ast
import copy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ("tests/ops/test_recorded.py", "tests/ops/test_derivatives.py")
SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Lt: ast.GtE, ast.Gt: ast.LtE,
           ast.LtE: ast.Gt, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}


def changes_of(node):
    """Return what may stand in a node's place: each a broken derivative."""
    changed = []
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult)):
            changed.append(node.left)  # a factor is lost
        if type(node.op) in SWAPPED:
            changed.append(ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        changed.append(node.operand)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        changed.append(ast.Compare(node.left, [SWAPPED[type(node.ops[0])]()], node.comparators))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        changed.append(ast.Constant(node.value + 1))
    elif isinstance(node, ast.Tuple) and len(node.elts) > 1:
        changed += [ast.Tuple([*node.elts[:i], ast.Constant(None), *node.elts[i + 1:]], node.ctx) for i in range(len(node.elts))
                    if not (isinstance(node.elts[i], ast.Constant) and node.elts[i].value is None)]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "where" and len(node.args) == 3:
            changed.append(ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], node.keywords))
        elif node.func.id in ("sum", "abs", "sign", "exp", "log", "sin", "cos", "sigmoid", "tanh", "relu"):
            changed.append(node.args[0])  # a step is lost
    return changed


def mutants(source):
    """Yield `(line, what was, what is, the changed source)` for every change to a `backward` in a module."""
    tree = ast.parse(source)
    functions = [(kind.name, part) for kind in ast.walk(tree) if isinstance(kind, ast.ClassDef)
                 for part in kind.body if isinstance(part, ast.FunctionDef) and part.name == "backward"]
    for kind, function in functions:
        for place, node in enumerate(ast.walk(function)):
            if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
                continue
            for number, new in enumerate(changes_of(node)):
                broken = copy.deepcopy(tree)
                twin = next(part for found in ast.walk(broken) if isinstance(found, ast.ClassDef) and found.name == kind
                            for part in found.body if isinstance(part, ast.FunctionDef) and part.name == "backward")
                target = list(ast.walk(twin))[place]
                Put(target, copy.deepcopy(changes_of(target)[number])).visit(twin)
                changed = ast.unparse(ast.fix_missing_locations(broken))
                yield f"{kind}, line {node.lineno}", ast.unparse(node), ast.unparse(new), changed


class Put(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def survives(copied):
    """Run the tests on the broken copy; return whether all of them pass."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS],
                          cwd=copied, capture_output=True, text=True, timeout=600)
    return done.returncode == 0


def main():
    """Break every derivative of the files, or of all of `ops/`, and print the breaks that no test notices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=sorted((ROOT / "workbook" / "ops").glob("*.py")))
    files = [path.resolve().relative_to(ROOT) for path in parser.parse_args().files]
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder)
        for part in ("workbook", "tests"):
            shutil.copytree(ROOT / part, copied / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copied)
        if not survives(copied):
            sys.exit("the tests fail before anything is broken")
        count = left = 0
        for path in files:
            source = (ROOT / path).read_text(encoding="utf-8")
            for where, was, now, broken in mutants(source):
                (copied / path).write_text(broken, encoding="utf-8")
                count += 1
                if survives(copied):
                    left += 1
                    print(f"{path}: {where}: {was}  ->  {now}", flush=True)
            (copied / path).write_text(source, encoding="utf-8")
        print(f"{count} changes, {left} unnoticed")


if __name__ == "__main__":
    main()
