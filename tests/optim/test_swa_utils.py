"""Averaged models and their schedule against torch's."""

import inspect

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook

BOTH = (torch, workbook)


class Counting:
    """A network with a buffer, the same in both engines."""

    def __new__(cls, engine):
        class Net(engine.nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = engine.nn.Linear(3, 2)
                self.register_buffer("seen", engine.zeros(2))
                self.register_buffer("count", engine.tensor(0))

            def forward(self, x):
                return self.fc(x)

        return Net()


@given(st.sampled_from(["none", "swa", "ema", "multi swa", "multi ema"]), st.booleans(), st.integers(0, 100))
def test_averages(kind, use_buffers, seed):
    found = []
    for engine in BOTH:
        utils = engine.optim.swa_utils
        settings = {"none": {}, "swa": dict(avg_fn=utils.get_swa_avg_fn()), "ema": dict(avg_fn=utils.get_ema_avg_fn(0.9)),
                    "multi swa": dict(multi_avg_fn=utils.get_swa_multi_avg_fn()),
                    "multi ema": dict(multi_avg_fn=utils.get_ema_multi_avg_fn(0.9))}[kind]
        use = use_buffers and kind != "multi swa"
        net, rng = Counting(engine), np.random.default_rng(seed)
        average = utils.AveragedModel(net, use_buffers=use, **settings)
        for step in range(3):
            with engine.no_grad():
                for tensor in (*net.parameters(), net.seen):
                    tensor.copy_(engine.from_numpy(rng.standard_normal(tuple(tensor.shape)).astype(np.float32)))
                net.count += 4
            average.update_parameters(net)
        out = average(engine.ones(1, 3))
        found.append(({key: value.numpy() for key, value in average.state_dict().items()}, out.detach().numpy(), repr(average)))
    assert list(found[0][0]) == list(found[1][0]) and found[0][2].replace("Counting.__new__.<locals>.", "") == found[1][2]
    for key, value in found[0][0].items():
        assert found[1][0][key].dtype == value.dtype
        np.testing.assert_allclose(found[1][0][key], value, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-5, atol=1e-6)


@given(st.sampled_from(["cos", "linear"]), st.integers(0, 6), st.sampled_from([0.01, [0.01, 0.5]]))
@pytest.mark.filterwarnings("ignore")
def test_the_schedule(strategy, epochs, swa_lr):
    paths = []
    for engine in BOTH:
        optimizer = engine.optim.SGD([{"params": [engine.ones(1)]}, {"params": [engine.ones(1)], "lr": 0.3}], lr=0.1)
        schedule, path = engine.optim.swa_utils.SWALR(optimizer, swa_lr, epochs, strategy), []
        for _ in range(9):
            schedule.step()
            path.append(schedule.get_last_lr())
        path.append(schedule.state_dict())
        paths.append(path)
    assert paths[1] == paths[0]


def test_refusals_and_signatures():
    for engine in BOTH:
        utils = engine.optim.swa_utils
        optimizer = engine.optim.SGD([engine.ones(1)], lr=0.1)
        for error, act in ((ValueError, lambda: utils.SWALR(optimizer, 0.1, anneal_strategy="no")),
                           (ValueError, lambda: utils.SWALR(optimizer, 0.1, anneal_epochs=-1)), (ValueError, lambda: utils.SWALR(optimizer, [1, 2])),
                           (ValueError, lambda: utils.get_ema_avg_fn(2)), (ValueError, lambda: utils.get_ema_multi_avg_fn(-1)),
                           (AssertionError, lambda: utils.AveragedModel(engine.nn.ReLU(), avg_fn=max, multi_avg_fn=max))):
            with pytest.raises(error):
                act()
    for name in torch.optim.swa_utils.__all__:
        theirs, mine = (inspect.signature(getattr(engine.optim.swa_utils, name)) for engine in BOTH)
        assert [(p.name, p.default) for p in mine.parameters.values()] == [(p.name, p.default) for p in theirs.parameters.values()]
