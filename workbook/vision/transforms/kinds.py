"""What every transform asks of an image: whether it is a Pillow image or a tensor, its size, its largest number."""

from workbook import dtypes
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.vision.pillow import is_picture

LARGEST = {dtypes.uint8: 255, dtypes.int8: 127, dtypes.int16: 32767, dtypes.int32: 2**31 - 1, dtypes.int64: 2**63 - 1}


def largest(dtype):
    """The number that stands for full brightness in a dtype: 255 in uint8, 1 in the floating-point ones."""
    return LARGEST.get(dtype, 1)


def is_tensor(image, wanted="PIL Image"):
    """Whether it is a tensor of an image; False for a Pillow image. Raises TypeError for anything else, in torchvision's words."""
    if isinstance(image, Tensor):
        if image.dim() < 2:
            raise TypeError(explain("Tensor is not a torch image.", f"its shape is {list(image.shape)}, and an image has a height and a width",
                                    "give an image of shape (..., C, H, W)"))
        return True
    if is_picture(image):
        return False
    raise TypeError(explain(f"img should be {wanted}. Got {type(image)}", "transforms change Pillow images and tensors",
                            "put ToTensor() before this transform, or torch.as_tensor(image) with its channels first"))


def get_dimensions(img):
    """Return `[channels, height, width]` of a Pillow image or a tensor `(..., C, H, W)`.

    Raises TypeError for anything else.

    >>> import workbook as torch
    >>> get_dimensions(torch.zeros(3, 4, 5))
    [3, 4, 5]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.get_dimensions.html
    """
    if isinstance(img, Tensor):
        is_tensor(img)
        return [1 if img.dim() == 2 else img.shape[-3], *img.shape[-2:]]
    if is_picture(img):
        return [len(img.getbands()), img.height, img.width]
    raise TypeError(explain(f"Unexpected type {type(img)}", "transforms change Pillow images and tensors",
                            "put ToTensor() before this transform, or torch.as_tensor(image) with its channels first"))


def get_image_size(img):
    """Return `[width, height]` of a Pillow image or a tensor `(..., C, H, W)`.

    Raises TypeError for anything else.

    >>> import workbook as torch
    >>> get_image_size(torch.zeros(3, 4, 5))
    [5, 4]

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.get_image_size.html
    """
    return get_dimensions(img)[:0:-1]


def get_image_num_channels(img):
    """Return the number of channels of a Pillow image or a tensor `(..., C, H, W)`.

    Raises TypeError for anything else.

    >>> import workbook as torch
    >>> get_image_num_channels(torch.zeros(3, 4, 5))
    3

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.functional.get_image_num_channels.html
    """
    return get_dimensions(img)[0]


def needs_channels(img, allowed=(1, 3)):
    """Raise TypeError unless a tensor has one of the `allowed` numbers of channels."""
    channels = get_dimensions(img)[0]
    if channels not in allowed:
        raise TypeError(explain(f"Input image tensor permitted channel values are {list(allowed)}, but found {channels}",
                                f"the channels of {list(img.shape)} are its third axis from the end, and they stand for grey or for red, green and blue",
                                "image.permute(2, 0, 1) if the channels come last, image[:3] to leave a transparency out"))


def needs_three_axes(img):
    """Raise TypeError for a tensor without an axis of channels."""
    if img.dim() < 3:
        raise TypeError(explain(f"Input image tensor should have at least 3 dimensions, but found {img.dim()}",
                                "one axis must count the channels", "image.unsqueeze(0) for an image of one channel"))


def computable(img):
    """The dtype in which a tensor's numbers are computed: its own if that is floating-point, else float32."""
    return img.dtype if img.is_floating_point() else dtypes.float32


def as_batch(img, allowed):
    """Return a tensor with a batch axis, in one of the `allowed` dtypes (else in the first), and how to undo both."""
    before, dtype = img.dim(), img.dtype
    batch = img.unsqueeze(0) if before < 4 else img
    if dtype not in allowed:
        batch = batch.to(allowed[0])

    def undo(result):
        result = result.squeeze(0) if before < 4 else result
        if result.dtype is dtype:
            return result
        return (result.round() if dtype in LARGEST else result).to(dtype)

    return batch, undo
