"""Exercises of lesson 09: convolution, pooling, and the shapes of LeNet."""

from functools import partial

from workbook.exercises.compare import as_number, describe, dtype_name, entries, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import recorded, written
from workbook.exercises.judges import function, number

AFTER_POOLING = Exercise(
    id="09.1",
    title="After one convolution and one pooling",
    kind="predict",
    level=1,
    minutes=2,
    prompt="A picture of 32 × 32 goes through `nn.Conv2d(1, 6, 5)` and then through `F.max_pool2d(x, 2)`. How long is a side now?",
    judge=number(
        14,
        known={
            16: "16 would be half of 32. But the kernel has to fit inside the picture: first 28 places are left.",
            28: "28 is the side after the convolution. The pooling halves it.",
            13: "13 is one too few. A kernel of 5 fits at 32 − 5 + 1 places.",
            13.5: "13.5 is half of 27: a kernel of 5 fits at 32 − 5 + 1 places, and that is 28.",
            6: "6 is the number of output channels. The side is asked for.",
            5: "5 is the kernel. The side of what comes out is asked for.",
            196: "196 is the number of places, 14 · 14. One side is asked for.",
            1176: "1176 counts all numbers, 6 · 14 · 14. One side is asked for.",
            15: "The kernel of 5 takes 4 places away in all, not 2.",
        },
    ),
    right=("14", "(32 - 5 + 1) // 2", "torch.nn.functional.max_pool2d(torch.nn.Conv2d(1, 6, 5)(torch.zeros(1, 1, 32, 32)), 2).shape[-1]"),
    wrong=(
        ("32 // 2", "would be half of 32"),
        ("28", "after the convolution"),
        ("13", "one too few"),
        ("(32 - 5) / 2", "half of 27"),
        ("6", "output channels"),
        ("5", "the kernel"),
        ("14 * 14", "number of places"),
        ("6 * 14 * 14", "counts all numbers"),
        ("15", "takes 4 places away"),
        ("7", "is not it"),
        ("torch.Size([1, 6, 14, 14])", "One number is asked for"),
        ("'14'", "without quotation marks"),
    ),
    hints=("At how many places does a kernel of 5 fit along a row of 32?", "At 32 − 5 + 1 = 28. The pooling takes the largest of each 2 × 2."),
    solution="(32 - 5 + 1) // 2",
    reason="The convolution leaves 32 − 5 + 1 = 28, and pooling with a window of 2 halves that.",
)

IN_FEATURES = Exercise(
    id="09.2",
    title="What arrives at the first linear layer",
    kind="predict",
    level=2,
    minutes=4,
    prompt="Pictures of 32 × 32 go twice through a convolution with a 3 × 3 kernel and a pooling of 2; the second convolution has 16 output channels. Then they are flattened. Which\n"
    "`in_features` does the linear layer after that need?",
    judge=number(
        576,
        known={
            400: "400 = 16 · 5 · 5 belongs to kernels of 5. Here they are 3.",
            1024: "1024 = 16 · 8 · 8 forgets the kernels: each takes 2 places away.",
            36: "36 = 6 · 6 forgets the channels: 16 of such maps arrive.",
            784: "784 = 16 · 7 · 7. The second convolution takes 2 away, too: 15 → 13, and half of it is 6.",
            3136: "3136 = 16 · 14 · 14 has one pooling too few.",
            2704: "2704 = 16 · 13 · 13 is before the second pooling.",
            216: "216 = 6 · 6 · 6: the last convolution has 16 output channels.",
            96: "96 = 16 · 6: a map has 6 rows of 6.",
            6: "6 is a side of the maps. All numbers are asked for, of all channels.",
            676: "676 = 16 · 6.5 · 6.5: half of a row is left out, and 13 // 2 is 6.",
        },
    ),
    right=("576", "16 * 6 * 6",
           "x = torch.zeros(1, 1, 32, 32)\nx = torch.nn.functional.max_pool2d(torch.nn.Conv2d(1, 6, 3)(x), 2)\nx = torch.nn.functional.max_pool2d(torch.nn.Conv2d(6, 16, 3)(x), 2)\nanswer = x.flatten(1).shape[1]"),
    wrong=(
        ("16 * 5 * 5", "kernels of 5"),
        ("16 * 8 * 8", "forgets the kernels"),
        ("6 * 6", "forgets the channels"),
        ("16 * 7 * 7", "takes 2 away, too"),
        ("16 * 14 * 14", "one pooling too few"),
        ("16 * 13 * 13", "before the second pooling"),
        ("6 * 6 * 6", "16 output channels"),
        ("16 * 6", "6 rows of 6"),
        ("6", "a side of the maps"),
        ("16 * 6.5 * 6.5", "half of a row"),
        ("120", "is not it"),
        ("(1, 576)", "One number is asked for"),
    ),
    hints=("Follow one side: 32, minus 2, halved, minus 2, halved. What is left over at a pooling is dropped.",
           "32 → 30 → 15 → 13 → 6. There are 16 maps of 6 × 6."),
    solution="16 * 6 * 6",
    reason="32 → 30 → 15 → 13 → 6: 16 channels of 6 rows of 6 numbers. 576 holds for pictures of 32 only; with 28 it would be 400.",
)


def _same_padding(answer, names):
    """Judge a padding by using it: an int that keeps 28 × 28 under a kernel of 5."""
    if answer == "same" and type(answer) is str:
        return "`'same'` does keep the size. The number is asked for that it stands for."
    value = as_number(answer)
    if value is None:
        return f"The answer is {describe(answer)}; one whole number is asked for."
    if not isinstance(value, int):
        return f"{value} is no whole number of type int: conv2d refuses it. Write // in place of /." if value == 2 else f"{value} is no whole number."
    if is_tensor(answer):
        return "The answer is a tensor; an int is asked for."
    side = 28 + 2 * value - 4
    if side == 28:
        return None
    told = {5: "5 is the kernel itself.", 1: "1 keeps the size for a kernel of 3.", 4: "4 is what the kernel takes away in all; the padding is added on both sides.", 0: "0 adds nothing, and the kernel takes 4 places away."}
    return f"{told.get(value, '')} With padding {value} a side of 28 becomes {side}.".strip()


KEEPS_THE_SIZE = Exercise(
    id="09.3",
    title="A padding that keeps the size",
    kind="fill in",
    level=1,
    minutes=2,
    prompt="Which `padding`, an int, keeps a picture at 28 × 28 in `nn.Conv2d(1, 16, kernel_size=5, stride=1, padding=...)`?",
    judge=_same_padding,
    right=("2", "(5 - 1) // 2", "5 // 2"),
    wrong=(
        ("(5 - 1) / 2", "conv2d refuses it"),
        ("5", "the kernel itself"),
        ("1", "a kernel of 3"),
        ("4", "on both sides"),
        ("0", "adds nothing"),
        ("3", "becomes 30"),
        ("-2", "becomes 20"),
        ("'same'", "The number is asked for"),
        ("2.5", "no whole number"),
        ("[2]", "one whole number is asked for"),
        ("torch.tensor(2)", "an int is asked for"),
        ("'2'", "one whole number is asked for"),
    ),
    hints=("Without padding a side of 28 becomes 24. How many places are missing, and on how many sides are they added?",
           "Four places are missing. The padding is added at both ends, so half of them stand at each."),
    solution="(5 - 1) // 2",
    reason="The kernel takes 4 places away, and the padding gives 2 back on each side. With / it would be 2.0, which conv2d refuses.",
)


def _one_in_a_batch(answer, names):
    """Judge a batch of one picture."""
    if not is_tensor(answer):
        return f"The answer is {describe(answer)}; a tensor is asked for."
    shape = tuple(answer.shape)
    told = {
        (1, 32, 32): "That is the picture itself: channel, row, column. The axis of the batch is missing.",
        (32, 32): "The axis of the channel is gone, and that of the batch is not there yet.",
        (1024,): "That is flat: one axis of 1024 numbers. The picture has to stay a picture.",
        (1, 1024): "That is a flattened picture. A convolution needs rows and columns.",
        (1, 32, 32, 1): "The new axis stands at the end. The order is batch, channel, row, column.",
        (1, 32, 1, 32): "The new axis stands in the middle of the picture. The batch comes first.",
        (1, 1, 1, 32, 32): "One axis too many.",
        (2, 1, 32, 32): "That is a batch of two.",
    }
    if shape != (1, 1, 32, 32):
        return told.get(shape, f"The shape is {shape}; batch, channel, row and column are asked for.")
    if answer.dtype is not names["image"].dtype:
        return f"The dtype has changed, to {dtype_name(answer)}. Only the shape is to change."
    if entries(answer) != entries(names["image"]):
        return "The shape is right, but it does not hold the numbers of image. Give image itself another shape."
    return None


BATCH_OF_ONE = Exercise(
    id="09.4",
    title="A batch of one",
    kind="write it",
    level=1,
    minutes=2,
    prompt="`image`, made beside the net above, has shape `(1, 32, 32)`: one picture of one channel. Make a batch of it that holds this picture alone.",
    judge=_one_in_a_batch,
    setup="image = torch.arange(1024.).view(1, 32, 32)",
    right=("image.unsqueeze(0)", "image[None]", "image.view(1, 1, 32, 32)", "torch.stack([image])", "image.reshape(-1, *image.shape)"),
    wrong=(
        ("image", "The axis of the batch is missing"),
        ("image.squeeze()", "The axis of the channel is gone"),
        ("image.view(-1)", "That is flat"),
        ("image.flatten(1).view(1, 1024)", "a flattened picture"),
        ("image.unsqueeze(-1)", "at the end"),
        ("image.unsqueeze(2)", "in the middle"),
        ("image[None, None]", "One axis too many"),
        ("torch.stack([image, image])", "a batch of two"),
        ("torch.zeros(1, 1, 32, 32)", "does not hold the numbers"),
        ("image.unsqueeze(0).transpose(2, 3)", "does not hold the numbers"),
        ("image.double().unsqueeze(0)", "The dtype has changed"),
        ("[image]", "is a list"),
        ("(1, 1, 32, 32)", "is a tuple"),
    ),
    hints=("Lesson 02 had a method that adds an axis of length 1. Where does the axis of the batch stand?",
           "unsqueeze adds an axis at the place that it is given; the batch stands at place 0."),
    solution="image.unsqueeze(0)",
    reason="Batch, channel, row, column: a batch of one has an axis of length 1 in front. No number is copied.",
)

_side = partial(written, "size, kernel, stride, padding")


_right_length = function(
    _side("return (size + 2 * padding - kernel) // stride + 1"),
    ("32, 5, 1, 0", "28, 5, 1, 2", "7, 3, 2, 1", "10, 3, 3, 0", "8, 2, 2, 0", "11, 4, 2, 1"),
    known={
        _side("return (size - kernel) // stride + 1"): "Right without padding. It adds places on both sides.",
        _side("return (size + padding - kernel) // stride + 1"): "The padding stands on both sides: twice.",
        _side("return (size + 2 * padding - kernel) // stride"): "One too few: the first place counts, too. A kernel as long as the picture fits at one place.",
        _side("return size + 2 * padding - kernel + 1"): "Right for a stride of 1. With a larger one, places are skipped.",
        _side("return (size + 2 * padding - kernel + 1) // stride"): "The first place is not to be divided: + 1 comes after the division.",
        _side("return (size + 2 * padding - kernel) / stride + 1"): "The result is a float, and a fraction where the stride does not come out even: what is left over is dropped, by //.",
        _side("import math", "return math.ceil((size + 2 * padding - kernel) / stride) + 1"): "Rounded up: but a window that does not fit whole is left out. Round down.",
    },
)


def _length(answer, names):
    """Judge a function that computes a length, and that the length is an int."""
    found = _right_length(answer, names)
    if found is None and type(kind := answer(32, 5, 1, 0)) is not int:
        return f"The numbers are right, but a length is an int, and this is {describe(kind)} of another kind: {dtype_name(kind) if is_tensor(kind) else type(kind).__name__}."
    return found


LENGTH = Exercise(
    id="09.5",
    title="How long the output is",
    kind="write it",
    level=2,
    minutes=5,
    prompt="Write a function of `size`, `kernel`, `stride` and `padding`, four whole numbers, that returns how long the output of a convolution is along that axis: an int. It holds for every case\n"
    "in which the kernel fits.",
    judge=_length,
    right=(
        _side("return (size + 2 * padding - kernel) // stride + 1"),
        _side("return len(range(0, size + 2 * padding - kernel + 1, stride))"),
        _side("x = torch.zeros(1, 1, size)", "return torch.nn.Conv1d(1, 1, kernel, stride, padding)(x).shape[-1]"),
    ),
    wrong=(
        (_side("return (size - kernel) // stride + 1"), "Right without padding"),
        (_side("return (size + padding - kernel) // stride + 1"), "twice"),
        (_side("return (size + 2 * padding - kernel) // stride"), "One too few"),
        (_side("return size + 2 * padding - kernel + 1"), "Right for a stride of 1"),
        (_side("return (size + 2 * padding - kernel + 1) // stride"), "comes after the division"),
        (_side("return (size + 2 * padding - kernel) / stride + 1"), "is a float"),
        (_side("import math", "return math.ceil((size + 2 * padding - kernel) / stride) + 1"), "Round down"),
        (_side("return size // stride"), "not the number asked for"),
        (_side("return float((size + 2 * padding - kernel) // stride + 1)"), "a length is an int"),
        (_side("return torch.tensor((size + 2 * padding - kernel) // stride + 1)"), "a length is an int"),
        (_side("(size + 2 * padding - kernel) // stride + 1"), "Is there a `return`?"),
        ("28", "a function is asked for"),
    ),
    hints=("Without stride and padding a kernel fits at size − kernel + 1 places. Padding makes the size larger first.",
           "With stride s the first place counts, and then every s-th: (...) // stride + 1."),
    solution=_side("return (size + 2 * padding - kernel) // stride + 1"),
    reason="The last place where the kernel fits is size + 2 · padding − kernel; from place 0 to there it goes in steps of stride, and the first place counts.",
)

_slides = partial(written, "x, w")


_slides_right = function(
    _slides("rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1",
            "return torch.stack([torch.stack([(x[i:i + w.shape[0], j:j + w.shape[1]] * w).sum() for j in range(columns)]) for i in range(rows)])"),
    ("torch.arange(12.).view(3, 4), torch.tensor([[1., 2.], [3., -4.]])", "torch.tensor([[1., 0., 2.], [4., -3., 1.], [0., 5., 2.]]), torch.tensor([[1., 2., 3.]])",
     "torch.tensor([[2., 7.], [1., 8.]]), torch.tensor([[1., 2.], [3., 4.]])"),
    known={
        _slides("w = w.flip(0, 1)", "rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1",
                "return torch.stack([torch.stack([(x[i:i + w.shape[0], j:j + w.shape[1]] * w).sum() for j in range(columns)]) for i in range(rows)])"):
            "That turns the kernel around, as mathematics does. Networks leave it as it is: PyTorch's convolution is a cross-correlation.",
        _slides("rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1",
                "return torch.stack([torch.stack([(x[i:i + w.shape[0], j:j + w.shape[1]] * w).mean() for j in range(columns)]) for i in range(rows)])"):
            "That is the mean of the products. Their sum is asked for.",
        _slides("rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1",
                "return torch.stack([torch.stack([x[i:i + w.shape[0], j:j + w.shape[1]].sum() for j in range(columns)]) for i in range(rows)])"):
            "That adds up the windows. Each number is multiplied by the kernel's first.",
    },
)


def _by_hand(answer, names):
    """Judge a convolution, and that no function of torch.nn has computed it."""
    found = _slides_right(answer, names)
    if found is None:
        x, w = names.evaluate("torch.arange(12.).view(3, 4).requires_grad_()"), names.evaluate("torch.tensor([[1., 2.], [3., -4.]])")
        if recorded(answer, x, w) & {"ConvolutionBackward0", "Im2ColBackward0"}:
            return "The numbers are right, and a function of torch.nn has computed them. Do it without: slices of x, times w, added up."
    return found


BY_HAND = Exercise(
    id="09.6",
    title="A convolution by hand",
    kind="write it",
    level=3,
    minutes=10,
    prompt="Write a function of a picture `x` (two axes) and a kernel `w` (two axes) that returns their convolution, stride 1, no padding: at each place, the window's numbers times the\n"
    "kernel's, added up. Without any function of `torch.nn`.",
    judge=_by_hand,
    right=(
        _slides("rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1", "out = torch.zeros(rows, columns)", "for i in range(rows):",
                "    for j in range(columns):", "        out[i, j] = (x[i:i + w.shape[0], j:j + w.shape[1]] * w).sum()", "return out"),
        _slides("rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1",
                "return sum(w[i, j] * x[i:i + rows, j:j + columns] for i in range(w.shape[0]) for j in range(w.shape[1]))"),
        _slides("windows = x.unfold(0, w.shape[0], 1).unfold(1, w.shape[1], 1)", "return (windows * w).sum((2, 3))"),
    ),
    wrong=(
        (_slides("w = w.flip(0, 1)", "windows = x.unfold(0, w.shape[0], 1).unfold(1, w.shape[1], 1)", "return (windows * w).sum((2, 3))"), "turns the kernel around"),
        (_slides("windows = x.unfold(0, w.shape[0], 1).unfold(1, w.shape[1], 1)", "return (windows * w).mean((2, 3))"), "mean of the products"),
        (_slides("windows = x.unfold(0, w.shape[0], 1).unfold(1, w.shape[1], 1)", "return windows.sum((2, 3))"), "multiplied by the kernel's first"),
        (_slides("rows, columns = x.shape[0] - w.shape[0], x.shape[1] - w.shape[1]", "out = torch.zeros(rows, columns)", "for i in range(rows):",
                 "    for j in range(columns):", "        out[i, j] = (x[i:i + w.shape[0], j:j + w.shape[1]] * w).sum()", "return out"), "the result"),
        (_slides("return (x * w).sum()"), "raises RuntimeError"),
        (_slides("return torch.nn.functional.conv2d(x[None, None], w[None, None])[0, 0]"), "a function of torch.nn"),
        (_slides("return x @ w"), "cannot be multiplied"),
        (_slides("windows = x.unfold(0, w.shape[0], 1).unfold(1, w.shape[1], 1)", "return (windows * w).sum()"), "the result"),
        (_slides("windows = x.unfold(0, w.shape[0], 1).unfold(1, w.shape[1], 1)", "return (windows * w).sum((2, 3))[None, None]"), "axes"),
        (_slides("(x[:w.shape[0], :w.shape[1]] * w).sum()"), "Is there a `return`?"),
        ("torch.zeros(2, 3)", "a function is asked for"),
    ),
    hints=("The window at row i, column j is x[i:i + rows of w, j:j + columns of w]. At how many rows and columns does it fit?",
           "Make an output of zeros, of x.shape[0] − w.shape[0] + 1 rows and as many columns less, and fill it in two loops."),
    solution=_slides("rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1", "out = torch.zeros(rows, columns)", "for i in range(rows):",
                     "    for j in range(columns):", "        out[i, j] = (x[i:i + w.shape[0], j:j + w.shape[1]] * w).sum()", "return out"),
    reason="The same few weights at every place. With channels there is one such kernel for each input channel, and their sums are added up.",
)

EXERCISES = (AFTER_POOLING, IN_FEATURES, KEEPS_THE_SIZE, BATCH_OF_ONE, LENGTH, BY_HAND)
