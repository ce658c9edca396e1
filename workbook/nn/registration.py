"""What may be registered on a Module under which name, and the errors where it may not."""

import difflib

from workbook.errors import as_a_tensor, explain, not_a_tensor
from workbook.tensor import Tensor

REGISTERS = ("_parameters", "_buffers", "_modules")


def require_init(module, register, what):
    """Raise AttributeError when `module` has no registers yet, because its class did not call `super().__init__()`."""
    if register not in module.__dict__:
        raise AttributeError(before_init(f"cannot assign {what} before Module.__init__() call", type(module).__name__))


def before_init(phrase, class_name):
    """The text of the error that a forgotten `super().__init__()` gives."""
    why = f"{class_name}.__init__ has not called Module.__init__, which makes the registers that hold a network's parts"
    return explain(phrase, why,
                   f"make `super().__init__()` the first line of {class_name}.__init__, above every `self.... =`")


def forget(module, name, keep):
    """Take `name` out of the attributes and out of every register but `keep`, before it is registered there."""
    module.__dict__.pop(name, None)
    for register in REGISTERS:
        if register != keep:
            module.__dict__[register].pop(name, None)
    module._non_persistent_buffers_set.discard(name)


def check_name(module, name, kind, register):
    """Raise TypeError or KeyError unless `name` can name a new entry of `register`. A KeyError shows one line."""
    if not isinstance(name, str):
        raise TypeError(explain(f"{kind} name should be a string. Got {kind_of(name)}",
                                "a module finds its parts by their names", "write the name between quotation marks"))
    if "." in name:
        got = f", got: {name}" if kind == "module" else ""
        raise KeyError(explain(f'{kind} name can\'t contain "."{got}',
                               "a dot divides the names of modules inside modules", "leave the dot out"))
    if name == "":
        raise KeyError(explain(f'{kind} name can\'t be empty string ""',
                               "a module finds its parts by their names", "give it a name"))
    if name not in register and hasattr(module, name):
        raise KeyError(explain(f"attribute '{name}' already exists",
                               "a module finds its parts by their names, and this one is taken",
                               "choose another name, or delete the attribute first"))


def wrong_kind(value, role, name, expected):
    """The TypeError of setting a registered name to something that cannot take its place."""
    return TypeError(explain(f"cannot assign '{kind_of(value)}' as {role} '{name}' ({expected} or None expected)",
                             f"'{name}' is already registered as a {role}", _how_to_replace(value, role, name)))


def _how_to_replace(value, role, name):
    if role == "parameter" and isinstance(value, Tensor):
        return (f"self.{name} = nn.Parameter(value) to replace it, or "
                f"`with torch.no_grad(): self.{name}.copy_(value)` to fill it")
    return f"use another name, or `del self.{name}` first"


def unknown_arguments(module, args, kwargs):
    """The TypeError of arguments that reach Module.__init__, which takes none."""
    name = type(module).__name__
    what = (f"got an unexpected keyword argument '{next(iter(kwargs))}'" if kwargs
            else f"takes 1 positional argument but {len(args) + 1} were given")
    return TypeError(explain(f"{name}.__init__() {what}", "they reach Module.__init__, which takes none",
                             f"take them in {name}.__init__, and call super().__init__() without them"))


def computed_parameter(param, name):
    """The ValueError of registering the result of a recorded operation."""
    return ValueError(explain(
        f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To express '{name}' as a "
        "function of another Tensor, compute the value in the forward() method.",
        f"it is the result of an operation ({param.grad_fn.name()})", "nn.Parameter(value.detach()), or compute it in forward"))


def wrong_object(value, role, name, required, example):
    """The TypeError of registering something of the wrong type."""
    return TypeError(explain(f"cannot assign '{kind_of(value)}' object to {role} '{name}' ({required})", None, example))


def not_a_module(value, name):
    """The TypeError of adding a child that is no Module; it knows a class given in place of its instance, and a function."""
    shown = name_of(value) if hasattr(value, "__qualname__") else kind_of(value)
    if isinstance(value, type):
        why = f"'{name}' is the class {value.__name__}, not a layer made from it"
        fix = f"add the brackets: {value.__name__}(...)"
    elif callable(value):
        why, fix = f"'{name}' is a function", "use the layer of that name, such as nn.ReLU() for F.relu"
    elif isinstance(value, (list, tuple)):
        why, fix = f"'{name}' is a {type(value).__name__}", "unpack it with a star, nn.Sequential(*layers), or keep it as nn.ModuleList(layers)"
    else:
        why, fix = f"'{name}' is a {type(value).__name__}", "give a layer, such as nn.Linear(2, 1)"
    return TypeError(explain(f"{shown} is not a Module subclass", why, fix))


def missing_attribute(module, name):
    """The AttributeError of a name that a module has not; it lists the parts that exist."""
    class_name = type(module).__name__
    phrase = f"'{class_name}' object has no attribute '{'_backward_hooks' if name == '_hooks' else name}'"  # which PyTorch asks for first
    if "_modules" not in module.__dict__:
        return AttributeError(before_init(phrase, class_name) if not name.startswith("__") else phrase)
    parts = [part for register in REGISTERS for part in module.__dict__[register]]
    near = difflib.get_close_matches(name, parts, n=1)
    slip = misspelt(type(module), "__init__")
    if slip:
        return AttributeError(explain(phrase, f"{class_name} defines {slip}, so its __init__ never ran",
                                      f"rename {slip} to __init__"))
    why = f"{class_name} has the parts {', '.join(parts)}" if parts else f"{class_name} has no layers or parameters of its own"
    return AttributeError(explain(phrase, why, f"did you mean {near[0]}?" if near else f"set self.{name} = ... in __init__"))


def of_no_tensor(module, given, problem):
    """The error of one of the engine's layers that was given what is no Tensor, told in words; None for any other AttributeError.

    Layers ask their input for its axes before they compute, as PyTorch's do.
    """
    wrong = problem.obj
    if problem.name is None or not any(wrong is value for value in given) or not type(module).__module__.startswith("workbook."):
        return None  # told in words already, of something else, or in a student's own layer, whose line says more
    layer, asked = type(module).__name__, {"ndim": "dim"}.get(problem.name, problem.name)
    if asked.startswith("_"):
        return not_a_tensor(layer, "input", 1, wrong)
    return AttributeError(explain(f"'{kind_of(wrong)}' object has no attribute '{asked}'",
                                  f"{layer} takes tensors, and was given {'None' if wrong is None else kind_of(wrong)}",
                                  as_a_tensor(wrong, "output")))


def missing_forward(module):
    """The NotImplementedError of a module without `forward`; it finds a method whose name is nearly that."""
    class_name = type(module).__name__
    slip = misspelt(type(module), "forward")
    if slip:
        why, fix = f"{class_name} has a method {slip}: did you mean forward?", f"rename {slip} to forward"
    else:
        why = f"calling a module runs its forward, and {class_name} defines none"
        fix = f"write `def forward(self, x):` in {class_name}, indented as its __init__ is"
    return NotImplementedError(explain(f'Module [{class_name}] is missing the required "forward" function', why, fix))


def misspelt(cls, wanted):
    """Return the method of a student's class whose name is nearly `wanted`, or None where there is none or `wanted` exists.

    >>> class Net:
    ...     def forwrad(self, x): return x
    >>> misspelt(Net, "forward")
    'forwrad'
    """
    students = [c for c in cls.__mro__ if c is not object and "torch_name" not in vars(c)]
    own = [name for c in students for name, value in vars(c).items() if callable(value)]
    if wanted in own:
        return None
    near = difflib.get_close_matches(wanted, own, n=1, cutoff=0.8)
    return near[0] if near else None


def kind_of(value):
    """Return what PyTorch's messages call the type of `value`: `int`, `torch.FloatTensor`, `torch.nn.modules.linear.Linear`."""
    if isinstance(value, Tensor):
        return value.type()
    return name_of(type(value))


def name_of(cls):
    """Return a class's or function's name as PyTorch's messages write it."""
    if cls.__module__ == "builtins":
        return cls.__qualname__
    return vars(cls).get("torch_name", f"{cls.__module__}.{cls.__qualname__}")
