"""One network that computes a batch on several GPUs of one machine."""

import warnings
from itertools import chain

from workbook import cuda
from workbook.autograd.modes import thread
from workbook.cuda.places import number_of
from workbook.devices import device
from workbook.errors import explain, kind_of
from workbook.nn.module import Module
from workbook.nn.parallel.parallel_apply import parallel_apply
from workbook.nn.parallel.replicate import name_in, replicate
from workbook.nn.parallel.scatter_gather import gather, numbers_of, scatter_kwargs


class DataParallel(Module):
    """A network that splits each batch over several GPUs: every one computes its part with a copy of `module`.

    In each forward the inputs are split along `dim`, `module` is copied to every GPU of `device_ids` (all, where none are named), the
    copies compute at the same time, and their results come together on `output_device` (the first, where none is named). In backward
    the gradients of the copies are added up in the parameters of `module`, which lies on the first GPU. Where there is no GPU it calls
    `module` and does nothing else. Its state_dict names everything `module.` and then as `module` does.

    Raises RuntimeError where a parameter or buffer is not on the first GPU, and an error in a copy as the same error here, with the number
    of the copy. PyTorch recommends DistributedDataParallel instead, also on one machine: threads wait for each other.

    >>> import workbook as torch
    >>> class Net(torch.nn.Linear):
    ...     def forward(self, x):
    ...         y = super().forward(x)
    ...         shapes.append((x.size(), y.size()))
    ...         return y
    >>> with torch.cuda.simulate(2):
    ...     shapes = []
    ...     net = torch.nn.DataParallel(Net(5, 2).cuda())
    ...     y = net(torch.randn(30, 5).cuda())
    >>> shapes, y.size(), list(net.state_dict())
    ([(torch.Size([15, 5]), torch.Size([15, 2])), (torch.Size([15, 5]), torch.Size([15, 2]))], torch.Size([30, 2]), ['module.weight', 'module.bias'])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.DataParallel.html
    """

    torch_name = "torch.nn.parallel.data_parallel.DataParallel"

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        if not isinstance(module, Module):
            raise AttributeError(explain(f"'{kind_of(module)}' object has no attribute 'parameters'", "a module's parameters are copied to each GPU, and this is none",
                                         "give the network itself, an nn.Module"))
        self.module = module
        if not cuda.is_available():
            self.device_ids = []
            return
        self.dim = dim
        self.device_ids, self.output_device, self.src_device_obj = _devices(device_ids, output_device)
        _check_balance(self.device_ids)
        if len(self.device_ids) == 1:
            self.module.to(self.src_device_obj)

    def forward(self, *inputs, **kwargs):
        """Return what `module` returns for the whole batch, on the output device."""
        if not self.device_ids:
            return self.module(*inputs, **kwargs)
        check_home(self.module, self.src_device_obj)
        inputs, kwargs = self.scatter(inputs, kwargs, self.device_ids)
        if not inputs:  # a forward without arguments runs once
            inputs, kwargs = ((),), ({},)
        if len(self.device_ids) == 1:
            return self.module(*inputs[0], **kwargs[0])
        replicas = self.replicate(self.module, self.device_ids[:len(inputs)])
        outputs = self.parallel_apply(replicas, inputs, kwargs)
        return self.gather(outputs, self.output_device)

    # The four steps, each to be replaced in a subclass

    def scatter(self, inputs, kwargs, device_ids):
        """Split the arguments of forward over the GPUs: see `torch.nn.parallel.scatter`."""
        return scatter_kwargs(inputs, kwargs, device_ids, dim=self.dim)

    def replicate(self, module, device_ids):
        """Copy the network to the GPUs: see `torch.nn.parallel.replicate`."""
        return replicate(module, device_ids, not thread.state.grad_enabled)

    def parallel_apply(self, replicas, inputs, kwargs):
        """Run the copies at the same time: see `torch.nn.parallel.parallel_apply`."""
        return parallel_apply(replicas, inputs, kwargs, self.device_ids[:len(replicas)])

    def gather(self, outputs, output_device):
        """Put the results together: see `torch.nn.parallel.gather`."""
        return gather(outputs, output_device, dim=self.dim)


def data_parallel(module, inputs, device_ids=None, output_device=None, dim=0, module_kwargs=None):
    """Compute `module(*inputs, **module_kwargs)` on several GPUs, as DataParallel does, without a module around it.

    `inputs` is a tuple of arguments, or one. Raises RuntimeError where there is no GPU, or a parameter is not on the first one.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2):
    ...     net = torch.nn.Linear(5, 2).cuda()
    ...     torch.nn.parallel.data_parallel(net, torch.ones(30, 5)).shape
    torch.Size([30, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parallel.data_parallel.html
    """
    if not cuda.is_available():
        raise RuntimeError(explain("device type could not be determined", "there is no GPU here", "call the module itself, or let GPUs be simulated: torch.cuda.simulate(2)"))
    if not isinstance(inputs, tuple):
        inputs = () if inputs is None else (inputs,)
    numbers, output, home = _devices(device_ids, output_device)
    check_home(module, home)
    inputs, kwargs = scatter_kwargs(inputs, module_kwargs, numbers, dim)
    if not inputs:
        inputs, kwargs = ((),), ({},)
    if len(numbers) == 1:
        return module(*inputs[0], **kwargs[0])
    numbers = numbers[:len(inputs)]
    return gather(parallel_apply(replicate(module, numbers), inputs, kwargs, numbers), output, dim)


def _devices(device_ids, output_device):
    """Return the numbers of the GPUs, that of the output's (-1 for the CPU), and the device on which the network has to lie."""
    numbers = numbers_of(range(cuda.device_count()) if device_ids is None else device_ids, "DataParallel", "device_ids")
    if not numbers:
        raise RuntimeError(explain("no available devices were found", "device_ids is empty", "leave it out for all GPUs, or write device_ids=[0, 1]"))
    output = numbers[0] if output_device is None else -1 if output_device == -1 else number_of(output_device)
    return numbers, output, device("cuda", numbers[0])


def check_home(module, home):
    """Raise RuntimeError where a parameter or buffer of a network is not on the device that is its home."""
    for tensor in chain(module.parameters(), module.buffers()):
        if tensor._device is not home:
            raise RuntimeError(explain(
                f"module must have its parameters and buffers on device {home} (device_ids[0]) but found one of them on device: {tensor._device}",
                f"{name_in(module, tensor)} is on {tensor._device}, and the copies are made from {home}", f"move the network: net.to('{home}')"))


def _check_balance(numbers):
    """Warn where one GPU has much less memory, or much fewer cores, than another: all wait for the slowest."""
    properties = [cuda.get_device_properties(number) for number in numbers]
    for sizes in ([each.total_memory for each in properties], [each.multi_processor_count for each in properties]):
        if min(sizes) / max(sizes) < 0.75:
            least, most = (numbers[sizes.index(pick(sizes))] for pick in (min, max))
            warnings.warn(
                f"\n    There is an imbalance between your GPUs. You may want to exclude GPU {least} which\n    has less than 75% of the memory or "
                f"cores of GPU {most}. You can do so by setting\n    the device_ids argument to DataParallel, or by setting the "
                "CUDA_VISIBLE_DEVICES\n    environment variable.", stacklevel=3)
            return
