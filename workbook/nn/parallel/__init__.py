"""Networks that train on several devices of one machine, or in several processes: torch.nn.parallel.

`distributed.py` is for processes, with `buckets.py`, in which their gradients travel.
"""

from workbook.nn.parallel.distributed import DistributedDataParallel

__all__ = ["DistributedDataParallel"]
