"""Exercises of lesson 13: data sets, loaders, transforms."""

from functools import partial

from workbook.exercises.compare import as_number, describe, difference, entries, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called
from workbook.exercises.judges import function, number


def _windows(answer, names):
    """Judge a class of data sets: the windows of a series, by their number and by every one of them."""
    torch = names["torch"]
    if not isinstance(answer, type):
        if isinstance(answer, torch.utils.data.Dataset):
            return "That is one data set. The class itself is asked for: it is called with other series, too."
        return f"The answer is {describe(answer)}; a class is asked for."
    for series in (torch.tensor([2., 3., 5., 8., 13., 21.]), torch.tensor([4., 1., 3.5, 9.25])):
        found = _about_windows(answer, series, torch)
        if found:
            return found
    if not issubclass(answer, torch.utils.data.Dataset):
        return "It works, and is no Dataset: write class Windows(torch.utils.data.Dataset), so that readers and tools know what it is."
    return None


def _about_windows(answer, series, torch):
    case, values = f"a series of {len(series)} values", series.clone()
    made, problem = called(answer, series, case=case)
    if problem:
        return problem.replace("your function", "your class")
    length, problem = called(lambda: len(made))
    if problem:
        return problem.replace("Your function", f"len() of your data set over {case}")
    if length != len(series) - 3:
        return _wrong_length(length, len(series))
    for place in range(length):
        item, problem = called(lambda i: made[i], place)
        if problem:
            return problem.replace("Your function", f"Item {place} over {case}")
        found = _about_window(item, place, values)
        if found:
            return found
    return None


def _wrong_length(length, values):
    right = values - 3
    windows, has, fit = ("window", "has", "fits") if right == 1 else ("windows", "have", "fit")
    if length == values:
        return f"len() is {length}, one a value. The last three values have nothing, or too little, after them: {right} {windows} {fit}."
    if length == right + 1:
        return f"len() is {length}. After the last window there has to be one more value, the answer to it: {right} {fit}."
    return f"len() is {length}; of {values} values, {right} {windows} of three {has} a value that follows."


def _about_window(item, place, series):
    if type(item) not in (tuple, list) or len(item) != 2:
        return f"Item {place} is {describe(item)}; a pair is asked for: the window, and the value that follows it."
    window, follows = item
    right = series[place:place + 3]
    if not is_tensor(window):
        return f"The window of item {place} is {describe(window)}; a tensor of three values is asked for."
    if difference(window, right, 1e-6):
        if difference(window, series[place:place + 2], 1e-6) is None:
            return "The window has two values: a slice leaves out its end."
        if difference(window, series[place:place + 4], 1e-6) is None:
            return "The window has four values: the one to be foretold is among them."
        return f"The window of item {place} {difference(window, right, 1e-6)}."
    if as_number(follows) is None:
        return f"The second part of item {place} is {describe(follows)}; the one value that follows is asked for."
    if difference(as_number(follows), series[place + 3].item(), 1e-6):
        if as_number(follows) == series[place + 2].item():
            return "The second part is the last value of the window itself. The one after it is to be foretold."
        return f"The second part of item {place} is {as_number(follows):g}; {series[place + 3].item():g} follows the window."
    return None


def _dataset(length="len(self.series) - 3", window="self.series[i:i + 3]", follows="self.series[i + 3]", base="(torch.utils.data.Dataset)", item=None):
    return "\n".join([
        f"class answer{base}:",
        "    def __init__(self, series):",
        "        self.series = series",
        "    def __len__(self):",
        f"        return {length}",
        "    def __getitem__(self, i):",
        f"        return {item or f'{window}, {follows}'}",
    ])


WINDOWS = Exercise(
    id="13.1",
    title="A data set of windows",
    kind="write it",
    level=2,
    minutes=8,
    prompt="A network is to foretell the next value of a series from the last three. Write the class of its data set: it is made with `series`, a tensor with one axis. Item `i` is a pair:\n"
    "the three values from place `i` on, and the single value that follows them. `len()` says how many such pairs there are. Give the class itself, `answer = Windows`.",
    judge=_windows,
    right=(
        _dataset(),
        _dataset(length="self.series.shape[0] - 3", window="self.series[i:][:3]", follows="self.series[i + 3].item()"),
        _dataset(item="[torch.stack([self.series[i], self.series[i + 1], self.series[i + 2]]), self.series[i + 3]]"),
        "class answer(torch.utils.data.TensorDataset):\n    def __init__(self, series):\n        super().__init__(series.unfold(0, 3, 1)[:-1], series[3:])",
    ),
    wrong=(
        (_dataset(length="len(self.series)"), "one a value"),
        (_dataset(length="len(self.series) - 2"), "one more value"),
        (_dataset(length="len(self.series) // 3"), "windows of three have a value"),
        (_dataset(window="self.series[i:i + 2]"), "a slice leaves out its end"),
        (_dataset(window="self.series[i:i + 4]"), "the one to be foretold is among them"),
        (_dataset(window="self.series[3 * i:3 * i + 3]"), "The window of item 1"),
        (_dataset(window="self.series[i]"), "The window of item 0"),
        (_dataset(window="self.series[i:i + 3].mul_(2)"), "The window of item 0"),
        (_dataset(length="3"), "1 window of three has a value"),
        (_dataset(follows="self.series[i + 2]"), "the last value of the window itself"),
        (_dataset(follows="self.series[i + 3].long()"), "9.25 follows the window"),
        (_dataset(follows="self.series[i + 3:]"), "the one value that follows is asked for"),
        (_dataset(follows="self.series[-1]"), "follows the window"),
        (_dataset(item="self.series[i:i + 3]"), "a pair is asked for"),
        (_dataset(window="self.series[i:i + 3].tolist()"), "a tensor of three values"),
        (_dataset(base=""), "is no Dataset"),
        (_dataset().replace("__len__", "length"), "raises TypeError"),
        (_dataset().replace("__getitem__", "get"), "NotImplementedError"),
        (_dataset().replace("(self, series)", "(self)"), "raises TypeError"),
        (_dataset(item="print(i)"), "returns None"),
        (_dataset() + "\nanswer = answer(torch.arange(6.))", "The class itself is asked for"),
        ("torch.arange(6.)", "a class is asked for"),
        ("[1, 2, 3]", "a class is asked for"),
    ),
    hints=("Two methods answer two questions: __len__ how many, __getitem__(self, i) the i-th. In a series of six values, which windows of three have a value after them?",
           "Places 0, 1 and 2 can begin a window: 6 - 3. The window is series[i:i + 3], and what follows it is series[i + 3]."),
    solution=_dataset().replace("class answer", "class Windows") + "\n\nanswer = Windows",
    reason="The last window must leave one value over. A data set hands out one example at a time; batches are the loader's business.",
)

BATCHES = Exercise(
    id="13.2",
    title="How many batches?",
    kind="predict",
    level=1,
    minutes=2,
    prompt="A data set has 10 items. `len(DataLoader(ds, batch_size=4))` is?",
    judge=number(3, known={
        2: "2 is what drop_last=True leaves. Here the last batch is short, and it comes.",
        2.5: "There is no half batch: the last one comes, and is short.",
        4: "4 is how many items stand in a batch.",
        10: "10 are the items. They come four at a time.",
        40: "Batches divide the items; they do not multiply them.",
    }),
    right=("3", "import math\nanswer = math.ceil(10 / 4)", "len(torch.utils.data.DataLoader(range(10), batch_size=4))"),
    wrong=(
        ("10 // 4", "drop_last=True"),
        ("10 / 4", "no half batch"),
        ("4", "items stand in a batch"),
        ("10", "come four at a time"),
        ("10 * 4", "do not multiply"),
        ("5", "is not it"),
        ("torch.utils.data.DataLoader(range(10), batch_size=4)", "One number is asked for"),
    ),
    hints=("Four, and four more. What is left?", "The loader does not leave items out unless it is told to (drop_last)."),
    solution="len(torch.utils.data.DataLoader(range(10), batch_size=4))",
    reason="4 + 4 + 2. So a loop over batches may never count on a batch of full size; labels.size(0) says how many there are.",
)


def _loader(answer, names):
    """Judge a loader over `ds`: two batches of five, in a new order in each round."""
    torch, ds = names["torch"], names["ds"]
    data = torch.utils.data
    if isinstance(answer, data.Dataset):
        return "That is the data set. A DataLoader over it is asked for."
    if not isinstance(answer, data.DataLoader):
        return f"The answer is {describe(answer)}; a DataLoader is asked for."
    if len(answer.dataset) != len(ds):
        return f"Its data set has {len(answer.dataset)} items; a loader over ds, which has {len(ds)}, is asked for."
    batches = list(answer)
    if not all(type(batch) in (tuple, list) and len(batch) == 2 and all(map(is_tensor, batch)) for batch in batches):
        return "A batch of it is not a pair of inputs and targets, as an item of ds is. Give it ds itself, and leave the joining to it."
    sizes = [len(inputs) for inputs, _ in batches]
    if sizes != [5, 5]:
        slip = " batch_size is how many items stand in a batch, not how many batches there are." if sizes == [2] * 5 else ""
        slip = slip or (" Without batch_size each item comes alone." if sizes == [1] * 10 else "")
        return f"Its batches have {', '.join(map(str, sizes))} items; 5 and 5 are asked for.{slip}"
    if any(_other_items(inputs, targets, ds) for inputs, targets in batches):
        return "It has 10 items, but its inputs and targets are other ones than those of ds."
    orders = [torch.cat([batch[0] for batch in answer]).flatten().tolist() for _ in range(4)]
    everything = sorted(ds[:][0].flatten().tolist())
    if any(sorted(order) != everything for order in orders):
        return "In a round some items come twice and others never. Shuffling is another order of all of them, each once."
    if all(order == everything for order in orders):
        return "It goes through the items in their own order. For training they are to be shuffled."
    if all(order == orders[0] for order in orders):
        return "Every round has the same order. Shuffling is to give another one each time: let the loader do it."
    return None


def _other_items(inputs, targets, ds):
    """Whether this batch is none of items of `ds`, in which the input of item i is the number i."""
    places = [int(place) for place in entries(inputs)]
    if not set(places) <= set(range(len(ds))):
        return True
    right_inputs, right_targets = ds[places]
    return bool(difference(inputs, right_inputs) or difference(targets, right_targets))


LOADER = Exercise(
    id="13.3",
    title="A loader for training",
    kind="write it",
    level=1,
    minutes=3,
    prompt="`ds` is a data set of 10 items:\n\n```python\nds = torch.utils.data.TensorDataset(torch.arange(10.).reshape(10, 1), torch.arange(10) % 2)\n```\n\n"
    "Make a loader that gives it in batches of 5, shuffled anew in every round.",
    setup="ds = torch.utils.data.TensorDataset(torch.arange(10.).reshape(10, 1), torch.arange(10) % 2)",
    judge=_loader,
    right=(
        "torch.utils.data.DataLoader(ds, batch_size=5, shuffle=True)",
        "torch.utils.data.DataLoader(ds, 5, True)",
        "torch.utils.data.DataLoader(ds, batch_size=5, sampler=torch.utils.data.RandomSampler(ds))",
        "torch.utils.data.DataLoader(dataset=ds, batch_size=5, shuffle=True, drop_last=True)",
        "torch.utils.data.DataLoader(ds, batch_size=5, shuffle=True, generator=torch.Generator().manual_seed(0))",
        "torch.utils.data.DataLoader(ds, batch_sampler=torch.utils.data.BatchSampler(torch.utils.data.RandomSampler(ds), 5, False))",
    ),
    wrong=(
        ("torch.utils.data.DataLoader(ds, batch_size=5)", "in their own order"),
        ("torch.utils.data.DataLoader(ds, shuffle=True)", "each item comes alone"),
        ("torch.utils.data.DataLoader(ds, batch_size=2, shuffle=True)", "not how many batches there are"),
        ("torch.utils.data.DataLoader(ds, batch_size=10, shuffle=True)", "5 and 5 are asked for"),
        ("torch.utils.data.DataLoader(ds, batch_size=5, sampler=[3, 1, 4, 0, 5, 9, 2, 6, 8, 7])", "the same order"),
        ("torch.utils.data.DataLoader(ds, batch_size=5, sampler=torch.utils.data.RandomSampler(ds, replacement=True))", "each once"),
        ("torch.utils.data.DataLoader(ds[:5], batch_size=5, shuffle=True)", "a loader over ds"),
        ("torch.utils.data.DataLoader(torch.utils.data.TensorDataset(ds.tensors[0]), batch_size=5, shuffle=True)", "a pair of inputs and targets"),
        ("torch.utils.data.DataLoader(ds.tensors[0], batch_size=5, shuffle=True)", "a pair of inputs and targets"),
        ("torch.utils.data.DataLoader(range(10), batch_size=5, shuffle=True)", "a pair of inputs and targets"),
        ("torch.utils.data.DataLoader(ds, batch_size=5, shuffle=True, collate_fn=lambda items: items)", "a pair of inputs and targets"),
        ("torch.utils.data.DataLoader(torch.utils.data.TensorDataset(ds.tensors[0], torch.zeros(10)), batch_size=5, shuffle=True)", "its inputs and targets are other ones"),
        ("torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.arange(10.), torch.arange(10) % 2), batch_size=5, shuffle=True)", "its inputs and targets are other ones"),
        ("torch.utils.data.DataLoader(ds.tensors, batch_size=5, shuffle=True)", "a loader over ds"),
        ("ds", "That is the data set"),
        ("next(iter(torch.utils.data.DataLoader(ds, batch_size=5, shuffle=True)))", "a DataLoader is asked for"),
        ("list(torch.utils.data.DataLoader(ds, batch_size=5, shuffle=True))", "a DataLoader is asked for"),
        ("'shuffle=True'", "a DataLoader is asked for"),
        ("torch.utils.data.DataLoader", "a DataLoader is asked for"),
    ),
    hints=("DataLoader takes the data set first; how many items a batch has and whether to shuffle are given by name.",
           "The names are batch_size and shuffle."),
    solution="torch.utils.data.DataLoader(ds, batch_size=5, shuffle=True)",
    reason="Each `for` over the loader is one epoch, in an order of its own. A test set needs no shuffling: the order changes no figure there.",
)

NORMALIZED = Exercise(
    id="13.4",
    title="One pixel through two transforms",
    kind="predict",
    level=2,
    minutes=3,
    prompt="A pixel of a picture has the value 204 of 255. The picture goes through `ToTensor()`, then through `Normalize((0.5,), (0.5,))`. What is the pixel then?",
    judge=number(
        0.6,
        known={
            0.8: "0.8 is what ToTensor makes of it, 204 / 255. Normalize comes after.",
            407: "That would be (204 − 0.5) / 0.5. ToTensor has brought the pixel between 0 and 1 before.",
            0.3: "0.3 is 0.8 − 0.5. It is divided by 0.5 as well.",
            1.1: "First the mean is taken away, then it is divided: (0.8 − 0.5) / 0.5.",
            1.6: "1.6 is 0.8 / 0.5. The mean is taken away first.",
            0.15: "0.15 multiplies by 0.5. Normalize divides by the second argument.",
            0.9: "0.9 is the way back, 0.8 · 0.5 + 0.5.",
            -0.6: "0.8 lies above the mean, so the result is above 0.",
            204: "204 is the byte. ToTensor divides by 255.",
        },
        tol=1e-4,
    ),
    right=("0.6", "(204 / 255 - 0.5) / 0.5", "torch.tensor(204 / 255).sub(0.5).div(0.5)"),
    wrong=(
        ("204 / 255", "what ToTensor makes"),
        ("(204 - 0.5) / 0.5", "between 0 and 1 before"),
        ("0.3", "divided by 0.5 as well"),
        ("0.8 / 0.5 - 0.5", "First the mean is taken away"),
        ("1.6", "The mean is taken away first"),
        ("0.15", "Normalize divides"),
        ("0.9", "the way back"),
        ("-0.6", "above 0"),
        ("204", "is the byte"),
        ("0", "is not it"),
        ("'0.6'", "without quotation marks"),
    ),
    hints=("ToTensor divides bytes by 255. What is 204 / 255?", "Normalize takes the mean away and divides by the standard deviation: (0.8 − 0.5) / 0.5."),
    solution="(204 / 255 - 0.5) / 0.5",
    reason="0 … 255 becomes 0 … 1, and then −1 … 1: black is −1, white 1, a middle grey 0.",
)

_STATISTICS = "mean, std = (0.5, 0.4, 0.2), (0.2, 0.3, 0.1)"

BACK = Exercise(
    id="13.5",
    title="The way back",
    kind="write it",
    level=3,
    minutes=8,
    prompt="A normalised picture has values below 0, which a plot cannot show. Write a function of `x`, a picture of the shape (3, H, W) that came out of `Normalize(mean, std)`, that returns the\n"
    "picture as it was before: values between 0 and 1, in the same shape.\n\n```python\nmean, std = (0.5, 0.4, 0.2), (0.2, 0.3, 0.1)\n```",
    setup=_STATISTICS,
    judge=function(
        "lambda x: x * torch.tensor(std).reshape(3, 1, 1) + torch.tensor(mean).reshape(3, 1, 1)",
        ("torch.linspace(-1, 2, 24).reshape(3, 2, 4)", "torch.linspace(-1.5, 1.5, 27).reshape(3, 3, 3)"),
        known={
            "lambda x: (x - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)": "That normalises once more. The way back multiplies first, and adds then.",
            "lambda x: (x + torch.tensor(mean).reshape(3, 1, 1)) * torch.tensor(std).reshape(3, 1, 1)": "The steps are right and their order is not: what was divided last is multiplied first.",
            "lambda x: x * 0.5 + 0.5": "0.5 for everything is another Normalize's way back. Each channel has its own mean and std here.",
            "lambda x: x * torch.tensor(std).reshape(3, 1, 1) - torch.tensor(mean).reshape(3, 1, 1)": "Normalize takes the mean away, so the way back adds it.",
            "lambda x: x / torch.tensor(std).reshape(3, 1, 1) + torch.tensor(mean).reshape(3, 1, 1)": "Normalize divides by std, so the way back multiplies.",
            "lambda x: x * torch.tensor(std).reshape(3, 1, 1)": "The mean is still missing.",
            "lambda x: x + torch.tensor(mean).reshape(3, 1, 1)": "The multiplication by std is still missing.",
            "lambda x: (x - x.min()) / (x.max() - x.min())": "That stretches between the darkest and the brightest point: a picture, and another one. The numbers of mean and std lead back exactly.",
            "lambda x: x.clamp(0, 1)": "Cutting off what is below 0 loses the dark half of the picture.",
        },
    ),
    right=(
        "lambda x: x * torch.tensor(std).reshape(3, 1, 1) + torch.tensor(mean).reshape(3, 1, 1)",
        "def answer(x):\n    return torch.stack([channel * s + m for channel, m, s in zip(x, mean, std)])",
        "def answer(x):\n    return x * torch.tensor(std)[:, None, None] + torch.tensor(mean)[:, None, None]",
        "def answer(x):\n    return (x.permute(1, 2, 0) * torch.tensor(std) + torch.tensor(mean)).permute(2, 0, 1)",
    ),
    wrong=(
        ("lambda x: (x - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)", "normalises once more"),
        ("lambda x: (x + torch.tensor(mean).view(3, 1, 1)) * torch.tensor(std).view(3, 1, 1)", "their order is not"),
        ("lambda x: x * torch.tensor(std).view(3, 1, 1) - torch.tensor(mean).view(3, 1, 1)", "the way back adds it"),
        ("lambda x: x / torch.tensor(std).view(3, 1, 1) + torch.tensor(mean).view(3, 1, 1)", "the way back multiplies"),
        ("lambda x: x * 0.5 + 0.5", "Each channel has its own"),
        ("lambda x: x * torch.tensor(std) + torch.tensor(mean)", "raises RuntimeError"),
        ("lambda x: x * torch.tensor(std).view(1, 3, 1) + torch.tensor(mean).view(1, 3, 1)", "raises RuntimeError"),
        ("lambda x: x * torch.tensor(std).view(3, 1, 1)", "The mean is still missing"),
        ("lambda x: x + torch.tensor(mean).view(3, 1, 1)", "by std is still missing"),
        ("lambda x: (x - x.min()) / (x.max() - x.min())", "and another one"),
        ("lambda x: x.clamp(0, 1)", "the dark half"),
        ("lambda x: x * std + mean", "raises TypeError"),
        ("lambda x: (x * torch.tensor(std).view(3, 1, 1) + torch.tensor(mean).view(3, 1, 1)).permute(1, 2, 0)", "their order is not"),
        ("lambda x: x.mul_(torch.tensor(std).view(3, 1, 1)).add_(torch.tensor(mean).view(3, 1, 1))", "changes what it is given"),
        ("torch.ones(3, 2, 4)", "a function is asked for"),
    ),
    hints=("Normalize took the mean away and then divided. Undo the last step first.",
           "mean and std belong to the axis 0 of x. A tensor of the shape (3, 1, 1) stretches along H and W: torch.tensor(std).reshape(3, 1, 1)."),
    solution="lambda x: x * torch.tensor(std).reshape(3, 1, 1) + torch.tensor(mean).reshape(3, 1, 1)",
    reason="(x − mean) / std is undone by x · std + mean, channel by channel. Without the reshape, three numbers line up with the last axis, the columns of the picture.",
)

_collate = partial(function, cases=(
    "[torch.tensor([3, 1]), torch.tensor([4, 1, 5, 9]), torch.tensor([2])]",
    "[torch.tensor([7, 8, 6])]",
    "[torch.tensor([1, 2]), torch.tensor([3, 5])]",
    "[torch.tensor([0, 4]), torch.tensor([6, 0, 0])]",
))

RAGGED = Exercise(
    id="13.6",
    title="Items of unequal length",
    kind="write it",
    level=3,
    minutes=9,
    prompt="Sentences have unequal lengths, so their tensors of word numbers cannot be stacked. Write a function for `collate_fn`: it is given a list of tensors with one axis, of unequal lengths, and\n"
    "returns a pair: one tensor with a row for each, filled up with zeros at its end to the length of the longest, and a tensor of the lengths.",
    judge=_collate(
        "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor([len(item) for item in items]))",
        known={
            "lambda items: (torch.nn.utils.rnn.pad_sequence(items), torch.tensor([len(item) for item in items]))": "The sentences stand in columns. batch_first=True gives each a row.",
            "lambda items: torch.nn.utils.rnn.pad_sequence(items, batch_first=True)": "The table is right. The lengths belong to it: without them nobody can tell a filling 0 from a word.",
            "lambda items: (torch.stack([torch.cat([torch.zeros(max(map(len, items)) - len(item), dtype=torch.int64), item]) for item in items]), torch.tensor([len(item) for item in items]))":
                "The zeros stand before the sentence. At its end they are asked for.",
            "lambda items: (torch.stack([item[:min(map(len, items))] for item in items]), torch.tensor([len(item) for item in items]))":
                "That cuts every sentence to the shortest: words are lost.",
            "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), [len(item) for item in items])": "The lengths are a list; a tensor is asked for.",
            "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor([float(len(item)) for item in items]))": "Lengths are whole numbers: int64, not floats.",
            "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True).float(), torch.tensor([len(item) for item in items]))":
                "The numbers of words have become floats. They are places in a table of words, and must stay int64.",
            "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor([max(map(len, items))] * len(items)))": "These are the lengths after filling up. How long each was is asked for.",
            "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor(len(items)))": "That is the number of sentences. The length of each one is asked for.",
            "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), (torch.nn.utils.rnn.pad_sequence(items, batch_first=True) != 0).sum(1))":
                "That counts what is not 0, but a word may have the number 0. Ask each item how long it is.",
            "lambda items: (torch.tensor([len(item) for item in items]), torch.nn.utils.rnn.pad_sequence(items, batch_first=True))": "The two are exchanged: the table first, then the lengths.",
            "lambda items: (torch.nn.utils.rnn.pad_sequence(sorted(items, key=len, reverse=True), batch_first=True), torch.tensor(sorted([len(item) for item in items], reverse=True)))":
                "The sentences are sorted by their lengths. Leave them in the order in which they came: their targets stand in that order, too.",
        },
    ),
    right=(
        "lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor([len(item) for item in items]))",
        "def answer(items):\n    lengths = torch.tensor([len(item) for item in items])\n    table = torch.zeros(len(items), int(lengths.max()), dtype=torch.int64)\n"
        "    for row, item in zip(table, items):\n        row[:len(item)] = item\n    return table, lengths",
        "def answer(items):\n    longest = max(len(item) for item in items)\n    rows = [torch.nn.functional.pad(item, (0, longest - len(item))) for item in items]\n"
        "    return [torch.stack(rows), torch.tensor([item.size(0) for item in items])]",
    ),
    wrong=(
        ("lambda items: (torch.nn.utils.rnn.pad_sequence(items), torch.tensor([len(item) for item in items]))", "stand in columns"),
        ("lambda items: torch.nn.utils.rnn.pad_sequence(items, batch_first=True)", "The lengths belong to it"),
        ("lambda items: (torch.stack(items), torch.tensor([len(item) for item in items]))", "raises RuntimeError: stack expects"),
        ("lambda items: (torch.cat(items), torch.tensor([len(item) for item in items]))", "2 axes are asked for"),
        ("def answer(items):\n    longest = max(len(item) for item in items)\n    rows = [torch.nn.functional.pad(item, (longest - len(item), 0)) for item in items]\n"
         "    return torch.stack(rows), torch.tensor([len(item) for item in items])", "before the sentence"),
        ("def answer(items):\n    short = min(len(item) for item in items)\n    return torch.stack([item[:short] for item in items]), torch.tensor([len(item) for item in items])", "words are lost"),
        ("lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), [len(item) for item in items])", "The lengths are a list"),
        ("lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.Tensor([len(item) for item in items]))", "not floats"),
        ("def answer(items):\n    table = torch.zeros(len(items), max(map(len, items)))\n    for row, item in zip(table, items):\n        row[:len(item)] = item\n"
         "    return table, torch.tensor([len(item) for item in items])", "must stay int64"),
        ("def answer(items):\n    table = torch.nn.utils.rnn.pad_sequence(items, batch_first=True)\n    return table, torch.tensor([len(row) for row in table])", "after filling up"),
        ("lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor(len(items)))", "number of sentences"),
        ("def answer(items):\n    table = torch.nn.utils.rnn.pad_sequence(items, batch_first=True)\n    return table, (table != 0).sum(1)", "a word may have the number 0"),
        ("lambda items: (torch.tensor([len(item) for item in items]), torch.nn.utils.rnn.pad_sequence(items, batch_first=True))", "are exchanged"),
        ("def answer(items):\n    items = sorted(items, key=len, reverse=True)\n    return torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor([len(item) for item in items])",
         "in the order in which they came"),
        ("def answer(items):\n    table = torch.zeros(len(items), 4, dtype=torch.int64)\n    for row, item in zip(table, items):\n        row[:len(item)] = item\n"
         "    return table, torch.tensor([len(item) for item in items])", "axis 1 does not have the length"),
        ("torch.nn.utils.rnn.pad_sequence([torch.tensor([1])])", "a function is asked for"),
    ),
    hints=("torch.nn.utils.rnn.pad_sequence fills up with zeros. What does its batch_first do? By hand: a table of zeros, and each item written into the start of its row.",
           "The lengths are torch.tensor([len(item) for item in items])."),
    solution="lambda items: (torch.nn.utils.rnn.pad_sequence(items, batch_first=True), torch.tensor([len(item) for item in items]))",
    reason="collate_fn gets the list of items and makes the batch. The lengths say where a sentence ends: a network for sequences needs them (lesson 17).",
)

EXERCISES = (WINDOWS, BATCHES, LOADER, NORMALIZED, BACK, RAGGED)
