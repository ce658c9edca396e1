"""PyTorch's printed text: which numbers of an array are shown, how each is written, and where lines break."""

import contextlib
import dataclasses
import math

import numpy as np

from workbook import dtypes
from workbook.errors import explain


def tensor_text(array, *, dtype, device_text=None, grad_fn_name=None, requires_grad=False, default_dtype=dtypes.float32,
                prefix="tensor("):
    """Return the text that PyTorch prints for a tensor of these numbers.

    `array` may have any shape; `dtype` is the tensor's. `device_text` is given where the device is not the default one.

    >>> print(tensor_text(np.array([1.0, 2.5, -3.0], np.float32), dtype=dtypes.float32, requires_grad=True))
    tensor([ 1.0000,  2.5000, -3.0000], requires_grad=True)

    Source: https://pytorch.org/docs/2.13/generated/torch.set_printoptions.html
    """
    options = _options
    if array.size == 0:
        body = "[]"
    elif array.ndim > 0 and array.size > options.threshold and options.edgeitems == 0:
        body = "[...]"
    else:
        cut = [array.size > options.threshold and n > 2 * options.edgeitems for n in array.shape]
        shown = _edges(array, cut, options.edgeitems)
        texts, width = _number_texts(shown, options)
        body = _layout(iter(texts), shown.shape, cut, width, len(prefix), options)

    suffixes = []
    if device_text is not None:
        suffixes.append(f"device='{device_text}'")
    if array.ndim != 1 if array.size == 0 else options.edgeitems == 0:
        suffixes.append(f"size={tuple(array.shape)}")
    understood = {default_dtype} if array.size == 0 else {default_dtype, default_dtype.to_complex(), dtypes.int64, dtypes.bool}
    if dtype not in understood:
        suffixes.append(f"dtype={dtype}")
    if grad_fn_name is not None:
        suffixes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _with_suffixes(prefix + body, suffixes, len(prefix), options.linewidth)


def element_texts(array):
    """Return the text of each element of an array as it stands in the print of all of them, without the padding.

    >>> element_texts(np.array([[1.0, 2.5], [3.0, 100.0]]))
    ['1.0000', '2.5000', '3.0000', '100.0000']
    """
    return [text.strip() for text in _number_texts(array, _options)[0]] if array.size else []


@dataclasses.dataclass(frozen=True)
class _Options:
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


PROFILES = {"default": _Options(), "short": _Options(precision=2, edgeitems=2), "full": _Options(threshold=math.inf)}
_options = PROFILES["default"]  # replaced as a whole, never changed: a thread that prints sees one set


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """Choose how tensors are printed: digits, from which size on they are shortened, what stays at each edge, width of a line.

    `profile` is 'default', 'short' or 'full'; what is named beside it wins. `sci_mode` True or False settles scientific
    notation; None, to which every call returns it, lets the numbers decide. Raises ValueError for an unknown profile.

    >>> with printoptions(precision=2):
    ...     print(tensor_text(np.array([3.14159], np.float32), dtype=dtypes.float32))
    tensor([3.14])

    Source: https://pytorch.org/docs/2.13/generated/torch.set_printoptions.html
    """
    global _options
    if profile is not None and profile not in PROFILES:
        raise ValueError(explain(f"unknown profile {profile!r}", "a profile is a set of print options with a name",
                                 f"choose one of {', '.join(map(repr, PROFILES))}"))
    chosen = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    _options = dataclasses.replace(PROFILES.get(profile, _options), **chosen, sci_mode=sci_mode)


def get_printoptions():
    """Return the print options in force as a dict with the names of `set_printoptions`.

    >>> get_printoptions()["precision"]
    4

    Source: https://pytorch.org/docs/2.13/generated/torch.set_printoptions.html
    """
    return dataclasses.asdict(_options)


@contextlib.contextmanager
def printoptions(**options):
    """Print with other options inside a `with` block: takes what `set_printoptions` takes.

    >>> with printoptions(linewidth=40):
    ...     get_printoptions()["linewidth"]
    40

    Source: https://pytorch.org/docs/2.13/generated/torch.set_printoptions.html
    """
    global _options
    before = _options
    try:
        set_printoptions(**options)
        yield
    finally:
        _options = before


def _edges(array, cut, edgeitems):
    """Return the numbers that are shown: of each long axis its first and last few."""
    if not any(cut):
        return array
    kept = [np.r_[:edgeitems, n - edgeitems:n] if is_cut else np.arange(n) for n, is_cut in zip(array.shape, cut)]
    return array[np.ix_(*kept)]


def _number_texts(shown, options):
    """Return each number's text, aligned with the others, and the width with which lines are filled."""
    if shown.dtype.kind == "c":
        real_texts, real_width = _number_texts(shown.real, options)
        imag_texts, imag_width = _number_texts(shown.imag, options)
        texts = [real + "+" * (imag.lstrip()[0] != "-") + imag.lstrip() + "j" for real, imag in zip(real_texts, imag_texts)]
        return texts, real_width + imag_width + 1
    values = shown.reshape(-1).tolist()
    if shown.dtype.kind == "f":
        return _float_texts(values, options)
    texts = [str(value) for value in values]
    width = max(map(len, texts))
    return [text.rjust(width) for text in texts], width


def _float_texts(values, options):
    """Choose one format, and one width, for all numbers by those that are neither 0 nor infinite nor nan."""
    sizes = [abs(value) for value in values if value != 0 and math.isfinite(value)]
    integral = all(size.is_integer() for size in sizes)
    scientific = bool(sizes) and options.sci_mode
    if sizes and options.sci_mode is None:
        scientific = max(sizes) / min(sizes) > 1000 or max(sizes) > 1e8 or min(sizes) < 1e-4

    def text(value):
        if scientific:
            return f"{value:.{options.precision}e}"
        if integral:
            return f"{value:.0f}" + "." * math.isfinite(value)
        return f"{value:.{options.precision}f}"

    texts = [text(value) for value in values]
    width = max((len(text) for text, value in zip(texts, values) if value != 0 and math.isfinite(value)), default=1)
    return [text.rjust(width) for text in texts], width


def _layout(texts, shape, cut, width, indent, options):
    """Return the numbers between brackets: rows filled to the line's width, one empty line more between blocks of each axis."""
    if not shape:
        return next(texts)
    if len(shape) == 1:
        items = [next(texts) for _ in range(shape[0])]
        if cut[0]:
            items.insert(options.edgeitems, " ...")
        per_line = max(1, (options.linewidth - indent) // (width + 2))
        items = [", ".join(items[i:i + per_line]) for i in range(0, len(items), per_line)]
    else:
        items = [_layout(texts, shape[1:], cut[1:], width, indent + 1, options) for _ in range(shape[0])]
        if cut[0]:
            items.insert(options.edgeitems, "...")
    line_break = "," + "\n" * max(1, len(shape) - 1) + " " * (indent + 1)
    return "[" + line_break.join(items) + "]"


def _with_suffixes(text, suffixes, indent, linewidth):
    """Append `, suffix` each, and the closing bracket; a suffix that does not fit begins a line."""
    used = len(text) - text.rfind("\n") + 1  # PyTorch's sum: more than the line has
    for suffix in suffixes:
        if used + len(suffix) + 2 > linewidth:
            text += ",\n" + " " * indent + suffix
            used = indent + len(suffix)
        else:
            text += ", " + suffix
            used += len(suffix) + 2
    return text + ")"
