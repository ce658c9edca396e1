"""NumPy's names for arguments, which PyTorch takes too: `axis=` for `dim=`, `keepdims=` for `keepdim=`.

The functions know only PyTorch's names; their doors, `torch.name` and `x.name`, get the others here, from one table.
"""

import functools

from workbook.errors import explain
from workbook.ops.arguments import refuse_arguments

NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim"}


@functools.cache  # one function behind both doors
def with_numpy_names(function):
    """Return `function` with its arguments also under NumPy's names."""

    @functools.wraps(function)
    def call(*args, **named):
        if not named:  # nearly always: it has to cost little
            return function(*args)
        for name, ours in NUMPY_NAMES.items():
            if name in named:
                if ours in named:
                    raise TypeError(explain(f"{function.__name__}() got an unexpected keyword argument '{name}'",
                                            f"it is another name of {ours}, which was given, too", "give one of them"))
                named[ours] = named.pop(name)
        try:
            return function(*args, **named)
        except TypeError as problem:
            refuse_arguments(function, args, named, problem)
            raise

    return call
