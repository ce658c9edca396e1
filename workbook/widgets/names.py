"""The student's own names for tensors and modules, read from the frame in which a view was asked for."""

from typing import NamedTuple

from workbook.nn.module import Module
from workbook.tensor import Tensor


class _InModule(NamedTuple):
    """The name of a parameter: the variable that holds its network, and the way from there."""

    owner: str
    path: str


class Names:
    """The tensors and modules that the variables of `frame` hold; a local name wins over a global one."""

    def __init__(self, frame):
        self._nodes, self._leaves, self._arrays, self._modules, self._tensors = {}, {}, {}, {}, []
        variables = {**frame.f_globals, **frame.f_locals} if frame is not None else {}
        found = [(name, value) for name, value in variables.items() if name.isidentifier() and not name.startswith("_")]
        for name, value in found:
            if isinstance(value, Tensor):
                self.add(name, value)
        modules = [(name, value) for name, value in found if isinstance(value, Module)]
        modules.sort(key=lambda pair: -sum(1 for _ in pair[1].modules()))  # a network before the layers in it
        for name, module in modules:
            self._modules.setdefault(id(module), name)
            for path, tensor in [*module.named_parameters(), *module.named_buffers()]:
                self.add(_InModule(name, path), tensor)

    def add(self, name, tensor):
        """Call `tensor` by `name` unless it has one."""
        self._tensors.append(tensor)  # keeps the ids below valid
        if tensor._node is not None:
            self._nodes.setdefault((id(tensor._node), tensor._index), name)
        else:
            self._leaves.setdefault(id(tensor), name)
            self._arrays.setdefault(id(tensor._array), name)

    def give(self, trace):
        """Write the names on the Parts of a Trace."""
        found = {part: self._leaves.get(id(part.node.variable)) for part in trace.leaves}
        found.update((part, self._nodes.get((id(part.node), 0))) for part in trace.ops)
        found.update((part, self._arrays.get(id(part.kept.source))) for part in trace.constants)
        owners = {name.owner for name in found.values() if isinstance(name, _InModule)}
        for part, name in found.items():
            if isinstance(name, _InModule):
                name = name.path if len(owners) == 1 and "." in name.path else f"{name.owner}.{name.path}"
            part.name = name
        for part in trace.ops:
            others = {index: self._nodes.get((id(part.node), index)) for index in range(1, len(part.node.meta))}
            part.names = {index: name for index, name in others.items() if name}

    def of_module(self, module, parent):
        """Return how the student calls a module: its attribute in `parent`, its variable, or its class."""
        for name, child in parent.named_children() if parent is not None else ():
            if child is module:
                return name
        for path, inner in parent.named_modules() if parent is not None else ():
            if inner is module:
                return path
        return self._modules.get(id(module)) or type(module).__name__
