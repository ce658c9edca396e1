"""torchvision.transforms.v2, which also moves boxes and masks, is not part of this package: what to write instead.

For images its transforms do what those of torchvision.transforms do.
"""

from workbook.errors import explain
from workbook.vision import transforms

_INSTEAD = {
    "ToImage": "ToTensor() stands for ToImage() and ToDtype(torch.float32, scale=True); PILToTensor() for ToImage() alone",
    "ToDtype": "ConvertImageDtype(dtype) is ToDtype(dtype, scale=True)",
    "ToPureTensor": "leave it out: every tensor is one",
    "Identity": "leave it out, or Lambda(lambda image: image)",
    "Transform": "write a class with __call__(self, image)",
    "CutMix": "mix the images and the labels of a batch in its loop",
    "MixUp": "mix the images and the labels of a batch in its loop",
}


def __getattr__(name):
    """Raises AttributeError with what to write instead."""
    same = f"torchvision.transforms.{name} does it for images" if name in transforms.__all__ else "the transforms of torchvision.transforms"
    raise AttributeError(explain(f"module 'torchvision.transforms.v2' has no attribute '{name}'",
                                 "v2, which also moves boxes and masks, is not part of this package", _INSTEAD.get(name, same)))
