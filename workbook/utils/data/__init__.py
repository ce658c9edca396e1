"""Data sets, samplers and the DataLoader, under the names of torch.utils.data.

Read `dataset.py`, `sampler.py` and `fetching.py` first, then `dataloader.py` and `iteration.py`. Worker processes are three files:
`workers.py` runs in them, `pool.py` is their other end, `shared.py` is how batches travel.
"""

from workbook import missing
from workbook.utils.data.collate import default_collate, default_convert
from workbook.utils.data.dataloader import DataLoader
from workbook.utils.data.dataset import (ChainDataset, ConcatDataset, Dataset, IterableDataset, StackDataset, Subset, TensorDataset,
                                         random_split)
from workbook.utils.data.distributed import DistributedSampler
from workbook.utils.data.info import get_worker_info
from workbook.utils.data.sampler import (BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler,
                                         WeightedRandomSampler)

__all__ = [
    "BatchSampler", "ChainDataset", "ConcatDataset", "DataLoader", "Dataset", "DistributedSampler", "IterableDataset", "RandomSampler",
    "Sampler", "SequentialSampler", "StackDataset", "Subset", "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler",
    "default_collate", "default_convert", "get_worker_info", "random_split",
]


def __getattr__(name):
    raise missing.of_module("utils.data", name)
