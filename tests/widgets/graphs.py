"""The graphs that several tests of the live view look at."""

import workbook as torch
import workbook.nn.functional as F
from workbook import nn


def leaf(number):
    return torch.tensor(number, requires_grad=True)


def sum_of_squares():
    """z = 3x² + 2y² at x = 3, y = 4; returns (z, x, y)."""
    x, y = leaf(3.0), leaf(4.0)
    return 3 * x**2 + 2 * y**2, x, y


def mean_of_squares():
    """out = mean(3(x + 2)²) of document 001; returns (out, x)."""
    x = torch.ones(2, 2, requires_grad=True)
    y = x + 2
    return (3 * y**2).mean(), x


def cubes():
    """Q = 3a³ - b² at a = 2, b = 6; returns (Q, a, b)."""
    a, b = leaf(2.0), leaf(6.0)
    return 3 * a**3 - b**2, a, b


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, 400)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def lenet():
    """Return (loss, net, input) of one step of the LeNet of document 003."""
    torch.manual_seed(0)
    net, input = LeNet(), torch.randn(1, 1, 32, 32)
    target = torch.randn(10).view(1, -1)
    loss = nn.MSELoss()(net(input), target)
    return loss, net, input


class Gates(nn.Module):
    """The cell of an LSTM, written out."""

    def __init__(self):
        super().__init__()
        self.x, self.h = nn.Linear(3, 16), nn.Linear(4, 16)

    def forward(self, x, h, c):
        gates = self.x(x) + self.h(h)
        i, f, g, o = gates.chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


def cell_of_gates(times):
    """Return (loss, cell) of a cell that runs so many times over one sequence."""
    torch.manual_seed(0)
    cell = Gates()
    h = c = torch.zeros(1, 4)
    for x in torch.randn(times, 1, 3):
        h, c = cell(x, h, c)
    return (h**2).mean(), cell
