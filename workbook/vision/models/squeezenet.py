"""SqueezeNet: as good as AlexNet with a fiftieth of its parameters.

Source: F. Iandola et al. (2016), SqueezeNet, https://arxiv.org/abs/1602.07360
"""

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.vision.models.weights import no_weights, weights_of


class Fire(nn.Module):
    """Fewer channels by 1 x 1 convolutions (squeeze), then more by 1 x 1 and 3 x 3 ones beside each other (expand)."""

    torch_name = "torchvision.models.squeezenet.Fire"

    def __init__(self, inplanes, squeeze_planes, expand1x1_planes, expand3x3_planes):
        super().__init__()
        self.inplanes = inplanes
        self.squeeze, self.squeeze_activation = nn.Conv2d(inplanes, squeeze_planes, 1), nn.ReLU(inplace=True)
        self.expand1x1, self.expand1x1_activation = nn.Conv2d(squeeze_planes, expand1x1_planes, 1), nn.ReLU(inplace=True)
        self.expand3x3, self.expand3x3_activation = nn.Conv2d(squeeze_planes, expand3x3_planes, 3, padding=1), nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.squeeze_activation(self.squeeze(x))
        return torch.cat([self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))], 1)


# "pool", or what a Fire squeezes to; it expands to four times as many of each kind
VERSIONS = {"1_0": ((96, 7), ("pool", 16, 16, 32, "pool", 32, 48, 48, 64, "pool", 64)),
            "1_1": ((64, 3), ("pool", 16, 16, "pool", 32, 32, "pool", 48, 48, 64, 64))}


class SqueezeNet(nn.Module):
    """A convolution, eight Fire modules between pools, and a convolution to the classes, for images `(N, 3, H, W)`.

    Raises ValueError for another version than "1_0" and "1_1".

    >>> SqueezeNet("1_1").classifier[1]
    Conv2d(512, 1000, kernel_size=(1, 1), stride=(1, 1))

    Source: https://arxiv.org/abs/1602.07360
    """

    torch_name = "torchvision.models.squeezenet.SqueezeNet"

    def __init__(self, version="1_0", num_classes=1000, dropout=0.5):
        super().__init__()
        if version not in VERSIONS:
            raise ValueError(explain(f"Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected", "the paper's authors made two", "write '1_1'"))
        self.num_classes = num_classes
        (channels, window), parts = VERSIONS[version]
        layers = [nn.Conv2d(3, channels, window, stride=2), nn.ReLU(inplace=True)]
        for squeezed in parts:
            if squeezed == "pool":
                layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            else:
                layers.append(Fire(channels, squeezed, 4 * squeezed, 4 * squeezed))
                channels = 8 * squeezed
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(512, num_classes, 1)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1)))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                if module is last:
                    nn.init.normal_(module.weight, mean=0.0, std=0.01)
                else:
                    nn.init.kaiming_uniform_(module.weight)
                nn.init.constant_(module.bias, 0)

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


SqueezeNet1_0_Weights = weights_of("squeezenet1_0", "SqueezeNet1_0_Weights", __name__, "squeezenet1_0-b66bff10")
SqueezeNet1_1_Weights = weights_of("squeezenet1_1", "SqueezeNet1_1_Weights", __name__, "squeezenet1_1-b8a52dc0")


def squeezenet1_0(*, weights=None, progress=True, **kwargs):
    """SqueezeNet as in its paper, with first values; the arguments of SqueezeNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> sum(parameter.numel() for parameter in squeezenet1_0().parameters())
    1248424

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.squeezenet1_0.html
    """
    no_weights("squeezenet1_0", weights, SqueezeNet1_0_Weights, kwargs)
    return SqueezeNet("1_0", **kwargs)


def squeezenet1_1(*, weights=None, progress=True, **kwargs):
    """SqueezeNet with fewer steps than in its paper, with first values; the arguments of SqueezeNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> sum(parameter.numel() for parameter in squeezenet1_1().parameters())
    1235496

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.squeezenet1_1.html
    """
    no_weights("squeezenet1_1", weights, SqueezeNet1_1_Weights, kwargs)
    return SqueezeNet("1_1", **kwargs)
