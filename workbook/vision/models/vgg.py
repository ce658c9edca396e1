"""VGG: nothing but 3 x 3 convolutions, deeper and deeper, and three linear layers.

Source: K. Simonyan and A. Zisserman (2014), Very Deep Convolutional Networks, https://arxiv.org/abs/1409.1556
"""

import workbook as torch
from workbook import nn
from workbook.vision.models.weights import no_weights, weights_of

# The channels of each convolution; a pool, which halves the image, ends each group. The letters are the paper's.
GROUPS = {"A": ((64,), (128,), (256, 256), (512, 512), (512, 512)),
          "B": ((64, 64), (128, 128), (256, 256), (512, 512), (512, 512)),
          "D": ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3),
          "E": ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)}


class VGG(nn.Module):
    """`features`, a mean over 7 x 7 places, and three linear layers with dropout, for images `(N, 3, H, W)` of at least 32 x 32.

    >>> [type(layer).__name__ for layer in make_layers("A")[:3]]
    ['Conv2d', 'ReLU', 'MaxPool2d']

    Source: https://arxiv.org/abs/1409.1556
    """

    torch_name = "torchvision.models.vgg.VGG"

    def __init__(self, features, num_classes=1000, init_weights=True, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(p=dropout), nn.Linear(4096, 4096),
                                        nn.ReLU(True), nn.Dropout(p=dropout), nn.Linear(4096, num_classes))
        if init_weights:
            self._start()

    def _start(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                nn.init.constant_(module.bias, 0)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.constant_(module.weight, 1)
                nn.init.constant_(module.bias, 0)
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, 0, 0.01)
                nn.init.constant_(module.bias, 0)

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def make_layers(letter, batch_norm=False):
    """The convolutions of one of the paper's networks, each with its ReLU, in groups that a pool ends."""
    layers, channels = [], 3
    for group in GROUPS[letter]:
        for planes in group:
            layers += [nn.Conv2d(channels, planes, 3, padding=1), *([nn.BatchNorm2d(planes)] if batch_norm else []), nn.ReLU(inplace=True)]
            channels = planes
        layers.append(nn.MaxPool2d(2, stride=2))
    return nn.Sequential(*layers)


VGG11_Weights = weights_of("vgg11", "VGG11_Weights", __name__, "vgg11-8a719046")
VGG11_BN_Weights = weights_of("vgg11_bn", "VGG11_BN_Weights", __name__, "vgg11_bn-6002323d")
VGG13_Weights = weights_of("vgg13", "VGG13_Weights", __name__, "vgg13-19584684")
VGG13_BN_Weights = weights_of("vgg13_bn", "VGG13_BN_Weights", __name__, "vgg13_bn-abd245e5")
VGG16_Weights = weights_of("vgg16", "VGG16_Weights", __name__, "vgg16-397923af")
VGG16_BN_Weights = weights_of("vgg16_bn", "VGG16_BN_Weights", __name__, "vgg16_bn-6c64b313")
VGG19_Weights = weights_of("vgg19", "VGG19_Weights", __name__, "vgg19-dcbb9e9d")
VGG19_BN_Weights = weights_of("vgg19_bn", "VGG19_BN_Weights", __name__, "vgg19_bn-c79401a0")


def _vgg(name, letter, batch_norm, weights, known, kwargs):
    no_weights(name, weights, known, kwargs)
    return VGG(make_layers(letter, batch_norm), **kwargs)


def vgg11(*, weights=None, progress=True, **kwargs):
    """VGG of 11 layers, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg11(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG11_Weights.IMAGENET1K_V1 of vgg11 are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg11.html
    """
    return _vgg("vgg11", "A", False, weights, VGG11_Weights, kwargs)


def vgg11_bn(*, weights=None, progress=True, **kwargs):
    """VGG of 11 layers, with batch normalisation, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg11_bn(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG11_BN_Weights.IMAGENET1K_V1 of vgg11_bn are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg11_bn.html
    """
    return _vgg("vgg11_bn", "A", True, weights, VGG11_BN_Weights, kwargs)


def vgg13(*, weights=None, progress=True, **kwargs):
    """VGG of 13 layers, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg13(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG13_Weights.IMAGENET1K_V1 of vgg13 are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg13.html
    """
    return _vgg("vgg13", "B", False, weights, VGG13_Weights, kwargs)


def vgg13_bn(*, weights=None, progress=True, **kwargs):
    """VGG of 13 layers, with batch normalisation, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg13_bn(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG13_BN_Weights.IMAGENET1K_V1 of vgg13_bn are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg13_bn.html
    """
    return _vgg("vgg13_bn", "B", True, weights, VGG13_BN_Weights, kwargs)


def vgg16(*, weights=None, progress=True, **kwargs):
    """VGG of 16 layers, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg16(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG16_Weights.IMAGENET1K_V1 of vgg16 are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg16.html
    """
    return _vgg("vgg16", "D", False, weights, VGG16_Weights, kwargs)


def vgg16_bn(*, weights=None, progress=True, **kwargs):
    """VGG of 16 layers, with batch normalisation, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg16_bn(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG16_BN_Weights.IMAGENET1K_V1 of vgg16_bn are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg16_bn.html
    """
    return _vgg("vgg16_bn", "D", True, weights, VGG16_BN_Weights, kwargs)


def vgg19(*, weights=None, progress=True, **kwargs):
    """VGG of 19 layers, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg19(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG19_Weights.IMAGENET1K_V1 of vgg19 are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg19.html
    """
    return _vgg("vgg19", "E", False, weights, VGG19_Weights, kwargs)


def vgg19_bn(*, weights=None, progress=True, **kwargs):
    """VGG of 19 layers, with batch normalisation, with first values; the arguments of VGG by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> vgg19_bn(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights VGG19_BN_Weights.IMAGENET1K_V1 of vgg19_bn are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.vgg19_bn.html
    """
    return _vgg("vgg19_bn", "E", True, weights, VGG19_BN_Weights, kwargs)
