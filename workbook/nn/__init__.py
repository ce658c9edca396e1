"""Networks: Module, layers, losses, initialisation and `functional`, under the names of torch.nn."""

from workbook.nn import attention, functional, init, utils
from workbook.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from workbook.nn.container import ModuleDict, ModuleList, ParameterList, Sequential
from workbook.nn.conv import Conv2d
from workbook.nn.dropout import Dropout
from workbook.nn.flatten import Flatten, Unflatten
from workbook.nn.linear import Identity, Linear
from workbook.nn.loss import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from workbook.nn.module import Module
from workbook.nn.multihead import MultiheadAttention
from workbook.nn.parameter import Parameter
from workbook.nn.pooling import AvgPool2d, MaxPool2d
from workbook.nn.rnn import GRU, LSTM, RNN, RNNBase
from workbook.nn.rnn_cells import GRUCell, LSTMCell, RNNCell, RNNCellBase

__all__ = [
    "AvgPool2d", "BCELoss", "BCEWithLogitsLoss", "Conv2d", "CrossEntropyLoss", "Dropout", "Flatten", "GELU", "GRU", "GRUCell",
    "Identity",
    "L1Loss", "LSTM", "LSTMCell", "LeakyReLU", "Linear", "LogSoftmax", "MSELoss", "MaxPool2d", "Module", "ModuleDict", "ModuleList", "MultiheadAttention", "NLLLoss",
    "Parameter", "ParameterList", "RNN", "RNNBase", "RNNCell", "RNNCellBase", "ReLU", "Sequential", "Sigmoid", "Softmax", "Tanh", "Unflatten", "attention", "functional", "init",
    "utils",
]
