"""What the tensor inspector says: which cells are drawn, the facts about the tensor, and where the chosen cell lies in memory."""

from itertools import product

import numpy as np

from workbook.devices import CPU
from workbook.printing import element_texts, get_printoptions

from .storage import Layout, in_memory_order

LONG = 28    # an axis with more places is shortened in the picture even where printing would write them all
WHOLE = 64   # up to so many places a memory is drawn whole, else the lines around what is chosen
MOST_PAGES = 60
MOST_MARKED = 10_000_000


class Inspection:
    """One tensor as it is now. `chosen` is the index of the cell under discussion, `place` where in memory.

    `chosen` is None where the tensor has no elements, or where a place was chosen that it does not show.
    """

    def __init__(self, tensor, name):
        self.tensor, self.name = tensor, name
        self.layout = Layout(tensor._array)
        self.values = tensor._host()
        self.memory = in_memory_order(self.layout.root)
        if tensor.device is not CPU:
            self.memory = tensor.device.backend.to_host(self.memory)
        self.axes = _axes(self.values.shape)
        kept = [[at for at in axis if at is not None] for axis in self.axes]
        self.indices = list(product(*kept))
        shown = self.values[np.ix_(*kept)] if kept else self.values
        self.texts = dict(zip(self.indices, element_texts(shown)))
        self._at_place = {}
        for index in self.indices:
            self._at_place.setdefault(self.layout.place(index), []).append(index)
        self._shown = _shown_places(self.layout, len(self.memory))
        self.chosen = self.indices[0] if self.indices else None
        self.place = self.layout.place(self.chosen) if self.indices else 0

    # ---- moving ----------------------------------------------------------------------------------------------------------

    def choose(self, index):
        """Talk about the cell `index`; the nearest one where that is not drawn."""
        if self.indices:
            index = tuple(index)
            self.chosen = index if index in self.texts else self.indices[0]
            self.place = self.layout.place(self.chosen)

    def choose_place(self, place):
        """Talk about what lies at one place of the memory; the tensor may show it once, several times, or not at all."""
        if len(self.memory):
            self.place = max(0, min(int(place), len(self.memory) - 1))
            self.chosen = self._at_place.get(self.place, [None])[0]

    def move(self, way):
        """Go to the first, last, next or previous cell in the order of the indices, or to the cell above or below."""
        if not self.indices:
            return
        at = self.indices.index(self.chosen) if self.chosen in self.texts else 0
        row = len([place for place in self.axes[-1] if place is not None]) if self.axes else 1
        last = len(self.indices) - 1
        to = {"start": 0, "end": last, "back": max(at - 1, 0), "on": min(at + 1, last),
              "up": at - row if at >= row else at, "down": at + row if at + row <= last else at}[way]
        self.choose(self.indices[to])

    def same(self):
        """Return the other drawn cells that lie at the same place."""
        return [index for index in self._at_place.get(self.place, []) if index != self.chosen]

    def shows(self, place):
        """Return whether a cell lies at this place, drawn or not."""
        return self._shown is None or bool(self._shown[place])

    # ---- words -----------------------------------------------------------------------------------------------------------

    def called(self, index):
        """Return how Python names a cell: `x[1, 2]`; of a tensor without axes `x`."""
        return f"{self.name}[{', '.join(map(str, index))}]" if index else self.name

    def sentence(self):
        """Return what is under discussion, in one sentence or two."""
        if not self.indices:
            return f"{self.name} has no elements: one of its sides in {list(self.values.shape)} is 0."
        if self.chosen is None:
            value = element_texts(self.memory[self.place:self.place + 1])[0]
            which = f"one of the cells of {self.name} that are not drawn" if self.shows(self.place) else f"which {self.name} does not show"
            return f"Place {self.place} of the memory holds {value.removesuffix('.')}, {which}."
        text = f"{self.called(self.chosen)} is {self.texts[self.chosen].removesuffix('.')}"
        if not self.chosen:
            return f"{text}, one number without axes. It lies at place {self.place} of the memory."
        text += f". It lies at place {self.layout.sum_text(self.chosen)} of the memory."
        same = self.same()
        if same:
            others = "" if len(same) == 1 else f" and {len(same) - 1} more of this picture"
            text += f" So does {self.called(same[0])}{others}: one number, shown {len(same) + 1} times."
        return text

    def facts(self):
        """Return (how it is asked for, the answer) of everything that is worth knowing about the tensor."""
        tensor, layout = self.tensor, self.layout
        return [
            (".shape", str(tensor.shape)), (".dtype", str(tensor.dtype)), (".device", str(tensor.device)),
            (".numel()", f"{tensor.numel()}, of {tensor.element_size()} byte{'s' * (tensor.element_size() > 1)} each"),
            (".stride()", str(tensor.stride())), (".storage_offset()", str(layout.offset)),
            (".is_contiguous()", str(tensor.is_contiguous())), (".requires_grad", str(tensor.requires_grad))]

    def where(self):
        """Return the lines that spell out where the chosen cell lies."""
        if self.chosen is None:
            return []
        lines = [("place", self.layout.sum_text(self.chosen))]
        if self.chosen:
            lines.insert(0, ("rule", "offset + index × stride"))
        return [*lines, ("byte", f"{self.place} × {self.layout.itemsize} = {self.place * self.layout.itemsize}")]

    def memory_title(self):
        """Return what the memory is, in a few words."""
        places = len(self.memory)
        beyond = 0 if self._shown is None else places - int(self._shown.sum())
        text = f"Memory: {places} place{'s' * (places != 1)} of {self.layout.itemsize} byte{'s' * (self.layout.itemsize > 1)}"
        return text + (f", {beyond} of them not in {self.name}" if beyond > 0 else "")

    def notes(self):
        """Return what the reader must be told about this picture."""
        pages = [str(dim) for dim in range(len(self.axes) - 2)] if self.indices else []
        said = [f"Each table is one place along dim{'s' * (len(pages) > 1)} {' and '.join(pages)}."] if pages else []
        if any(None in axis for axis in self.axes):
            said.append(f"Drawn are {len(self.indices)} of {self.values.size} cells: the edges of each long axis, as in print({self.name}).")
        return " ".join(said)

    def told(self):
        """Return the tensor in one line of text."""
        numbers = ", ".join(f"{self.called(index)} is {text}" for index, text in list(self.texts.items())[:12])
        more = f" and {self.values.size - 12} more" if self.values.size > 12 else ""
        facts = f"shape {list(self.values.shape)}, {self.tensor.dtype}, strides {self.tensor.stride()}, offset {self.layout.offset}"
        return f"{self.name}: {facts}{'; ' + numbers if numbers else ''}{more}"


def _shown_places(layout, total):
    """Return, for each place of a memory, whether an array of this layout shows it; None for a memory too large to mark."""
    if total > MOST_MARKED:
        return None
    marks = np.zeros(total, bool)
    if 0 not in layout.shape:
        np.ndarray(layout.shape, bool, marks, layout.offset, layout.strides)[...] = True  # the same steps, over marks of one byte
    return marks


def _axes(shape):
    """Return, for each axis, the places that are drawn, with None where some are left out."""
    options, size = get_printoptions(), 1
    for side in shape:
        size *= side
    edge = max(options["edgeitems"], 1)

    def places(side, most):
        if size > options["threshold"] and side > 2 * edge or side > most:
            return [*range(edge), None, *range(side - edge, side)]
        return list(range(side))

    axes = [places(side, LONG) for side in shape]
    pages = axes[:-2]
    while np.prod([len(axis) for axis in pages], dtype=float) > MOST_PAGES:  # many axes: their first and last pages only
        longest = max(range(len(pages)), key=lambda i: len(pages[i]))
        pages[longest] = [0, None, shape[longest] - 1] if len(pages[longest]) > 3 else [0, None]
        if all(len(axis) <= 3 for axis in pages):
            pages[:] = [[0, None] if side > 1 else [0] for side in shape[:-2]]
            break
    return [*pages, *axes[len(pages):]]
