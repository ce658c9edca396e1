"""Data sets of images and what is done to them, under torchvision's names."""

import importlib

from workbook.errors import explain
from workbook.vision import datasets, transforms

__version__ = "0.28.0"  # the torchvision whose names and numbers these are

__all__ = ["datasets", "io", "models", "ops", "transforms", "utils"]


def __getattr__(name):
    if name in __all__:  # the rest loads when it is asked for
        return importlib.import_module(f"workbook.vision.{name}")
    raise AttributeError(explain(f"module 'torchvision' has no attribute '{name}'", f"there are {', '.join(__all__)}", "look for it in torchvision.transforms"))


def set_image_backend(backend):
    """Accept "PIL", by which pictures are read here; there is no other. Raises ValueError for another."""
    if backend != "PIL":
        raise ValueError(explain(f"Invalid backend '{backend}'. Options are 'PIL'", "pictures are read by Pillow", "leave the call out"))


def get_image_backend():
    """Return "PIL": pictures are read by Pillow."""
    return "PIL"
