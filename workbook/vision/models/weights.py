"""Weights that others trained: named here, so that an error can say where they are, and not fetched."""

import enum

from workbook.errors import explain


class WeightsEnum(enum.Enum):
    """The names of the trained weights of a network; each value is where PyTorch keeps the file.

    >>> from workbook.vision.models import ResNet18_Weights
    >>> ResNet18_Weights.DEFAULT
    ResNet18_Weights.IMAGENET1K_V1

    Source: https://pytorch.org/vision/0.28/models.html
    """

    @property
    def url(self):
        """Where the file is."""
        return self.value

    def __repr__(self):
        return f"{type(self).__name__}.{self.name}"


ADDRESS = "https://download.pytorch.org/models/"


def weights_of(network, kind, module, *files):
    """Return the enumeration `kind` of the trained weights of a network: IMAGENET1K_V1 and so on, the newest also as DEFAULT."""
    members = {f"IMAGENET1K_V{number}": f"{ADDRESS}{file}.pth" for number, file in enumerate(files, 1)}
    found = WeightsEnum(kind, {**members, "DEFAULT": f"{ADDRESS}{files[-1]}.pth"}, module=module)
    found.__doc__ = (f"Where PyTorch keeps the trained weights of {network}.\n\n"
                     f"    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.{network}.html")
    return found


def no_weights(name, weights, known, kwargs):
    """Raise NotImplementedError where trained weights are asked for, also by the old `pretrained=True`; ValueError for a name that is none."""
    if kwargs.pop("pretrained", False):
        weights = known.DEFAULT
    if weights is None:
        return
    if isinstance(weights, str):
        member = known.__members__.get(weights.removeprefix(f"{known.__name__}."))
        if member is None:
            raise ValueError(explain(f"Invalid Weight name: {weights}", f"{known.__name__} has {', '.join(one.name for one in known)}",
                                     "leave weights out for first values"))
        weights = member
    if not isinstance(weights, known):
        raise TypeError(explain(f"Invalid Weight class provided; expected {known.__name__} but received {type(weights).__name__}.",
                                f"{name} has weights of its own", "leave weights out for first values"))
    raise NotImplementedError(explain(f"the weights {weights!r} of {name} are not fetched", "no network's weights come with this package",
                                      f"download {weights.url}, then {name}() and .load_state_dict(torch.load(file))"))
