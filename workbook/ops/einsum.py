"""Einstein's summation: one line that says which axes meet, which are summed, and what remains."""

from workbook.errors import explain, kind_of, shape_text
from workbook.ops.arithmetic import mul
from workbook.ops.axes import permute, unsqueeze
from workbook.ops.linalg import bmm
from workbook.ops.reduction import sum
from workbook.ops.shape import reshape
from workbook.ops.triangles import diagonal
from workbook.tensor import Tensor

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
REST = "..."  # stands for the axes that no letter names


def einsum(*args):
    """Return sums of products, written as `einsum("ij,jk->ik", a, b)`: a letter names an axis, and those left out are summed.

    A letter that stands twice in one operand takes its diagonal; `...` stands for all other axes, which broadcast. Without `->`
    the result has the letters that occur once, in alphabetic order. Also `einsum(a, [0, 1], b, [1, 2], [0, 2])`. Raises RuntimeError
    where letters and axes or sizes do not fit.

    >>> import workbook as torch
    >>> a, b = torch.tensor([[1., 2.], [3., 4.]]), torch.eye(2)
    >>> torch.einsum("ij,jk->ik", a, b), torch.einsum("ii", a), torch.einsum("ij->j", a)
    (tensor([[1., 2.],
            [3., 4.]]), tensor(5.), tensor([4., 6.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.einsum.html
    """
    terms, out, operands = _read_lists(args) if args and isinstance(args[0], Tensor) else _read_equation(args)
    depth = max((x.ndim - len(term) + 1 for term, x in zip(terms, operands) if REST in term), default=0)
    terms = [_spelt_out(term, x, i) for i, (term, x) in enumerate(zip(terms, operands))]
    dots = [-depth + i for i in range(depth)]  # the axes behind the dots are numbered from the right: ..., -2, -1
    if out is None:
        letters = [label for term in terms for label in term]
        out = dots + sorted(label for label in set(letters) - set(dots) if letters.count(label) == 1)
    else:
        out = [label for name in out for label in (dots if name == REST else [name])]
    _check_result(out, terms)
    sides = _sides(terms, operands)
    order = out + sorted((set(sides) - set(out)), key=str)
    aligned = [_aligned(x, term, order) for x, term in zip(operands, terms)]
    summed = tuple(range(len(out), len(order)))
    total, *others = aligned
    if not others:
        return sum(total, summed) if summed else total
    left = [[x.shape[i] != 1 for x in aligned].count(True) for i in range(len(order))]  # how many operands have each axis
    for x in others:
        total = _contracted(total, x, summed, left)
    return reshape(total, tuple(total.shape[:len(out)])) if summed else total


def _contracted(a, b, summed, left):
    """Return a * b, summed over those axes of `summed` that no other operand has; they stay with length 1. `left` counts who has them."""
    axes = []
    for i in summed:
        both = a.shape[i] != 1 and b.shape[i] != 1
        left[i] -= both
        if both and left[i] == 1:
            axes.append(i)
    a, b = (_summed_alone(x, [i for i in summed if left[i] == 1 and i not in axes]) for x in (a, b))
    return _product(a, b, axes) if axes else mul(a, b)


def _summed_alone(x, axes):
    """Return `x` summed over those of `axes` that it has: nobody else has them."""
    axes = tuple(i for i in axes if x.shape[i] != 1)
    return sum(x, axes, keepdim=True) if axes else x


def _product(a, b, axes):
    """Return a * b summed over `axes`, which both have, as a product of matrices."""
    if a.dtype is not b.dtype and (0 in a.shape or 0 in b.shape):  # nothing to multiply: PyTorch lets them meet in one dtype
        return sum(mul(a, b), axes, keepdim=True)
    others = [i for i in range(a.ndim) if i not in axes]
    both = [i for i in others if a.shape[i] != 1 and b.shape[i] != 1]
    left = [i for i in others if a.shape[i] != 1 and b.shape[i] == 1]
    right = [i for i in others if a.shape[i] == 1]
    if left and right and right[-1] < left[0]:
        a, b, left, right = b, a, right, left  # so the product lies in the order of the result
    groups = [_volume(a, both), _volume(a, left), _volume(b, right), _volume(a, axes)]
    rows = reshape(permute(a, both + left + axes + right), (groups[0], groups[1], groups[3]))
    columns = reshape(permute(b, both + axes + right + left), (groups[0], groups[3], groups[2]))
    product = reshape(bmm(rows, columns), [a.shape[i] for i in both + left] + [1] * len(axes) + [b.shape[i] for i in right])
    places = both + left + axes + right
    return permute(product, [places.index(i) for i in range(a.ndim)])


def _volume(x, axes):
    size = 1
    for i in axes:
        size *= x.shape[i]
    return size


def _aligned(x, term, order):
    """Return `x` with one axis for each label of `order`: a diagonal where a label stands twice, length 1 where it stands nowhere."""
    term = list(term)
    for label in list(dict.fromkeys(term)):
        while term.count(label) > 1:
            i, j = [place for place, name in enumerate(term) if name == label][:2]
            x = diagonal(x, 0, i, j)
            del term[j], term[i]
            term.append(label)
    missing = [label for label in order if label not in term]
    for _ in missing:
        x = unsqueeze(x, x.ndim)
    term += missing
    return permute(x, [term.index(label) for label in order])


def _sides(terms, operands):
    """Return the length of the axis behind each label."""
    sides = {}
    for place, (term, x) in enumerate(zip(terms, operands)):
        own = {}
        for label, side in zip(term, x.shape):
            if own.setdefault(label, side) != side:
                raise RuntimeError(explain(
                    f"einsum(): subscript {label} is repeated for operand {place} but the sizes don't match, {side} != {own[label]}",
                    f"operand {place} has shape {shape_text(x.shape)}", "a diagonal needs two axes of one length"))
        for label, side in own.items():
            if sides.setdefault(label, side) != side and 1 not in (side, sides[label]):
                raise RuntimeError(explain(
                    f"einsum(): subscript {label if isinstance(label, str) else REST} has size {side} for operand {place} which does "
                    f"not broadcast with previously seen size {sides[label]}",
                    f"operand {place} has shape {shape_text(x.shape)}", "give one letter to axes of one length only"))
            sides[label] = max(side, sides[label]) if 0 not in (side, sides[label]) else 0
    return sides


def _spelt_out(term, x, place):
    """Return the label of each axis of `x`."""
    named = [label for label in term if label != REST]
    extra = x.ndim - len(named)
    if extra < 0 or (extra and REST not in term):
        more = "is more than" if REST in term else "does not match"
        raise RuntimeError(explain(
            f"einsum(): the number of subscripts in the equation ({len(named)}) {more} the number of dimensions ({x.ndim}) for "
            f"operand {place}" + ("" if REST in term else " and no ellipsis was given"),
            f"operand {place} has shape {shape_text(x.shape)}", "write one letter for each axis"))
    return [label for name in term for label in (range(-extra, 0) if name == REST else [name])]


def _check_result(out, terms):
    for label in out:
        if out.count(label) > 1:
            raise RuntimeError(explain(f"einsum(): output subscript {label} appears more than once in the output",
                                       "each axis of the result is written once", "leave out the second"))
        if isinstance(label, str) and not any(label in term for term in terms):
            raise RuntimeError(explain(f"einsum(): output subscript {label} does not appear in the equation for any input operand",
                                       "no operand has such an axis, so its length is unknown", "use letters from before the arrow"))


def _read_equation(args):
    """Read "ij,jk->ik" and its operands: the labels of each operand, those of the result or None, the operands."""
    if len(args) > 1 and not isinstance(args[0], str):
        raise TypeError(explain(f"einsum(): argument 'equation' (position 1) must be str, not {kind_of(args[0])}", "it names the axes of the operands",
                                'write einsum("ij,jk->ik", a, b)'))
    if len(args) < 2:
        raise ValueError(explain("einsum(): must specify the equation string and at least one operand, or at least one operand and its "
                                 "subscripts list", "the equation names the axes of the operands", 'write einsum("ij,jk->ik", a, b)'))
    equation, operands = args[0], args[1:]
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    _expect_tensors(operands)
    before, arrow, after = equation.partition("->")
    terms = [_labels(term, f"operand {place}", equation) for place, term in enumerate(before.split(","))]
    if len(terms) != len(operands):
        few = len(terms) > len(operands)
        raise RuntimeError(explain(
            "einsum(): fewer operands were provided than specified in the equation" if few
            else "einsum(): more operands were provided than specified in the equation",
            f"the equation has {len(terms)} parts between commas, and there are {len(operands)} tensors", "make them as many"))
    return terms, _labels(after, "the output", equation) if arrow else None, list(operands)


def _labels(text, what, equation):
    text, labels, place = text.replace(" ", ""), [], 0
    while place < len(text):
        if text.startswith(REST, place) and REST not in labels:
            labels.append(REST)
            place += 3
        elif text[place] in LETTERS:
            labels.append(text[place])
            place += 1
        elif text[place] == ".":
            again = "an ellipsis was already found" if REST in labels else "that is not part of any ellipsis"
            raise RuntimeError(explain(f"einsum(): found '.' for {what} {again}" if REST not in labels
                                       else f"einsum(): found '.' for {what} for which {again}",
                                       "three dots stand for all other axes", "write ... once, or letters"))
        else:
            raise RuntimeError(explain(
                f"einsum(): invalid subscript given at index {equation.find(text[place])} in the equation string, subscripts must be "
                "in [a-zA-Z]", f"{text[place]!r} names no axis", "use letters, commas, ... and one ->"))
    return labels


def _read_lists(args):
    """Read a, [0, 1], b, [1, 2], [0, 2]: numbers in place of letters."""
    if len(args) < 2:
        raise ValueError(explain("einsum(): must specify the equation string and at least one operand, or at least one operand and its "
                                 "subscripts list", "the list names the axes of the operand before it", "write einsum(a, [0, 1])"))
    args = list(args)
    out = _from_numbers(args.pop()) if len(args) % 2 else None
    _expect_tensors(args[::2])
    return [_from_numbers(numbers) for numbers in args[1::2]], out, args[::2]


def _expect_tensors(operands):
    for place, x in enumerate(operands):
        if not isinstance(x, Tensor):
            raise TypeError(explain(f"expected Tensor as element {place} in argument 1, but got {kind_of(x)}",
                                    "einsum works on Tensors", "wrap it: torch.tensor(...)"))


def _from_numbers(numbers):
    labels = []
    for number in numbers:
        if number is not Ellipsis and not 0 <= number < len(LETTERS):
            raise ValueError(explain("einsum(): subscript in subscript list is not within the valid range [0, 52)",
                                     f"{number} names no axis", "use numbers from 0 to 51"))
        labels.append(REST if number is Ellipsis else LETTERS[number])
    return labels
