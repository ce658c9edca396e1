"""Exercises of lesson 14: training and testing a classifier."""

from functools import partial

from workbook.exercises.compare import as_number, close, describe, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written
from workbook.exercises.judges import function, number

ACCURACY = Exercise(
    id="14.1",
    title="Accuracy from scores",
    kind="fill in",
    level=1,
    minutes=3,
    prompt="A net gave three pictures these scores for two classes; the labels stand below:\n\n```python\noutputs = torch.tensor([[1., 5.], [4., 2.], [0., 3.]])\nlabels = torch.tensor([1, 0, 0])\n```\n\n"
    "Which share of the pictures was read correctly? Let PyTorch compute it.",
    setup="outputs = torch.tensor([[1., 5.], [4., 2.], [0., 3.]])\nlabels = torch.tensor([1, 0, 0])",
    judge=number(2 / 3, known={
        2: "2 is how many were right. The share is that number divided by how many there are.",
        1 / 3: "1/3 was wrong. The share of the right ones is asked for.",
        1: "That would be all three. The third picture has the higher score for class 1, and its label is 0.",
        0.5: "argmax(0) goes down the columns and finds a picture for each class. For each picture a class is asked for: argmax(1).",
        66.66666666666667: "That is per cent. A share lies between 0 and 1.",
        3: "3 is how many pictures there are.",
    }, tol=1e-5),
    right=("2 / 3", "(outputs.argmax(1) == labels).float().mean()", "(outputs.max(dim=1).indices == labels).sum().item() / len(labels)"),
    wrong=(
        ("(outputs.argmax(1) == labels).sum()", "how many were right"),
        ("1 / 3", "was wrong"),
        ("1", "all three"),
        ("outputs.argmax(0).float().mean()", "down the columns"),
        ("100 * 2 / 3", "per cent"),
        ("3", "how many pictures"),
        ("0.25", "is not it"),
        ("outputs.argmax(1) == labels", "one number is asked for"),
        ("'2/3'", "without quotation marks"),
    ),
    hints=("The class of a picture is the place of its largest score: outputs.argmax(1).", "(a == b) gives True and False. As floats they are 1 and 0, and their mean is the share of True."),
    solution="(outputs.argmax(1) == labels).float().mean()",
    reason="The first two are right, the third is not. mean() of zeros and ones is the share of ones.",
)


def _python_number(answer, names):
    """Judge a Python float out of a loss."""
    if is_tensor(answer):
        held = " It holds its whole graph as long as it lives, batch after batch." if answer.requires_grad else " .data and detach() leave the graph, and a tensor is what is left."
        return f"That is still a tensor.{held} A Python number is asked for."
    if type(answer) is not float:
        return f"The answer is {describe(answer)}; a Python float is asked for."
    return None if answer == 1.5 else f"{answer:g} is another number: the loss is 1.5."


ITEM = Exercise(
    id="14.2",
    title="The number in a loss",
    kind="fill in",
    level=1,
    minutes=2,
    prompt="`loss` is a tensor without axes, the result of a network. A running sum needs the Python number in it: an old tutorial writes `running_loss += loss.data[0]`, which raises an IndexError "
    "today. What do you add in its place?",
    setup="loss = (torch.tensor([1., 2.], requires_grad=True) ** 1).mean()",
    judge=_python_number,
    right=("loss.item()", "float(loss)", "loss.tolist()"),
    wrong=(
        ("loss", "its whole graph"),
        ("loss.data", "leave the graph"),
        ("loss.detach()", "leave the graph"),
        ("loss.detach().numpy()", "a Python float is asked for"),
        ("int(loss)", "a Python float is asked for"),
        ("loss.item", "a Python float is asked for"),
        ("round(loss.item(), 0)", "another number"),
        ("[loss.item()]", "a Python float is asked for"),
        ("'1.5'", "a Python float is asked for"),
    ),
    hints=("A tensor with one number has a method that gives it as a Python number.", "It is called item()."),
    solution="loss.item()",
    reason="item() takes the number out and leaves the graph. With running_loss += loss every graph of the epoch would stay in memory.",
)

MEAN_LOSS = Exercise(
    id="14.3",
    title="A short last batch",
    kind="predict",
    level=2,
    minutes=4,
    prompt="A test set came in two batches. The first had 100 pictures and a mean loss of 0.5 each, the last one 2 pictures and a mean loss of 1.0. What is the mean loss of a picture of the whole set, "
    "to four digits?",
    judge=number(52 / 102, known={
        0.75: "0.75 is the mean of the two means: it counts 2 pictures as much as 100.",
        1.5: "1.5 is the sum of the means.",
        0.5: "0.5 leaves the last batch out.",
        52: "52 is the sum over all pictures. Divide it by how many there are.",
        26: "26 divides the sum by the number of batches. The pictures count.",
        0.52: "52 is the sum, and there are 102 pictures, not 100.",
    }, tol=1e-4),
    right=("52 / 102", "(100 * 0.5 + 2 * 1.0) / (100 + 2)"),
    wrong=(
        ("(0.5 + 1) / 2", "mean of the two means"),
        ("0.5 + 1", "sum of the means"),
        ("0.5", "leaves the last batch out"),
        ("52", "sum over all pictures"),
        ("26", "The pictures count"),
        ("0.52", "not 100"),
        ("0.6", "is not it"),
        ("'0.5098'", "without quotation marks"),
    ),
    hints=("What do the 100 pictures add up to? And the two?", "(100 · 0.5 + 2 · 1.0) / 102."),
    solution="(100 * 0.5 + 2 * 1.0) / 102",
    reason="Each batch counts with its size: total += loss.item() * labels.size(0), and at the end total / count. The same holds for accuracy.",
)


def _two_modes(answer, names):
    """Judge two answers of yes or no: eval() keeps gradients, no_grad() keeps dropout."""
    if type(answer) not in (tuple, list) or len(answer) != 2:
        return f"The answer is {describe(answer)}; two values, each True or False, are asked for: answer = True, False."
    if any(type(entry) is not bool for entry in answer):
        return "Each of the two is to be True or False."
    first, second = answer
    if not first and not second:
        return "Both are the other way round: eval() says nothing about gradients, and no_grad() nothing about dropout."
    if not first:
        return "eval() changes what dropout and batch norm do. Gradients are recorded as before."
    if not second:
        return "no_grad() stops the recording. Dropout goes by train() and eval() alone, and drops."
    return None


MODES = Exercise(
    id="14.4",
    title="Two switches",
    kind="predict",
    level=2,
    minutes=3,
    prompt="`net` has a dropout and is new.\n\n```python\nnet.eval()\nfirst = net(x).requires_grad\nnet.train()\nwith torch.no_grad():\n    second = not torch.equal(net(x), net(x))\n```\n\n`first` says whether the result could "
    "still be sent backward, `second` whether two passes over a large `x` differ. Give both: `answer = first, second`.",
    setup="from workbook import nn\ntorch.manual_seed(0)\nnet, x = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5)), torch.ones(50, 8)",
    judge=_two_modes,
    right=("True, True", "[True, True]",
           "net.eval()\nfirst = net(x).requires_grad\nnet.train()\nwith torch.no_grad():\n    second = not torch.equal(net(x), net(x))\nanswer = first, second"),
    wrong=(
        ("False, True", "Gradients are recorded as before"),
        ("True, False", "stops the recording"),
        ("False, False", "the other way round"),
        ("True", "two values"),
        ("'True', 'True'", "True or False"),
        ("1, 1", "True or False"),
        ("None", "two values"),
        ("True, True, False", "two values"),
    ),
    hints=("One switch is for layers that behave differently while they learn, the other for the recording of the graph.", "eval() is the first, no_grad() the second. Neither does the other's work."),
    solution="True, True",
    reason="A test needs both: eval() for what is right, no_grad() for what is quick and small.",
)

_counted = partial(written, "predicted, labels, classes")
_TWO_BATCHES = (
    "torch.tensor([0, 2, 2, 1, 0]), torch.tensor([0, 2, 1, 1, 2]), 3",
    "torch.tensor([1]), torch.tensor([1]), 3",
    "torch.tensor([3, 1]), torch.tensor([0, 1]), 4",
)

PER_CLASS = Exercise(
    id="14.5",
    title="Counting by class",
    kind="fix the bug",
    level=2,
    minutes=7,
    prompt="This function, out of document 002, counts for each class how many pictures were right, and how many there were. It works for batches of four and for no others: the last batch is short, and "
    "one of a single picture loses its axis. Repair it, so that it works for a batch of any size.\n\n```python\ndef answer(predicted, labels, classes):\n    class_correct, class_total = [0] * classes, [0] * classes\n"
    "    c = (predicted == labels).squeeze()\n    for i in range(4):\n        label = labels[i]\n        class_correct[label] += c[i].item()\n        class_total[label] += 1\n    return class_correct, class_total\n```",
    judge=function(
        "lambda predicted, labels, classes: ([int(((predicted == labels) & (labels == k)).sum()) for k in range(classes)], [int((labels == k).sum()) for k in range(classes)])",
        _TWO_BATCHES,
        known={
            "lambda predicted, labels, classes: ([int(((predicted == labels) & (labels == k)).sum()) for k in range(classes)], [int((predicted == k).sum()) for k in range(classes)])":
                "The totals count what was predicted. How many pictures of each class there were is asked for: the labels.",
            "lambda predicted, labels, classes: ([int((predicted == k).sum()) for k in range(classes)], [int((labels == k).sum()) for k in range(classes)])":
                "The first list counts what was predicted, right or wrong.",
            "lambda predicted, labels, classes: ([int(((predicted != labels) & (labels == k)).sum()) for k in range(classes)], [int((labels == k).sum()) for k in range(classes)])":
                "The first list counts the wrong ones.",
            "lambda predicted, labels, classes: ([int((labels == k).sum()) for k in range(classes)], [int(((predicted == labels) & (labels == k)).sum()) for k in range(classes)])":
                "The two lists have changed places: first the right ones, then all.",
        },
    ),
    right=(
        _counted("class_correct, class_total = [0] * classes, [0] * classes", "for guess, label in zip(predicted.tolist(), labels.tolist()):", "    class_correct[label] += guess == label",
                 "    class_total[label] += 1", "return class_correct, class_total"),
        _counted("class_correct, class_total = [0] * classes, [0] * classes", "c = predicted == labels", "for i in range(labels.size(0)):", "    class_correct[labels[i]] += c[i].item()",
                 "    class_total[labels[i]] += 1", "return class_correct, class_total"),
        _counted("right = torch.bincount(labels[predicted == labels], minlength=classes)", "return right.tolist(), torch.bincount(labels, minlength=classes).tolist()"),
    ),
    wrong=(
        (_counted("class_correct, class_total = [0] * classes, [0] * classes", "c = (predicted == labels).squeeze()", "for i in range(4):", "    class_correct[labels[i]] += c[i].item()",
                  "    class_total[labels[i]] += 1", "return class_correct, class_total"), "the result"),
        (_counted("class_correct, class_total = [0] * classes, [0] * classes", "c = (predicted == labels).squeeze()", "for i in range(labels.size(0)):", "    class_correct[labels[i]] += c[i].item()",
                  "    class_total[labels[i]] += 1", "return class_correct, class_total"), "raises IndexError"),
        (_counted("class_correct, class_total = [0] * classes, [0] * classes", "for i in range(classes):", "    class_correct[labels[i]] += (predicted == labels)[i].item()",
                  "    class_total[labels[i]] += 1", "return class_correct, class_total"), "the result"),
        (_counted("class_correct, class_total = [0] * classes, [0] * classes", "for guess, label in zip(predicted.tolist(), labels.tolist()):", "    class_correct[label] += guess == label",
                  "    class_total[guess] += 1", "return class_correct, class_total"), "what was predicted"),
        (_counted("return torch.bincount(predicted, minlength=classes).tolist(), torch.bincount(labels, minlength=classes).tolist()"), "right or wrong"),
        (_counted("wrong = torch.bincount(labels[predicted != labels], minlength=classes)", "return wrong.tolist(), torch.bincount(labels, minlength=classes).tolist()"), "the wrong ones"),
        (_counted("right = torch.bincount(labels[predicted == labels], minlength=classes)", "return torch.bincount(labels, minlength=classes).tolist(), right.tolist()"), "changed places"),
        (_counted("right = torch.bincount(labels[predicted == labels])", "return right.tolist(), torch.bincount(labels).tolist()"), "the result"),
        (_counted("return [int((predicted == labels).sum())] * classes, [len(labels)] * classes"), "the result"),
        (_counted("c = predicted == labels", "print(c)"), "Is there a `return`?"),
        ("[2, 3]", "a function is asked for"),
    ),
    hints=("How many are in this batch? labels.size(0), or zip over both. And squeeze() is not needed: the comparison has one axis already.",
           "for guess, label in zip(predicted.tolist(), labels.tolist()): count."),
    solution=_counted("class_correct, class_total = [0] * classes, [0] * classes", "for guess, label in zip(predicted.tolist(), labels.tolist()):", "    class_correct[label] += guess == label",
                      "    class_total[label] += 1", "return class_correct, class_total"),
    reason="No batch size stands in the code, so none can be wrong. A class without pictures keeps a total of 0: do not divide by it.",
)

_NET = """from workbook import nn
from workbook.utils.data import DataLoader, TensorDataset

def case(seed, count, batch_size):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))
    for _ in range(20):
        net(torch.randn(32, 4) * 3 + 1)
    x = torch.randn(count, 4)
    y = net.eval()(x).argmax(1)
    y[2:5] = (y[2:5] + 1) % 3
    net.train()
    return net, DataLoader(TensorDataset(x, y), batch_size=batch_size), 1 - 3 / count
"""


def _tests(answer, names):
    """Judge a function that tests a net: the share of right ones, over batches of unequal size, in the mode for it."""
    for seed, count, batch_size in ((1, 23, 8), (4, 13, 5)):
        net, loader, share = names["case"](seed, count, batch_size)
        before = {name: value.clone() for name, value in net.state_dict().items()}
        recorded = []
        handle = net.register_forward_hook(lambda *_: recorded.append(names["torch"].is_grad_enabled()))
        got, problem = called(answer, net, loader, case=f"a net and a loader of {count} examples")
        handle.remove()
        if problem:
            return problem
        found = _about_share(got, net, loader, share, count, names["torch"])
        if found:
            return found
        if any((net.state_dict()[name] != value).any() for name, value in before.items()):
            return "The test has changed the net: in training mode the batch norm's running figures move."
        if any(recorded):
            return "The share is right, and every pass was recorded: graphs that nobody walks back take time and memory. Put the loop under torch.no_grad()."
    return None


def _about_share(got, net, loader, share, count, torch):
    value = as_number(got)
    if value is None:
        return f"The function returns {describe(got)}; one number, the share of right ones, is asked for."
    if close(value, share, 1e-5):
        return None
    rights = []
    training = net.training
    net.eval()
    with torch.no_grad():
        for x, y in loader:
            rights.append(((net(x).argmax(1) == y).sum().item(), len(y)))
    net.train(training)
    if close(value, sum(r / n for r, n in rights) / len(rights), 1e-5):
        return "That is the mean of the batches' shares: the short last batch counts as much as a full one. Count the right ones and all of them."
    if close(value, sum(r for r, _ in rights), 1e-5):
        return "That is how many were right. Divide by how many there were."
    if close(value, 100 * share, 1e-5):
        return "That is per cent. A share lies between 0 and 1."
    if close(value, sum(r for r, _ in rights) / (len(rights) * rights[0][1]), 1e-5):
        return "Divided by batches times batch size: the last batch is short. Add up labels.size(0)."
    if close(value, sum(r for r, _ in rights) / len(rights), 1e-5):
        return "Divided by the number of batches. The examples count."
    if close(value, rights[-1][0] / rights[-1][1], 1e-5) or close(value, rights[0][0] / rights[0][1], 1e-5):
        return "That is the share of one batch. Count over all of them, and return after the loop."
    return f"Of {count} examples {round(share * count)} are right, {share:.4f}; the function returns {value:.4f}. Is the net in the mode for tests?"


_tested = partial(written, "net, loader")
_LOOP = ("right = total = 0", "for inputs, labels in loader:", "    right += (net(inputs).argmax(1) == labels).sum().item()", "    total += labels.size(0)")

TEST = Exercise(
    id="14.6",
    title="A test, whole",
    kind="write it",
    level=3,
    minutes=10,
    prompt="Write a function of `net` and `loader` that returns the share of examples which the net puts into the right class. The net has dropout and batch norm and may arrive in training mode; the last batch "
    "may be short; nothing is to be recorded for a backward pass.",
    setup=_NET,
    judge=_tests,
    right=(
        _tested("net.eval()", "right = total = 0", "with torch.no_grad():", "    for inputs, labels in loader:", "        right += (net(inputs).argmax(1) == labels).sum().item()",
                "        total += labels.size(0)", "return right / total"),
        _tested("net.eval()", "with torch.no_grad():", "    hits = torch.cat([net(x).argmax(1) == y for x, y in loader])", "net.train()", "return hits.float().mean()"),
        _tested("was = net.training", "net.train(False)", "with torch.inference_mode():", *("    " + line for line in _LOOP), "net.train(was)", "return right / len(loader.dataset)"),
    ),
    wrong=(
        (_tested(*_LOOP, "return right / total"), "the mode for tests"),
        (_tested("with torch.no_grad():", *("    " + line for line in _LOOP), "return right / total"), "the mode for tests"),
        (_tested("net.eval()", *_LOOP, "return right / total"), "was recorded"),
        (_tested("net.eval()", *_LOOP, "with torch.no_grad():", "    return right / total"), "was recorded"),
        (_tested("net.eval()", "shares = [(net(x).argmax(1) == y).float().mean().item() for x, y in loader]", "return sum(shares) / len(shares)"), "mean of the batches' shares"),
        (_tested("net.eval()", *_LOOP, "return right"), "how many were right"),
        (_tested("net.eval()", *_LOOP, "return 100 * right / total"), "per cent"),
        (_tested("net.eval()", *_LOOP, "return right / (len(loader) * loader.batch_size)"), "the last batch is short"),
        (_tested("net.eval()", *_LOOP, "return right / len(loader)"), "The examples count"),
        (_tested("net.eval()", "right = total = 0", "for inputs, labels in loader:", "    right += (net(inputs).argmax(1) == labels).sum().item()", "    total += labels.size(0)", "    return right / total"), "one batch"),
        (_tested("net.eval()", "right = total = 0", "for inputs, labels in loader:", "    right += (net(inputs).argmax(0) == labels).sum().item()", "    total += labels.size(0)", "return right / total"),
         "raises RuntimeError"),
        (_tested("net.eval()", *_LOOP, "print(right / total)"), "Is there a `return`?"),
        (_tested("net.eval()", "for inputs, labels in loader:", "    predicted = net(inputs).argmax(1)", "return predicted == labels"), "one number"),
        ("0.9", "a function is asked for"),
    ),
    hints=("Two switches before the loop: one for the layers, one for the recording (14.4). Two counters in it: right ones, and all.",
           "net.eval(); with torch.no_grad(): for inputs, labels in loader: right += (net(inputs).argmax(1) == labels).sum().item(); total += labels.size(0)."),
    solution=_tested("net.eval()", "right = total = 0", "with torch.no_grad():", "    for inputs, labels in loader:", "        right += (net(inputs).argmax(1) == labels).sum().item()",
                     "        total += labels.size(0)", "return right / total"),
    reason="eval() so that dropout and batch norm behave, no_grad() so that no graph is kept, and counters that add up what really came. Call net.train() before you train on.",
)

EXERCISES = (ACCURACY, ITEM, MEAN_LOSS, MODES, PER_CLASS, TEST)
