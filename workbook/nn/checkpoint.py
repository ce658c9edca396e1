"""A module's state as a dictionary, and back."""

import functools
import warnings
from collections import OrderedDict
from collections.abc import Mapping

from workbook.errors import explain
from workbook.nn.hooks import NONE, add
from workbook.nn.loading import PLAN, Loading, not_a_dict, settings_of, take_over, what_stands_against
from workbook.nn.parameter import is_lazy
from workbook.tensor import Tensor

EXTRA = "_extra_state"


class Checkpoint:
    """The half of Module that is saved and loaded.

    A layer whose state has more to it than Tensors defines `get_extra_state` and `set_extra_state`; one that reads states of
    earlier versions extends `_load_from_state_dict`, and changes the state before it calls its base's.
    """

    _version = 1

    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        """Return an OrderedDict of every parameter and persistent buffer, by name.

        The tensors share memory with the module and want no gradient, unless `keep_vars`. `_metadata` on the dictionary holds
        a version for every module.

        >>> import workbook as torch
        >>> torch.nn.Linear(2, 1).state_dict().keys()
        odict_keys(['weight', 'bias'])

        Source: https://pytorch.org/docs/2.13/generated/torch.nn.Module.html#torch.nn.Module.state_dict
        """
        if args:
            warnings.warn("Positional args are being deprecated, use kwargs instead. Refer to https://pytorch.org/docs/main/generated/"
                          "torch.nn.Module.html#torch.nn.Module.state_dict for details.", FutureWarning, stacklevel=2)
            destination, prefix, keep_vars = (*args, *(destination, prefix, keep_vars)[len(args):])
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        about = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = about
        own = self._hooks or NONE
        for hook in own.saving.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook, may_replace in own.saved.values():
            changed = hook(self, destination, prefix, about)
            if changed is not None and not may_replace:
                raise RuntimeError(explain("state_dict post-hook must return None", "it changes the dictionary that it is given",
                                           "end the hook without a return"))
            destination = destination if changed is None else changed
        return destination

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        """Put this module's own parameters and persistent buffers into `destination`."""
        for name, tensor in self._saved().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not Checkpoint.get_extra_state:
            destination[f"{prefix}{EXTRA}"] = self.get_extra_state()

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
            raise TypeError(not_a_dict(state_dict))
        return Loading(self, state_dict, strict, assign).run()

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        """Look for this module's own state in `state_dict` and plan its loading; what is wrong goes into the three lists."""
        for hook in (self._hooks or NONE).loading.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        plan, own, assign = local_metadata.get(PLAN), self._saved(), local_metadata.get("assign_to_params_buffers", False)
        for name, tensor in own.items():
            key = prefix + name
            if key not in state_dict:
                missing_keys += [key] * strict
                continue
            new = state_dict[key]
            if not is_lazy(tensor):
                if isinstance(new, Tensor) and tensor.dim() == 0 and new.shape == (1,):
                    new = new[0]  # a number, as it was saved up to PyTorch 0.3
                problem = what_stands_against(tensor, key, new, assign)
                if problem:
                    error_msgs.append(problem)
                    if plan is not None:
                        plan.sizes += settings_of(key, self, name, tensor, new)
                    continue
            (take_over if plan is None else plan.add)(self, name, tensor, new, assign)
        self._look_for_extra_state(state_dict, f"{prefix}{EXTRA}", strict, missing_keys, unexpected_keys, plan)
        if strict:
            unexpected_keys += [key for key in state_dict if key.startswith(prefix) and key != f"{prefix}{EXTRA}"
                                and not self._knows(key.removeprefix(prefix), own)]

    def _look_for_extra_state(self, state_dict, key, strict, missing_keys, unexpected_keys, plan):
        if type(self).set_extra_state is Checkpoint.set_extra_state:
            unexpected_keys += [key] * (strict and key in state_dict)
        elif key not in state_dict:
            missing_keys += [key] * strict
        elif plan is None:
            self.set_extra_state(state_dict[key])
        else:
            plan.extra.append((self, state_dict[key]))

    def _knows(self, name, own):
        head, dot, _ = name.partition(".")
        return head in self._modules if dot else head in own

    def get_extra_state(self):
        """Return what belongs to the module's state beside its Tensors; a class that has any defines this and `set_extra_state`."""
        raise RuntimeError(explain("Reached a code path in Module.get_extra_state() that should never be called.",
                                   "this module has no state beside its Tensors", "define get_extra_state in your class"))

    def set_extra_state(self, state):
        """Take over what `get_extra_state` returned."""
        raise RuntimeError(explain("Reached a code path in Module.set_extra_state() that should never be called.",
                                   "this module has no state beside its Tensors", "define set_extra_state in your class"))

    def _saved(self):
        """This module's own parameters and persistent buffers, by name."""
        kept = {name: buffer for name, buffer in self._buffers.items() if name not in self._non_persistent_buffers_set}
        return {name: tensor for name, tensor in {**self._parameters, **kept}.items() if tensor is not None}

    def register_state_dict_pre_hook(self, hook):
        """Run `hook(module, prefix, keep_vars)` before this module's state is put into a state_dict. Returns a removable handle."""
        return add(self._own().saving, hook)

    def register_state_dict_post_hook(self, hook):
        """Run `hook(module, state_dict, prefix, local_metadata)` after; it changes the dictionary. Returns a removable handle."""
        return add(self._own().saved, (hook, False))

    def _register_state_dict_hook(self, hook):
        return add(self._own().saved, (hook, True))

    def register_load_state_dict_pre_hook(self, hook):
        """Run `hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)` before loading.

        Returns a removable handle.
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        return add(self._own().loading, functools.partial(hook, self) if with_module else hook)

    def register_load_state_dict_post_hook(self, hook):
        """Run `hook(module, incompatible_keys)` when the state is loaded; it may change the two lists. Returns a removable handle."""
        return add(self._own().loaded, hook)
