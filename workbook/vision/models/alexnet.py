"""AlexNet, with which deep convolutional networks began to win.

Source: A. Krizhevsky (2014), One weird trick for parallelizing convolutional neural networks, https://arxiv.org/abs/1404.5997
"""

import workbook as torch
from workbook import nn
from workbook.vision.models.weights import no_weights, weights_of


class AlexNet(nn.Module):
    """Five convolutions, a mean over 6 x 6 places, three linear layers with dropout, for images `(N, 3, H, W)` of at least 63 x 63.

    >>> issubclass(AlexNet, nn.Module)
    True

    Source: https://arxiv.org/abs/1404.5997
    """

    torch_name = "torchvision.models.alexnet.AlexNet"

    def __init__(self, num_classes=1000, dropout=0.5):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2))
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(inplace=True),
                                        nn.Dropout(p=dropout), nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, num_classes))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


AlexNet_Weights = weights_of("alexnet", "AlexNet_Weights", __name__, "alexnet-owt-7be5be79")


def alexnet(*, weights=None, progress=True, **kwargs):
    """AlexNet with first values; the arguments of AlexNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> alexnet(pretrained=True)
    Traceback (most recent call last):
    NotImplementedError: the weights AlexNet_Weights.IMAGENET1K_V1 of alexnet are not fetched
      Why: no network's weights come with this package
      Fix: ...

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.alexnet.html
    """
    no_weights("alexnet", weights, AlexNet_Weights, kwargs)
    return AlexNet(**kwargs)
