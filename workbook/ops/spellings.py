"""NumPy's names for arguments, which PyTorch takes too: `axis=` for `dim=`, `keepdims=` for `keepdim=`.

The functions know only PyTorch's names; their doors, `torch.name` and `x.name`, get the others here, from one table.
"""

import functools

from workbook.errors import explain
from workbook.ops.arguments import flags_of, refuse_arguments, refuse_flags

NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim"}


@functools.cache
def with_numpy_names(function, method=False):
    """Return `function` with its arguments also under NumPy's names. `method`: for the door `x.name` (see `of_tensors`)."""
    flags = flags_of(function)
    first_flag = min(flags, default=99)

    @functools.wraps(function)
    def call(*args, **named):
        try:
            if named or len(args) > first_flag:  # rarely: without these it has to cost little
                _spelt(function, named)
                refuse_flags(function, flags, args, named)
            return function(*args, **named)
        except (AttributeError, TypeError) as problem:
            refuse_arguments(function, args, named, problem, method)
            raise

    return call


def _spelt(function, named):
    """Write PyTorch's names in place of NumPy's."""
    for name, ours in NUMPY_NAMES.items():
        if name in named:
            if ours in named:
                raise TypeError(explain(f"{function.__name__}() got an unexpected keyword argument '{name}'",
                                        f"it is another name of {ours}, which was given, too", "give one of them"))
            named[ours] = named.pop(name)
