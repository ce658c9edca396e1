"""The axes of a shape, by their numbers."""

from workbook.errors import explain, kind_of, shape_text
from workbook.numbers import counted, is_whole


def axis_of(dim, shape):
    """Return the axis that `dim` names, counting from the end where it is negative. Raises IndexError outside the shape.

    `shape` may also be the number of axes alone.
    """
    ndim = shape if shape.__class__ is int else len(shape)
    reach = max(ndim, 1)
    if dim.__class__ is not int:
        dim = _one_axis(dim)
    if not -reach <= dim < reach:
        counted(dim)
        valid = " or ".join(map(str, range(reach))) if reach < 4 else f"0 to {reach - 1}"
        what = f"{ndim or 'no'} ax{'i' if ndim == 1 else 'e'}s"
        raise IndexError(explain(
            f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], but got {dim})",
            f"there {'is' if ndim == 1 else 'are'} {what}" if shape.__class__ is int else
            f"a tensor of shape {shape_text(shape)} has {what}", f"write {valid}, or count from the end: -1{f' to {-reach}' if reach > 1 else ''}"))
    return dim % reach


def axes_among(dims, shape):
    """Return the axes that several numbers name. True and False count as 1 and 0 but in front: PyTorch looks at the first one only."""
    if not isinstance(dims, (tuple, list)):
        raise TypeError(explain(f"argument 'dim' must be tuple of ints, not {kind_of(dims)}", "axes are named by their numbers",
                                "write (0, 1), or one number"))
    return [axis_of(int(dim) if place and dim.__class__ is bool else dim, shape) for place, dim in enumerate(dims)]


def axis_there_is(dim, shape, asker):
    """The same for the method called `asker`, which asks about one axis: a single number has none. Raises IndexError there, too."""
    if dim.__class__ is not int:
        dim = _one_axis(dim, f"{asker}(): ", " (position 1)")
    if not shape:
        raise IndexError(explain(f"Dimension specified as {dim} but tensor has no dimensions", "it is a single number, of shape ()",
                                 "leave the axis out, or write x.reshape(1) for a row of one number"))
    return axis_of(dim, shape)


def _one_axis(dim, asker="", place=""):
    """Return a whole number that is no Python int as one. Raises TypeError for anything else."""
    if not is_whole(dim):
        raise TypeError(explain(f"{asker}argument 'dim'{place} must be int, not {kind_of(dim)}", "it names one axis by its number",
                                "write a whole number, such as 0, or -1 for the last axis"))
    return dim.__index__()
