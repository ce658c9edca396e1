"""Data sets of images."""

import functools
from importlib import resources

import numpy as np

from workbook.ops.from_data import from_numpy
from workbook.utils.data.dataset import Dataset
from workbook.vision.transforms import ToTensor

HELD_OUT = slice(2, None, 5)  # of each digit: its third image, its eighth, its thirteenth, ...


class Digits(Dataset):
    """1,797 handwritten digits of 8 x 8 pixels: a part to train on and, with `train=False`, a held-out fifth to test on.

    Sample i is `(image, label)`: a float32 tensor `(1, 8, 8)` of ink between 0 and 1, and an int. A `transform` of your own
    gets the image as torchvision's data sets give it, before ToTensor: here a float32 array `(8, 8, 1)` of the same numbers.
    `target_transform` gets the label. `data` holds all images as they were recorded, uint8 `(N, 8, 8)` of 0 to 16, and
    `targets` their labels, int64 `(N,)`.

    The split is fixed and even: of the images of each digit, in the order of the file, every fifth one beginning with the third
    is held out, 359 in all; 1,438 are left to train on. The same 13 people wrote both parts.

    The data: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
    https://doi.org/10.24432/C50P49, licence CC BY 4.0. It comes with the package; nothing is fetched.

    >>> image, label = Digits(train=True)[0]
    >>> image.shape, label
    (torch.Size([1, 8, 8]), 0)
    >>> len(Digits(train=True)), len(Digits(train=False))
    (1438, 359)
    """

    classes = ["0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six", "7 - seven", "8 - eight",
               "9 - nine"]

    def __init__(self, train=True, transform=None, target_transform=None):
        images, labels = _recorded()
        chosen = _held_out(labels) != train
        self.train, self.transform, self.target_transform = train, transform, target_transform
        self.data = from_numpy(images[chosen])
        self.targets = from_numpy(labels[chosen].astype(np.int64))

    def __getitem__(self, index):
        image = self.data.numpy()[index].astype(np.float32)[:, :, None] / np.float32(16)
        label = int(self.targets.numpy()[index])
        image = (self.transform or _TO_TENSOR)(image)
        return image, label if self.target_transform is None else self.target_transform(label)

    def __len__(self):
        return len(self.data)

    @property
    def class_to_idx(self):
        """The label of each name in `classes`."""
        return {name: label for label, name in enumerate(self.classes)}

    def __repr__(self):
        text = f"Dataset Digits\n    Number of datapoints: {len(self)}\n    Split: {'Train' if self.train else 'Test'}"
        if self.transform is not None:
            shown = repr(self.transform).replace("\n", "\n" + " " * len("Transform: "))
            text += f"\n    StandardTransform\nTransform: {shown}"
        return text


_TO_TENSOR = ToTensor()


@functools.cache
def _recorded():
    """All images `(1797, 8, 8)` and labels `(1797,)`, as uint8, in the order of the file."""
    with resources.files("workbook.vision").joinpath("data", "digits.npz").open("rb") as file, np.load(file) as arrays:
        return arrays["images"], arrays["labels"]


def _held_out(labels):
    """Which images are held out: a mask."""
    mask = np.zeros(len(labels), bool)
    for digit in range(10):
        mask[np.flatnonzero(labels == digit)[HELD_OUT]] = True
    return mask
