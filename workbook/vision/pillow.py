"""Pillow, which reads, writes and changes pictures: imported when a picture is first met, so that tensors do without it."""

import importlib
import io
import os
import sys

from workbook.errors import explain
from workbook.serialization import files


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


def save(picture, fp, format=None):
    """Write a Pillow image: into an open file, or under a name, then whole or not at all.

    The ending of the name tells a format that is not given. Raises ValueError where it tells none, FileNotFoundError without the folder.

    >>> stream = io.BytesIO()
    >>> save(load().new("L", (2, 2)), stream, "png")
    >>> stream.getvalue()[1:4]
    b'PNG'
    """
    if not files.is_path(fp):
        picture.save(fp, format=format)
        return
    name = os.fsdecode(fp)
    ending = os.path.splitext(name)[1].lower()
    format = format or load().registered_extensions().get(ending)
    if format is None:
        raise ValueError(explain(f"unknown file extension: {ending}", f"the ending of {name!r} tells what kind of picture it is",
                                 "write 'x.png'"))
    folder = os.path.dirname(os.path.realpath(name))
    if not os.path.isdir(folder):
        raise FileNotFoundError(explain(f"No such file or directory: {name!r}", "a file is made there, and no folder",
                                        f"os.makedirs({folder!r})"))
    stream = io.BytesIO()
    picture.save(stream, format=format)
    with files.write_errors(name), files.replaced(name) as file:
        file.write(stream.getvalue())
