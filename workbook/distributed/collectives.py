"""Collective operations: every rank of a group calls them, in the same order, with Tensors of the same shape and dtype.

With `async_op=True` each returns a `Work` at once; `work.wait()` waits for it. `group`: the ranks that take part; None is all.
They write into the Tensors that they are given and record nothing for backward passes. What all of them raise: ValueError before
`init_process_group` and for a group or rank that is not there, TypeError for what is no Tensor, RuntimeError where the ranks
disagree.
"""

import datetime
import functools
import warnings

import numpy as np

from workbook.distributed import reduce_ops
from workbook.distributed.buffers import check_like, check_list, check_parts, check_tensor, on_host, outgoing, put
from workbook.distributed.groups import member, root_of
from workbook.distributed.reduce_ops import ReduceOp
from workbook.errors import explain

SUM = ReduceOp.SUM


def all_reduce(tensor, op=SUM, group=None, async_op=False):
    """Put into every rank's `tensor` what `op` makes of all of them, place by place: their sum, mean, product, least or greatest.

    float16 is added in float32. Raises beyond what all collectives raise RuntimeError for AVG of whole numbers and for an operation
    on bits of numbers that have none, ValueError for complex numbers but SUM and AVG.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> x = torch.tensor([1., 2.])
    >>> torch.distributed.all_reduce(x); x
    tensor([1., 2.])
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.all_reduce
    """
    check_tensor(tensor, "tensor")
    reduce_ops.check(op, tensor._array.dtype, "all_reduce")
    if (group := member(group, "all_reduce")) is None:
        return None
    numbers, added, how = _to_add(tensor, op)
    work = group.start("all_reduce", f"all_reduce({_kind(tensor)}, {op.name})", lambda: group.wire.reduce_all(added, how),
                       lambda: _sum_arrived(tensor, numbers, added, op, group, "all_reduce"), [tensor])
    return _now_or_later(work, async_op)


def reduce(tensor, dst=None, op=SUM, group=None, async_op=False, group_dst=None):
    """The same for rank `dst` alone; what the other ranks' `tensor` holds then has no meaning. Raises as `all_reduce`.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.reduce

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> x = torch.tensor([1., 2.])
    >>> torch.distributed.reduce(x, dst=0); x
    tensor([1., 2.])
    >>> torch.distributed.destroy_process_group()
    """
    check_tensor(tensor, "tensor")
    reduce_ops.check(op, tensor._array.dtype, "reduce")
    if (group := member(group, "reduce")) is None:
        return None
    root = root_of(group, dst, group_dst)
    numbers, added, how = _to_add(tensor, op)
    finish = functools.partial(_sum_arrived, tensor, numbers, added, op, group, "reduce") if group.rank() == root else _nothing
    work = group.start("reduce", f"reduce({_kind(tensor)}, {op.name}) to rank {root}", lambda: group.wire.reduce(added, how, root),
                       finish, [tensor])
    return _now_or_later(work, async_op)


def broadcast(tensor, src=None, group=None, async_op=False, group_src=None):
    """Put the numbers of rank `src`'s `tensor` into every rank's. Raises what all collectives raise.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> torch.distributed.broadcast(torch.ones(2), src=0)
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.broadcast
    """
    check_tensor(tensor, "tensor")
    if (group := member(group, "broadcast")) is None:
        return None
    root = root_of(group, src, group_src)
    numbers = outgoing(tensor)
    finish = _nothing if group.rank() == root else lambda: put(tensor, numbers, "broadcast")
    work = group.start("broadcast", f"broadcast({_kind(tensor)}) from rank {root}", lambda: group.wire.broadcast(numbers, root),
                       finish, [tensor])
    return _now_or_later(work, async_op)


def all_gather(tensor_list, tensor, group=None, async_op=False):
    """Fill the Tensors of `tensor_list` with those of all ranks, in the order of the ranks; all have the shape of `tensor`.

    Raises beyond what all collectives raise RuntimeError for a list of another length or Tensors of another shape, ValueError for
    another dtype.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> every = [torch.zeros(2)]
    >>> torch.distributed.all_gather(every, torch.ones(2)); every
    [tensor([1., 1.])]
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.all_gather
    """
    check_list(tensor_list, "tensor_list")
    check_tensor(tensor, "tensor")
    if (group := member(group, "all_gather")) is None:
        return None
    if len(tensor_list) != group.size():
        raise RuntimeError(explain(f"invalid output tensor list at index 0 (expected length {group.size()}, got {len(tensor_list)})",
                                   "there is one tensor for each rank",
                                   "write [torch.zeros_like(tensor) for _ in range(dist.get_world_size())]"))
    check_parts(tensor_list, tensor, group.size(), "all_gather", "output")
    mine, every = outgoing(tensor), _room_for_all(tensor, group)
    work = group.start("all_gather", f"all_gather({_kind(tensor)})", lambda: group.wire.gather_all(mine, every),
                       lambda: _handed_out(tensor_list, every, "all_gather"), tensor_list)
    return _now_or_later(work, async_op)


def gather(tensor, gather_list=None, dst=None, group=None, async_op=False, group_dst=None):
    """Fill the Tensors of rank `dst`'s `gather_list` with those of all ranks; the other ranks give no list. `dst` is 0 where it is
    left out.

    Raises as `all_gather`, and ValueError where the list is missing, or given in another rank.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> every = [torch.zeros(2)]
    >>> torch.distributed.gather(torch.ones(2), every); every
    [tensor([1., 1.])]
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.gather
    """
    check_tensor(tensor, "tensor")
    if gather_list:
        check_list(gather_list, "gather_list")
    if (group := member(group, "gather")) is None:
        return None
    root = root_of(group, dst, group_dst, otherwise=group.ranks[0])
    every = None
    if group.rank() == root:
        if not gather_list:
            raise ValueError(explain("Argument ``gather_list`` must be specified on destination rank.",
                                     f"rank {root} gets the tensors of all",
                                     "write [torch.zeros_like(tensor) for _ in range(dist.get_world_size())]"))
        check_parts(gather_list, tensor, group.size(), "gather", "output")
        every = _room_for_all(tensor, group)
    elif gather_list:
        raise ValueError(explain("Argument ``gather_list`` must NOT be specified on non-destination ranks.",
                                 f"only rank {root} gets something", f"write gather_list if dist.get_rank() == {root} else None"))
    mine = outgoing(tensor)
    finish = _nothing if every is None else lambda: _handed_out(gather_list, every, "gather")
    work = group.start("gather", f"gather({_kind(tensor)}) to rank {root}", lambda: group.wire.gather(mine, every, root), finish,
                       gather_list or [])
    return _now_or_later(work, async_op)


def scatter(tensor, scatter_list=None, src=None, group=None, async_op=False, group_src=None):
    """Give each rank, in its `tensor`, one Tensor of rank `src`'s `scatter_list`; the other ranks give no list. `src` is 0 where
    left out.

    Raises as `all_gather`, and ValueError where the list is missing, or given in another rank.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> x = torch.zeros(2)
    >>> torch.distributed.scatter(x, [torch.ones(2)]); x
    tensor([1., 1.])
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.scatter
    """
    check_tensor(tensor, "tensor")
    if scatter_list:
        check_list(scatter_list, "scatter_list")
    if (group := member(group, "scatter")) is None:
        return None
    root = root_of(group, src, group_src, otherwise=group.ranks[0])
    every = None
    if group.rank() == root:
        if not scatter_list:
            raise ValueError(explain("Argument ``scatter_list`` must be specified on source rank.",
                                     f"rank {root} gives the tensors of all", "give it a list with one tensor for each rank"))
        check_parts(scatter_list, tensor, group.size(), "scatter", "input")
        every = np.stack([on_host(part) for part in scatter_list])
    elif scatter_list:
        raise ValueError(explain("Argument ``scatter_list`` must NOT be specified on non-source ranks.",
                                 f"only rank {root} gives something", f"write scatter_list if dist.get_rank() == {root} else None"))
    mine = np.empty(tensor._array.shape, tensor._array.dtype)
    work = group.start("scatter", f"scatter({_kind(tensor)}) from rank {root}", lambda: group.wire.scatter(every, mine, root),
                       lambda: put(tensor, mine, "scatter"), [tensor])
    return _now_or_later(work, async_op)


def all_gather_single(output_tensor, input_tensor, group=None, async_op=False):
    """Put the Tensors of all ranks one after the other, or one above the other, into one: (N, ...) -> (ranks * N, ...) or (ranks,
    N, ...).

    Raises as `all_gather`.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> every = torch.zeros(2)
    >>> torch.distributed.all_gather_single(every, torch.ones(2)); every
    tensor([1., 1.])
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html
    """
    check_tensor(input_tensor, "input_tensor")
    check_tensor(output_tensor, "output_tensor")
    if (group := member(group, "all_gather_single")) is None:
        return None
    _check_whole(output_tensor, input_tensor, group, "output", "input")
    mine, every = outgoing(input_tensor), _room_for_all(input_tensor, group)
    work = group.start("all_gather_single", f"all_gather_single({_kind(input_tensor)})", lambda: group.wire.gather_all(mine, every),
                       lambda: put(output_tensor, every.reshape(output_tensor._array.shape), "all_gather_single"), [output_tensor])
    return _now_or_later(work, async_op)


def reduce_scatter(output, input_list, op=SUM, group=None, async_op=False):
    """Reduce the ranks' lists, Tensor by Tensor, and put number r of what comes out into rank r's `output`.

    Raises as `all_reduce`, and as `all_gather` for the list.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> x = torch.zeros(2)
    >>> torch.distributed.reduce_scatter(x, [torch.ones(2)]); x
    tensor([1., 1.])
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.reduce_scatter
    """
    check_tensor(output, "output")
    check_list(input_list, "input_list")
    if (group := member(group, "reduce_scatter")) is None:
        return None
    check_parts(input_list, output, group.size(), "reduce_scatter", "input")
    return _reduce_scatter(output, np.stack([on_host(part) for part in input_list]), op, group, async_op, "reduce_scatter")


def reduce_scatter_single(output, input, op=SUM, group=None, async_op=False):
    """Reduce the ranks' `input` and put part r of what comes out into rank r's `output`: (ranks * N, ...) or (ranks, N, ...) -> (N,
    ...).

    Raises as `all_reduce`, and as `all_gather` for the shapes.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> x = torch.zeros(2)
    >>> torch.distributed.reduce_scatter_single(x, torch.ones(2)); x
    tensor([1., 1.])
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html
    """
    check_tensor(output, "output")
    check_tensor(input, "input")
    if (group := member(group, "reduce_scatter_single")) is None:
        return None
    _check_whole(input, output, group, "input", "output")
    every = np.array(on_host(input)).reshape(group.size(), *output._array.shape)
    return _reduce_scatter(output, every, op, group, async_op, "reduce_scatter_single")


def _reduce_scatter(output, every, op, group, async_op, name):
    """`every`: new memory with a part for each rank, in front."""
    reduce_ops.check(op, every.dtype, name)
    how = SUM if op is ReduceOp.AVG else op
    added, how = reduce_ops.as_added(every, how)
    mine = np.empty(added.size // group.size(), added.dtype)

    def finish():
        arrived = mine.view(every.dtype) if every.dtype.kind in "bc" else mine.astype(every.dtype, copy=False)
        arrived = arrived.reshape(output._array.shape)
        put(output, arrived / group.size() if op is ReduceOp.AVG else arrived, name)

    work = group.start(name, f"{name}({_kind(output)}, {op.name})", lambda: group.wire.reduce_scatter(added.reshape(-1), mine, how),
                       finish, [output])
    return _now_or_later(work, async_op)


def all_to_all(output_tensor_list, input_tensor_list, group=None, async_op=False):
    """Send `input_tensor_list[r]` to rank r, and fill `output_tensor_list[r]` with what comes from there. Their sizes may differ.

    Raises beyond what all collectives raise RuntimeError for lists of another length.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> out = [torch.zeros(2)]
    >>> torch.distributed.all_to_all(out, [torch.ones(2)]); out
    [tensor([1., 1.])]
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.all_to_all
    """
    check_list(output_tensor_list, "output_tensor_list")
    check_list(input_tensor_list, "input_tensor_list")
    if (group := member(group, "all_to_all")) is None:
        return None
    for parts, what in ((output_tensor_list, "output"), (input_tensor_list, "input")):
        if len(parts) != group.size():
            check_parts(parts, parts[0] if parts else None, group.size(), "all_to_all", what)
        for part in parts:
            check_like(part.new_empty(0), input_tensor_list[0].new_empty(0), "all_to_all")  # the dtype alone: the sizes may differ
    every = np.concatenate([on_host(part).reshape(-1) for part in input_tensor_list])
    mine = np.empty(sum(part.numel() for part in output_tensor_list), every.dtype)
    sent, received = ([part.numel() * part.element_size() for part in parts] for parts in (input_tensor_list, output_tensor_list))

    def finish():
        ends = np.cumsum([part.numel() for part in output_tensor_list])[:-1]
        for part, arrived in zip(output_tensor_list, np.split(mine, ends)):
            put(part, arrived.reshape(part._array.shape), "all_to_all")

    work = group.start("all_to_all", f"all_to_all({every.dtype})", lambda: group.wire.exchange(every, mine, sent, received), finish,
                       output_tensor_list)
    return _now_or_later(work, async_op)


def all_to_all_single(output, input, output_split_sizes=None, input_split_sizes=None, group=None, async_op=False):
    """Send part r of `input` to rank r, and fill part r of `output` with what comes from there. Without sizes the parts are equal.

    Raises as `all_to_all`, and RuntimeError for sizes that do not add up.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> out = torch.zeros(2)
    >>> torch.distributed.all_to_all_single(out, torch.ones(2)); out
    tensor([1., 1.])
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.all_to_all_single
    """
    check_tensor(output, "output")
    check_tensor(input, "input")
    if (group := member(group, "all_to_all_single")) is None:
        return None
    return all_to_all(_parts(output, output_split_sizes, group), _parts(input, input_split_sizes, group), group, async_op)


def barrier(group=None, async_op=False, device_ids=None, timeout=None):
    """Wait until all ranks have come here. Raises what all collectives raise.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> torch.distributed.barrier()
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.barrier
    """
    if (group := member(group, "barrier")) is None:
        return None
    work = group.start("barrier", "barrier", group.wire.barrier)
    if async_op:
        return work
    work.wait(timeout or datetime.timedelta())
    return None


def monitored_barrier(group=None, timeout=None, wait_all_ranks=False):
    """Wait until all ranks have come here, as `barrier`; what the ranks do is compared in every collective. Raises what all raise.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.monitored_barrier

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> torch.distributed.monitored_barrier()
    >>> torch.distributed.destroy_process_group()
    """
    return barrier(group, timeout=timeout)


def all_gather_into_tensor(output_tensor, input_tensor, group=None, async_op=False):
    """As `all_gather_single`, under its older name. Raises the same, and warns as PyTorch does.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.all_gather_into_tensor
    """
    _renamed("all_gather_into_tensor", "all_gather_single")
    return all_gather_single(output_tensor, input_tensor, group, async_op)


def reduce_scatter_tensor(output, input, op=SUM, group=None, async_op=False):
    """As `reduce_scatter_single`, under its older name. Raises the same, and warns as PyTorch does.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.reduce_scatter_tensor
    """
    _renamed("reduce_scatter_tensor", "reduce_scatter_single")
    return reduce_scatter_single(output, input, op, group, async_op)


# What they share --------------------------------------------------------------------------------------------------------


def _kind(tensor):
    """How a rank names a Tensor to the others: shape and dtype."""
    return f"{list(tensor._array.shape)}, {tensor.dtype}"


def _nothing():
    """What is left to do where nothing has arrived."""


def _now_or_later(work, async_op):
    if async_op:
        return work
    work.wait()
    return None


def _to_add(tensor, op):
    """Return the Tensor's numbers in one piece, what MPI shall add in place, and how."""
    numbers = outgoing(tensor)
    return numbers, *reduce_ops.as_added(numbers, SUM if op is ReduceOp.AVG else op)


def _sum_arrived(tensor, numbers, added, op, group, name):
    if numbers.dtype == np.float16:
        numbers[...] = added
    if op is ReduceOp.AVG:
        numbers /= group.size()
    put(tensor, numbers, name)


def _room_for_all(tensor, group):
    return np.empty((group.size(), *tensor._array.shape), tensor._array.dtype)


def _handed_out(tensors, every, name):
    for tensor, arrived in zip(tensors, every):
        put(tensor, arrived, name)


def _check_whole(whole, part, group, name, other):
    """Raise where `whole` has not the dtype and the numbers of one `part` for each rank, put together along the first axis or a new one."""
    shape, size = tuple(part.shape), group.size()
    fitting = [(size, *shape)] + ([(size * shape[0], *shape[1:])] if shape else [(size,)])
    check_like(whole.new_empty(0), part.new_empty(0), "")
    if tuple(whole.shape) not in fitting:
        raise ValueError(explain(f"{name} tensor size must be equal to world_size times {other} tensor size",
                                 f"{size} parts of shape {list(shape)} make {' or '.join(str(list(fit)) for fit in fitting)}, not "
                                 f"{list(whole.shape)}", f"give a tensor of shape {list(fitting[-1])}"))


def _parts(tensor, sizes, group):
    """Return views of a Tensor along its first axis, one for each rank."""
    length = tensor.shape[0] if tensor.ndim else 1
    if sizes is None and length % group.size():
        raise RuntimeError(explain("Tensor's dim 0 does not divide equally across group size",
                                   f"{length} rows are no {group.size()} equal parts",
                                   "give output_split_sizes and input_split_sizes"))
    sizes = [length // group.size()] * group.size() if sizes is None else list(sizes)
    if len(sizes) != group.size() or sum(sizes) != length:
        raise RuntimeError(explain("Split sizes doesn't match total dim 0 size",
                                   f"the sizes {sizes} add up to {sum(sizes)}, and there are {length} rows",
                                   "give one size for each rank"))
    return [tensor.detach()[end - size:end] for size, end in zip(sizes, np.cumsum(sizes).tolist())]


def _renamed(old, new):
    warnings.warn(f"`torch.distributed.{old}` is deprecated. Please use `torch.distributed.{new}` instead.", FutureWarning,
                  stacklevel=3)
