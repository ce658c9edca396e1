"""Data sets of images and what is done to them, under torchvision's names."""

from workbook.vision import datasets, transforms

__version__ = "0.28.0"  # the torchvision whose names and numbers these are

__all__ = ["datasets", "transforms"]
