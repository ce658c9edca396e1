"""Loading a state into a module, whole or not at all; and what the error says where it does not fit."""

import difflib
from collections import OrderedDict, namedtuple

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.nn.parameter import Parameter
from workbook.tensor import Tensor

PLAN = "workbook_plan"  # under which a module finds the Loading in what it is told of the state


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` returns."""

    def __repr__(self):
        return super().__repr__() if self.missing_keys or self.unexpected_keys else "<All keys matched successfully>"


class Loading:
    """One `load_state_dict`: every module plans first; where something does not fit, nothing has been loaded."""

    def __init__(self, module, state_dict, strict, assign):
        self.module, self.strict, self.assign = module, strict, assign
        self.metadata = getattr(state_dict, "_metadata", {})
        self.state = OrderedDict(state_dict)
        self.steps, self.extra, self.sizes, self.looked_at = [], [], [], []
        self.keys, self.errors = _IncompatibleKeys([], []), []

    def add(self, *step):
        """Plan `take_over(*step)`."""
        self.steps.append(step)

    def run(self):
        """Plan, load, and return the keys that do not fit."""
        self._plan(self.module, self.state, "")
        with_hooks = [module for module in self.looked_at if module._hooks is not None and module._hooks.loaded]
        if self.errors or not with_hooks:
            self._raise_problems()
        before = [(tensor, tensor.detach().clone()) for _, _, tensor, _, assign in self.steps if not assign] if with_hooks and self._wrong() else []
        for step in self.steps:
            take_over(*step)
        for module, state in self.extra:
            module.set_extra_state(state)
        for module in with_hooks:  # which may forgive missing keys
            for hook in module._hooks.loaded.values():
                if hook(module, self.keys) is not None:
                    raise AssertionError(explain(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, if "
                        "incompatible_keys need to be modified, it should be done inplace.", "the keys are two lists",
                        "change the lists: incompatible_keys.missing_keys.clear()"))
        if self._wrong():
            for tensor, value in before:
                _copy(tensor, value)
        self._raise_problems()
        return self.keys

    def _plan(self, module, state, prefix):
        about = {**self.metadata.get(prefix[:-1], {}), PLAN: self}
        if self.assign:
            about["assign_to_params_buffers"] = True
        module._load_from_state_dict(state, prefix, about, True, *self.keys, self.errors)
        for name, child in module._modules.items():
            if child is not None:
                start = f"{prefix}{name}."
                self._plan(child, {key: value for key, value in state.items() if key.startswith(start)}, start)
        self.looked_at.append(module)

    def _wrong(self):
        return self.strict and any(self.keys)

    def _raise_problems(self):
        problems, (missing, unexpected) = list(self.errors), self.keys
        if self.strict and unexpected:
            problems.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
        if self.strict and missing:
            problems.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
        if problems:
            why, fix = _diagnose(missing, unexpected, self.state, self.sizes)
            name = type(self.module).__name__
            raise RuntimeError(explain(f"Error(s) in loading state_dict for {name}:\n\t" + "\n\t".join(problems), why, fix))


def what_stands_against(tensor, key, new, assign=False):
    """Return why `new` cannot stand where `tensor` is, or be copied there, or None."""
    if not isinstance(new, Tensor):
        return (f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but '
                f"received {type(new)}")
    if tensor.shape != new.shape:
        return (f"size mismatch for {key}: copying a param with shape {new.shape} from checkpoint, "
                f"the shape in current model is {tensor.shape}.")
    if assign and isinstance(tensor, Parameter) and tensor.requires_grad and not (new.is_floating_point() or new.is_complex()):
        return (f'While copying the parameter named "{key}", whose dimensions in the model are {tensor.shape} and whose dimensions in the '
                f"checkpoint are {new.shape}, an exception occurred : ('Only Tensors of floating point and complex dtype can require "
                f"gradients',): it is {new.dtype}.")
    return None


def take_over(module, name, tensor, new, assign):
    """Put `new` where `tensor` is."""
    if not assign:
        _copy(tensor, new)
    elif isinstance(tensor, Parameter):
        if not isinstance(new, Parameter):
            new = Parameter(new, requires_grad=tensor.requires_grad)
        setattr(module, name, new.requires_grad_(tensor.requires_grad))
    else:
        setattr(module, name, new)


def _copy(tensor, new):
    with no_grad():
        tensor.copy_(new)


def _quoted(keys):
    return ", ".join(f'"{key}"' for key in keys)


def not_a_dict(value):
    what = f"Expected state_dict to be dict-like, got {type(value)}."
    if isinstance(value, str):
        return explain(what, "a string can only be the name of a file", f"net.load_state_dict(torch.load({value!r}))")
    if hasattr(value, "state_dict"):
        return explain(what, f"that is a whole {type(value).__name__}", "net.load_state_dict(other.state_dict())")
    return explain(what)


def settings_of(key, module, name, mine, theirs):
    """What a layer would need to be built with to take `theirs` in place of `mine`, in words: `fc needs in_features=3`."""
    kind = next((kind for kind in ("features", "channels") if hasattr(module, f"in_{kind}")), None)
    if kind is None or name != "weight" or not isinstance(theirs, Tensor) or theirs.dim() != mine.dim():
        return []
    wanted = {f"out_{kind}": theirs.shape[0], f"in_{kind}": theirs.shape[1] * getattr(module, "groups", 1)}
    changed = [f"{setting}={size}" for setting, size in wanted.items() if getattr(module, setting) != size]
    layer = key.rpartition(".")[0] or type(module).__name__
    return [f"{layer} needs {' and '.join(changed)}"] if changed else []


def _diagnose(missing, unexpected, state_dict, sizes):
    """Why the keys differ, as far as their names tell, and what to do; `sizes` says what fits shapes that differ."""
    if not missing and not unexpected:
        why = "the checkpoint was saved from a network of other sizes"
        return why, "; ".join(sizes) or "build the network with the sizes it was saved with"
    for key, value in state_dict.items():
        if isinstance(value, dict) and missing and {*missing} <= value.keys():
            return f'it is a checkpoint with more in it, and the network\'s part lies under "{key}"', f"net.load_state_dict(checkpoint[{key!r}])"
    if found := _one_prefix(missing, unexpected, state_dict):
        return found
    pairs = _pair_up(missing, unexpected)
    if pairs:
        return ("the names differ: " + ", ".join(f'"{theirs}" may be "{mine}"' for mine, theirs in pairs),
                "give the attributes the names they were saved with, or rename the keys")
    why = "the checkpoint was saved from a network with other parts"
    return why, "build the network it was saved from, or pass strict=False to load what fits"


_WRAPPED_BY = {"module.": "it was saved from a DataParallel network", "_orig_mod.": "it was saved from a network that torch.compile had wrapped"}


def _one_prefix(missing, unexpected, state_dict):
    """Why and what to do where the keys of one side are those of the other behind a prefix, such as "module."; None elsewhere."""
    if unexpected and all(key.startswith("module.") for key in state_dict):
        prefix = "module."
    else:
        prefix = _before(missing[0], unexpected) if missing else ""
    if prefix and all(key.startswith(prefix) for key in unexpected):
        return (f'every key starts with "{prefix}": {_WRAPPED_BY.get(prefix, "there the network was a part of another one")}',
                f"net.load_state_dict({{key.removeprefix('{prefix}'): value for key, value in state.items()}})")
    prefix = _before(unexpected[0], missing) if unexpected else ""
    if prefix and {key.removeprefix(prefix) for key in missing} == {*unexpected}:
        return (f'every key of this network starts with "{prefix}": here the network is a part of another one, or wrapped',
                f"net.{prefix}load_state_dict(state)")
    return None


def _before(key, others):
    """Return what stands before `key`, up to its last dot, in the one of `others` that ends with it; "" where none does."""
    return next((other.removesuffix(key) for other in others if other.endswith(f".{key}")), "")


def _pair_up(missing, unexpected):
    """Pair every missing key with the nearest unexpected one: by the same last name, or by spelling."""
    pairs, free = [], list(unexpected)
    for mine in missing:
        same_end = [theirs for theirs in free if theirs.rsplit(".", 1)[-1] == mine.rsplit(".", 1)[-1]]
        near = difflib.get_close_matches(mine, same_end, n=1, cutoff=0.0) or difflib.get_close_matches(mine, free, n=1)
        if near:
            free.remove(near[0])
            pairs.append((mine, near[0]))
    return pairs
