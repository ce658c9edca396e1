"""Layers whose numbers nobody has filled."""

import inspect

from workbook.errors import explain
from workbook.nn.module import Module
from workbook.random import get_rng_state, set_rng_state


def skip_init(module_cls, *args, **kwargs):
    """Return `module_cls(*args, **kwargs)` with parameters that are not filled, for a state that is about to be loaded.

    The random stream is as it was, as no number was drawn. Raises RuntimeError for what is no Module, and for one without a `device`.

    >>> import workbook as torch
    >>> torch.nn.utils.skip_init(torch.nn.Linear, 5, 2)
    Linear(in_features=5, out_features=2, bias=True)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.skip_init.html
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(explain(f"Expected a Module; got {module_cls}", "it builds layers", "give a class, such as nn.Linear"))
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError(explain("Module must support a 'device' arg to skip initialization", f"{module_cls.__name__}.__init__ takes none",
                                   "build it as usual"))
    state = get_rng_state()
    try:
        return module_cls(*args, **kwargs).to_empty(device=kwargs.get("device") or "cpu")
    finally:
        set_rng_state(state)
