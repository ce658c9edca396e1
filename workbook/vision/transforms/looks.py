"""Transforms that change how an image looks, but not where its parts are."""

import numbers

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.vision.transforms import draws
from workbook.vision.transforms import functional as F
from workbook.vision.transforms.geometry import as_pair


class Grayscale(nn.Module):
    """Turn an image grey, in 1 channel or in 3 equal ones.

    >>> import workbook as torch
    >>> Grayscale()(torch.zeros(3, 2, 2)).shape
    torch.Size([1, 2, 2])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.Grayscale.html
    """

    torch_name = "torchvision.transforms.transforms.Grayscale"

    def __init__(self, num_output_channels=1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img):
        return F.rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self):
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


class ByChance(nn.Module):
    """What the transforms below have in common: with probability `p` they change the image, else it stays as it is.

    >>> ByChance(p=0.25).p
    0.25

    Source: https://pytorch.org/vision/0.28/transforms.html
    """

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        return self.changed(img) if draws.happens(self.p) else img

    def __repr__(self):
        return f"{type(self).__name__}(p={self.p})"


class RandomGrayscale(ByChance):
    """Turn an image grey with probability `p`; it keeps its number of channels.

    >>> import workbook as torch
    >>> RandomGrayscale(p=1)(torch.zeros(3, 2, 2)).shape
    torch.Size([3, 2, 2])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomGrayscale.html
    """

    torch_name = "torchvision.transforms.transforms.RandomGrayscale"

    def __init__(self, p=0.1):
        super().__init__(p)

    def changed(self, img):
        return F.rgb_to_grayscale(img, F.get_image_num_channels(img))


class RandomInvert(ByChance):
    """Take the negative with probability `p`.

    >>> import workbook as torch
    >>> RandomInvert(p=1)(torch.ones(1, 1, 1)).item()
    0.0

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomInvert.html
    """

    torch_name = "torchvision.transforms.transforms.RandomInvert"

    def changed(self, img):
        return F.invert(img)


class RandomPosterize(ByChance):
    """Keep the `bits` highest bits of every byte with probability `p`.

    >>> RandomPosterize(bits=2)
    RandomPosterize(bits=2,p=0.5)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomPosterize.html
    """

    torch_name = "torchvision.transforms.transforms.RandomPosterize"

    def __init__(self, bits, p=0.5):
        super().__init__(p)
        self.bits = bits

    def changed(self, img):
        return F.posterize(img, self.bits)

    def __repr__(self):
        return f"{type(self).__name__}(bits={self.bits},p={self.p})"


class RandomSolarize(ByChance):
    """Invert what is at least as bright as `threshold` with probability `p`.

    >>> RandomSolarize(threshold=192)
    RandomSolarize(threshold=192,p=0.5)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomSolarize.html
    """

    torch_name = "torchvision.transforms.transforms.RandomSolarize"

    def __init__(self, threshold, p=0.5):
        super().__init__(p)
        self.threshold = threshold

    def changed(self, img):
        return F.solarize(img, self.threshold)

    def __repr__(self):
        return f"{type(self).__name__}(threshold={self.threshold},p={self.p})"


class RandomAdjustSharpness(ByChance):
    """Sharpen by `sharpness_factor` with probability `p`: 0 blurs, 1 leaves the image as it is, 2 sharpens.

    >>> RandomAdjustSharpness(2)
    RandomAdjustSharpness(sharpness_factor=2,p=0.5)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomAdjustSharpness.html
    """

    torch_name = "torchvision.transforms.transforms.RandomAdjustSharpness"

    def __init__(self, sharpness_factor, p=0.5):
        super().__init__(p)
        self.sharpness_factor = sharpness_factor

    def changed(self, img):
        return F.adjust_sharpness(img, self.sharpness_factor)

    def __repr__(self):
        return f"{type(self).__name__}(sharpness_factor={self.sharpness_factor},p={self.p})"


class RandomAutocontrast(ByChance):
    """Stretch each channel from black to full brightness with probability `p`.

    >>> RandomAutocontrast()
    RandomAutocontrast(p=0.5)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomAutocontrast.html
    """

    torch_name = "torchvision.transforms.transforms.RandomAutocontrast"

    def changed(self, img):
        return F.autocontrast(img)


class RandomEqualize(ByChance):
    """Spread the levels of each channel with probability `p`.

    >>> RandomEqualize()
    RandomEqualize(p=0.5)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomEqualize.html
    """

    torch_name = "torchvision.transforms.transforms.RandomEqualize"

    def changed(self, img):
        return F.equalize(img)


class ColorJitter(nn.Module):
    """Change brightness, contrast, saturation and hue by random amounts, in random order.

    Each is `(smallest, largest)` of the factors of `functional.adjust_brightness` and so on, or one number: as far from 1 (hue:
    from 0) to either side. Raises ValueError for a factor out of its range, TypeError for what is none.

    >>> ColorJitter(brightness=0.5)
    ColorJitter(brightness=(0.5, 1.5), contrast=None, saturation=None, hue=None)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.ColorJitter.html
    """

    torch_name = "torchvision.transforms.transforms.ColorJitter"

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        super().__init__()
        self.brightness, self.contrast = _factors("brightness", brightness), _factors("contrast", contrast)
        self.saturation, self.hue = _factors("saturation", saturation), _factors("hue", hue, center=0, bound=(-0.5, 0.5))

    @staticmethod
    def get_params(brightness, contrast, saturation, hue):
        """Draw the order, a tensor, and the four factors, None where there is nothing to change."""
        order = torch.randperm(4)
        return order, *(None if pair is None else draws.uniform(*pair) for pair in (brightness, contrast, saturation, hue))

    def forward(self, img):
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        steps = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for place in order.tolist():
            if factors[place] is not None:
                img = steps[place](img, factors[place])
        return img

    def __repr__(self):
        return (f"{type(self).__name__}(brightness={self.brightness}, contrast={self.contrast}, saturation={self.saturation}, "
                f"hue={self.hue})")


def _factors(name, value, center=1, bound=(0, float("inf"))):
    """`(smallest, largest)`, or None where both leave the image as it is."""
    if isinstance(value, numbers.Number):
        if value < 0:
            raise ValueError(explain(f"If {name} is a single number, it must be non negative.", "it is how far the factor goes to either side",
                                     f"{-value}, or (smallest, largest)"))
        pair = [center - float(value), center + float(value)]
        if center:
            pair[0] = max(pair[0], 0.0)
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        pair = [float(number) for number in value]
    else:
        raise TypeError(explain(f"{name} should be a single number or a list/tuple with length 2.", f"{value!r} is neither", "write 0.2, or (0.8, 1.2)"))
    if not bound[0] <= pair[0] <= pair[1] <= bound[1]:
        raise ValueError(explain(f"{name} values should be between {bound}, but got {pair}.", "the smaller one stands first", "write (smallest, largest) within the bounds"))
    return None if pair[0] == pair[1] == center else tuple(pair)


class GaussianBlur(nn.Module):
    """Blur an image by a Gaussian of random width, between the two of `sigma`, in a window of `kernel_size`.

    Raises ValueError for a window that has no middle or a sigma that is not positive.

    >>> GaussianBlur(3)
    GaussianBlur(kernel_size=(3, 3), sigma=(0.1, 2.0))

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.GaussianBlur.html
    """

    torch_name = "torchvision.transforms.transforms.GaussianBlur"

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        super().__init__()
        self.kernel_size = as_pair(kernel_size, "Kernel size should be a tuple/list of two integers")
        if any(size <= 0 or size % 2 == 0 for size in self.kernel_size):
            raise ValueError(explain("Kernel size value should be an odd and positive number.", "the window has a middle", "write 3, 5, 7, ..."))
        self.sigma = _widths(sigma)

    @staticmethod
    def get_params(sigma_min, sigma_max):
        """Draw the Gaussian's width."""
        return draws.uniform(sigma_min, sigma_max)

    def forward(self, img):
        sigma = self.get_params(*self.sigma)
        return F.gaussian_blur(img, self.kernel_size, [sigma, sigma])

    def __repr__(self):
        return f"{type(self).__name__}(kernel_size={self.kernel_size}, sigma={self.sigma})"


def _widths(sigma):
    if isinstance(sigma, numbers.Number):
        if sigma <= 0:
            raise ValueError(explain("If sigma is a single number, it must be positive.", "it is the Gaussian's width in pixels", "write 1.0"))
        return sigma, sigma
    if not isinstance(sigma, (list, tuple)) or len(sigma) != 2:
        raise ValueError(explain("sigma should be a single number or a list/tuple with length 2.", f"{sigma!r} is neither", "write 1.0, or (0.1, 2.0)"))
    if not 0.0 < sigma[0] <= sigma[1]:
        raise ValueError(explain("sigma values should be positive and of the form (min, max).", f"{sigma} came", "write (0.1, 2.0)"))
    return sigma
