"""Data sets of images, under the names of torchvision.datasets; and two that come with the package."""

from workbook.vision.datasets.digits import Digits
from workbook.vision.datasets.shapes import Shapes10
from workbook.vision.datasets.vision import StandardTransform, VisionDataset

__all__ = ["Digits", "Shapes10", "StandardTransform", "VisionDataset"]
