"""Pictures of a batch, small enough to travel, and what the network said of each."""

import base64
import struct
import zlib
from dataclasses import dataclass

import numpy as np

from .watched import said_and_right, top

SHOWN = 8        # pictures
MOST_PIXELS = 1 << 16


@dataclass
class Seen:
    """One item: its picture (a PNG, or "" where the inputs are no pictures), its class, and the classes with the highest probabilities."""
    png: str
    right: int
    best: list  # (class, probability), the highest first


def seen_of(inputs, labels, outputs):
    """Return a Seen for each of the first items of a batch; None where the network gives no scores of classes."""
    labels = labels._host() if hasattr(labels, "_host") else labels
    inputs = inputs.detach()._host() if hasattr(inputs, "_host") else inputs
    if outputs is None or not isinstance(labels, np.ndarray) or outputs.ndim != 2 or said_and_right(outputs, labels) is None:
        return None
    shown = pictures_of(inputs[:SHOWN]) if isinstance(inputs, np.ndarray) else None
    return [Seen(shown[place] if shown else "", int(labels[place]), top(outputs[place])) for place in range(min(SHOWN, len(labels)))]


def pictures_of(inputs):
    """Return PNGs of a batch (N, 1 or 3, height, width); None where it is none. The darkest number of the batch is black, the brightest white.

    >>> pictures_of(np.zeros((2, 5)))
    >>> pictures_of(np.zeros((1, 1, 2, 2)))[0][:22]
    'data:image/png;base64,'
    """
    if inputs.ndim != 4 or inputs.shape[1] not in (1, 3) or not 0 < inputs.shape[2] * inputs.shape[3] <= MOST_PIXELS or inputs.dtype.kind not in "fiu":
        return None
    numbers = np.nan_to_num(inputs.astype(np.float64))
    least, most = numbers.min(), numbers.max()
    grey = np.rint((numbers - least) * (255 / (most - least) if most > least else 0)).astype(np.uint8)
    return [png(each.transpose(1, 2, 0)) for each in grey]


def png(pixels):
    """Return an array (height, width, 1 or 3) of bytes as a PNG in the form of a data address.

    Source: https://www.w3.org/TR/png-3/
    """
    height, width, channels = pixels.shape

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    text = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(text).decode("ascii")
