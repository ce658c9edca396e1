"""A module's state as a dictionary, and back."""

import difflib
from collections import OrderedDict, namedtuple
from collections.abc import Mapping

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.nn.parameter import Parameter
from workbook.tensor import Tensor


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` returns."""

    def __repr__(self):
        return super().__repr__() if self.missing_keys or self.unexpected_keys else "<All keys matched successfully>"


class Checkpoint:
    """The half of Module that is saved and loaded."""

    _version = 1

    def state_dict(self, *, destination=None, prefix="", keep_vars=False):
        """Return an OrderedDict of every parameter and persistent buffer, by name.

        The tensors share memory with the module and want no gradient, unless `keep_vars`. `_metadata` on the dictionary holds
        a version for every module.

        >>> import workbook as torch
        >>> torch.nn.Linear(2, 1).state_dict().keys()
        odict_keys(['weight', 'bias'])

        Source: https://pytorch.org/docs/2.13/generated/torch.nn.Module.html#torch.nn.Module.state_dict
        """
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = {"version": self._version}
        for name, tensor in self._saved().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        return destination

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copy the tensors of `state_dict` into this module's parameters and buffers; with `assign` put them in their place.

        Returns `(missing_keys, unexpected_keys)`. Raises RuntimeError for a shape that differs and, when `strict`, for a key
        that is missing or unexpected, TypeError for something that is no dictionary; nothing is loaded then.

        >>> import workbook as torch
        >>> torch.nn.Linear(2, 1).load_state_dict(torch.nn.Linear(2, 1).state_dict())
        <All keys matched successfully>

        Source: https://pytorch.org/docs/2.13/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(_not_a_dict(state_dict))
        own = {f"{path}.{name}" if path else name: (module, name, tensor)
               for path, module in self.named_modules(remove_duplicate=False) for name, tensor in module._saved().items()}
        problems, sizes = [], []
        for key, (module, name, tensor) in own.items():
            if key in state_dict:
                problem = _what_stands_against(tensor, key, state_dict[key])
                if problem:
                    problems.append(problem)
                    sizes += _settings(key, module, name, tensor, state_dict[key])
        missing = [key for key in own if key not in state_dict]
        unexpected = [key for key in state_dict if key not in own]
        if strict and unexpected:
            problems.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
        if strict and missing:
            problems.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
        if problems:
            why, fix = _diagnose(missing, unexpected, state_dict, sizes)
            name = type(self).__name__
            raise RuntimeError(explain(f"Error(s) in loading state_dict for {name}:\n\t" + "\n\t".join(problems), why, fix))
        for key, (module, name, tensor) in own.items():
            if key in state_dict:
                _take_over(module, name, tensor, state_dict[key], assign)
        return _IncompatibleKeys(missing, unexpected)

    def _saved(self):
        """This module's own parameters and persistent buffers, by name."""
        kept = {name: buffer for name, buffer in self._buffers.items() if name not in self._non_persistent_buffers_set}
        return {name: tensor for name, tensor in {**self._parameters, **kept}.items() if tensor is not None}


def _what_stands_against(tensor, key, new):
    """Return why `new` cannot stand where `tensor` is, or None."""
    if not isinstance(new, Tensor):
        return (f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but '
                f"received {type(new)}")
    if tensor.shape != new.shape:
        return (f"size mismatch for {key}: copying a param with shape {new.shape} from checkpoint, "
                f"the shape in current model is {tensor.shape}.")
    return None


def _take_over(module, name, tensor, new, assign):
    """Put `new` where `tensor` is."""
    if not assign:
        with no_grad():
            tensor.copy_(new)
    elif isinstance(tensor, Parameter):
        setattr(module, name, Parameter(new, requires_grad=tensor.requires_grad))
    else:
        setattr(module, name, new)


def _quoted(keys):
    return ", ".join(f'"{key}"' for key in keys)


def _not_a_dict(value):
    what = f"Expected state_dict to be dict-like, got {type(value)}."
    if isinstance(value, str):
        return explain(what, "a string can only be the name of a file", f"net.load_state_dict(torch.load({value!r}))")
    if hasattr(value, "state_dict"):
        return explain(what, f"that is a whole {type(value).__name__}", "net.load_state_dict(other.state_dict())")
    return explain(what)


def _settings(key, module, name, mine, theirs):
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
    if unexpected and all(key.startswith("module.") for key in state_dict):
        return ('every key starts with "module.": it was saved from a DataParallel network',
                "net.load_state_dict({key.removeprefix('module.'): value for key, value in state.items()})")
    pairs = _pair_up(missing, unexpected)
    if pairs:
        return ("the names differ: " + ", ".join(f'"{theirs}" may be "{mine}"' for mine, theirs in pairs),
                "give the attributes the names they were saved with, or rename the keys")
    why = "the checkpoint was saved from a network with other parts"
    return why, "build the network it was saved from, or pass strict=False to load what fits"


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
