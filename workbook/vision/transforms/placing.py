"""Transforms that cut, pad, flip and resize; the random ones draw their places as torchvision does."""

import math

from workbook import nn
from workbook.errors import explain
from workbook.vision.transforms import draws
from workbook.vision.transforms import functional as F
from workbook.vision.transforms.erasing import check_ranges
from workbook.vision.transforms.geometry import as_pair, check_padding
from workbook.vision.transforms.modes import InterpolationMode, of_layer


class Resize(nn.Module):
    """Bring an image to `size`: `(height, width)`, or one number for its shorter side, the longer one in proportion.

    With one number the longer side ends at `max_size`. A smaller image is smoothed first (`antialias`, for tensors; Pillow always
    does). Raises TypeError or ValueError for a size that is none.

    >>> import workbook as torch
    >>> Resize(5)(torch.zeros(3, 10, 20)).shape
    torch.Size([3, 5, 10])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.Resize.html
    """

    torch_name = "torchvision.transforms.transforms.Resize"

    def __init__(self, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
        super().__init__()
        if not isinstance(size, (int, list, tuple)):
            raise TypeError(explain(f"Size should be int or sequence. Got {type(size)}", "it counts pixels", "write 32, or (24, 32)"))
        if not isinstance(size, int) and len(size) not in (1, 2):
            raise ValueError(explain("If size is a sequence, it should have 1 or 2 values", f"{size} has {len(size)}", "write 32, or (24, 32)"))
        self.size, self.max_size, self.interpolation, self.antialias = size, max_size, of_layer(interpolation), antialias

    def forward(self, img):
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self):
        return (f"{type(self).__name__}(size={self.size}, interpolation={self.interpolation.value}, max_size={self.max_size}, "
                f"antialias={self.antialias})")


class CenterCrop(nn.Module):
    """Cut `size`, `(height, width)` or one number, out of the middle; a smaller image is padded with 0 first.

    >>> import workbook as torch
    >>> CenterCrop(1)(torch.arange(9).reshape(1, 3, 3))
    tensor([[[4]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.CenterCrop.html
    """

    torch_name = "torchvision.transforms.transforms.CenterCrop"

    def __init__(self, size):
        super().__init__()
        self.size = as_pair(size)

    def forward(self, img):
        return F.center_crop(img, self.size)

    def __repr__(self):
        return f"{type(self).__name__}(size={self.size})"


class Pad(nn.Module):
    """Put a border around an image: `padding` is one number, `(left and right, top and bottom)` or `(left, top, right, bottom)`.

    `padding_mode`: "constant" (the colour `fill`), "edge", "reflect" or "symmetric". Raises TypeError or ValueError for others.

    >>> import workbook as torch
    >>> Pad(1)(torch.ones(1, 1, 1))
    tensor([[[0., 0., 0.],
             [0., 1., 0.],
             [0., 0., 0.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.Pad.html
    """

    torch_name = "torchvision.transforms.transforms.Pad"

    def __init__(self, padding, fill=0, padding_mode="constant"):
        super().__init__()
        check_padding(padding, fill, padding_mode)
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img):
        return F.pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self):
        return f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode})"


class RandomCrop(nn.Module):
    """Cut `size`, `(height, width)` or one number, out of a random place, after a border of `padding` was put around the image.

    `pad_if_needed` pads an image that is smaller; without it that is a ValueError. `fill` and `padding_mode` as in Pad.

    >>> import workbook as torch
    >>> RandomCrop(32, padding=4)(torch.zeros(3, 32, 32)).shape
    torch.Size([3, 32, 32])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomCrop.html
    """

    torch_name = "torchvision.transforms.transforms.RandomCrop"

    def __init__(self, size, padding=None, pad_if_needed=False, fill=0, padding_mode="constant"):
        super().__init__()
        self.size = tuple(as_pair(size))
        self.padding, self.pad_if_needed, self.fill, self.padding_mode = padding, pad_if_needed, fill, padding_mode

    @staticmethod
    def get_params(img, output_size):
        """Draw `(top, left, height, width)`."""
        _, rows, columns = F.get_dimensions(img)
        height, width = output_size
        if rows < height or columns < width:
            raise ValueError(explain(f"Required crop size {(height, width)} is larger than input image size {(rows, columns)}",
                                     "it is cut out of the image as it is", "pad_if_needed=True, or Resize before it"))
        if (rows, columns) == (height, width):
            return 0, 0, rows, columns
        top = draws.whole(0, rows - height + 1)
        return top, draws.whole(0, columns - width + 1), height, width

    def forward(self, img):
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        _, rows, columns = F.get_dimensions(img)
        height, width = self.size
        if self.pad_if_needed and columns < width:
            img = F.pad(img, [width - columns, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and rows < height:
            img = F.pad(img, [0, height - rows], self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))

    def __repr__(self):
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomHorizontalFlip(nn.Module):
    """Mirror the image with probability `p`.

    >>> import workbook as torch
    >>> RandomHorizontalFlip(p=1)(torch.tensor([[[1, 2]]]))
    tensor([[[2, 1]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomHorizontalFlip.html
    """

    torch_name = "torchvision.transforms.transforms.RandomHorizontalFlip"

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        return F.hflip(img) if draws.happens(self.p) else img

    def __repr__(self):
        return f"{type(self).__name__}(p={self.p})"


class RandomVerticalFlip(nn.Module):
    """Turn the image upside down with probability `p`.

    >>> import workbook as torch
    >>> RandomVerticalFlip(p=1)(torch.tensor([[[1], [2]]])).flatten()
    tensor([2, 1])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomVerticalFlip.html
    """

    torch_name = "torchvision.transforms.transforms.RandomVerticalFlip"

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        return F.vflip(img) if draws.happens(self.p) else img

    def __repr__(self):
        return f"{type(self).__name__}(p={self.p})"


class RandomResizedCrop(nn.Module):
    """Cut a random part out of an image and bring it to `size`.

    `scale`: between which parts of the image's area it has; `ratio`: between which widths over heights. Raises TypeError where
    they are no pairs.

    >>> import workbook as torch
    >>> RandomResizedCrop(4)(torch.zeros(3, 32, 32)).shape
    torch.Size([3, 4, 4])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomResizedCrop.html
    """

    torch_name = "torchvision.transforms.transforms.RandomResizedCrop"

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3.0 / 4.0, 4.0 / 3.0), interpolation=InterpolationMode.BILINEAR, antialias=True):
        super().__init__()
        check_ranges(scale, ratio)
        self.size, self.scale, self.ratio = as_pair(size), scale, ratio
        self.interpolation, self.antialias = of_layer(interpolation), antialias

    @staticmethod
    def get_params(img, scale, ratio):
        """Draw `(top, left, height, width)`: ten tries to find a part that fits, else the middle of the image."""
        _, rows, columns = F.get_dimensions(img)
        for _ in range(10):
            area = rows * columns * draws.uniform(*scale)
            aspect = draws.side_ratio(ratio)
            width, height = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if 0 < width <= columns and 0 < height <= rows:
                top = draws.whole(0, rows - height + 1)
                return top, draws.whole(0, columns - width + 1), height, width
        height, width = rows, columns
        if columns / rows < min(ratio):
            height = round(columns / min(ratio))
        elif columns / rows > max(ratio):
            width = round(rows * max(ratio))
        return (rows - height) // 2, (columns - width) // 2, height, width

    def forward(self, img):
        return F.resized_crop(img, *self.get_params(img, self.scale, self.ratio), self.size, self.interpolation, antialias=self.antialias)

    def __repr__(self):
        scale, ratio = (tuple(round(number, 4) for number in pair) for pair in (self.scale, self.ratio))
        return (f"{type(self).__name__}(size={self.size}, scale={scale}, ratio={ratio}, interpolation={self.interpolation.value}, "
                f"antialias={self.antialias})")


class FiveCrop(nn.Module):
    """Cut `size` out of each corner and out of the middle: a tuple of five images. Raises ValueError where the image is smaller.

    >>> import workbook as torch
    >>> [part.item() for part in FiveCrop(1)(torch.arange(9).reshape(1, 3, 3))]
    [0, 2, 6, 8, 4]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.FiveCrop.html
    """

    torch_name = "torchvision.transforms.transforms.FiveCrop"

    def __init__(self, size):
        super().__init__()
        self.size = as_pair(size)

    def forward(self, img):
        return F.five_crop(img, self.size)

    def __repr__(self):
        return f"{type(self).__name__}(size={self.size})"


class TenCrop(nn.Module):
    """FiveCrop of the image and of its mirror image (upside down with `vertical_flip`): a tuple of ten images.

    >>> import workbook as torch
    >>> len(TenCrop(1)(torch.zeros(1, 3, 3)))
    10

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.TenCrop.html
    """

    torch_name = "torchvision.transforms.transforms.TenCrop"

    def __init__(self, size, vertical_flip=False):
        super().__init__()
        self.size, self.vertical_flip = as_pair(size), vertical_flip

    def forward(self, img):
        return F.ten_crop(img, self.size, self.vertical_flip)

    def __repr__(self):
        return f"{type(self).__name__}(size={self.size}, vertical_flip={self.vertical_flip})"
