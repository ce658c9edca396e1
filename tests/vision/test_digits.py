"""The handwritten digits: what is in the file, how it is split, and what a sample is."""

import hashlib
from importlib import resources

import numpy as np
import pytest

import workbook as torch
from workbook.utils.data import DataLoader
from workbook.vision import transforms
from workbook.vision.datasets import Digits, digits

FOLDER = resources.files("workbook.vision").joinpath("data")


def test_the_file_is_small_and_holds_the_1797_images():
    raw = FOLDER.joinpath("digits.npz").read_bytes()
    assert len(raw) < 60_000
    with FOLDER.joinpath("digits.npz").open("rb") as file, np.load(file) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    assert images.shape == (1797, 8, 8) and images.dtype == labels.dtype == np.uint8 and images.max() == 16
    assert hashlib.sha256(images.tobytes()).hexdigest() == "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
    assert hashlib.sha256(labels.tobytes()).hexdigest() == "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.mark.parametrize("text", [Digits.__doc__, FOLDER.joinpath("digits.txt").read_text(encoding="utf-8")])
def test_the_source_and_its_licence_are_named(text):
    flat = " ".join(text.split())
    for words in ("E. Alpaydin", "C. Kaynak (1998)", "UCI Machine Learning Repository", "10.24432/C50P49", "CC BY 4.0"):
        assert words in flat


def test_the_split_is_fixed_even_and_complete():
    train, test = Digits(train=True), Digits(train=False)
    assert (len(train), len(test)) == (1438, 359)
    assert np.bincount(test.targets.numpy()).tolist() == [36, 36, 35, 37, 36, 36, 36, 36, 35, 36]
    together = np.concatenate([train.data.numpy(), test.data.numpy()]).reshape(-1, 64)
    images, labels = digits._recorded()
    assert sorted(map(bytes, together)) == sorted(map(bytes, images.reshape(-1, 64)))
    zeros = images[labels == 0]
    np.testing.assert_array_equal(test.data.numpy()[test.targets.numpy() == 0], zeros[2::5])
    assert train.data.dtype is torch.uint8 and train.targets.dtype is torch.int64


def test_a_sample_is_a_float_image_between_0_and_1_and_an_int():
    train = Digits(train=True)
    image, label = train[5]
    assert image.shape == (1, 8, 8) and image.dtype is torch.float32 and type(label) is int and label == train.targets[5]
    np.testing.assert_array_equal(image.numpy()[0] * 16, train.data[5].numpy())
    assert torch.equal(train[-1][0], train[len(train) - 1][0])
    assert train.classes[label].startswith(str(label)) and train.class_to_idx["3 - three"] == 3
    with pytest.raises(IndexError):
        train[len(train)]


def test_transforms_get_the_image_before_to_tensor():
    seen = []
    data = Digits(train=False, transform=lambda image: seen.append((image.shape, image.dtype.name)) or image.sum(),
                  target_transform=str)
    assert data[0][1] == "0" and seen == [((8, 8, 1), "float32")]
    same = Digits(train=False, transform=transforms.ToTensor())
    assert torch.equal(same[3][0], Digits(train=False)[3][0])
    centred = Digits(train=False, transform=transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]))
    image = centred[3][0]
    assert image.shape == (1, 8, 8)
    np.testing.assert_array_equal((image.numpy()[0] + 1) * 8, centred.data[3].numpy())


def test_batches():
    images, labels = next(iter(DataLoader(Digits(train=True), batch_size=32, shuffle=True)))
    assert images.shape == (32, 1, 8, 8) and images.dtype is torch.float32
    assert labels.shape == (32,) and labels.dtype is torch.int64


def test_writing_into_one_data_set_leaves_the_others_alone():
    first = Digits(train=True)
    first.data.zero_()
    assert Digits(train=True).data.sum().item() > 0


def test_how_it_prints():
    assert repr(Digits(train=False)) == "Dataset Digits\n    Number of datapoints: 359\n    Split: Test"
    assert repr(Digits(transform=transforms.ToTensor())) == (
        "Dataset Digits\n    Number of datapoints: 1438\n    Split: Train\n    StandardTransform\nTransform: ToTensor()")


def test_the_images_are_good_enough_to_learn_from():
    """A few epochs of a small network tell at least 95% of the held-out digits: what lesson 00 promises."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    optimizer, loss_of = torch.optim.Adam(net.parameters(), lr=0.01), torch.nn.CrossEntropyLoss()
    device = torch.get_default_device()
    for _ in range(12):
        for images, labels in DataLoader(Digits(train=True), batch_size=64, shuffle=True):
            optimizer.zero_grad()
            loss_of(net(images.to(device)), labels.to(device)).backward()
            optimizer.step()
    images, labels = next(iter(DataLoader(Digits(train=False), batch_size=359)))
    with torch.no_grad():
        right = (net(images.to(device)).argmax(1) == labels.to(device)).sum().item()
    assert right / 359 >= 0.95
