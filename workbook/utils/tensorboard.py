"""Logging for TensorBoard: PyTorch's SummaryWriter, on the messages and the event files of `tensorboard` or of `tensorboardX`."""

import importlib
import io
import itertools
import operator
import os
import socket
import time
import types

import numpy as np

from workbook.errors import explain
from workbook.ops.from_data import from_numpy
from workbook.tensor import Tensor
from workbook.vision import pillow
from workbook.vision.utils import make_grid

_UP = list(itertools.takewhile(lambda edge: edge < 1e20, itertools.accumulate(itertools.repeat(1.1), operator.mul, initial=1e-12)))
EDGES = [*(-edge for edge in reversed(_UP)), 0, *_UP]  # each a tenth further from 0 than the one before
_FILES = itertools.count()

# Where each of the two packages keeps its messages.
_ROOMS = {
    "tensorboard": {"event": "compat.proto.event_pb2", "summary": "compat.proto.summary_pb2", "tensor": "compat.proto.tensor_pb2",
                    "shape": "compat.proto.tensor_shape_pb2", "plan": "plugins.hparams.api_pb2", "run": "plugins.hparams.plugin_data_pb2",
                    "files": "summary.writer.event_file_writer"},
    "tensorboardX": {"event": "proto.event_pb2", "summary": "proto.summary_pb2", "tensor": "proto.tensor_pb2",
                     "shape": "proto.tensor_shape_pb2", "plan": "proto.api_pb2", "run": "proto.plugin_hparams_pb2",
                     "files": "event_file_writer"},
}


class SummaryWriter:
    """Writes what a training run says of itself into `log_dir`, where `tensorboard --logdir runs` shows it; close it, or use `with`.

    Without `log_dir` it makes `runs/DATE_TIME_COMPUTER` and puts `comment` after it. What was written from `purge_step` on is hidden.
    Raises ModuleNotFoundError where neither `tensorboard` nor `tensorboardX` is installed.

    >>> import importlib.util, tempfile
    >>> if importlib.util.find_spec("tensorboard"):
    ...     with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
    ...         writer.add_scalar("loss", 0.5, 1)

    Source: https://pytorch.org/docs/2.13/tensorboard.html
    """

    def __init__(self, log_dir=None, comment="", purge_step=None, max_queue=10, flush_secs=120, filename_suffix=""):
        self._messages = _messages()
        self.log_dir = log_dir or os.path.join("runs", f"{time.strftime('%b%d_%H-%M-%S')}_{socket.gethostname()}{comment}")
        self.purge_step, self.max_queue, self.flush_secs, self.filename_suffix = purge_step, max_queue, flush_secs, filename_suffix
        self._files = {}
        self._file()

    def get_logdir(self):
        """Return the folder that is written to."""
        return self.log_dir

    def add_scalar(self, tag, scalar_value, global_step=None, walltime=None, new_style=False, double_precision=False):
        """Write one number under the name `tag`. Raises AssertionError for more or fewer numbers than one."""
        number = _one_number(scalar_value)
        if not new_style:
            self._write({"tag": _text(tag), "simple_value": number}, global_step, walltime)
            return
        held = {"double_val": [number], "dtype": "DT_DOUBLE"} if double_precision else {"float_val": [number], "dtype": "DT_FLOAT"}
        self._write({"tag": _text(tag), "tensor": self._messages.tensor.TensorProto(**held), "metadata": self._plugin("scalars")},
                    global_step, walltime)

    def add_scalars(self, main_tag, tag_scalar_dict, global_step=None, walltime=None):
        """Write several numbers, a dict of them, that are shown as curves in one picture: each goes into a folder of its own."""
        numbers = {_text(tag): _one_number(value) for tag, value in tag_scalar_dict.items()}
        for tag, number in numbers.items():
            self._write({"tag": _text(main_tag), "simple_value": number}, global_step, walltime,
                        f"{self.log_dir}/{main_tag.replace('/', '_')}_{tag}")

    def add_histogram(self, tag, values, global_step=None, bins="tensorflow", walltime=None, max_bins=None):
        """Write how many of the numbers lie in each bin; `bins` is a list of edges, or what numpy.histogram takes.

        Raises ValueError where there are no numbers, or none that lies in a bin.
        """
        edges = EDGES if isinstance(bins, str) and bins == "tensorflow" else bins
        histogram = _histogram(_array(values).astype(float).reshape(-1), edges, max_bins)
        self._write({"tag": _text(tag), "histo": self._messages.summary.HistogramProto(**histogram)}, global_step, walltime)

    def add_image(self, tag, img_tensor, global_step=None, walltime=None, dataformats="CHW"):
        """Write a picture: uint8, or floats from 0 to 1. `dataformats` names the axes: CHW, HWC or HW; NCHW puts several side by side.

        Raises AssertionError where the letters do not fit the shape.
        """
        pixels = _height_width_channel(_array(img_tensor), dataformats)
        if pixels.dtype != np.uint8:
            pixels = np.nan_to_num(np.clip(pixels.astype(np.float32) * 255, 0, 255)).astype(np.uint8)
        stream = io.BytesIO()
        pillow.from_array(np.ascontiguousarray(pixels)).save(stream, format="PNG")
        height, width, channels = pixels.shape
        image = self._messages.summary.Summary.Image(height=height, width=width, colorspace=channels,
                                                     encoded_image_string=stream.getvalue())
        self._write({"tag": _text(tag), "image": image}, global_step, walltime)

    def add_images(self, tag, img_tensor, global_step=None, walltime=None, dataformats="NCHW"):
        """Write several pictures as one, eight beside each other. Raises what `add_image` raises."""
        self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_figure(self, tag, figure, global_step=None, close=True, walltime=None):
        """Write a figure of matplotlib's, or a list of figures of one size, and close it unless `close` is False."""
        drawn = [_drawn(each, close) for each in (figure if isinstance(figure, list) else [figure])]
        pixels, axes = (np.stack(drawn), "NHWC") if isinstance(figure, list) else (drawn[0], "HWC")
        self.add_image(tag, pixels, global_step, walltime, axes)

    def add_text(self, tag, text_string, global_step=None, walltime=None):
        """Write a text; TensorBoard reads it as Markdown."""
        shape = self._messages.shape.TensorShapeProto
        tensor = self._messages.tensor.TensorProto(dtype="DT_STRING", string_val=[_text(text_string).encode()],
                                                   tensor_shape=shape(dim=[shape.Dim(size=1)]))
        self._write({"tag": f"{_text(tag)}/text_summary", "metadata": self._plugin("text"), "tensor": tensor}, global_step, walltime)

    def add_hparams(self, hparam_dict, metric_dict, hparam_domain_discrete=None, run_name=None, global_step=None):
        """Write what a run was made with (numbers, texts, bools) beside what came out, in the folder `run_name` inside `log_dir`.

        Raises TypeError for what is no dict, or another domain than a list of the parameter's own type, and ValueError for another value.
        """
        if type(hparam_dict) is not dict or type(metric_dict) is not dict:
            raise TypeError(explain("hparam_dict and metric_dict should be dictionary.",
                                    f"they are {type(hparam_dict).__name__} and {type(metric_dict).__name__}",
                                    "add_hparams({'lr': 0.1}, {'loss': 0.5})"))
        domains = _domains(hparam_domain_discrete or {}, hparam_dict)
        kept = {name: _parameter(name, value) for name, value in hparam_dict.items() if value is not None}
        metrics = {_text(name): _one_number(value) for name, value in metric_dict.items()}
        plan, run = self._messages.plan, self._messages.run
        told = [plan.HParamInfo(name=_text(name), type="DATA_TYPE_STRING" if isinstance(value, str) else "DATA_TYPE_FLOAT64",
                                domain_discrete=self._messages.values(domains[name]) if name in domains else None)
                for name, value in kept.items()]
        values = {name: self._messages.value(value) for name, value in kept.items()}
        parts = {
            "experiment": {"experiment": plan.Experiment(hparam_infos=told, metric_infos=[
                plan.MetricInfo(name=plan.MetricName(tag=name)) for name in metrics])},
            "session_start_info": {"session_start_info": run.SessionStartInfo(hparams=values)},
            "session_end_info": {"session_end_info": run.SessionEndInfo(status="STATUS_SUCCESS")},
        }
        with SummaryWriter(os.path.join(self.log_dir, run_name or str(time.time()))) as inner:
            for name, part in parts.items():
                content = run.HParamsPluginData(**part, version=0).SerializeToString()
                inner._write({"tag": f"_hparams_/{name}", "metadata": self._plugin("hparams", content)}, global_step)
            for name, number in metrics.items():
                inner.add_scalar(name, number, global_step)

    def add_graph(self, model, input_to_model=None, verbose=False, use_strict_trace=True):
        """Raise NotImplementedError: PyTorch draws what torch.jit traces, and there is no jit here."""
        raise NotImplementedError(explain("SummaryWriter.add_graph draws what torch.jit traces, and there is no torch.jit here",
                                          "TensorBoard's picture is made of the nodes of that trace",
                                          "loss.show() draws the graph of a computation, alive"))

    def flush(self):
        """Bring what was written to the disk."""
        for file in self._files.values():
            file.flush()

    def close(self):
        """Flush and close the files. What is written afterwards goes into new ones."""
        while self._files:
            self._files.popitem()[1].close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _file(self, folder=None):
        """The event file in a folder, opened when it is first written to."""
        folder = str(folder or self.log_dir)
        if folder not in self._files:
            # tensorboardX names a file by the second, and writes over one of that name.
            suffix = f".{os.getpid()}.{next(_FILES)}{self.filename_suffix}"
            self._files[folder] = self._messages.files.EventFileWriter(folder, self.max_queue, self.flush_secs, suffix)
            if self.purge_step is not None:
                event = self._messages.event
                self._send(self._files[folder], event.Event(step=self.purge_step, file_version="brain.Event:2"))
                start = event.SessionLog(status=event.SessionLog.START)
                self._send(self._files[folder], event.Event(step=self.purge_step, session_log=start))
                self.purge_step = None
        return self._files[folder]

    def _write(self, value, step=None, walltime=None, folder=None):
        summary = self._messages.summary.Summary
        self._send(self._file(folder), self._messages.event.Event(summary=summary(value=[summary.Value(**value)])), step, walltime)

    def _send(self, file, event, step=None, walltime=None):
        event.wall_time = time.time() if walltime is None else walltime
        if step is not None:
            event.step = int(step)
        file.add_event(event)

    def _plugin(self, name, content=b""):
        metadata = self._messages.summary.SummaryMetadata
        return metadata(plugin_data=metadata.PluginData(plugin_name=name, content=content))


def _messages():
    """The rooms of the package that is installed, PyTorch's own choice first."""
    for package, rooms in _ROOMS.items():
        try:
            found = types.SimpleNamespace(**{name: importlib.import_module(f"{package}.{room}") for name, room in rooms.items()})
            struct = importlib.import_module("google.protobuf.struct_pb2")
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] != package:  # it is there, and something that it needs is not
                raise
            continue
        found.value = lambda value: struct.Value(string_value=value) if isinstance(value, str) else struct.Value(number_value=value)
        found.values = lambda values: struct.ListValue(values=[found.value(value) for value in values])
        return found
    raise ModuleNotFoundError(explain(
        "No module named 'tensorboard'", "SummaryWriter writes the files that TensorBoard reads by that package, or by tensorboardX",
        "pip install tensorboard"), name="tensorboard")


# ---- what came, as what is written ---------------------------------------------------------------------------------------------


def _array(value):
    """A Tensor on any device, an array or a number as an array."""
    if isinstance(value, Tensor):
        return value.detach()._host()
    if not (isinstance(value, np.ndarray) or np.isscalar(value)):
        raise NotImplementedError(explain(f"Got {type(value)}, but numpy array or torch tensor are expected.",
                                          "that is what can be written", "torch.as_tensor(values)"))
    return np.asarray(value)


def _one_number(value):
    array = _array(value)
    if array.size != 1:
        raise AssertionError(explain(f"Tensor should contain one element (0 dimensions). Was given size: {array.size} and {array.ndim} "
                                     "dimensions.", "a scalar is one number", "loss.mean() for the mean, or add_histogram for all"))
    return float(array.reshape(()))


def _text(value):
    if not isinstance(value, str):
        raise TypeError(explain(f"bad argument type for built-in operation: a text is expected, got {type(value).__name__}",
                                "tags and texts are strings; the number of the step comes third", "writer.add_scalar('loss', loss, step)"))
    return value


def _histogram(values, bins, most):
    """The fields of a HistogramProto: each bucket's count and where it ends; of the empty ones around them only one, before the first."""
    if not values.size:
        raise ValueError(explain("The input has no element.", "a histogram counts numbers", "give at least one"))
    counts, edges = np.histogram(values, bins=bins)
    if most is not None and len(counts) > most:
        together = len(counts) // most
        counts = np.add.reduceat(counts, range(0, len(counts), together))
        edges = np.append(edges[:-1:together], edges[-1])
    filled = np.flatnonzero(counts)
    if not len(filled):
        raise ValueError(explain("The histogram is empty", f"none of the {values.size} numbers lies in a bin",
                                 "look for NaN, or give other bins"))
    first, last = filled[0], filled[-1]
    return {"min": values.min(), "max": values.max(), "num": values.size, "sum": values.sum(), "sum_squares": values.dot(values),
            "bucket_limit": edges[first:last + 2].tolist(), "bucket": [0, *counts[first:last + 1].tolist()]}


def _height_width_channel(array, axes):
    """Pictures whose axes have these letters, as one picture `(H, W, C)`."""
    given, axes = axes, axes.upper()
    if len(set(axes)) != len(axes):
        raise AssertionError(explain(f"You can not use the same dimension shorthand twice. input_format: {given}",
                                     "each axis has its letter", "write 'CHW'"))
    if len(axes) != array.ndim:
        raise AssertionError(explain(f"size of input tensor and input format are different. tensor shape: {array.shape}, "
                                     f"input_format: {given}",
                                     f"{given} names {len(axes)} axes", "dataformats='HW' for a grey picture, add_images for a batch"))
    wanted = {2: "HW", 3: "HWC", 4: "NCHW"}.get(len(axes), "")
    if set(axes) != set(wanted):
        raise ValueError(explain(f"dataformats {given!r} is not known", "the letters are N, C, H and W; two to four of them",
                                 "write 'CHW'"))
    array = array.transpose([axes.index(letter) for letter in wanted])
    if len(axes) == 4:
        if array.shape[1] not in (1, 3):
            raise AssertionError(explain("Input should be a 4D numpy array with 3 channels",
                                         f"the shape {array.shape} has {array.shape[1]}", "images[:, :3]"))
        array = make_grid(from_numpy(np.ascontiguousarray(array)), padding=0).numpy().transpose(1, 2, 0)
    array = array[:, :, None] if array.ndim == 2 else array
    return np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array


def _drawn(figure, close):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
    if close:
        from matplotlib import pyplot

        pyplot.close(figure)
    return pixels


def _domains(domains, parameters):
    if not isinstance(domains, dict):
        raise TypeError(explain("parameter: hparam_domain_discrete should be a dictionary, nothing logged.",
                                f"a {type(domains).__name__} came",
                                "write {'lr': [0.1, 0.01]}"))
    for name, values in domains.items():
        if name not in parameters or not isinstance(values, list) or not all(isinstance(value, type(parameters[name])) for value in values):
            raise TypeError(explain(f"parameter: hparam_domain_discrete[{name}] should be a list of same type as hparam_dict[{name}].",
                                    "it lists the values that the parameter may have", "write {'lr': [0.1, 0.01]}"))
    return domains


def _parameter(name, value):
    if isinstance(value, Tensor):
        return _one_number(value)
    if not isinstance(value, (int, float, str)):
        raise ValueError(explain("value should be one of int, float, str, bool, or torch.Tensor",
                                 f"{name!r} is a {type(value).__name__}", "str(value)"))
    return value
