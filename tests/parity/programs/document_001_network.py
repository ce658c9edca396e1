"""Document 001: LeNet once more: a loss, backward, an update by hand, and one by an optimizer.

Repaired: `output` and `target`, which the document never defines; `loss.backward()` for `out.backward()`, which is no scalar.
Added for the comparison: the seed, and the prints that are marked.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):

    def __init__(self):
        super(Net, self).__init__()
        # 1 input image channel, 6 output channels, 5x5 square convolution
        # kernel
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        # an affine operation: y = Wx + b
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        # Max pooling over a (2, 2) window
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        # If the size is a square you can only specify a single number
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
params = list(net.parameters())
print(len(params), [param.size() for param in params])  # added

input = torch.randn(1, 1, 32, 32)
target = torch.randn(1, 10)
print(input, target)  # added
print("computed:")  # added
output = net(input)
print(output)  # added

criterion = nn.MSELoss()
loss = criterion(output, target)
print(loss.item())  # added

net.zero_grad()
loss.backward()
learning_rate = 0.01
for f in net.parameters():
    f.data.sub_(f.grad.data * learning_rate)

import torch.optim as optim

# create your optimizer
optimizer = optim.SGD(net.parameters(), lr=0.01)
# in your training loop:
optimizer.zero_grad()   # zero the gradient buffers
output = net(input)
loss = criterion(output, target)
print(loss.item())  # added
loss.backward()
optimizer.step()    # Does the update
print(criterion(net(input), target).item())  # added
