"""Networks that sort pictures into classes: LeNet, an MLP, a CNN with batch norm and dropout, and small kin of VGG and ResNet."""

from tests.parity.networks.rows import STEPS, By, trained_by


def pictures(torch, batch, channels, side, classes=10, contrast=0.5):
    """Yield batches: each class has a picture of its own, and each of its examples is that picture in noise."""
    faces = torch.randn(classes, channels, side, side)
    for _ in range(STEPS):
        y = torch.randint(0, classes, (batch,))
        yield contrast * faces[y] + torch.randn(batch, channels, side, side), y


def train(torch, net, batches, optimizer, scheduler=None):
    criterion = torch.nn.CrossEntropyLoss()
    net.train()
    for x, y in batches:
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        yield net, loss
        optimizer.step()
        if scheduler is not None:
            scheduler.step()


@trained_by(By("SGD", lr=0.01, momentum=0.9), By("Adam", lr=0.0005), By("Adadelta", lr=0.5))
def lenet(torch, optimizer):
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(1)

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 5)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 4 * 4, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x):
            x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
            x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
            x = torch.flatten(x, 1)
            x = functional.relu(self.fc1(x))
            x = functional.relu(self.fc2(x))
            return self.fc3(x)

    net = LeNet()
    yield from train(torch, net, pictures(torch, 8, 1, 28, contrast=1.0), optimizer(net.parameters()))


@trained_by(By("SGD", lr=0.05, momentum=0.9, nesterov=True), By("ASGD", lr=0.05), By("Adamax", lr=0.002))
def mlp(torch, optimizer):
    nn = torch.nn
    torch.manual_seed(2)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 32), nn.Tanh(), nn.Linear(32, 10))
    yield from train(torch, net, pictures(torch, 16, 1, 8), optimizer(net.parameters()))


@trained_by(By("Adam", lr=0.001), By("RMSprop", lr=0.0005), By("NAdam", lr=0.002))
def cnn_with_batch_norm_and_dropout(torch, optimizer):
    nn = torch.nn
    torch.manual_seed(3)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.1),
        nn.Conv2d(8, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(16 * 9, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10),
    )  # fmt: skip
    yield from train(torch, net, pictures(torch, 16, 3, 12, contrast=1.0), optimizer(net.parameters()))


@trained_by(By("SGD", lr=0.01, momentum=0.9, weight_decay=5e-4), By("AdamW", lr=0.001), By("RAdam", lr=0.001))
def vgg_like(torch, optimizer):
    nn = torch.nn
    torch.manual_seed(4)
    layers, channels = [], 3
    for width in (8, 8, "M", 16, 16, "M"):
        if width == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
        else:
            layers += [nn.Conv2d(channels, width, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
            channels = width
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d((2, 2)), nn.Flatten(), nn.Linear(16 * 4, 32), nn.ReLU(inplace=True),
                        nn.Dropout(), nn.Linear(32, 10))
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 0.1)
            nn.init.zeros_(module.bias)
    yield from train(torch, net, pictures(torch, 8, 3, 12, contrast=1.5), optimizer(net.parameters()))


@trained_by(By("SGD", lr=0.02, momentum=0.9, weight_decay=1e-4), By("Adam", lr=0.001), By("Adagrad", lr=0.01))
def resnet_like(torch, optimizer):
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(5)

    class Block(nn.Module):
        def __init__(self, channels, width, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.shortcut = nn.Sequential()
            if stride != 1 or channels != width:
                self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

        def forward(self, x):
            out = functional.relu(self.bn1(self.conv1(x)))
            return functional.relu(self.bn2(self.conv2(out)) + self.shortcut(x))

    class ResNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
            self.layers = nn.Sequential(Block(8, 8, 1), Block(8, 16, 2))
            self.fc = nn.Linear(16, 10)

        def forward(self, x):
            x = functional.adaptive_avg_pool2d(self.layers(self.stem(x)), 1)
            return self.fc(x.flatten(1))

    net = ResNet()
    optimizer = optimizer(net.parameters())
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    yield from train(torch, net, pictures(torch, 8, 3, 8), optimizer, scheduler)
