"""Document 000: the derivative of the mean of 3 (x + 2)**2."""

import torch
from torch.autograd import Variable

x = Variable(torch.ones(2, 2), requires_grad=True)
y = (x + 2) * (x + 2) * 3
out = y.mean()
print(y, out)
out.backward()
print(x.grad)
