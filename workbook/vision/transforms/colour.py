"""Brightness, contrast, colours, sharpness: each on a Pillow image as Pillow does it, and on a tensor `(..., C, H, W)`."""

import numpy as np

import workbook as torch
from workbook.errors import explain
from workbook.nn import functional as F
from workbook.vision import pillow
from workbook.vision.transforms.conversion import convert_image_dtype, pil_to_tensor, to_pil_image
from workbook.vision.transforms.kinds import (as_batch, computable, get_dimensions, is_tensor, largest, needs_channels, needs_three_axes)


def adjust_brightness(img, brightness_factor):
    """Multiply every number by `brightness_factor`: 0 is black, 1 the image as it is, 2 twice as bright.

    Raises ValueError for a negative factor, TypeError for what is no image of 1 or 3 channels.

    >>> adjust_brightness(torch.full((1, 1, 1), 0.25), 2)
    tensor([[[0.5000]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.adjust_brightness.html
    """
    if not is_tensor(img):
        return _enhanced("Brightness", img, brightness_factor)
    _check_factor("brightness_factor", brightness_factor)
    needs_channels(img)
    return _blend(img, torch.zeros_like(img), brightness_factor)


def adjust_contrast(img, contrast_factor):
    """Move every number away from the image's mean grey: 0 is that grey, 1 the image as it is, 2 twice as far from it.

    Raises ValueError for a negative factor, TypeError for what is no image of 1 or 3 channels.

    >>> adjust_contrast(torch.tensor([[[0.25, 0.75]]]), 0)
    tensor([[[0.5000, 0.5000]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.adjust_contrast.html
    """
    if not is_tensor(img):
        return _enhanced("Contrast", img, contrast_factor)
    _check_factor("contrast_factor", contrast_factor)
    needs_channels(img, (3, 1))
    grey = rgb_to_grayscale(img) if get_dimensions(img)[0] == 3 else img
    return _blend(img, grey.to(computable(img)).mean((-3, -2, -1), keepdim=True), contrast_factor)


def adjust_saturation(img, saturation_factor):
    """Move every colour away from its grey: 0 is a grey image, 1 the image as it is, 2 twice as colourful.

    Raises ValueError for a negative factor, TypeError for what is no image of 1 or 3 channels.

    >>> adjust_saturation(torch.tensor([[[1.0]], [[0.0]], [[0.0]]]), 0).flatten()
    tensor([0.2989, 0.2989, 0.2989])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.adjust_saturation.html
    """
    if not is_tensor(img):
        return _enhanced("Color", img, saturation_factor)
    _check_factor("saturation_factor", saturation_factor)
    needs_channels(img)
    return img if get_dimensions(img)[0] == 1 else _blend(img, rgb_to_grayscale(img), saturation_factor)


def adjust_hue(img, hue_factor):
    """Turn the circle of colours by `hue_factor` of a turn, from -0.5 to 0.5: by a third, red becomes green.

    Raises ValueError for another factor, TypeError for what is no image of 1 or 3 channels.

    >>> adjust_hue(torch.tensor([[[1.0]], [[0.0]], [[0.0]]]), 0.5).flatten()
    tensor([0., 1., 1.])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.adjust_hue.html
    """
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(explain(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].", "half a turn of the circle of colours reaches them all",
                                 "0 leaves the colours as they are"))
    if not is_tensor(img):
        return _turned_picture(img, hue_factor)
    needs_channels(img)
    if get_dimensions(img)[0] == 1:
        return img
    hue, saturation, value = _to_hsv(convert_image_dtype(img)).unbind(-3)
    return convert_image_dtype(_to_rgb((hue + hue_factor) % 1.0, saturation, value), img.dtype)


def adjust_gamma(img, gamma, gain=1):
    """Compute gain * img ** gamma, for an image of 0 to 1 (255 counts as 1): above 1 the shadows get darker, below 1 lighter.

    Raises ValueError for a negative gamma, TypeError for what is no image of 1 or 3 channels.

    >>> adjust_gamma(torch.full((1, 1, 1), 0.5), 2)
    tensor([[[0.2500]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.adjust_gamma.html
    """
    tensor = is_tensor(img)
    if tensor:
        needs_channels(img)
    if gamma < 0:
        raise ValueError(explain("Gamma should be a non-negative real number", f"{gamma} would make black endlessly bright", "1 leaves the image as it is"))
    if not tensor:
        curve = [int((256 - 1e-3) * gain * (level / 255.0) ** gamma) for level in range(256)] * 3
        return img.convert("RGB").point(curve).convert(img.mode)
    image = img if img.is_floating_point() else convert_image_dtype(img)
    return convert_image_dtype((gain * image.pow(gamma)).clamp(0, 1), img.dtype)


def adjust_sharpness(img, sharpness_factor):
    """Move every number away from the blurred image's: 0 is that, 1 the image as it is, 2 sharper.

    Raises ValueError for a negative factor, TypeError for what is no image of 1 or 3 channels.

    >>> adjust_sharpness(torch.eye(3)[None], 0)[0, 1, 1]
    tensor(0.5385)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.adjust_sharpness.html
    """
    if not is_tensor(img):
        return _enhanced("Sharpness", img, sharpness_factor)
    _check_factor("sharpness_factor", sharpness_factor)
    needs_channels(img)
    if min(img.shape[-2:]) <= 2:
        return img
    return _blend(img, _smoothed(img), sharpness_factor)


def rgb_to_grayscale(img, num_output_channels=1):
    """Grey from red, green and blue, as the eye weighs them: 0.2989 R + 0.587 G + 0.114 B; in 1 channel, or in 3 equal ones.

    Raises ValueError for another number of channels to make, TypeError for what is no image of 1 or 3.

    >>> rgb_to_grayscale(torch.tensor([[[1.0]], [[0.0]], [[0.0]]]))
    tensor([[[0.2989]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.rgb_to_grayscale.html
    """
    tensor = is_tensor(img)
    if tensor:
        needs_three_axes(img)
        needs_channels(img)
    if num_output_channels not in (1, 3):
        raise ValueError(explain("num_output_channels should be either 1 or 3", f"{num_output_channels} came", "write 1 for one channel of grey"))
    if not tensor:
        grey = img.convert("L")
        return grey if num_output_channels == 1 else pillow.load().merge("RGB", [grey] * 3)
    if img.shape[-3] == 1:
        grey = img.clone()
    else:
        red, green, blue = img.unbind(-3)
        grey = (0.2989 * red + 0.587 * green + 0.114 * blue).to(img.dtype).unsqueeze(-3)
    return grey.expand(img.shape) if num_output_channels == 3 else grey


def to_grayscale(img, num_output_channels=1):
    """A Pillow image of any mode in grey, in 1 channel or in 3 equal ones.

    Raises TypeError for what is no Pillow image, ValueError for another number of channels.

    >>> to_grayscale(pillow.load().new("RGB", (2, 2))).mode
    'L'

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.to_grayscale.html
    """
    if not pillow.is_picture(img):
        raise TypeError(explain("Input should be PIL Image", f"a {type(img).__name__} came", "rgb_to_grayscale(img) takes tensors as well"))
    return rgb_to_grayscale(img, num_output_channels)


def gaussian_blur(img, kernel_size, sigma=None):
    """Replace every number by a mean of those around it, weighted by a Gaussian of `sigma` in a window of `kernel_size`.

    Both are one number, or `[x, y]`. Raises TypeError or ValueError for a size that is not odd or a sigma that is not positive.

    >>> gaussian_blur(torch.eye(3)[None], 3, sigma=0.2)[0, 1].round(decimals=2)
    tensor([0., 1., 0.])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.gaussian_blur.html
    """
    sizes, sigmas = _check_blur(kernel_size, sigma)
    image = img if is_tensor(img, "PIL Image or Tensor") else pil_to_tensor(img)
    kind = computable(image)
    across, down = (_gaussian(size, width, dtype=kind, device=image.device) for size, width in zip(sizes, sigmas))
    kernel = torch.mm(down[:, None], across[None, :])
    batch, undo = as_batch(image, [kind])
    around = [sizes[0] // 2, sizes[0] // 2, sizes[1] // 2, sizes[1] // 2]
    result = undo(_by_channel(F.pad(batch, around, mode="reflect"), kernel))
    return result if image is img else to_pil_image(result, img.mode)


# ---- helpers ----------------------------------------------------------------------------------------------------------------------


def _enhanced(what, img, factor):
    return getattr(pillow.load("ImageEnhance"), what)(img).enhance(factor)


def _turned_picture(img, hue_factor):
    if img.mode in ("L", "1", "I", "F"):
        return img
    Image = pillow.load()
    hue, saturation, value = img.convert("HSV").split()
    turned = np.array(hue) + np.int32(hue_factor * 255).astype(np.uint8)  # bytes wrap around, as the circle does
    return Image.merge("HSV", (pillow.from_array(turned, "L"), saturation, value)).convert(img.mode)


def _blend(img, other, factor):
    """`factor` parts of the image and the rest of `other`, within the dtype's range."""
    factor = float(factor)
    return (factor * img + (1.0 - factor) * other).clamp(0, largest(img.dtype)).to(img.dtype)


def _to_hsv(img):
    """Red, green, blue to hue, saturation, value. Source: A. R. Smith (1978), Color Gamut Transform Pairs, SIGGRAPH."""
    red, green, blue = img.unbind(-3)
    high, low = img.amax(-3), img.amin(-3)
    grey, spread = high == low, high - low
    saturation = spread / torch.where(grey, 1.0, high)
    to_red, to_green, to_blue = ((high - part) / torch.where(grey, 1.0, spread) for part in (red, green, blue))
    sixths = torch.where(high == red, to_blue - to_green, torch.where(high == green, 2.0 + to_red - to_blue, 4.0 + to_green - to_red))
    return torch.stack([torch.fmod(sixths / 6.0 + 1.0, 1.0), saturation, high], -3)


def _to_rgb(hue, saturation, value):
    """Back again: in each sixth of the circle one colour is full, one is empty, and one rises or falls."""
    sixth = torch.floor(hue * 6.0)
    part = hue * 6.0 - sixth
    empty = (value * (1.0 - saturation)).clamp(0.0, 1.0)
    falling = (value * (1.0 - saturation * part)).clamp(0.0, 1.0)
    rising = (value * (1.0 - saturation * (1.0 - part))).clamp(0.0, 1.0)
    sixth = sixth.to(torch.int64) % 6
    in_order = torch.stack([value, falling, empty, empty, rising, value])  # red's, from sixth to sixth; green and blue follow it
    return torch.stack([in_order.gather(0, ((sixth + turn) % 6).unsqueeze(0)).squeeze(0) for turn in (0, 4, 2)], -3)


def _by_channel(batch, kernel):
    """Convolve every channel with one kernel."""
    channels = batch.shape[-3]
    return F.conv2d(batch, kernel.expand(channels, 1, *kernel.shape), groups=channels)


def _smoothed(img):
    """Each inner number as the mean of its neighbours, itself counted five times; the border stays."""
    kernel = torch.ones(3, 3, dtype=computable(img), device=img.device)
    kernel[1, 1] = 5.0
    batch, undo = as_batch(img, [kernel.dtype])
    result = img.clone()
    result[..., 1:-1, 1:-1] = undo(_by_channel(batch, kernel / kernel.sum()))
    return result


def _gaussian(size, sigma, **kind):
    """The weights of a window of `size` numbers, which sum to 1."""
    half = (size - 1) * 0.5
    weights = torch.exp(-0.5 * (torch.linspace(-half, half, size, **kind) / sigma).pow(2))
    return weights / weights.sum()


# ---- what is refused ----------------------------------------------------------------------------------------------------------------


def _check_factor(name, factor):
    if factor < 0:
        raise ValueError(explain(f"{name} ({factor}) is not non-negative.", "1 is the image as it is, 0 the far end", "write a number of at least 0"))


def _check_blur(kernel_size, sigma):
    """Raise for a window or a sigma that is none, and return both as `[x, y]`."""
    if not isinstance(kernel_size, (int, list, tuple)):
        raise TypeError(explain(f"kernel_size should be int or a sequence of integers. Got {type(kernel_size)}", "it counts pixels", "write 3"))
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    if len(sizes) != 2:
        raise ValueError(explain(f"If kernel_size is a sequence its length should be 2. Got {len(sizes)}", "a window has a width and a height", "write [3, 5]"))
    if any(size % 2 == 0 or size < 0 for size in sizes):
        raise ValueError(explain(f"kernel_size should have odd and positive integers. Got {sizes}", "the window has a middle", "write 3, 5, 7, ..."))
    if sigma is None:
        sigma = [size * 0.15 + 0.35 for size in sizes]
    if not isinstance(sigma, (int, float, list, tuple)):
        raise TypeError(explain(f"sigma should be either float or sequence of floats. Got {type(sigma)}", "it is the Gaussian's width", "write 1.0"))
    sigmas = [float(sigma)] * 2 if isinstance(sigma, (int, float)) else list(sigma)
    sigmas = sigmas * 2 if len(sigmas) == 1 else sigmas
    if len(sigmas) != 2:
        raise ValueError(explain(f"If sigma is a sequence, its length should be 2. Got {len(sigmas)}", "a window has a width and a height", "write [1.0, 2.0]"))
    if any(width <= 0.0 for width in sigmas):
        raise ValueError(explain(f"sigma should have positive values. Got {sigmas}", "it is the Gaussian's width", "write 1.0"))
    return sizes, sigmas
