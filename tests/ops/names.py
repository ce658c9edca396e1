"""The table of names: what teaching code and the documents use of torch, torch.Tensor and torch.linalg, and how far each is there.

`names.tsv` has one line a name: the name, its state, its derivative. The states:

- exact: compared with torch to the last bit, by rows of the table of cases;
- rounded: the same, but each library rounds on its own (see `ROUNDED_UNITS` in both.py);
- elsewhere: held by the folder of tests that is named;
- missing: not there; using it says why, and what to use instead.

`python -m tests.ops.names` writes the states anew and prints the counts. A test holds the file to what is true.
"""

import importlib
from collections import Counter
from pathlib import Path

from tests.ops.table import NAMED
from tests.ops.test_derivatives import RECORD, has_slopes
from workbook import missing
from workbook.ops import methods

TABLE = Path(__file__).with_name("names.tsv")
# What no expression of one line shows: which tests hold it.
ELSEWHERE = {
    "Tensor.backward Tensor.retain_grad Tensor.register_hook Tensor.register_post_accumulate_grad_hook Tensor.requires_grad_ Tensor.grad Tensor.grad_fn Tensor.is_leaf "
    "no_grad enable_grad set_grad_enabled inference_mode is_grad_enabled is_inference_mode_enabled Tensor.requires_grad "
    "autograd Tensor.data Tensor.detach_": "tests/autograd",
    "Tensor.cuda Tensor.cpu Tensor.is_cuda device cuda Tensor.device": "tests/devices",
    "manual_seed seed initial_seed Generator random get_rng_state set_rng_state default_generator random.manual_seed": "tests/random",
    "autograd.functional autograd.functional.hessian autograd.functional.jacobian autograd.functional.vjp": "tests/autograd",
    "load save serialization": "tests/serialization", "autocast": "tests/test_amp.py",
    "func func.functional_call func.grad func.hessian func.jacrev func.jvp func.vjp func.vmap vmap": "tests/func",
    "set_printoptions": "tests/printing", "set_flush_denormal": "tests/test_missing.py", "set_num_threads": "tests/test_cores.py",
    "get_default_dtype set_default_dtype promote_types result_type": "tests/dtypes",
    "nn optim utils linalg special pi __version__": "tests/test_namespace.py",
    "bfloat16 double float float16 float32 int int8 int16 int32 long uint8": "tests/dtypes", "Tensor.numpy": "tests/tensor",
    "linalg.cross linalg.eig linalg.eigvalsh linalg.inv linalg.matrix_norm linalg.solve linalg.svd linalg.vector_norm":
    "tests/ops/test_linear_algebra.py",
}
HELD_BY = dict.fromkeys(" ".join(methods.NETWORKS.values()).split(), "tests/ops/test_native_against_torch.py")
HELD_BY |= {name: folder for names, folder in ELSEWHERE.items() for name in names.split()}


def states():
    """Return `{name: (state, derivative)}` for every name of the file, as it is now."""
    from tests.ops.test_table import doors

    rows, slopes = {}, {name: bool(row.derivatives) and has_slopes(name) for name, row in NAMED.items() if name in RECORD}
    for key, row in NAMED.items():
        for owner, name in doors(row.text):
            door = {"torch": name, "method": f"Tensor.{name}", "F": None}.get(owner, f"{owner}.{name}")
            if door:
                rows.setdefault(door, []).append((row, slopes.get(key, False)))
    return {name: state_of(name, rows.get(name, [])) for name in names()}


def state_of(name, rows):
    """Return the state of one name, given the rows that go through its door and whether these have slopes."""
    if not is_there(name):
        return f"missing: {reason(name)}", "-"
    if not rows:
        return f"elsewhere: {HELD_BY.get(name, '?')}", "-"
    order = max((row.derivatives for row, slopes in rows if slopes), default=0)
    return "rounded" if any(row.rounded for row, _ in rows) else "exact", ("-", "first", "second")[order]


def is_there(name):
    """Tell whether workbook has the name."""
    found = importlib.import_module("workbook")
    for part in name.split("."):
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def reason(name):
    """Return what workbook says of a name that it lacks, in one line; "?" where it says nothing."""
    owner, _, last = name.rpartition(".")
    problem = missing.of_tensor("Tensor", last) if owner == "Tensor" else missing.of_torch(last)
    _, _, words = str(problem).partition(f"'{last}'")
    return " ".join(words.replace("Why:", "").replace("Fix:", "").lstrip(".").split()) or "?"


def names():
    """Return the names of the file, without `torch.`."""
    return [line.split("\t")[0] for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]


def main():
    """Write the file anew and print how many names are in which state."""
    found = states()
    lines = ["\t".join((name, *found[name])) for name in sorted(found)]
    TABLE.write_text("\n".join(["name\tstate\tderivative", *lines]) + "\n", encoding="utf-8", newline="\n")
    print(len(found), "names:", dict(Counter(state.split(":")[0] for state, _ in found.values())),
          "derivatives:", dict(Counter(order for _, order in found.values())))


if __name__ == "__main__":
    main()
