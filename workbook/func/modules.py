"""`functional_call` and `stack_module_state`: modules as functions of their parameters, for the functions of functions."""

import contextlib

from workbook.errors import explain
from workbook.ops.joining import stack
from workbook.tensor import Tensor


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Call a module with other Tensors in the place of its parameters and buffers, and put its own back afterwards.

    `parameter_and_buffer_dicts`: a dict from names, as in `named_parameters()`, to Tensors, or several such dicts. Names that are
    left out keep their own Tensors. `args`: one argument, or a tuple of them. `tie_weights`: a Tensor that the module holds under
    several names is replaced under all of them. `strict`: raise RuntimeError for names that are left out, or that the module has
    not. Raises ValueError for a name that is given twice.

    >>> import workbook as torch
    >>> layer = torch.nn.Linear(2, 1)
    >>> torch.func.functional_call(layer, {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}, torch.tensor([[1., 2.]]))
    tensor([[3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.func.functional_call.html
    """
    given = _one_dict(parameter_and_buffer_dicts)
    if tie_weights:
        given = _tied(module, given)
    if strict:
        _refuse_other_names(module, given)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _in_place_of_its_own(module, given, parameter_and_buffer_dicts):
        return module(*args, **({} if kwargs is None else kwargs))


def stack_module_state(models):
    """Return the parameters of several modules of one class, stacked, and their buffers, stacked: two dicts by name.

    `vmap` over them, with `functional_call` of one of the modules, computes all modules. The stacked parameters are new leaves.
    Raises RuntimeError for no modules, for modules of several classes, and for training beside evaluation.

    >>> import workbook as torch
    >>> parameters, buffers = torch.func.stack_module_state([torch.nn.Linear(2, 1) for _ in range(3)])
    >>> parameters["weight"].shape
    torch.Size([3, 1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.func.stack_module_state.html
    """
    models = list(models)
    for holds, text in ((models, "at least one model, got 0."),
                        (len({model.training for model in models}) <= 1, "all models to have the same training/eval mode."),
                        (len({type(model) for model in models}) <= 1, "all models to be of the same class.")):
        if not holds:
            raise RuntimeError(explain(f"stack_module_state: Expected {text}", "one of them will be called in the place of all",
                                       "pass a list of modules that differ in their numbers only"))
    return tuple({name: _stacked(name, [dict(getattr(model, named)())[name] for model in models])
                  for name, _ in getattr(models[0], named)()} for named in ("named_parameters", "named_buffers"))


def functionalize(func, *, remove="mutations"):
    """Raise NotImplementedError: PyTorch rewrites the in-place operations of `func`, and nothing here needs that.

    Source: https://pytorch.org/docs/2.13/generated/torch.func.functionalize.html
    """
    raise NotImplementedError(explain("functionalize is not there", "it prepares a function for compilers that know no in-place "
                                      "operations, and nothing is compiled here", "call the function itself: the values are the same"))


def _one_dict(given):
    if isinstance(given, dict):
        return given
    if not isinstance(given, (list, tuple)):
        raise ValueError(explain(f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(given)}",
                                 "it says which Tensor stands for which name", "write {'weight': w}"))
    if not all(isinstance(part, dict) for part in given):
        raise ValueError(explain("Expected all elements of parameter_and_buffer_dicts to be dictionaries",
                                 "each says which Tensor stands for which name", "write ({'weight': w}, {'bias': b})"))
    names = [name for part in given for name in part]
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise ValueError(explain(f"{twice} appeared in multiple dictionaries; behavior of functional call is ambiguous",
                                 "one name stands for one Tensor", "leave one of them out"))
    return {name: value for part in given for name, value in part.items()}


def _tied(module, given):
    """Return the dict with each Tensor under all names under which the module holds the one that it replaces."""
    groups = {}
    for name, own in _held(module).items():
        groups.setdefault(id(own), []).append(name)
    found = dict(given)
    for names in groups.values():
        named = [name for name in names if name in given]
        if len({id(given[name]) for name in named}) > 1:
            raise ValueError(explain(f"functional_call got multiple values for keys {sorted(named)}, which are tied. Consider using "
                                     "tie_weights=False", "the module holds one Tensor under these names", "give one of them"))
        found |= dict.fromkeys(names, given[named[0]]) if named else {}
    return found


def _refuse_other_names(module, given):
    held = _held(module)
    problems = [f"\n\t{kind} key(s): {', '.join(map(repr, names))}." for kind, names in (
        ("Unexpected", sorted(given.keys() - held.keys())), ("Missing", sorted(held.keys() - given.keys()))) if names]
    if problems:
        raise RuntimeError(explain(f"Error(s) in reparametrizing for {type(module).__name__}:{''.join(problems)}",
                                   "strict=True asks for every name, and for no other", "compare with module.state_dict()"))


def _held(module):
    """Return every parameter and buffer by each name under which it stands."""
    return dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))


@contextlib.contextmanager
def _in_place_of_its_own(module, given, dicts):
    replaced = []
    try:
        for path, tensor in given.items():
            owner, name = _owner(module, path)
            if not isinstance(tensor, Tensor):
                raise TypeError(explain(f"{tensor} is not an instance of torch.Tensor", f"it should stand for '{path}'", "pass a Tensor"))
            register = owner._parameters if name in owner._parameters else owner._buffers if name in owner._buffers else owner.__dict__
            replaced.append((register, path, name, register.get(name, replaced)))
            register[name] = tensor
        yield
        for register, path, name, _ in replaced:  # what the module has set meanwhile is the caller's
            for part in [dicts] if isinstance(dicts, dict) else dicts:
                if path in part and name in register:
                    part[path] = register[name]
    finally:
        for register, _, name, own in reversed(replaced):
            register[name] = own
            if own is replaced:  # the module has no such name
                del register[name]


def _owner(module, path):
    """Return the module that holds what `path`, such as `fc1.weight`, names, and the last part of the name."""
    *modules, name = path.split(".")
    for part in modules:
        if part not in module._modules:
            raise AttributeError(explain(f"{type(module).__name__} has no attribute `{part}`", f"'{path}' leads through it",
                                         "names are those of named_parameters()"))
        module = module._modules[part]
    return module, name


def _stacked(name, tensors):
    wants = {tensor.requires_grad for tensor in tensors}
    if len(wants) > 1:
        raise RuntimeError(explain(f"Expected {name} from each model to have the same .requires_grad",
                                   "stacked they are one Tensor, which requires a gradient or not",
                                   "call requires_grad_() on all of them"))
    made = stack(tensors).detach()
    made.requires_grad = wants.pop()
    return made
