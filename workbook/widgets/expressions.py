"""An expression that a student types, such as `x[1, :, None]` or `x.reshape(6).unsqueeze(0)`, read into a closed set of steps.

Python's own parser splits the text and nothing of it is ever run: what is no name, index, mask, literal or listed step is refused.
"""

import ast
from dataclasses import dataclass, field

import workbook as torch
from workbook.errors import explain
from workbook.tensor import Tensor

LONGEST = 200   # letters of an expression
MOST_AXES = 6
STEPS = ("reshape view flatten permute transpose swapaxes t squeeze unsqueeze expand repeat contiguous clone narrow select").split()
JOINS = ("cat", "concat", "stack")
PROPERTIES = ("T", "mT")
COMPARED = {ast.Gt: torch.gt, ast.GtE: torch.ge, ast.Lt: torch.lt, ast.LtE: torch.le, ast.Eq: torch.eq, ast.NotEq: torch.ne}
COMBINED = {ast.BitAnd: torch.bitwise_and, ast.BitOr: torch.bitwise_or, ast.BitXor: torch.bitwise_xor}


class NotUnderstood(ValueError):
    """What was typed is outside the closed set; its text says so to the student."""


@dataclass
class Part:
    """One part of an index: its text, its kind (int, slice, new, rest, list, mask), and a function of the tensors that gives it."""
    text: str
    kind: str
    made: object


@dataclass
class Step:
    """One step: `name` is a tensor's for kind "name"; else what is done to `inputs`. `code` is the text of this step alone."""
    kind: str                    # name, index, method, property, join
    name: str
    code: str
    inputs: list = field(default_factory=list)
    parts: list = field(default_factory=list)     # of an index
    arguments: list = field(default_factory=list)
    keywords: dict = field(default_factory=dict)

    def text(self):
        """Return the expression up to and with this step."""
        return self.code if self.kind in ("name", "join") else self.inputs[0].text() + self.code

    def chain(self):
        """Return the steps from the first tensor or join up to this one."""
        return [*self.inputs[0].chain(), self] if self.kind in ("index", "method", "property") else [self]

    def apply(self, inputs, values):
        """Return this step's result on Tensors `inputs`; masks are decided by the Tensors `values`, by name."""
        if self.kind == "name":
            return values[self.name]
        if self.kind == "index":
            return inputs[0][tuple(part.made(values) for part in self.parts)]
        if self.kind == "property":
            return getattr(inputs[0], self.name)
        if self.kind == "join":
            return getattr(torch, self.name)(inputs, *self.arguments, **self.keywords)
        return getattr(Tensor, self.name)(inputs[0], *self.arguments, **self.keywords)

    def run(self, tensors, values):
        """Return the whole expression's result on `tensors`, by name."""
        if self.kind == "name":
            return tensors[self.name]
        return self.apply([given.run(tensors, values) for given in self.inputs], values)


def parse(text, names):
    """Return the last Step of an expression about the tensors called `names`.

    Raises NotUnderstood, a ValueError in words for the student, for what is not in the closed set.

    >>> [step.code for step in parse("x[1, :].reshape(3, 1)", ["x"]).chain()]
    ['x', '[1, :]', '.reshape(3, 1)']
    """
    text = text.strip()
    if not text:
        raise NotUnderstood(explain("nothing is typed yet", None, f"write {names[0]}[0]"))
    if len(text) > LONGEST:
        raise NotUnderstood(explain(f"{len(text)} letters are more than a picture can follow", None, f"use at most {LONGEST}"))
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        what = getattr(problem, "msg", None) or str(problem)
        raise NotUnderstood(explain("this is no whole expression yet", what, "close every bracket and leave no part out")) from None
    return _Reader(names).tensor(tree)


class _Reader:
    def __init__(self, names):
        self.names = names

    def tensor(self, tree):
        """Read what gives a tensor."""
        if isinstance(tree, ast.Name):
            if tree.id not in self.names:
                raise NotUnderstood(explain(f"name '{tree.id}' is not defined here", f"this view holds {_listed(self.names)}",
                                         f"use {self.names[0]}"))
            return Step("name", tree.id, tree.id)
        if isinstance(tree, ast.Subscript):
            inner = tree.slice.elts if isinstance(tree.slice, ast.Tuple) or _is_read_as_tuple(tree.slice) else [tree.slice]
            parts = [self.part(each) for each in inner]
            code = "[" + ", ".join(part.text for part in parts) + "]"
            return Step("index", "index", code, [self.tensor(tree.value)], parts)
        if isinstance(tree, ast.Attribute) and tree.attr in PROPERTIES:
            return Step("property", tree.attr, f".{tree.attr}", [self.tensor(tree.value)])
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute):
            return self._call(tree)
        raise NotUnderstood(_refused(tree))

    def _call(self, tree):
        name, owner = tree.func.attr, tree.func.value
        given = list(tree.args)
        keywords = {each.arg: _literal(each.value) for each in tree.keywords if each.arg}
        if len(keywords) != len(tree.keywords):
            raise NotUnderstood(_refused(tree))
        if isinstance(owner, ast.Name) and owner.id == "torch" and "torch" not in self.names:
            if name in JOINS:
                if not given or not isinstance(given[0], (ast.List, ast.Tuple)) or not given[0].elts:
                    raise NotUnderstood(explain(f"torch.{name} joins a list of tensors", None, f"write torch.{name}([x, x])"))
                return Step("join", name, ast.unparse(tree), [self.tensor(each) for each in given[0].elts],
                            arguments=[_literal(each) for each in given[1:]], keywords=keywords)
            if not given:
                raise NotUnderstood(_refused(tree))
            owner, given = given[0], given[1:]
        if name not in STEPS:
            raise NotUnderstood(explain(f"{name} is no step of this view", f"it follows {', '.join(STEPS)}, {' and '.join(JOINS[::2])}",
                                     "use one of these"))
        code = f".{name}({', '.join([*map(ast.unparse, given), *map(ast.unparse, tree.keywords)])})"
        return Step("method", name, code, [self.tensor(owner)], arguments=[_literal(each) for each in given], keywords=keywords)

    def part(self, tree):
        """Read one part of an index."""
        text = ast.unparse(tree)
        if isinstance(tree, ast.Slice):
            ends = [None if end is None else _whole(end) for end in (tree.lower, tree.upper, tree.step)]
            return Part(text, "slice", lambda _: slice(*ends))
        if isinstance(tree, (ast.Compare, ast.BinOp)) or isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Invert):
            return Part(text, "mask", self.mask(tree))
        if _is_torch_tensor(tree):
            tree = tree.args[0]
        value = _literal(tree)
        if value is None:
            return Part(text, "new", lambda _: None)
        if value is Ellipsis:
            return Part(text, "rest", lambda _: Ellipsis)
        if type(value) is int:
            return Part(text, "int", lambda _: value)
        if isinstance(value, (list, tuple)):
            flat = _flat(value)
            return Part(text, "mask" if flat and all(type(each) is bool for each in flat) else "list",
                        lambda _: torch.tensor(value, dtype=None if flat else torch.int64))
        raise NotUnderstood(_refused(tree))

    def mask(self, tree):
        """Read a question about every number, such as `(x > 3) & (x < 7)`; return a function of the tensors."""
        if isinstance(tree, ast.BinOp) and type(tree.op) in COMBINED:
            left, right, combine = self.mask(tree.left), self.mask(tree.right), COMBINED[type(tree.op)]
            return lambda values: combine(left(values), right(values))
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Invert):
            inner = self.mask(tree.operand)
            return lambda values: torch.bitwise_not(inner(values))
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and type(tree.ops[0]) in COMPARED:
            left, number, compare = self._number_of(tree.left), _number(tree.comparators[0]), COMPARED[type(tree.ops[0])]
            return lambda values: compare(left(values), number)
        if isinstance(tree, ast.Compare):
            raise NotUnderstood(explain("a mask asks one question at a time", "Python reads 1 < x < 3 as two questions joined by `and`",
                                     "write (x > 1) & (x < 3)"))
        raise NotUnderstood(_refused(tree))

    def _number_of(self, tree):
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mod):
            inner, number = self._number_of(tree.left), _number(tree.right)
            return lambda values: torch.remainder(inner(values), number)
        step = self.tensor(tree)
        return lambda values: step.run(values, values)


def _literal(tree):
    """Return the number, None, True, ... or list that a literal is."""
    if isinstance(tree, ast.Constant) and (tree.value is None or tree.value is Ellipsis or type(tree.value) in (int, bool)):
        return tree.value
    if isinstance(tree, (ast.List, ast.Tuple)):
        return [_literal(each) for each in tree.elts]
    return _whole(tree)


def _whole(tree):
    number = _number(tree)
    if type(number) is not int:
        raise NotUnderstood(explain(f"{ast.unparse(tree)} is no whole number", "places and sizes are counted", "use whole numbers"))
    return number


def _number(tree):
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd)):
        number = _number(tree.operand)
        return -number if isinstance(tree.op, ast.USub) else number
    if isinstance(tree, ast.Constant) and type(tree.value) in (int, float):
        return tree.value
    raise NotUnderstood(_refused(tree))


def _flat(value):
    return [each for inner in value for each in _flat(inner)] if isinstance(value, (list, tuple)) else [value]


def _is_read_as_tuple(tree):
    """PyTorch reads a list that stands alone and holds lists as several indices: x[[[0, 1], [1, 0]]] is x[[0, 1], [1, 0]]."""
    return isinstance(tree, ast.List) and any(
        isinstance(each, (ast.List, ast.Tuple, ast.Call)) or isinstance(each, ast.Constant) and each.value in (None, Ellipsis) for each in tree.elts)


def _is_torch_tensor(tree):
    return (isinstance(tree, ast.Call) and ast.unparse(tree.func) == "torch.tensor" and len(tree.args) == 1 and not tree.keywords)


def _refused(tree):
    return explain(f"{ast.unparse(tree)} is nothing that this view can follow",
                   "it reads names, numbers, slices, None, ..., lists, masks such as x > 3, and the steps of a pipeline",
                   "write one of these; anything else runs in a cell of its own")


def _listed(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
