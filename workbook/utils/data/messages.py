"""What a loader and its workers send each other, and the words for what goes wrong."""

import contextlib
import pickle
import traceback
from dataclasses import dataclass, field

from workbook.errors import explain, raised_again


@dataclass
class Job:
    """What every worker of a loader is given."""

    dataset: object
    in_batches: bool
    collate_fn: object
    drop_last: bool
    init_fn: object
    base_seed: int
    num_workers: int


@dataclass
class Order:
    """One batch that a worker is to read; an epoch's orders are void as soon as one of a later epoch comes."""

    epoch: int
    number: int  # of the batch
    index: object  # what the sampler gave


@dataclass
class Answer:
    """What a worker sends back for an order: the batch, or a Failure, or Ended. Times are time.monotonic's, alike in all processes."""

    order: tuple  # (epoch, number)
    thing: object
    began: float = 0.0
    ended: float = 0.0


class Ended:
    """The worker's copy of the IterableDataset has no more samples."""


WHERE = "where does the worker stand?"


@dataclass
class Failure:
    """An error in a worker, on its way to the loader."""

    kind: object  # its class as pickle's bytes: the loader may not know it. None where it cannot travel
    name: str
    worker: int
    doing: str
    advice: str
    trace: str = field(repr=False)

    def error(self):
        """Return the error to raise in the loader: of the same class, its text names the worker, the sample and the traceback."""
        said = explain(f"Caught {self.name} in DataLoader worker process {self.worker}.", self.doing, self.advice)
        kind = None
        with contextlib.suppress(Exception):  # a class that was made in the worker
            kind = self.kind and pickle.loads(self.kind)
        return raised_again(kind, f"{said}\nOriginal {self.trace}")


def failure_of(error, worker, doing):
    """Return the Failure for an error in a worker that was `doing` (step, what, batch)."""
    kind = None
    with contextlib.suppress(Exception):  # a class that was made inside a function
        kind = pickle.dumps(type(error))
    words, advice = words_of(doing)
    return Failure(kind, type(error).__name__, worker, f"it was {words}", advice,
                   "".join(traceback.format_exception(type(error), error, error.__traceback__)))


def words_of(doing):
    """What a worker was about, in words, and what to try."""
    step, what, index = doing
    batch = f" of the batch {short(index)}" if isinstance(index, list) else ""
    alone = "load with num_workers=0 to look closer"
    return {
        "begin": ("starting", alone),
        "init": (f"running worker_init_fn({what})", "call the function in this process to look closer"),
        "iter": ("calling iter(dataset)", alone),
        "batch": (f"reading the batch {short(index)}", alone),
        "sample": (f"reading sample {short(what)}{batch}", f"run dataset[{short(what)}] in this process to look closer"),
        "samples": (f"reading the batch {short(index)} by __getitems__", alone),
        "next": (f"reading the next {what} samples", alone),
        "collate": (f"putting together the batch {short(index)}" if what else "putting together a batch",
                    "call the collate_fn with a list of samples in this process to look closer"),
        "send": (f"sending the batch {short(index)} to the loader's process, which goes by pickle",
                 "return tensors, arrays, numbers, text, lists and dicts"),
    }[step]


LONGEST = 200  # letters of one number or key: a sampler may give anything


def short(index, most=20):
    """Return what the sampler gave as text of a bearable length."""
    if isinstance(index, list):
        more = [f"... {len(index) - most} more"] if len(index) > most else []
        return f"[{', '.join([*map(short, index[:most]), *more])}]"
    text = repr(index)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
