"""GradScaler in torch and here: the same scales, gradients, parameters, states and refusals, number for number."""

import copy
import pickle

import pytest
import torch as original

import workbook as torch

BOTH = [torch, original]


def start(library, **settings):
    library.manual_seed(0)
    net = library.nn.Sequential(library.nn.Linear(3, 4), library.nn.Tanh(), library.nn.Linear(4, 1))
    return net, library.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), library.amp.GradScaler("cpu", **settings)


def trained(library, factors, clip=None, **settings):
    """Return, a step of training, what can be seen of it: the loss times each of `factors`."""
    net, optimizer, scaler = start(library, **settings)
    net.double()  # what the libraries round in their own ways is then far smaller than what the scale does
    x, seen = library.linspace(-1, 1, 15, dtype=library.float64).reshape(5, 3), []
    for factor in factors:
        optimizer.zero_grad()
        loss = (net(x) ** 2).mean() * factor
        scaled = scaler.scale(loss)
        scaled.backward()
        if clip is not None:
            scaler.unscale_(optimizer)
            seen.append(float(library.nn.utils.clip_grad_norm_(net.parameters(), clip)))
        result = scaler.step(optimizer)
        seen += [scaled.item(), result, scaler.get_scale()]
        scaler.update()
        seen += [p.grad.flatten().tolist() for p in net.parameters()] + [p.flatten().tolist() for p in net.parameters()]
        seen += list(scaler.state_dict().items())
    return seen


def alike(a, b):
    """Whether two trees of numbers are the same, NaN included, but for the last bits of double precision."""
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(alike, a, b))
    return a == b or isinstance(a, float) and (a != a and b != b or abs(a - b) <= 1e-10 * abs(b) + 1e-14)


INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize("settings", [{}, {"init_scale": 3.0, "growth_interval": 2}, {"init_scale": 2.0**127, "growth_interval": 1}, {"growth_factor": 1.7, "backoff_factor": 0.3, "growth_interval": 1},
                                      {"init_scale": 7}, {"init_scale": 1e-30, "backoff_factor": 1e-20}, {"growth_interval": 0}], ids=str)
@pytest.mark.parametrize("factors", [[1.0] * 5, [1.0, INF, 1.0, 1.0, 1.0], [NAN, INF, 1.0, -1.0], [1e308, 1e-3, 1.0]], ids=str)
@pytest.mark.parametrize("clip", [None, 0.1])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_training_is_the_same(settings, factors, clip):
    mine, expected = (trained(library, factors, clip, **settings) for library in BOTH)
    assert alike(mine, expected)


def test_the_scale_is_the_same_to_the_last_bit():
    scales = []
    for library in BOTH:
        w, scaler = library.ones(1, requires_grad=True), library.amp.GradScaler("cpu", init_scale=3.3, growth_factor=1.1, backoff_factor=0.7, growth_interval=3)
        optimizer = library.optim.SGD([w], lr=0.0)
        scales.append([])
        for step in range(60):
            w.grad = None
            scaler.scale(w.sum() * (INF if step % 7 == 6 else 1.0)).backward()
            scaler.step(optimizer), scaler.update()
            scales[-1].append((scaler.get_scale(), scaler.state_dict()["_growth_tracker"], None if w.grad is None else w.grad.tolist()))
    assert scales[0] == scales[1]


@pytest.mark.parametrize("library", BOTH, ids=["workbook", "torch"])
def test_two_optimizers_share_a_scale(library):
    a, b = (library.ones(2, requires_grad=True) for _ in range(2))
    first, second = library.optim.SGD([a], lr=1.0), library.optim.SGD([b], lr=1.0)
    scaler = library.amp.GradScaler("cpu", init_scale=8.0)
    losses = scaler.scale([a.sum(), (b * INF).sum()])
    assert isinstance(losses, list) and losses[0].item() == 16
    for loss in losses:
        loss.backward()
    scaler.step(first), scaler.step(second), scaler.update()
    assert a.tolist() == [0, 0] and b.tolist() == [1, 1] and scaler.get_scale() == 4


@pytest.mark.parametrize("library", BOTH, ids=["workbook", "torch"])
def test_several_losses_come_back_as_they_were(library):
    scaler, one = library.amp.GradScaler("cpu", init_scale=2.0), library.ones(())
    assert [type(scaler.scale(many)).__name__ for many in ([one], (one, [one]), iter([one]), {"a": one}.values())] == ["list", "tuple", "map", "map"]
    assert [part.item() for part in scaler.scale(iter([one, one * 3]))] == [2, 6]
    half = scaler.scale(library.full((1,), 60000.0, dtype=library.float16))
    assert half.dtype == library.float16 and half.tolist() == [INF]


@pytest.mark.parametrize("library", BOTH, ids=["workbook", "torch"])
def test_gradients_of_several_dtypes_and_none(library):
    w = [library.ones(2, dtype=kind, requires_grad=True) for kind in (library.float32, library.float64, library.float32)]
    optimizer, scaler = library.optim.SGD(w, lr=1.0), library.amp.GradScaler("cpu", init_scale=3.0)
    scaler.scale((w[0] * 0.1).sum()).backward()
    scaler.scale((w[1] * 0.1).sum()).backward()
    scaler.unscale_(optimizer)
    assert [p.grad.dtype for p in w[:2]] == [library.float32, library.float64] and w[2].grad is None
    third = float(library.tensor(1.0) / 3)  # the scale is float32, and so is what stands for its inverse
    assert w[1].grad.tolist() == [0.1 * 3.0 * third] * 2


@pytest.mark.parametrize("library", BOTH, ids=["workbook", "torch"])
def test_a_state_is_taken_up(library):
    net, optimizer, scaler = start(library, init_scale=4.0, growth_interval=3)
    for _ in range(2):
        scaler.scale(net(library.ones(1, 3)).sum()).backward()
        scaler.step(optimizer), scaler.update()
    state = scaler.state_dict()
    assert state == {"scale": 4.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 3, "_growth_tracker": 2}
    fresh = library.amp.GradScaler("cpu")
    fresh.load_state_dict(state)
    assert fresh.state_dict() == state
    twins = [fresh, pickle.loads(pickle.dumps(scaler)), copy.deepcopy(scaler)]
    for twin in [*twins, scaler]:
        twin.scale(net(library.ones(1, 3)).sum()).backward()
        twin.step(optimizer), twin.update()
        assert twin.get_scale() == 8.0 and twin.state_dict()["_growth_tracker"] == 0
    scaler.load_state_dict(state)
    assert scaler.get_scale() == 4.0
    scaler.set_growth_factor(3.0), scaler.set_backoff_factor(0.1), scaler.set_growth_interval(9)
    assert (scaler.get_growth_factor(), scaler.get_backoff_factor(), scaler.get_growth_interval()) == (3.0, 0.1, 9)
    off = library.amp.GradScaler("cpu", enabled=False)
    off.load_state_dict(state)
    assert off.state_dict() == {} and off.get_scale() == 1.0


@pytest.mark.parametrize("library", BOTH, ids=["workbook", "torch"])
def test_a_scale_is_set(library):
    scaler = library.amp.GradScaler("cpu")
    scaler.scale(library.ones(()))
    scaler.update(5.0)
    assert scaler.get_scale() == 5.0
    new = library.tensor([6.0])
    scaler.update(new.reshape(()))
    new += 1
    assert scaler.get_scale() == 6.0 and scaler.state_dict()["_growth_tracker"] == 0


class Library:
    """What a case needs: a net whose loss was scaled, and its gradients."""

    def __init__(self, library):
        self.torch = library
        self.net, self.optimizer, self.scaler = start(library)
        self.scaler.scale(self.net(library.ones(1, 3)).sum()).backward()

    def fresh(self):
        return self.torch.amp.GradScaler("cpu")

    def half(self):
        w = self.torch.ones(1, dtype=self.torch.float16, requires_grad=True)
        self.scaler.scale(w.sum()).backward()
        self.scaler.step(self.torch.optim.SGD([w], lr=1.0))

    def other(self):
        return self.torch.optim.SGD([self.torch.ones(1, requires_grad=True)], lr=1.0)

    def twice(self, *steps):
        for name in steps:
            getattr(self.scaler, name)(self.optimizer)


REFUSED = {
    "growth": lambda at: at.torch.amp.GradScaler("cpu", growth_factor=1.0), "backoff": lambda at: at.torch.amp.GradScaler("cpu", backoff_factor=1.0),
    "unscaled twice": lambda at: at.twice("unscale_", "unscale_"), "unscaled after the step": lambda at: at.twice("step", "unscale_"), "stepped twice": lambda at: at.twice("step", "step"),
    "no loss: unscale_": lambda at: at.fresh().unscale_(at.optimizer), "no loss: step": lambda at: at.fresh().step(at.optimizer), "no loss: update": lambda at: at.fresh().update(),
    "no step": lambda at: at.scaler.update(), "no gradients": lambda at: at.scaler.step(at.other()), "half": Library.half,
    "a closure": lambda at: at.scaler.step(at.optimizer, closure=lambda: 1.0), "a number": lambda at: at.scaler.scale(3.0), "nothing": lambda at: at.scaler.scale(None),
    "numbers": lambda at: at.scaler.scale([at.torch.ones(()), 3.0]), "an empty state": lambda at: at.scaler.load_state_dict({}), "a state without scale": lambda at: at.scaler.load_state_dict({"a": 1}),
    "several scales": lambda at: at.scaler.update(at.torch.ones(2)), "a scale with a slope": lambda at: at.scaler.update(at.torch.ones(1, requires_grad=True)),
    "pickled inside": lambda at: (at.scaler.step(at.optimizer), pickle.dumps(at.scaler)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_the_same(case):
    said = []
    for library in BOTH:
        with pytest.raises(Exception) as caught:
            REFUSED[case](Library(library))
        said.append((type(caught.value), str(caught.value).partition("\n")[0]))
    assert said[0] == said[1]


def test_words_and_numbers_are_no_scales():
    at = Library(torch)
    for scale in (3, "3.0", None):
        with pytest.raises(AssertionError, match="new_scale should be|No inf checks"):
            at.scaler.update(scale)
    with pytest.raises(ValueError, match="iterable of Tensors"):
        at.scaler.scale("loss")


def test_on_a_gpu_a_step_waits_once(gpu):
    w, there = torch.ones(2, requires_grad=True, device=gpu), torch.ones(2, requires_grad=True, device="cuda:0")
    optimizer, scaler = torch.optim.SGD([w], lr=1.0), torch.amp.GradScaler(init_scale=4.0, growth_interval=2)
    for factor, left, scale in ((0.5, 0.5, 4.0), (INF, 0.5, 2.0), (0.25, 0.25, 2.0), (0.25, 0.0, 4.0)):
        w.grad = None
        scaler.scale((w * factor).sum()).backward()
        scaler.step(optimizer), scaler.update()
        assert w.tolist() == [left, left] and scaler.get_scale() == scale
    w.grad = None
    for loss in scaler.scale([(w * 2).sum(), there.sum()]):  # the scale goes where a loss lies
        loss.backward()
    assert w.grad.tolist() == [8, 8] and there.grad.tolist() == [4, 4] and str(there.grad.device) == "cuda:0"
    with torch.cuda.simulate(2) as gpus:
        w = torch.ones(2, requires_grad=True, device="cuda")
        optimizer, scaler = torch.optim.SGD([w], lr=1.0), torch.amp.GradScaler()
        loss = (w * w).sum()
        gpus.clear()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        assert gpus.waits() == 0
        scaler.step(optimizer), scaler.update()
        assert gpus.waits() == 1 and scaler.get_scale() == 2.0**16
