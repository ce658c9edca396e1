"""Document 001: a tensor that wants a gradient; the two optimizers that differ in momentum; the loader with its two workers.

Added for the comparison: the seed, the networks, and the loop over the loader.
"""

import torch
import torch.utils.data as Data


def main():
    torch.manual_seed(0)  # added
    x = torch.ones(2, 2, requires_grad=True)
    a = torch.randn(2, 2)
    a.requires_grad_(True)
    print(a.requires_grad)
    print(x, a)

    b = torch.tensor([12.0, 11], requires_grad=True)
    print(b.data.numpy())

    BATCH_SIZE = 5
    x = torch.linspace(1, 10, 10)       # this is x data (torch tensor)
    y = torch.linspace(10, 1, 10)       # this is y data (torch tensor)
    torch_dataset = Data.TensorDataset(x, y)
    loader = Data.DataLoader(
        dataset=torch_dataset,      # torch TensorDataset format
        batch_size=BATCH_SIZE,      # mini batch size
        shuffle=True,               # random shuffle for training
        num_workers=2,              # subprocesses for loading data
    )
    for epoch in range(3):
        for step, (batch_x, batch_y) in enumerate(loader):
            print(epoch, step, batch_x, batch_y)
    print(torch.rand(3))

    LR = 0.01
    net_SGD, net_Momentum, net_Adam = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    opt_SGD = torch.optim.SGD(net_SGD.parameters(), lr=LR)
    opt_Momentum = torch.optim.SGD(net_Momentum.parameters(), lr=LR, momentum=0.8)
    opt_Adam = torch.optim.Adam(net_Adam.parameters(), lr=LR, betas=(0.9, 0.99))
    print(opt_SGD, opt_Momentum, opt_Adam, list(net_Adam.parameters()))


if __name__ == "__main__":
    main()
