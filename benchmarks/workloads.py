"""The table of workloads: what is timed, and the goal for each.

Each workload is written once, as PyTorch code that is given the library under the name `torch`. It prepares its data and returns the
function that is timed; what that function returns, by name, must be the same on both sides.
"""

import importlib
import os
import tempfile
import time
import typing
from dataclasses import dataclass

LINEAR = 20  # ten times the length may take so many times as long: the graph leaves the caches. A walk that is not linear takes 100


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    `prepare(torch)` returns the work, a function without arguments; or, where `fresh` is set, the work is a Python process of its
    own, which `benchmarks.fresh` describes. `goal`: the largest ratio, workbook to torch, that is good enough; None where
    none was set. `tenth(torch)` prepares a tenth of the same work: then workbook's time must grow with the length and no faster.
    """

    name: str
    title: str
    prepare: typing.Callable
    goal: float | None = None
    unit: str = "ms"
    tenth: typing.Callable | None = None
    fresh: bool = False


def chosen(words, workloads):
    """Return the workloads that `words` name, in the order of the table, or all where there are no words.

    A word is a name or its beginning up to a hyphen: `tiny` stands for `tiny-add`, `tiny-mul` and so on. Raises ValueError for a
    word that fits no name.
    """
    for word in words:
        if not any(fits(word, workload) for workload in workloads):
            raise ValueError(f"there is no workload {word!r}; the names are {', '.join(workload.name for workload in workloads)}")
    return [workload for workload in workloads if not words or any(fits(word, workload) for word in words)]


def fits(word, workload):
    """Tell whether `word` names the workload."""
    return f"{workload.name}-".startswith(f"{word}-")


# Networks -------------------------------------------------------------------------------------------------------------


def lenet(torch):
    """One step of the training loop of document 000, with the drawing of its input."""
    nn, functional = torch.nn, torch.nn.functional

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 5)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x):
            x = functional.max_pool2d(functional.relu(self.conv1(x)), (2, 2))
            x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
            x = x.view(-1, 16 * 5 * 5)
            x = functional.relu(self.fc1(x))
            x = functional.relu(self.fc2(x))
            return self.fc3(x)

    torch.manual_seed(0)
    net = LeNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    criterion = nn.MSELoss()
    target = torch.arange(1.0, 11.0).view(1, 10)

    def step():
        optimizer.zero_grad()
        output = net(torch.randn(1, 1, 32, 32))
        loss = criterion(output, target)
        loss.backward()
        optimizer.step()
        return {"output": output, "loss": loss, "conv1.weight.grad": net.conv1.weight.grad}

    return step


def network_of_document_002(torch):
    """Return a new network of document 002, for pictures of 3 x 32 x 32."""
    nn, functional = torch.nn, torch.nn.functional

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 6, 5)
            self.pool = nn.MaxPool2d(2, 2)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x):
            x = self.pool(functional.relu(self.conv1(x)))
            x = self.pool(functional.relu(self.conv2(x)))
            x = x.view(-1, 16 * 5 * 5)
            x = functional.relu(self.fc1(x))
            x = functional.relu(self.fc2(x))
            return self.fc3(x)

    torch.manual_seed(0)
    return Net()


def cifar(batch):
    """One step of the network of document 002 on images of 3 x 32 x 32."""

    def prepare(torch):
        net = network_of_document_002(torch)
        images, labels = torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,))
        criterion = torch.nn.CrossEntropyLoss()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)

        def step():
            optimizer.zero_grad()
            output = net(images)
            loss = criterion(output, labels)
            loss.backward()
            optimizer.step()
            return {"output": output, "loss": loss, "conv1.weight.grad": net.conv1.weight.grad}

        return step

    return prepare


def mlp(torch):
    """One step of a classifier of digits, with Adam."""
    nn = torch.nn
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    images, labels = torch.randn(64, 784), torch.randint(0, 10, (64,))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-4)

    def step():
        optimizer.zero_grad()
        output = net(images)
        loss = criterion(output, labels)
        loss.backward()
        optimizer.step()
        return {"output": output, "loss": loss, "gradient": net[0].weight.grad}

    return step


# Graphs ---------------------------------------------------------------------------------------------------------------


def scalar_graph(torch):
    """A thousand operations on single numbers, forward and backward."""
    leaves = [torch.tensor(value, requires_grad=True) for value in (0.5, 0.9, -0.2, 0.01)]

    def run():
        x, w, b, c = leaves
        for leaf in leaves:
            leaf.grad = None
        y = x
        for _ in range(250):
            y = torch.tanh(y * w + b) - c
        y.backward()
        return {"y": y, "x.grad": x.grad, "w.grad": w.grad, "b.grad": b.grad, "c.grad": c.grad}

    return run


def chain(length):
    """One number, added to itself `length` times."""

    def prepare(torch):
        x = torch.tensor(1.0, requires_grad=True)

        def run():
            x.grad = None
            y = x
            for _ in range(length):
                y = y + x
            y.backward()
            return {"y": y, "x.grad": x.grad}

        return run

    return prepare


def tiny(operation):
    """One operation on four or sixteen numbers that records a node."""

    def prepare(torch):
        torch.manual_seed(0)
        a, b = torch.randn(4, 4, requires_grad=True), torch.randn(4, 4, requires_grad=True)
        return {
            "add": lambda: {"out": a + b},
            "mul": lambda: {"out": a * b},
            "matmul": lambda: {"out": a @ b},
            "relu": lambda: {"out": torch.relu(a)},
        }[operation]

    return prepare


def backward_alone(length):
    """A backward pass through a chain of tiny operations, again and again over one graph; forward is not timed."""

    def prepare(torch):
        torch.manual_seed(0)
        x, w = torch.randn(4, 4, requires_grad=True), torch.randn(4, 4, requires_grad=True)
        y = x
        for _ in range(length // 2):
            y = torch.tanh(y * w)
        loss = y.sum()

        def run():
            x.grad = w.grad = None
            loss.backward(retain_graph=True)
            return {"x.grad": x.grad, "w.grad": w.grad}

        return run

    return prepare


def double_backward(torch):
    """The gradient of the size of a gradient, by the weights of a small network: a penalty on steep functions."""
    nn = torch.nn
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
    x = torch.randn(16, 8, requires_grad=True)

    def run():
        slope, = torch.autograd.grad(net(x).sum(), x, create_graph=True)
        penalty = (slope ** 2).sum()
        found = torch.autograd.grad(penalty, [net[0].weight, net[2].weight, net[4].weight])
        return {"penalty": penalty, "first": found[0], "second": found[1], "third": found[2]}

    return run


# Layers ---------------------------------------------------------------------------------------------------------------


def convolution(batch, channels, filters, kernel, side, padding=0, to_input=True):
    """One convolution forward and backward; without `to_input` as a first layer, whose input wants no gradient."""

    def prepare(torch):
        torch.manual_seed(0)
        layer = torch.nn.Conv2d(channels, filters, kernel, padding=padding)
        x = torch.randn(batch, channels, side, side, requires_grad=to_input)
        out_side = side + 2 * padding - kernel + 1
        arriving = torch.randn(batch, filters, out_side, out_side)

        def run():
            layer.weight.grad = layer.bias.grad = x.grad = None
            out = layer(x)
            out.backward(arriving)
            found = {"out": out, "weight.grad": layer.weight.grad, "bias.grad": layer.bias.grad}
            return found | {"x.grad": x.grad} if to_input else found

        return run

    return prepare


def max_pool(torch):
    """2 x 2 windows over 64 images of 6 x 28 x 28, forward and backward."""
    torch.manual_seed(0)
    x = torch.randn(64, 6, 28, 28, requires_grad=True)
    arriving = torch.randn(64, 6, 14, 14)

    def run():
        x.grad = None
        out = torch.nn.functional.max_pool2d(x, 2)
        out.backward(arriving)
        return {"out": out, "x.grad": x.grad}

    return run


def over_windows(build, *shape):
    """One layer whose windows slide over axes, forward and backward; `build` makes it of `torch.nn`."""

    def prepare(torch):
        torch.manual_seed(0)
        layer = build(torch.nn)
        x = torch.randn(*shape, requires_grad=True)
        arriving = torch.randn(*layer(x).shape)

        def run():
            layer.zero_grad()
            x.grad = None
            out = layer(x)
            out.backward(arriving)
            return {"out": out, "x.grad": x.grad, **{f"{name}.grad": weight.grad for name, weight in layer.named_parameters()}}

        return run

    return prepare


def lstm(torch):
    """A layer over 64 rows of 28 steps, as over the lines of small images, forward and backward."""
    torch.manual_seed(0)
    layer = torch.nn.LSTM(28, 64)
    x, arriving = torch.randn(28, 64, 28), torch.randn(28, 64, 64)

    def run():
        layer.zero_grad()
        out, (h, c) = layer(x)
        out.backward(arriving)
        return {"out": out, "h": h, "c": c, **{f"{name}.grad": weight.grad for name, weight in layer.named_parameters()}}

    return run


def transformer_block(batch, length):
    """A block of a small GPT, written by hand: attention of 4 heads that looks back, and a network, each added to its input."""

    def prepare(torch):
        nn, functional, size, heads = torch.nn, torch.nn.functional, 128, 4
        torch.manual_seed(0)
        first, second = nn.LayerNorm(size), nn.LayerNorm(size)
        project, gather = nn.Linear(size, 3 * size), nn.Linear(size, size)
        network = nn.Sequential(nn.Linear(size, 4 * size), nn.GELU(), nn.Linear(4 * size, size))
        weights = [weight for part in (first, second, project, gather, network) for weight in part.parameters()]
        x, arriving = torch.randn(batch, length, size, requires_grad=True), torch.randn(batch, length, size)

        def run():
            x.grad = None
            for weight in weights:
                weight.grad = None
            q, k, v = (part.view(batch, length, heads, size // heads).transpose(1, 2) for part in project(first(x)).split(size, 2))
            looked = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            y = x + gather(looked.transpose(1, 2).contiguous().view(batch, length, size))
            out = y + network(second(y))
            out.backward(arriving)
            return {"out": out, "x.grad": x.grad, "project.weight.grad": project.weight.grad}

        return run

    return prepare


def layer(build, *shape):
    """A layer on random numbers of a shape, forward and backward, with the gradients of its parameters."""

    def prepare(torch):
        torch.manual_seed(0)
        module = build(torch.nn)
        x, arriving = torch.randn(*shape, requires_grad=True), torch.randn(*shape)

        def run():
            x.grad = None
            module.zero_grad()
            out = module(x)
            out.backward(arriving)
            return {"out": out, "x.grad": x.grad} | {name: parameter.grad for name, parameter in module.named_parameters()}

        return run

    return prepare


def word_vectors(torch):
    """The vectors of 32 sequences of 64 words out of 5,000, forward and backward."""
    torch.manual_seed(0)
    table, words, arriving = torch.nn.Embedding(5_000, 64), torch.randint(0, 5_000, (32, 64)), torch.randn(32, 64, 64)

    def run():
        table.weight.grad = None
        out = table(words)
        out.backward(arriving)
        return {"out": out, "weight.grad": table.weight.grad}

    return run


class _Pictures:
    def __init__(self, torch):
        self.picture = torch.zeros(3, 32, 32)

    def __len__(self):
        return 2000

    def __getitem__(self, index):
        return self.picture + index, index


# Data and parameters --------------------------------------------------------------------------------------------------


def data_loader(torch):
    """One shuffled epoch over 50,000 images of 28 x 28."""
    torch.manual_seed(0)
    images = torch.arange(50_000.0).view(-1, 1, 1, 1) + torch.zeros(50_000, 1, 28, 28)
    data = importlib.import_module(f"{torch.__name__}.utils.data")
    loader = data.DataLoader(data.TensorDataset(images, torch.arange(50_000) % 10), batch_size=64, shuffle=True)

    def epoch():
        labels = []
        for batch, numbers in loader:
            labels.append(numbers)
        return {"labels": torch.cat(labels), "last batch": batch}

    return epoch


def normalised(torch):
    """Return the transform ToTensor, then Normalize.

    torchvision has no build for torch's CPU wheels: beside the engine's transforms stand the operations that its transforms are made of.
    """
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

    def of_operations(picture):
        image = torch.from_numpy(picture.copy()).permute(2, 0, 1).contiguous().to(torch.float32).div(255)
        along = [torch.as_tensor(numbers, dtype=image.dtype).view(-1, 1, 1) for numbers in (mean, std)]
        assert not (along[1] == 0).any()
        return image.clone().sub_(along[0]).div_(along[1])

    if torch.__name__ != "workbook":
        return of_operations
    transforms = importlib.import_module("workbook.vision.transforms")
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize(mean, std)])


def made_pictures(torch, many):
    """Return so many pictures of 32 x 32 in three colours, as arrays of bytes."""
    return [picture.numpy() for picture in torch.arange(many * 32 * 32 * 3).remainder(251).to(torch.uint8).view(many, 32, 32, 3)]


def to_tensors(torch):
    """Turn 500 pictures of 32 x 32 into normalised tensors, one by one."""
    pictures, transform = made_pictures(torch, 500), normalised(torch)

    def run():
        images = [transform(picture) for picture in pictures]
        return {"first": images[0], "last": images[-1]}

    return run


class _Transformed:
    """Pictures that are turned into tensors when they are asked for."""

    def __init__(self, torch, many):
        self.pictures, self.transform = made_pictures(torch, many), normalised(torch)

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return self.transform(self.pictures[index]), index % 10


def epoch_of_cifar(torch):
    """Train the network of document 002 on 320 pictures, in shuffled batches of 64, from the picture's bytes to the step."""
    net, data = network_of_document_002(torch), importlib.import_module(f"{torch.__name__}.utils.data")
    loader = data.DataLoader(_Transformed(torch, 320), batch_size=64, shuffle=True)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)

    def epoch():
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(net(images), labels)
            loss.backward()
            optimizer.step()
        return {"loss": loss, "labels": labels}

    return epoch


def checkpoint(loads):
    """A state_dict of 200 MB to a file, or from it again; what is compared is read from the file where it lies."""

    def prepare(torch):
        folder = tempfile.TemporaryDirectory()
        path = os.path.join(folder.name, "net.pt")
        torch.manual_seed(0)
        part = torch.randn(1_000_000)
        state = {f"layer{number}.weight": part + number for number in range(50)}
        torch.save(state, path)

        def run():
            if loads:
                found = torch.load(path)
            else:
                torch.save(state, path)
                found = torch.load(path, mmap=True)
            assert folder  # it is removed with the work
            return {name: found[name][::100_000] for name in ("layer0.weight", "layer49.weight")}

        return run

    return prepare


def loader_with_workers(torch):
    """An epoch of 2,000 pictures that two workers read: what it costs the process that trains, starting the workers included."""
    data = importlib.import_module(f"{torch.__name__}.utils.data")
    loader = data.DataLoader(_Pictures(torch), batch_size=64, num_workers=2)

    def epoch():
        labels = []
        for batch, numbers in loader:
            labels.append(numbers)
        return {"labels": torch.cat(labels), "last batch": batch}

    return epoch


class _Slow(_Pictures):
    """Pictures whose transform takes the processor 2 ms."""

    def __len__(self):
        return 200

    def __getitem__(self, index):
        since = time.thread_time()
        while time.thread_time() - since < 0.002:
            pass
        return super().__getitem__(index)


def two_workers(torch):
    """An epoch of 200 pictures without workers, then with two; `percent` keeps how long the second took, the workers' start included."""
    data = importlib.import_module(f"{torch.__name__}.utils.data")
    loaders = [data.DataLoader(_Slow(torch), batch_size=20, num_workers=workers) for workers in (0, 2)]

    def epochs():
        since, labels = [time.perf_counter()], []
        for loader in loaders:
            labels.append(torch.cat([numbers for _, numbers in loader]))
            since.append(time.perf_counter())
        epochs.percent.append(100 * (since[2] - since[1]) / (since[1] - since[0]))
        return {"labels": labels[0], "labels from two workers": labels[1]}

    epochs.percent = []
    return epochs


def optimizer_step(rule, **settings):
    """One step of a rule on a million parameters."""

    def prepare(torch):
        torch.manual_seed(0)
        parameter = torch.nn.Parameter(torch.randn(1_000_000))
        parameter.grad = torch.randn(1_000_000)
        optimizer = getattr(torch.optim, rule)([parameter], **settings)

        def step():
            optimizer.step()
            return {"parameter": parameter}

        return step

    return prepare


def million(operation):
    """One operation on a million numbers, nothing recorded."""

    def prepare(torch):
        torch.manual_seed(0)
        a, b = torch.rand(1000, 1000), torch.rand(1000, 1000)
        tied = (a * 20).floor()  # twenty numbers, fifty times in each row: of equal ones PyTorch chooses
        return {
            "add": lambda: {"out": a + b},
            "mul": lambda: {"out": a * b},
            "tanh": lambda: {"out": torch.tanh(a)},
            "sqrt": lambda: {"out": torch.sqrt(a)},
            "sum": lambda: {"out": a.sum(0)},
            "exp": lambda: {"out": torch.exp(a)},
            "relu": lambda: {"out": torch.relu(a)},
            "softmax": lambda: {"out": torch.softmax(a, 1)},
            "dropout": lambda: {"out": torch.nn.functional.dropout(a, 0.5)},
            "randn": lambda: {"out": torch.randn(1000, 1000)},
            "rand": lambda: {"out": torch.rand(1000, 1000)},
            "randint": lambda: {"out": torch.randint(0, 100, (1000, 1000))},
            "randperm": lambda: {"out": torch.randperm(1_000_000)},
            "div": lambda: {"out": a / b},
            "greater": lambda: {"out": a > b},
            "where": lambda: {"out": torch.where(a > b, a, b)},
            "pow": lambda: {"out": a ** 2},
            "all": lambda: {"out": a.sum()},
            "rows": lambda: {"out": a.sum(1)},
            "mean": lambda: {"out": a.mean(1)},
            "var": lambda: {"out": a.var(1)},
            "max": lambda: {"out": a.max(1).values},
            "argmax": lambda: {"out": a.argmax(1)},
            "sort": lambda: {"out": a.sort(1).values},
            "argsort": lambda: {"out": a.argsort(dim=1, stable=True)},
            "topk": lambda: {"out": a.topk(5, 1).values},
            "topk-tied": lambda: {"out": tied.topk(5, 1).indices},
            "topk-half-tied": lambda: {"out": tied.topk(500, 1).indices},
            "kthvalue": lambda: {"out": a.kthvalue(500, 1).values},
            "kthvalue-tied": lambda: {"out": tied.kthvalue(500, 1).indices},
            "median": lambda: {"out": a.median(1).values},
            "mode": lambda: {"out": tied.mode(1).indices},
            "cat": lambda: {"out": torch.cat([a, b], 1)},
            "stack": lambda: {"out": torch.stack([a, b])},
            "transpose": lambda: {"out": a.t().contiguous()},
            "rows-taken": lambda: {"out": a[torch.arange(999, -1, -1)]},
            "matmul": lambda: {"out": a @ b},
        }[operation]

    return prepare


# The table ------------------------------------------------------------------------------------------------------------


def imported(torch):
    """What an import in a fresh process leaves to compare: the version of PyTorch that both sides speak for."""
    version = torch.__version__.split("+")[0]
    return lambda: {"version": version}


_TINY = "one tiny {} that records a node"

WORKLOADS = (
    Workload("import", "import, in a fresh process", imported, 0.12, fresh=True),
    Workload("memory", "peak memory after three LeNet steps", lenet, 0.2, "MB", fresh=True),
    Workload("lenet", "LeNet, batch 1, MSE and SGD, one step", lenet, 0.7),
    Workload("cifar-4", "CIFAR network, batch 4, SGD with momentum", cifar(4), 0.8),
    Workload("cifar-64", "CIFAR network, batch 64", cifar(64), 1.4),
    Workload("cifar-256", "CIFAR network, batch 256", cifar(256), 1.5),
    Workload("mlp", "MLP 784-256-128-10, batch 64, Adam", mlp, 0.85),
    Workload("scalar", "graph of 1000 scalar operations", scalar_graph, 0.5),
    Workload("chain", "chain of 100,000 operations", chain(100_000), tenth=chain(10_000)),
    Workload("backward", "backward alone, a chain of 100 tiny operations", backward_alone(100), unit="us"),
    Workload("double", "double backward of a small network", double_backward, unit="us"),
    Workload("tiny-add", _TINY.format("add"), tiny("add"), 0.8, "us"),
    Workload("tiny-mul", _TINY.format("mul"), tiny("mul"), 0.8, "us"),
    Workload("tiny-matmul", _TINY.format("matmul"), tiny("matmul"), 0.8, "us"),
    Workload("tiny-relu", _TINY.format("relu"), tiny("relu"), 1.0, "us"),
    Workload("conv-1", "conv 6->16 k5, 14x14, batch 1", convolution(1, 6, 16, 5, 14), 0.6),
    Workload("conv-64", "conv 6->16 k5, 14x14, batch 64", convolution(64, 6, 16, 5, 14), 1.6),
    Workload("conv-first", "conv 1->16 k5 pad 2, 28x28, batch 64", convolution(64, 1, 16, 5, 28, 2, to_input=False), 1.3),
    Workload("conv-32", "conv 32->64 k3 pad 1, 32x32, batch 16", convolution(16, 32, 64, 3, 32, 1), 1.8),
    Workload("conv-wide", "conv 64->64 k3 pad 1, 56x56, batch 4", convolution(4, 64, 64, 3, 56, 1), 1.8),
    Workload("pool", "max pool 2x2, 64x6x28x28", max_pool, 0.7),
    Workload("conv-line", "conv over one axis, 16->32 k5, 32x16x256", over_windows(lambda nn: nn.Conv1d(16, 32, 5), 32, 16, 256)),
    Workload("conv-volume", "conv over three axes, 4->8 k3, 4x4x16x16x16", over_windows(lambda nn: nn.Conv3d(4, 8, 3), 4, 4, 16, 16, 16)),
    Workload("conv-back", "transposed conv 32->16 k4 stride 2, 16x32x14x14",
             over_windows(lambda nn: nn.ConvTranspose2d(32, 16, 4, 2, 1), 16, 32, 14, 14)),
    Workload("conv-depth", "conv of 32 groups k3 pad 1, 16x32x28x28", over_windows(lambda nn: nn.Conv2d(32, 32, 3, padding=1, groups=32), 16, 32, 28, 28)),
    Workload("mean-pool", "average pool 2x2, 64x6x28x28", over_windows(lambda nn: nn.AvgPool2d(2), 64, 6, 28, 28)),
    Workload("even-pool", "adaptive average pool to 7x7, 16x32x28x28", over_windows(lambda nn: nn.AdaptiveAvgPool2d(7), 16, 32, 28, 28)),
    Workload("upsample", "bilinear upsampling by 2, 16x16x28x28",
             over_windows(lambda nn: nn.Upsample(scale_factor=2, mode="bilinear"), 16, 16, 28, 28)),
    Workload("lstm", "LSTM(28, 64), batch 64, 28 steps", lstm, 1.3),
    Workload("transformer-1", "Transformer block of 128, 1 x 32", transformer_block(1, 32), 0.8),
    Workload("transformer-16", "Transformer block of 128, 16 x 64", transformer_block(16, 64), 1.4),
    Workload("batch-norm", "batch norm, 32x16x28x28", layer(lambda nn: nn.BatchNorm2d(16), 32, 16, 28, 28), 1.2),
    Workload("layer-norm", "layer norm, 16x64x128", layer(lambda nn: nn.LayerNorm(128), 16, 64, 128), 2.5),
    Workload("group-norm", "group norm, 4 groups, 32x16x28x28", layer(lambda nn: nn.GroupNorm(4, 16), 32, 16, 28, 28)),
    Workload("embedding", "embedding, 2,048 words of 5,000, width 64", word_vectors, 1.4),
    Workload("loader", "DataLoader, 50,000 images, shuffled", data_loader, 0.35),
    Workload("to-tensors", "ToTensor and Normalize, 500 pictures", to_tensors, 1.3),
    Workload("cifar-epoch", "CIFAR network, an epoch of 320 pictures", epoch_of_cifar),
    Workload("checkpoint-save", "torch.save of 200 MB", checkpoint(False), 2),
    Workload("checkpoint-load", "torch.load of 200 MB", checkpoint(True), 2),
    Workload("workers", "DataLoader, two workers, the caller's part", loader_with_workers, 1),
    Workload("two-workers", "two workers for none's time, a 2 ms transform", two_workers, 1.1, "%", fresh=True),
    Workload("dropout", "dropout of a million", million("dropout"), 0.6),
    Workload("adam", "Adam, a million parameters", optimizer_step("Adam"), 0.9),
    Workload("sgd", "SGD, a million parameters", optimizer_step("SGD", lr=1e-3), 1.3),
    Workload("million-add", "a million: add", million("add"), 1.1),
    Workload("million-mul", "a million: mul", million("mul"), 1.1),
    Workload("million-tanh", "a million: tanh", million("tanh"), 1.1),
    Workload("million-sqrt", "a million: sqrt", million("sqrt"), 1.1),
    Workload("million-sum", "a million: sum(0)", million("sum"), 1.1),
    Workload("million-exp", "a million: exp", million("exp"), 2.5),
    Workload("million-relu", "a million: relu", million("relu"), 2.5),
    Workload("million-softmax", "a million: softmax", million("softmax"), 2.5),
    *(Workload(f"million-{name}", f"a million: {title}", million(name)) for name, title in (
        ("div", "div"), ("greater", "a > b"), ("where", "where"), ("pow", "a ** 2"), ("all", "sum()"), ("rows", "sum(1)"),
        ("mean", "mean(1)"), ("var", "var(1)"), ("max", "max(1)"), ("argmax", "argmax(1)"), ("sort", "sort(1)"),
        ("argsort", "argsort(1, stable)"), ("topk", "topk(5, 1)"), ("topk-tied", "topk(5, 1) of equal ones"),
        ("topk-half-tied", "topk(500, 1) of equal ones"), ("kthvalue", "kthvalue(500, 1)"), ("kthvalue-tied", "kthvalue(500, 1) of equal ones"),
        ("median", "median(1)"), ("mode", "mode(1)"), ("cat", "cat of two, dim 1"), ("stack", "stack of two"),
        ("transpose", "t().contiguous()"), ("rows-taken", "a[index]"), ("matmul", "a @ b"))),
    Workload("randn", "randn of a million", million("randn"), 12),
    *(Workload(name, f"{name} of a million", million(name)) for name in ("rand", "randint", "randperm")),
)
