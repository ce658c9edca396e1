"""Document 000: LeNet, ten steps of training on random images; then its loss, its gradients, and an update by hand.

Added for the comparison: the seed, and the prints that are marked.
"""

import torch
from torch.autograd import Variable
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


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
        size = x.size()[1:]  # all dimensions except the batch dimension
        num_features = 1
        for s in size:
            num_features *= s
        return num_features


torch.manual_seed(0)  # added
net = Net()
print(net)
for name, param in net.named_parameters():  # added
    print(name, param.shape, param.flatten()[:3].tolist(), param)

optimizer = optim.SGD(net.parameters(), lr=0.01)
print(optimizer)  # added

print("computed:")  # added
for i in range(10):
    input = Variable(torch.randn(1, 1, 32, 32))
    optimizer.zero_grad()
    output = net(input)
    criterion = nn.MSELoss()
    target = Variable(torch.range(1, 10))
    loss = criterion(output, target)
    loss.backward()
    optimizer.step()
    print(loss.item())  # added

output = net(input)
target = Variable(torch.range(1, 10))
criterion = nn.MSELoss()
loss = criterion(output, target)
print(loss)

net.zero_grad()
print("conv1.bias.grad before backward")
print(net.conv1.bias.grad)
loss.backward()
print("conv1.bias.grad after backward")
print(net.conv1.bias.grad)

learning_rate = 0.01
for f in net.parameters():
    f.data.sub_(f.grad.data * learning_rate)
print(net(input).tolist())  # added
print("drawn:")  # added
print(torch.rand(3).tolist())  # added
