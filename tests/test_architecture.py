"""The plan of the house is true: which floor imports which, what `import workbook` loads, that every public name explains itself."""

import ast
import graphlib
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import workbook as torch

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "workbook"

# importer, imported, why the rule does not hold for them
EXCEPTIONS = {
    ("workbook.tensor", "workbook.ops.from_data"): "torch.Tensor(2, 3): the old constructor makes its array as the functions of ops do",
    ("workbook.tensor", "workbook.widgets.inspector_view"): "x.show(): a tensor's live view, imported inside the call",
    ("workbook.autograd.views", "workbook.autograd.copy_slices"): "a write to a view makes an operation, and the gate needs views",
    ("workbook.autograd.views", "workbook.autograd.strided"): "and so does a view whose memory was written",
}

# Packages that would make the first import slow, or that not everybody has.
HEAVY = {"IPython", "PIL", "matplotlib", "cupy", "torch", "ipywidgets", "anywidget", "traitlets", "ipykernel", "nbformat", "nbclient"}


def modules():
    """Return the file of every module of the package by the module's name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported_by(name):
    """Return the modules of the package that the module `name` imports anywhere in it, in functions too."""
    path, found = MODULES[name], set()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[:len(package.split(".")) + 1 - node.level] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                found.add(inner if inner in MODULES else source)
    return {module for module in found if module in MODULES} - {name}


def rooms():
    """Return the floor of every room that ARCHITECTURE.md's table names, by the room's path."""
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.M)
    return {room: int(floor) for floor, named in rows for room in re.findall(r"`([^`]+)`", named)}


def floor_of(name, rooms):
    """Return the floor of the room that lies closest around a module."""
    path = MODULES[name].relative_to(PACKAGE)
    around = [path.as_posix(), *(f"{folder.as_posix()}/" for folder in path.parents if folder.parts)]
    return next((rooms[room] for room in around if room in rooms), None)


def test_the_table_names_every_room_and_no_room_that_does_not_exist():
    table = rooms()
    assert [room for room in table if not (PACKAGE / room).exists()] == []
    assert [name for name in MODULES if floor_of(name, table) is None] == []


def test_imports_run_downwards_only():
    table = rooms()
    upwards = {(name, other) for name in MODULES for other in imported_by(name) if floor_of(other, table) > floor_of(name, table)}
    assert upwards - EXCEPTIONS.keys() == set()


def test_no_modules_import_each_other_in_a_circle():
    """A package's own file gathers what lies in it; that its parts name the package is no circle of theirs."""
    graph = {name: {other for other in imported_by(name) if (name, other) not in EXCEPTIONS and not name.startswith(f"{other}.")}
             for name in MODULES}
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("pair", EXCEPTIONS, ids=" -> ".join)
def test_every_exception_is_still_needed(pair):
    importer, imported = pair
    table = rooms()
    upwards = floor_of(imported, table) > floor_of(importer, table)
    assert imported in imported_by(importer) and (upwards or importer in reachable(imported))


def reachable(name):
    """Return every module that the import of `name` leads to."""
    seen, waiting = set(), [name]
    while waiting:
        for other in imported_by(waiting.pop()) - seen:
            seen.add(other)
            waiting.append(other)
    return seen


def test_importing_workbook_loads_no_notebook_and_no_other_array_library():
    done = subprocess.run([sys.executable, "-c", "import sys, workbook; print(*sys.modules)"],
                          capture_output=True, text=True, check=True, cwd=ROOT)
    tops = {name.split(".")[0] for name in done.stdout.split()}
    assert "workbook" in tops
    assert {top for top in tops if top in HEAVY or top.startswith("jupyter")} == set()


# ---- what the public names say of themselves --------------------------------------------------------------------------------

PUBLIC = ("workbook", "workbook.nn", "workbook.nn.functional", "workbook.nn.init", "workbook.optim", "workbook.utils.data",
          "workbook.autograd", "workbook.autograd.functional", "workbook.func", "workbook.special", "workbook.linalg", "workbook.serialization", "workbook.safetensors.torch",
          "workbook.vision.datasets", "workbook.vision.transforms", "workbook.distributed", "workbook.nn.parallel",
          "workbook.vision.transforms.functional", "workbook.vision.models", "workbook.vision.utils", "workbook.vision.io", "workbook.cuda", "workbook.distributions")


def public_names():
    """Return (module, name, object) for every function and class of the package that a student reaches by a public name."""
    for module in map(importlib.import_module, PUBLIC):
        for name in getattr(module, "__all__", sorted(vars(module))):
            found = getattr(module, name)
            if name.startswith("_") or not (inspect.isfunction(found) or inspect.isclass(found)):
                continue
            if found.__module__.startswith("workbook"):
                yield module.__name__, name, found


def test_every_public_name_has_a_docstring_with_an_example_or_a_source():
    named = list(public_names())
    assert len(named) > 250
    silent = [f"{module}.{name}" for module, name, found in named
              if not found.__doc__ or ">>>" not in found.__doc__ and "Source:" not in found.__doc__]
    assert silent == []


def public_functions():
    """Return (where, name, function) for what `public_names` finds and for Tensor's methods, each function once, as it was written."""
    members = [("workbook.Tensor", name, getattr(torch.Tensor, name)) for name in dir(torch.Tensor) if not name.startswith("_")]
    seen = set()
    for where, name, found in [*public_names(), *members]:
        found = inspect.unwrap(found) if callable(found) else found
        if inspect.isfunction(found) and found not in seen and found.__module__ != "workbook.errors":
            seen.add(found)
            yield where, name, found


def test_every_public_function_states_what_it_does_what_it_raises_an_example_and_its_source():
    """What every operation raises stands in `ops/__init__`: "Raises nothing of its own" says that there is no more.

    A form that is another function ("As `sin`, written ...") sends the reader there for the example; what PyTorch took away has none.
    What Tensor's own class says of a memory or a shape is one line; it names an error where it takes an argument.
    """
    found = list(public_functions())
    assert len(found) > 500
    lacking = {}
    for where, name, function in found:
        text = inspect.getdoc(function) or ""
        own = function.__module__ == "workbook.tensor"
        parts = {"meaning": re.match(r"[A-Z].*[.:]", text),
                 "what is raised": re.search(r"\b[Rr]aises?\b", text) or own and len(inspect.signature(function).parameters) == 1,
                 "example": ">>>" in text or re.match("As `|Raise ", text) or own or where == "workbook.cuda",
                 "source": "Source:" in text or own or where.startswith("workbook.vision")}
        if missing := [part for part, there in parts.items() if not there]:
            lacking[f"{where}.{name}"] = missing
    assert lacking == {}


def test_every_public_member_of_tensor_and_module_has_a_docstring():
    for kind in (torch.Tensor, torch.nn.Module):
        members = {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}
        assert [name for name, member in members.items() if not isinstance(member, bool) and not (member.__doc__ or "").strip()] == []


def test_the_map_of_ops_names_every_room_once():
    plan = ast.get_docstring(ast.parse((PACKAGE / "ops" / "__init__.py").read_text(encoding="utf-8")), clean=False)
    rooms = [room for line in plan.splitlines() if line.startswith("    ") for room in line[4:40].split()]  # a column, then what they hold
    assert sorted(rooms) == sorted(path.stem for path in (PACKAGE / "ops").glob("*.py") if path.stem != "__init__")


MOST_LINES = 500  # about 300 is where a file asks to be two; the exercises of one lesson stay together


def test_no_file_of_the_engine_is_long():
    lines = {path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {name: count for name, count in lines.items() if count > MOST_LINES and not name.startswith("exercises/lesson_")} == {}


SPEAK_TO_OTHERS = {"widgets", "exercises", "commands", "devices"}  # they word what they say of files and pages themselves
HIDDEN = {"autograd/operation.py", "autograd/__init__.py", "utils/__init__.py"}  # what a writer of operations did; `missing` for modules


def test_every_error_is_explained():
    """An error's text is never a bare sentence: `errors.explain` adds why, and what to change."""
    bare = []
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE)
        if room.parts[0] in SPEAK_TO_OTHERS or room.as_posix() in HIDDEN:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], (ast.Constant, ast.JoinedStr)):
                if isinstance(call.func, ast.Name) and call.func.id.endswith("Error"):
                    bare.append(f"{room}:{node.lineno}")
    assert bare == []


HANDED_ON = {"functional.py", "graph.py", "linalg.py", "special.py"}  # besides every __init__.py: names imported to stand there


def test_nothing_is_imported_for_nothing():
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        names = {name.asname or name.name.partition(".")[0]: node.lineno for node in ast.walk(tree)
                 if isinstance(node, (ast.Import, ast.ImportFrom)) for name in node.names}
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        noted = {number for number, line in enumerate(source.splitlines(), 1) if "noqa: F401" in line}
        unused = {name for name, line in names.items() if name not in used and line not in noted}
        assert path.name == "__init__.py" or path.name in HANDED_ON or not unused, (path.relative_to(ROOT), unused)
