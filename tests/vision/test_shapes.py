"""The generated pictures: the same every time, even in their kinds, and as hard to tell as they have to be."""

import hashlib

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.utils.data import DataLoader, TensorDataset
from workbook.vision import transforms
from workbook.vision.datasets import Shapes10


def test_the_same_pictures_every_time_and_others_for_another_seed_and_to_test_on():
    one, again = Shapes10(size=60), Shapes10(size=60)
    assert np.array_equal(one.data, again.data) and one.targets == again.targets
    for other in (Shapes10(size=60, seed=1), Shapes10(size=60, train=False)):
        assert not np.array_equal(one.data, other.data)
    assert one.data.dtype == np.uint8 and one.data.shape == (60, 32, 32, 3)
    assert hashlib.sha1(repr(one.targets).encode()).hexdigest()[:10] == "14759a2ff8"
    assert one.data.mean() == pytest.approx(72.498, abs=0.05)  # the last bit of a cosine may differ from machine to machine


def test_of_each_kind_as_many_and_none_stands_in_both_parts():
    train, test = Shapes10(size=300), Shapes10(train=False, size=200)
    assert np.bincount(train.targets).tolist() == [30] * 10 and np.bincount(test.targets).tolist() == [20] * 10
    assert not {picture.tobytes() for picture in train.data} & {picture.tobytes() for picture in test.data}
    assert len(train) == 300 and train.class_to_idx["ring"] == 1 and len(train.classes) == 10


def test_a_sample_is_a_pillow_image_and_an_int():
    data = Shapes10(size=10, transform=transforms.ToTensor(), target_transform=str)
    image, label = data[3]
    assert image.shape == (3, 32, 32) and label == str(data.targets[3])
    np.testing.assert_array_equal((image.numpy() * 255).round(), data.data[3].transpose(2, 0, 1))
    assert Shapes10(size=10)[3][0].size == (32, 32)
    assert repr(data).splitlines()[:4] == ["Dataset Shapes10", "    Number of datapoints: 10", "    Split: Train", "    StandardTransform"]
    with pytest.raises(IndexError):
        data[10]


@pytest.mark.parametrize("size", [0, -1, 2.5, "10"])
def test_a_size_that_is_none(size):
    with pytest.raises(ValueError, match="size should be a whole number of at least 1"):
        Shapes10(size=size)


def batches(data):
    images = torch.from_numpy(data.data.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1)
    return TensorDataset(images, torch.tensor(data.targets))


def accuracy_after(net, optimizer, batch_size, epochs=5, pictures=3000):
    """Train on a part of the pictures; what is returned is the share of right answers for a thousand others."""
    train, (images, labels) = batches(Shapes10(size=pictures)), batches(Shapes10(train=False, size=1000)).tensors
    loss_of = nn.CrossEntropyLoss()
    for _ in range(epochs):
        for inputs, targets in DataLoader(train, batch_size=batch_size, shuffle=True):
            optimizer.zero_grad()
            loss_of(net(inputs), targets).backward()
            optimizer.step()
    with torch.no_grad():
        return (net(images).argmax(1) == labels).float().mean().item()


@pytest.mark.full("trains for some three seconds")
def test_a_linear_model_fails():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    assert accuracy_after(net, torch.optim.Adam(net.parameters(), lr=5e-4), 64) < 0.45  # 0.33 was measured


@pytest.mark.full("trains for some ten seconds")
def test_a_small_convolutional_network_learns():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    assert accuracy_after(net, torch.optim.Adam(net.parameters(), lr=2e-3), 32) > 0.85  # 0.96 was measured
