"""Modules that hold modules, or Parameters, by position or by name."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from itertools import islice
from operator import index as as_index

from workbook.errors import explain
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.tensor import Tensor


class _Numbered(Module):
    """Children called "0", "1", ...: what Sequential and ModuleList share."""

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, at):
        if isinstance(at, slice):
            return self._of(list(self._modules.items())[at])
        return self._modules[self._name(at)]

    def __setitem__(self, at, module):
        setattr(self, self._name(at), module)

    def __delitem__(self, at):
        names = list(self._modules)
        for name in names[at] if isinstance(at, slice) else [self._name(at)]:
            del self._modules[name]
        self._renumber(self._modules.values())

    def __dir__(self):
        return [name for name in super().__dir__() if not name.isdecimal()]

    def _name(self, at):
        """The name of the child at position `at`, counted from the end where it is negative."""
        at, size = as_index(at), len(self)
        if not -size <= at < size:
            raise IndexError(explain(f"index {at} is out of range",
                                     f"it holds {len(self)} modules, counted from 0", "choose one of them"))
        return next(islice(self._modules, at % size, None))

    def _renumber(self, modules):
        self._modules = {str(number): module for number, module in enumerate(modules)}

    def append(self, module):
        """Add a module at the end. Returns the container."""
        self.register_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Add several modules at the end. Returns the container."""
        if not isinstance(modules, Iterable):
            raise TypeError(explain(
                f"{type(self).__name__}.extend should be called with an iterable, but got {type(modules).__name__}",
                "it takes several at once", "put them into a list, or use append for one"))
        for module in list(modules):
            self.append(module)
        return self

    def pop(self, at):
        """Take the module at `at` out and return it."""
        module = self[at]
        del self[at]
        return module


class Sequential(_Numbered):
    """Modules run one after the other, each on what the one before gave. Made from modules, or from an OrderedDict of them.

    >>> import workbook as torch
    >>> torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
    Sequential(
      (0): Linear(in_features=3, out_features=2, bias=True)
      (1): ReLU()
    )

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Sequential.html
    """

    torch_name = "torch.nn.modules.container.Sequential"

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            named = args[0].items()
        else:
            named = ((str(number), module) for number, module in enumerate(args))
        for name, module in named:
            self.register_module(name, module)

    def _of(self, items):
        return type(self)(OrderedDict(items))

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def insert(self, at, module):
        """Put a module before position `at`. Returns the container."""
        if not isinstance(module, Module):
            raise AssertionError(explain(f"module should be of type: {Module}", f"{module!r} is a {type(module).__name__}",
                                         "give a layer, such as nn.ReLU()"))
        size = len(self)
        if not -size <= at <= size:
            raise IndexError(explain(f"Index out of range: {at}", f"it holds {size} modules, counted from 0",
                                     "put it at one of their places, or at the end"))
        modules = list(self)
        modules.insert(at, module)
        self._renumber(modules)
        return self

    def __add__(self, other):
        if not isinstance(other, Sequential):
            raise ValueError(explain(f"add operator supports only objects of Sequential class, but {type(other)} is given.",
                                     "it joins two lists of layers", "wrap it: nn.Sequential(...)"))
        return type(self)(*self, *other)

    def __mul__(self, times):
        if not isinstance(times, int):
            raise TypeError(explain(f"unsupported operand type(s) for *: {type(self)} and {type(times)}", "it says how often the layers are repeated",
                                    "write a whole number, such as 2"))
        if times < 1:
            raise ValueError(explain(f"Non-positive multiplication factor {times} for {type(self)}", "it says how often the layers are repeated",
                                     "write 1 or more"))
        return type(self)(*(list(self) * times))

    __rmul__ = __mul__


class ModuleList(_Numbered):
    """A list of modules whose parameters are found. It has no forward: index it or loop over it.

    >>> import workbook as torch
    >>> layers = torch.nn.ModuleList([torch.nn.Linear(2, 2) for _ in range(3)])
    >>> layers
    ModuleList(
      (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
    )
    >>> len(list(layers.parameters()))
    6

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ModuleList.html
    """

    torch_name = "torch.nn.modules.container.ModuleList"

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _of(self, items):
        return type(self)(module for _, module in items)

    def insert(self, at, module):
        """Put a module before position `at`."""
        modules = list(self)
        modules.insert(at, module)
        self._renumber(modules)

    def __iadd__(self, modules):
        return self.extend(modules)

    def __add__(self, other):
        return type(self)([*self, *other])

    def __repr__(self):
        if not self._modules:
            return f"{self._get_name()}()"
        runs = []  # [first, last, text]: consecutive children that print alike are shown once
        for number, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][2] == text:
                runs[-1][1] = number
            else:
                runs.append([number, number, text])
        lines = [f"({first}): {text}" if first == last else f"({first}-{last}): {last - first + 1} x {text}"
                 for first, last, text in runs]
        return f"{self._get_name()}(\n  " + "\n  ".join(line.replace("\n", "\n  ") for line in lines) + "\n)"


class ModuleDict(Module):
    """Modules by name, in the order in which they were added. It has no forward.

    Raises KeyError for a name with a dot in it, or one that ModuleDict itself uses.

    >>> import workbook as torch
    >>> choices = torch.nn.ModuleDict({"relu": torch.nn.ReLU(), "tanh": torch.nn.Tanh()})
    >>> choices["relu"], list(choices)
    (ReLU(), ['relu', 'tanh'])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ModuleDict.html
    """

    torch_name = "torch.nn.modules.container.ModuleDict"

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, name):
        return self._modules[name]

    def __setitem__(self, name, module):
        self.register_module(name, module)

    def __delitem__(self, name):
        del self._modules[name]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, name):
        return name in self._modules

    def keys(self):
        """The names."""
        return self._modules.keys()

    def items(self):
        """The pairs of name and module."""
        return self._modules.items()

    def values(self):
        """The modules."""
        return self._modules.values()

    def clear(self):
        """Take every module out."""
        self._modules.clear()

    def pop(self, name):
        """Take the module called `name` out and return it."""
        return self._modules.pop(name)

    def update(self, modules):
        """Add the modules of a dictionary, of another ModuleDict, or of `(name, module)` pairs."""
        if not isinstance(modules, Iterable):
            raise TypeError(explain("ModuleDict.update should be called with an iterable of key/value pairs, "
                                    f"but got {type(modules).__name__}",
                                    "each module needs a name", "write {'name': module}, or a list of pairs"))
        if isinstance(modules, (Mapping, ModuleDict)):
            modules = modules.items()
        for place, item in enumerate(modules):
            if not isinstance(item, Iterable):
                raise TypeError(explain(f"ModuleDict update sequence element #{place} should be Iterable; is{type(item).__name__}",
                                        "each module needs a name", "write pairs: (name, module)"))
            if len(item) != 2:
                raise ValueError(explain(f"ModuleDict update sequence element #{place} has length {len(item)}; 2 is required",
                                         "each module needs a name", "write pairs: (name, module)"))
            self[item[0]] = item[1]


class ParameterList(Module):
    """A list whose tensors are trained: a Tensor that is put in becomes a Parameter.

    >>> import workbook as torch
    >>> len(list(torch.nn.ParameterList([torch.ones(2), torch.zeros(3)]).parameters()))
    2

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ParameterList.html
    """

    torch_name = "torch.nn.modules.container.ParameterList"

    def __init__(self, values=None):
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self):
        return self._size

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, at):
        if isinstance(at, slice):
            return type(self)(list(self)[at])
        return getattr(self, self._name(at))

    def __setitem__(self, at, value):
        setattr(self, self._name(at), _as_parameter(value))

    def _name(self, at):
        at = as_index(at)
        if not -self._size <= at < self._size:
            raise IndexError(explain(f"index {at} is out of range", f"it holds {self._size} values, counted from 0",
                                     "choose one of them"))
        return str(at % self._size)

    def append(self, value):
        """Add one value at the end. Returns the list."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values):
        """Add several values at the end. Returns the list."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(explain(f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}",
                                    "it takes several at once", "put them into a list, or use append for one"))
        for value in values:
            self.append(value)
        return self

    def __iadd__(self, values):
        return self.extend(values)

    def __call__(self, *args, **kwargs):
        raise RuntimeError(explain("ParameterList should not be called.",
                                   "it holds parameters and computes nothing", "use them in the forward of your own Module"))

    def extra_repr(self):
        return "\n".join(f"  ({i}): {_described(value)}" for i, value in enumerate(self))


def _as_parameter(value):
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _described(value):
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    size = "x".join(map(str, value.shape))
    return f"Parameter containing: [{value.dtype} of size {size}]" if not value.is_cuda else (
        f"Parameter containing: [{value.dtype} of size {size} ({value.device})]")
