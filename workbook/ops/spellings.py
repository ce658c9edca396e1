"""NumPy's names for arguments, which PyTorch takes too: `axis=` for `dim=`, `keepdims=` for `keepdim=`.

The functions know only PyTorch's names; their doors, `torch.name` and `x.name`, get the others here, from one table.
"""

from workbook.errors import explain

NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim"}


def spelt(function, named):
    """Return arguments given by name with PyTorch's names in place of NumPy's."""
    for name, ours in NUMPY_NAMES.items():
        if name in named:
            if ours in named:
                raise TypeError(explain(f"{function}() got an unexpected keyword argument '{name}'",
                                        f"it is another name of {ours}, which was given, too", "give one of them"))
            named = {ours if key == name else key: value for key, value in named.items()}
    return named
