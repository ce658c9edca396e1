"""Residual networks: each block adds what it computes to what it was given, so that even a hundred layers learn.

Source: K. He et al. (2015), Deep Residual Learning for Image Recognition, https://arxiv.org/abs/1512.03385
"""

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.vision.models.weights import no_weights, weights_of


def conv3x3(in_planes, out_planes, stride=1, groups=1, dilation=1):
    return nn.Conv2d(in_planes, out_planes, 3, stride, padding=dilation, dilation=dilation, groups=groups, bias=False)


def conv1x1(in_planes, out_planes, stride=1):
    return nn.Conv2d(in_planes, out_planes, 1, stride, bias=False)


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut: out = relu(x + bn(conv(relu(bn(conv(x))))))."""

    torch_name = "torchvision.models.resnet.BasicBlock"
    expansion = 1  # how many times `planes` the result has channels

    def __init__(self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1, norm_layer=None):
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        if groups != 1 or base_width != 64:
            raise ValueError(explain("BasicBlock only supports groups=1 and base_width=64", "its channels are as many as its planes", "use Bottleneck"))
        if dilation > 1:
            raise NotImplementedError(explain("Dilation > 1 not supported in BasicBlock", "its convolutions look at neighbours", "use Bottleneck"))
        self.conv1, self.bn1 = conv3x3(inplanes, planes, stride), norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = conv3x3(planes, planes), norm_layer(planes)
        self.downsample, self.stride = downsample, stride

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    """A 3 x 3 convolution between two of 1 x 1, which make its channels fewer and more again, beside a shortcut."""

    torch_name = "torchvision.models.resnet.Bottleneck"
    expansion = 4

    def __init__(self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1, norm_layer=None):
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1, self.bn1 = conv1x1(inplanes, width), norm_layer(width)
        self.conv2, self.bn2 = conv3x3(width, width, stride, groups, dilation), norm_layer(width)
        self.conv3, self.bn3 = conv1x1(width, planes * self.expansion), norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample, self.stride = downsample, stride

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet(nn.Module):
    """A residual network for images `(N, 3, H, W)`: a convolution, four groups of `layers` blocks, a mean over places, a linear layer.

    Raises ValueError for a `replace_stride_with_dilation` that is no triple.

    >>> ResNet(BasicBlock, [1, 1, 1, 1], num_classes=10).fc
    Linear(in_features=512, out_features=10, bias=True)

    Source: https://arxiv.org/abs/1512.03385
    """

    torch_name = "torchvision.models.resnet.ResNet"

    def __init__(self, block, layers, num_classes=1000, zero_init_residual=False, groups=1, width_per_group=64,
                 replace_stride_with_dilation=None, norm_layer=None):
        super().__init__()
        dilated = [False, False, False] if replace_stride_with_dilation is None else replace_stride_with_dilation
        if len(dilated) != 3:
            raise ValueError(explain(f"replace_stride_with_dilation should be None or a 3-element tuple, got {dilated}",
                                     "three of the four groups halve the image", "write (False, False, False)"))
        self._norm_layer = norm_layer or nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = 64, 1, groups, width_per_group
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), self._norm_layer(64)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], 2, dilated[0])
        self.layer3 = self._make_layer(block, 256, layers[2], 2, dilated[1])
        self.layer4 = self._make_layer(block, 512, layers[3], 2, dilated[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        self._start(zero_init_residual)

    def _start(self, zero_init_residual):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.constant_(module.weight, 1)
                nn.init.constant_(module.bias, 0)
        if zero_init_residual:  # each block begins as its shortcut alone
            for module in self.modules():
                last = {BasicBlock: "bn2", Bottleneck: "bn3"}.get(type(module))
                if last:
                    nn.init.constant_(getattr(module, last).weight, 0)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        """A group of blocks; the first one halves the image, unless its convolutions are to be dilated instead."""
        first_dilation = self.dilation
        if dilate:
            self.dilation, stride = self.dilation * stride, 1
        channels, downsample = planes * block.expansion, None
        if stride != 1 or self.inplanes != channels:
            downsample = nn.Sequential(conv1x1(self.inplanes, channels, stride), self._norm_layer(channels))
        made = [block(self.inplanes, planes, stride, downsample, self.groups, self.base_width, first_dilation, self._norm_layer)]
        self.inplanes = channels
        for _ in range(1, blocks):
            made.append(block(channels, planes, 1, None, self.groups, self.base_width, self.dilation, self._norm_layer))
        return nn.Sequential(*made)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


ResNet18_Weights = weights_of("resnet18", "ResNet18_Weights", __name__, "resnet18-f37072fd")
ResNet34_Weights = weights_of("resnet34", "ResNet34_Weights", __name__, "resnet34-b627a593")
ResNet50_Weights = weights_of("resnet50", "ResNet50_Weights", __name__, "resnet50-0676ba61", "resnet50-11ad3fa6")
ResNet101_Weights = weights_of("resnet101", "ResNet101_Weights", __name__, "resnet101-63fe2227", "resnet101-cd907fc2")
ResNet152_Weights = weights_of("resnet152", "ResNet152_Weights", __name__, "resnet152-394f9c45", "resnet152-f82ba261")


def resnet18(*, weights=None, progress=True, **kwargs):
    """The residual network of 18 layers, with first values; the arguments of ResNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> sum(parameter.numel() for parameter in resnet18(num_classes=10).parameters())
    11181642

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.resnet18.html
    """
    no_weights("resnet18", weights, ResNet18_Weights, kwargs)
    return ResNet(BasicBlock, [2, 2, 2, 2], **kwargs)


def resnet34(*, weights=None, progress=True, **kwargs):
    """The residual network of 34 layers, with first values; the arguments of ResNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> resnet34(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights ResNet34_Weights.IMAGENET1K_V1 of resnet34 are not fetched
      Why: no network's weights come with this package
      Fix: download https://download.pytorch.org/models/resnet34-b627a593.pth, then resnet34() and .load_state_dict(torch.load(file))

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.resnet34.html
    """
    no_weights("resnet34", weights, ResNet34_Weights, kwargs)
    return ResNet(BasicBlock, [3, 4, 6, 3], **kwargs)


def resnet50(*, weights=None, progress=True, **kwargs):
    """The residual network of 50 layers, with first values; the arguments of ResNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> resnet50(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights ResNet50_Weights.IMAGENET1K_V2 of resnet50 are not fetched
      Why: no network's weights come with this package
      Fix: download https://download.pytorch.org/models/resnet50-11ad3fa6.pth, then resnet50() and .load_state_dict(torch.load(file))

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.resnet50.html
    """
    no_weights("resnet50", weights, ResNet50_Weights, kwargs)
    return ResNet(Bottleneck, [3, 4, 6, 3], **kwargs)


def resnet101(*, weights=None, progress=True, **kwargs):
    """The residual network of 101 layers, with first values; the arguments of ResNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> resnet101(weights="DEFAULT")
    Traceback (most recent call last):
    NotImplementedError: the weights ResNet101_Weights.IMAGENET1K_V2 of resnet101 are not fetched
      Why: no network's weights come with this package
      Fix: download https://download.pytorch.org/models/resnet101-cd907fc2.pth, then resnet101() and .load_state_dict(torch.load(file))

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.resnet101.html
    """
    no_weights("resnet101", weights, ResNet101_Weights, kwargs)
    return ResNet(Bottleneck, [3, 4, 23, 3], **kwargs)


def resnet152(*, weights=None, progress=True, **kwargs):
    """The residual network of 152 layers, with first values; the arguments of ResNet by name.

    Raises NotImplementedError where `weights` are asked for, and says how downloaded ones are loaded.

    >>> resnet152(weights="nothing")
    Traceback (most recent call last):
    ValueError: Invalid Weight name: nothing
      Why: ResNet152_Weights has IMAGENET1K_V1, IMAGENET1K_V2
      Fix: leave weights out for first values

    Source: https://pytorch.org/vision/0.28/models/generated/torchvision.models.resnet152.html
    """
    no_weights("resnet152", weights, ResNet152_Weights, kwargs)
    return ResNet(Bottleneck, [3, 8, 36, 3], **kwargs)
