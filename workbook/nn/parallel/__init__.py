"""Networks that train on several devices of one machine, or in several processes: torch.nn.parallel.

`data_parallel.py` is for several GPUs in one process; it puts together `scatter_gather.py`, `replicate.py` and `parallel_apply.py`.
`distributed.py` is for processes, with `buckets.py`, in which their gradients travel.
"""

from workbook.nn.parallel.data_parallel import DataParallel, data_parallel
from workbook.nn.parallel.distributed import DistributedDataParallel
from workbook.nn.parallel.parallel_apply import parallel_apply
from workbook.nn.parallel.replicate import replicate
from workbook.nn.parallel.scatter_gather import gather, scatter

__all__ = ["replicate", "scatter", "parallel_apply", "gather", "data_parallel", "DataParallel", "DistributedDataParallel"]
