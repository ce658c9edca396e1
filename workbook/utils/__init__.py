"""Tools beside the engine: data sets and loaders in `utils.data`, handles of hooks in `utils.hooks`."""

import importlib

_SUBMODULES = ("checkpoint", "data", "dlpack", "hooks")


def __getattr__(name):
    if name in _SUBMODULES:
        return importlib.import_module(f"workbook.utils.{name}")
    raise AttributeError(f"module 'torch.utils' has no attribute '{name}'")
