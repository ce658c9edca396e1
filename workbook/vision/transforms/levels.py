"""The levels of brightness: inverted, fewer, or spread out; on a Pillow image as Pillow does it, and on a tensor `(..., C, H, W)`."""

import numpy as np

import workbook as torch
from workbook.errors import explain
from workbook.vision import pillow
from workbook.vision.transforms.kinds import computable, is_tensor, largest, needs_channels, needs_three_axes


def invert(img):
    """The negative: full brightness minus every number.

    Raises TypeError for what is no image of 1 or 3 channels.

    >>> invert(torch.tensor([[[0, 255]]], dtype=torch.uint8))
    tensor([[[255,   0]]], dtype=torch.uint8)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.invert.html
    """
    if not is_tensor(img):
        return pillow.load("ImageOps").invert(img)
    needs_three_axes(img)
    needs_channels(img)
    return largest(img.dtype) - img


def posterize(img, bits):
    """Keep the `bits` highest bits of every byte, so that few colours are left.

    Raises ValueError unless `bits` is between 0 and 8, TypeError for a tensor that is not uint8 or has not 1 or 3 channels.

    >>> posterize(torch.tensor([[[100, 200]]], dtype=torch.uint8), 1)
    tensor([[[  0, 128]]], dtype=torch.uint8)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.posterize.html
    """
    if not 0 <= bits <= 8:
        raise ValueError(explain(f"The number if bits should be between 0 and 8. Got {bits}", "a byte has 8 of them", "8 leaves the image as it is"))
    if not is_tensor(img):
        return pillow.load("ImageOps").posterize(img, bits)
    needs_three_axes(img)
    _needs_bytes(img)
    needs_channels(img)
    return img & -int(2 ** (8 - bits))


def solarize(img, threshold):
    """Invert what is at least as bright as `threshold`.

    Raises TypeError for a threshold above full brightness, or for what is no image of 1 or 3 channels.

    >>> solarize(torch.tensor([[[0.25, 0.75]]]), 0.5)
    tensor([[[0.2500, 0.2500]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.solarize.html
    """
    if not is_tensor(img):
        return pillow.load("ImageOps").solarize(img, threshold)
    needs_three_axes(img)
    needs_channels(img)
    if threshold > largest(img.dtype):
        raise TypeError(explain("Threshold should be less than bound of img.", f"full brightness is {largest(img.dtype)} in {img.dtype}, the threshold {threshold}",
                                "give it in the image's own numbers"))
    return torch.where(img >= threshold, invert(img), img)


def autocontrast(img):
    """Stretch each channel so that its darkest number becomes black and its brightest full.

    Raises TypeError for what is no image of 1 or 3 channels.

    >>> autocontrast(torch.tensor([[[0.25, 0.5, 0.75]]]))
    tensor([[[0.0000, 0.5000, 1.0000]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.autocontrast.html
    """
    if not is_tensor(img):
        return pillow.load("ImageOps").autocontrast(img)
    needs_three_axes(img)
    needs_channels(img)
    kind, full = computable(img), largest(img.dtype)
    darkest, brightest = img.amin((-2, -1), keepdim=True).to(kind), img.amax((-2, -1), keepdim=True).to(kind)
    flat = darkest == brightest  # such a channel stays as it is
    scale = torch.where(flat, 1.0, full / torch.where(flat, 1.0, brightest - darkest)).to(kind)
    return ((img - torch.where(flat, 0.0, darkest)) * scale).clamp(0, full).to(img.dtype)


def equalize(img):
    """Spread the levels of each channel so that each occurs about as often.

    Raises TypeError for a tensor that is not uint8, has not 1 or 3 channels, or has not 3 or 4 axes.

    >>> equalize(torch.tensor([[[1, 2, 3, 4]]], dtype=torch.uint8)).shape
    torch.Size([1, 1, 4])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.equalize.html
    """
    if not is_tensor(img):
        return pillow.load("ImageOps").equalize(img)
    if img.dim() not in (3, 4):
        raise TypeError(explain(f"Input image tensor should have 3 or 4 dimensions, but found {img.dim()}", "they are (N, C, H, W)", "image.unsqueeze(0) for an image of one channel"))
    _needs_bytes(img)
    needs_channels(img)
    if not img.numel():
        return img
    channels = img.reshape(-1, *img.shape[-2:]).numpy(force=True)
    return torch.from_numpy(np.stack([_equalized(channel) for channel in channels])).reshape(img.shape).to(img.device)


def _equalized(channel):
    """Pillow's rule: level by level, how many numbers are darker, counted in steps of a 255th of all but the brightest."""
    counts = np.bincount(channel.reshape(-1), minlength=256)
    used = counts[counts != 0]
    step = used[:-1].sum() // 255
    if step == 0:
        return channel
    table = (np.cumsum(counts) + step // 2) // step
    return np.concatenate([[0], table[:-1]]).clip(0, 255).astype(np.uint8)[channel]


def _needs_bytes(img):
    if img.dtype is not torch.uint8:
        raise TypeError(explain(f"Only torch.uint8 image tensors are supported, but found {img.dtype}", "the levels of bytes are counted, or their bits kept",
                                "put it before ToTensor(), or convert_image_dtype(img, torch.uint8)"))
