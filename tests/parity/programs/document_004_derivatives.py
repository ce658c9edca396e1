"""Document 004: derivatives of 3 x**2, of 3 x**2 + 2 y**2 for numbers and for vectors, and of Q = 3 a**3 - b**2."""

import torch

x = torch.tensor(3., requires_grad=True)
y = 3 * x**2
y.backward()
print(x.grad)

x = torch.tensor(3., requires_grad=True)
y = torch.tensor(4., requires_grad=True)
z = 3 * x**2 + 2 * y**2
z.backward()
print(x.grad, y.grad)

x = torch.tensor([1., 2., 3.], requires_grad=True)
y = torch.tensor([2., 3., 4.], requires_grad=True)
z = 3 * x**2 + 2 * y**2
try:
    z.backward()
except RuntimeError as error:
    print(str(error).splitlines()[0])

x = torch.tensor([1., 2., 3.], requires_grad=True)
y = torch.tensor([2., 3., 4.], requires_grad=True)
z = 3 * x**2 + 2 * y**2
L = z.mean()
L.backward()
print(x.grad, y.grad)

a = torch.tensor([2., 3.], requires_grad=True)
b = torch.tensor([6., 4.], requires_grad=True)
Q = 3*a**3 - b**2
print(Q)

external_grad = torch.tensor([1., 1.])
Q.backward(gradient=external_grad)
print(a.grad, b.grad)

for weights in ([[1.0, 1.0, 1.0, 1.0]], [[0.1, 1.0, 10.0, 0.001]]):
    x = torch.tensor([[1., 2., 3., 4.]], requires_grad=True)
    loss = x * x
    loss.backward(torch.tensor(weights))
    print(x.grad)
