"""Document 004: the network of 3 x 3 convolutions.

Repaired: the indentation, which the document lost. Added for the comparison: the seed, an image, and the prints.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()

        self.conv1 = nn.Conv2d(1, 6, kernel_size=3)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=3)

        self.fc1 = nn.Linear(6 * 6 * 16, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        # x -> conv1 -> relu -> pool
        x = self.conv1(x)
        x = F.relu(x)
        x = F.max_pool2d(x, 2)

        # x -> conv2 -> relu -> pool
        x = self.conv2(x)
        x = F.relu(x)
        x = F.max_pool2d(x, 2)

        x = x.view(x.size()[0], -1)
        # fc1 -> relu -> fc2 -> relu -> fc3
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x


torch.manual_seed(0)
net = Net()
print(net)
print(net.conv2.weight[0, :2], net.fc1.bias[:5])
image = torch.randn(2, 1, 32, 32)
out = net(image)
print(out.shape)
print("computed:")
print(out)
print(out.tolist())
out.sum().backward()
print(net.conv1.bias.grad, net.conv1.weight.grad[0])
