"""From pictures and arrays to tensors and back, and from one range of numbers to another."""

import sys

import numpy as np

from workbook import dtypes
from workbook.dtypes import get_default_dtype
from workbook.errors import explain, shape_text
from workbook.ops.from_data import as_tensor, from_numpy
from workbook.tensor import Tensor
from workbook.vision.pillow import from_array, is_picture
from workbook.vision.transforms.kinds import get_image_num_channels, is_tensor, largest

_SHORT = "I;16" if sys.byteorder == "little" else "I;16B"
_OF_MODE = {"I": np.int32, _SHORT: np.int16, "F": np.float32}  # every other mode has bytes


def to_tensor(pic):
    """Turn a Pillow image or an array, `(H, W)` or `(H, W, C)`, into a tensor `(C, H, W)`; bytes become floats from 0 to 1.

    Raises TypeError for anything else, ValueError for an array with another number of axes.

    >>> to_tensor(np.full((2, 1, 1), 255, np.uint8))
    tensor([[[1.],
             [1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.to_tensor.html
    """
    if is_picture(pic):
        array = np.array(pic, _OF_MODE.get(pic.mode, np.uint8))
        if pic.mode == "1":
            array = array * np.uint8(255)
        pic = array.reshape(pic.height, pic.width, get_image_num_channels(pic))
    elif not isinstance(pic, np.ndarray):
        why, fix = "an image is an array of height and width", "np.asarray(image)"
        if isinstance(pic, Tensor):
            why, fix = "it is a tensor already", "leave ToTensor out"
        raise TypeError(explain(f"pic should be PIL Image or ndarray. Got {type(pic)}", why, fix))
    if pic.ndim not in (2, 3):
        raise ValueError(explain(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.",
                                 f"its shape is {shape_text(pic.shape)}", "give one image of shape (H, W) or (H, W, C)"))
    if any(step < 0 for step in pic.strides):  # refused by torch.from_numpy, as in PyTorch
        from_numpy(pic)
    image = pic[:, :, None] if pic.ndim == 2 else pic
    channels_first = np.ascontiguousarray(image.transpose(2, 0, 1))
    if channels_first.dtype == np.uint8:
        channels_first = channels_first / get_default_dtype().numpy.type(255)
    return from_numpy(channels_first)


def pil_to_tensor(pic):
    """Turn a Pillow image into a tensor `(C, H, W)` of its own numbers: uint8 for most modes.

    Raises TypeError for anything else.

    >>> from PIL import Image
    >>> pil_to_tensor(Image.new("RGB", (2, 1), "red")).tolist()
    [[[255, 255]], [[0, 0]], [[0, 0]]]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.pil_to_tensor.html
    """
    if not is_picture(pic):
        raise TypeError(explain(f"pic should be PIL Image. Got {type(pic)}", "it keeps a Pillow image's own numbers",
                                "ToTensor() takes arrays as well; torch.as_tensor(array) keeps an array's numbers"))
    array = np.array(pic).reshape(pic.height, pic.width, get_image_num_channels(pic))
    return from_numpy(array).permute(2, 0, 1)


def convert_image_dtype(image, dtype=dtypes.float32):
    """Convert a tensor to another dtype so that full brightness stays full brightness: 255 in uint8 is 1.0 in float32.

    From float to whole numbers each of them gets an equal part of 0 to 1. Raises TypeError for what is no tensor, RuntimeError
    where the float cannot hold the whole numbers (float32 to int32, float64 to int64).

    >>> import workbook as torch
    >>> convert_image_dtype(torch.tensor([0, 51, 255], dtype=torch.uint8))
    tensor([0.0000, 0.2000, 1.0000])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.convert_image_dtype.html
    """
    if not isinstance(image, Tensor):
        raise TypeError(explain("Input img should be Tensor Image", f"a {type(image).__name__} came", "put ToTensor() before it"))
    if image.dtype is dtype:
        return image
    if image.is_floating_point():
        return image.to(dtype) if dtype.is_floating_point else _to_whole(image, dtype)
    if dtype.is_floating_point:
        return image.to(dtype) / float(largest(image.dtype))
    steps_in, steps_out = largest(image.dtype) + 1, largest(dtype) + 1
    if steps_in > steps_out:
        return image.div(steps_in // steps_out, rounding_mode="floor").to(dtype)
    return image.to(dtype) * (steps_out // steps_in)


def _to_whole(image, dtype):
    unsafe = {dtypes.float32: (dtypes.int32, dtypes.int64), dtypes.float64: (dtypes.int64,)}
    if dtype in unsafe.get(image.dtype, ()):
        raise RuntimeError(explain(f"The cast from {image.dtype} to {dtype} cannot be performed safely.",
                                   f"{image.dtype} has too few digits for every number of {dtype}", "convert to torch.uint8, or to a wider float first"))
    return image.mul(largest(dtype) + 1.0 - 1e-3).to(dtype)  # 1e-3: so that 1.0 does not reach the number after the last


def to_pil_image(pic, mode=None):
    """Turn a tensor `(C, H, W)` or an array `(H, W, C)` into a Pillow image; floats from 0 to 1 become bytes.

    `mode` is Pillow's name for what the channels mean; without it L, LA, RGB or RGBA by their number. Raises TypeError for what
    is neither tensor nor array or has a dtype that Pillow lacks, ValueError for more than 4 channels or a mode that does not fit.

    >>> import workbook as torch
    >>> to_pil_image(torch.ones(3, 2, 4)).size
    (4, 2)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.to_pil_image.html
    """
    if isinstance(pic, Tensor):
        pic = pic.detach().cpu().numpy()
        pic = pic.transpose(1, 2, 0) if pic.ndim == 3 else pic
    elif not isinstance(pic, np.ndarray):
        raise TypeError(explain(f"pic should be Tensor or ndarray. Got {type(pic)}.", "a picture is made from numbers",
                                "leave ToPILImage out" if is_picture(pic) else "np.asarray(image)"))
    if pic.ndim not in (2, 3):
        raise ValueError(explain(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.", f"its shape is {shape_text(pic.shape)}",
                                 "take one image of the batch: images[0]"))
    image = pic[:, :, None] if pic.ndim == 2 else pic
    if image.shape[2] > 4:
        raise ValueError(explain(f"pic should not have > 4 channels. Got {image.shape[2]} channels.",
                                 "the channels of an array come last, those of a tensor first", "array.transpose(1, 2, 0) where they come first"))
    if np.issubdtype(image.dtype, np.floating) and mode != "F":
        with np.errstate(invalid="ignore"):
            image = (image * 255).astype(np.uint8)
    mode = _mode_of(image, mode)
    return from_array(image[:, :, 0] if image.shape[2] == 1 else image, mode)


_GREY = {"uint8": "L", "int16": _SHORT, "int32": "I", "float32": "F"}
_MODES = {2: ["LA"], 3: ["RGB", "YCbCr", "HSV"], 4: ["RGBA", "CMYK", "RGBX"]}


def _mode_of(image, mode):
    """The mode of an image `(H, W, C)`: the one asked for, if it fits, or the usual one of its channels and dtype."""
    channels, dtype = image.shape[2], image.dtype.name
    if channels == 1:
        usual = _GREY.get(dtype)
        if mode not in (None, usual):
            raise ValueError(explain(f"Incorrect mode ({mode}) supplied for input type {np.dtype}. Should be {usual}",
                                     f"one channel of {dtype} makes an image of mode {usual}", "leave mode out, and image.convert(mode) afterwards"))
    else:
        fitting = _MODES.get(channels, [])
        if mode is not None and mode not in fitting:
            raise ValueError(explain(f"Only modes {fitting} are supported for {channels}D inputs", f"the image has {channels} channels",
                                     f"leave mode out, and image.convert({mode!r}) afterwards"))
        usual = mode or (fitting[0] if dtype == "uint8" and fitting else None)
    if usual is None:
        raise TypeError(explain(f"Input type {dtype} is not supported", f"Pillow has no image of {channels} channels of {dtype}",
                                "convert it: .to(torch.uint8)"))
    return usual


def normalize(tensor, mean, std, inplace=False):
    """Compute (tensor[c] - mean[c]) / std[c] for each channel c of an image `(..., C, H, W)`.

    Raises TypeError for what is no floating-point tensor, ValueError for fewer than three axes or a std of 0.

    >>> import workbook as torch
    >>> normalize(torch.ones(1, 1, 2), (0.5,), (0.5,))
    tensor([[[1., 1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.normalize.html
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(explain(f"img should be Tensor Image. Got {type(tensor)}", "Normalize works on tensors",
                                "put ToTensor() before it"))
    is_tensor(tensor)
    if not tensor.is_floating_point():
        raise TypeError(explain(f"Input tensor should be a float tensor. Got {tensor.dtype}.", "the results are no whole numbers",
                                "put ToTensor() before it, or call .float()"))
    if tensor.dim() < 3:
        raise ValueError(explain(f"Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {tensor.size()}",
                                 "one axis must count the channels", "tensor.unsqueeze(0) for an image of one channel"))
    mean, std = (_of_channels(values, tensor) for values in (mean, std))
    if not std.all():
        raise ValueError(explain(f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero.",
                                 "each channel is divided by its std", "give a std that the dtype can hold"))
    mean, std = (as_tensor(values, dtype=tensor.dtype, device=tensor.device) for values in (mean, std))
    if inplace:
        return tensor.sub_(mean).div_(std)
    if mean.numel() > tensor.shape[-3] != mean.numel():
        raise RuntimeError(explain(f"output with shape {shape_text(tensor.shape)} doesn't match the broadcast shape "
                                   f"{shape_text((*tensor.shape[:-3], mean.numel(), *tensor.shape[-2:]))}",
                                   f"the image has {tensor.shape[-3]} channels, and there are {mean.numel()} means",
                                   f"give {tensor.shape[-3]} of them, and as many stds"))
    return tensor.sub(mean).div_(std)


def _of_channels(values, tensor):
    """Numbers for the channels as an array that broadcasts against an image."""
    if isinstance(values, Tensor):
        array = values.detach().cpu().numpy().astype(tensor.dtype.numpy)
    elif isinstance(values, (list, tuple)) and all(isinstance(value, (int, float)) for value in values):
        array = np.asarray(values, tensor.dtype.numpy)  # a list of numbers, as nearly always
    else:
        array = as_tensor(values, dtype=tensor.dtype, device="cpu").numpy()
    return array.reshape(-1, 1, 1) if array.ndim == 1 else array
