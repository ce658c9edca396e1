"""`torch.amp`: half precision where it is on, as in torch, and nothing where it is off. Scales are in test_grad_scaler_against_torch.py."""

import importlib
import threading

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


def test_bfloat16_is_refused_with_what_to_write():
    with torch.cuda.simulate(1):
        for make in (lambda: torch.autocast("cpu"), lambda: torch.autocast("cpu", torch.bfloat16), lambda: torch.autocast("cuda", dtype=torch.bfloat16)):
            with pytest.raises(RuntimeError, match="(?s)does not support bfloat16. Please switch dtype to float16.*dtype=torch.float16"):
                make()
        assert torch.autocast("cuda").fast_dtype is torch.float16


BOTH = pytest.mark.parametrize("library", [torch, original], ids=["workbook", "torch"])


def on(library, **settings):
    return library.autocast("cpu", dtype=library.float16, **settings)


@BOTH
def test_it_is_on_inside_and_as_it_was_after(library):
    a = library.ones(2, 2)
    seen = []

    def look():
        seen.append((str((a @ a).dtype), library.is_autocast_enabled("cpu"), library.is_autocast_enabled()))

    look()
    with on(library) as block:
        look()
        with on(library, enabled=False):
            look()
            with block:  # the same block once more
                look()
            look()
        look()
        thread = threading.Thread(target=look)
        thread.start(), thread.join()
    with pytest.raises(ZeroDivisionError), on(library):
        1 / 0
    look()
    on(library)(look)()
    assert [kind == "torch.float16" for kind, *_ in seen] == [False, True, False, True, False, True, False, False, True]
    assert all(enabled == (kind == "torch.float16") and not of_gpus for kind, enabled, of_gpus in seen)


@BOTH
def test_what_it_is_not_for_stays(library):
    with on(library):
        for kind in (library.float64, library.int64):
            a = library.ones(2, 2).to(kind)
            assert (a @ a).dtype == kind
        out = library.zeros(2, 2)
        library.mm(library.ones(2, 2), library.ones(2, 2), out=out)
        assert out.dtype == library.float32 == library.ones(2, 2).addmm_(library.ones(2, 2), library.ones(2, 2)).dtype
        tenth = library.full((2, 2), 0.1)
        assert library.zeros(2, 2).addmm_(tenth, library.eye(2)).tolist() == tenth.tolist()  # not rounded to half precision in between


@BOTH
def test_another_dtype_warns_and_is_off(library):
    with pytest.warns(UserWarning, match="In CPU autocast, but the target dtype is not supported. Disabling autocast.\nCPU Autocast only supports dtypes of torch.bfloat16, torch.float16"):
        with library.autocast("cpu", dtype=library.float64):
            assert (library.ones(2, 2) @ library.ones(2, 2)).dtype == library.float32
    with pytest.raises(TypeError, match=r"autocast\(\)\(func\) requires a callable, but got int"):
        on(library)(3)


def net_of(library):
    library.manual_seed(0)
    return library.nn.Sequential(library.nn.Conv2d(1, 4, 3), library.nn.BatchNorm2d(4), library.nn.ReLU(), library.nn.Flatten(), library.nn.Linear(64, 8), library.nn.LayerNorm(8), library.nn.GELU(),
                                 library.nn.Linear(8, 3))


def trained_in_half(library, device="cpu", steps=4):
    """Return losses, gradients and weights of training with both parts of torch.amp, and the dtypes that are seen."""
    net = net_of(library).to(device)
    optimizer, scaler = library.optim.SGD(net.parameters(), lr=0.05, momentum=0.9), library.amp.GradScaler(device, growth_interval=2)
    x, y = library.linspace(-1, 1, 216).reshape(6, 1, 6, 6).to(device), library.tensor([0, 1, 2, 0, 1, 2], device=device)
    numbers, kinds = [], set()
    for _ in range(steps):
        optimizer.zero_grad()
        with library.autocast(device, dtype=library.float16):
            logits = net(x)
            loss = library.nn.functional.cross_entropy(logits, y)
        kinds |= {str(logits.dtype), str(loss.dtype)} | {str(p.dtype) + str(p.grad is None) for p in net.parameters()}
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        numbers += [loss.item(), *(number for p in net.parameters() for number in p.grad.flatten().tolist()[:5])]
        kinds |= {"slope " + str(p.grad.dtype) for p in net.parameters()}
        scaler.step(optimizer), scaler.update()
    return numbers + [number for p in net.parameters() for number in p.detach().flatten().tolist()[:5]] + [scaler.get_scale()], kinds


def close(mine, expected, share, beside):
    """Whether numbers are alike, those that overflow at the same places."""
    return len(mine) == len(expected) and all(a == b or a != a and b != b or abs(a - b) <= share * abs(b) + beside for a, b in zip(mine, expected))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_training_in_half_precision_is_torchs():
    """The first scale is too large. Half precision rounds to 1 part in 2000, and each library adds up in its own order."""
    (mine, kinds), (expected, theirs) = trained_in_half(torch), trained_in_half(original)
    assert kinds == theirs and "torch.float16" in kinds and "slope torch.float32" in kinds
    assert close(mine, expected, 4e-3, 2e-3) and mine[-1] == expected[-1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_training_on_a_gpu_has_the_same_kinds(gpu):
    with torch.cuda.device(gpu):
        numbers, kinds = trained_in_half(torch, "cuda")
    expected, of_the_cpu = trained_in_half(torch)
    assert kinds == of_the_cpu and close(numbers, expected, 1e-2, 5e-3)


SLOPES = {"mm": lambda t, a, b: a @ b, "vector": lambda t, a, b: a @ b[:, 0], "linear": lambda t, a, b: t.nn.functional.linear(a, b), "softmax": lambda t, a, b: (a @ b).softmax(1),
          "conv": lambda t, a, b: t.nn.functional.conv2d(a[None, None], b[None, None, :2, :2]), "prelu": lambda t, a, b: t.nn.functional.prelu(a, b[0, :1]),
          "attention": lambda t, a, b: t.nn.functional.scaled_dot_product_attention(a[None], b[None], b[None]), "mse": lambda t, a, b: t.nn.functional.mse_loss(a.half(), b),
          "l1": lambda t, a, b: t.nn.functional.l1_loss(a.half(), b), "cdist": lambda t, a, b: t.cdist(a.half(), b), "einsum": lambda t, a, b: t.einsum("ij,kj->ik", a, b), "prod": lambda t, a, b: (a @ b).prod(1)}


@pytest.mark.parametrize("name", SLOPES)
def test_values_and_gradients_are_torchs(name):
    found = []
    for library in (torch, original):
        a, b = ((library.arange(16.0).reshape(4, 4) * step).sin().requires_grad_() for step in (0.7, 1.3))
        with on(library):
            y = SLOPES[name](library, a, b)
        y.float().cos().sum().backward()
        found.append((str(y.dtype), y.flatten().tolist(), str(a.grad.dtype), a.grad.flatten().tolist(), b.grad.flatten().tolist()))
    for mine, expected in zip(*found):
        assert mine == expected if isinstance(mine, str) else all(abs(p - q) <= 3e-3 * abs(q) + 3e-3 for p, q in zip(mine, expected, strict=True))


@BOTH
@pytest.mark.parametrize("use_reentrant", [True, False])
def test_a_part_that_is_computed_again_chooses_the_same(library, use_reentrant):
    w, x = library.full((2, 2), 0.1, requires_grad=True), library.ones(2, 2, requires_grad=True)
    seen = []

    def part(x):
        seen.append(str((x @ w).dtype))
        return (x @ w).exp()

    with on(library):
        y = importlib.import_module(f"{'workbook' if library is torch else 'torch'}.utils.checkpoint").checkpoint(part, x, use_reentrant=use_reentrant)
    y.sum().backward()
    assert seen == ["torch.float16"] * 2


@BOTH
@pytest.mark.parametrize("cast", [None, "float32"])
def test_functions_of_ones_own(library, cast):
    seen = []

    class Product(library.autograd.Function):
        @staticmethod
        @library.amp.custom_fwd(device_type="cpu", cast_inputs=None if cast is None else library.float32)
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            out = a.mm(b)
            seen.append((str(a.dtype), str(out.dtype)))
            return out

        @staticmethod
        @library.amp.custom_bwd(device_type="cpu")
        def backward(ctx, grad):
            a, b = ctx.saved_tensors
            seen.append((str(grad.dtype), str(grad.mm(b.t()).dtype)))
            return grad.mm(b.t()).to(a.dtype), a.t().mm(grad.to(a.dtype)).to(b.dtype)

    for enabled in (True, False):
        a, b = (library.ones(2, 2, requires_grad=True) for _ in range(2))
        with on(library, enabled=enabled):
            out = Product.apply(a.half() if cast and enabled else a, b)
        out.sum().backward()
        assert a.grad.tolist() == [[2, 2], [2, 2]]
    single, half = "torch.float32", "torch.float16"
    assert seen == ([(single, half), (half, half)] if cast is None else [(single, single)] * 2) + [(single, single)] * 2


@pytest.mark.filterwarnings("ignore:.*custom_.wd.*is deprecated")
def test_on_a_gpu_it_follows_pytorchs_list():
    """Some of each of PyTorch's lists; the kinds of Tensors of the CPU are their own."""
    with torch.cuda.simulate(2):
        F = torch.nn.functional
        half, single, mixed = (lambda *size: torch.rand(*size, device="cuda").half()), (lambda *size: torch.rand(*size, device="cuda")), torch.float32
        with torch.autocast("cuda"):
            lowered = [single(2, 2) @ single(2, 2), torch.mv(single(2, 2), single(2)), torch.addmv(single(2), single(2, 2), single(2)), F.conv1d(single(1, 1, 4), single(1, 1, 2)),
                       torch.nn.LSTM(2, 3).cuda()(single(4, 1, 2))[0], torch.nn.GRU(2, 3).cuda()(single(4, 1, 2))[0], torch.nn.GRUCell(2, 3).cuda()(single(1, 2)), torch.linalg.vecdot(single(2), single(2)),
                       F.scaled_dot_product_attention(*(single(1, 2, 2) for _ in range(3)))]
            raised = [half(2).exp(), half(2).softmax(0), half(2).sum(), half(2) ** 2, half(2).norm(), F.layer_norm(half(2, 2), (2,)), F.cosine_similarity(half(2, 2), half(2, 2)), half(2, 2).logsumexp(0),
                      F.softplus(half(2)), F.mse_loss(half(2), half(2)), F.l1_loss(half(2), half(2)), half(2).cumsum(0), F.interpolate(half(1, 1, 2, 2), scale_factor=2)]
            widest = [torch.dot(half(2), single(2)), torch.tensordot(half(2, 2), single(2, 2), 1), torch.cat([half(2), single(2)]), torch.linalg.cross(half(3), single(3)),
                      torch.scatter_add(half(2), 0, torch.tensor([0], device="cuda"), single(1))]
            kept = [half(2).tanh(), half(2).mean(), F.gelu(half(2)), torch.dot(half(2), half(2)), F.batch_norm(half(2, 2), None, None, training=True)]
            with pytest.raises(RuntimeError, match="unsafe to autocast(.|\n)*BCEWithLogitsLoss"):
                F.binary_cross_entropy(half(2), half(2))
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.float32  # on the CPU it is off
            with on(torch):
                assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is (single(2, 2) @ single(2, 2)).dtype is torch.float16
            parts = torch.nn.DataParallel(torch.nn.Linear(2, 2).cuda())(single(4, 2))
            ctx = type("Context", (), {})()
            torch.cuda.amp.custom_fwd(lambda ctx, x: kept.append(x), cast_inputs=torch.float16)(ctx, single(2))
            torch.cuda.amp.custom_bwd(lambda ctx, x: kept.append(x.half()))(ctx, single(2))
        assert {x.dtype for x in lowered + kept + [parts]} == {torch.float16} and {x.dtype for x in raised + widest} == {mixed}


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
