"""Training in several processes, under the names of torch.distributed.

Every process, a *rank*, runs the same script on a part of the data, and they meet in collective operations, which all of them call.
`workbook run --ranks 2 train.py` starts them:

    import torch.distributed as dist

    dist.init_process_group("gloo")          # "nccl" and "mpi" are taken, too
    total = torch.tensor(float(dist.get_rank()))
    dist.all_reduce(total)                   # in every rank now the sum of all ranks' numbers

Whatever the backend is called, everything travels by MPI (mpi4py, which is imported when a group of more than one rank is made); a
world of one process needs no MPI at all. What lies on a GPU is copied to the CPU for the way.

Read `groups.py` (who takes part) and `collectives.py` first, then `work.py` and `wires.py`: what is on its way, and over which
wire. `starting.py` finds out which rank this process is, `ending.py` ends the job when one rank fails, `messages.py` and
`objects.py` carry Tensors from one rank to another, and Python objects.
"""

from workbook import missing
from workbook.distributed.collectives import (all_gather, all_gather_into_tensor, all_gather_single, all_reduce, all_to_all,
                                              all_to_all_single, barrier, broadcast, gather, monitored_barrier, reduce,
                                              reduce_scatter, reduce_scatter_single, reduce_scatter_tensor, scatter)
from workbook.distributed.groups import (Backend, GroupMember, ProcessGroup, destroy_process_group, get_backend, get_global_rank,
                                         get_group_rank, get_process_group_ranks, get_rank, get_world_size, group,
                                         init_process_group, is_initialized, new_group)
from workbook.distributed.messages import P2POp, batch_isend_irecv, irecv, isend, recv, send
from workbook.distributed.objects import (all_gather_object, broadcast_object_list, gather_object, recv_object_list,
                                          scatter_object_list, send_object_list)
from workbook.distributed.reduce_ops import ReduceOp
from workbook.distributed.starting import (get_node_local_rank, is_available, is_backend_available, is_gloo_available,
                                           is_mpi_available, is_nccl_available, is_torchelastic_launched)
from workbook.distributed.work import Work

__all__ = [
    "Backend", "GroupMember", "P2POp", "ProcessGroup", "ReduceOp", "Work", "all_gather", "all_gather_into_tensor",
    "all_gather_object", "all_gather_single", "all_reduce", "all_to_all", "all_to_all_single", "barrier", "batch_isend_irecv",
    "broadcast", "broadcast_object_list", "destroy_process_group", "gather", "gather_object", "get_backend", "get_global_rank",
    "get_group_rank", "get_node_local_rank", "get_process_group_ranks", "get_rank", "get_world_size", "group",
    "init_process_group", "irecv", "is_available", "is_backend_available", "is_gloo_available", "is_initialized",
    "is_mpi_available", "is_nccl_available", "is_torchelastic_launched", "isend", "monitored_barrier", "new_group", "recv",
    "recv_object_list", "reduce", "reduce_scatter", "reduce_scatter_single", "reduce_scatter_tensor", "scatter",
    "scatter_object_list", "send", "send_object_list",
]


def __getattr__(name):
    raise missing.of_module("distributed", name)
