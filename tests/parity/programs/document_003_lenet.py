"""Document 003: LeNet: a forward pass, a backward pass with a gradient of its own, a loss, and one step of SGD.

Added for the comparison: the seed, and the prints that are marked.
"""

import torch
from torch.autograd import Variable
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):

    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x

    def num_flat_features(self, x):
        size = x.size()[1:]
        num_features = 1
        for s in size:
            num_features *= s
        return num_features


torch.manual_seed(0)  # added
net = Net()
print(net)
input = torch.randn(1, 1, 32, 32)
print(input)  # added
print("computed:")  # added
out = net(input)
print(out)
print("drawn:")  # added
params = list(net.parameters())
print(len(params))
print(params[0].size())
net.zero_grad()
out.backward(torch.randn(1, 10))
print("computed:")  # added
print(net.conv1.bias.grad)  # added
output = net(input)
target = torch.randn(10)  # a dummy target, for example
target = target.view(1, -1)  # make it the same shape as output
criterion = nn.MSELoss()

loss = criterion(output, target)
print(loss)
print(loss.item())  # added
params = net.parameters()
import torch.optim as optim
optimizer = optim.SGD(net.parameters(), lr=0.01)
optimizer.zero_grad()
output = net(input)
loss = criterion(output, target)
loss.backward()
optimizer.step()
print(criterion(net(input), target).item())  # added
print("drawn:")  # added
print(target)  # added
