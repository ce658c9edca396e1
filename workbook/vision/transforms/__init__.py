"""What is done to an image on its way into a network, under the names of torchvision.transforms.

The functions, value by value, are gathered in `functional`: `conversion` (pictures and tensors), `geometry` (cutting, padding,
resizing), `warping` (turning, bending), `colour`, `levels`, `erasing`. The transforms: `converters`, `placing`, `warps`, `looks`,
`augment`, `containers`; their random numbers: `draws`.
"""

from workbook.errors import explain
from workbook.vision.transforms import functional
from workbook.vision.transforms.augment import RandAugment, TrivialAugmentWide
from workbook.vision.transforms.containers import Compose, Lambda, RandomApply, RandomChoice, RandomOrder, RandomTransforms
from workbook.vision.transforms.converters import ConvertImageDtype, LinearTransformation, Normalize, PILToTensor, ToPILImage, ToTensor
from workbook.vision.transforms.erasing import RandomErasing
from workbook.vision.transforms.looks import (ColorJitter, GaussianBlur, Grayscale, RandomAdjustSharpness, RandomAutocontrast,
                                              RandomEqualize, RandomGrayscale, RandomInvert, RandomPosterize, RandomSolarize)
from workbook.vision.transforms.modes import InterpolationMode
from workbook.vision.transforms.placing import (CenterCrop, FiveCrop, Pad, RandomCrop, RandomHorizontalFlip, RandomResizedCrop,
                                                RandomVerticalFlip, Resize, TenCrop)
from workbook.vision.transforms.warps import ElasticTransform, RandomAffine, RandomPerspective, RandomRotation

__all__ = ["CenterCrop", "ColorJitter", "Compose", "ConvertImageDtype", "ElasticTransform", "FiveCrop", "GaussianBlur", "Grayscale",
           "InterpolationMode", "Lambda", "LinearTransformation", "Normalize", "PILToTensor", "Pad", "RandAugment", "RandomAdjustSharpness",
           "RandomAffine", "RandomApply", "RandomAutocontrast", "RandomChoice", "RandomCrop", "RandomEqualize", "RandomErasing",
           "RandomGrayscale", "RandomHorizontalFlip", "RandomInvert", "RandomOrder", "RandomPerspective", "RandomPosterize",
           "RandomResizedCrop", "RandomRotation", "RandomSolarize", "RandomTransforms", "RandomVerticalFlip", "Resize", "TenCrop",
           "ToPILImage", "ToTensor", "TrivialAugmentWide", "functional"]

_INSTEAD = {"AutoAugment": "TrivialAugmentWide() needs no policy and does as well", "AugMix": "TrivialAugmentWide(), or RandAugment()",
            "Scale": "Resize is its name since torchvision 0.12", "RandomSizedCrop": "RandomResizedCrop is its name since torchvision 0.12"}


def __getattr__(name):
    raise AttributeError(explain(f"module 'torchvision.transforms' has no attribute '{name}'", "it is no transform of this package",
                                 _INSTEAD.get(name, f"there are {', '.join(__all__[:8])} and others: dir(torchvision.transforms)")))
