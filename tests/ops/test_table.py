"""The table of cases misses nothing that the engine offers."""

import ast

import workbook
from tests.ops.table import ROWS
from workbook.nn import functional
from workbook.ops import methods

UNARY = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}
BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
        ast.Pow: "pow",
          ast.MatMult: "matmul", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
          ast.LShift: "lshift", ast.RShift: "rshift"}
COMPARISONS = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
# Not expressions of one line, or refused: tests/autograd, tests/devices and tests/dtypes hold these.
HELD_ELSEWHERE = {"bfloat16", "register_post_accumulate_grad_hook", "backward", "retain_grad", "register_hook", "requires_grad_", "cuda"}


def doors(text):
    """Return what an expression goes through: ("torch", name), ("method", name) for x.name and operators, ("F", name),
    ("linalg", name) and ("special", name)."""
    found = set()
    for node in ast.walk(ast.parse(text.replace("{", "").replace("}", ""), mode="eval")):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            owner = {"torch": "torch", "F": "F", "torch.linalg": "linalg", "torch.special": "special"}.get(owner, "method")
            found.add((owner, node.attr))
        elif isinstance(node, ast.UnaryOp) and type(node.op) in UNARY:
            found.add(("method", UNARY[type(node.op)]))
        elif isinstance(node, ast.BinOp):
            reflected = "r" if not (isinstance(node.left, ast.Name) and node.left.id in "abc") else ""
            found.add(("method", f"__{reflected}{BINARY[type(node.op)]}__"))
        elif isinstance(node, ast.Compare):
            found.add(("method", f"__{COMPARISONS[type(node.ops[0])]}__"))
        elif isinstance(node, ast.Subscript):
            found.add(("method", "__getitem__"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "abs":
            found.add(("method", "__abs__"))
    return found


HELD = set().union(*(doors(row.text) for row in ROWS))


def test_every_function_has_a_row():
    assert sorted(set(methods.functions()) - {name for door, name in HELD if door == "torch"}) == []


def test_every_method_and_operator_has_a_row():
    in_place = {name + "_" for name in methods.named(methods.WITH_INPLACE)}
    names = {name for part in (methods.BOTH, methods.WITH_INPLACE, methods.ONLY_METHODS) for name in methods.named(part)}
    names |= in_place | {*methods.OPERATORS, *methods.INPLACE_OPERATORS, *methods.CASTS, "type", "T", "mT"}
    names |= {alias for alias in methods.ALIASES if hasattr(workbook.Tensor, alias)}
    names |= {alias + "_" for alias in methods.ALIASES if hasattr(workbook.Tensor, alias + "_")}
    assert sorted(names - HELD_ELSEWHERE - {name for door, name in HELD if door == "method"}) == []


def test_every_function_of_networks_has_a_row():
    assert sorted(set(functional.__all__) - {name for door, name in HELD if door == "F"}) == []


def test_every_function_that_takes_out_has_a_row_with_it():
    held = {name for row in ROWS if "out=" in row.text for door, name in doors(row.text) if door == "torch"}
    assert sorted({name for names in methods.OUT.values() for name in names.split()} - held) == []
