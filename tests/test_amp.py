"""`torch.amp` switched off: programs that ask for it so run with torch's values; switched on it is refused."""

import pytest
import torch as original

import workbook as torch


def trained(library, device):
    """Return a weight after two steps of a program with the usual lines of mixed precision, switched off."""
    library.manual_seed(0)
    net = library.nn.Linear(3, 1)
    optimizer, scaler = library.optim.SGD(net.parameters(), lr=0.1), library.amp.GradScaler(device, enabled=False)
    for _ in range(2):
        optimizer.zero_grad()
        with library.autocast(device_type=device, dtype=library.float16, enabled=False):
            loss = net(library.ones(2, 3)).pow(2).mean()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
    assert scaler.state_dict() == {} and scaler.get_scale() == 1.0 and not scaler.is_enabled()
    return net.weight.tolist()


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_program_with_mixed_precision_off_runs_as_in_torch(device):
    assert original.allclose(original.tensor(trained(torch, device)), original.tensor(trained(original, device)), rtol=1e-6)


def test_a_decorator_leaves_the_function_as_it_is():
    @torch.amp.autocast("cpu", enabled=False)
    def twice(x):
        return 2 * x

    assert twice(torch.ones(2)).tolist() == [2, 2] and twice.__name__ == "twice"


@pytest.mark.skipif(original.cuda.is_available(), reason="it shows what torch says without a GPU")
@pytest.mark.parametrize("library", [torch, original], ids=["workbook", "torch"])
@pytest.mark.cpu_only("it shows what is said without a GPU")
def test_without_a_gpu_it_warns_and_is_off(library):
    with pytest.warns(UserWarning, match="CUDA is not available.*Disabling autocast"):
        with library.autocast("cuda"):
            assert (library.ones(2, 2) @ library.ones(2, 2)).dtype == library.float32
    with pytest.warns(UserWarning, match="GradScaler is enabled, but CUDA is not available.  Disabling."):
        assert not library.amp.GradScaler("cuda").is_enabled()


def test_switched_on_it_is_refused_with_what_to_write():
    with torch.cuda.simulate(1):
        for make in (lambda: torch.autocast("cuda"), lambda: torch.autocast("cpu")):
            with pytest.raises(RuntimeError, match="(?s)is not there.*Fix: .*enabled=False"):
                make()


@pytest.mark.parametrize("library", [torch, original], ids=["workbook", "torch"])
def test_kinds_of_devices_that_are_none(library):
    with pytest.raises(RuntimeError, match="device type at start of device string: gpu"):
        library.autocast("gpu", enabled=False)
    library.autocast("cuda:0", enabled=False)  # this is one
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
        library.autocast(0, enabled=False)


@pytest.mark.parametrize("library", [torch, original], ids=["workbook", "torch"])
def test_the_older_names_in_torch_cuda(library):
    with pytest.warns(FutureWarning, match="deprecated"):
        scaler = library.cuda.amp.GradScaler(enabled=False)
    with pytest.warns(FutureWarning, match="deprecated"), library.cuda.amp.autocast(enabled=False):
        assert scaler.scale(3.0) == 3.0
