"""Reads a checkpoint with Python's own pickle, which runs what the file names: `weights_only=False`, for files from people one trusts."""

import io
import pickle

from workbook.errors import explain
from workbook.serialization.complaints import CheckpointError
from workbook.serialization.names import NAMES, Maker, look_up


def unpickled(program, storages, options):
    """Return what a program makes when whatever it names is called. `options`: what `pickle.Unpickler` takes by name."""

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, named):
            return storages.find(named)

        def find_class(self, module, name):
            if module.partition(".")[0] != "torch":
                return _found(super().find_class, module, name)
            if f"{module}.{name}" not in NAMES:
                _refuse_pytorchs_own(module, name)
            found = look_up(module, name)
            return Bound(found, storages) if isinstance(found, Maker) else found

    return Unpickler(io.BytesIO(program), **options).load()


class Bound:
    """A function of the list of names, together with the storages of one file, as pickle calls it."""

    def __init__(self, maker, storages):
        self.maker, self.storages = maker, storages

    def __call__(self, *arguments):
        return self.maker(self.storages, *arguments)


def _found(find, module, name):
    try:
        return find(module, name)
    except AttributeError as error:
        raise AttributeError(explain(str(error), f"the file has the name of the class or function, {name}, and not its code",
                                     f"define {name} in {module} before loading; or save net.state_dict(), which needs only the numbers")) from None
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(explain(str(error), f"the file has an object of {module}.{name}, and not its code",
                                          "install or write that module; or save net.state_dict(), which needs only the numbers"), name=module) from None


def _refuse_pytorchs_own(module, name):
    """Raise CheckpointError for an object of PyTorch's own classes: it has PyTorch's inner parts."""
    try:
        look_up(module, name)
    except CheckpointError as error:
        if "not part of this engine" in str(error):
            raise
    raise CheckpointError(explain(f"the file holds a whole object of PyTorch's class {module}.{name}",
                                  "it has the inner parts of PyTorch's object, and not only its numbers",
                                  "in PyTorch, torch.save(net.state_dict(), file); here, build the network and load_state_dict(torch.load(file))"))
