"""The base of the data sets of images: where they lie, what is done to their samples, how they print."""

import os

from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.utils.data.dataset import Dataset


class VisionDataset(Dataset):
    """The base of the data sets of images: a subclass defines `__getitem__` and `__len__`.

    `transform` is called with each image, `target_transform` with each label, `transforms` with both; the last goes with neither of
    the others (ValueError).

    >>> class Nothing(VisionDataset):
    ...     def __len__(self): return 0
    >>> Nothing("data")
    Dataset Nothing
        Number of datapoints: 0
        Root location: data

    Source: https://pytorch.org/vision/0.28/generated/torchvision.datasets.VisionDataset.html
    """

    torch_name = "torchvision.datasets.vision.VisionDataset"

    def __init__(self, root=None, transforms=None, transform=None, target_transform=None):
        apart = transform is not None or target_transform is not None
        if transforms is not None and apart:
            raise ValueError(explain("Only transforms or transform/target_transform can be passed as argument",
                                     "transforms gets image and label together", "give transforms alone, or the two others"))
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        self.transform, self.target_transform = transform, target_transform
        self.transforms = StandardTransform(transform, target_transform) if apart else transforms

    def __getitem__(self, index):
        raise NotImplementedError(explain(f"{type(self).__name__} does not say what sample it gives for a number", "each data set says it itself",
                                          "define `def __getitem__(self, index):`"))

    def __len__(self):
        raise NotImplementedError(explain(f"{type(self).__name__} does not say how many samples it has", "each data set says it itself",
                                          "define `def __len__(self):`"))

    def transformed(self, image, target):
        """The sample `(image, target)`, after `transform` and `target_transform`."""
        image = image if self.transform is None else self.transform(image)
        return image, target if self.target_transform is None else self.target_transform(target)

    def __repr__(self):
        lines = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            lines.append(f"Root location: {self.root}")
        lines += self.extra_repr().splitlines()
        if self.transforms is not None:
            lines.append(repr(self.transforms))
        return "\n".join([f"Dataset {type(self).__name__}", *(f"    {line}" for line in lines)])

    def extra_repr(self):
        """Further lines of the printed form."""
        return ""


class Split(VisionDataset):
    """A data set with a part to train on and one to test on."""

    train = True

    def extra_repr(self):
        return f"Split: {'Train' if self.train is True else 'Test'}"


class StandardTransform(metaclass=PrintsAsTorch):
    """A transform of the image and one of the label, as one of both.

    >>> StandardTransform(abs, str)(-1, 5)
    (1, '5')

    Source: https://pytorch.org/vision/0.28/datasets.html
    """

    torch_name = "torchvision.datasets.vision.StandardTransform"

    def __init__(self, transform=None, target_transform=None):
        self.transform, self.target_transform = transform, target_transform

    def __call__(self, input, target):
        input = input if self.transform is None else self.transform(input)
        return input, target if self.target_transform is None else self.target_transform(target)

    def __repr__(self):
        lines = [type(self).__name__]
        for head, transform in (("Transform: ", self.transform), ("Target transform: ", self.target_transform)):
            if transform is not None:
                lines.append(head + repr(transform).replace("\n", "\n" + " " * len(head)))
        return "\n".join(lines)
