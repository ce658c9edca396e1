"""Turning, shearing and bending: each pixel of the result looks for its place in the image.

A Pillow image is warped by Pillow; a tensor by `grid_sample`, on a grid of places between -1 and 1.
"""

import math
import numbers

import workbook as torch
from workbook.errors import explain
from workbook.nn import functional as F
from workbook.vision import pillow
from workbook.vision.transforms.conversion import pil_to_tensor, to_pil_image
from workbook.vision.transforms.geometry import colour
from workbook.vision.transforms.kinds import as_batch, computable, get_dimensions, is_tensor
from workbook.vision.transforms.modes import PILLOWS, InterpolationMode, as_mode


def rotate(img, angle, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=None):
    """Turn an image by `angle` degrees, counter-clockwise, about `center` (`[x, y]` in pixels, else its middle).

    With `expand` the result is large enough for all of it; the new corners have the colour `fill`. Raises TypeError or ValueError
    for arguments of another kind.

    >>> rotate(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), 90)
    tensor([[[2., 4.],
             [1., 3.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.rotate.html
    """
    mode = as_mode(interpolation)
    _check_angle(angle, center)
    if not is_tensor(img):
        return img.rotate(angle, PILLOWS[mode], expand, center, fillcolor=colour(fill, img))
    _check_warp(img, mode, fill)
    matrix = inverse_matrix(_from_the_middle(center, img), -angle, [0.0, 0.0], 1.0, [0.0, 0.0])
    height, width = img.shape[-2:]
    size = _covering_size(matrix, height, width) if expand else (height, width)
    return _sample(img, _affine_grid(img, matrix, size), mode.value, fill)


def affine(img, angle, translate, scale, shear, interpolation=InterpolationMode.NEAREST, fill=None, center=None):
    """Turn an image clockwise by `angle` degrees, shear it by `shear` degrees, scale it, and move it by `translate` pixels.

    `shear` is one number (along x) or `[x, y]`. Raises TypeError or ValueError for arguments of another kind.

    >>> affine(torch.tensor([[[1.0, 2.0]]]), 0.0, [1, 0], 1.0, 0.0)
    tensor([[[0., 1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.affine.html
    """
    mode = as_mode(interpolation)
    _check_angle(angle, center)
    shear = _check_affine(translate, scale, shear)
    if not is_tensor(img):
        middle = [img.width * 0.5, img.height * 0.5] if center is None else center
        matrix = inverse_matrix(middle, float(angle), translate, scale, shear)
        Image = pillow.load()
        return img.transform(img.size, Image.Transform.AFFINE, matrix, PILLOWS[mode], fillcolor=colour(fill, img))
    _check_warp(img, mode, fill)
    matrix = inverse_matrix(_from_the_middle(center, img), float(angle), [1.0 * step for step in translate], scale, shear)
    return _sample(img, _affine_grid(img, matrix, img.shape[-2:]), mode.value, fill)


def perspective(img, startpoints, endpoints, interpolation=InterpolationMode.BILINEAR, fill=None):
    """Bend an image so that the four `startpoints` `[x, y]` come to lie at the `endpoints`: the look from another side.

    Both name the corners top left, top right, bottom right, bottom left. Raises ValueError for another number of points,
    LinAlgError where they span no area.

    >>> corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
    >>> perspective(torch.ones(1, 2, 2), corners, corners)
    tensor([[[1., 1.],
             [1., 1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.perspective.html
    """
    coefficients = perspective_coefficients(startpoints, endpoints)
    mode = as_mode(interpolation)
    if not is_tensor(img):
        Image = pillow.load()
        return img.transform(img.size, Image.Transform.PERSPECTIVE, coefficients, PILLOWS[mode], fillcolor=colour(fill, img))
    _check_warp(img, mode, fill)
    return _sample(img, _perspective_grid(img, coefficients), mode.value, fill)


def elastic_transform(img, displacement, interpolation=InterpolationMode.BILINEAR, fill=None):
    """Move every pixel by its own `displacement` `(1, H, W, 2)`, in halves of the image's sides.

    Raises TypeError where it is no tensor, ValueError for another shape.

    >>> elastic_transform(torch.ones(1, 2, 2), torch.zeros(1, 2, 2, 2))
    tensor([[[1., 1.],
             [1., 1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.elastic_transform.html
    """
    mode = as_mode(interpolation)
    if not isinstance(displacement, torch.Tensor):
        raise TypeError(explain("Argument displacement should be a Tensor", f"a {type(displacement).__name__} came", "torch.as_tensor(displacement)"))
    image = img if is_tensor(img, "PIL Image or Tensor") else pil_to_tensor(img)
    shape = torch.Size([1, *image.shape[-2:], 2])
    if displacement.shape != shape:
        raise ValueError(explain(f"Argument displacement shape should be {shape}, but given {displacement.shape}",
                                 "every pixel moves by its own x and y", f"make it of shape {tuple(shape)}"))
    on = image.device
    rows, columns = (torch.linspace((1 - side) / side, (side - 1) / side, side, device=on) for side in image.shape[-2:])
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    result = _sample(image, torch.stack([x, y], -1).unsqueeze(0) + displacement.to(on), mode.value, fill)
    return result if image is img else to_pil_image(result, img.mode)


# ---- matrices -----------------------------------------------------------------------------------------------------------------


def inverse_matrix(center, angle, translate, scale, shear):
    """The six numbers that lead from a place in the result to the place in the image that it shows.

    The image itself moves by T C R S C^-1: to the centre and back (C), turned (R), sheared and scaled (S), moved (T).
    """
    turn, shear_x, shear_y = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    # R S without the scale, [[a, b], [c, d]]; its determinant is 1
    a = math.cos(turn - shear_y) / math.cos(shear_y)
    b = -math.cos(turn - shear_y) * math.tan(shear_x) / math.cos(shear_y) - math.sin(turn)
    c = math.sin(turn - shear_y) / math.cos(shear_y)
    d = -math.sin(turn - shear_y) * math.tan(shear_x) / math.cos(shear_y) + math.cos(turn)
    a, b, c, d = d / scale, -b / scale, -c / scale, a / scale
    x, y = -center[0] - translate[0], -center[1] - translate[1]
    return [a, b, a * x + b * y + center[0], c, d, c * x + d * y + center[1]]


def perspective_coefficients(startpoints, endpoints):
    """The eight numbers a to h of x = (a X + b Y + c) / (g X + h Y + 1), y = (d X + e Y + f) / (g X + h Y + 1).

    (X, Y) is a place in the result, (x, y) the one in the image that it shows. Four pairs of points give eight equations. Raises ValueError
    for another number of points.
    """
    if len(startpoints) != 4 or len(endpoints) != 4:
        raise ValueError(explain(f"Please provide exactly four corners, got {len(startpoints)} startpoints and {len(endpoints)} endpoints.",
                                 "four points fix how an image is bent", "name top left, top right, bottom right, bottom left"))
    rows = []
    for (x, y), (to_x, to_y) in zip(startpoints, endpoints):
        rows.append([to_x, to_y, 1, 0, 0, 0, -x * to_x, -x * to_y])
        rows.append([0, 0, 0, to_x, to_y, 1, -y * to_x, -y * to_y])
    places = torch.tensor(startpoints, dtype=torch.float64).reshape(8)
    equations = torch.tensor(rows, dtype=torch.float32).double()
    if torch.linalg.matrix_rank(equations) < 8:
        raise torch.linalg.LinAlgError(explain("torch.linalg.lstsq: The least squares solution could not be computed because the input matrix does "
                                               "not have full rank", f"the endpoints {list(endpoints)} are no corners of an area", "name four different points, no three on a line"))
    return torch.linalg.lstsq(equations, places).solution.float().tolist()


def _from_the_middle(center, img):
    if center is None:
        return [0.0, 0.0]
    return [place - side * 0.5 for place, side in zip(center, reversed(img.shape[-2:]))]


def _covering_size(matrix, height, width):
    """The `(height, width)` that holds a turned image, as Pillow finds it: from where its corners come to lie."""
    corners = torch.tensor([[x * width, y * height, 1.0] for x, y in ((-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5))])
    turned = corners @ torch.tensor(matrix).view(2, 3).T
    middle, small = torch.tensor([width * 0.5, height * 0.5]), 1e-4  # what is smaller is no pixel
    highest = torch.ceil(((turned.amax(0) + middle) / small).trunc() * small)
    lowest = torch.floor(((turned.amin(0) + middle) / small).trunc() * small)
    columns, rows = (highest - lowest).tolist()
    return int(rows), int(columns)


# ---- grids ----------------------------------------------------------------------------------------------------------------------


def _places(height, width, start, **kind):
    """The places `(x, y, 1)` of all pixels' middles, `(1, height * width, 3)`; `start`: those of the first row and column."""
    base = torch.empty(1, height, width, 3, **kind)
    base[..., 0] = torch.linspace(start[1], start[1] + width - 1, width, **kind)
    base[..., 1] = torch.linspace(start[0], start[0] + height - 1, height, **kind).unsqueeze(-1)
    base[..., 2] = 1
    return base.view(1, height * width, 3)


def _affine_grid(img, matrix, size):
    height, width = size
    kind = {"dtype": computable(img), "device": img.device}
    theta = torch.tensor(matrix, **kind).reshape(1, 2, 3)
    halves = torch.tensor([0.5 * img.shape[-1], 0.5 * img.shape[-2]], **kind)
    places = _places(height, width, (0.5 - height * 0.5, 0.5 - width * 0.5), **kind)
    return places.bmm(theta.transpose(1, 2) / halves).view(1, height, width, 2)


def _perspective_grid(img, coefficients):
    height, width = img.shape[-2:]
    a, b, c, d, e, f, g, h = coefficients
    kind = {"dtype": computable(img), "device": img.device}
    over = torch.tensor([[[a, b, c], [d, e, f]]], **kind).transpose(1, 2) / torch.tensor([0.5 * width, 0.5 * height], **kind)
    under = torch.tensor([[[g, h, 1.0], [g, h, 1.0]]], **kind).transpose(1, 2)
    places = _places(height, width, (0.5, 0.5), **kind)
    return (places.bmm(over) / places.bmm(under) - 1.0).view(1, height, width, 2)


def _sample(img, grid, mode, fill):
    """The image where the grid says, and `fill` where that is outside."""
    batch, undo = as_batch(img, [grid.dtype])
    grid = grid.expand(batch.shape[0], *grid.shape[1:])
    if fill is None:
        return undo(F.grid_sample(batch, grid, mode=mode, padding_mode="zeros", align_corners=False))
    inside = torch.ones_like(batch[:, :1])  # a further channel: how much of a pixel is the image
    both = F.grid_sample(torch.cat([batch, inside], 1), grid, mode=mode, padding_mode="zeros", align_corners=False)
    result, inside = both[:, :-1], both[:, -1:].expand_as(both[:, :-1])
    fill = batch.new_tensor(list(fill) if isinstance(fill, (tuple, list)) else [float(fill)])
    fill = fill.view(1, -1, 1, 1).expand_as(result)
    if mode == "nearest":
        return undo(torch.where(inside < 0.5, fill, result))
    return undo(result * inside + (1.0 - inside) * fill)


# ---- what is refused --------------------------------------------------------------------------------------------------------------


def _check_angle(angle, center):
    if not isinstance(angle, (int, float)):
        raise TypeError(explain("Argument angle should be int or float", f"a {type(angle).__name__} came", "write it in degrees: 30.0"))
    if center is not None and not isinstance(center, (list, tuple)):
        raise TypeError(explain("Argument center should be a sequence", f"a {type(center).__name__} came", "write [x, y], in pixels"))


def _check_affine(translate, scale, shear):
    """Raise for arguments that move no image, and return `shear` as `[x, y]`."""
    if not isinstance(translate, (list, tuple)):
        raise TypeError(explain("Argument translate should be a sequence", f"a {type(translate).__name__} came", "write [x, y], in pixels"))
    if len(translate) != 2:
        raise ValueError(explain("Argument translate should be a sequence of length 2", f"{translate} has {len(translate)}", "write [x, y], in pixels"))
    if scale <= 0.0:
        raise ValueError(explain("Argument scale should be positive", f"{scale} would leave nothing of the image", "1.0 leaves it as it is"))
    if not isinstance(shear, (numbers.Number, list, tuple)):
        raise TypeError(explain("Shear should be either a single value or a sequence of two values", f"a {type(shear).__name__} came", "write [x, y], in degrees"))
    shear = [shear, 0.0] if isinstance(shear, numbers.Number) else list(shear)
    shear = shear * 2 if len(shear) == 1 else shear
    if len(shear) != 2:
        raise ValueError(explain(f"Shear should be a sequence containing two values. Got {shear}", "an image is sheared along x and along y",
                                 "write [x, y], in degrees"))
    return shear


def _check_warp(img, mode, fill):
    channels = get_dimensions(img)[0]
    if isinstance(fill, (tuple, list)) and len(fill) > 1 and len(fill) != channels:
        raise ValueError(explain("The number of elements in 'fill' cannot broadcast to match the number of channels of the image "
                                 f"({len(fill)} != {channels})", "the border has one number for each channel", f"write {channels} of them"))
    if mode not in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR):
        raise ValueError(explain(f"Interpolation mode '{mode.value}' is unsupported with Tensor input", "a tensor is warped by grid_sample",
                                 "InterpolationMode.BILINEAR, or ToPILImage() before it"))
