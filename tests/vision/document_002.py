"""Document 002's program and the data that it trains on here: files in CIFAR-10's binary format, of 60 pictures each.

Recorded (by `python -m tests.vision.record`) is what it prints under torch with torchvision's own transforms. Only CIFAR10 is another
there, too: torchvision reads the version that is made of pickles, so a class that reads the same binary files takes its place.
"""

from pathlib import Path

import numpy as np

from tests.vision.made import cifar_files

PROGRAM = Path(__file__).parent / "programs" / "document_002.py"
PER_FILE = 60
TRAIN, TEST = [f"data_batch_{number}.bin" for number in range(1, 6)], ["test_batch.bin"]


def write_data(folder):
    """Write the six files into `folder/data/cifar-10-batches-bin`."""
    where = Path(folder) / "data" / "cifar-10-batches-bin"
    where.mkdir(parents=True)
    for name, raw in cifar_files(PER_FILE, TRAIN + TEST).items():
        (where / name).write_bytes(raw)


def cifar10_of(vision):
    """Return a CIFAR10 for torchvision that reads these files."""
    from PIL import Image

    class CIFAR10(vision.datasets.VisionDataset):
        def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
            super().__init__(root, transform=transform, target_transform=target_transform)
            self.train = train
            raw = b"".join((Path(root) / "cifar-10-batches-bin" / name).read_bytes() for name in (TRAIN if train else TEST))
            self.records = np.frombuffer(raw, np.uint8).reshape(-1, 3073)

        def __len__(self):
            return len(self.records)

        def __getitem__(self, index):
            label, pixels = self.records[index, 0], self.records[index, 1:]
            return self.transform(Image.fromarray(pixels.reshape(3, 32, 32).transpose(1, 2, 0).copy())), int(label)

        def extra_repr(self):
            return f"Split: {'Train' if self.train else 'Test'}"

    return CIFAR10
