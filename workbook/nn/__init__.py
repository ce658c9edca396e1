"""Networks: Module, layers, losses, initialisation and `functional`, under the names of torch.nn."""

from workbook.nn import functional, init
from workbook.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from workbook.nn.container import ModuleDict, ModuleList, ParameterList, Sequential
from workbook.nn.conv import Conv2d
from workbook.nn.dropout import Dropout
from workbook.nn.flatten import Flatten, Unflatten
from workbook.nn.linear import Identity, Linear
from workbook.nn.loss import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.nn.pooling import AvgPool2d, MaxPool2d

__all__ = [
    "AvgPool2d", "BCELoss", "BCEWithLogitsLoss", "Conv2d", "CrossEntropyLoss", "Dropout", "Flatten", "GELU", "Identity",
    "L1Loss", "LeakyReLU", "Linear", "LogSoftmax", "MSELoss", "MaxPool2d", "Module", "ModuleDict", "ModuleList", "NLLLoss",
    "Parameter", "ParameterList", "ReLU", "Sequential", "Sigmoid", "Softmax", "Tanh", "Unflatten", "functional", "init",
]
