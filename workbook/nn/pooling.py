"""Pooling layers: one number for each window."""

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn.conv import ntuple
from workbook.nn.module import Module


def _of(name, axes):
    """The function of `functional` for so many axes."""
    return getattr(F, f"{name}{axes}d")


class _MaxPoolNd(Module):
    torch_name = "torch.nn.modules.pooling._MaxPoolNd"
    axes = 2

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation, self.return_indices, self.ceil_mode = padding, dilation, return_indices, ceil_mode

    def forward(self, input):
        return _of("max_pool", self.axes)(input, self.kernel_size, self.stride, self.padding, self.dilation,
                                          ceil_mode=self.ceil_mode, return_indices=self.return_indices)

    def extra_repr(self):
        return (f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
                f"ceil_mode={self.ceil_mode}")


class _MaxUnpoolNd(Module):
    torch_name = "torch.nn.modules.pooling._MaxUnpoolNd"
    axes = 2

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = ntuple(kernel_size, self.axes)
        self.stride = ntuple(kernel_size if stride is None else stride, self.axes)
        self.padding = ntuple(padding, self.axes)

    def forward(self, input, indices, output_size=None):
        return _of("max_unpool", self.axes)(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _AvgPoolNd(Module):
    torch_name = "torch.nn.modules.pooling._AvgPoolNd"
    axes = 2

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding
        self.ceil_mode, self.count_include_pad, self.divisor_override = ceil_mode, count_include_pad, divisor_override

    def forward(self, input):
        return _of("avg_pool", self.axes)(input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                                          self.count_include_pad, self.divisor_override)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _LPPoolNd(Module):
    torch_name = "torch.nn.modules.pooling._LPPoolNd"
    axes = 2

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input):
        return _of("lp_pool", self.axes)(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self):
        return (f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
                f"ceil_mode={self.ceil_mode}")


class _AdaptiveMaxPoolNd(Module):
    torch_name = "torch.nn.modules.pooling._AdaptiveMaxPoolNd"
    axes = 2

    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input):
        return _of("adaptive_max_pool", self.axes)(input, self.output_size, self.return_indices)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class _AdaptiveAvgPoolNd(Module):
    torch_name = "torch.nn.modules.pooling._AdaptiveAvgPoolNd"
    axes = 2

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        return _of("adaptive_avg_pool", self.axes)(input, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class _FractionalMaxPool(Module):
    torch_name = "torch.nn.modules.pooling._FractionalMaxPool"
    axes = 2

    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        super().__init__()
        name = type(self).__name__
        self.kernel_size = ntuple(kernel_size, self.axes)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else ntuple(output_size, self.axes)
        self.output_ratio = None if output_ratio is None else ntuple(output_ratio, self.axes)
        if output_size is None and output_ratio is None:
            raise ValueError(explain(f"{name} requires specifying either an output size, or a pooling ratio",
                                     "the windows follow from it", "write output_size=3"))
        if output_size is not None and output_ratio is not None:
            raise ValueError(explain("only one of output_size and output_ratio may be specified", "each follows from the other",
                                     "leave one of them out"))
        if output_ratio is not None and not all(0 < part < 1 for part in self.output_ratio):
            raise ValueError(explain(f"output_ratio must be between 0 and 1 (got {output_ratio})", "the image shrinks to that part",
                                     "write output_ratio=0.5"))

    def forward(self, input):
        return _of("fractional_max_pool", self.axes)(input, self.kernel_size, self.output_size, self.output_ratio,
                                                     self.return_indices, _random_samples=self._random_samples)


class MaxPool1d(_MaxPoolNd):
    """The largest number of each window of a signal.

    Shapes: `(N, C, L) -> (N, C, L_out)`, or both without N. `stride` defaults to the window. With `return_indices` also the place of each maximum, counted
    through the flattened signal. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.MaxPool1d(2)(torch.tensor([[1., 5., 2., 3.]]))
    tensor([[5., 3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MaxPool1d.html
    """

    torch_name = "torch.nn.modules.pooling.MaxPool1d"
    axes = 1


class MaxPool2d(_MaxPoolNd):
    """The largest number of each window of an image.

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. `stride` defaults to the window. With `return_indices` also the place of each maximum, counted
    through the flattened image. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.MaxPool2d(2)(torch.arange(16.0).reshape(1, 1, 4, 4))
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MaxPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.MaxPool2d"


class MaxPool3d(_MaxPoolNd):
    """The largest number of each window of a volume.

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. `stride` defaults to the window. With `return_indices` also the place of each maximum, counted
    through the flattened volume. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.MaxPool3d(2)(torch.arange(8.0).reshape(1, 2, 2, 2))
    tensor([[[[7.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MaxPool3d.html
    """

    torch_name = "torch.nn.modules.pooling.MaxPool3d"
    axes = 3


class MaxUnpool1d(_MaxUnpoolNd):
    """The way back of MaxPool1d: each number at its place, zeros elsewhere.

    Shapes: `(N, C, L) -> (N, C, L_out)`, or both without N. Called with the values and the indices of the pooling; `output_size` chooses among the sizes
    that shrink to the same one. Raises ValueError for another size, RuntimeError for places outside.

    >>> import workbook as torch
    >>> torch.nn.MaxUnpool1d(2)(torch.tensor([[5., 3.]]), torch.tensor([[1, 3]]))
    tensor([[0., 5., 0., 3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MaxUnpool1d.html
    """

    torch_name = "torch.nn.modules.pooling.MaxUnpool1d"
    axes = 1


class MaxUnpool2d(_MaxUnpoolNd):
    """The way back of MaxPool2d: each number at its place, zeros elsewhere.

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. Called with the values and the indices of the pooling; `output_size` chooses among the sizes
    that shrink to the same one. Raises ValueError for another size, RuntimeError for places outside.

    >>> import workbook as torch
    >>> torch.nn.MaxUnpool2d(2)(torch.tensor([[[4.]]]), torch.tensor([[[3]]]))
    tensor([[[0., 0.],
             [0., 4.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MaxUnpool2d.html
    """

    torch_name = "torch.nn.modules.pooling.MaxUnpool2d"


class MaxUnpool3d(_MaxUnpoolNd):
    """The way back of MaxPool3d: each number at its place, zeros elsewhere.

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. Called with the values and the indices of the pooling; `output_size` chooses among the sizes
    that shrink to the same one. Raises ValueError for another size, RuntimeError for places outside.

    >>> import workbook as torch
    >>> torch.nn.MaxUnpool3d(2)(torch.tensor([[[[4.]]]]), torch.tensor([[[[7]]]])).shape
    torch.Size([1, 2, 2, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MaxUnpool3d.html
    """

    torch_name = "torch.nn.modules.pooling.MaxUnpool3d"
    axes = 3


class AvgPool1d(_AvgPoolNd):
    """The mean of each window of a signal.

    Shapes: `(N, C, L) -> (N, C, L_out)`, or both without N. `stride` defaults to the window. `count_include_pad`
    counts padded zeros as members of a window. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.AvgPool1d(2)(torch.tensor([[1., 5., 2., 3.]]))
    tensor([[3.0000, 2.5000]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AvgPool1d.html
    """

    torch_name = "torch.nn.modules.pooling.AvgPool1d"
    axes = 1

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.kernel_size, self.padding = ntuple(kernel_size, 1), ntuple(padding, 1)
        self.stride = ntuple(self.stride, 1)
        del self.divisor_override

    def forward(self, input):
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class AvgPool2d(_AvgPoolNd):
    """The mean of each window of an image.

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. `stride` defaults to the window. `count_include_pad`
    counts padded zeros as members of a window; `divisor_override` divides
    by that number instead of the window's size. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.AvgPool2d(2)(torch.arange(16.0).reshape(1, 1, 4, 4))
    tensor([[[[ 2.5000,  4.5000],
              [10.5000, 12.5000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AvgPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.AvgPool2d"


class AvgPool3d(_AvgPoolNd):
    """The mean of each window of a volume.

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. `stride` defaults to the window. `count_include_pad`
    counts padded zeros as members of a window; `divisor_override` divides
    by that number instead of the window's size. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.AvgPool3d(2)(torch.arange(8.0).reshape(1, 2, 2, 2))
    tensor([[[[3.5000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AvgPool3d.html
    """

    torch_name = "torch.nn.modules.pooling.AvgPool3d"
    axes = 3


class FractionalMaxPool2d(_FractionalMaxPool):
    """The largest number of each window of an image, the windows at random distances.

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. The size of the result is `output_size`, or the part `output_ratio` of the input's.
    Raises ValueError unless one of the two is given.

    >>> import workbook as torch
    >>> torch.nn.FractionalMaxPool2d(2, output_size=1)(torch.zeros(1, 1, 5, 5)).shape
    torch.Size([1, 1, 1, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.FractionalMaxPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.FractionalMaxPool2d"


class FractionalMaxPool3d(_FractionalMaxPool):
    """The largest number of each window of a volume, the windows at random distances.

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. The size of the result is `output_size`, or the part `output_ratio` of the input's.
    Raises ValueError unless one of the two is given.

    >>> import workbook as torch
    >>> torch.nn.FractionalMaxPool3d(2, output_size=1)(torch.zeros(1, 1, 5, 5, 5)).shape
    torch.Size([1, 1, 1, 1, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.FractionalMaxPool3d.html
    """

    torch_name = "torch.nn.modules.pooling.FractionalMaxPool3d"
    axes = 3


class LPPool1d(_LPPoolNd):
    """The p-norm of each window of a signal, with p = `norm_type`.

    Shapes: `(N, C, L) -> (N, C, L_out)`, or both without N. `stride` defaults to the window. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.LPPool1d(2, 2)(torch.tensor([[3., 4., 6., 8.]]))
    tensor([[ 5., 10.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LPPool1d.html
    """

    torch_name = "torch.nn.modules.pooling.LPPool1d"
    axes = 1


class LPPool2d(_LPPoolNd):
    """The p-norm of each window of an image, with p = `norm_type`.

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. `stride` defaults to the window. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.LPPool2d(2, 2)(torch.tensor([[[2., 4.], [5., 6.]]]))
    tensor([[[9.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LPPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.LPPool2d"


class LPPool3d(_LPPoolNd):
    """The p-norm of each window of a volume, with p = `norm_type`.

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. `stride` defaults to the window. Raises RuntimeError, when it is called, for windows that do not fit.

    >>> import workbook as torch
    >>> torch.nn.LPPool3d(2, (4, 2, 2))(torch.ones(1, 4, 2, 2))
    tensor([[[[4.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LPPool3d.html
    """

    torch_name = "torch.nn.modules.pooling.LPPool3d"
    axes = 3


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The largest number of each of as many windows as the result is to have.

    Shapes: `(N, C, L) -> (N, C, output_size)`, or both without N. With `return_indices` also the place of each.
    Raises RuntimeError, when it is called, for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.AdaptiveMaxPool1d(5)(torch.zeros(1, 3, 10)).shape
    torch.Size([1, 3, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AdaptiveMaxPool1d.html
    """

    torch_name = "torch.nn.modules.pooling.AdaptiveMaxPool1d"
    axes = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The largest number of each of as many windows as the result is to have.

    Shapes: `(N, C, H, W) -> (N, C, *output_size)`, or both without N. None keeps an axis as it is. With `return_indices` also the place of each.
    Raises RuntimeError, when it is called, for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.AdaptiveMaxPool2d((None, 7))(torch.zeros(1, 3, 10, 9)).shape
    torch.Size([1, 3, 10, 7])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AdaptiveMaxPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.AdaptiveMaxPool2d"


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The largest number of each of as many windows as the result is to have.

    Shapes: `(N, C, D, H, W) -> (N, C, *output_size)`, or both without N. None keeps an axis as it is. With `return_indices` also the place of each.
    Raises RuntimeError, when it is called, for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.AdaptiveMaxPool3d((5, None, 1))(torch.zeros(1, 3, 10, 9, 8)).shape
    torch.Size([1, 3, 5, 9, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AdaptiveMaxPool3d.html
    """

    torch_name = "torch.nn.modules.pooling.AdaptiveMaxPool3d"
    axes = 3


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The mean of each of as many windows as the result is to have.

    Shapes: `(N, C, L) -> (N, C, output_size)`, or both without N.
    Raises RuntimeError, when it is called, for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.AdaptiveAvgPool1d(5)(torch.zeros(1, 3, 10)).shape
    torch.Size([1, 3, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AdaptiveAvgPool1d.html
    """

    torch_name = "torch.nn.modules.pooling.AdaptiveAvgPool1d"
    axes = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The mean of each of as many windows as the result is to have.

    Shapes: `(N, C, H, W) -> (N, C, *output_size)`, or both without N. None keeps an axis as it is.
    Raises RuntimeError, when it is called, for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.AdaptiveAvgPool2d((None, 7))(torch.zeros(1, 3, 10, 9)).shape
    torch.Size([1, 3, 10, 7])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AdaptiveAvgPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.AdaptiveAvgPool2d"


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The mean of each of as many windows as the result is to have.

    Shapes: `(N, C, D, H, W) -> (N, C, *output_size)`, or both without N. None keeps an axis as it is.
    Raises RuntimeError, when it is called, for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.AdaptiveAvgPool3d((5, None, 1))(torch.zeros(1, 3, 10, 9, 8)).shape
    torch.Size([1, 3, 5, 9, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AdaptiveAvgPool3d.html
    """

    torch_name = "torch.nn.modules.pooling.AdaptiveAvgPool3d"
    axes = 3
