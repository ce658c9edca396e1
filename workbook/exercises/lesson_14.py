"""Exercises of lesson 14: train and test a classifier."""

from functools import partial

from workbook.exercises.compare import close, describe, is_tensor, show
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, not_a_function, written
from workbook.exercises.judges import function, number

ACCURACY = Exercise(
    id="14.1",
    title="Right answers of a small batch",
    kind="predict",
    level=1,
    minutes=3,
    prompt="A network gives the scores `[[1., 5.], [4., 2.], [0., 3.]]` for three pictures, whose labels are `[1, 0, 0]`. What is the accuracy, as a number between 0 and 1?",
    judge=number(
        2 / 3,
        tol=1e-4,
        known={
            2: "2 is how many are right. Accuracy is their share of all three.",
            3: "3 is how many pictures there are.",
            1 / 3: "1/3 is the share of the wrong ones: the highest score of the third picture is that of class 1, and its label is 0.",
            0.5: "Each row is a picture, and has one answer: the place of its highest score, argmax(1). argmax(0) looks for the best picture of each class.",
            1: "Look at the third picture: its highest score is that of class 1, and its label is 0.",
            **dict.fromkeys((66.6667, 66.67, 66.7, 66.6, 67, 66), "That is in percent. A number between 0 and 1 is asked for."),
            0: "Two of the three pictures have their highest score at their label.",
        },
    ),
    setup="scores = torch.tensor([[1., 5.], [4., 2.], [0., 3.]])\nlabels = torch.tensor([1, 0, 0])",
    right=("2 / 3", "(scores.argmax(1) == labels).float().mean()", "(torch.max(scores, 1)[1] == labels).sum().item() / labels.size(0)"),
    wrong=(
        ("(scores.argmax(1) == labels).sum()", "how many are right"),
        ("scores.argmax(0).float().mean()", "the best picture of each class"),
        ("1 / 3", "the share of the wrong ones"),
        ("1", "its label is 0"),
        ("200 / 3", "in percent"),
        ("66.7", "in percent"),
        ("67", "in percent"),
        ("3", "how many pictures"),
        ("0", "Two of the three"),
        ("0.6", "is not it"),
        ("'2/3'", "without quotation marks"),
        ("(scores.argmax(1) == labels).float()", "one number is asked for"),
    ),
    hints=("Which class has the highest score in each row?", "The rows say 1, 0 and 1; the labels are 1, 0 and 0."),
    solution="2 / 3",
    reason="`scores.argmax(1)` is `[1, 0, 1]`. Two of three agree with the labels.",
)

_number_of_loss = partial(written, "loss")


def _python_number(answer, names):
    """Judge a function that takes the number out of a loss: what it returns is a float of Python, and the loss keeps its graph."""
    torch = names["torch"]
    if not callable(answer):
        return not_a_function(answer)
    for value in (1.5, 0.25, 0.1234567):
        leaf = torch.tensor(value, requires_grad=True)
        loss = leaf * 1
        got, problem = called(answer, loss, case=f"torch.tensor({value})")
        if problem and "IndexError" in problem:
            return f"{problem}. A loss has no axes, so there is nothing to take the first of: this is how it was done before 2018."
        if problem:
            return problem
        if is_tensor(got):
            return "What comes back is still a tensor" + (", and holds the graph behind it." if got.requires_grad else ". A number of Python is asked for: a float.")
        if type(got) is not float:
            return f"The function returns {describe(got)}; a float of Python is asked for."
        if not close(got, value, 1e-6):
            rounded = " That is rounded: in a sum over many batches the rest counts." if close(got, value, 0.01) else ""
            return f"Of a loss of {value} the function returns {show(got)}.{rounded}"
        if loss.item() != leaf.item():
            return "The number is right, but the loss holds another one afterwards."
        if leaf.grad is not None:
            return "The number is right, but the function runs backward(), too. That is a line of its own in the loop."
    return None


ITEM = Exercise(
    id="14.2",
    title="The number inside a loss",
    kind="write it",
    level=1,
    minutes=2,
    prompt="The document adds up `loss.data[0]`, which raises an IndexError today. Write a function of a loss, a tensor with one element, that returns it as a `float` of Python.",
    judge=_python_number,
    right=("lambda loss: loss.item()", _number_of_loss("return float(loss)"), _number_of_loss("return loss.tolist()")),
    wrong=(
        (_number_of_loss("return loss"), "holds the graph behind it"),
        (_number_of_loss("return loss.data"), "A number of Python is asked for"),
        (_number_of_loss("return loss.detach()"), "A number of Python is asked for"),
        (_number_of_loss("return loss.data[0]"), "before 2018"),
        (_number_of_loss("return int(loss)"), "a float of Python is asked for"),
        (_number_of_loss("return str(loss.item())"), "a float of Python is asked for"),
        (_number_of_loss("return round(loss.item()) * 1.0"), "the function returns 2"),
        (_number_of_loss("return 1.5"), "Of a loss of 0.25"),
        (_number_of_loss("return round(loss.item(), 2)"), "rounded"),
        (_number_of_loss("return round(loss.item(), 4)"), "rounded"),
        (_number_of_loss("loss.backward()", "return loss.item()"), "runs backward()"),
        (_number_of_loss("value = loss.item()", "loss.data.zero_()", "return value"), "another one afterwards"),
        (_number_of_loss("return loss.detach().numpy()"), "a float of Python is asked for"),
        (_number_of_loss("loss.item()"), "Is there a `return`?"),
        ("1.5", "a function is asked for"),
    ),
    hints=("Lesson 10 took the number out of a tensor of one element. How?", "A method with four letters, and brackets behind it."),
    solution="lambda loss: loss.item()",
    reason="`item()` gives the number alone. `running_loss += loss` would keep every loss with the graph behind it.",
)

MEAN_LOSS = Exercise(
    id="14.3",
    title="The mean over a short last batch",
    kind="predict",
    level=2,
    minutes=4,
    prompt="102 pictures come in a batch of 100, with the mean loss 0.5, and a last batch of 2, with the mean loss 1.0. What is the mean loss **of a picture**, to four digits?",
    judge=number(
        52 / 102,
        tol=1e-4,
        known={
            0.75: "0.75 is the mean of the two means: it weighs 2 pictures as much as 100.",
            1.5: "1.5 is the sum of the two means.",
            0.5: "0.5 leaves out the last batch.",
            52: "52 is the sum of all losses. Divide it by the number of pictures.",
            0.52: "The sum, 52, is that of 102 pictures.",
            1.0: "1.0 is the last batch alone.",
            26: "52 is the sum of all losses; it is divided by the number of pictures, not of batches.",
        },
    ),
    right=("52 / 102", "(100 * 0.5 + 2 * 1.0) / (100 + 2)", "0.5098"),
    wrong=(
        ("(0.5 + 1.0) / 2", "the mean of the two means"),
        ("0.5 + 1.0", "the sum of the two means"),
        ("0.5", "leaves out the last batch"),
        ("100 * 0.5 + 2 * 1.0", "the sum of all losses"),
        ("52 / 100", "that of 102 pictures"),
        ("1.0", "the last batch alone"),
        ("52 / 2", "not of batches"),
        ("0.51", "close, but not exact enough"),
        ("0.2", "is not it"),
        ("'0.5098'", "without quotation marks"),
    ),
    hints=("A mean loss times the number of its pictures is the sum of their losses.", "100 · 0.5 + 2 · 1.0, divided by all pictures."),
    solution="(100 * 0.5 + 2 * 1.0) / 102",
    reason="CrossEntropyLoss gives the mean of a batch. Add up `loss.item() * labels.size(0)`, and divide by the number of pictures at the end.",
)

_counted = partial(written, "outputs, labels, count")
_BEGIN = ("right, total = [0] * count, [0] * count", "said = outputs.argmax(1)")
_COUNT = ("    right[labels[i].item()] += (said[i] == labels[i]).item()", "    total[labels[i].item()] += 1")

EACH_CLASS = Exercise(
    id="14.4",
    title="Right answers of each class",
    kind="fix the bug",
    level=2,
    minutes=6,
    prompt="The function should count, for each of `count` classes, how many pictures were right and how many came. It is the document's loop: it knows batches of four only. Replace\n"
    "`answer = ...` by the repaired function, which returns `right, total`, two lists, for a batch of any size.\n\n```python\n"
    + _counted(*_BEGIN, "for i in range(4):", *_COUNT, "return right, total") + "\n```",
    judge=function(
        _counted(*_BEGIN, "for i in range(labels.size(0)):", *_COUNT, "return right, total"),
        ("torch.eye(4)[[0, 1, 1, 3]], torch.tensor([0, 1, 2, 3]), 4", "torch.eye(3)[[2, 0]], torch.tensor([2, 2]), 3", "torch.eye(3)[[1]], torch.tensor([1]), 3",
         "torch.eye(2)[[0, 1, 1, 1, 0, 1]], torch.tensor([0, 1, 0, 0, 1, 1]), 2"),
        known={
            _counted(*_BEGIN, "for i in range(labels.size(0)):", "    right[said[i].item()] += (said[i] == labels[i]).item()", "    total[said[i].item()] += 1", "return right, total"):
                "It counts by what the network said. The class of a picture is its label.",
            _counted(*_BEGIN, "for i in range(labels.size(0)):", *_COUNT, "return total, right"): "The two lists are exchanged: right first, then total.",
        },
    ),
    right=(
        _counted(*_BEGIN, "for i in range(labels.size(0)):", *_COUNT, "return right, total"),
        _counted(*_BEGIN, "for i in range(len(labels)):", *_COUNT, "return right, total"),
        _counted("right, total = [0] * count, [0] * count", "for answer, label in zip(outputs.argmax(1).tolist(), labels.tolist()):",
                 "    total[label] += 1", "    right[label] += int(answer == label)", "return right, total"),
    ),
    wrong=(
        (_counted(*_BEGIN, "for i in range(4):", *_COUNT, "return right, total"), "raises IndexError"),
        (_counted(*_BEGIN, "for i in range(min(4, len(labels))):", *_COUNT, "return right, total"), "[0, 1, 1, 1, 0, 1]"),
        (_counted(*_BEGIN, "for i in range(count):", *_COUNT, "return right, total"), "raises IndexError"),
        (_counted(*_BEGIN, "for i in range(labels.dim()):", *_COUNT, "return right, total"), "Called with torch.eye(4)"),
        (_counted(*_BEGIN, "c = (said == labels).squeeze()", "for i in range(labels.size(0)):", "    right[labels[i].item()] += c[i].item()", _COUNT[1], "return right, total"),
         "raises IndexError"),
        (_counted(*_BEGIN, "for i in range(labels.size(0)):", "    right[said[i].item()] += (said[i] == labels[i]).item()", "    total[said[i].item()] += 1", "return right, total"),
         "The class of a picture is its label"),
        (_counted(*_BEGIN, "for i in range(labels.size(0)):", *_COUNT, "return total, right"), "exchanged"),
        (_counted(*_BEGIN, "for i in range(labels.size(0)):", *_COUNT), "Is there a `return`?"),
        ("lambda labels: labels.size(0)", "raises TypeError"),
        ("4", "a function is asked for"),
    ),
    hints=("How many labels has this batch? It knows it itself.", "labels.size(0), or len(labels), in place of 4."),
    solution=_counted(*_BEGIN, "for i in range(labels.size(0)):", *_COUNT, "return right, total"),
    reason="The last batch of a loader may be short: ask the batch for its size. Nor squeeze what has one axis already: of one picture it makes a tensor without axes.",
)

_tested = partial(written, "net, loader")
_LOOP = ("right = total = 0", "for inputs, labels in loader:", "    right += (net(inputs).argmax(1) == labels).sum().item()", "    total += labels.size(0)")
_QUIET = ("right = total = 0", "with torch.no_grad():", "    for inputs, labels in loader:", "        right += (net(inputs).argmax(1) == labels).sum().item()", "        total += labels.size(0)")


def _test_of(answer, names):
    """Judge a function that tests a network: its number, the mode while it runs and afterwards, and that nothing is recorded."""
    torch = names["torch"]
    seen = []

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.dropout = torch.nn.Parameter(torch.zeros(1)), torch.nn.Dropout()

        def forward(self, x):
            seen.append((self.training or self.dropout.training, torch.is_grad_enabled(), len(x)))
            return x if not self.training else -x

    if not callable(answer):
        return not_a_function(answer)
    scores = torch.eye(3)[[0, 1, 2, 0, 1]]
    loader = [(scores[:4], torch.tensor([0, 1, 2, 1])), (scores[4:], torch.tensor([0]))]
    net = Net()
    got, problem = called(answer, net, loader, case="a net and a loader with batches of 4 and of 1")
    if problem:
        return problem
    if not seen:
        return "The network is never called."
    if any(training for training, *_ in seen):
        return "The network, or a layer in it, runs in training mode: dropout would drop, and batch norm would change what it keeps. Call net.eval() first."
    if any(recorded for _, recorded, _ in seen):
        return "eval() does not stop the recording: every step of the test is kept for a backward pass that never comes. Put the loop into `with torch.no_grad():`."
    value = got.item() if is_tensor(got) and got.numel() == 1 else got
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"The function returns {describe(got)}; a number between 0 and 1 is asked for."
    if close(value, (3 / 4 + 0) / 2, 1e-6):
        return "That is the mean of the batches' accuracies: the one picture of the last batch weighs as much as four. Count right ones and all."
    if close(value, 3, 1e-6):
        return "That is how many are right. Divide by how many there are."
    if close(value, 3 / 2, 1e-6):
        return "len(loader) is how many batches there are. Divide by the number of pictures."
    if close(value, 5 / 3, 1e-6):
        return "That is upside down: how many are right, divided by how many there are."
    if close(value, 3 / 4, 1e-6):
        return "That is the accuracy on the first batch alone. Go through all of them, and return after the loop."
    if close(value, 60, 1e-4):
        return "That is in percent. A number between 0 and 1 is asked for."
    if not close(value, 3 / 5, 1e-4):
        return f"On 5 pictures of which 3 are right the function returns {show(value)}."
    if not (net.training and net.dropout.training):
        return "The number is right, but the network, or a layer in it, is left in eval mode: training would go on without dropout. Call net.train() at the end."
    if (pictures := sum(many for *_, many in seen)) < 5:
        return f"The loader has 5 pictures, and the network was shown {pictures} of them."
    if net.weight.item():
        return "The number is right, but the weights have moved: a test leaves them as they are."
    if not net.weight.requires_grad:
        return "The number is right, but the weights ask for no gradient any more: training would stand still."
    return None


TEST = Exercise(
    id="14.5",
    title="A test that leaves no trace",
    kind="write it",
    level=3,
    minutes=8,
    prompt="Write a function of `net` and `loader` that returns the accuracy of the network on all pictures of the loader, a number between 0 and 1. The network runs in eval mode, nothing is\n"
    "recorded, and afterwards the network is in training mode again.",
    judge=_test_of,
    right=(
        _tested("net.eval()", *_QUIET, "net.train()", "return right / total"),
        "@torch.no_grad()\n" + _tested("net.eval()", *_LOOP, "net.train()", "return right / total"),
        _tested("net.eval()", "x, y = (torch.cat(part) for part in zip(*loader))", "with torch.no_grad():", "    said = net(x).argmax(1)", "net.train()", "return (said == y).float().mean()"),
        _tested("was = net.training", "net.eval()", *_QUIET, "net.train(was)", "return right / total"),
        _tested("net.train(False)", "with torch.inference_mode():", "    hits = torch.cat([net(x).argmax(1) == y for x, y in loader])", "net.train(True)", "return hits.float().mean()"),
    ),
    wrong=(
        (_tested(*_QUIET, "return right / total"), "runs in training mode"),
        (_tested("net.eval()", *_LOOP, "net.train()", "return right / total"), "eval() does not stop the recording"),
        (_tested("net.eval()", *_QUIET, "return right / total"), "left in eval mode"),
        (_tested("net.eval()", *_QUIET, "net.train()", "return right"), "how many are right"),
        (_tested("net.eval()", *_QUIET, "net.train()", "return 100 * right / total"), "in percent"),
        (_tested("net.eval()", "shares = []", "with torch.no_grad():", "    for inputs, labels in loader:", "        shares.append((net(inputs).argmax(1) == labels).float().mean().item())",
                 "net.train()", "return sum(shares) / len(shares)"), "the mean of the batches' accuracies"),
        (_tested("net.eval()", *_QUIET[:3], _QUIET[3].replace("argmax(1)", "argmin(1)"), _QUIET[4], "net.train()", "return right / total"), "of which 3 are right"),
        (_tested("net.eval()", *_QUIET, "net.train()", "return right / len(loader)"), "len(loader) is how many batches"),
        (_tested("net.eval()", *_QUIET, "net.train()", "return total / right"), "upside down"),
        (_tested("net.eval()", *_QUIET, "        break", "net.train()", "return right / total"), "the first batch alone"),
        (_tested("torch.set_grad_enabled(False)", "net.eval()", *_LOOP, "net.train()", "return right / total"), "leaves the recording switched off"),
        (_tested("net.training = False", *_QUIET, "net.training = True", "return right / total"), "runs in training mode"),
        (_tested("net.eval()", *_QUIET, "net.training = True", "return right / total"), "left in eval mode"),
        (_tested("net.eval()", *_QUIET, "net.train()", "for p in net.parameters():", "    p.requires_grad_(False)", "return right / total"), "ask for no gradient any more"),
        (_tested("net.eval()", *_QUIET, "net.train()", "print(right / total)"), "Is there a `return`?"),
        (_tested("return 0.6"), "never called"),
        (_tested("net.eval()", "with torch.no_grad():", "    net(loader[0][0])", "net.train()", "return 0.6"), "was shown 4 of them"),
        (_tested("net.eval()", *_QUIET, "net.train()", "net.weight.data.add_(1)", "return right / total"), "the weights have moved"),
        (_tested("net.eval()", *_QUIET, "net.train()", "return str(right / total)"), "a number between 0 and 1 is asked for"),
        ("0.6", "a function is asked for"),
    ),
    hints=("Three things stand around the loop of the lesson: net.eval() before it, with torch.no_grad(): over it, net.train() after it.",
           "Count right and total over all batches, and divide once, at the end."),
    solution=_tested("net.eval()", *_QUIET, "net.train()", "return right / total"),
    reason="eval() and no_grad() are two things: the one changes what layers do, the other what is recorded. A test wants both, and training wants train() again.",
)

EXERCISES = (ACCURACY, ITEM, MEAN_LOSS, EACH_CLASS, TEST)
