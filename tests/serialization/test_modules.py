"""Whole networks, classes that a student declares safe, and copies by pickle."""

import collections
import copy
import enum
import functools
import io
import pickle

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.serialization import CheckpointError
from workbook.utils.hooks import RemovableHandle


class Net(nn.Module):
    """Two layers on one weight, a buffer, a Parameter of its own, plain attributes, and itself among them."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3, bias=False)
        self.b.weight = self.a.weight
        self.norms = nn.ModuleList([nn.BatchNorm1d(3), nn.Dropout(0.5)])
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("seen", torch.zeros(()))
        self.note, self.me = {"made": [1, 2]}, [self]

    def forward(self, x):
        return self.b(self.norms[0](self.a(x))) * self.scale


class Point:
    __slots__ = ("x", "y")


class Kind(enum.Enum):
    ONE = 1


class Tagged(torch.Tensor):
    """A student's own kind of tensor."""


def back(value, **settings):
    buffer = io.BytesIO()
    torch.save(value, buffer)
    buffer.seek(0)
    return torch.load(buffer, **settings)


def test_a_whole_network_comes_back_where_one_trusts_the_file():
    net = Net()
    twin = back(net, weights_only=False)
    x = torch.randn(4, 3)
    assert torch.equal(twin.eval()(x), net.eval()(x)) and repr(twin) == repr(net)
    assert twin.b.weight is twin.a.weight and twin.me[0] is twin and twin.note == net.note
    assert list(twin.state_dict()) == list(net.state_dict()) and twin.state_dict()._metadata == net.state_dict()._metadata
    twin.train()(x).sum().backward()
    assert twin.scale.grad is not None


def test_by_default_it_is_refused_in_plain_words():
    with pytest.raises(CheckpointError) as told:
        back(Net())
    text = str(told.value)
    assert "Weights only load failed. Unsupported global: GLOBAL " in text and "Net was not an allowed global by default." in text
    assert "only for files from people you trust" in text and "save net.state_dict()" in text and "add_safe_globals([Net])" in text


def test_declared_classes_are_read_and_no_others():
    net = Net()
    del net.me
    buffer = io.BytesIO()
    torch.save(net, buffer)
    unsafe = torch.serialization.get_unsafe_globals_in_checkpoint(buffer)
    assert [path.rpartition(".")[2] for path in unsafe] == ["Net", "Linear", "ModuleList", "BatchNorm1d", "Dropout"]
    with torch.serialization.safe_globals([Net, nn.Linear, nn.ModuleList, nn.BatchNorm1d, nn.Dropout]):
        assert torch.serialization.get_unsafe_globals_in_checkpoint(buffer) == []
        buffer.seek(0)
        twin = torch.load(buffer)
        assert torch.equal(twin.eval()(torch.ones(2, 3)), net.eval()(torch.ones(2, 3)))
        with pytest.raises(CheckpointError, match="Kind was not an allowed global"):
            back([Kind.ONE])
    assert torch.serialization.get_safe_globals() == []
    with pytest.raises(CheckpointError):
        back(net)


@pytest.mark.parametrize("declared, error", [([5], TypeError), ([(Net,)], ValueError), ([(Net, 3)], TypeError)])
def test_what_has_no_name_cannot_be_declared(declared, error):
    with pytest.raises(error, match="Fix:"):
        torch.serialization.add_safe_globals(declared)
    assert torch.serialization.get_safe_globals() == []


def test_a_class_may_be_declared_under_the_name_that_files_have():
    buffer = io.BytesIO()
    torch.save(collections.deque([1, 2]), buffer)
    buffer.seek(0)
    with torch.serialization.safe_globals([(list, "collections.deque")]):
        assert torch.load(buffer) == [1, 2]


def point():
    made = Point()
    made.x, made.y = 1, [2]
    return made


class Held:
    def __init__(self, holder):
        self.holder = holder

    def __reduce__(self):
        return Held, (self.holder,)


def in_its_own_arguments():
    made = Held([])
    made.holder.append(made)
    return made


def with_itself():
    made = ([],)
    made[0].append(made)
    return made


OBJECTS = {"slots": (point, lambda found: (found.x, found.y) == (1, [2])), "an enum": (lambda: Kind.ONE, lambda found: found is Kind.ONE),
           "a default dict": (lambda: collections.defaultdict(list, a=[1]), lambda found: found["b"] == [] and found["a"] == [1]),
           "a partial": (lambda: functools.partial(int, base=2), lambda found: found("11") == 3), "a range": (lambda: range(3), lambda found: list(found) == [0, 1, 2]),
           "a frozenset": (lambda: frozenset({1}), lambda found: found == {1}), "a function": (lambda: point, lambda found: found is point),
           "a built-in function": (lambda: len, lambda found: found is len), "a class in a class": (lambda: Outer.Inner, lambda found: found is Outer.Inner),
           "a method": (lambda: "a,b".split, lambda found: found(",") == ["a", "b"]), "NumPy's": (lambda: [np.float64(2), np.arange(3)], lambda found: found[0] == 2 and found[1].tolist() == [0, 1, 2]),
           "an error": (lambda: ValueError("x"), lambda found: found.args == ("x",)), "type(None)": (lambda: type(None), lambda found: found is type(None)),
           "ellipsis": (lambda: ..., lambda found: found is ...), "a list in itself": (lambda: with_itself()[0], lambda found: found[0][0] is found),
           "a tuple in itself": (with_itself, lambda found: found[0][0] is found), "a generator of numbers": (lambda: torch.Generator(), lambda found: isinstance(found, torch.Generator)),
           "an object in its own arguments": (in_its_own_arguments, lambda found: found.holder[0] is found),
           "an optimizer": (lambda: torch.optim.Adam(nn.Linear(1, 1).parameters()), lambda found: found.param_groups[0]["lr"] == 0.001)}


class Outer:
    class Inner:
        pass


@pytest.mark.parametrize("what", OBJECTS)
def test_any_object_that_pickle_takes_comes_back(what):
    make, holds = OBJECTS[what]
    assert holds(back(make(), weights_only=False))


def test_a_students_own_kind_of_tensor():
    x = torch.ones(2)
    x.__class__ = Tagged
    x.tag = "mine"
    with pytest.raises(CheckpointError, match="Tagged was not an allowed global"):
        back(x)
    with torch.serialization.safe_globals([Tagged]):
        found = back(x)
    assert type(found) is Tagged and found.tag == "mine" and found.tolist() == [1, 1]


def test_a_class_that_is_gone_is_named():
    class Gone:
        pass

    Gone.__qualname__ = "Gone"
    globals()["Gone"] = Gone
    buffer = io.BytesIO()
    torch.save(Gone(), buffer)
    del globals()["Gone"]
    buffer.seek(0)
    with pytest.raises(AttributeError, match="Can't get attribute 'Gone'") as told:
        torch.load(buffer, weights_only=False)
    assert "define Gone in" in str(told.value)


def test_a_method_in_place_of_its_result_is_named():
    with pytest.raises(CheckpointError, match="GLOBAL getattr") as told:
        back(nn.Linear(1, 1).state_dict)
    assert "net.state_dict() with its parentheses" in str(told.value)


def test_hooks_stay_behind_with_a_word():
    x = torch.ones(2, requires_grad=True)
    x.register_hook(print)
    with pytest.warns(UserWarning, match="backward hook .* will not be serialized"):
        assert back([x])[0].requires_grad


def test_copies_and_pickles_of_tensors_and_networks_go_on():
    x = torch.arange(6.0).view(2, 3)
    for twin in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x), copy.copy(x)):
        assert torch.equal(twin, x)
    net = Net()
    for twin in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert torch.equal(twin.eval()(x), net.eval()(x))
    lazy = pickle.loads(pickle.dumps(nn.LazyLinear(2)))
    assert lazy(x).shape == (2, 2) and type(lazy) is nn.Linear
    kept = copy.deepcopy(nn.LazyLinear(2))
    assert kept(x).shape == (2, 2)


def test_a_handle_that_was_pickled_leaves_later_hooks_their_own_numbers():
    hooks = collections.OrderedDict()
    handle = RemovableHandle(hooks)
    twin = pickle.loads(pickle.dumps(handle))
    assert RemovableHandle(hooks).id > twin.id == handle.id


def test_map_location_of_every_kind():
    buffer = io.BytesIO()
    torch.save(torch.nn.Linear(1, 1, device="cpu").state_dict(), buffer)
    asked = []

    def note(storage, location):
        asked.append((storage.nbytes(), location))

    for where in (None, "cpu", torch.device("cpu"), {"cuda:0": "cpu"}, {"cpu": "cpu"}, note, lambda storage, location: storage, lambda storage, location: storage.cpu()):
        buffer.seek(0)
        assert torch.load(buffer, map_location=where)["weight"].device == torch.device("cpu")
    assert asked == [(4, "cpu"), (4, "cpu")]
    for where, error in (("cuda", RuntimeError), ({"cpu": "cuda:0"}, RuntimeError), ("gpu", RuntimeError), (0, TypeError), (lambda storage, location: "cpu", TypeError)):
        buffer.seek(0)
        if not torch.cuda.is_available() or error is TypeError or where == "gpu":
            with pytest.raises(error, match="Fix:"):
                torch.load(buffer, map_location=where)
    buffer.seek(0)
    with pytest.raises(ZeroDivisionError):  # a mistake of the function's own
        torch.load(buffer, map_location=lambda storage, location: 1 // 0)


@pytest.fixture
def elsewhere():
    """One simulated GPU; the function takes it away."""
    with torch.cuda.simulate(1):
        yield lambda: torch.cuda.simulate(0)


def test_tensors_go_back_to_the_device_that_they_were_saved_from_or_where_map_location_says(elsewhere):
    x = torch.arange(6.0).view(2, 3).to("cuda:0")
    turned = x.t()
    buffer = io.BytesIO()
    torch.save([x, turned, torch.ones(1, device="cpu")], buffer)

    def places(**settings):
        buffer.seek(0)
        found = torch.load(buffer, **settings)
        assert [part.tolist() for part in found] == [[[0, 1, 2], [3, 4, 5]], [[0, 3], [1, 4], [2, 5]], [1]]
        assert found[0].untyped_storage().data_ptr() == found[1].untyped_storage().data_ptr()
        return [str(part.device) for part in found]

    assert places() == ["cuda:0", "cuda:0", "cpu"]
    assert places(map_location="cpu") == places(map_location=torch.device("cpu")) == places(map_location={"cuda:0": "cpu"}) == ["cpu", "cpu", "cpu"]
    assert places(map_location="cuda:0") == places(map_location=lambda storage, location: storage.cuda()) == ["cuda:0", "cuda:0", "cuda:0"]
    assert places(map_location=lambda storage, location: storage if location == "cuda:0" else None) == ["cpu", "cpu", "cpu"]
    with pytest.raises(RuntimeError, match="Attempting to deserialize object on CUDA device 7 but torch.cuda.device_count\\(\\) is 1"):
        places(map_location="cuda:7")
    assert places(map_location="cuda:0", weights_only=False) == ["cuda:0"] * 3
    elsewhere()
    if not torch.cuda.is_available():
        with pytest.raises(CheckpointError, match="Attempting to deserialize object on a CUDA device") as told:
            places()
        assert "the tensors were saved from cuda:0" in str(told.value) and places(map_location="cpu") == ["cpu"] * 3
