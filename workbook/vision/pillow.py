"""Pillow, which reads, writes and changes pictures: imported when a picture is first met, so that tensors do without it."""

import importlib
import sys

from workbook.errors import explain


def load(part="Image"):
    """Return the module `PIL.part`. Raises ModuleNotFoundError, with what to install, where Pillow is missing.

    >>> load("ImageOps").__name__
    'PIL.ImageOps'
    """
    try:
        return importlib.import_module(f"PIL.{part}")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(explain("No module named 'PIL'", "pictures are read, written and changed by Pillow",
                                          "pip install pillow"), name="PIL") from error


def is_picture(image):
    """Whether `image` is a Pillow image. Where Pillow was never imported there can be none.

    >>> is_picture(load().new("L", (2, 2))), is_picture([1, 2])
    (True, False)
    """
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(image, pillow.Image)


def from_array(array, mode=None):
    """Return the Pillow image of an array `(H, W)` or `(H, W, C)`, its numbers copied."""
    height, width = array.shape[:2]
    Image = load()
    if mode is None:
        return Image.fromarray(array)
    return Image.frombytes(mode, (width, height), array.tobytes())
