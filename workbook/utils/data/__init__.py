"""Data sets, samplers and the DataLoader, under the names of torch.utils.data."""

from workbook.utils.data.collate import default_collate, default_convert
from workbook.utils.data.dataloader import DataLoader
from workbook.utils.data.dataset import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from workbook.utils.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler

__all__ = [
    "BatchSampler", "ConcatDataset", "DataLoader", "Dataset", "IterableDataset", "RandomSampler", "Sampler",
    "SequentialSampler", "Subset", "SubsetRandomSampler", "TensorDataset", "default_collate", "default_convert", "random_split",
]
