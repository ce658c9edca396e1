"""Pictures in folders, a folder a class."""

import os

from workbook.errors import explain
from workbook.vision import pillow
from workbook.vision.datasets.vision import VisionDataset

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


class DatasetFolder(VisionDataset):
    """Files in folders, a folder a class: `root/dog/1.npy`, `root/cat/2.npy`. Sample i is `(loader(path), label)`.

    Files count by their `extensions`, or by `is_valid_file(path)`: one of the two (ValueError). `classes` are the folders' names in
    order, `samples` the pairs `(path, label)`. Raises FileNotFoundError where there is no folder or, without `allow_empty`, an empty one.

    >>> DatasetFolder("nowhere", open, (".txt",))
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere'
      Why: the folder of the data set is not there
      Fix: give the folder that holds a folder for each class

    Source: https://pytorch.org/vision/0.28/generated/torchvision.datasets.DatasetFolder.html
    """

    torch_name = "torchvision.datasets.folder.DatasetFolder"

    def __init__(self, root, loader, extensions=None, transform=None, target_transform=None, is_valid_file=None, allow_empty=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = self.make_dataset(self.root, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.loader, self.extensions, self.targets = loader, extensions, [label for _, label in self.samples]

    def find_classes(self, directory):
        """Return the classes of a folder and `{class: label}`; a subclass may find them otherwise."""
        return find_classes(directory)

    @staticmethod
    def make_dataset(directory, class_to_idx, extensions=None, is_valid_file=None, allow_empty=False):
        """Return the pairs `(path, label)` of a folder; a subclass may find them otherwise."""
        if class_to_idx is None:
            raise ValueError(explain("The class_to_idx parameter cannot be None.", "it gives each class its label", "give {'name': 0}"))
        return make_dataset(directory, class_to_idx, extensions, is_valid_file, allow_empty)

    def __getitem__(self, index):
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)

    def __len__(self):
        return len(self.samples)


def find_classes(directory):
    """Return the names of the folders in a folder, in order, and `{name: label}`. Raises FileNotFoundError where there is none."""
    try:
        classes = sorted(entry.name for entry in os.scandir(directory) if os.path.isdir(entry.path))
    except FileNotFoundError:
        raise FileNotFoundError(explain(f"[Errno 2] No such file or directory: {os.fspath(directory)!r}", "the folder of the data set is not there",
                                        "give the folder that holds a folder for each class")) from None
    if not classes:
        raise FileNotFoundError(explain(f"Couldn't find any class folder in {directory}.", "each folder in it is a class",
                                        "put the files of each class into a folder of their own"))
    return classes, {name: label for label, name in enumerate(classes)}


def make_dataset(directory, class_to_idx=None, extensions=None, is_valid_file=None, allow_empty=False):
    """Return the pairs `(path, label)` of the files below `directory/class`, in order.

    Raises ValueError unless one of `extensions` and `is_valid_file` is given, FileNotFoundError for a class without a file.
    """
    directory = os.path.expanduser(directory)
    if class_to_idx is None:
        _, class_to_idx = find_classes(directory)
    elif not class_to_idx:
        raise ValueError(explain("'class_to_index' must have at least one entry to collect any samples.", "it is empty", "give {'name': 0}"))
    if (extensions is None) == (is_valid_file is None):
        raise ValueError(explain("Both extensions and is_valid_file cannot be None or not None at the same time", "one of them says which files count",
                                 "extensions=('.png',)"))
    if is_valid_file is None:
        endings = (extensions,) if isinstance(extensions, str) else tuple(extensions)

        def is_valid_file(path):
            return path.lower().endswith(endings)

    samples = []
    for name in sorted(class_to_idx):
        for folder, _, files in sorted(_walked(os.path.join(directory, name))):
            samples += [(os.path.join(folder, file), class_to_idx[name]) for file in sorted(files) if is_valid_file(os.path.join(folder, file))]
    filled = {label for _, label in samples}
    empty = sorted(name for name, label in class_to_idx.items() if label not in filled)
    if empty and not allow_empty:
        words = f"Found no valid file for the classes {', '.join(empty)}. "
        if extensions is not None:
            words += f"Supported extensions are: {extensions if isinstance(extensions, str) else ', '.join(extensions)}"
        raise FileNotFoundError(explain(words, "a class without a file cannot be learnt", "put files into them, or allow_empty=True"))
    return samples


def _walked(top):
    """Walk through folders, also through links to folders, but not to those that the link itself lies in: they would have no end."""
    for folder, folders, files in os.walk(top, followlinks=True):
        here = os.path.join(os.path.realpath(folder), "")
        folders[:] = [name for name in folders if not os.path.islink(path := os.path.join(folder, name)) or
                      not here.startswith(os.path.join(os.path.realpath(path), ""))]
        yield folder, folders, files


def default_loader(path):
    """Return the picture in a file, in red, green and blue. Raises OSError, which names the file, where it is none."""
    Image = pillow.load()
    try:
        with open(path, "rb") as file:
            return Image.open(file).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise OSError(explain(f"cannot identify image file {os.fspath(path)!r}", f"Pillow says: {error}", "is the file whole? Delete it, or is_valid_file=...")) from error


class ImageFolder(DatasetFolder):
    """Pictures in folders, a folder a class: `root/dog/1.png`, `root/cat/2.jpg`. Sample i is `(image, label)`, in red, green, blue.

    `classes` are the folders' names in order, `imgs` the pairs `(path, label)`. Raises FileNotFoundError where there is no folder or,
    without `allow_empty`, an empty one; OSError, which names the file, for a file that is no picture.

    >>> ImageFolder("nowhere")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere'
      Why: the folder of the data set is not there
      Fix: give the folder that holds a folder for each class

    Source: https://pytorch.org/vision/0.28/generated/torchvision.datasets.ImageFolder.html
    """

    torch_name = "torchvision.datasets.folder.ImageFolder"

    def __init__(self, root, transform=None, target_transform=None, loader=default_loader, is_valid_file=None, allow_empty=False):
        super().__init__(root, loader, IMG_EXTENSIONS if is_valid_file is None else None, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples
