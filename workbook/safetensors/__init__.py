"""The safetensors format, under its own library's names: `workbook.safetensors.torch` has `save_file` and `load_file`."""

import importlib

from workbook.errors import explain


def __getattr__(name):
    if name == "torch":
        return importlib.import_module("workbook.safetensors.torch")
    raise AttributeError(explain(f"module 'safetensors' has no attribute '{name}'", "its functions are in safetensors.torch",
                                 "from workbook.safetensors.torch import load_file, save_file"))
