"""Parts of a network that are captured, forward and backward, train as the parts themselves do."""

import copy
from collections import namedtuple

import pytest

import workbook as torch
from workbook import nn

graphed = torch.cuda.make_graphed_callables


def network(gpu):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to(gpu)


def trained(net, batches, gpu, together=lambda net, x: net(x)):
    """Return what a few steps of training give: losses, slopes of the batches, parameters."""
    optimizer, found = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), []
    for batch in batches:
        x = batch.to(gpu).requires_grad_()
        loss = (together(net, x) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found += [loss.detach().cpu(), x.grad.cpu()]
    return found + [parameter.detach().cpu() for parameter in net.parameters()]


def same(found, expected):
    return all(torch.allclose(a, b, rtol=0, atol=1e-6) for a, b in zip(found, expected, strict=True))


def test_a_captured_module_trains_as_the_module_does(gpu):
    net, batches = network(gpu), torch.randn(5, 6, 3)
    plain = copy.deepcopy(net)
    assert graphed(net, (torch.randn(6, 3, device=gpu, requires_grad=True),)) is net
    assert same(trained(net, batches, gpu), trained(plain, batches, gpu))


def test_the_work_of_a_call_is_a_replay(gpu):
    calls = []

    def twice(x):
        calls.append(x)
        return x * 2

    replayed = graphed(twice, (torch.ones(2, device=gpu),), num_warmup_iters=2)
    assert len(calls) == 3  # twice to warm up, once to be captured
    with torch.no_grad():
        assert [replayed(torch.full((2,), float(n), device=gpu)).tolist() for n in range(3)] == [[0, 0], [2, 2], [4, 4]] and len(calls) == 3


def test_several_parts_are_captured_together(gpu):
    batches = torch.randn(3, 6, 3)
    parts, plain = ([network(gpu), nn.Linear(2, 2).to(gpu)] for _ in range(2))
    plain[1].load_state_dict(parts[1].state_dict())
    head = nn.Linear(2, 2).to(gpu)
    plain_head = copy.deepcopy(head)
    captured = graphed((parts[0], head), ((torch.randn(6, 3, device=gpu, requires_grad=True),), (torch.randn(6, 2, device=gpu, requires_grad=True),)))
    assert captured == (parts[0], head)
    nets = [nn.ModuleList([parts[0], head]), nn.ModuleList([plain[0], plain_head])]
    assert same(*(trained(net, batches, gpu, lambda net, x: net[1](net[0](x))) for net in nets))


def test_in_the_other_mode_the_module_runs_as_before(gpu):
    net = nn.BatchNorm1d(3).to(gpu)
    graphed(net, (torch.randn(6, 3, device=gpu),))
    net.eval()
    x = torch.randn(9, 3, device=gpu)  # another size, too
    expected = (x - net.running_mean) / (net.running_var + net.eps).sqrt()
    assert torch.allclose(net(x), expected, atol=1e-6)


Both = namedtuple("Both", "low high")


@pytest.mark.parametrize("results", [lambda x: (x * 2, x > 0), lambda x: [x * 2], lambda x: Both(x - 1, x + 1), lambda x: x.detach() * 3],
                         ids=["a result without a slope", "a list of one", "named", "none requires a gradient"])
def test_results_come_as_the_function_gives_them(gpu, results):
    replayed = graphed(results, (torch.ones(2, device=gpu, requires_grad=True),))
    slopes = []
    for function in (replayed, results):
        x = torch.tensor([2.0, -3.0], device=gpu, requires_grad=True)
        found = function(x)
        slopes.append((type(found), [(part.tolist(), part.requires_grad) for part in (found if isinstance(found, (tuple, list)) else [found])]))
        wanted = [part for part in (found if isinstance(found, (tuple, list)) else [found]) if part.requires_grad]
        if wanted:
            sum(part.sum() for part in wanted).backward()
            slopes[-1] += (x.grad.tolist(),)
    assert slopes[0] == slopes[1]


def test_an_input_that_is_not_used(gpu):
    def first(x, y):
        return x * 2

    args = tuple(torch.ones(2, device=gpu, requires_grad=True) for _ in range(2))
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        graphed(first, args)
    x, y = (torch.ones(2, device=gpu, requires_grad=True) for _ in range(2))
    graphed(first, args, allow_unused_input=True)(x, y).sum().backward()
    assert x.grad.tolist() == [2, 2] and y.grad is None


def with_hook():
    net = nn.Linear(2, 2).cuda()
    net.register_forward_hook(lambda *args: None)
    return net


def with_buffer():
    net = nn.Linear(2, 2).cuda()
    net.register_buffer("scale", torch.ones(1, device="cuda", requires_grad=True))
    return net


REFUSED = {
    "a hook": (AssertionError, "must not have hooks", lambda x: graphed(with_hook(), (x,))),
    "a buffer with a slope": (AssertionError, "All buffers must have", lambda x: graphed(with_buffer(), (x,))),
    "a number": (AssertionError, "must contain only Tensors(.|\n)*there is int", lambda x: graphed(torch.sin, (3,))),
    "no tuple": (AssertionError, "must contain only Tensors(.|\n)*there is Tensor", lambda x: graphed(torch.sin, x)),
    "nothing": (AssertionError, "must contain only Tensors(.|\n)*there is nothing", lambda x: graphed(torch.sin, ())),
    "the cpu": (RuntimeError, "captures the work of a GPU", lambda x: graphed(torch.sin, (x.cpu(),))),
    "two and one": (ValueError, "got 2 callables and 1 sample_args", lambda x: graphed((torch.sin, torch.cos), ((x,),))),
    "a number as result": (TypeError, "return Tensors, not int", lambda x: graphed(lambda x: 3, (x,))),
    "a wait": (RuntimeError, "operation not permitted when stream is capturing", lambda x: graphed(lambda x: x * x.sum().item(), (x,))),
    "another shape": (RuntimeError, r"argument 0 is \[3\], torch.float32, and was captured as \[2\]", lambda x: graphed(torch.sin, (x,))(torch.ones(3, device="cuda"))),
    "another dtype": (RuntimeError, "torch.float64, and was captured", lambda x: graphed(torch.sin, (x,))(x.double())),
    "another count": (TypeError, "captured with 1 arguments, and 2 are given", lambda x: graphed(torch.sin, (x,))(x, x)),
    "no tensor": (RuntimeError, "argument 0 is list", lambda x: graphed(torch.sin, (x,))([1.0, 2.0])),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_captured_is_told(case):
    error, text, make = REFUSED[case]
    with torch.cuda.simulate(1):
        with pytest.raises(error, match=text):
            make(torch.ones(2, device="cuda"))
        assert not torch.cuda.is_current_stream_capturing() and torch.ones(1, device="cuda").item() == 1


def test_it_has_no_second_derivative(gpu):
    x, w = (torch.ones(2, device=gpu, requires_grad=True) for _ in range(2))
    y = graphed(torch.sin, (torch.ones(2, device=gpu, requires_grad=True),))(x)
    slope, = torch.autograd.grad((y * w).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        slope.sum().backward()
