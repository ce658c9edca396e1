"""Document 004: making tensors, looking at them, arithmetic, and the bridge to NumPy.

Repaired: `import numpy as np`, which the document leaves out. Added for the comparison: the seed, and `print` where the document
shows a prompt.
"""

import numpy as np
import torch

a = torch.tensor([[1, 2, 3], [4, 5, 6]])
print(a)
b = torch.zeros(2, 3)
print(b)
c = torch.full((2, 3), 3)
print(c)
d = torch.ones_like(a)
print(d)
d_float = torch.ones_like(a, dtype=torch.float)
print(d_float)

torch.manual_seed(0)  # added
x = torch.rand(2, 3)
print(x)
print(x.shape)
print(x.size())
print(x.dtype)
print(x[:, 1])
print(torch.sum(x, dim=1))
y = torch.ones(2, 3)
print(x + y)
x.add_(y)
print(x)

t = torch.ones(5)
n = t.numpy()
print(t, repr(n))
n = np.ones(5)
t = torch.from_numpy(n)
print(t, repr(n))
t.add_(1)
print(n)
