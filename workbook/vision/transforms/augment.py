"""One or several changes out of a list, drawn for each image with their strength: no transform has to be chosen by hand."""

import math

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.vision.transforms import functional as F
from workbook.vision.transforms.modes import InterpolationMode

# Changes of which the strength has a sign, that is: left or right, more or less. The order is the papers', and is drawn from.
SIGNED = ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness")
OTHERS = ("Posterize", "Solarize", "AutoContrast", "Equalize")
CHANGES = ("Identity", *SIGNED, *OTHERS)


class RandAugment(nn.Module):
    """Apply `num_ops` changes out of 14, drawn for each image, all as strong as `magnitude` of `num_magnitude_bins` says.

    Images are Pillow's, or uint8 tensors. Raises IndexError for a magnitude that is not below the number of bins.

    >>> RandAugment()
    RandAugment(num_ops=2, magnitude=9, num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None)

    Source: E. Cubuk et al. (2019), RandAugment, https://arxiv.org/abs/1909.13719
    """

    torch_name = "torchvision.transforms.autoaugment.RandAugment"

    def __init__(self, num_ops=2, magnitude=9, num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None):
        super().__init__()
        self.num_ops, self.magnitude, self.num_magnitude_bins = num_ops, magnitude, num_magnitude_bins
        self.interpolation, self.fill = interpolation, fill

    def forward(self, img):
        channels, height, width = F.get_dimensions(img)
        furthest = {"TranslateX": 150 / 331 * width, "TranslateY": 150 / 331 * height, "Rotate": 30.0}
        for _ in range(self.num_ops):
            name = CHANGES[torch.randint(len(CHANGES), (1,)).item()]
            strengths = _strengths(name, self.num_magnitude_bins, furthest.get(name, 0.3 if "Shear" in name else 0.9), 4)
            strength = 0.0 if strengths is None else _picked(strengths, self.magnitude)
            img = changed(img, name, _with_sign(name, strength), self.interpolation, _fill(self.fill, img, channels))
        return img

    def __repr__(self):
        return (f"{type(self).__name__}(num_ops={self.num_ops}, magnitude={self.magnitude}, num_magnitude_bins={self.num_magnitude_bins}, "
                f"interpolation={self.interpolation}, fill={self.fill})")


class TrivialAugmentWide(nn.Module):
    """Apply one change out of 14, drawn for each image, as strong as is drawn: nothing is to be set.

    Images are Pillow's, or uint8 tensors.

    >>> TrivialAugmentWide()
    TrivialAugmentWide(num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None)

    Source: S. Müller and F. Hutter (2021), TrivialAugment, https://arxiv.org/abs/2103.10158
    """

    torch_name = "torchvision.transforms.autoaugment.TrivialAugmentWide"

    def __init__(self, num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None):
        super().__init__()
        self.num_magnitude_bins, self.interpolation, self.fill = num_magnitude_bins, interpolation, fill

    def forward(self, img):
        channels = F.get_image_num_channels(img)
        furthest = {"TranslateX": 32.0, "TranslateY": 32.0, "Rotate": 135.0}
        name = CHANGES[torch.randint(len(CHANGES), (1,)).item()]
        strengths = _strengths(name, self.num_magnitude_bins, furthest.get(name, 0.99), 6)
        strength = 0.0 if strengths is None else _picked(strengths, torch.randint(len(strengths), (1,)).item())
        return changed(img, name, _with_sign(name, strength), self.interpolation, _fill(self.fill, img, channels))

    def __repr__(self):
        return (f"{type(self).__name__}(num_magnitude_bins={self.num_magnitude_bins}, interpolation={self.interpolation}, "
                f"fill={self.fill})")


def changed(img, name, strength, interpolation, fill):
    """The image after one of CHANGES."""
    if "Shear" in name:
        degrees = math.degrees(math.atan(strength))
        shear = [degrees, 0.0] if name == "ShearX" else [0.0, degrees]
        return F.affine(img, 0.0, [0, 0], 1.0, shear, interpolation, fill, center=[0, 0])
    if "Translate" in name:
        move = [int(strength), 0] if name == "TranslateX" else [0, int(strength)]
        return F.affine(img, 0.0, move, 1.0, [0.0, 0.0], interpolation, fill)
    if name == "Rotate":
        return F.rotate(img, strength, interpolation, fill=fill)
    if name in _FACTORS:
        return _FACTORS[name](img, 1.0 + strength)
    return {"Identity": lambda: img, "Posterize": lambda: F.posterize(img, int(strength)), "Solarize": lambda: F.solarize(img, strength),
            "AutoContrast": lambda: F.autocontrast(img), "Equalize": lambda: F.equalize(img)}[name]()


_FACTORS = {"Brightness": F.adjust_brightness, "Color": F.adjust_saturation, "Contrast": F.adjust_contrast, "Sharpness": F.adjust_sharpness}


def _strengths(name, bins, furthest, bits):
    """How strong a change is in each bin, or None where it has no strength; `bits`: how many Posterize takes away at most."""
    if name in SIGNED:
        return torch.linspace(0.0, furthest, bins)
    if name == "Posterize":
        return 8 - (torch.arange(bins) / ((bins - 1) / bits)).round().int()
    return torch.linspace(255.0, 0.0, bins) if name == "Solarize" else None


def _picked(strengths, place):
    if not -len(strengths) <= place < len(strengths):
        raise IndexError(explain(f"index {place} is out of bounds for dimension 0 with size {len(strengths)}", "magnitude counts the bins, from 0",
                                 f"write at most {len(strengths) - 1}"))
    return float(strengths[place].item())


def _with_sign(name, strength):
    return -strength if name in SIGNED and torch.randint(2, (1,)).item() else strength


def _fill(fill, img, channels):
    """The colour as the functions want it: for a tensor, one number for each channel."""
    if not isinstance(img, Tensor) or fill is None:
        return fill
    return [float(fill)] * channels if isinstance(fill, (int, float)) else [float(number) for number in fill]
