"""Transforms between pictures, arrays and tensors."""

from workbook import nn
from workbook.errors import explain, shape_text
from workbook.naming import PrintsAsTorch
from workbook.vision.transforms import functional as F


class ToTensor(metaclass=PrintsAsTorch):
    """Turn a Pillow image or an array, `(H, W)` or `(H, W, C)`, into a tensor `(C, H, W)`; bytes become floats from 0 to 1.

    Raises TypeError for anything else, ValueError for an array with another number of axes.

    >>> import numpy as np
    >>> ToTensor()(np.full((2, 1, 1), 255, np.uint8))
    tensor([[[1.],
             [1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.ToTensor.html
    """

    torch_name = "torchvision.transforms.transforms.ToTensor"

    def __call__(self, pic):
        return F.to_tensor(pic)

    def __repr__(self):
        return f"{type(self).__name__}()"


class PILToTensor(metaclass=PrintsAsTorch):
    """Turn a Pillow image into a tensor `(C, H, W)` of its own numbers: uint8 for most modes. Raises TypeError for anything else.

    >>> from PIL import Image
    >>> PILToTensor()(Image.new("L", (2, 1), 7))
    tensor([[[7, 7]]], dtype=torch.uint8)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.PILToTensor.html
    """

    torch_name = "torchvision.transforms.transforms.PILToTensor"

    def __call__(self, pic):
        return F.pil_to_tensor(pic)

    def __repr__(self):
        return f"{type(self).__name__}()"


class ConvertImageDtype(nn.Module):
    """Convert a tensor to another dtype so that full brightness stays full brightness: 255 in uint8 is 1.0 in float32.

    Raises what `functional.convert_image_dtype` raises.

    >>> import workbook as torch
    >>> ConvertImageDtype(torch.uint8)(torch.tensor([0.0, 1.0]))
    tensor([  0, 255], dtype=torch.uint8)

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.ConvertImageDtype.html
    """

    torch_name = "torchvision.transforms.transforms.ConvertImageDtype"

    def __init__(self, dtype):
        super().__init__()
        self.dtype = dtype

    def forward(self, image):
        return F.convert_image_dtype(image, self.dtype)


class ToPILImage(metaclass=PrintsAsTorch):
    """Turn a tensor `(C, H, W)` or an array `(H, W, C)` into a Pillow image; floats from 0 to 1 become bytes.

    Raises what `functional.to_pil_image` raises.

    >>> import workbook as torch
    >>> ToPILImage()(torch.ones(3, 2, 4)).mode
    'RGB'

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.ToPILImage.html
    """

    torch_name = "torchvision.transforms.transforms.ToPILImage"

    def __init__(self, mode=None):
        self.mode = mode

    def __call__(self, pic):
        return F.to_pil_image(pic, self.mode)

    def __repr__(self):
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class Normalize(nn.Module):
    """out[c] = (image[c] - mean[c]) / std[c], for an image `(..., C, H, W)`.

    Raises TypeError for what is no floating-point tensor, ValueError for fewer than three axes or a std of 0.

    >>> import workbook as torch
    >>> Normalize((0.5,), (0.5,))(torch.ones(1, 1, 2))
    tensor([[[1., 1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.Normalize.html
    """

    torch_name = "torchvision.transforms.transforms.Normalize"

    def __init__(self, mean, std, inplace=False):
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor):
        return F.normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self):
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


class LinearTransformation(nn.Module):
    """out = (image - mean_vector) @ transformation_matrix, for the numbers of an image in a row: whitening, for one.

    Raises ValueError where the matrix is not square or does not fit the vector or the image.

    >>> import workbook as torch
    >>> LinearTransformation(torch.eye(2) * 2, torch.ones(2))(torch.tensor([[[3.0, 4.0]]]))
    tensor([[[4., 6.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.LinearTransformation.html
    """

    torch_name = "torchvision.transforms.transforms.LinearTransformation"

    def __init__(self, transformation_matrix, mean_vector):
        super().__init__()
        rows, columns = transformation_matrix.shape
        if rows != columns:
            raise ValueError(explain(f"transformation_matrix should be square. Got {(rows, columns)} rectangular matrix.",
                                     "as many numbers leave as come", "one row and one column for each number of an image"))
        if mean_vector.shape[0] != rows:
            raise ValueError(explain(f"mean_vector should have the same length {mean_vector.shape[0]} as any one of the dimensions of the "
                                     f"transformation_matrix [{(rows, columns)}]", "each number of an image has its mean", f"give {rows} of them"))
        if transformation_matrix.dtype is not mean_vector.dtype:
            raise ValueError(explain("Input tensors should have the same dtype. "
                                     f"Got {transformation_matrix.dtype} and {mean_vector.dtype}", "they are computed with together", "convert one with .to(dtype)"))
        self.transformation_matrix, self.mean_vector = transformation_matrix, mean_vector

    def forward(self, tensor):
        shape = tensor.shape
        numbers = shape[-3] * shape[-2] * shape[-1]
        if numbers != self.transformation_matrix.shape[0]:
            raise ValueError(explain("Input tensor and transformation matrix have incompatible shape."
                                     f"[{shape[-3]} x {shape[-2]} x {shape[-1]}] != {self.transformation_matrix.shape[0]}",
                                     f"an image of {shape_text(shape[-3:])} has {numbers} numbers", "make the matrix for images of this size"))
        flat = tensor.reshape(-1, numbers) - self.mean_vector
        return (flat @ self.transformation_matrix.to(flat.dtype)).reshape(shape)

    def __repr__(self):
        return (f"{type(self).__name__}(transformation_matrix={self.transformation_matrix.tolist()}, "
                f"mean_vector={self.mean_vector.tolist()})")
