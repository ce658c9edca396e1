"""PyTorch's files of layers, for code that names them: `from torch.nn.modules.conv import Conv2d`.

The layers live in `workbook.nn`, a family a file; each knows the file that it has in PyTorch, by its `torch_name`. Here they are put
together by that name, as modules of their own.
"""

import sys
from types import ModuleType

import workbook.nn
from workbook.nn import every_module

_HERE = "torch.nn.modules."


def _files():
    """Return what PyTorch's files hold, by their names: every class of `workbook.nn` that says so."""
    rooms = [room for name, room in sorted(sys.modules.items()) if name.startswith("workbook.nn.") and not name.startswith(__name__)]
    found = {"module": {name: value for name, value in vars(every_module).items() if name.startswith("register_module_")}}
    for room in [workbook.nn, *rooms]:
        for value in list(vars(room).values()):
            full = vars(value).get("torch_name", "") if isinstance(value, type) else ""
            if isinstance(full, str) and full.startswith(_HERE):
                file, _, name = full.removeprefix(_HERE).rpartition(".")
                found.setdefault(file, {})[name] = value
    return found


for _file, _names in _files().items():
    _made = ModuleType(f"{__name__}.{_file}", f"The layers of PyTorch's torch/nn/modules/{_file}.py.")
    vars(_made).update(_names)
    sys.modules[_made.__name__] = globals()[_file] = _made
    globals().update({name: value for name, value in _names.items() if not name.startswith(("_", "register_"))})
