"""The batches of a real loader, watched: which samples each holds, who read them, and when."""

import time

from workbook.utils.data import DataLoader


def like(loader, sampler, num_workers=0, **settings):
    """Return a loader that reads the data set of another one, set in its own way; its batches are the numbers of their samples, and their shapes."""
    return DataLoader(Read(loader.dataset), collate_fn=Together(loader.collate_fn), timeout=20 if num_workers else 0, sampler=sampler, num_workers=num_workers, **settings)


def first_batches(loader, most):
    """Go through such a loader, and give its first batches as they come, each with its times."""
    begin, read = time.monotonic(), {}
    batches = iter(loader)
    batches.watch = lambda number, worker, began, ended: read.update({number: (worker, began, ended)})
    for number in range(min(len(loader), most)):
        asked = time.monotonic()
        samples, shapes = next(batches)
        given = time.monotonic()
        worker, began, ended = read.get(number, (None, asked, given))
        yield Came(samples, shapes, worker, *((moment - begin) * 1000 for moment in (began, ended, given)))


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

    @property
    def reader(self):
        """Who read it, in words."""
        return "your loop" if self.worker is None else f"worker {self.worker}"

    @property
    def shade(self):
        """The class of what this batch's reader has read."""
        return f"s{1 + 2 * ((self.worker or 0) % 2)}"

    def named(self, most):
        """The numbers of its samples, in a line."""
        return ", ".join(map(str, self.samples[:most])) + (", …" if len(self.samples) > most else "")


def shapes_of(batch, name="batch"):
    """Return a line for each tensor in a batch.

    >>> import workbook as torch
    >>> shapes_of([torch.zeros(4, 3), torch.arange(4)])
    ['batch[0]: (4, 3), torch.float32', 'batch[1]: (4,), torch.int64']
    """
    if isinstance(batch, dict):
        return [line for key, each in batch.items() for line in shapes_of(each, f"{name}[{key!r}]")]
    if isinstance(batch, (list, tuple)):
        return [line for place, each in enumerate(batch) for line in shapes_of(each, f"{name}[{place}]")]
    return [f"{name}: {tuple(batch.shape)}, {batch.dtype}" if hasattr(batch, "shape") else f"{name}: {type(batch).__name__}"]
