"""The sampler that gives each of several processes a share of a data set."""

import math

from workbook import random
from workbook.distributed.groups import get_rank, get_world_size
from workbook.errors import explain
from workbook.utils.data.sampler import Sampler


class DistributedSampler(Sampler):
    """Every `num_replicas`-th sample, beginning with number `rank`, of one order that all processes agree on.

    Both are the world's of `torch.distributed`, where they are not given. The order is shuffled by `seed + epoch`: call `set_epoch`
    before each epoch. What does not divide evenly is filled up with samples from the front, or left out where `drop_last`. Raises
    ValueError where `num_replicas` or `rank` is not given before `init_process_group`, and for a rank that is not there.

    >>> [list(DistributedSampler(range(5), num_replicas=2, rank=rank, shuffle=False)) for rank in range(2)]
    [[0, 2, 4], [1, 3, 0]]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.distributed.DistributedSampler
    """

    torch_name = "torch.utils.data.distributed.DistributedSampler"

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        num_replicas = get_world_size() if num_replicas is None else num_replicas
        rank = get_rank() if rank is None else rank
        if rank >= num_replicas or rank < 0:
            raise ValueError(explain(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]",
                                     "it is the number of this process among all", "count from 0"))
        self.dataset, self.num_replicas, self.rank, self.epoch, self.drop_last = dataset, num_replicas, rank, 0, drop_last
        size = len(dataset)
        self.num_samples = size // num_replicas if drop_last else math.ceil(size / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle, self.seed = shuffle, seed

    def __iter__(self):
        size = len(self.dataset)
        if self.shuffle:
            order = random.permutation(size, random.Generator().manual_seed(self.seed + self.epoch)).tolist()
        else:
            order = list(range(size))
        if size < self.total_size:
            order = (order * math.ceil(self.total_size / size))[:self.total_size]
        return iter(order[self.rank:self.total_size:self.num_replicas])

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        """Say which epoch it is, so that each is shuffled anew and alike in all processes. Raises nothing.

        >>> sampler = DistributedSampler(range(5), num_replicas=1, rank=0)
        >>> first = list(sampler)
        >>> sampler.set_epoch(1)
        >>> list(sampler) == first
        False

        Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.distributed.DistributedSampler.set_epoch
        """
        self.epoch = epoch
