"""A rectangle of an image covered: the network has to do with the rest."""

import math
import numbers
import warnings

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.vision.transforms import draws
from workbook.vision.transforms.kinds import is_tensor


def erase(img, i, j, h, w, v, inplace=False):
    """Write `v` over `h` rows from row `i` and `w` columns from column `j` of a tensor `(..., C, H, W)`.

    Raises TypeError for what is no tensor.

    >>> erase(torch.ones(1, 2, 2), 0, 1, 2, 1, 0.0)
    tensor([[[1., 0.],
             [1., 0.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.erase.html
    """
    if not isinstance(img, Tensor):
        raise TypeError(explain(f"img should be Tensor Image. Got {type(img)}", "it writes numbers into a tensor", "put ToTensor() before it"))
    is_tensor(img)
    image = img if inplace else img.clone()
    image[..., i:i + h, j:j + w] = v
    return image


class RandomErasing(nn.Module):
    """With probability `p`, write `value` over a random rectangle of a tensor `(..., C, H, W)`.

    `scale`: between which parts of the image's area it covers; `ratio`: between which heights over widths. `value`: one number,
    one for each channel, or "random" for noise. Raises TypeError or ValueError for arguments of another kind.

    Source: Z. Zhong et al. (2017), Random Erasing Data Augmentation, https://arxiv.org/abs/1708.04896

    >>> RandomErasing()
    RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)
    """

    torch_name = "torchvision.transforms.transforms.RandomErasing"

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False):
        super().__init__()
        _check(p, scale, ratio, value)
        self.p, self.scale, self.ratio, self.value, self.inplace = p, scale, ratio, value, inplace

    @staticmethod
    def get_params(img, scale, ratio, value=None):
        """Draw `(i, j, h, w, v)`: the rectangle, and what to write there. Ten tries to find one that fits, else the image itself."""
        channels, height, width = img.shape[-3:]
        for _ in range(10):
            area = height * width * draws.uniform(*scale)
            aspect = draws.side_ratio(ratio)
            h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if h < height and w < width:
                v = torch.empty(channels, h, w).normal_() if value is None else torch.tensor(value)[:, None, None]
                i = draws.whole(0, height - h + 1)
                return i, draws.whole(0, width - w + 1), h, w, v
        return 0, 0, height, width, img

    def forward(self, img):
        if not draws.happens(self.p):
            return img
        if not isinstance(img, Tensor):
            raise TypeError(explain(f"img should be Tensor Image. Got {type(img)}", "it writes numbers into a tensor", "put ToTensor() before it"))
        value = None if isinstance(self.value, str) else [float(v) for v in (self.value if isinstance(self.value, (list, tuple)) else [self.value])]
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueError(explain("If value is a sequence, it should have either a single value or "
                                     f"{img.shape[-3]} (number of input channels)", f"{len(value)} came", "write one number for each channel"))
        i, j, h, w, v = self.get_params(img, self.scale, self.ratio, value)
        return erase(img, i, j, h, w, v, self.inplace)

    def __repr__(self):
        return (f"{type(self).__name__}(p={self.p}, scale={self.scale}, ratio={self.ratio}, value={self.value}, "
                f"inplace={self.inplace})")


def _check(p, scale, ratio, value):
    if not isinstance(value, (numbers.Number, str, tuple, list)):
        raise TypeError(explain("Argument value should be either a number or str or a sequence", f"a {type(value).__name__} came",
                                "write 0, one number for each channel, or 'random'"))
    if isinstance(value, str) and value != "random":
        raise ValueError(explain("If value is str, it should be 'random'", f"{value!r} came", "write 'random' for noise"))
    check_ranges(scale, ratio)
    if scale[0] < 0 or scale[1] > 1:
        raise ValueError(explain("Scale should be between 0 and 1", f"{scale} are parts of the image's area", "write (0.02, 0.33)"))
    if not 0 <= p <= 1:
        raise ValueError(explain("Random erasing probability should be between 0 and 1", f"{p} is no probability", "write a number from 0 to 1"))


def check_ranges(scale, ratio):
    """Raise TypeError for what is no pair of numbers, and warn where the larger one stands first."""
    for name, pair in (("Scale", scale), ("Ratio", ratio)):
        if not isinstance(pair, (list, tuple)):
            raise TypeError(explain(f"{name} should be a sequence", f"a {type(pair).__name__} came", "write the smallest and the largest: (0.5, 1.0)"))
    if scale[0] > scale[1] or ratio[0] > ratio[1]:
        warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=3)
