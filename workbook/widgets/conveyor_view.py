"""A conveyor: samples flow into batches, in which order, read by whom and when; and what the transform does to one picture."""

import copy
import time

import numpy as np

import workbook as torch
from workbook.errors import explain
from workbook.utils.data import DataLoader, IterableDataset, Subset

from .board import Board, first_lines
from .cells import Picture
from .numbers import short
from .pictures import pictures_of
from .replay import unseen

MOST = 8           # batches that are read and drawn
CELLS = 12         # samples that are drawn of each
LEFT, ROW, CELL = 92, 30, 46
LANES, LANE = 560, 26
SIDE = 96          # of a picture


class Read:
    """The student's data set, read for its time: a sample is its number, and what the student's sample was."""

    def __init__(self, dataset):
        self.dataset = dataset

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return index, self.dataset[index]


class Together:
    """The student's collate function, called for its time and its shapes."""

    def __init__(self, collate):
        self.collate = collate

    def __call__(self, samples):
        return [index for index, _ in samples], shapes_of(self.collate([sample for _, sample in samples]))


class Came:
    """A batch that has come: its samples, its shapes, who read it, and from when to when, in milliseconds since the loop began."""

    def __init__(self, samples, shapes, worker, began, ended, given):
        self.samples, self.shapes, self.worker, self.began, self.ended, self.given = samples, shapes, worker, began, ended, given


class ConveyorView(Board):
    """The widget behind `conveyor`: a loader, how it is set, and how many of its batches have come."""

    def __init__(self, loader):
        if not isinstance(loader, DataLoader):
            raise TypeError(explain(f"conveyor() needs a DataLoader, and got {type(loader).__name__}", "it shows how one makes batches",
                                    "write conveyor(torch.utils.data.DataLoader(dataset, batch_size=4))"))
        if isinstance(loader.dataset, IterableDataset) or loader.batch_size is None:
            raise ValueError(explain("conveyor() needs samples with numbers, in batches",
                                     "it follows each sample by its number" if loader.batch_size else "this loader makes no batches itself",
                                     "give a Dataset with __getitem__ and __len__, and a batch_size"))
        self.loader, self.size = loader, len(loader.dataset)
        if self.size == 0:
            raise ValueError(explain("conveyor() got an empty data set", "no batch would ever come", "give one with samples"))
        self._begin()
        self._run()
        if self._problem:
            raise self._problem
        super().__init__()

    def __repr__(self):
        return f"Conveyor: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "on":
            self.shown = min(self.shown + 1, len(self.batches))
        elif action == "back":
            self.shown = max(self.shown - 1, 0)
        elif action == "end":
            self.shown = len(self.batches)
        elif action == "epoch":
            self.epoch += 1
            self._run()
        elif action == "reset":
            self._begin()
            self._run()
        elif id == "sample":
            self.sample = max(0, min(int(float(value)), self.size - 1))
        else:
            self.set[id] = value if id in ("shuffle", "drop_last") else max(int(float(value)), 0 if id == "num_workers" else 1)
            self._run()
        self.show()

    def _begin(self):
        given = self.loader
        plain = (torch.utils.data.RandomSampler, torch.utils.data.SequentialSampler)
        self.sampler = None if isinstance(given.sampler, plain) else given.sampler
        self._first = {"batch_size": given.batch_size, "shuffle": isinstance(given.sampler, torch.utils.data.RandomSampler),
                       "drop_last": given.drop_last, "num_workers": min(given.num_workers, 2)}
        self.set, self.epoch, self.sample = dict(self._first), 0, 0
        self._pictures = bool(self.steps())

    def _run(self):
        """Run the epoch, as far as it is drawn, with a real loader; the seed is the number of the epoch."""
        self.batches, self.shown, self._problem = [], 0, None
        with unseen():
            torch.manual_seed(self.epoch)
            try:
                self._read()
            except Exception as problem:  # the student's data set, or workers that cannot be started here
                self._problem = problem
        self.shown = len(self.batches)

    def _read(self):
        loader = DataLoader(Read(self.loader.dataset), collate_fn=Together(self.loader.collate_fn), timeout=20 if self.set["num_workers"] else 0,
                            sampler=None if self.set["shuffle"] else self.sampler, **self.set)
        self.count, self.taken = len(loader), len(loader.sampler)
        begin, read = time.monotonic(), {}
        batches = iter(loader)
        batches.watch = lambda number, worker, began, ended: read.update({number: (worker, began, ended)})
        for number in range(min(self.count, MOST)):
            asked = time.monotonic()
            samples, shapes = next(batches)
            given = time.monotonic()
            worker, began, ended = read.get(number, (None, asked, given))
            self.batches.append(Came(samples, shapes, worker, *((moment - begin) * 1000 for moment in (began, ended, given))))

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _picture(self, style):
        picture = Picture()
        how = "shuffled" if self.set["shuffle"] else "as they lie" if self.sampler is None else f"by {type(self.sampler).__name__}"
        picture.text(20, 22, f"the order of epoch {self.epoch}: {how}", "title")
        for number, batch in enumerate(self.batches):
            picture.parts += self._row(number, batch, 34 + number * ROW)
        bottom = 34 + len(self.batches) * ROW
        if self.count > len(self.batches):
            picture.text(LEFT, bottom + 14, f"and {self.count - len(self.batches)} more batches", "note")
        left_out = self.taken - self.count * self.set["batch_size"]
        if left_out > 0 and self.set["drop_last"]:
            picture.text(LEFT, bottom + 14 + 16 * (self.count > MOST), f"{left_out} sample{'s' * (left_out > 1)} left out at the end (drop_last)", "note")
        bottom = self._times(picture, bottom + 46)
        self._transformed(picture, bottom + 26)
        picture.width = max(picture.width, LEFT + CELLS * CELL + 70)
        return picture.svg(self._told(), style)

    def _row(self, number, batch, y):
        shown = number < self.shown
        latest = " on" if number == self.shown - 1 else ""
        yield f'<text class="note" x="20" y="{y + 17}">batch {number}</text>'
        for place in range(min(self.set["batch_size"], CELLS)):
            x = LEFT + place * CELL
            held = place < len(batch.samples)
            kind = f"s1{latest}" if shown and held else "copy"
            yield f'<g class="{kind}"><rect class="face" x="{x}" y="{y}" width="{CELL - 5}" height="{ROW - 7}" rx="4"/></g>'
            if shown and held:
                yield f'<text x="{x + (CELL - 5) / 2}" y="{y + 16}" text-anchor="middle">{batch.samples[place]}</text>'
        if len(batch.samples) > CELLS:
            yield f'<text class="note" x="{LEFT + CELLS * CELL + 4}" y="{y + 16}">+ {len(batch.samples) - CELLS}</text>'

    def _times(self, picture, y):
        """A lane for each reader, a bar for each batch from when it was begun until it was ready, and a mark where the loop got it."""
        workers = self.set["num_workers"]
        picture.text(20, y, f"when each batch was read{'' if workers else ', by the loop itself'}", "title")
        longest = max((batch.given for batch in self.batches), default=1.0) * 1.04 or 1.0
        scale = LANES / longest
        lanes = [f"worker {worker}" for worker in range(workers)] + ["your loop"]
        for lane, name in enumerate(lanes):
            top = y + 12 + lane * LANE
            picture.parts.append(f'<text class="note" x="20" y="{top + 15}">{name}</text><path class="rule" d="M{LEFT} {top + LANE - 3}h{LANES}"/>')
        bottom = y + 12 + len(lanes) * LANE
        for number, batch in enumerate(self.batches[:self.shown]):
            lane = len(lanes) - 1 if batch.worker is None else batch.worker
            latest = " on" if number == self.shown - 1 else ""
            x, wide, top = LEFT + batch.began * scale, max((batch.ended - batch.began) * scale, 2.5), y + 14 + lane * LANE
            picture.parts.append(f'<g class="s{1 + number % 2 * 2}{latest}"><rect class="face" x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{LANE - 8}" rx="3"/></g>')
            if wide > 12:
                picture.parts.append(f'<text class="mark" x="{x + wide / 2:.1f}" y="{top + 12}" text-anchor="middle">{number}</text>')
            if batch.worker is not None:
                x, top = LEFT + batch.given * scale, y + 14 + (len(lanes) - 1) * LANE
                picture.parts.append(f'<path class="way" d="M{x:.1f} {top}v{LANE - 8}"/>')
        for part in range(5):
            x = LEFT + LANES * part / 4
            picture.text(x, bottom + 15, f"{longest * part / 4:.3g}", "tick", "middle")
        picture.text(LEFT + LANES + 30, bottom + 15, "ms", "note")
        return bottom + 26

    def _transformed(self, picture, y):
        steps = self.steps()
        if not steps:
            return
        picture.text(20, y, f"sample {self.sample}, step by step", "title")
        for place, (name, numbers, shape) in enumerate(steps):
            x = 20 + place * (SIDE + 64)
            picture.parts.append(f'<image x="{x}" y="{y + 14}" width="{SIDE}" height="{SIDE}" href="{_png(numbers)}" image-rendering="pixelated"/>')
            for line, (text, role) in enumerate(((name, "code"), (f"{short(numbers.min())} … {short(numbers.max())}", "note"),
                                                 (f"{shape}", "tick"))):
                picture.text(x, y + SIDE + 30 + line * 16, text, role)
            if place + 1 < len(steps):
                picture.arrow(x + SIDE + 12, y + 14 + SIDE / 2, 40)

    def steps(self):
        """Return what the chosen sample's picture is before the data set's transform and after each of its steps, as (name, array, its own shape)."""
        dataset, index = self.loader.dataset, self.sample
        while isinstance(dataset, Subset):
            dataset, index = dataset.dataset, dataset.indices[index]
        with unseen():
            torch.manual_seed(self.epoch)
            try:
                if callable(getattr(dataset, "transform", None)):
                    noting = copy.copy(dataset)
                    noting.transform = Noting(dataset.transform)
                    noting[index]
                    seen = noting.transform.seen[:5]
                else:
                    sample = dataset[index]
                    seen = [("as it is", sample[0] if isinstance(sample, (tuple, list)) else sample)]
                drawn = [(name, _numbers(each), tuple(np.shape(each))) for name, each in seen]
                return [step for step in drawn if _png(step[1])]
            except Exception:  # the student's transform may refuse this sample; the batches above say so
                return []

    def _told(self):
        if self._problem:
            return f"The loader stopped after {len(self.batches)} batches. {first_lines(self._problem)}"
        whole, workers = self.set["batch_size"], self.set["num_workers"]
        last = self.taken - (self.count - 1) * whole
        said = f"{self.taken} samples in batches of {whole} make {self.count} batch{'es' * (self.count != 1)}"
        if self.count and last < whole:
            said += f", the last one of {last}"
        elif self.count * whole < self.taken:
            said += f"; {self.taken - self.count * whole} samples are left out"
        said += "."
        if not self.shown:
            return f"{said} Press step: the first one comes."
        batch = self.batches[self.shown - 1]
        names = ", ".join(map(str, batch.samples[:CELLS])) + (", …" if len(batch.samples) > CELLS else "")
        who = "your loop" if batch.worker is None else f"worker {batch.worker}"
        said += f" Batch {self.shown - 1} holds sample{'s' * (len(batch.samples) > 1)} {names}: {who} read it in {short(round(batch.ended - batch.began, 2))} ms."
        return said + (f" {workers} workers read ahead, and the batches come in the order of the sampler all the same." if workers > 1 else "")

    def _state(self):
        rows = [[str(number), ", ".join(map(str, batch.samples[:CELLS])) + (", …" if len(batch.samples) > CELLS else ""), str(len(batch.samples)),
                 "your loop" if batch.worker is None else f"worker {batch.worker}", f"{batch.began:.2f}", f"{batch.ended:.2f}", f"{batch.given:.2f}"]
                for number, batch in enumerate(self.batches[:self.shown])]
        code = [f"batch_size={self.set['batch_size']}", *(f"{name}={self.set[name]}" for name in ("shuffle", "drop_last", "num_workers") if self.set[name])]
        if self.sampler is not None and not self.set["shuffle"]:
            code.append("sampler=sampler")
        shapes = self.batches[self.shown - 1].shapes if self.shown else ["no batch yet"]
        sample = {"id": "sample", "kind": "range", "label": "sample", "range": [0, self.size - 1, 1], "value": str(self.sample)}
        changed = self.set != self._first or self.epoch or self.sample or self.shown != len(self.batches)
        return {
            "label": "conveyor of batches", "title": f"DataLoader(dataset, {', '.join(code)})", "status": f"{self.shown} of {self.count} batches",
            "sentence": self._told(),
            "panels": [{"heading": "What the loop is given", "lines": shapes},
                       {"heading": "Where the times come from", "lines": ["A real DataLoader read your data set just now.",
                                                                         f"torch.manual_seed({self.epoch}) came before it."]}],
            "nav": [["back", "◀", "back: one batch less", self.shown > 0], ["on", "▶ step", "the next batch", self.shown < len(self.batches)],
                    ["end", "▶▶ all", "all batches", self.shown < len(self.batches)], ["epoch", "↻ epoch", "read another epoch", True],
                    ["reset", "Reset", "reset: the loader as it was given", bool(changed)]],
            "controls": [{"id": "batch_size", "kind": "range", "label": "batch_size", "range": [1, max(16, self._first["batch_size"]), 1],
                          "value": str(self.set["batch_size"])},
                         {"id": "shuffle", "kind": "check", "label": "shuffle", "value": self.set["shuffle"]},
                         {"id": "drop_last", "kind": "check", "label": "drop_last", "value": self.set["drop_last"]},
                         {"id": "num_workers", "kind": "select", "label": "num_workers", "options": [[n, n] for n in "012"], "value": str(self.set["num_workers"])},
                         *([sample] if self._pictures else [])],
            "table": {"head": ["batch", "samples", "how many", "read by", "from ms", "to ms", "given at ms"], "rows": rows}}


class Noting:
    """A transform that notes the picture before and after each of its steps."""

    def __init__(self, transform):
        self.steps, self.seen = getattr(transform, "transforms", None) or [transform], []

    def __call__(self, picture):
        self.seen.append(("as it lies", picture))
        for step in self.steps:
            picture = step(picture)
            self.seen.append((getattr(step, "__name__", type(step).__name__), picture))
        return picture


def shapes_of(batch, name="batch"):
    """Return a line for each tensor in a batch.

    >>> shapes_of([torch.zeros(4, 3), torch.arange(4)])
    ['batch[0]: (4, 3), torch.float32', 'batch[1]: (4,), torch.int64']
    """
    if isinstance(batch, dict):
        return [line for key, each in batch.items() for line in shapes_of(each, f"{name}[{key!r}]")]
    if isinstance(batch, (list, tuple)):
        return [line for place, each in enumerate(batch) for line in shapes_of(each, f"{name}[{place}]")]
    return [f"{name}: {tuple(batch.shape)}, {batch.dtype}" if hasattr(batch, "shape") else f"{name}: {type(batch).__name__}"]


def _numbers(picture):
    """A picture of any kind as an array (channels, height, width); None for what is none."""
    if hasattr(picture, "_host"):
        numbers = picture.detach()._host()
    else:
        numbers = np.asarray(picture)
        numbers = numbers[None] if numbers.ndim == 2 else numbers.transpose(2, 0, 1) if numbers.ndim == 3 else numbers
    return numbers if numbers.size and numbers.dtype.kind in "fiu" else None


def _png(numbers):
    found = None if numbers is None or numbers.ndim != 3 else pictures_of(numbers[None])
    return found and found[0]
