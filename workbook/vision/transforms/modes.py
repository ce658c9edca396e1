"""The ways of finding a colour between pixels, under torchvision's names."""

import enum

from workbook.errors import explain


class InterpolationMode(enum.Enum):
    """How the colour at a place between the pixels is found.

    >>> InterpolationMode.BILINEAR.value
    'bilinear'

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.InterpolationMode.html
    """

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"  # these three are Pillow's only
    HAMMING = "hamming"
    LANCZOS = "lanczos"


PILLOWS = {InterpolationMode.NEAREST: 0, InterpolationMode.LANCZOS: 1, InterpolationMode.BILINEAR: 2, InterpolationMode.BICUBIC: 3,
           InterpolationMode.BOX: 4, InterpolationMode.HAMMING: 5, InterpolationMode.NEAREST_EXACT: 0}
_OF_NUMBER = {number: mode for mode, number in PILLOWS.items() if mode is not InterpolationMode.NEAREST_EXACT}


def as_mode(interpolation):
    """Return the InterpolationMode that is meant: itself, or the one that Pillow gives this number.

    Raises TypeError for anything else.
    """
    if isinstance(interpolation, InterpolationMode):
        return interpolation
    if isinstance(interpolation, int) and interpolation in _OF_NUMBER:
        return _OF_NUMBER[interpolation]
    raise TypeError(explain("Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant",
                            f"{interpolation!r} is neither", "write InterpolationMode.BILINEAR"))


def of_layer(interpolation):
    """The same for a transform's argument, which is looked at again when an image comes: what is no number stays as it is."""
    return as_mode(interpolation) if isinstance(interpolation, int) else interpolation
