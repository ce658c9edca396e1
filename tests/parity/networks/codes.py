"""Networks that make what they are shown: an autoencoder, a variational one, and a pair of adversaries."""

from tests.parity.networks.rows import STEPS, By, trained_by


def blots(torch, batch, side=8):
    """Return pictures of soft round blots, numbers from 0 to 1."""
    at = torch.arange(float(side))
    row, column = torch.rand(2, batch, 1, 1) * side
    return torch.exp(-((at.view(1, side, 1) - row) ** 2 + (at.view(1, 1, side) - column) ** 2) / 6).unsqueeze(1)


@trained_by(By("Adadelta", lr=1.0), By("Adam", lr=0.002), By("Rprop", lr=0.001))
def autoencoder(torch, optimizer):
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(6)
    encoder = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 4, 3, stride=2, padding=1), nn.ReLU())
    decoder = nn.Sequential(nn.ConvTranspose2d(4, 8, 2, stride=2), nn.ReLU(), nn.ConvTranspose2d(8, 1, 2, stride=2), nn.Sigmoid())
    net = nn.Sequential(encoder, decoder)
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        x = blots(torch, 16)
        loss = functional.mse_loss(net(x), x)
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("Adam", lr=0.001), By("RMSprop", lr=0.0005), By("Adamax", lr=0.002))
def vae(torch, optimizer):
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(7)

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(64, 32)
            self.fc21 = nn.Linear(32, 4)
            self.fc22 = nn.Linear(32, 4)
            self.fc3 = nn.Linear(4, 32)
            self.fc4 = nn.Linear(32, 64)

        def forward(self, x):
            hidden = functional.relu(self.fc1(x.view(-1, 64)))
            mu, logvar = self.fc21(hidden), self.fc22(hidden)
            std = torch.exp(0.5 * logvar)
            z = mu + torch.randn_like(std) * std
            return torch.sigmoid(self.fc4(functional.relu(self.fc3(z)))), mu, logvar

    net = VAE()
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        x = blots(torch, 16)
        recon, mu, logvar = net(x)
        loss = functional.binary_cross_entropy(recon, x.view(-1, 64), reduction="sum")
        loss = loss - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("Adam", lr=0.0005, betas=(0.5, 0.999)), By("RMSprop", lr=0.0002))
def gan(torch, optimizer):
    """A convolutional pair. What is yielded is the sum of the two losses of a step."""
    nn = torch.nn
    torch.manual_seed(8)
    generator = nn.Sequential(
        nn.ConvTranspose2d(8, 16, 4, bias=False), nn.BatchNorm2d(16), nn.ReLU(True),
        nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1, bias=False), nn.Tanh(),
    )  # fmt: skip
    discriminator = nn.Sequential(
        nn.Conv2d(1, 16, 4, stride=2, padding=1, bias=False), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(16, 1, 4, bias=False), nn.Flatten(0),
    )  # fmt: skip
    both = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
    for parameter in both.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, 0.0, 0.1)
    criterion = nn.BCEWithLogitsLoss()
    optimizer_d, optimizer_g = optimizer(discriminator.parameters()), optimizer(generator.parameters())
    real, fake = torch.ones(8), torch.zeros(8)
    for _ in range(STEPS):
        discriminator.zero_grad()
        made = generator(torch.randn(8, 8, 1, 1))
        loss_d = criterion(discriminator(2 * blots(torch, 8) - 1), real) + criterion(discriminator(made.detach()), fake)
        loss_d.backward()
        optimizer_d.step()
        generator.zero_grad()
        loss_g = criterion(discriminator(made), real)
        loss_g.backward()
        yield both, loss_d + loss_g
        optimizer_g.step()
