"""Transforms that turn, shear and bend by chance; they draw their angles and places as torchvision does."""

import numbers

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.vision.transforms import draws
from workbook.vision.transforms import functional as F
from workbook.vision.transforms.modes import InterpolationMode, of_layer


class RandomRotation(nn.Module):
    """Turn an image by a random angle: `degrees` is `(smallest, largest)`, or one number for as far to either side.

    `expand`, `center` and `fill` as in `functional.rotate`. Raises TypeError or ValueError for arguments of another kind.

    >>> RandomRotation(30)
    RandomRotation(degrees=[-30.0, 30.0], interpolation=nearest, expand=False, fill=0)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomRotation.html
    """

    torch_name = "torchvision.transforms.transforms.RandomRotation"

    def __init__(self, degrees, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=0):
        super().__init__()
        self.degrees, self.center, self.expand = _range("degrees", degrees), _sequence("center", center), expand
        self.interpolation, self.fill = of_layer(interpolation), _fill(fill)

    @staticmethod
    def get_params(degrees):
        """Draw the angle."""
        return draws.uniform(float(degrees[0]), float(degrees[1]))

    def forward(self, img):
        fill = _for_image(self.fill, img)
        return F.rotate(img, self.get_params(self.degrees), self.interpolation, self.expand, self.center, fill)

    def __repr__(self):
        center = "" if self.center is None else f", center={self.center}"
        return (f"{type(self).__name__}(degrees={self.degrees}, interpolation={self.interpolation.value}, expand={self.expand}"
                f"{center}, fill={self.fill})")


class RandomAffine(nn.Module):
    """Turn, move, scale and shear an image by random amounts.

    `degrees`: `(smallest, largest)` or one number for as far to either side; `translate`: which part of the width and of the height
    it moves at most; `scale`: `(smallest, largest)`; `shear`: degrees along x, or along x and y (four numbers). Raises TypeError or
    ValueError for arguments of another kind.

    >>> RandomAffine(10, translate=(0.1, 0.1))
    RandomAffine(degrees=[-10.0, 10.0], translate=(0.1, 0.1))

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomAffine.html
    """

    torch_name = "torchvision.transforms.transforms.RandomAffine"

    def __init__(self, degrees, translate=None, scale=None, shear=None, interpolation=InterpolationMode.NEAREST, fill=0, center=None):
        super().__init__()
        self.degrees, self.translate, self.scale = _range("degrees", degrees), _sequence("translate", translate), _sequence("scale", scale)
        if translate is not None and not all(0.0 <= part <= 1.0 for part in translate):
            raise ValueError(explain("translation values should be between 0 and 1", f"{translate} are parts of the width and of the height",
                                     "write (0.1, 0.1) for a tenth"))
        if scale is not None and min(scale) <= 0:
            raise ValueError(explain("scale values should be positive", f"{scale} would leave nothing of the image", "write (0.8, 1.2)"))
        self.shear = None if shear is None else _range("shear", shear, (2, 4))
        self.interpolation, self.fill, self.center = of_layer(interpolation), _fill(fill), _sequence("center", center)

    @staticmethod
    def get_params(degrees, translate, scale_ranges, shears, img_size):
        """Draw `(angle, (x, y), scale, (shear along x, shear along y))`; `img_size` is `[width, height]`."""
        angle, move, scale, shear = draws.uniform(float(degrees[0]), float(degrees[1])), (0, 0), 1.0, (0.0, 0.0)
        if translate is not None:
            furthest = [float(part * side) for part, side in zip(translate, img_size)]
            move = tuple(round(draws.uniform(-step, step)) for step in furthest)
        if scale_ranges is not None:
            scale = draws.uniform(*scale_ranges)
        if shears is not None:
            along_x = draws.uniform(shears[0], shears[1])
            shear = (along_x, draws.uniform(shears[2], shears[3]) if len(shears) == 4 else 0.0)
        return angle, move, scale, shear

    def forward(self, img):
        fill = _for_image(self.fill, img)
        drawn = self.get_params(self.degrees, self.translate, self.scale, self.shear, F.get_image_size(img))
        return F.affine(img, *drawn, interpolation=self.interpolation, fill=fill, center=self.center)

    def __repr__(self):
        shown = {"translate": self.translate, "scale": self.scale, "shear": self.shear}
        shown = {name: value for name, value in shown.items() if value is not None}
        if self.interpolation != InterpolationMode.NEAREST:
            shown["interpolation"] = self.interpolation.value
        if self.fill != 0:
            shown["fill"] = self.fill
        if self.center is not None:
            shown["center"] = self.center
        return f"{type(self).__name__}(degrees={self.degrees}" + "".join(f", {name}={value}" for name, value in shown.items()) + ")"


class RandomPerspective(nn.Module):
    """With probability `p`, bend an image as if it were looked at from another side: its corners move inwards by chance.

    `distortion_scale`: which part of the way to the middle they move at most. Raises TypeError for a `fill` that is no colour.

    >>> import workbook as torch
    >>> RandomPerspective()(torch.zeros(3, 8, 8)).shape
    torch.Size([3, 8, 8])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomPerspective.html
    """

    torch_name = "torchvision.transforms.transforms.RandomPerspective"

    def __init__(self, distortion_scale=0.5, p=0.5, interpolation=InterpolationMode.BILINEAR, fill=0):
        super().__init__()
        self.p, self.interpolation, self.distortion_scale, self.fill = p, of_layer(interpolation), distortion_scale, _fill(fill)

    @staticmethod
    def get_params(width, height, distortion_scale):
        """Draw where the four corners go: `(startpoints, endpoints)`."""
        inwards_x, inwards_y = int(distortion_scale * (width // 2)), int(distortion_scale * (height // 2))
        left, right = (0, inwards_x + 1), (width - inwards_x - 1, width)
        top, bottom = (0, inwards_y + 1), (height - inwards_y - 1, height)
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        startpoints = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        return startpoints, [[draws.whole(*x), draws.whole(*y)] for x, y in corners]

    def forward(self, img):
        fill = _for_image(self.fill, img)
        if not draws.happens(self.p):
            return img
        width, height = F.get_image_size(img)
        return F.perspective(img, *self.get_params(width, height, self.distortion_scale), self.interpolation, fill)

    def __repr__(self):
        return f"{type(self).__name__}(p={self.p})"


class ElasticTransform(nn.Module):
    """Move every pixel by a random amount, alike for neighbours: as if the image were seen through water.

    `alpha`: how far, `sigma`: how alike; one float, or one along x and one along y. Raises TypeError or ValueError for others.

    >>> ElasticTransform()
    ElasticTransform(alpha=[50.0, 50.0], sigma=[5.0, 5.0], interpolation=InterpolationMode.BILINEAR, fill=[0.0])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.ElasticTransform.html
    """

    torch_name = "torchvision.transforms.transforms.ElasticTransform"

    def __init__(self, alpha=50.0, sigma=5.0, interpolation=InterpolationMode.BILINEAR, fill=0):
        super().__init__()
        self.alpha, self.sigma = _two_floats("alpha", alpha), _two_floats("sigma", sigma)
        self.interpolation = of_layer(interpolation)
        if not isinstance(fill, (int, float, list, tuple)):
            raise TypeError(explain(f"fill should be int or float or a list or tuple of them. Got {type(fill)}", "it is a colour", "write 0"))
        self.fill = [float(number) for number in (fill if isinstance(fill, (list, tuple)) else [fill])]

    @staticmethod
    def get_params(alpha, sigma, size):
        """Draw the displacement `(1, H, W, 2)`; `size` is `[height, width]`."""
        steps = []
        for far, alike, side in zip(alpha, sigma, reversed(size)):
            step = torch.rand([1, 1, *size]) * 2 - 1
            if alike > 0.0:
                window = int(8 * alike + 1) | 1  # an odd number
                step = F.gaussian_blur(step, [window, window], list(sigma))
            steps.append(step * far / side)
        return torch.cat(steps, 1).permute(0, 2, 3, 1)

    def forward(self, tensor):
        _, height, width = F.get_dimensions(tensor)
        return F.elastic_transform(tensor, self.get_params(self.alpha, self.sigma, [height, width]), self.interpolation, self.fill)

    def __repr__(self):
        return f"{type(self).__name__}(alpha={self.alpha}, sigma={self.sigma}, interpolation={self.interpolation}, fill={self.fill})"


# ---- arguments ----------------------------------------------------------------------------------------------------------------


def _range(name, value, lengths=(2,)):
    """`[smallest, largest]`, from one number or from a sequence. Raises ValueError or TypeError for others."""
    if isinstance(value, numbers.Number):
        if value < 0:
            raise ValueError(explain(f"If {name} is a single number, it must be positive.", f"{value} would reach from {-value} to {value}",
                                     "write it without the sign, or (smallest, largest)"))
        value = [-value, value]
    return [float(number) for number in _sequence(name, value, lengths)]


def _sequence(name, value, lengths=(2,)):
    if value is None and name != "degrees":
        return None
    words = f"{name} should be a sequence of length {' or '.join(map(str, lengths))}."
    if not isinstance(value, (list, tuple)):
        raise TypeError(explain(words, f"a {type(value).__name__} came", f"write {lengths[0]} numbers"))
    if len(value) not in lengths:
        raise ValueError(explain(words, f"{value} has {len(value)}", f"write {lengths[0]} numbers"))
    return value


def _fill(fill):
    if fill is not None and not isinstance(fill, (numbers.Number, list, tuple)):
        raise TypeError(explain("Fill should be either a sequence or a number.", f"a {type(fill).__name__} came", "write 0, or one number for each channel"))
    return 0 if fill is None else fill


def _for_image(fill, img):
    """The colour as the functions want it: for a tensor, one number for each channel."""
    channels = F.get_image_num_channels(img)
    if not isinstance(img, Tensor):
        return fill
    return [float(fill)] * channels if isinstance(fill, (int, float)) else [float(number) for number in fill]


def _two_floats(name, value):
    if not isinstance(value, (float, list, tuple)):
        raise TypeError(explain(f"{name} should be float or a sequence of floats. Got {type(value)}", "it is computed with", "write it with a point: 50.0"))
    if isinstance(value, float):
        return [value, value]
    if len(value) != 2:
        raise ValueError(explain(f"If {name} is a sequence its length should be 2. Got {len(value)}", "one is along x, the other along y", "write (50.0, 50.0)"))
    for number in value:
        if not isinstance(number, float):
            raise TypeError(explain(f"{name} should be a sequence of floats. Got {type(number)}", "it is computed with", "write them with a point: 50.0"))
    return value
