"""Broken derivatives: each formula of the engine, changed in one place.

A sign, a factor, a number, a comparison, an axis; a gradient left out, or what arrives ignored.
"""

import ast
import copy
import functools
import importlib
import inspect
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "workbook"
ROOMS = ("ops", "nn", "autograd")
SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Lt: ast.GtE, ast.Gt: ast.LtE,
           ast.LtE: ast.Gt, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
STEPS = "sum abs sign exp log sin cos sigmoid tanh relu sqrt square conj transpose unsqueeze squeeze flat".split()
AXES = "axis first second".split()
ARRIVES = "grad grads".split()
ASKED = "shape dtype ndim size".split()  # attributes of an array that say nothing of its numbers
ONLY_SHAPES = "flat len chunks isinstance holds_complex".split()  # zeros like it; its length; how many images are computed at once; its type


@dataclass(frozen=True)
class Break:
    """One change of one formula: what was there, what is there now, and the whole formula with it."""

    file: str
    formula: str  # such as Mul.backward
    line: int
    was: str
    now: str
    function: ast.FunctionDef
    number: int = 1  # among breaks of the formula that read the same

    @property
    def place(self):
        """Where the formula begins: its file and line."""
        return self.file, place_of(self.function)

    @property
    def name(self):
        return f"{self.file} {self.formula}: {self.was} -> {self.now}" + (f" ({self.number})" if self.number > 1 else "")


def files():
    """Return every file of the engine that holds a derivative."""
    return [path for room in ROOMS for path in sorted((ENGINE / room).rglob("*.py")) if formulas(path)]


def formulas(path):
    """Return the derivatives of a file that compute one, as `(name, function)`."""
    return [(name, function) for name, function in derivatives(path) if not computes_nothing(function)]


@functools.cache
def derivatives(path):
    """Return the derivatives of a file as `(name, function)`: each `backward` of a class, the functions that only help one, each
    `forward` of what arrives, and each that keeps numbers for its derivative, with the functions that compute these."""
    functions, mentions, found = {}, {}, {}
    for part in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(part, ast.ClassDef):
            functions |= {f"{part.name}.{inner.name}": inner for inner in map(as_function, part.body)
                          if isinstance(inner, ast.FunctionDef) and part.bases}  # an operation: whoever has no base makes objects
        elif isinstance(part, ast.FunctionDef):
            functions[part.name] = part
        else:
            mentions |= {word.id: {""} for word in ast.walk(part) if isinstance(word, ast.Name)}
    for name, function in functions.items():
        method, of_operations = "." in name, path.parent.name in ("ops", "nn")
        slope = any(given.arg in ARRIVES for given in function.args.args)
        if name.endswith(".backward") or of_operations and slope and (not method or name.endswith(".forward")):
            found[name] = function
        for word in ast.walk(function):
            called = word.id if isinstance(word, ast.Name) else word.attr if isinstance(word, ast.Attribute) else None
            if called:
                mentions.setdefault(called, set()).add(name)
    while more := {name: function for name, function in functions.items() if name not in found and only_helps(name, mentions, found)}:
        found |= more
    keeping = {name: function for name, function in functions.items() if name.endswith(".forward") and name not in found and kept(function)}
    found |= keeping
    asked = {name for function in keeping.values() for part in kept(function) for name in names_in(part)}
    return [*found.items(), *((name, functions[name]) for name in sorted(asked & functions.keys() - found.keys()) if only_helps(name, mentions, found))]


def kept(function):
    """Return the parts of a forward from which numbers for its derivative come: what it keeps, and what is written to the names in that."""
    parts = list(ast.walk(function))
    found = [given for call in parts if isinstance(call, ast.Call) and ast.unparse(call.func) == "ctx.keep" for given in call.args]
    writes = [(part.targets, part.value) if isinstance(part, ast.Assign) else ([part.target], part)
              for part in parts if isinstance(part, (ast.Assign, ast.AugAssign))]
    while more := [value for targets, value in writes if value not in found and names_in(*found) & names_in(*targets)]:
        found += more
    return found


def names_in(*parts):
    return {word.id for part in parts for word in ast.walk(part) if isinstance(word, ast.Name)}


def as_function(part):
    """Return `name = staticmethod(lambda ...)` of a class as the function that it is, and anything else as it is."""
    if isinstance(part, ast.Assign) and isinstance(part.value, ast.Call) and part.value.args and isinstance(part.value.args[0], ast.Lambda):
        made = part.value.args[0]
        return ast.copy_location(ast.FunctionDef(part.targets[0].id, made.args, [ast.copy_location(ast.Return(made.body), made)], [], type_params=[]), part)
    return part


def only_helps(name, mentions, found):
    """Tell whether a function is named in derivatives alone: a private one of the file, or a method of an operation."""
    holder, _, called = name.rpartition(".")
    by = mentions.get(called, set()) - {name}
    return bool((holder or called.startswith("_")) and not called.startswith("__") and by and by <= found.keys())


def place_of(function):
    """Return the line at which a function begins, as its code says it: that of its first decorator."""
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def computes_nothing(function):
    """Tell whether all that a function does is to raise an error, or to return None."""
    body = [part for part in function.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    return len(body) == 1 and (isinstance(body[0], ast.Raise) or ast.unparse(body[0]) == "return None")


def breaks(path):
    """Yield every Break of the derivatives of a file."""
    for name, function in formulas(path):
        left = {id(inner) for part in unread(function) for inner in ast.walk(part)}
        if name.endswith(".forward") and not any(given.arg in ARRIVES for given in function.args.args):
            left |= {id(inner) for inner in ast.walk(function)} - {id(inner) for part in kept(function) for inner in ast.walk(part)}
        seen, alike = set(), Counter()
        for place, node in enumerate(ast.walk(function)):
            if id(node) in left or isinstance(getattr(node, "ctx", None), ast.Store):
                continue
            for number, new in enumerate(changes_of(node)):
                twin = copy.deepcopy(function)
                target = list(ast.walk(twin))[place]
                Put(target, copy.deepcopy(changes_of(target)[number])).visit(twin)
                key = ast.unparse(ast.fix_missing_locations(twin))
                if key not in seen:
                    seen.add(key)
                    texts = ast.unparse(node), ast.unparse(new)
                    alike[texts] += 1
                    yield Break(path.relative_to(ENGINE).as_posix(), name, node.lineno, *texts, twin, alike[texts])


def unread(function):
    """Yield the parts of a formula whose numbers reach no gradient: errors, and what is only asked for its shape or type."""
    for part in ast.walk(function):
        if isinstance(part, ast.Raise):
            yield part
        elif isinstance(part, ast.Attribute) and part.attr in ASKED:
            yield part.value
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in ONLY_SHAPES:
            yield from part.args
        elif isinstance(part, ast.Call) and getattr(part.func, "attr", "") == "reshape":
            yield from (size.operand for size in part.args if isinstance(size, ast.UnaryOp))  # any number below 0 leaves the size open
        elif isinstance(part, ast.Compare) and isinstance(part.ops[0], (ast.Is, ast.IsNot)):
            yield part.left


def changes_of(node):
    """Return what may stand in a node's place: each a broken derivative."""
    changed = []
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult)):
            changed += [node.left, node.right]  # a factor is lost
        if type(node.op) in SWAPPED:
            changed.append(ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right))
    elif isinstance(node, ast.AugAssign) and type(node.op) in SWAPPED:
        changed.append(ast.AugAssign(node.target, SWAPPED[type(node.op)](), node.value))
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
                for new in (ast.Constant(None), *([] if no_numbers(part) else [ast.UnaryOp(ast.USub(), part)])):  # left out; a sign
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


def no_numbers(part):
    """Tell whether a gradient is zeros, whose sign nobody reads."""
    return isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "flat"


class Put(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


class Broken:
    """The engine with one formula changed, inside a `with`: the function stays, and with it every name for it; its code is another."""

    def __init__(self, change):
        module = importlib.import_module("workbook." + change.file.removesuffix(".py").replace("/", "."))
        holder, _, name = change.formula.rpartition(".")
        found = vars(getattr(module, holder) if holder else module)[name]
        self.function = inspect.unwrap(found.fget if isinstance(found, property) else found)
        twin, made = copy.deepcopy(change.function), {}
        twin.decorator_list, twin.type_params = [], []
        exec(compile(ast.fix_missing_locations(ast.Module([twin], [])), module.__file__, "exec"), vars(module), made)
        self.old, self.new = self.function.__code__, made[name].__code__

    def __enter__(self):
        self.function.__code__ = self.new

    def __exit__(self, *exception):
        self.function.__code__ = self.old
