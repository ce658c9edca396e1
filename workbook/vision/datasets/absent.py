"""Data sets of torchvision's that this package does not read: what to use instead."""

from workbook.errors import explain
from workbook.vision.datasets.vision import VisionDataset


class _Absent(VisionDataset):
    """Raises NotImplementedError when it is made, and says what to use."""

    why = ""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(explain(f"{type(self).__name__} is not part of this package", self.why, "CIFAR10 is read, Shapes10 comes with the package; "
                                          "ImageFolder reads pictures in folders"))


class STL10(_Absent):
    """Photographs of 96 x 96 pixels; not read here. Raises NotImplementedError, which says what to use.

    >>> STL10("data")
    Traceback (most recent call last):
    NotImplementedError: STL10 is not part of this package
      Why: its archive has 2.6 GB
      Fix: CIFAR10 is read, Shapes10 comes with the package; ImageFolder reads pictures in folders

    Source: https://pytorch.org/vision/0.28/generated/torchvision.datasets.STL10.html
    """

    torch_name = "torchvision.datasets.stl10.STL10"
    why = "its archive has 2.6 GB"


class SVHN(_Absent):
    """House numbers of 32 x 32 pixels; not read here. Raises NotImplementedError, which says what to use.

    >>> SVHN("data")
    Traceback (most recent call last):
    NotImplementedError: SVHN is not part of this package
      Why: its files are MATLAB's, which SciPy reads
      Fix: CIFAR10 is read, Shapes10 comes with the package; ImageFolder reads pictures in folders

    Source: https://pytorch.org/vision/0.28/generated/torchvision.datasets.SVHN.html
    """

    torch_name = "torchvision.datasets.svhn.SVHN"
    why = "its files are MATLAB's, which SciPy reads"
