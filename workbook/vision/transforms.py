"""What is done to an image on its way into a network, under the names of torchvision.transforms."""

import numpy as np

from workbook.errors import explain, shape_text
from workbook.naming import PrintsAsTorch
from workbook.ops.from_data import as_tensor, from_numpy
from workbook.tensor import Tensor


class Compose(metaclass=PrintsAsTorch):
    """Several transforms, one after the other.

    >>> Compose([ToTensor(), Normalize((0.5,), (0.5,))])
    Compose(
        ToTensor()
        Normalize(mean=(0.5,), std=(0.5,))
    )

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.Compose.html
    """

    torch_name = "torchvision.transforms.transforms.Compose"

    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, image):
        for transform in self.transforms:
            image = transform(image)
        return image

    def __repr__(self):
        return "Compose(\n" + "".join(f"    {transform}\n" for transform in self.transforms) + ")"


class ToTensor(metaclass=PrintsAsTorch):
    """Turn an image, an array `(H, W)` or `(H, W, C)`, into a tensor `(C, H, W)`; uint8 becomes float32 between 0 and 1.

    Raises TypeError for what is no array, ValueError for another number of axes.

    >>> ToTensor()(np.full((2, 1, 1), 255, np.uint8))
    tensor([[[1.],
             [1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.ToTensor.html
    """

    torch_name = "torchvision.transforms.transforms.ToTensor"

    def __call__(self, pic):
        if not isinstance(pic, np.ndarray):
            why, fix = "an image is an array of height and width", "np.asarray(image)"
            if isinstance(pic, Tensor):
                why, fix = "it is a tensor already", "leave ToTensor out"
            raise TypeError(explain(f"pic should be PIL Image or ndarray. Got {type(pic)}", why, fix))
        if pic.ndim not in (2, 3):
            raise ValueError(explain(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.",
                                     f"its shape is {shape_text(pic.shape)}", "give one image of shape (H, W) or (H, W, C)"))
        image = pic[:, :, None] if pic.ndim == 2 else pic
        channels_first = np.ascontiguousarray(image.transpose(2, 0, 1))
        if pic.dtype == np.uint8:
            channels_first = channels_first / np.float32(255)
        return from_numpy(channels_first)

    def __repr__(self):
        return "ToTensor()"


class Normalize(metaclass=PrintsAsTorch):
    """out[c] = (image[c] - mean[c]) / std[c], for an image `(..., C, H, W)`.

    Raises TypeError for what is no floating-point tensor, ValueError for fewer than three axes or a std of 0.

    >>> import workbook as torch
    >>> Normalize((0.5,), (0.5,))(torch.ones(1, 1, 2))
    tensor([[[1., 1.]]])

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.Normalize.html
    """

    torch_name = "torchvision.transforms.transforms.Normalize"

    def __init__(self, mean, std, inplace=False):
        self.mean, self.std, self.inplace = mean, std, inplace

    def __call__(self, tensor):
        if not isinstance(tensor, Tensor):
            raise TypeError(explain(f"img should be Tensor Image. Got {type(tensor)}", "Normalize works on tensors",
                                    "put ToTensor() before it"))
        if not tensor.is_floating_point():
            raise TypeError(explain(f"Input tensor should be a float tensor. Got {tensor.dtype}.",
                                    "the results are no whole numbers",
                                    "put ToTensor() before it, or call .float()"))
        if tensor.dim() < 3:
            raise ValueError(explain("Expected tensor to be a tensor image of size (..., C, H, W). "
                                     f"Got tensor.size() = {tensor.size()}", "one axis must count the channels",
                                     "tensor.unsqueeze(0) for an image of one channel"))
        mean, std = (as_tensor(values, dtype=tensor.dtype) for values in (self.mean, self.std))
        if (std == 0).any():
            raise ValueError(explain(f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero.",
                                     "each channel is divided by its std", "give a std that the dtype can hold"))
        mean, std = (values.reshape(-1, 1, 1) if values.dim() == 1 else values for values in (mean, std))
        image = tensor if self.inplace else tensor.clone()
        return image.sub_(mean).div_(std)

    def __repr__(self):
        return f"Normalize(mean={self.mean}, std={self.std})"
