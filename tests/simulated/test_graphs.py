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


def test_a_rule_that_counts_its_steps_cannot_be_captured(gpu):
    net = network()
    optimizer, x, y = torch.optim.Adam(net.parameters()), torch.randn(5, 1, 8, 8).cuda(), torch.tensor([0, 1, 2, 3, 0]).cuda()
    step_of(net, optimizer, x, y)
    with pytest.raises(RuntimeError, match="Attempting CUDA graph capture of step\\(\\) for an instance of Adam"):
        with torch.cuda.graph(torch.cuda.CUDAGraph()):
            step_of(net, optimizer, x, y)


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
