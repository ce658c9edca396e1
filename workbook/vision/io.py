"""Picture files as tensors and back, under the names of torchvision.io: read and written by Pillow."""

import enum
import io
import os

import numpy as np

from workbook.errors import explain
from workbook.ops.from_data import from_numpy
from workbook.serialization import files
from workbook.tensor import Tensor
from workbook.vision import pillow
from workbook.vision.transforms.conversion import pil_to_tensor, to_pil_image


class ImageReadMode(enum.Enum):
    """What a picture is turned into when it is read: its own channels, or one of four kinds.

    >>> ImageReadMode.RGB.value
    3

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.ImageReadMode.html
    """

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4
    RGBA = RGB_ALPHA


_PILLOWS = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def decode_image(input, mode=ImageReadMode.UNCHANGED, apply_exif_orientation=False):
    """Return a picture as a uint8 tensor `(C, H, W)`; `input` is a path, or the file's bytes in a uint8 tensor of one axis.

    `mode`: an ImageReadMode, or its name. With `apply_exif_orientation` it is turned as the camera noted. Raises RuntimeError for what
    is no picture, FileNotFoundError where there is no file, ValueError for another mode or tensor.

    >>> import workbook as torch
    >>> decode_image(encode_png(torch.full((1, 1, 2), 7, dtype=torch.uint8)))
    tensor([[[7, 7]]], dtype=torch.uint8)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.decode_image.html
    """
    wanted = _mode(mode)
    Image = pillow.load()
    source = _bytes(input) if isinstance(input, Tensor) else os.fspath(input)
    try:
        with Image.open(source) as picture:
            picture.load()
    except FileNotFoundError:
        raise FileNotFoundError(explain(f"[Errno 2] No such file or directory: {source!r}", f"this program runs in {os.getcwd()}",
                                        "write the path from there, or a whole one")) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RuntimeError(explain(f"Unsupported image file. {source if isinstance(source, str) else 'The bytes'} cannot be read as a picture",
                                   f"Pillow says: {error}", "is the file whole, and a picture?")) from error
    if apply_exif_orientation:
        picture = pillow.load("ImageOps").exif_transpose(picture)
    if wanted is not ImageReadMode.UNCHANGED:
        picture = picture.convert(_PILLOWS[wanted.value])
    elif picture.mode not in ("L", "LA", "RGB", "RGBA"):
        picture = picture.convert("RGB")
    return pil_to_tensor(picture).contiguous()


def read_image(path, mode=ImageReadMode.UNCHANGED, apply_exif_orientation=False):
    """Return the picture in a file as a uint8 tensor `(C, H, W)`; as `decode_image`, its newer name.

    Raises what `decode_image` raises.

    >>> read_image("nowhere.png")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.png'
      Why: this program runs in ...
      Fix: write the path from there, or a whole one

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.read_image.html
    """
    return decode_image(path, mode, apply_exif_orientation)


def read_file(path):
    """Return a file's bytes as a uint8 tensor of one axis.

    Raises FileNotFoundError where there is none.

    >>> read_file(__file__).dtype
    torch.uint8

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.read_file.html
    """
    with open(path, "rb") as file:
        return _as_tensor(file.read())


def write_file(filename, data):
    """Write bytes, a uint8 tensor of one axis, into a file: whole or not at all, whenever the program stops.

    Raises RuntimeError for another tensor, and where no such file can be written, TypeError for what is no tensor.

    >>> write_file("x.png", [1])
    Traceback (most recent call last):
    TypeError: Expected a torch tensor, got list
      Why: a file's bytes are a uint8 tensor of one axis
      Fix: torch.tensor(list(data), dtype=torch.uint8)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.write_file.html
    """
    why, fix = "a file's bytes are a uint8 tensor of one axis", "torch.tensor(list(data), dtype=torch.uint8)"
    if not isinstance(data, Tensor):
        raise TypeError(explain(f"Expected a torch tensor, got {type(data).__name__}", why, fix))
    if data.dtype.name != "uint8":
        raise RuntimeError(explain(f"Input tensor dtype should be uint8, got {data.dtype}", why, fix))
    if data.dim() != 1:
        raise RuntimeError(explain(f"Input data should be 1-dimensional, got {list(data.shape)}", why, "data.flatten()"))
    with files.write_errors(filename), files.replaced(filename) as file:
        file.write(data.cpu().numpy().tobytes())


def write_png(input, filename, compression_level=6):
    """Write a uint8 tensor `(C, H, W)` of 1 or 3 channels as a PNG file.

    Raises what `encode_png` and `write_file` raise.

    >>> write_png([1], "x.png")
    Traceback (most recent call last):
    TypeError: Expected a torch tensor, got list
      Why: a picture is a uint8 tensor (C, H, W)
      Fix: torch.as_tensor(image)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.write_png.html
    """
    write_file(filename, encode_png(input, compression_level))


def encode_png(input, compression_level=6):
    """Return the bytes of the PNG file of a uint8 tensor `(C, H, W)` of 1 or 3 channels, a tensor of one axis.

    Raises TypeError for what is no tensor, RuntimeError for another dtype or shape.

    >>> import workbook as torch
    >>> encode_png(torch.zeros(3, 2, 2, dtype=torch.uint8))[1:4].tolist() == list(b"PNG")
    True

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.encode_png.html
    """
    return _encoded(input, format="png", compress_level=compression_level)


def write_jpeg(input, filename, quality=75):
    """Write a uint8 tensor `(C, H, W)` of 1 or 3 channels as a JPEG file; `quality` from 1 to 100.

    Raises what `encode_jpeg` and `write_file` raise.

    >>> write_jpeg([1], "x.jpg")
    Traceback (most recent call last):
    TypeError: Expected a torch tensor, got list
      Why: a picture is a uint8 tensor (C, H, W)
      Fix: torch.as_tensor(image)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.write_jpeg.html
    """
    write_file(filename, encode_jpeg(input, quality))


def encode_jpeg(input, quality=75):
    """Return the bytes of the JPEG file of a uint8 tensor `(C, H, W)` of 1 or 3 channels, a tensor of one axis.

    Raises TypeError for what is no tensor, RuntimeError for another dtype or shape, ValueError for another quality.

    >>> import workbook as torch
    >>> encode_jpeg(torch.zeros(3, 2, 2, dtype=torch.uint8))[6:10].tolist() == list(b"JFIF")
    True

    Source: https://pytorch.org/vision/0.28/generated/torchvision.io.encode_jpeg.html
    """
    if not 1 <= quality <= 100:
        raise ValueError(explain("Image quality should be a positive number between 1 and 100", f"{quality} came", "75 is usual"))
    return _encoded(input, format="jpeg", quality=quality)


# ---- helpers ----------------------------------------------------------------------------------------------------------------------


def _as_tensor(raw):
    return from_numpy(np.frombuffer(raw, np.uint8).copy())


def _bytes(input):
    if input.dim() != 1 or input.dtype.name != "uint8" or not input.numel():
        raise ValueError(explain(f"Expected a non empty 1-dimensional tensor of torch.uint8, got {list(input.shape)} of {input.dtype}",
                                 "it holds a file's bytes", "read_file(path) gives them, or give the path itself"))
    return io.BytesIO(input.cpu().numpy().tobytes())


def _mode(mode):
    if isinstance(mode, ImageReadMode):
        return mode
    name = mode.upper() if isinstance(mode, str) else None
    if name not in ImageReadMode.__members__:
        raise ValueError(explain(f"Unknown mode: {mode}. Available modes: {', '.join(ImageReadMode.__members__)}", "it says what the picture is turned into",
                                 "write ImageReadMode.RGB"))
    return ImageReadMode[name]


def _encoded(input, **options):
    if not isinstance(input, Tensor):
        raise TypeError(explain(f"Expected a torch tensor, got {type(input).__name__}", "a picture is a uint8 tensor (C, H, W)", "torch.as_tensor(image)"))
    if input.dtype.name != "uint8":
        raise RuntimeError(explain(f"Input tensor dtype should be uint8, got {input.dtype}", "a picture is a uint8 tensor (C, H, W)", "(image * 255).to(torch.uint8)"))
    if input.dim() != 3 or input.shape[0] not in (1, 3):
        raise RuntimeError(explain(f"Input data should be 3-dimensional, with 1 or 3 channels, got {list(input.shape)}", "a picture is a uint8 tensor (C, H, W)",
                                   "images[0] for one of a batch"))
    stream = io.BytesIO()
    to_pil_image(input).save(stream, **options)
    return _as_tensor(stream.getvalue())
