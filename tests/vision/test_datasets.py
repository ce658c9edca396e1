"""MNIST, CIFAR, folders and fakes: read from small files of the real formats, and refused, with one error, where these are wrong."""

import gzip
import hashlib
import io
import os
import tarfile

import numpy as np
import pytest
from PIL import Image

import workbook as torch
from tests.vision.made import cifar_files, idx, mnist_files, packed
from tests.vision.server import serving
from workbook.utils.data import DataLoader
from workbook.vision import transforms
from workbook.vision.datasets import CIFAR10, CIFAR100, MNIST, DatasetFolder, FakeData, FashionMNIST, ImageFolder, VisionDataset, unpacking

PER_FILE = 6
NAMES = [f"cifar-10-batches-bin/{name}" for name in CIFAR10.train_list + CIFAR10.test_list]


class Small(CIFAR10):
    per_file, md5, size, insecure = PER_FILE, None, None, True


class SmallMNIST(MNIST):
    insecure = True


@pytest.fixture(scope="module")
def small_files():
    return cifar_files(PER_FILE, NAMES)


def left_in(folder):
    return sorted(os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder) for name in names)


# ---- CIFAR ----------------------------------------------------------------------------------------------------------------------


def test_cifar_is_fetched_and_read_out_of_its_archive(small_files, tmp_path):
    with serving() as server:
        server.files["cifar.tar.gz"] = archive = packed(small_files)

        class Served(Small):
            url, md5, size = server.url("cifar.tar.gz"), hashlib.md5(archive).hexdigest(), len(archive)

        for _ in range(2):
            train = Served(str(tmp_path), download=True)
    assert len(server.asked) == 1 and left_in(tmp_path) == ["cifar-10-binary.tar.gz"]
    assert train.data.shape == (5 * PER_FILE, 32, 32, 3) and train.data.dtype == np.uint8
    record = np.frombuffer(small_files[NAMES[1]], np.uint8).reshape(PER_FILE, -1)[2]
    image, label = train[PER_FILE + 2]
    assert label == record[0] and image.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(image).transpose(2, 0, 1).reshape(-1), record[1:])
    test = Served(tmp_path, train=False, transform=transforms.ToTensor())
    assert len(test) == PER_FILE and test[0][0].shape == (3, 32, 32) and test.class_to_idx["truck"] == 9
    assert repr(train) == f"Dataset Served\n    Number of datapoints: 30\n    Root location: {tmp_path}\n    Split: Train"
    images, labels = next(iter(DataLoader(test, batch_size=4)))
    assert images.shape == (4, 3, 32, 32) and labels.dtype is torch.int64


def test_cifar_out_of_an_unpacked_folder(small_files, tmp_path):
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    for name, raw in small_files.items():
        (tmp_path / name).write_bytes(raw)
    assert CIFAR10(tmp_path).targets == Small_targets(small_files)
    (folder / "data_batch_3.bin").write_bytes(b"x" * 3072)
    with pytest.raises(RuntimeError, match="Dataset not found or corrupted. .*data_batch_3.bin: it has 3,072 bytes, which are no whole records of 3,073"):
        CIFAR10(tmp_path)
    os.truncate(folder / "data_batch_3.bin", 3073 * 10_001)
    with pytest.raises(RuntimeError, match="data_batch_3.bin: it has 30,733,073 bytes, which are no whole records of 3,073, up to 30,730,000"):
        CIFAR10(tmp_path)
    (folder / "data_batch_3.bin").unlink()
    with pytest.raises(RuntimeError, match="data_batch_3.bin: it is not there"):
        CIFAR10(tmp_path)


def Small_targets(files):
    return [raw[place] for name, raw in files.items() if "data_batch" in name for place in range(0, len(raw), 3073)]


def test_cifar100_gives_the_fine_labels(tmp_path):
    (tmp_path / "cifar-100-binary").mkdir()
    raw = bytearray(cifar_files(4, ["train.bin"], 2)["train.bin"])
    raw[0], raw[1] = 3, 77
    (tmp_path / "cifar-100-binary" / "train.bin").write_bytes(raw)
    data = CIFAR100(tmp_path)
    assert len(data) == 4 and data[0][1] == 77 and data.classes[77] == "snail"
    raw[1] = 100
    (tmp_path / "cifar-100-binary" / "train.bin").write_bytes(raw)
    with pytest.raises(RuntimeError, match="there is a label 100, and there are 100 classes"):
        CIFAR100(tmp_path)


def test_pickles_are_not_read(tmp_path):
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(RuntimeError, match="cifar-10-batches-py is made of pickles"):
        CIFAR10(tmp_path)


def info(name, kind=tarfile.REGTYPE, size=0, link=""):
    member = tarfile.TarInfo(name)
    member.type, member.size, member.linkname = kind, size, link
    return member


def changed(archive):
    """The same archive, with one bit of a picture changed and gzip's sum as it was."""
    raw = bytearray(gzip.decompress(archive))
    raw[raw.index(b"ustar") + 2000] ^= 1
    return gzip.compress(bytes(raw), 1)[:-8] + archive[-8:]


def further(kind):
    """A header of a tar that says something of the next member."""
    member = info("x", kind, 11)
    return member.tobuf(tarfile.GNU_FORMAT) + b"11 a=bbbbb\n".ljust(512, b"\0")


@pytest.mark.parametrize("make, words", [
    (lambda files: packed(files)[:-300], "no whole archive"),
    (lambda files: packed(files)[:100], "no whole archive"),
    (lambda files: b"", "no whole archive"),
    (lambda files: b"no archive at all", "no whole archive"),
    (lambda files: gzip.compress(b"x" * 5000), "no whole archive"),
    (lambda files: packed(dict(list(files.items())[1:])), "data_batch_1.bin is not in it"),
    (lambda files: packed({**files, NAMES[2]: files[NAMES[2]][:-1]}), "18,437 bytes, and should be one file of 18,438"),
    (lambda files: packed({name: b"" for name in files}), "is 0 bytes"),
    (lambda files: packed(files, [(info(NAMES[0], tarfile.SYMTYPE, link="/etc/passwd"), b"")]), "is no file"),
    (lambda files: packed(files, [(info(NAMES[0], tarfile.SYMTYPE, len(files[NAMES[0]]), "/etc/passwd"), files[NAMES[0]])]), "is no file"),
    (lambda files: packed(files, [(info(NAMES[0], tarfile.LNKTYPE, link=NAMES[1]), b"")]), "is no file"),
    (lambda files: packed(files, [(info(NAMES[0], tarfile.CHRTYPE), b"")]), "is no file"),
    (lambda files: packed(files, [(info(NAMES[0], size=len(files[NAMES[0]])), files[NAMES[0]])]), "stands there twice"),
    (lambda files: packed({"/" + name: raw for name, raw in files.items()}), "is not in it"),
    (lambda files: packed({"../" + name: raw for name, raw in files.items()}), "is not in it"),
    (lambda files: changed(packed(files)), "no whole archive: CRC check failed"),
    (lambda files: packed(files) + b"more", "no whole archive: Not a gzipped file"),
    (lambda files: gzip.compress(further(b"x") * 2000, 1), "no whole archive: maximum recursion depth"),
    (lambda files: gzip.compress(further(b"L") * 2000, 1), "no whole archive: maximum recursion depth"),
])
def test_an_archive_that_is_another(small_files, tmp_path, make, words):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cifar-10-binary.tar.gz").write_bytes(make(small_files))
    with pytest.raises(RuntimeError, match=f"Dataset not found or corrupted. (.|\n)*{words}"):
        Small(tmp_path / "data")
    assert left_in(tmp_path) == ["data/cifar-10-binary.tar.gz"]


def test_members_that_lead_elsewhere_are_not_looked_at(small_files, tmp_path):
    (tmp_path / "data").mkdir()
    extra = [(info("../../outside.txt", size=4), b"evil"), (info("/tmp/outside.txt", size=4), b"evil"),
             (info("link", tarfile.SYMTYPE, link="../.."), b""), (info("link/outside.txt", size=4), b"evil"), (info("pipe", tarfile.FIFOTYPE), b"")]
    (tmp_path / "data" / "cifar-10-binary.tar.gz").write_bytes(packed(small_files, extra))
    assert len(Small(tmp_path / "data")) == 5 * PER_FILE
    assert left_in(tmp_path) == ["data/cifar-10-binary.tar.gz"]


def test_what_unpacks_to_gigabytes_is_stopped(small_files, tmp_path):
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1) as file:
        bomb = info("zeros", size=1 << 40)
        file.write(bomb.tobuf(tarfile.GNU_FORMAT))
        for _ in range(80):
            file.write(bytes(1 << 20))
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(stream.getvalue())
    with pytest.raises(RuntimeError, match="unpacks to far more"):
        Small(tmp_path)


# ---- MNIST ----------------------------------------------------------------------------------------------------------------------


def test_mnist_is_fetched_and_read(tmp_path):
    made = mnist_files(7)
    with serving() as server:
        server.files |= made

        class Served(SmallMNIST):
            mirrors = ["http://127.0.0.1:1/", server.url()]
            resources = [(name, hashlib.md5(raw).hexdigest()) for name, raw in made.items()]

        for _ in range(2):
            train = Served(str(tmp_path), download=True)
    assert len(server.asked) == 4 and left_in(tmp_path) == sorted(f"Served/raw/{name}" for name in made)
    assert train.data.shape == (7, 28, 28) and train.data.dtype is torch.uint8 and train.targets.dtype is torch.int64
    image, label = train[3]
    assert image.mode == "L" and type(label) is int and label == train.targets[3]
    np.testing.assert_array_equal(np.asarray(image), train.data[3].numpy())
    assert repr(train) == f"Dataset Served\n    Number of datapoints: 7\n    Root location: {tmp_path}\n    Split: Train"
    assert Served(tmp_path, train=False).data.shape == (7, 28, 28)
    with pytest.raises(IndexError):
        train[7]


def test_mnist_from_unpacked_files_and_where_there_are_none(tmp_path):
    folder = tmp_path / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    with pytest.raises(RuntimeError, match="Dataset not found. You can use download=True to download it"):
        FashionMNIST(tmp_path)
    for name, raw in mnist_files(3).items():
        (folder / name.removesuffix(".gz")).write_bytes(gzip.decompress(raw))
    data = FashionMNIST(tmp_path, transform=transforms.ToTensor())
    assert len(data) == 3 and data[0][0].shape == (1, 28, 28) and data.class_to_idx["Trouser"] == 1


IMAGES = np.zeros((2, 28, 28), np.uint8)


@pytest.mark.parametrize("raw, words", [
    (idx(IMAGES)[:-1], r"announces an array \[2, 28, 28\], and holds 1,567 bytes"),
    (idx(IMAGES) + b"x", "holds 1,569 bytes"),
    (b"", "does not begin as an IDX file does"),
    (b"\0\0\x08", "does not begin"),
    (b"\x80\x04K\x05.", "does not begin"),
    (idx(IMAGES, 13), "of float32"),
    (idx(IMAGES[0]), r"holds an array \[28, 28\]"),
    (idx(np.zeros((2, 30, 28), np.uint8)), r"holds an array \[2, 30, 28\]"),
    (b"\0\0\x08\x03" + b"\xff" * 12, r"holds an array \[4294967295, "),
    (b"\0\0\x08\xff" + b"\xff" * 40, "does not begin"),
    (idx(np.zeros((3, 28, 28), np.uint8)), "3 images and 2 labels"),
])
def test_an_idx_file_that_is_another(tmp_path, raw, words):
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    (folder / "train-images-idx3-ubyte").write_bytes(raw)
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(np.zeros(2, np.uint8)))
    with pytest.raises(RuntimeError, match=f"Dataset not found or corrupted. (.|\n)*{words}"):
        MNIST(tmp_path)


@pytest.mark.parametrize("raw, words", [
    (gzip.compress(idx(IMAGES))[:-9], "gzip cannot unpack it"),
    (b"no gzip", "gzip cannot unpack it"),
    (gzip.compress(idx(IMAGES))[:20] + b"damage" * 9, "gzip cannot unpack it"),
    (gzip.compress(bytes(1 << 27), 1), "unpacks to more than"),
], ids=["cut off", "no gzip", "damaged", "a bomb"])  # of the bytes themselves, the first hold the time of day: each worker would name others
def test_a_gzip_file_that_is_another(tmp_path, raw, words):
    path = tmp_path / "x.gz"
    path.write_bytes(raw)
    with pytest.raises(RuntimeError, match=words):
        unpacking.read_idx(path, (None, 28, 28))


# ---- folders, fakes ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path):
    for name, colour in (("cat", "red"), ("dog", "blue")):
        (tmp_path / name / "deep").mkdir(parents=True)
        Image.new("RGB", (3, 2), colour).save(tmp_path / name / "b.png")
        Image.new("L", (3, 2)).save(tmp_path / name / "deep" / "a.PNG")
        (tmp_path / name / "notes.txt").write_text("x")
    return tmp_path


def test_a_folder_a_class(folders):
    data = ImageFolder(folders, transform=transforms.ToTensor())
    assert data.classes == ["cat", "dog"] and data.class_to_idx == {"cat": 0, "dog": 1} and data.targets == [0, 0, 1, 1]
    assert [os.path.relpath(path, folders) for path, _ in data.imgs] == ["cat/b.png", "cat/deep/a.PNG", "dog/b.png", "dog/deep/a.PNG"]
    image, label = data[2]
    assert label == 1 and image[:, 0, 0].tolist() == [0.0, 0.0, 1.0] and data[1][0].shape == (3, 2, 3)
    assert repr(data).startswith(f"Dataset ImageFolder\n    Number of datapoints: 4\n    Root location: {folders}\n    StandardTransform\n")
    texts = DatasetFolder(str(folders), lambda path: open(path).read(), extensions=(".txt",), target_transform=str)
    assert texts[1] == ("x", "1")
    assert len(ImageFolder(folders, is_valid_file=lambda path: path.endswith("b.png"))) == 2


def test_links_to_folders_are_followed_and_have_an_end(folders):
    (folders / "bird").symlink_to(folders / "cat")
    (folders / "cat" / "deep" / "up").symlink_to("..")  # two loops in one folder would be 2**40 folders
    (folders / "cat" / "deep" / "all").symlink_to(folders)
    (folders / "cat" / "loop").symlink_to("loop")
    (folders / "loop").symlink_to("loop")
    data = ImageFolder(folders)
    assert data.classes == ["bird", "cat", "dog"]
    assert [os.path.relpath(path, folders) for path, _ in data.imgs] == [f"{name}/{file}" for name in data.classes for file in ("b.png", "deep/a.PNG")]


def test_the_files_of_a_folder_come_in_order(tmp_path):
    (tmp_path / "only").mkdir()
    for name in "cab":
        (tmp_path / "only" / f"{name}.txt").write_text(name)
    assert [os.path.basename(path) for path, _ in DatasetFolder(tmp_path, open, ".txt").samples] == ["a.txt", "b.txt", "c.txt"]


def test_folders_that_are_refused(folders):
    (folders / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="Found no valid file for the classes empty. Supported extensions are: .jpg, .jpeg, .png"):
        ImageFolder(folders)
    assert len(ImageFolder(folders, allow_empty=True)) == 4
    with pytest.raises(FileNotFoundError, match="Couldn't find any class folder in"):
        ImageFolder(folders / "empty")
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        ImageFolder(folders / "nowhere")
    with pytest.raises(ValueError, match="Both extensions and is_valid_file cannot be None or not None at the same time"):
        DatasetFolder(folders, open)
    (folders / "cat" / "b.png").write_bytes(b"\x89PNG no more")
    with pytest.raises(OSError, match="cannot identify image file '.*b.png'"):
        ImageFolder(folders, allow_empty=True)[0]


def test_fakes_are_the_same_every_time_and_leave_the_stream_alone():
    data = FakeData(5, (3, 4, 6), 7, transform=transforms.ToTensor())
    torch.manual_seed(1)
    first, label = data[3]
    after = torch.rand(1).item()
    torch.manual_seed(1)
    assert after == torch.rand(1).item() and first.shape == (3, 4, 6) and type(label) is int
    assert torch.equal(data[3][0], first) and torch.equal(FakeData(5, (3, 4, 6), 7, transforms.ToTensor(), random_offset=3)[0][0], first)
    with pytest.raises(IndexError, match="FakeData index out of range"):
        data[5]


def test_transforms_of_both_or_of_each():
    with pytest.raises(ValueError, match="Only transforms or transform/target_transform"):
        VisionDataset("x", transforms=abs, transform=abs)
    assert repr(VisionDataset("x", target_transform=abs).transforms) == "StandardTransform\nTarget transform: <built-in function abs>"
