"""Networks for images, under the names of torchvision.models, with its parameters' names and first values."""

from workbook.errors import explain
from workbook.vision.models.alexnet import AlexNet, AlexNet_Weights, alexnet
from workbook.vision.models.resnet import (ResNet, ResNet18_Weights, ResNet34_Weights, ResNet50_Weights, ResNet101_Weights,
                                           ResNet152_Weights, resnet18, resnet34, resnet50, resnet101, resnet152)
from workbook.vision.models.squeezenet import SqueezeNet, SqueezeNet1_0_Weights, SqueezeNet1_1_Weights, squeezenet1_0, squeezenet1_1
from workbook.vision.models.vgg import (VGG, VGG11_BN_Weights, VGG11_Weights, VGG13_BN_Weights, VGG13_Weights, VGG16_BN_Weights,
                                        VGG16_Weights, VGG19_BN_Weights, VGG19_Weights, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn,
                                        vgg19, vgg19_bn)

__all__ = ["AlexNet", "AlexNet_Weights", "ResNet", "ResNet101_Weights", "ResNet152_Weights", "ResNet18_Weights", "ResNet34_Weights",
           "ResNet50_Weights", "SqueezeNet", "SqueezeNet1_0_Weights", "SqueezeNet1_1_Weights", "VGG", "VGG11_BN_Weights", "VGG11_Weights",
           "VGG13_BN_Weights", "VGG13_Weights", "VGG16_BN_Weights", "VGG16_Weights", "VGG19_BN_Weights", "VGG19_Weights", "alexnet",
           "resnet101", "resnet152", "resnet18", "resnet34", "resnet50", "squeezenet1_0", "squeezenet1_1", "vgg11", "vgg11_bn", "vgg13",
           "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]


def __getattr__(name):
    raise AttributeError(explain(f"module 'torchvision.models' has no attribute '{name}'",
                                 "there are alexnet, resnet18 to resnet152, squeezenet1_0 and 1_1, vgg11 to vgg19, also with _bn",
                                 "use one of these, or write the network with torch.nn"))
