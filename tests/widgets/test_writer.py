"""TensorBoard's writer, on a stand-in of the package that holds its messages, and beside PyTorch's where the real one is installed."""

import importlib
import importlib.util
import io
import sys
import types

import numpy as np
import pytest
import workbook as torch
from PIL import Image
from workbook.utils import tensorboard


class Message(types.SimpleNamespace):
    """Keeps what it was made with."""

    def SerializeToString(self):
        return repr(self).encode()


class Files:
    """Keeps the events that go into one folder."""

    def __init__(self, folder, queue, seconds, suffix):
        self.folder, self.suffix, self.events, self.calls = folder, suffix, [], []
        KEPT.append(self)

    def add_event(self, event):
        self.events.append(event)

    def flush(self):
        self.calls.append("flush")

    def close(self):
        self.calls.append("close")


KEPT = []
NAMES = {"event": ["Event", "SessionLog"], "summary": ["Summary", "SummaryMetadata", "HistogramProto"], "tensor": ["TensorProto"],
         "shape": ["TensorShapeProto"], "plan": ["HParamInfo", "Experiment", "MetricInfo", "MetricName"],
         "run": ["SessionStartInfo", "SessionEndInfo", "HParamsPluginData"], "files": ["EventFileWriter"]}


def message(name):
    inner = {"Summary": ["Value", "Image"], "SummaryMetadata": ["PluginData"], "TensorShapeProto": ["Dim"]}.get(name, [])
    return type(name, (Message,), {each: type(each, (Message,), {}) for each in inner} | {"START": 1})


@pytest.fixture(params=["tensorboard", "tensorboardX"])
def package(request, monkeypatch):
    for name, rooms in tensorboard._ROOMS.items():
        for room, path in rooms.items():
            parts = [name, *path.split(".")]
            for end in range(1, len(parts) + 1):
                monkeypatch.setitem(sys.modules, ".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
        for room, path in rooms.items():
            for each in NAMES[room]:
                setattr(sys.modules[f"{name}.{path}"], each, Files if each == "EventFileWriter" else message(each))
    struct = types.ModuleType("google.protobuf.struct_pb2")
    struct.Value, struct.ListValue = message("Value"), message("ListValue")
    for name in ("google", "google.protobuf"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, struct.__name__, struct)
    if request.param == "tensorboardX":
        monkeypatch.setitem(sys.modules, "tensorboard", None)
        for room in tensorboard._ROOMS["tensorboard"].values():
            monkeypatch.delitem(sys.modules, f"tensorboard.{room}")
    KEPT.clear()


def missing(monkeypatch, name):
    for each in [each for each in sys.modules if each.split(".")[0] == name]:
        monkeypatch.delitem(sys.modules, each)
    monkeypatch.setitem(sys.modules, name, None)


def values(place=0):
    return [event.summary.value[0] for event in KEPT[place].events if hasattr(event, "summary")]


def test_without_either_package_it_says_what_to_install(monkeypatch, tmp_path):
    missing(monkeypatch, "tensorboard")
    missing(monkeypatch, "tensorboardX")
    with pytest.raises(ModuleNotFoundError) as caught:
        tensorboard.SummaryWriter(tmp_path / "runs")
    first, why, fix = str(caught.value).split("\n")
    assert first == "No module named 'tensorboard'" and "tensorboardX" in why and fix == "  Fix: pip install tensorboard" and caught.value.name == "tensorboard"
    assert not (tmp_path / "runs").exists()


def test_a_package_that_is_there_and_lacks_something_says_what(package, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.protobuf.struct_pb2", None)
    with pytest.raises(ModuleNotFoundError, match="google"):
        tensorboard.SummaryWriter("runs/a")


@pytest.mark.usefixtures("package")
def test_numbers_of_every_kind_with_their_step():
    with torch.cuda.simulate(1), tensorboard.SummaryWriter("runs/a") as writer:
        for step, number in enumerate([2, 2.0, True, np.float32(2), np.array([[2]]), torch.tensor(2.0, requires_grad=True), torch.tensor([2], device="cuda")]):
            writer.add_scalar("loss", number, torch.tensor(step), walltime=7.0)
        writer.add_scalar("loss", torch.tensor(float("nan")))
        writer.add_scalar("late", 3, new_style=True)
    told = values()
    assert [each.simple_value for each in told[:7]] == [2, 2, 1, 2, 2, 2, 2] and np.isnan(told[7].simple_value)
    assert [event.step for event in KEPT[0].events[:7]] == list(range(7)) and KEPT[0].events[0].wall_time == 7.0
    assert told[8].tensor.float_val == [3.0] and told[8].metadata.plugin_data.plugin_name == "scalars"
    assert KEPT[0].folder == "runs/a" and KEPT[0].calls == ["close"]


@pytest.mark.usefixtures("package")
def test_several_numbers_go_into_a_folder_each_or_none_does():
    writer = tensorboard.SummaryWriter("runs/a")
    with pytest.raises(AssertionError, match="Tensor should contain one element"):
        writer.add_scalars("both/x", {"train": 1.0, "test": torch.ones(2)}, 4)
    assert len(KEPT) == 1
    writer.add_scalars("both/x", {"train": torch.tensor(1.0), "test": 2.0}, 4)
    assert [(file.folder, values(place)[0].tag, values(place)[0].simple_value) for place, file in enumerate(KEPT) if place] == [
        ("runs/a/both_x_train", "both/x", 1.0), ("runs/a/both_x_test", "both/x", 2.0)]
    writer.flush()
    writer.close()
    writer.close()
    assert [file.calls for file in KEPT] == [["flush", "close"]] * 3
    writer.add_scalar("late", 1)
    assert len(KEPT) == 4 and KEPT[3].folder == "runs/a" and len({file.suffix for file in KEPT}) == 4


@pytest.mark.usefixtures("package")
def test_a_histogram_counts_every_number_once_and_ends_where_they_end():
    writer = tensorboard.SummaryWriter("runs/a")
    numbers = torch.tensor([-3.0, 0.0, 0.5, 0.5, 2.0], requires_grad=True)
    writer.add_histogram("weights", numbers, 1)
    writer.add_histogram("weights", numbers, 1, bins=[-4, -3.5, -2, 0, 1, 3, 5])
    writer.add_histogram("weights", numbers, 1, bins=[-4, -3.5, -2, 0, 1, 3, 5], max_bins=3)
    fine, coarse, joined = (each.histo for each in values())
    assert (fine.min, fine.max, fine.num, fine.sum, fine.sum_squares) == (-3.0, 2.0, 5, 0.0, 13.5) and sum(fine.bucket) == 5
    assert fine.bucket_limit[0] <= -3 and fine.bucket_limit[-1] >= 2 and len(fine.bucket) == len(fine.bucket_limit)
    assert (coarse.bucket, coarse.bucket_limit) == ([0, 1, 0, 3, 1], [-3.5, -2, 0, 1, 3])
    assert (joined.bucket, joined.bucket_limit) == ([0, 1, 3, 1], [-4, -2, 1, 5])
    for bad in (torch.ones(0), torch.full((2,), float("nan")), torch.full((2,), float("inf"))):
        with pytest.raises(ValueError, match="The input has no element|The histogram is empty"):
            writer.add_histogram("weights", bad)


def pixels(value):
    image = value.image
    found = np.asarray(Image.open(io.BytesIO(image.encoded_image_string)))
    assert found.shape == (image.height, image.width, image.colorspace)
    return found


@pytest.mark.usefixtures("package")
def test_pictures_in_every_order_of_axes():
    writer = tensorboard.SummaryWriter("runs/a")
    image = torch.rand(3, 4, 5)
    image[0, 0, 0], image[1, 0, 0], image[2, 0, 0] = float("nan"), -1.0, 2.0
    writer.add_image("x", image)
    writer.add_image("x", image.permute(1, 2, 0), dataformats="HWC")
    writer.add_image("x", (image.nan_to_num().clamp(0, 1) * 255).to(torch.uint8))
    writer.add_image("x", image[2], dataformats="HW")
    writer.add_images("x", image.expand(10, 3, 4, 5))
    first, turned, bytes_, grey, many = map(pixels, values())
    assert first[0, 0].tolist() == [0, 0, 255] and np.array_equal(first, turned) and np.array_equal(first, bytes_)
    assert np.array_equal(grey[:, :, 0], first[:, :, 2]) and grey.shape == (4, 5, 3)
    assert many.shape == (8, 40, 3) and np.array_equal(many[4:, 5:10], first) and not many[4:, 10:].any()


@pytest.mark.usefixtures("package")
def test_figures_are_drawn_and_closed():
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="draws figures: pip install matplotlib")
    writer = tensorboard.SummaryWriter("runs/a")
    figures = [pyplot.figure(figsize=(1, 1), dpi=20) for _ in range(3)]
    writer.add_figure("x", figures[0], close=False)
    writer.add_figure("x", figures[1:])
    assert [pixels(each).shape for each in values()] == [(20, 20, 3), (20, 40, 3)]
    assert [pyplot.fignum_exists(figure.number) for figure in figures] == [True, False, False]
    pyplot.close(figures[0])


@pytest.mark.usefixtures("package")
def test_texts_and_what_a_run_was_made_with():
    writer = tensorboard.SummaryWriter("runs/a", purge_step=5)
    assert [event.step for event in KEPT[0].events] == [5, 5]
    writer.add_text("note", "h\u00e9", 1)
    assert values()[0].tag == "note/text_summary" and values()[0].tensor.string_val == ["h\u00e9".encode()]
    writer.add_hparams({"lr": 0.1, "name": "x", "none": None}, {"loss": torch.tensor(2.0)}, {"lr": [0.1, 0.2]}, run_name="one", global_step=3)
    plan, start, end, metric = values(1)
    assert KEPT[1].folder.replace("\\", "/") == "runs/a/one" and KEPT[1].calls == ["close"] and metric.simple_value == 2.0
    assert [each.tag for each in (plan, start, end)] == ["_hparams_/experiment", "_hparams_/session_start_info", "_hparams_/session_end_info"]
    assert b"number_value=0.2" in plan.metadata.plugin_data.content and b"string_value='x'" in start.metadata.plugin_data.content


REFUSED = {
    "a list is no number": (lambda w: w.add_scalar("a", [1.0]), NotImplementedError, "numpy array or torch tensor are expected"),
    "nothing": (lambda w: w.add_scalar("a", None), NotImplementedError, "numpy array or torch tensor are expected"),
    "two numbers": (lambda w: w.add_scalar("a", torch.ones(2)), AssertionError, "Tensor should contain one element"),
    "tag and number swapped": (lambda w: w.add_scalar(0.5, 1), TypeError, "bad argument type for built-in operation"),
    "a text that is none": (lambda w: w.add_text("a", 3), TypeError, "bad argument type for built-in operation"),
    "a batch as a picture": (lambda w: w.add_image("a", torch.ones(2, 3, 4, 4)), AssertionError, "size of input tensor and input format are different"),
    "a letter twice": (lambda w: w.add_image("a", torch.ones(3, 4, 4), dataformats="CCH"), AssertionError, "same dimension shorthand twice"),
    "unknown letters": (lambda w: w.add_image("a", torch.ones(3, 4, 4), dataformats="XYZ"), ValueError, "dataformats 'XYZ'"),
    "two channels": (lambda w: w.add_images("a", torch.ones(2, 2, 4, 4)), AssertionError, "Input should be a 4D numpy array with 3 channels"),
    "a graph": (lambda w: w.add_graph(torch.nn.Linear(1, 1), torch.ones(1, 1)), NotImplementedError, "torch.jit"),
    "parameters in a list": (lambda w: w.add_hparams([], {}), TypeError, "hparam_dict and metric_dict should be dictionary"),
    "a list as a parameter": (lambda w: w.add_hparams({"a": [1]}, {}), ValueError, "value should be one of int, float, str, bool, or torch.Tensor"),
    "the domain of another": (lambda w: w.add_hparams({"a": 1}, {}, {"b": [1]}), TypeError, "should be a list of same type as"),
    "a domain that is none": (lambda w: w.add_hparams({"a": 1}, {}, 3), TypeError, "hparam_domain_discrete should be a dictionary"),
}


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_not_half_written(name):
    call, kind, phrase = REFUSED[name]
    writer = tensorboard.SummaryWriter("runs/a")
    with pytest.raises(kind, match=phrase) as caught:
        call(writer)
    assert str(caught.value).count("\n") == 2 and len(KEPT) == 1 and not KEPT[0].events


def written(folder):
    """The events of all files under a folder, without the time."""
    load = importlib.import_module("tensorboard.backend.event_processing.event_file_loader").RawEventFileLoader
    kind = importlib.import_module("tensorboard.compat.proto.event_pb2").Event
    found = []
    for file in sorted(folder.rglob("events*")):
        for event in map(kind.FromString, load(str(file)).Load()):
            event.wall_time = 0
            event.ClearField("source_metadata")
            found.append(f"{file.parent.relative_to(folder)} {event}")
    return found


def test_the_files_say_what_pytorchs_say(tmp_path):
    pytest.importorskip("tensorboard", reason="compares event files: pip install tensorboard")
    theirs = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    summary_writer = importlib.import_module("torch.utils.tensorboard").SummaryWriter
    numbers = np.random.default_rng(0)
    arrays = [numbers.normal(size=40) * 10.0 ** numbers.integers(-3, 4) for _ in range(10)]
    for folder, engine, make in ((tmp_path / "a", theirs, summary_writer), (tmp_path / "b", torch, tensorboard.SummaryWriter)):
        with make(folder) as writer:
            writer.add_scalar("a", engine.tensor(float("nan"), requires_grad=True), 2)
            writer.add_scalar("a", 3, 2, new_style=True, double_precision=True)
            writer.add_scalars("m/n", {"x": 1, "y": engine.tensor(2.0)}, 5)
            writer.add_text("t", "**x**", 3)
            writer.add_hparams({"lr": 0.1, "b": True, "s": "x", "n": None}, {"loss": engine.tensor(1.0)}, {"s": ["x", "y"]}, run_name="r", global_step=2)
            for step, array in enumerate(arrays):
                for options in ({}, {"bins": "auto"}, {"max_bins": 7 + step}, {"bins": 10, "max_bins": 3}):
                    writer.add_histogram("h", engine.tensor(array), step, **options)
    assert written(tmp_path / "a") and written(tmp_path / "a") == written(tmp_path / "b")
