"""Broken derivatives: each formula of the engine, changed in one place.

A sign, a factor, a number, a comparison, an axis; a gradient left out, or what arrives ignored.
"""

import ast
import copy
import importlib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("ops", "nn", "autograd")
SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Lt: ast.GtE, ast.Gt: ast.LtE,
           ast.LtE: ast.Gt, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
STEPS = "sum abs sign exp log sin cos sigmoid tanh relu sqrt square conj transpose unsqueeze squeeze flat".split()
AXES = "axis first second".split()
ARRIVES = "grad grads".split()


@dataclass(frozen=True)
class Break:
    """One change of one formula: what was there, what is there now, and the whole formula with it."""

    file: str
    formula: str  # such as Mul.backward
    line: int
    was: str
    now: str
    function: ast.FunctionDef

    @property
    def name(self):
        return f"{self.file} {self.formula}: {self.was} -> {self.now}"


def files():
    """Return every file of the engine that holds a derivative."""
    return [path for room in ROOMS for path in sorted((ROOT / "workbook" / room).rglob("*.py")) if formulas(path)]


def formulas(path):
    """Return the derivatives of a file as `(name, function)`: each `backward` of a class, and what takes `grad` and helps one."""
    found = []
    for part in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(part, ast.ClassDef):
            found += [(f"{part.name}.backward", f) for f in part.body if isinstance(f, ast.FunctionDef) and f.name == "backward"]
        elif isinstance(part, ast.FunctionDef) and any(argument.arg in ARRIVES for argument in part.args.args) and path.parent.name == "ops":
            found.append((part.name, part))
    return [(name, function) for name, function in found if not only_refuses(function)]


def only_refuses(function):
    """Tell whether a function does nothing but raise an error."""
    body = [part for part in function.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def breaks(path):
    """Yield every Break of the derivatives of a file."""
    for name, function in formulas(path):
        refusals = {id(inner) for part in ast.walk(function) if isinstance(part, ast.Raise) for inner in ast.walk(part)}
        seen = set()
        for place, node in enumerate(ast.walk(function)):
            if id(node) in refusals or isinstance(getattr(node, "ctx", None), ast.Store):
                continue
            for number, new in enumerate(changes_of(node)):
                twin = copy.deepcopy(function)
                target = list(ast.walk(twin))[place]
                Put(target, copy.deepcopy(changes_of(target)[number])).visit(twin)
                key = ast.unparse(ast.fix_missing_locations(twin))
                if key not in seen:
                    seen.add(key)
                    yield Break(str(path.relative_to(ROOT / "workbook")), name, node.lineno, ast.unparse(node), ast.unparse(new), twin)


def changes_of(node):
    """Return what may stand in a node's place: each a broken derivative."""
    changed = []
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult)):
            changed += [node.left, node.right]  # a factor is lost
        if type(node.op) in SWAPPED:
            changed.append(ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        changed.append(node.operand)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        changed.append(ast.Compare(node.left, [SWAPPED[type(node.ops[0])]()], node.comparators))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        changed.append(ast.Constant(node.value + 1))
    elif isinstance(node, ast.Return) and node.value is not None:
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for place, part in enumerate(parts):
            if not (isinstance(part, ast.Constant) and part.value is None or isinstance(part, ast.Starred)):
                for new in (ast.Constant(None), ast.UnaryOp(ast.USub(), part)):  # a gradient is left out; a sign
                    elements = [*parts[:place], new, *parts[place + 1:]]
                    changed.append(ast.Return(ast.Tuple(elements, ast.Load()) if isinstance(node.value, ast.Tuple) else new))
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == "where" and len(node.args) == 3:
            changed.append(ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], node.keywords))
        elif name in STEPS and node.args:
            changed.append(node.args[0])  # a step is lost
    elif isinstance(node, ast.Attribute) and node.attr in AXES and isinstance(node.value, ast.Name):
        changed.append(ast.BinOp(node, ast.Sub(), ast.Constant(1)))  # another axis
    elif isinstance(node, ast.Name) and node.id == "grad":
        changed.append(ast.parse("grad * 0.0 + 1.0", mode="eval").body)  # what arrives is ignored
    return changed


class Put(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


class Broken:
    """The engine with one formula changed, inside a `with`."""

    def __init__(self, change):
        module = importlib.import_module("workbook." + change.file.removesuffix(".py").replace("/", ".").replace("\\", "."))
        holder, _, self.name = change.formula.rpartition(".")
        self.holder = getattr(module, holder) if holder else module
        made = {}
        tree = ast.Module([change.function], [])
        exec(compile(ast.fix_missing_locations(tree), change.file, "exec"), module.__dict__, made)
        self.old, self.new = self.holder.__dict__[self.name], made[change.function.name]
        self.tables = [table for table in vars(module).values() if isinstance(table, dict)] if not holder else []

    def __enter__(self):
        self._put(self.old, self.new)

    def __exit__(self, *exception):
        self._put(self.new, self.old)

    def _put(self, old, new):
        setattr(self.holder, self.name, new)
        for table in self.tables:  # helpers that stand in a table of the file
            for key, value in [*table.items()]:
                if value is old:
                    table[key] = new
