"""How many elements of memory one step along each axis passes: PyTorch's rules for copies, results and views.

They reach into corners that change no number, yet `stride()` shows them: axes of length 1, and Tensors without elements.
Steps are counted in elements here, as PyTorch counts them, and in bytes only by NumPy.
"""


def steps_of(array):
    """Return the steps of an array. NumPy takes none where there is nothing, PyTorch as if every side were 1 or more."""
    steps = tuple([step // array.itemsize for step in array.strides])
    return steps if array.size or any(steps) else in_rows(array.shape)


def in_rows(shape):
    """Return the steps of memory in the order of `shape`."""
    return packed(shape, range(len(shape)))


def lies_in_rows(array):
    """Return whether an array has the steps of memory in the order of its shape, also along axes of length 1."""
    step = array.itemsize
    for side, have in zip(array.shape[::-1], array.strides[::-1]):
        if have != step:
            return False
        step *= side
    return True


def packed(shape, axes):
    """Return the steps of memory in which `axes` lie from the outside to the inside, without gaps."""
    steps, step = [1] * len(shape), 1
    for axis in reversed(axes):
        steps[axis] = step
        step *= max(shape[axis], 1)
    return tuple(steps)


def lie_in(shape, steps, axes):
    """Return whether memory lies without gaps in the order of `axes`. Along an axis of length 1 nobody goes; of nothing all holds."""
    if 0 in shape:
        return True
    expected = 1
    for axis in reversed(axes):
        if shape[axis] != 1:
            if steps[axis] != expected:
                return False
            expected *= shape[axis]
    return True


def of_copy(shape, steps):
    """Return the steps of a copy that keeps the order of what it copies: the same where that has no gaps, else without them."""
    if 0 in shape:
        return steps
    inside = sorted((axis for axis in range(len(shape)) if shape[axis] > 1), key=steps.__getitem__, reverse=True)
    return steps if lie_in(shape, steps, inside) else packed(shape, axes_in_memory(shape, steps))


def of_result(shape, operands):
    """Return the steps of what an elementwise operation makes of operands, each given as its shape and its steps.

    PyTorch's TensorIterator: of one shape and in one order, the result is, too. Otherwise the first operand decides, axis against
    axis, and the next where it does not.
    """
    if all(have == shape for have, _ in operands):
        steps = [each for _, each in operands]
        for axes in (range(len(shape)), *[IMAGES[4]] * (len(shape) == 4)):
            if all(lie_in(shape, each, axes) for each in steps):
                return packed(shape, axes)
        if all(each == steps[0] for each in steps) and of_copy(shape, steps[0]) == steps[0]:
            return steps[0]
    axes = axes_in_memory(shape, *[within(*operand, shape) for operand in operands if operand[0]])
    if 0 not in shape or axes == [*range(len(shape))]:
        return packed(shape, axes)
    steps, step = [1] * len(shape), 1
    for axis in reversed(axes):  # here alone PyTorch counts a side of 0 as one
        steps[axis] = step
        step *= shape[axis]
    return tuple(steps)


def within(have, steps, shape):
    """Return the steps that an operand takes along the axes of a result: 0 where it is repeated."""
    added = len(shape) - len(have)
    return [0] * added + [0 if side == 1 != wanted else step for side, wanted, step in zip(have, shape[added:], steps)]


def grown(shape, steps, axis):
    """Return the steps with a new axis of length 1, which steps over what lies behind it."""
    return steps[:axis] + (steps[axis] * shape[axis] if axis < len(shape) else 1,) + steps[axis:]


IMAGES = {4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}  # the axes of images whose channels lie innermost


def like_images(shape, steps):
    """Return whether PyTorch takes a Tensor for images whose channels lie innermost, gaps allowed."""
    if len(shape) not in IMAGES or 0 in shape or not steps[1]:
        return False
    least = 0
    for axis in reversed(IMAGES[len(shape)]):
        if steps[axis] < least or axis == 0 and least == steps[1]:
            return False
        least = steps[axis] * shape[axis]
    return True


def of_view(shape, steps, wanted):
    """Return the steps of the same memory in another shape of as many elements; None where no steps lead through it in order."""
    if 0 in shape:
        return steps if wanted == shape else in_rows(wanted)
    found, place = [1] * len(wanted), len(wanted) - 1
    have = seen = 1  # elements of the run of memory that is gone through, in the shape that is and in the one that is wanted
    step = steps[-1] if steps else 1
    for axis in reversed(range(len(shape))):
        have *= shape[axis]
        if axis and (shape[axis - 1] == 1 or steps[axis - 1] == have * step):
            continue  # the next axis goes on where this one ends
        while place >= 0 and (seen < have or wanted[place] == 1):
            found[place] = seen * step
            seen *= wanted[place]
            place -= 1
        if seen != have:
            return None
        if axis:
            step, have, seen = steps[axis - 1], 1, 1
    return tuple(found) if place < 0 or not shape else None


def axes_in_memory(shape, *strides):
    """Return the axes, those with the longest steps first. An axis whose step is 0, and equal ones, stay where they are.

    `strides`: those of an array, or of several that are computed with together; the first decides, and the next where it does not.
    The sort, by insertion, is PyTorch's: with axes that stay where they are, other sorts end elsewhere.
    """
    axes = [*reversed(range(len(shape)))]
    for place in range(1, len(axes)):
        for before in reversed(range(place)):
            order = _order_of(axes[before], axes[place], shape, strides)
            if order < 0:
                break
            if order > 0:
                axes[before], axes[place], place = axes[place], axes[before], before
    return axes[::-1]


def _order_of(a, b, shape, strides):
    """Return -1 where axis `a` takes the shorter steps, so lies inside `b`; 1 where `b` does; 0 where nothing says so."""
    for steps in strides:
        if steps[a] and steps[b]:
            if steps[a] != steps[b]:
                return -1 if steps[a] < steps[b] else 1
            if shape[a] > shape[b]:
                return 1
    return 0
