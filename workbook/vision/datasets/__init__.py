"""Data sets of images, under the names of torchvision.datasets; `Digits` and `Shapes10` come with the package."""

from workbook.errors import explain
from workbook.vision.datasets.absent import STL10, SVHN
from workbook.vision.datasets.cifar import CIFAR10, CIFAR100
from workbook.vision.datasets.digits import Digits
from workbook.vision.datasets.fakedata import FakeData
from workbook.vision.datasets.folder import DatasetFolder, ImageFolder
from workbook.vision.datasets.mnist import KMNIST, MNIST, FashionMNIST
from workbook.vision.datasets.shapes import Shapes10
from workbook.vision.datasets.vision import StandardTransform, VisionDataset

__all__ = ["CIFAR10", "CIFAR100", "DatasetFolder", "Digits", "FakeData", "FashionMNIST", "ImageFolder", "KMNIST", "MNIST", "STL10",
           "SVHN", "Shapes10", "StandardTransform", "VisionDataset"]


def __getattr__(name):
    raise AttributeError(explain(f"module 'torchvision.datasets' has no attribute '{name}'", f"there are {', '.join(__all__[:11])}",
                                 "ImageFolder reads pictures in folders"))
