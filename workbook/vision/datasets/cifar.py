"""CIFAR-10 and CIFAR-100, from their binary version: the other one is made of pickles, which can run any program."""

import os
from pathlib import Path

import numpy as np

from workbook.errors import explain
from workbook.vision.datasets.download import download_url
from workbook.vision.datasets.unpacking import damaged, read_members
from workbook.vision.datasets.vision import Split
from workbook.vision.pillow import from_array

PIXELS = 3 * 32 * 32


class CIFAR10(Split):
    """60,000 photographs of 32 x 32 pixels of ten kinds of things: 50,000 to train on, 10,000 to test on.

    Sample i is `(image, label)`: a Pillow image, or what `transform` makes of it, and an int. `data` holds all images, uint8
    `(N, 32, 32, 3)`, `targets` their labels, `classes` what these mean. `root` is the folder that holds `cifar-10-binary.tar.gz`, the
    data set's binary version (170 MB); `download=True` fetches it. Where its unpacked folder `cifar-10-batches-bin` lies there, that is
    read instead; its files may be shorter, a selection of your own. Raises RuntimeError where nothing is there or it is not whole.

    >>> CIFAR10("nowhere")
    Traceback (most recent call last):
    RuntimeError: Dataset not found or corrupted. You can use download=True to download it
      Why: there is no cifar-10-binary.tar.gz in nowhere
      Fix: download=True; without a network, Shapes10 comes with the package

    Source: A. Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images,
    https://www.cs.toronto.edu/~kriz/cifar.html
    """

    torch_name = "torchvision.datasets.cifar.CIFAR10"

    url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    filename, md5, size = "cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", 170_052_171
    base_folder = "cifar-10-batches-bin"
    train_list, test_list, per_file = [f"data_batch_{number}.bin" for number in range(1, 6)], ["test_batch.bin"], 10_000
    label_bytes = 1  # before each image
    classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    insecure = False  # True in a subclass: plain http, for a server of your own

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        records = np.concatenate([self._records(raw) for raw in self._files().values()])
        self.data = records[:, self.label_bytes:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self.targets = records[:, self.label_bytes - 1].tolist()  # of CIFAR-100's two labels, the fine one
        if max(self.targets) >= len(self.classes):
            raise damaged(self.root, f"there is a label {max(self.targets)}, and there are {len(self.classes)} classes")

    @property
    def class_to_idx(self):
        """The label of each name in `classes`."""
        return {name: label for label, name in enumerate(self.classes)}

    def download(self):
        """Fetch the archive into `root`, unless it is there. Raises RuntimeError where that fails."""
        if not (Path(self.root) / self.base_folder).is_dir():
            download_url(self.url, self.root, self.filename, self.md5, self.size, insecure=self.insecure)

    def _files(self):
        """The files of this part, `{name: bytes}`, out of the archive or its unpacked folder."""
        length = self.per_file * (self.label_bytes + PIXELS)
        names = self.train_list if self.train else self.test_list
        folder, archive = Path(self.root) / self.base_folder, Path(self.root) / self.filename
        if folder.is_dir():
            return {name: _whole(folder / name, self.label_bytes + PIXELS, length) for name in names}
        if not archive.is_file():
            pickles = Path(self.root) / self.base_folder.replace("-bin", "-py").replace("-binary", "-python")
            raise RuntimeError(explain("Dataset not found or corrupted. You can use download=True to download it",
                                       f"there is no {self.filename} in {self.root}"
                                       + (f"; {pickles.name} is made of pickles, which are not read" if os.path.isdir(pickles) else ""),
                                       "download=True; without a network, Shapes10 comes with the package"))
        found = read_members(archive, {f"{self.base_folder}/{name}": length for name in names})
        return {name: found[f"{self.base_folder}/{name}"] for name in names}

    def _records(self, raw):
        return np.frombuffer(raw, np.uint8).reshape(-1, self.label_bytes + PIXELS)

    def __getitem__(self, index):
        return self.transformed(from_array(self.data[index], "RGB"), self.targets[index])

    def __len__(self):
        return len(self.data)


def _whole(path, record, most):
    """The bytes of a file of whole records, of up to `most` bytes."""
    size = path.stat().st_size if path.is_file() else 0
    if not size or size % record or size > most:
        raise damaged(path, f"it has {size:,} bytes, which are no whole records of {record:,}, up to {most:,} bytes" if size else "it is not there, or empty")
    return path.read_bytes()


class CIFAR100(CIFAR10):
    """60,000 photographs of 32 x 32 pixels of a hundred kinds of things, of each 500 to train on and 100 to test on.

    As CIFAR10, from `cifar-100-binary.tar.gz` (161 MB).

    >>> len(CIFAR100.classes)
    100

    Source: A. Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images,
    https://www.cs.toronto.edu/~kriz/cifar.html
    """

    torch_name = "torchvision.datasets.cifar.CIFAR100"

    url = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"
    filename, md5, size = "cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", None
    base_folder, train_list, test_list, label_bytes = "cifar-100-binary", ["train.bin"], ["test.bin"], 2
    classes = (
        "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle caterpillar "
        "cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl "
        "hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom "
        "oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road "
        "rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank "
        "telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm").split()

    def _files(self):
        self.per_file = 50_000 if self.train else 10_000
        return super()._files()
