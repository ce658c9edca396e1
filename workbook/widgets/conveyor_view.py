"""A conveyor: samples flow into batches, in which order, read by whom and when; one of them is followed through the transform."""

from html import escape

import workbook as torch
from workbook.errors import explain
from workbook.utils.data import DataLoader, IterableDataset

from .batches import first_batches, like, shapes_of
from .board import Board, first_lines
from .cells import Picture
from .numbers import short, ticks
from .replay import unseen
from .transformed import draw_steps, follow, range_of

MOST = 8           # batches that are read and drawn
CELLS = 12         # samples that are drawn of each
LEFT, ROW, CELL = 92, 30, 46
LANES, LANE = 560, 28
ROOM = 15          # that a number takes on the time line


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
        self._pictures = bool(self.steps)
        super().__init__()

    def __repr__(self):
        return f"Conveyor: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        self.told_of = "batch"
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
        elif action == "choose":
            cells = self._cells()
            self.place = min(max(int(value), 0), len(cells) - 1)
            self._look_at(cells[self.place][2])
        elif id == "sample":
            self.place = None
            self._look_at(min(max(int(float(value)), 0), self.size - 1))
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
        self.set, self.epoch = dict(self._first), 0
        self.sample, self.looked, self.place, self.told_of = 0, False, None, "batch"

    def _look_at(self, sample):
        """Follow another sample; from now on it wears the ring."""
        self.sample, self.looked, self.told_of = sample, True, "sample"
        self._follow()

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
        self._follow()

    def _follow(self):
        """Read the sample that is followed, with the random numbers of this epoch."""
        with unseen():
            torch.manual_seed(self.epoch + 1)  # not that of the order: the first number after 0 is 0.4963, and turns a picture by nothing
            try:
                given, self.steps = follow(self.loader.dataset, self.sample)
                self.sample_lines = shapes_of(given, f"dataset[{self.sample}]")
                if len(self.steps) > 1:
                    self.sample_lines.append(f"torch.manual_seed({self.epoch + 1}) came before it.")
            except Exception as problem:  # the student's transform may refuse this sample
                self.steps, self.sample_lines = [], [first_lines(problem)]

    def _read(self):
        loader = like(self.loader, None if self.set["shuffle"] else self.sampler, **self.set)
        self.count, self.taken = len(loader), len(loader.sampler)
        for batch in first_batches(loader, MOST):
            self.batches.append(batch)

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _cells(self):
        """Return the samples that can be chosen, as (number of the batch, place in it, sample)."""
        return [(number, place, sample) for number, batch in enumerate(self.batches[:self.shown]) for place, sample in enumerate(batch.samples[:CELLS])]

    def _chosen(self):
        """Return which of these cells holds the sample that the reader follows; None where it is not among them."""
        cells = self._cells()
        if not self.looked:
            return None
        if self.place is not None and self.place < len(cells) and cells[self.place][2] == self.sample:
            return self.place
        return next((place for place, cell in enumerate(cells) if cell[2] == self.sample), None)

    def _picture(self, style):
        picture = Picture()
        how = "shuffled" if self.set["shuffle"] else "as they lie" if self.sampler is None else f"by {type(self.sampler).__name__}"
        picture.text(20, 22, f"the order of epoch {self.epoch}: {how}", "title")
        cells, chosen = self._cells(), self._chosen()
        for number, batch in enumerate(self.batches):
            picture.parts += self._slots(number, batch, 34 + number * ROW)
        for place, (number, column, sample) in enumerate(cells):
            picture.parts.append(self._cell(place, number, column, sample, place == chosen, place == (chosen or 0)))
        bottom = 34 + len(self.batches) * ROW
        if self.count > len(self.batches):
            picture.text(LEFT, bottom + 14, f"and {_batches(self.count - len(self.batches), 'more ')}", "note")
        left_out = self.taken - self.count * self.set["batch_size"]
        if left_out > 0 and self.set["drop_last"]:
            picture.text(LEFT, bottom + 14 + 16 * (self.count > MOST), f"{left_out} sample{'s' * (left_out > 1)} left out at the end (drop_last)", "note")
        bottom = self._times(picture, bottom + 46, None if chosen is None else cells[chosen][0])
        if self.steps:
            picture.text(20, bottom + 26, f"sample {self.sample}, step by step", "title")
            draw_steps(picture, self.steps, bottom + 40)
        picture.width = max(picture.width, LEFT + CELLS * CELL + 70)
        picture.more = f' data-columns="{min(self.set["batch_size"], CELLS)}"'
        return picture.svg(self._told(), style)

    def _slots(self, number, batch, y):
        """A row with room for a batch: what has not come, or will not be filled, is dashed."""
        room = min(self.set["batch_size"], CELLS)
        yield f'<text class="note" x="20" y="{y + 17}">batch {number}</text>'
        for place in range(min(len(batch.samples), CELLS) if number < self.shown else 0, room):
            yield f'<g class="copy"><rect class="face" x="{LEFT + place * CELL}" y="{y}" width="{CELL - 5}" height="{ROW - 7}" rx="4"/></g>'
        said = [f"+ {len(batch.samples) - CELLS}"] * (len(batch.samples) > CELLS) + [batch.reader] * (batch.worker is not None)
        if number < self.shown and said:
            yield f'<text class="note" x="{LEFT + room * CELL + 4}" y="{y + 16}">{", ".join(said)}</text>'

    def _cell(self, place, number, column, sample, chosen, first):
        x, y, batch = LEFT + column * CELL, 34 + number * ROW, self.batches[number]
        kind, sample = batch.shade + " on" * (number == self.shown - 1) + " chosen" * chosen, escape(str(sample), quote=True)
        return (f'<g class="cell {kind}" data-choose="{place}" data-cell="{sample}" role="button" tabindex="{0 if first else -1}" '
                f'aria-pressed="{"true" if chosen else "false"}" aria-label="sample {sample}, place {column} of batch {number}">'
                f'<rect class="face" x="{x}" y="{y}" width="{CELL - 5}" height="{ROW - 7}" rx="4"/>'
                f'<text class="number" x="{x + (CELL - 5) / 2}" y="{y + 16}" text-anchor="middle">{sample}</text></g>')

    def _times(self, picture, y, chosen):
        """A lane for each reader, a bar for each batch from when it was begun until it was ready, and a mark where the loop got it."""
        workers = self.set["num_workers"]
        picture.text(20, y, f"when each batch was read{'' if workers else ', by the loop itself'}", "title")
        longest = max((batch.given for batch in self.batches), default=1.0) * 1.04 or 1.0
        scale = LANES / longest
        lanes = [f"worker {worker}" for worker in range(workers)] + ["your loop"]
        bottom = y + 12 + len(lanes) * LANE
        for tick in ticks(0, longest, 5):
            x = LEFT + tick * scale
            picture.parts.append(f'<path class="rule" d="M{x:.1f} {y + 12}V{bottom}"/>')
            picture.text(x, bottom + 16, short(tick), "tick", "middle")
        picture.text(LEFT + LANES + 12, bottom + 16, "ms", "note")
        for lane, name in enumerate(lanes):
            picture.parts.append(f'<text class="note" x="20" y="{y + 12 + lane * LANE + 18}">{name}</text>')
            picture.parts.append(f'<path class="rule" d="M{LEFT} {y + 12 + (lane + 1) * LANE}h{LANES}"/>')
        given = [LEFT + batch.given * scale for batch in self.batches[:self.shown]]
        for number, (batch, at) in enumerate(zip(self.batches, given)):
            kind = batch.shade + " on" * (number == self.shown - 1) + " chosen" * (number == chosen)
            picture.parts += self._bar(number, batch, kind, scale, y + 16 + (len(lanes) - 1 if batch.worker is None else batch.worker) * LANE)
            if batch.worker is not None:
                top = y + 16 + (len(lanes) - 1) * LANE
                picture.parts.append(f'<path class="way" d="M{at:.1f} {top}v{LANE - 8}"/>')
                if number + 1 == len(given) or given[number + 1] - at > ROOM:
                    picture.text(at + 4, top + 15, str(number), "number")
        return bottom + 28

    def _bar(self, number, batch, kind, scale, top):
        x, wide = LEFT + batch.began * scale, max((batch.ended - batch.began) * scale, 2.5)
        yield (f'<g class="{kind}"><title>batch {number}, {batch.reader}: from {batch.began:.2f} to {batch.ended:.2f} ms</title>'
               f'<rect class="face" x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{LANE - 8}" rx="3"/></g>')
        if wide > ROOM:
            yield f'<text class="number" x="{x + wide / 2:.1f}" y="{top + 15}" text-anchor="middle" pointer-events="none">{number}</text>'

    def _told(self):
        if self._problem:
            return f"The loader stopped after {len(self.batches)} batches. {first_lines(self._problem)}"
        whole, workers = self.set["batch_size"], self.set["num_workers"]
        last = self.taken - (self.count - 1) * whole
        said = f"{self.taken} samples in batches of {whole} make {_batches(self.count)}"
        if self.count and last < whole:
            said += f", the last one of {last}"
        elif self.count * whole < self.taken:
            said += f"; {self.taken - self.count * whole} samples are left out"
        said += "."
        if self.told_of == "sample":
            return self._told_sample()
        if not self.shown:
            return f"{said} Press step: the first one comes."
        batch = self.batches[self.shown - 1]
        said += f" Batch {self.shown - 1} holds sample{'s' * (len(batch.samples) > 1)} {batch.named(CELLS)}: {batch.reader} read it in {short(round(batch.ended - batch.began, 2))} ms."
        return said + (f" {workers} workers read ahead, and the batches come in the order of the sampler all the same." if workers > 1 else "")

    def _told_sample(self):
        """Where the chosen sample is, and what becomes of its numbers."""
        chosen = self._chosen()
        if chosen is None:
            said = f"Sample {self.sample} is in none of the batches that have come."
        else:
            number, place, _ = self._cells()[chosen]
            batch = self.batches[number]
            said = f"Sample {self.sample} is at place {place} of batch {number}, which {batch.reader} read from {short(round(batch.began, 2))} to {short(round(batch.ended, 2))} ms."
        ranges = [(range_of(numbers), name if place == 0 else f"after {name}") for place, (name, numbers, _) in enumerate(self.steps)]
        new = [f"{each} {when}" for place, (each, when) in enumerate(ranges) if place == 0 or each != ranges[place - 1][0]]
        return said + (f" Its numbers: {', '.join(new)}." if len(ranges) > 1 else "")

    def _state(self):
        rows = [[str(number), batch.named(CELLS), str(len(batch.samples)), batch.reader, f"{batch.began:.2f}", f"{batch.ended:.2f}", f"{batch.given:.2f}"]
                for number, batch in enumerate(self.batches[:self.shown])]
        code = [f"batch_size={self.set['batch_size']}", *(f"{name}={self.set[name]}" for name in ("shuffle", "drop_last", "num_workers") if self.set[name])]
        if self.sampler is not None and not self.set["shuffle"]:
            code.append("sampler=sampler")
        shapes = self.batches[self.shown - 1].shapes if self.shown else ["no batch yet"]
        sample = {"id": "sample", "kind": "range", "label": "sample", "range": [0, self.size - 1, 1], "value": str(self.sample)}
        changed = self.set != self._first or self.epoch or self.looked or self.shown != len(self.batches)
        return {
            "label": "conveyor of batches", "title": f"DataLoader(dataset, {', '.join(code)})", "status": f"{self.shown} of {self.count} batches",
            "sentence": self._told(),
            "panels": [{"heading": "What the loop is given", "lines": _few(shapes)},
                       {"heading": "What the data set gives", "lines": _few(self.sample_lines)},
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


def _batches(count, kind=""):
    return f"{count} {kind}batch{'es' * (count != 1)}"


def _few(lines, most=6):
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most} more"]
