"""Small files in the real formats of the data sets, made by the tests."""

import gzip
import io
import struct
import tarfile

import numpy as np

from workbook.vision.datasets.shapes import pictures


def cifar_files(per_file, names, label_bytes=1):
    """`{name: bytes}` of CIFAR's binary files: for each picture its labels, then red, green and blue, row by row."""
    files = {}
    for seed, name in enumerate(names):
        images, labels = pictures(per_file, np.random.RandomState([seed, 10]))
        before = np.repeat(labels.astype(np.uint8)[:, None], label_bytes, 1)
        files[name] = np.hstack([before, images.transpose(0, 3, 1, 2).reshape(per_file, -1)]).tobytes()
    return files


def packed(files, extra=()):
    """A tar.gz of `{name: bytes}`, with further members, `(TarInfo, bytes)`, before them."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        for info, data in extra:
            archive.addfile(info, io.BytesIO(data))
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def idx(array, kind=8):
    """The bytes of an IDX file."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


def mnist_files(count):
    """`{name: bytes}` of MNIST's four files, packed by gzip, with `count` digits in each part."""
    rng, files = np.random.default_rng(0), {}
    for part in ("train", "t10k"):
        files[f"{part}-images-idx3-ubyte.gz"] = idx(rng.integers(0, 256, (count, 28, 28), dtype=np.uint8))
        files[f"{part}-labels-idx1-ubyte.gz"] = idx(rng.integers(0, 10, count, dtype=np.uint8))
    return {name: gzip.compress(raw) for name, raw in files.items()}
