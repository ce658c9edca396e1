"""One network in several processes: each computes a part of the batch, and all take the same step."""

import contextlib
import warnings


from workbook.autograd.function import Function
from workbook.autograd.modes import is_grad_enabled
from workbook.distributed import all_gather_object, broadcast
from workbook.distributed.groups import default_group, registered
from workbook.errors import explain
from workbook.func.trees import flatten, tree_map, unflatten
from workbook.nn.module import Module
from workbook.nn.parallel.buckets import FIRST_BYTES, Reducer
from workbook.nn.parameter import UninitializedParameter
from workbook.tensor import Tensor

MEGABYTE = 1 << 20


class DistributedDataParallel(Module):
    """A network whose gradients are averaged over all ranks while each computes a part of the batch.

    All ranks begin with the parameters and buffers of rank 0. `forward` is the network's own; during `backward()` the gradients are
    averaged in buckets of `bucket_cap_mb` megabytes (25; the first of 1) as they become ready, so afterwards every rank holds the
    same `.grad`: the mean of the ranks', which is the whole batch's where the parts are equally large and the loss is a mean.
    Buffers are rank 0's again at the beginning of each forward pass (`forward_sync_buffers`). `find_unused_parameters`: parameters
    may be left out of a pass. The buckets keep the order of the parameters, the last first; PyTorch puts them in the order of the
    first pass.

    Raises ValueError before `init_process_group` and for `device_ids` on the CPU, RuntimeError for a network without
    parameters to train, one of lazy layers, and one whose shapes differ between the ranks.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> net = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(3, 1))
    >>> net(torch.ones(2, 3)).sum().backward()
    >>> net.module.bias.grad
    tensor([2.])
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parallel.DistributedDataParallel.html
    """

    torch_name = "torch.nn.parallel.distributed.DistributedDataParallel"

    def __init__(self, module, device_ids=None, output_device=None, dim=0, broadcast_buffers=None, init_sync=True,
                 process_group=None, bucket_cap_mb=None, find_unused_parameters=False, check_reduction=False,
                 gradient_as_bucket_view=False, static_graph=False,
                 delay_all_reduce_named_params=None, param_to_hook_all_reduce=None, mixed_precision=None, device_mesh=None,
                 skip_all_reduce_unused_params=False, bucket_cap_mb_list=None, batched_grad_copy=False, forward_sync_buffers=None):
        super().__init__()
        not_here = {"delay_all_reduce_named_params": delay_all_reduce_named_params,
                    "param_to_hook_all_reduce": param_to_hook_all_reduce,
                    "mixed_precision": mixed_precision, "device_mesh": device_mesh, "bucket_cap_mb_list": bucket_cap_mb_list}
        for name, given in not_here.items():
            if given is not None:
                raise NotImplementedError(explain(f"DistributedDataParallel: {name} is not there",
                                                  "all gradients are averaged in one way here", "leave it out"))
        self.process_group = default_group() if process_group is None else registered(process_group)
        if not isinstance(module, Module):
            raise AttributeError(explain(f"'{type(module).__name__}' object has no attribute 'named_parameters'",
                                         "it wraps a network", "DistributedDataParallel(net)"))
        self.parameters_to_ignore = set(getattr(module, "_ddp_params_and_buffers_to_ignore", ()))
        named = {name: param for name, param in module.named_parameters() if name not in self.parameters_to_ignore}
        _check_network(named)
        self.device_ids, self.output_device = _check_devices(named, device_ids, output_device)
        self.dim, self.module, self.device = dim, module, next(iter(named.values())).device
        self.forward_sync_buffers, sync_at_first = _about_buffers(broadcast_buffers, forward_sync_buffers)
        if check_reduction:
            warnings.warn("The `check_reduction` argument in `DistributedDataParallel` module is deprecated. Please avoid using it.",
                          FutureWarning, stacklevel=2)
        self.find_unused_parameters, self.gradient_as_bucket_view = find_unused_parameters, gradient_as_bucket_view
        self.static_graph = static_graph
        self.require_backward_grad_sync = self.require_forward_param_sync = True
        self._trained = {name: param for name, param in named.items() if param.requires_grad}
        self.bucket_bytes_cap, self._first_cap = _bytes(bucket_cap_mb)
        if init_sync:
            _check_same_shapes(self._trained, self.process_group)
            self._take_over([*named.values(), *(self._buffers_to_sync() if sync_at_first else ())])
        self._watch()

    @property
    def broadcast_buffers(self):
        """Whether buffers are rank 0's again at the beginning of each forward pass: PyTorch's older name of `forward_sync_buffers`."""
        return self.forward_sync_buffers

    def forward(self, *inputs, **kwargs):
        """Return what the network returns for this rank's part of the batch. Raises RuntimeError where the last backward pass left
        out parameters, unless `find_unused_parameters`."""
        averaging = is_grad_enabled() and self.require_backward_grad_sync
        if averaging:
            self.reducer.check_finished()
        if self.will_sync_module_buffers():
            self._take_over(self._buffers_to_sync())
        if self.device_ids:
            inputs, kwargs = tree_map(self._on_device, inputs), tree_map(self._on_device, kwargs)
        output = self.module(*inputs, **kwargs)
        self.require_forward_param_sync = averaging
        if averaging:
            output = self._expect_gradients(output)
        return output

    def will_sync_module_buffers(self):
        """Return whether the next forward pass begins with rank 0's buffers."""
        return self.require_forward_param_sync and self.forward_sync_buffers and bool(self._buffers_to_sync())

    @contextlib.contextmanager
    def no_sync(self):
        """Within it gradients are only added up, in each rank by itself; the first pass after it averages them. For several small
        batches.

        The forward pass belongs inside, too. Raises nothing.

        >>> import workbook as torch
        >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
        >>> net = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(3, 1))
        >>> with net.no_sync():
        ...     net(torch.ones(2, 3)).sum().backward()
        >>> net(torch.ones(2, 3)).sum().backward()
        >>> net.module.bias.grad
        tensor([4.])
        >>> torch.distributed.destroy_process_group()

        Source: https://pytorch.org/docs/2.13/generated/torch.nn.parallel.DistributedDataParallel.html
        """
        earlier, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = earlier

    def join(self, divide_by_initial_world_size=True, enable=True, throw_on_early_termination=False):
        """Raise NotImplementedError: ranks with fewer batches than others are not waited for here."""
        raise NotImplementedError(explain("DistributedDataParallel.join is not there", "each rank has to have the same number of batches here",
                                          "DistributedSampler gives every rank equally many; stop a loop over a stream after the least of them"))

    def register_comm_hook(self, state, hook):
        """Raise NotImplementedError: gradients are averaged in one way here."""
        raise NotImplementedError(explain("DistributedDataParallel.register_comm_hook is not there", "all gradients are averaged in one way here",
                                          "change them after backward(), in param.grad"))

    def __getstate__(self):
        if self.process_group is not default_group():
            raise RuntimeError(explain("DDP Pickling/Unpickling are only supported when using DDP with the default process group.",
                                       "a copy finds its ranks by itself, in the world of all", "save net.module.state_dict()"))
        return {name: value for name, value in self.__dict__.items() if name not in ("process_group", "reducer", "_trained")}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.process_group = default_group()
        self._trained = {name: param for name, param in self.module.named_parameters()
                         if param.requires_grad and name not in self.parameters_to_ignore}
        self._watch()

    def _watch(self):
        """Have the gradients of all parameters averaged when they arrive."""
        names = list(self._trained)
        self.reducer = Reducer(list(self._trained.values()), names, self.process_group, self.bucket_bytes_cap, self._first_cap,
                               self.find_unused_parameters or self.static_graph, self.gradient_as_bucket_view)

    def _expect_gradients(self, output):
        """Tell the reducer which gradients will come."""
        if not self.reducer.find_unused:
            self.reducer.expect()
            return output
        leaves, structure = flatten(output)
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor) and leaf.requires_grad]
        reached = _leaves_behind(tensors)
        self.reducer.expect({number for number, param in enumerate(self._trained.values()) if id(param) in reached})
        recorded = [leaf for leaf in tensors if leaf.grad_fn is not None]
        passed = iter(_DDPSink.apply(*recorded)) if recorded else iter(())
        known = {id(leaf) for leaf in recorded}
        return unflatten([next(passed) if id(leaf) in known else leaf for leaf in leaves], structure)

    def _buffers_to_sync(self):
        return [buffer for name, buffer in self.module.named_buffers() if name not in self.parameters_to_ignore]

    def _take_over(self, tensors):
        """Make Tensors what they are in rank 0; those of one dtype travel as one."""
        kinds = {}
        for tensor in tensors:
            kinds.setdefault((tensor._array.dtype, tensor._device), []).append(tensor)
        for (dtype, _), some in kinds.items():
            flat = some[0].new_empty(sum(tensor.numel() for tensor in some)) if self.process_group.size() > 1 else None
            if flat is None:
                continue
            device = some[0]._device
            with device.entered():
                device.xp.concatenate([tensor._array.reshape(-1) for tensor in some], out=flat._array)
            broadcast(flat, group=self.process_group, group_src=0)
            begin = 0
            with device.entered():
                for tensor in some:  # not counted as writes: what a backward pass has saved is what rank 0 has saved
                    tensor._array[...] = flat._array[begin:begin + tensor.numel()].reshape(tensor._array.shape)
                    begin += tensor.numel()

    def _on_device(self, leaf):
        return leaf.to(f"{self.device.type}:{self.device_ids[0]}") if isinstance(leaf, Tensor) else leaf


class _DDPSink(Function):
    """Hands outputs on as they are. An output that the loss does not use then still lets the parameters behind it know: with no gradient."""

    @staticmethod
    def forward(ctx, *outputs):
        ctx.set_materialize_grads(False)
        return tuple([output.clone() for output in outputs])

    @staticmethod
    def backward(ctx, *grads):
        return grads


def _leaves_behind(tensors):
    """Return the ids of the leaves that Tensors were computed from."""
    found = {id(tensor) for tensor in tensors if tensor.grad_fn is None}
    seen, waiting = set(), [tensor.grad_fn for tensor in tensors if tensor.grad_fn is not None]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.add(id(node.variable))
        waiting += [edge[0] for edge in node.edges if edge is not None]
    return found


# What is refused --------------------------------------------------------------------------------------------------------


def _check_network(named):
    if not any(param.requires_grad for param in named.values()):
        raise RuntimeError(explain("DistributedDataParallel is not needed when a module doesn't have any parameter that requires a "
                                   "gradient.", "there are no gradients to average", "use the network as it is"))
    if any(isinstance(param, UninitializedParameter) for param in named.values()):
        raise RuntimeError(explain("Modules with uninitialized parameters can't be used with `DistributedDataParallel`. Run a "
                                   "dummy forward pass to "
                                   "correctly initialize the modules", "lazy layers do not know their shapes yet",
                                   "call net(a_batch) once before"))


def _check_devices(named, device_ids, output_device):
    """Return the numbers of the device and of the output's, or None twice where the network's place decides."""
    devices = {param.device for param in named.values()}
    if device_ids is not None and len(device_ids) > 1:
        raise ValueError(explain("device_ids can only be None or contain a single element.", "each rank computes on one device",
                                 "device_ids=[local_rank]"))
    if len({device.type for device in devices}) != 1:
        raise ValueError(explain("DistributedDataParallel's input module must be on the same type of devices, but input module "
                                 "parameters locate in "
                                 f"{ {device.type for device in devices} }.", "gradients travel from one kind of device",
                                 "net.to('cpu'), or net.to('cuda')"))
    if not device_ids or len(devices) > 1 or next(iter(devices)).type == "cpu":
        if device_ids or output_device:
            raise ValueError(explain("DistributedDataParallel device_ids and output_device arguments only work with "
                                     "single-device/multiple-device GPU "
                                     f"modules or CPU modules, but got device_ids {device_ids}, output_device {output_device}, and "
                                     "module "
                                     f"parameters {devices}.", "the network's parameters are where they are",
                                     "leave device_ids out on the CPU"))
        return None, None
    index = next(iter(devices)).index if not isinstance(device_ids[0], int) else device_ids[0]
    return [index], index if output_device is None else output_device


def _about_buffers(broadcast_buffers, forward_sync_buffers):
    """Return whether buffers are rank 0's in every pass, and whether they are at the beginning."""
    if broadcast_buffers is not None and forward_sync_buffers is not None:
        warnings.warn("Both `broadcast_buffers` and `forward_sync_buffers` were specified. `broadcast_buffers` is deprecated and "
                      "its value is ignored "
                      "when `forward_sync_buffers` is provided.", FutureWarning, stacklevel=3)
    elif broadcast_buffers is not None:
        warnings.warn(
            "`broadcast_buffers` is deprecated. Use `forward_sync_buffers` instead. IMPORTANT: unlike `broadcast_buffers=False`, "
            "`forward_sync_buffers=False` still syncs buffers at init. If you rely on buffers NOT being synced at init (e.g. "
            "rank-local buffers), "
            "keep using `broadcast_buffers=False` until `init_sync_buffers` is available.", FutureWarning, stacklevel=3)
    if forward_sync_buffers is not None:
        return forward_sync_buffers, True
    wanted = broadcast_buffers is None or broadcast_buffers
    return wanted, wanted


def _bytes(bucket_cap_mb):
    """Return the most bytes of a bucket, and of the first."""
    if bucket_cap_mb is None:
        return 25 * MEGABYTE, FIRST_BYTES
    if isinstance(bucket_cap_mb, bool) or not isinstance(bucket_cap_mb, int | float):
        raise TypeError(explain(f"bucket_cap_mb is a number of megabytes, and not {bucket_cap_mb!r}",
                                "gradients travel in buckets of that size", "write 25"))
    return (int(bucket_cap_mb * MEGABYTE),) * 2


def _check_same_shapes(named, group):
    """Raise where this rank's network has other parameters than rank 0's."""
    every = [None] * group.size()
    mine = [(name, tuple(param.shape), str(param.dtype)) for name, param in named.items()]
    all_gather_object(every, mine, group)
    first = every[0]
    for rank, theirs in enumerate(every):
        if len(theirs) != len(first):
            raise RuntimeError(explain(f"DDP expects same model across all ranks, but Rank {rank} has {len(theirs)} params, while "
                                       "rank 0 has "
                                       f"inconsistent {len(first)} params.", "every rank builds the same network",
                                       "look for an `if rank == ...` around a layer"))
        for number, (one, other) in enumerate(zip(theirs, first)):
            if one[1:] != other[1:]:
                raise RuntimeError(explain(
                    f"[{rank}]: params[{number}] in this process with sizes {list(one[1])} appears not to match sizes of the same "
                    "param in process 0.",
                    f"{one[0]} is {list(one[1])} of {one[2]} in rank {rank} and {list(other[1])} of {other[2]} in rank 0",
                    "build the same network in every rank"))
