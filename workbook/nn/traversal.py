"""Finding a module's parts: its parameters, buffers and modules, here and below, by name."""

from workbook.errors import explain
from workbook.tensor import Tensor


class Traversal:
    """The half of Module that looks for things.

    Every walk goes depth first, in the order of registration, and joins names with dots.
    """

    def parameters(self, recurse=True):
        """Yield every Parameter, each once; with `recurse=False` only the module's own.

        >>> import workbook as torch
        >>> [tuple(p.shape) for p in torch.nn.Linear(3, 2).parameters()]
        [(2, 3), (2,)]
        """
        for _, param in self.named_parameters(recurse=recurse):
            yield param

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """Yield `(name, Parameter)`, the name as in `state_dict()`.

        >>> import workbook as torch
        >>> [name for name, _ in torch.nn.Sequential(torch.nn.Linear(3, 2)).named_parameters()]
        ['0.weight', '0.bias']
        """
        yield from self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """Yield every buffer, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """Yield `(name, buffer)`."""
        yield from self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def _named_members(self, register, prefix, recurse, remove_duplicate):
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for module_name, module in modules:
            for name, member in getattr(module, register).items():
                if member is None or (remove_duplicate and id(member) in seen):
                    continue
                seen.add(id(member))
                yield (f"{module_name}.{name}" if module_name else name), member

    def children(self):
        """Yield the modules directly below this one, each once."""
        for _, child in self.named_children():
            yield child

    def named_children(self):
        """Yield `(name, module)` for the modules directly below this one."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and id(child) not in seen:
                seen.add(id(child))
                yield name, child

    def modules(self, remove_duplicate=True):
        """Yield this module and every module below it, each once; without `remove_duplicate` as often as it is there."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """Yield `(name, module)` for this module (its name is `prefix`) and every module below it."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def get_submodule(self, target):
        """Return the module called `target`, such as "features.0"; raises AttributeError where there is none.

        >>> import workbook as torch
        >>> torch.nn.Sequential(torch.nn.ReLU()).get_submodule("0")
        ReLU()
        """
        module = self
        for name in target.split(".") if target else ():
            found = module._modules.get(name)
            if found is None:
                there = hasattr(module, name)
                parts = ", ".join(module._modules) or "none"
                raise AttributeError(explain(f"`{name}` is not an nn.Module" if there else f"{module._get_name()} has no attribute `{name}`",
                                             f"the modules directly below it: {parts}", "print(net) shows every name"))
            module = found
        return module

    def set_submodule(self, target, module, strict=False):
        """Put `module` in the place of the one called `target`, such as "features.0"; with `strict` it has to be there already.

        Raises AttributeError where the way there does not exist, ValueError for no name and for what is no Module.

        >>> import workbook as torch
        >>> net = torch.nn.Sequential(torch.nn.Sequential(torch.nn.ReLU()))
        >>> net.set_submodule("0.0", torch.nn.Tanh())
        >>> net[0][0]
        Tanh()
        """
        if target == "":
            raise ValueError(explain("Cannot set the submodule without a target name!", "the name says which one", "write '0' or 'fc1'"))
        if not isinstance(module, Traversal):
            raise ValueError(explain(f"`module` is not an nn.Module, found {type(module)}", "layers are put in the place of layers",
                                     "give a layer, such as nn.ReLU()"))
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if strict or hasattr(owner, name):
            owner.get_submodule(name)
        setattr(owner, name, module)

    def get_parameter(self, target):
        """Return the Parameter called `target`, such as "features.0.weight"."""
        return self._get_member(target, "_parameters")

    def get_buffer(self, target):
        """Return the buffer called `target`."""
        return self._get_member(target, "_buffers")

    def _get_member(self, target, register):
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        members = owner.__dict__[register]
        if members.get(name) is None:
            kind = "an nn.Parameter" if register == "_parameters" else "a buffer"
            what = f"`{name}` is not {kind}" if hasattr(owner, name) else f"{owner._get_name()} has no attribute `{name}`"
            raise AttributeError(explain(what,
                                         f"it has {', '.join(members) or 'none'}",
                                         "print(net.state_dict().keys()) shows every name"))
        return members[name]

    def unregistered(self):
        """Return a sentence for every part that no register sees: a list of layers, a plain tensor that wants a gradient.

        >>> import workbook as torch
        >>> class Net(torch.nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.layers = [torch.nn.Linear(2, 1)]
        >>> Net().unregistered()
        ['Net.layers is a plain list that holds 1 Module: make it nn.ModuleList(...)']
        """
        known = {id(part) for part in (*self.modules(), *self.parameters())}
        return [f"{type(module).__name__}.{name} is a plain {kind}{_counted(parts)}: make it {fix}"
                for module in self.modules() for name, kind, parts, fix in hidden_in(module, known)]


def hidden_in(module, known=()):
    """Yield (name, kind, parts, fix) of each attribute of `module` that hides what trains: a list, tuple or dict, or a plain tensor.

    `parts` are the layers or tensors by their places in it, those left out whose id is `known`; a plain tensor has the place None.
    `fix` is what to make of it.
    """
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if _wants_grad(value):
            yield name, "tensor", {None: value}, "nn.Parameter(...)"
        elif isinstance(value, (list, tuple, dict)):
            held = {place: part for place, part in (value.items() if isinstance(value, dict) else enumerate(value)) if id(part) not in known}
            modules, tensors = ({place: part for place, part in held.items() if test(part)}
                                for test in (lambda part: isinstance(part, Traversal), _wants_grad))
            if modules:
                yield name, type(value).__name__, modules, f"nn.Module{'Dict' if isinstance(value, dict) else 'List'}(...)"
            elif tensors:
                yield name, type(value).__name__, tensors, "nn.ParameterList(...)"


def _counted(parts):
    """How a sentence counts what a container holds; nothing for a plain tensor."""
    if None in parts:
        return ""
    kind = "Module" if isinstance(next(iter(parts.values())), Traversal) else "tensor"
    return f" that holds {len(parts)} {kind}{'s' * (len(parts) > 1)}"


def _wants_grad(value):
    return isinstance(value, Tensor) and value.requires_grad and value.is_leaf
