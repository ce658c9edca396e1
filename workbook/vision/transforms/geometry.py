"""Cutting, padding, flipping and resizing: each on a Pillow image as Pillow does it, and on a tensor `(..., C, H, W)`."""

import math
import numbers
import warnings

import numpy as np

import workbook as torch
from workbook.errors import explain
from workbook.nn import functional as F
from workbook.vision import pillow
from workbook.vision.transforms.kinds import as_batch, get_dimensions, is_tensor
from workbook.vision.transforms.modes import PILLOWS, InterpolationMode, as_mode


def hflip(img):
    """Mirror an image: left becomes right.

    Raises TypeError for what is no image.

    >>> hflip(torch.tensor([[1, 2, 3]]))
    tensor([[3, 2, 1]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.hflip.html
    """
    return img.flip(-1) if is_tensor(img) else img.transpose(pillow.load().Transpose.FLIP_LEFT_RIGHT)


def vflip(img):
    """Turn an image upside down.

    Raises TypeError for what is no image.

    >>> vflip(torch.tensor([[1], [2]]))
    tensor([[2],
            [1]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.vflip.html
    """
    return img.flip(-2) if is_tensor(img) else img.transpose(pillow.load().Transpose.FLIP_TOP_BOTTOM)


def crop(img, top, left, height, width):
    """Cut out `height` rows and `width` columns, the first at row `top` and column `left`; what lies outside the image is 0.

    Raises TypeError for what is no image.

    >>> crop(torch.arange(9).reshape(3, 3), 1, 1, 2, 2)
    tensor([[4, 5],
            [7, 8]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.crop.html
    """
    bottom, right = top + height, left + width
    if not is_tensor(img):
        return img.crop((left, top, right, bottom))
    rows, columns = img.shape[-2:]
    inside = img[..., max(top, 0):bottom, max(left, 0):right]
    if left >= 0 and top >= 0 and right <= columns and bottom <= rows:
        return inside
    outside = [max(min(0, right) - left, 0), max(min(0, bottom) - top, 0), max(right - max(columns, left), 0), max(bottom - max(rows, top), 0)]
    return pad(inside, outside)


def center_crop(img, output_size):
    """Cut `output_size`, `(height, width)` or one number, out of the middle; a smaller image is padded with 0 first.

    Raises TypeError for what is no image.

    >>> center_crop(torch.arange(9).reshape(3, 3), 1)
    tensor([[4]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.center_crop.html
    """
    height, width = as_pair(output_size)
    _, rows, columns = get_dimensions(img)
    if width > columns or height > rows:
        more_rows, more_columns = max(height - rows, 0), max(width - columns, 0)
        img = pad(img, [more_columns // 2, more_rows // 2, (more_columns + 1) // 2, (more_rows + 1) // 2])
        _, rows, columns = get_dimensions(img)
        if (height, width) == (rows, columns):
            return img
    return crop(img, round((rows - height) / 2), round((columns - width) / 2), height, width)


def five_crop(img, size):
    """Cut `size`, `(height, width)` or one number, out of each corner and out of the middle.

    Returns top left, top right, bottom left, bottom right, middle. Raises ValueError where the image is smaller.

    >>> [part.item() for part in five_crop(torch.arange(9).reshape(3, 3), 1)]
    [0, 2, 6, 8, 4]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.five_crop.html
    """
    height, width = as_pair(size)
    _, rows, columns = get_dimensions(img)
    if width > columns or height > rows:
        raise ValueError(explain(f"Requested crop size {(height, width)} is bigger than input size {(rows, columns)}",
                                 "each corner is cut out of the image as it is", "ask for a smaller size, or put Resize before it"))
    corners = [(top, left) for top in (0, rows - height) for left in (0, columns - width)]
    return (*(crop(img, top, left, height, width) for top, left in corners), center_crop(img, [height, width]))


def ten_crop(img, size, vertical_flip=False):
    """The five parts of `five_crop`, and those of the mirrored image (upside down with `vertical_flip`).

    Raises ValueError where the image is smaller.

    >>> [part.item() for part in ten_crop(torch.arange(9).reshape(3, 3), 1)]
    [0, 2, 6, 8, 4, 2, 0, 8, 6, 4]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.ten_crop.html
    """
    return five_crop(img, size) + five_crop((vflip if vertical_flip else hflip)(img), size)


def resized_crop(img, top, left, height, width, size, interpolation=InterpolationMode.BILINEAR, antialias=True):
    """Cut a part out and bring it to `size`: `crop` and then `resize`.

    Raises what they raise.

    >>> resized_crop(torch.zeros(3, 8, 8), 0, 0, 4, 4, [2, 2]).shape
    torch.Size([3, 2, 2])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.resized_crop.html
    """
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


# ---- another size -----------------------------------------------------------------------------------------------------------


def resize(img, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
    """Bring an image to `size`: `[height, width]`, or one number for its shorter side, the longer one in proportion.

    With one number the longer side ends at `max_size`. A smaller image is smoothed first (`antialias`, for tensors; Pillow always
    does). Raises TypeError or ValueError for a size, or a mode, that is none.

    >>> resize(torch.zeros(3, 10, 20), 5).shape
    torch.Size([3, 5, 10])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.resize.html
    """
    mode = as_mode(interpolation)
    _, rows, columns = get_dimensions(img)
    wanted = _wanted_size(rows, columns, size, max_size)
    if wanted == [rows, columns]:
        return img
    if is_tensor(img):
        return _resize_tensor(img, wanted, mode.value, bool(antialias))
    if min(wanted) < 1:
        raise ValueError(explain("height and width must be > 0", f"a {rows} x {columns} image would become {wanted[0]} x {wanted[1]}",
                                 "write the size in pixels"))
    if antialias is False:
        warnings.warn("Anti-alias option is always applied for PIL Image input. Argument antialias is ignored.", stacklevel=2)
    return img.resize(tuple(wanted[::-1]), PILLOWS[mode])


def _wanted_size(rows, columns, size, max_size):
    """`[height, width]` of the result of `resize`."""
    if isinstance(size, int):
        size = [size]
    if not isinstance(size, (list, tuple)):
        raise TypeError(explain(f"Got inappropriate size arg: {size}", "a size is a whole number of pixels, or a height and a width", "write resize(img, [24, 32])"))
    if len(size) not in (1, 2):
        raise ValueError(explain(f"Size must be an int or a 1 or 2 element tuple/list, not a {len(size)} element tuple/list",
                                 "an image has a height and a width", "write resize(img, [24, 32])"))
    if len(size) == 2:
        if max_size is not None:
            raise ValueError(explain("max_size should only be passed if size specifies the length of the smaller edge, "
                                     "i.e. size should be an int or a sequence of length 1 in torchscript mode.",
                                     f"the size {list(size)} says both sides", "leave max_size out, or give one number"))
        return list(size)
    short, long = size[0], int(size[0] * max(rows, columns) / min(rows, columns))
    if max_size is not None:
        if max_size <= short:
            raise ValueError(explain(f"max_size = {max_size} must be strictly greater than the requested "
                                     f"size for the smaller edge size = {list(size)}", "it bounds the longer side", "ask for a smaller size"))
        if long > max_size:
            short, long = int(max_size * short / long), max_size
    return [long, short] if columns <= rows else [short, long]


def _resize_tensor(img, size, mode, antialias):
    if mode in ("box", "hamming", "lanczos"):
        words, kind = ("Lanczos mode requires antialias=True", ValueError) if mode == "lanczos" else (f"Input Error: {mode} is not for tensors", NotImplementedError)
        raise kind(explain(words, "the image is a tensor, and torchvision resizes those by other modes",
                           "InterpolationMode.BILINEAR, or ToPILImage() before it"))
    smooth = mode in ("bilinear", "bicubic")
    batch, undo = as_batch(img, [torch.float32, torch.float64])
    result = F.interpolate(batch, size=size, mode=mode, align_corners=False if smooth else None, antialias=antialias and smooth)
    if mode == "bicubic" and img.dtype is torch.uint8:
        result = result.clamp(0, 255)
    return undo(result)


# ---- a border -----------------------------------------------------------------------------------------------------------------


BORDERS = ("constant", "edge", "reflect", "symmetric")


def pad(img, padding, fill=0, padding_mode="constant"):
    """Put a border around an image: `padding` is one number, `[left and right, top and bottom]` or `[left, top, right, bottom]`.

    The border has the colour `fill` ("constant"), repeats the outermost pixels ("edge"), or mirrors the image with its outermost
    pixels ("symmetric") or without ("reflect"). Raises TypeError or ValueError for arguments of another kind.

    >>> pad(torch.ones(1, 1), 1)
    tensor([[0., 0., 0.],
            [0., 1., 0.],
            [0., 0., 0.]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.pad.html
    """
    tensor = is_tensor(img)
    check_padding(padding, fill if fill is not None else 0, padding_mode)
    left, top, right, bottom = sides(padding)
    if tensor:
        if not all(isinstance(side, int) for side in (left, top, right, bottom)):
            raise TypeError(explain("Got inappropriate padding arg", f"{padding} are no whole numbers of pixels", "write 4, or [left, top, right, bottom]"))
        if not isinstance(fill, (int, float, type(None))):
            raise TypeError(explain("Got inappropriate fill arg", "a tensor's border has one number for all channels",
                                    "write a number, or put the transform before ToTensor()"))
        return _pad_tensor(img, (left, right, top, bottom), fill or 0, padding_mode)
    if padding_mode == "constant":
        return _expand(img, padding, fill)
    array = np.asarray(img)
    array = array[max(-top, 0):len(array) - max(-bottom, 0), max(-left, 0):array.shape[1] - max(-right, 0)]
    border = [(max(top, 0), max(bottom, 0)), (max(left, 0), max(right, 0))] + [(0, 0)] * (array.ndim - 2)
    result = pillow.from_array(np.pad(array, border, padding_mode))
    if img.mode == "P":
        result.putpalette(img.getpalette())
    return result


def check_padding(padding, fill, padding_mode):
    """Raise TypeError or ValueError for arguments of `pad` that no image could be padded with."""
    if not isinstance(padding, (numbers.Number, tuple, list)):
        raise TypeError(explain("Got inappropriate padding arg", f"{padding!r} is no number of pixels", "write 4, or [left, top, right, bottom]"))
    if not isinstance(fill, (numbers.Number, tuple, list)):
        raise TypeError(explain("Got inappropriate fill arg", f"{fill!r} is no colour", "write a number, or one for each channel"))
    if not isinstance(padding_mode, str):
        raise TypeError(explain("Got inappropriate padding_mode arg", f"{padding_mode!r} is no name", f"write one of {', '.join(BORDERS)}"))
    if isinstance(padding, (tuple, list)) and len(padding) not in (1, 2, 4):
        raise ValueError(explain(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element tuple",
                                 "an image has four sides", "write 4, or [left, top, right, bottom]"))
    if padding_mode not in BORDERS:
        raise ValueError(explain("Padding mode should be either constant, edge, reflect or symmetric", f"{padding_mode!r} is another word",
                                 f"write one of {', '.join(BORDERS)}"))


def sides(padding):
    """`padding` as `[left, top, right, bottom]`."""
    padding = list(padding) if isinstance(padding, (tuple, list)) else [padding]
    return padding * (4 // len(padding))


def _expand(img, padding, fill):
    padding = tuple(padding) if isinstance(padding, (tuple, list)) else padding
    if isinstance(padding, tuple) and len(padding) == 1:
        padding = padding[0]
    result = pillow.load("ImageOps").expand(img, border=padding, fill=colour(fill, img))
    if img.mode == "P":
        result.putpalette(img.getpalette())
    return result


def colour(fill, img):
    """`fill` as Pillow wants it for this image: a number, or a tuple of one a channel; whole numbers unless the mode is F.

    Raises ValueError for another number of them.
    """
    channels = len(img.getbands())
    fill = 0 if fill is None else fill
    if isinstance(fill, (int, float)) and channels > 1:
        fill = [fill]
    if not isinstance(fill, (list, tuple)):
        return fill if img.mode == "F" else int(fill)
    if len(fill) not in (1, channels):
        raise ValueError(explain("The number of elements in 'fill' does not match the number of channels of the image "
                                 f"({len(fill)} != {channels})", f"an image of mode {img.mode} has {channels} channels", "write one number for each"))
    fill = tuple(fill) * (channels if len(fill) == 1 else 1)
    return fill if img.mode == "F" else tuple(map(int, fill))


def _pad_tensor(img, border, fill, padding_mode):
    """`border`: left, right, top, bottom."""
    if padding_mode == "symmetric":
        return _mirrored(img, border)
    batch, undo = as_batch(img, [img.dtype] if padding_mode == "constant" else [torch.float32, torch.float64])
    if padding_mode == "constant":
        return undo(F.pad(batch, border, value=float(fill)))
    return undo(F.pad(batch, border, mode="reflect" if padding_mode == "reflect" else "replicate"))


def _mirrored(img, border):
    if img.dim() not in (3, 4):
        raise RuntimeError(explain("Symmetric padding of N-D tensors are not supported yet", f"the tensor has {img.dim()} axes", "give an image (C, H, W) or a batch (N, C, H, W)"))
    left, right, top, bottom = border
    for axis, before, after in ((-2, top, bottom), (-1, left, right)):
        side = img.shape[axis]
        places = np.arange(max(-before, 0), side - max(-after, 0))
        if max(before, after) > len(places):
            raise IndexError(explain(f"index {max(before, after) - 1} is out of bounds for dimension 0 with size {len(places)}",
                                     "a border mirrors the image once", "pad by no more than the image's own side"))
        places = np.pad(places, (max(before, 0), max(after, 0)), "symmetric")
        img = img.index_select(axis, torch.from_numpy(places).to(img.device))
    return img


# ---- arguments ----------------------------------------------------------------------------------------------------------------


def as_pair(size, message="Please provide only two dimensions (h, w) for size."):
    """`size` as `(height, width)`: one number means a square. Raises ValueError for another number of numbers, TypeError for what is none."""
    if isinstance(size, numbers.Number):
        if not math.isfinite(size):
            raise ValueError(explain(message, f"{size} is no number of pixels", "write a whole number"))
        return int(size), int(size)
    if not isinstance(size, (list, tuple)):
        raise TypeError(explain(message, f"a {type(size).__name__} came", "write 32, or (24, 32)"))
    if len(size) not in (1, 2):
        raise ValueError(explain(message, f"{size} has {len(size)}", "write 32, or (24, 32)"))
    return tuple(size) * (2 // len(size)) if len(size) == 1 else size
