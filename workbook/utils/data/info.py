"""What a worker knows about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """What a worker knows about itself: its number `id`, how many there are, its random seed, and its copy of the data set."""

    id: int
    num_workers: int
    seed: int
    dataset: object
    rng: object = None
    worker_method: str = "multiprocessing"


class _Here:
    worker_info = None


def get_worker_info():
    """Return the WorkerInfo of the worker that asks; None in the process of the loader.

    An IterableDataset asks it to read only its share of the samples, a `worker_init_fn` to change the worker's copy of the data set.
    Raises nothing.

    >>> get_worker_info() is None
    True

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.get_worker_info
    """
    return _Here.worker_info


def become(worker_info):
    """Say to this process which worker it is."""
    _Here.worker_info = worker_info
