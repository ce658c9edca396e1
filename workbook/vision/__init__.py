"""Data sets of images and what is done to them, under torchvision's names."""

from workbook.vision import datasets, transforms

__all__ = ["datasets", "transforms"]
