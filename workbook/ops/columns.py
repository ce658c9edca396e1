"""Convolution by columns: the patches of an image side by side, and one product of matrices.

Each place of the output sees one patch of the input. `columns` writes the patches side by side, and the convolution is then the
product of the weights with them. This serves every stride and dilation; `ops.rows` computes the commonest case several times
faster.

Source: Chellapilla, Puri, Simard, High Performance Convolutional Neural Networks for Document Processing, 2006, section 3
"""


class Geometry:
    """How a kernel moves over an image: all sizes of one convolution."""

    def __init__(self, image, kernel, stride, padding, dilation, groups):
        self.image, self.kernel, self.stride, self.padding = image, kernel, stride, padding
        self.dilation, self.groups = dilation, groups
        (top, bottom), (left, right) = padding
        self.padded = (image[0] + top + bottom, image[1] + left + right)
        self.reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel))
        self.out = tuple((p - r) // s + 1 for p, r, s in zip(self.padded, self.reach, stride))


def convolve(xp, x, weight, bias, g):
    """out[n, o, y, x] = sum over c, i, j of x[n, c, y*s + i*d, x*s + j*d] * weight[o, c, i, j], plus bias[o]"""
    out = xp.empty((len(x), len(weight), g.out[0] * g.out[1]), x.dtype)
    kernels = weight.reshape(len(weight), -1)
    for some in chunks(len(x), kernels.shape[1] * out.shape[2]):
        out[some] = kernels @ columns(xp, x[some], g)
    if bias is not None:
        out += bias[:, None]
    return out.reshape(*out.shape[:2], *g.out)


def to_input(xp, grad, weight, g):
    """The gradient to the input: to each patch the weights, as much as `grad` asks for; where patches overlap, they add up."""
    kernels = weight.reshape(len(weight), -1)
    out = xp.empty((len(grad), weight.shape[1], *g.image), grad.dtype)
    for some in chunks(len(grad), kernels.shape[1] * g.out[0] * g.out[1]):
        rows = grad[some].reshape(-1, len(weight), g.out[0] * g.out[1])
        out[some] = images(xp, kernels.T @ rows, weight.shape[1], g)
    return out


def to_weight(xp, grad, x, g):
    """The gradient to the weight: `grad` against the patches, summed over the batch."""
    outs, places, size = grad.shape[1], g.out[0] * g.out[1], x.shape[1] * g.kernel[0] * g.kernel[1]
    total = xp.zeros((size, outs), grad.dtype)
    for some in chunks(len(x), size * places):
        rows = grad[some].reshape(-1, outs, places)
        total += (columns(xp, x[some], g) @ rows.transpose(0, 2, 1)).sum(0)
    return xp.ascontiguousarray(total.T).reshape(outs, x.shape[1], *g.kernel)


def columns(xp, x, g):
    """Return the patches of `x` (N, C, H, W) as (N, C * kh * kw, places)."""
    n, c = x.shape[:2]
    (top, _), (left, _) = g.padding
    image = xp.zeros((n, c, *g.padded), x.dtype)
    image[:, :, top:top + g.image[0], left:left + g.image[1]] = x
    sn, sc, sh, sw = image.strides
    steps = (sn, sc, g.dilation[0] * sh, g.dilation[1] * sw, g.stride[0] * sh, g.stride[1] * sw)
    taps = xp.lib.stride_tricks.as_strided(image, (n, c, *g.kernel, *g.out), steps)
    return taps.reshape(n, c * g.kernel[0] * g.kernel[1], g.out[0] * g.out[1])


def images(xp, cols, c, g):
    """The transpose of `columns`: add each patch back to where it came from. Return (N, C, H, W)."""
    (kh, kw), (dh, dw), (oh, ow), (sh, sw) = g.kernel, g.dilation, g.out, g.stride
    (top, _), (left, _) = g.padding
    taps = cols.reshape(-1, c, kh, kw, oh, ow)
    image = xp.zeros((len(taps), c, *g.padded), cols.dtype)
    for i in range(kh):
        for j in range(kw):
            image[:, :, i * dh:i * dh + sh * oh:sh, j * dw:j * dw + sw * ow:sw] += taps[:, :, i, j]
    return image[:, :, top:top + g.image[0], left:left + g.image[1]]


def chunks(count, size):
    """Yield slices of a batch of `count` images, `size` numbers each, that stay in the processor's cache: all at once is slower."""
    step = max(1, CACHED // max(1, size))
    for start in range(0, count, step):
        yield slice(start, start + step)


CACHED = 60_000  # numbers: a quarter of a megabyte of float32, and as much again for what is computed from them
