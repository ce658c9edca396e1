"""Numbers at places of flat images: taken from there, put there, and added up there."""

import math

from workbook.autograd.operation import Operation


class AtPlaces(Operation):
    """out = the numbers of x (N, C, *image) that stand at `places` (N, C, *out), counted through the flat image"""

    def forward(ctx, x, *, places, image):
        ctx.places, ctx.image = places, image
        return ctx.xp.take_along_axis(lines_of(x, image), lines_of(places, image), 1).reshape(places.shape)

    def backward(ctx, grad):
        return (ToPlaces.apply(grad, places=ctx.places, image=ctx.image),)


class ToPlaces(Operation):
    """out = an image with each number of x added at its place: what `AtPlaces` does, transposed"""

    def forward(ctx, x, *, places, image):
        ctx.places, ctx.image = places, image
        whole = ctx.xp.zeros((*x.shape[:-len(image)], *image), x.dtype)
        lines, at, numbers = (lines_of(part, image) for part in (whole, places, x))
        ctx.xp.add.at(lines, (ctx.xp.arange(len(lines))[:, None], at), numbers)
        return whole

    def backward(ctx, grad):
        return (AtPlaces.apply(grad, places=ctx.places, image=ctx.image),)


def lines_of(x, image):
    """Return `x` as (number of images, places of each), where an image has as many axes as `image`."""
    lead = x.ndim - len(image)
    return x.reshape(math.prod(x.shape[:lead]), math.prod(x.shape[lead:]))


def last_largest(xp, seen):
    """Return along the last axis where the largest number stands: the first of equal ones, but the last NaN, as PyTorch does."""
    best = seen.argmax(-1)
    unknown = xp.isnan(seen)
    if unknown.any():
        best = xp.where(unknown.any(-1), seen.shape[-1] - 1 - unknown[..., ::-1].argmax(-1), best)
    return best
