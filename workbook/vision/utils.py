"""Several images in one, a file of them, and what was found drawn onto them, under the names of torchvision.utils."""

import math

import numpy as np

import workbook as torch
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.vision import pillow
from workbook.vision.transforms.conversion import convert_image_dtype, pil_to_tensor, to_pil_image


def make_grid(tensor, nrow=8, padding=2, normalize=False, value_range=None, scale_each=False, pad_value=0.0):
    """Put images `(N, C, H, W)`, or a list of images, into one `(C, H', W')`: `nrow` beside each other, `padding` pixels apart.

    Grey images become three channels. `normalize` brings their numbers to 0 to 1, from `value_range` or from the smallest and the
    largest, of all or, with `scale_each`, of each image. Raises TypeError for what is neither tensor nor list of tensors.

    >>> make_grid(torch.zeros(10, 1, 4, 4), nrow=5).shape
    torch.Size([3, 14, 32])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.utils.make_grid.html
    """
    with torch.no_grad():
        images = _as_batch(tensor)
        if normalize is True:
            images = _between_0_and_1(images, value_range, scale_each)
        if len(images) == 1:
            return images.squeeze(0)
        columns = min(nrow, len(images))
        if columns == 0:
            raise ZeroDivisionError(explain("float division by zero", "nrow is how many images stand beside each other", "write 8"))
        lines = math.ceil(len(images) / columns)
        height, width = images.shape[2] + padding, images.shape[3] + padding
        grid = images.new_full((images.shape[1], height * lines + padding, width * columns + padding), pad_value)
        for place, image in enumerate(images):
            top, left = height * (place // columns) + padding, width * (place % columns) + padding
            grid[:, top:top + height - padding, left:left + width - padding] = image
        return grid


def _as_batch(tensor):
    """Images `(N, C, H, W)`, with three channels where there was one."""
    if isinstance(tensor, list):
        for image in tensor:
            if not isinstance(image, Tensor):
                raise TypeError(explain(f"tensor or list of tensors expected, got a list containing {type(image)}", "a grid is made of tensors", "put ToTensor() before it"))
        tensor = torch.stack(tensor)
    if not isinstance(tensor, Tensor):
        raise TypeError(explain(f"tensor or list of tensors expected, got {type(tensor)}", "a grid is made of tensors", "torch.as_tensor(images)"))
    if not 2 <= tensor.dim() <= 4:
        raise ValueError(explain(f"make_grid takes images of 2 to 4 dimensions, got {tensor.dim()}", f"the shape {list(tensor.shape)} is not (N, C, H, W)",
                                 "images.reshape(-1, channels, height, width)"))
    images = tensor.reshape((1,) * (4 - tensor.dim()) + tuple(tensor.shape))
    if not len(images):
        raise ValueError(explain("make_grid got no image", f"the shape is {list(tensor.shape)}", "give at least one"))
    return images.repeat(1, 3, 1, 1) if images.shape[1] == 1 else images


def _between_0_and_1(images, value_range, scale_each):
    if value_range is not None and not isinstance(value_range, tuple):
        raise TypeError(explain("value_range has to be a tuple (min, max) if specified. min and max are numbers", f"a {type(value_range).__name__} came",
                                "write (0, 1)"))
    images = images.clone()
    for part in images if scale_each is True else [images]:
        low, high = value_range or (float(part.min()), float(part.max()))
        part.clamp_(low, high).sub_(low).div_(max(high - low, 1e-5))
    return images


def save_image(tensor, fp, format=None, **kwargs):
    """Write images of numbers from 0 to 1 into a picture file; several as a grid, for which `make_grid` takes the other arguments.

    `fp` is a path or an open file, `format` Pillow's name of the file's format where the name does not tell. A file is written whole or
    not at all. Raises what `make_grid` raises, ValueError for a format that Pillow does not know, FileNotFoundError without the folder.

    >>> import io
    >>> file = io.BytesIO()
    >>> save_image(torch.zeros(3, 4, 4), file, format="png")
    >>> file.getvalue()[1:4]
    b'PNG'

    Source: https://pytorch.org/vision/0.28/generated/torchvision.utils.save_image.html
    """
    with torch.no_grad():
        grid = make_grid(tensor, **kwargs)
        array = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to(torch.uint8).cpu().numpy()
    pillow.save(pillow.from_array(array), fp, format)


def draw_bounding_boxes(image, boxes, labels=None, colors=None, fill=False, width=1, font=None, font_size=None):
    """Draw `boxes` `(N, 4)` of xmin, ymin, xmax, ymax onto an image `(C, H, W)`, uint8 or of floats from 0 to 1.

    `colors`: one for all, or one for each: names as Pillow knows them, or (red, green, blue). Raises TypeError or ValueError for what
    is no such image, for boxes turned inside out, or for another number of labels or colours.

    >>> out = draw_bounding_boxes(torch.zeros(3, 8, 8, dtype=torch.uint8), torch.tensor([[1, 1, 5, 5]]), colors="red")
    >>> out[:, 1, 3].tolist()
    [255, 0, 0]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.utils.draw_bounding_boxes.html
    """
    _check_image(image, (1, 3))
    if boxes.shape[0] == 0:
        return image
    if ((boxes[:, 0] > boxes[:, 2]) | (boxes[:, 1] > boxes[:, 3])).any():
        raise ValueError(explain("Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert to convert them",
                                 "a box ends before it begins", "write the upper left corner first"))
    if labels is not None and len(labels) != len(boxes):
        raise ValueError(explain(f"Number of boxes ({len(boxes)}) and labels ({len(labels)}) mismatch. Please specify labels for each box.",
                                 "each box has its label", "give as many labels as boxes"))
    picture = to_pil_image(convert_image_dtype(image.repeat(3, 1, 1) if image.shape[0] == 1 else image, torch.uint8))
    draw = pillow.load("ImageDraw").Draw(picture, "RGBA" if fill else None)
    ImageFont = pillow.load("ImageFont")
    letters = ImageFont.load_default() if font is None else ImageFont.truetype(font, font_size or 10)
    for box, colour, label in zip(boxes.to(torch.int64).tolist(), _colours(colors, len(boxes)), labels or [None] * len(boxes)):
        draw.rectangle(box, width=width, outline=colour, fill=(*colour, 100) if fill else None)
        if label is not None:
            draw.text((box[0] + width + 1, box[1] + width + 1), label, fill=colour, font=letters)
    return convert_image_dtype(pil_to_tensor(picture), image.dtype)


def draw_segmentation_masks(image, masks, alpha=0.8, colors=None):
    """Colour the pixels of each mask, bool `(H, W)` or `(N, H, W)`, on an image `(3, H, W)`; `alpha` says how opaque.

    Raises TypeError or ValueError for what is no such image, or for masks of another dtype or shape.

    >>> mask = torch.tensor([[True, False]])
    >>> draw_segmentation_masks(torch.zeros(3, 1, 2, dtype=torch.uint8), mask, alpha=1.0, colors="blue").tolist()
    [[[0, 0]], [[0, 0]], [[255, 0]]]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.utils.draw_segmentation_masks.html
    """
    _check_image(image, (3,))
    masks = masks[None] if masks.dim() == 2 else masks
    if masks.dim() != 3:
        raise ValueError(explain("masks must be of shape (H, W) or (batch_size, H, W)", f"their shape is {list(masks.shape)}", "masks.reshape(-1, height, width)"))
    if masks.dtype is not torch.bool:
        raise ValueError(explain(f"The masks must be of dtype bool. Got {masks.dtype}", "a pixel belongs to a mask or not", "masks > 0.5"))
    if masks.shape[-2:] != image.shape[-2:]:
        raise ValueError(explain("The image and the masks must have the same height and width", f"they are {list(image.shape[-2:])} and {list(masks.shape[-2:])}",
                                 "resize one of them"))
    painted = image.detach().clone()
    for mask, colour in zip(masks, _colours(colors, len(masks))):
        part = torch.tensor(colour, dtype=image.dtype, device=image.device)
        painted[:, mask] = (part if image.dtype is torch.uint8 else part / 255)[:, None]
    painted[:, masks.sum(0) > 1] = 0
    return (image * (1 - alpha) + painted * alpha).to(image.dtype)


def _check_image(image, channels):
    if not isinstance(image, Tensor):
        raise TypeError(explain(f"Tensor expected, got {type(image)}", "it is drawn onto a tensor", "pil_to_tensor(image)"))
    if not (image.dtype is torch.uint8 or image.is_floating_point()):
        raise ValueError(explain(f"The image dtype must be uint8 or float, got {image.dtype}", "its colours are bytes, or floats from 0 to 1", "image.to(torch.uint8)"))
    if image.dim() != 3:
        raise ValueError(explain("Pass individual images, not batches", f"the shape is {list(image.shape)}", "images[0]"))
    if image.shape[0] not in channels:
        raise ValueError(explain("Only grayscale and RGB images are supported" if 1 in channels else "Pass an RGB image. Other Image formats are not supported",
                                 f"the image has {image.shape[0]} channels", "image[:3]"))


def _colours(colors, count):
    """One colour `(red, green, blue)` for each of `count` things."""
    if colors is None:
        colors = [tuple((number * np.array([2**25 - 1, 2**15 - 1, 2**21 - 1]) % 255).tolist()) for number in range(count)]
    elif not isinstance(colors, (list, tuple, str)):
        raise ValueError(explain(f"colors must be a tuple or a string, or a list thereof, but got {colors}.", "a colour is a name or three numbers", "write 'red', or (255, 0, 0)"))
    elif isinstance(colors, tuple) and len(colors) != 3:
        raise ValueError(explain(f"If passed as tuple, colors should be an RGB triplet, but got {colors}.", "a colour is red, green and blue", "write (255, 0, 0); several in a list"))
    elif not isinstance(colors, list):
        colors = [colors] * count
    if len(colors) < count:
        raise ValueError(explain(f"Number of colors must be equal or larger than the number of objects, but got {len(colors)} < {count}.",
                                 "each has its colour", "give as many, or one for all"))
    known = pillow.load("ImageColor").getrgb
    return [known(colour) if isinstance(colour, str) else tuple(colour) for colour in colors]
