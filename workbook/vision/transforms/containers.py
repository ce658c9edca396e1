"""Several transforms as one: in order, by chance, one of them, in random order; and a function as a transform."""

import random

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.naming import PrintsAsTorch


class Compose(metaclass=PrintsAsTorch):
    """Several transforms, one after the other.

    >>> from workbook.vision.transforms import Normalize, ToTensor
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

    def __call__(self, img):
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self):
        return listed(self, self.transforms)


def listed(owner, lines):
    """`Name(`, a line each, `)`."""
    return "\n".join([f"{type(owner).__name__}(", *(f"    {line}" for line in lines), ")"])


class Lambda(metaclass=PrintsAsTorch):
    """A function of your own as a transform. Raises TypeError for what cannot be called.

    >>> Lambda(lambda image: image * 2)(21)
    42

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.Lambda.html
    """

    torch_name = "torchvision.transforms.transforms.Lambda"

    def __init__(self, lambd):
        if not callable(lambd):
            raise TypeError(explain(f"Argument lambd should be callable, got {type(lambd).__name__!r}", "it is called with each image",
                                    "give the function itself, without parentheses"))
        self.lambd = lambd

    def __call__(self, img):
        return self.lambd(img)

    def __repr__(self):
        return f"{type(self).__name__}()"


class RandomApply(nn.Module):
    """Several transforms one after the other, with probability `p`; else the image as it is.

    >>> RandomApply([lambda image: image + 1], p=1.0)(1)
    2

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomApply.html
    """

    torch_name = "torchvision.transforms.transforms.RandomApply"

    def __init__(self, transforms, p=0.5):
        super().__init__()
        self.transforms, self.p = transforms, p

    def forward(self, img):
        if self.p < torch.rand(1):
            return img
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self):
        return listed(self, [f"p={self.p}", *self.transforms])


class RandomTransforms(metaclass=PrintsAsTorch):
    """What RandomOrder and RandomChoice have in common: a sequence of transforms. Raises TypeError for what is none.

    >>> RandomTransforms([abs])
    RandomTransforms(
        <built-in function abs>
    )

    Source: https://pytorch.org/vision/0.28/transforms.html
    """

    torch_name = "torchvision.transforms.transforms.RandomTransforms"

    def __init__(self, transforms):
        if not isinstance(transforms, (list, tuple)):
            raise TypeError(explain("Argument transforms should be a sequence", f"a {type(transforms).__name__} came", "write a list of transforms"))
        self.transforms = transforms

    def __call__(self, *args, **kwargs):
        raise NotImplementedError(explain("RandomTransforms does not say which of its transforms it applies", "it is the base of others",
                                          "RandomOrder, RandomChoice or RandomApply"))

    def __repr__(self):
        return listed(self, self.transforms)


class RandomOrder(RandomTransforms):
    """All the transforms, in an order drawn for each image. The order is drawn by Python's `random`, as in torchvision.

    >>> RandomOrder([abs, float])(-1)
    1.0

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomOrder.html
    """

    torch_name = "torchvision.transforms.transforms.RandomOrder"

    def __call__(self, img):
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for place in order:
            img = self.transforms[place](img)
        return img


class RandomChoice(RandomTransforms):
    """One of the transforms, drawn for each image, with the weights `p`. It is drawn by Python's `random`, as in torchvision.

    >>> RandomChoice([abs, float], p=[1, 0])(-1)
    1

    Source: https://pytorch.org/vision/0.28/generated/torchvision.transforms.RandomChoice.html
    """

    torch_name = "torchvision.transforms.transforms.RandomChoice"

    def __init__(self, transforms, p=None):
        super().__init__(transforms)
        if p is not None and not isinstance(p, (list, tuple)):
            raise TypeError(explain("Argument p should be a sequence", f"a {type(p).__name__} came", "write one weight for each transform"))
        self.p = p

    def __call__(self, *args):
        return random.choices(self.transforms, weights=self.p)[0](*args)

    def __repr__(self):
        return f"{super().__repr__()}(p={self.p})"
