"""A captured step of training is the step, as often as it is done again."""

import pytest

import workbook as torch
from workbook import nn


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 4), nn.LayerNorm(4)).cuda()


def step_of(net, optimizer, x, y):
    loss = nn.functional.cross_entropy(net(x), y)
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
    return loss


def test_replayed_steps_train_as_steps_do(gpu):
    torch.manual_seed(1)
    batches = [(torch.randn(5, 1, 8, 8), torch.randint(0, 4, (5,))) for _ in range(6)]
    plain, captured = network(), network()
    by = [torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9) for net in (plain, captured)]
    x, y = batches[0][0].cuda(), batches[0][1].cuda()
    for net, optimizer in zip((plain, captured), by):
        step_of(net, optimizer, x, y)
        step_of(net, optimizer, x, y)
    g = torch.cuda.CUDAGraph()
    before = [p.clone() for p in captured.parameters()]
    with torch.cuda.graph(g):
        loss = step_of(captured, by[1], x, y)
    if torch.cuda.get_device_name().startswith("Simulated"):  # which computes while it captures; a GPU does not
        step_of(plain, by[0], x, y)
    else:
        assert all(torch.equal(p, q) for p, q in zip(captured.parameters(), before))
    for a, b in batches[1:]:
        x.copy_(a.cuda()), y.copy_(b.cuda())
        g.replay()
        expected = step_of(plain, by[0], x, y)
        assert abs(loss.item() - expected.item()) < 1e-5
    assert all(torch.allclose(p, q, atol=1e-6) for p, q in zip(plain.parameters(), captured.parameters()))


# rules that count their steps on the GPU, and settings of theirs
CAPTURABLE = [("Adam", {}), ("Adam", {"amsgrad": True, "weight_decay": 0.1}), ("Adam", {"betas": (0.3, 0.9)}), ("AdamW", {}), ("RMSprop", {"momentum": 0.9}),
              ("Adadelta", {}), ("Rprop", {})]


@pytest.mark.parametrize(("name", "settings"), CAPTURABLE, ids=lambda part: part if isinstance(part, str) else "-".join(part))
@pytest.mark.filterwarnings("ignore:This instance was constructed with capturable=True")
def test_a_rule_that_counts_on_the_gpu_is_captured_whole(gpu, name, settings):
    """Replayed, not captured, and with the count on the host, which is the way of the CPU, it takes the same steps."""
    start, slopes = torch.randn(4, 3), torch.randn(7, 4, 3)
    by_hand, captured, on_host = (nn.Parameter(start.to(place)) for place in (gpu, gpu, "cpu"))
    by = [getattr(torch.optim, name)([p], lr=0.1, capturable=p is not on_host, **settings) for p in (by_hand, captured, on_host)]
    slope = captured.grad = torch.zeros(4, 3, device=gpu)
    for at, row in enumerate(slopes):
        slope.copy_(row.to(gpu))
        by_hand.grad, on_host.grad = slope.clone(), row.clone()
        if at < 2:
            by[1].step()
        elif at == 2:
            g = torch.cuda.CUDAGraph()
            with torch.cuda.device(gpu), torch.cuda.graph(g):
                by[1].step()
            if not torch.cuda.get_device_name().startswith("Simulated"):
                g.replay()
        else:
            g.replay()
        by[0].step(), by[2].step()
    assert torch.equal(captured, by_hand) and torch.allclose(by_hand.cpu(), on_host, rtol=0, atol=1e-5)
    counts = [optimizer.state[p]["step"] for optimizer, p in zip(by, (by_hand, captured, on_host))]
    assert [(count.device.type, count.item(), count.dtype) for count in counts] == [(place, 7.0, torch.float32) for place in ("cuda", "cuda", "cpu")]


@pytest.mark.filterwarnings("ignore:This instance was constructed with capturable=True")
def test_the_learning_rate_of_a_captured_step_is_changed_in_its_memory(gpu):
    p, lr = nn.Parameter(torch.ones(3, device=gpu)), torch.tensor(0.1, device=gpu)
    p.grad = torch.ones(3, device=gpu)
    optimizer, g = torch.optim.Adam([p], lr=lr, capturable=True), torch.cuda.CUDAGraph()
    optimizer.step()
    with torch.cuda.device(gpu), torch.cuda.graph(g):
        optimizer.step()
    g.replay()
    before = p.tolist()
    lr.fill_(0.0)
    g.replay()
    assert p.tolist() == before
    lr.fill_(0.5)
    g.replay()
    assert torch.allclose(p.cpu(), torch.tensor(before) - 0.5, atol=1e-5)


@pytest.mark.parametrize(("name", "settings", "phrase"), [
    ("Adam", {}, "an instance of Adam but param_groups' capturable is False.\n  Why"),
    ("RMSprop", {}, "an instance of RMSprop but param_groups' capturable is False.\n  Why"),
    ("NAdam", {"capturable": True}, "an instance of NAdam but its numbers are kept on the host\n  Why")])
@pytest.mark.filterwarnings("ignore:This instance was constructed with capturable=True")
def test_a_rule_that_counts_on_the_host_cannot_be_captured(gpu, name, settings, phrase):
    p = nn.Parameter(torch.ones(3, device=gpu))
    p.grad = torch.ones(3, device=gpu)
    optimizer = getattr(torch.optim, name)([p], **settings)
    optimizer.step()
    with pytest.raises(RuntimeError, match="Attempting CUDA graph capture of step\\(\\) for " + phrase):
        with torch.cuda.device(gpu), torch.cuda.graph(torch.cuda.CUDAGraph()):
            optimizer.step()


def test_capturable_without_capture_warns_once(gpu):
    p = nn.Parameter(torch.ones(3, device=gpu))
    p.grad = torch.ones(3, device=gpu)
    optimizer = torch.optim.Adam([p], capturable=True)
    with pytest.warns(UserWarning, match="step\\(\\) is running without CUDA graph capture") as told:
        optimizer.step(), optimizer.step()
    assert [warning.filename for warning in told] == [__file__]


@pytest.mark.filterwarnings("ignore:This instance was constructed with capturable=True")
def test_a_loaded_count_goes_where_the_rule_counts(gpu):
    p, q = (nn.Parameter(torch.ones(3, device=place)) for place in ("cpu", gpu))
    p.grad, q.grad = torch.ones(3), torch.ones(3, device=gpu)
    saved, plain, counting = torch.optim.Adam([p]), torch.optim.Adam([q]), torch.optim.Adam([q], capturable=True)
    saved.step()
    state = saved.state_dict()
    for optimizer in (plain, counting):
        optimizer.load_state_dict(state | {"param_groups": [group | {"capturable": optimizer is counting} for group in state["param_groups"]]})
    assert [optimizer.state[q]["step"].device.type for optimizer in (plain, counting)] == ["cpu", "cuda"]
    counting.step()
    assert counting.state[q]["step"].item() == 2 and saved.state[p]["step"].item() == 1


@pytest.mark.parametrize("wrong", [lambda x: x.sum().item(), lambda x: x.cpu(), lambda x: nn.functional.dropout(x), lambda x: x[x > 0],
                                   lambda x: x + torch.ones(3).cuda()])
def test_what_cannot_be_captured_is_refused(gpu, wrong):
    x, g = torch.ones(3, device="cuda"), torch.cuda.CUDAGraph()
    with pytest.raises(RuntimeError, match="operation not permitted when stream is capturing\n  Why"):
        with torch.cuda.graph(g):
            wrong(x)
    assert not torch.cuda.is_current_stream_capturing() and (x + 1).tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(RuntimeError, match="without a preceding successful capture"):
        g.replay()
