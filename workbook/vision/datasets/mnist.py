"""MNIST and the sets that were made like it, from IDX files packed by gzip."""

from pathlib import Path

from workbook.errors import explain
from workbook.ops.from_data import from_numpy
from workbook.vision.datasets.download import download_url
from workbook.vision.datasets.unpacking import damaged, read_idx
from workbook.vision.datasets.vision import Split
from workbook.vision.pillow import from_array


class MNIST(Split):
    """70,000 handwritten digits of 28 x 28 pixels: 60,000 to train on, 10,000 to test on.

    Sample i is `(image, label)`: a Pillow image, or what `transform` makes of it, and an int. `data` holds all images, a uint8
    tensor `(N, 28, 28)`, `targets` their labels, int64 `(N,)`. The four files lie in `root/MNIST/raw`; `download=True` fetches them
    (11 MB). Raises RuntimeError where they are not there or not whole.

    >>> MNIST("nowhere")
    Traceback (most recent call last):
    RuntimeError: Dataset not found. You can use download=True to download it
      Why: there is no train-images-idx3-ubyte in nowhere/MNIST/raw
      Fix: download=True; without a network, Digits and Shapes10 come with the package

    Source: Y. LeCun et al. (1998), Gradient-Based Learning Applied to Document Recognition
    """

    torch_name = "torchvision.datasets.mnist.MNIST"

    mirrors = ["https://ossci-datasets.s3.amazonaws.com/mnist/"]
    resources = [("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
                 ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
                 ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
                 ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c")]
    classes = ["0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine"]
    insecure = False  # True in a subclass: plain http, for a server of your own

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        part = "train" if train else "t10k"
        images = read_idx(self._file(f"{part}-images-idx3-ubyte"), (None, 28, 28))
        labels = read_idx(self._file(f"{part}-labels-idx1-ubyte"), (None,))
        if len(images) != len(labels) or len(labels) and labels.max() >= len(self.classes):
            raise damaged(self.raw_folder, f"{len(images):,} images and {len(labels):,} labels, from 0 to {labels.max(initial=0)}")
        self.data, self.targets = from_numpy(images.copy()), from_numpy(labels.astype("int64"))

    @property
    def raw_folder(self):
        """Where the files lie."""
        return str(Path(self.root) / type(self).__name__ / "raw")

    @property
    def class_to_idx(self):
        """The label of each name in `classes`."""
        return {name: label for label, name in enumerate(self.classes)}

    def download(self):
        """Fetch the four files, unless they are there. Raises RuntimeError where that fails."""
        for filename, md5 in self.resources:
            if (Path(self.raw_folder) / filename.removesuffix(".gz")).is_file():
                continue
            failed = []
            for mirror in self.mirrors:
                try:
                    download_url(mirror + filename, self.raw_folder, filename, md5, most=1 << 26, insecure=self.insecure)
                    break
                except RuntimeError as error:
                    failed.append(error)
            else:
                raise failed[-1]

    def _file(self, name):
        """The path of a file, packed or not."""
        for path in (Path(self.raw_folder) / name, Path(self.raw_folder) / f"{name}.gz"):
            if path.is_file():
                return path
        raise RuntimeError(explain("Dataset not found. You can use download=True to download it", f"there is no {name} in {self.raw_folder}",
                                   "download=True; without a network, Digits and Shapes10 come with the package"))

    def __getitem__(self, index):
        return self.transformed(from_array(self.data.numpy()[index], "L"), int(self.targets.numpy()[index]))

    def __len__(self):
        return len(self.data)


class FashionMNIST(MNIST):
    """70,000 pictures of clothes of 28 x 28 pixels: 60,000 to train on, 10,000 to test on. As MNIST, in `root/FashionMNIST/raw`.

    >>> FashionMNIST.classes[9]
    'Ankle boot'

    Source: H. Xiao et al. (2017), Fashion-MNIST, https://arxiv.org/abs/1708.07747
    """

    torch_name = "torchvision.datasets.mnist.FashionMNIST"

    mirrors = ["https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
               "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"]
    resources = [("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                 ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
                 ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
                 ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310")]
    classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


class KMNIST(MNIST):
    """70,000 handwritten Japanese characters of 28 x 28 pixels. As MNIST, in `root/KMNIST/raw`.

    >>> KMNIST.classes
    ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo']

    Source: T. Clanuwat et al. (2018), Deep Learning for Classical Japanese Literature, https://arxiv.org/abs/1812.01718
    """

    torch_name = "torchvision.datasets.mnist.KMNIST"

    mirrors = ["https://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    resources = [("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
                 ("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
                 ("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
                 ("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134")]
    classes = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
