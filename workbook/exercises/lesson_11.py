"""Exercises of lesson 11: backpropagation, and the update of the weights by hand."""

from functools import partial

from workbook.exercises.compare import close, describe, entries, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written
from workbook.exercises.judges import function, number, order

ONE_STEP = Exercise(
    id="11.1",
    title="One step",
    kind="predict",
    level=1,
    minutes=2,
    prompt="`w` is 1, the loss is `w ** 2`, and the learning rate is 0.1. What is `w` after one step of gradient descent?",
    judge=number(
        0.8,
        known={
            1.2: "1.2 comes from w + lr · slope. The slope points to where the loss grows: the loss would rise from 1 to 1.44. Subtract.",
            0.9: "0.9 takes 1 for the slope. The slope of w ** 2 is 2 · w, and that is 2 here.",
            -1: "-1 is w less the whole slope. Only a part of it is taken: the learning rate times the slope.",
            0.2: "0.2 is how far w moves, lr · slope. The question is where it ends.",
            -0.2: "That is what is added to w. The question is where w ends.",
            2: "2 is the slope at w = 1. The step is 0.1 times that, and it is subtracted.",
            0.64: "0.64 is the loss after the step. The question is w itself.",
            0.1: "0.1 is the learning rate. The step is the learning rate times the slope.",
            1: "w does move: the slope at 1 is 2, not 0.",
        },
    ),
    right=("0.8", "1 - 0.1 * 2",
           "w = torch.tensor(1., requires_grad=True)\n(w ** 2).backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad\nanswer = w.item()"),
    wrong=(
        ("1.2", "The slope points to where the loss grows"),
        ("0.9", "takes 1 for the slope"),
        ("-1", "Only a part of it is taken"),
        ("0.1 * 2", "how far w moves"),
        ("-0.2", "where w ends"),
        ("2", "2 is the slope"),
        ("0.64", "the loss after the step"),
        ("0.1", "is the learning rate"),
        ("1", "w does move"),
        ("0.805", "not exact enough"),
        ("'0.8'", "without quotation marks"),
        ("torch.tensor([0.8])", "take it out with .item()"),
    ),
    hints=("The slope of w ** 2 is 2 · w. What is it at w = 1?", "The new w is the old one, less the learning rate times the slope."),
    solution="1 - 0.1 * 2",
    reason="The slope of w ** 2 at 1 is 2, a tenth of it is 0.2, and w goes against the slope: 1 - 0.2. The loss falls from 1 to 0.64.",
)

_in_order = order(
    "ABCDE",
    [("C", "B", "The loss compares the output with the target: there has to be an output first."),
     ("B", "E", "backward() starts at the loss: compute the loss first."),
     ("E", "A", "The step uses the gradients that backward() leaves: it comes after backward().")],
)


def _round(answer, names):
    """Judge the order of a round. Clearing may stand anywhere but between backward and step."""
    found = _in_order(answer, names)
    given = "".join(answer).upper() if found is None else ""
    if found is None and given.index("E") < given.index("D") < given.index("A"):
        return "zero_grad() between backward() and step() throws the gradients away before they are used: nothing is learned, and no error says so."
    return found


ROUND = Exercise(
    id="11.2",
    title="A round in its order",
    kind="order the lines",
    level=1,
    minutes=3,
    prompt="Put the lines of one round of training in order, and answer with their letters, such as `'ABCDE'`. More than one order is right.\n\n"
    "| | line |\n|---|---|\n"
    "| **A** | `optimizer.step()` |\n"
    "| **B** | `loss = criterion(output, target)` |\n"
    "| **C** | `output = net(input)` |\n"
    "| **D** | `optimizer.zero_grad()` |\n"
    "| **E** | `loss.backward()` |",
    judge=_round,
    right=("'DCBEA'", "'CBDEA'", "'CDBEA'", "'CBEAD'", "'dcbea'", "['D', 'C', 'B', 'E', 'A']"),
    wrong=(
        ("'CBEDA'", "throws the gradients away"),
        ("'DCBAE'", "it comes after backward()"),
        ("'ECBDA'", "backward() starts at the loss"),
        ("'DBCEA'", "there has to be an output first"),
        ("'ADCBE'", "it comes after backward()"),
        ("'DCBE'", "stands in the answer once"),
        ("'DCBEAD'", "stands in the answer once"),
        ("12345", "write the letters in their order"),
    ),
    hints=("Start at the end: step() needs gradients. Which line makes them, and what does that line need?",
           "Gradients add up, so they are cleared once a round: before backward(), or after step()."),
    solution="'DCBEA'",
    reason="Forward, loss, backward, step: each needs what the one before has made. Clearing only must not come between backward and step.",
)


def _moves(answer, names):
    """Judge a function (p, lr) that moves a leaf in place, as gradient descent does, and leaves everything else as it is."""
    torch = names["torch"]
    for values, slopes, lr in (([2.0], [4.0], 0.1), ([3.0, -1.0, 0.5], [4.0, 10.0, -2.0], 0.05)):
        p = torch.tensor(values, requires_grad=True)
        p.grad = torch.tensor(slopes)
        where, case = p.data_ptr(), f"p = {values}, p.grad = {slopes} and lr = {lr}"
        got, problem = called(answer, p, lr, case=case, none=True)
        if problem:
            return problem + _why_refused(problem)
        found = _about_move(p, got, values, slopes, lr, case, where)
        if found:
            return found
    return None


def _why_refused(problem):
    if "a leaf Variable that requires grad" in problem:
        return " The step is no part of the formula: write it where nothing is recorded."
    return ""


def _why_none(problem):
    if "'NoneType'" in problem:
        return " p.grad is None there: it was cleared before it was used, or no backward() has filled it."
    return ""


def _about_move(p, got, values, slopes, lr, case, where):
    now, right = entries(p), [value - lr * slope for value, slope in zip(values, slopes)]
    if p.grad is None:
        return f"Called with {case} your function clears p.grad. Only the step is asked for; clearing is a line of its own in the loop."
    if entries(p.grad) != slopes:
        return f"Called with {case} your function changes p.grad. Only p is to move."
    if all(close(a, b, 1e-6) for a, b in zip(now, right)):
        if p.data_ptr() != where:
            return "The numbers are right, but p lies on new memory now. An optimizer writes into the weights, so that all who share them see it."
        if not (p.requires_grad and p.is_leaf):
            return "The numbers are right, but p asks for no gradient any more: the next backward() would not reach it."
        if got is not None and not (is_tensor(got) and got.data_ptr() == where):
            return f"p moves as it should. But your function returns {describe(got)}; return nothing, or p."
        return None
    if now == values:
        made = f" It returns {describe(got)}, and nobody puts that into p." if is_tensor(got) else ""
        return f"Called with {case} your function leaves p as it was.{made} `p = p - ...` gives the name to a new tensor, inside your function only."
    if all(close(a, value + lr * slope, 1e-6) for a, value, slope in zip(now, values, slopes)):
        return "p moves with its slope: uphill, so the loss grows. Subtract."
    if all(close(a, value - slope, 1e-6) for a, value, slope in zip(now, values, slopes)):
        return "p moves by its whole slope. The learning rate says how much of it is taken."
    if all(close(a, value - lr, 1e-6) for a, value in zip(now, values)):
        return "Every number moves by the learning rate, however steep it is there. The slope is missing."
    return f"Called with {case} p ends at {[round(number, 4) for number in now]}, and that is not the step."


STEP_IN_PLACE = Exercise(
    id="11.3",
    title="A step that autograd allows",
    kind="write it",
    level=2,
    minutes=5,
    prompt="Write a function of `p` and `lr` that makes one step of gradient descent. `p` is a leaf that requires a gradient, and `p.grad` is there.\n"
    "The function moves the numbers of `p` in place, and leaves `p.grad` as it is. Nothing has to be returned.",
    judge=_moves,
    right=(
        "def answer(p, lr):\n    with torch.no_grad():\n        p -= lr * p.grad",
        "def answer(p, lr):\n    with torch.no_grad():\n        p.sub_(p.grad, alpha=lr)",
        "@torch.no_grad()\ndef answer(p, lr):\n    p.add_(p.grad, alpha=-lr)",
        "lambda p, lr: p.data.sub_(lr * p.grad)",
        "def answer(p, lr):\n    torch.set_grad_enabled(False)\n    p -= lr * p.grad\n    torch.set_grad_enabled(True)",
        "def answer(p, lr):\n    with torch.no_grad():\n        p[:] = p - lr * p.grad",
        "def answer(p, lr):\n    torch.optim.SGD([p], lr=lr).step()",
        "def answer(p, lr):\n    p.detach().sub_(lr * p.grad)",
        "def answer(p, lr):\n    with torch.no_grad():\n        p.copy_(p - lr * p.grad)\n    return p",
    ),
    wrong=(
        ("def answer(p, lr):\n    p -= lr * p.grad", "write it where nothing is recorded"),
        ("def answer(p, lr):\n    p = p - lr * p.grad", "inside your function only"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p = p - lr * p.grad", "leaves p as it was"),
        ("lambda p, lr: p - lr * p.grad", "nobody puts that into p"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p += lr * p.grad", "uphill"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p -= p.grad", "by its whole slope"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p -= lr", "The slope is missing"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p -= lr * p.grad\n    p.grad = None", "clears p.grad"),
        ("def answer(p, lr):\n    p.grad.mul_(lr)\n    with torch.no_grad():\n        p -= p.grad", "changes p.grad"),
        ("def answer(p, lr):\n    p.data = p.data - lr * p.grad", "lies on new memory"),
        ("def answer(p, lr):\n    p.requires_grad_(False)\n    p -= lr * p.grad", "asks for no gradient any more"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p -= lr * p * p.grad", "and that is not the step"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p -= lr * p", "and that is not the step"),
        ("def answer(p, lr):\n    torch.set_grad_enabled(False)\n    p -= lr * p.grad", "leaves the recording switched off"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p.sub(lr * p.grad)", "leaves p as it was"),
        ("def answer(p, lr):\n    with torch.no_grad():\n        p -= lr * p.grad\n    return [p]", "return nothing, or p"),
        ("def answer(p):\n    pass", "raises TypeError"),
        ("def answer(p, lr):\n    pass", "leaves p as it was"),
        ("0.8", "a function is asked for"),
    ),
    hints=("`p -= lr * p.grad` by itself raises the error of the cell above. What did its last line say about where it is allowed?",
           "Put the line inside `with torch.no_grad():`. With `p = p - ...` only the name would move."),
    solution="def answer(p, lr):\n    with torch.no_grad():\n        p -= lr * p.grad",
    reason="Inside no_grad nothing is recorded, so a leaf may be written. -= writes into the weights that the network holds.",
)

_training = partial(written, "net, x, y, steps")
_LOSS = "((net(x) - y) ** 2).mean()"
_HEAD = ("for _ in range(steps):", f"    loss = {_LOSS}", "    loss.backward()")
_MOVE = ("    with torch.no_grad():", "        for p in net.parameters():", "            p -= 0.1 * p.grad")
_RETURN = f"return {_LOSS}.item()"
_REPAIRED = _training(*_HEAD, *_MOVE, "    net.zero_grad()", _RETURN)
_KNOWN = {
    _training(*_HEAD, *_MOVE, _RETURN): "The first round is right, and the later ones go too far: the gradients of all rounds so far are added up. Clear them in every round.",
    _training(_RETURN): "The loss does not change: no weight of the net has moved. `p = p - ...` gives the name p to a new tensor.",
    _training(*_HEAD, "    with torch.no_grad():", "        for p in net.parameters():", "            p += 0.1 * p.grad", "    net.zero_grad()", _RETURN):
        "The loss grows: this walks uphill. Subtract.",
    _training(*_HEAD, *_MOVE, "    net.zero_grad()", "return loss.item()"): "You return the loss of the last round, from before its step. Return the loss after the last step.",
    _training(f"loss = {_LOSS}", "for _ in range(steps):", "    loss.backward(retain_graph=True)", *_MOVE, "    net.zero_grad()", _RETURN):
        "The loss is computed once, before the rounds, so every step goes by the slopes of the first weights. Compute it anew in each round.",
    _training(*_HEAD, *_MOVE, "    net.zero_grad()", f"    return {_LOSS}.item()"): "Only one round is made, however many are asked for. Is `return` inside the loop?",
}


def _network(torch):
    net = torch.nn.Linear(2, 1)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[0.5, -1.0]]))
        net.bias.fill_(0.25)
    return net, torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.0, 1.5]]), torch.tensor([[1.0], [0.0], [2.0]])


def _trained(function, steps, names):
    net, x, y = _network(names["torch"])
    got, problem = called(function, net, x, y, steps, case=f"a net, x, y and {steps} step{'s' * (steps > 1)}")
    return got, problem, [entry for p in net.parameters() for entry in entries(p)]


def _trains(answer, names):
    """Judge a training loop by the loss that it returns and by where the weights of a small net end, after 1, 2 and 3 rounds."""
    known = [(names.evaluate(source), message) for source, message in _KNOWN.items()]
    right = names.evaluate(_REPAIRED)
    for steps in (1, 2, 3):
        got, problem, weights = _trained(answer, steps, names)
        if problem:
            return problem + (_why_refused(problem) or _why_none(problem))
        expected, _, where = _trained(right, steps, names)
        value = got.item() if is_tensor(got) and got.numel() == 1 else got
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"The function returns {describe(got)}; the loss is asked for, a number."
        if close(value, expected, 1e-5) and all(close(a, b, 1e-5) for a, b in zip(weights, where)):
            continue
        for wrong, message in known:
            theirs = [_trained(wrong, each, names) for each in (1, 2, 3)]
            mine = [_trained(answer, each, names) for each in (1, 2, 3)]
            if all(_same(a, b) for a, b in zip(mine, theirs)):
                return message
        return f"After {steps} round{'s' * (steps > 1)} the loss is {value:.4f}, and that is not what gradient descent with lr = 0.1 reaches."
    return None


def _same(one, other):
    (a, problem, weights), (b, _, where) = one, other
    if problem or not (is_tensor(a) or isinstance(a, (int, float))):
        return False
    return close(float(a), float(b), 1e-5) and all(close(x, y, 1e-5) for x, y in zip(weights, where))


REPAIRED_TRAINING = Exercise(
    id="11.4",
    title="Two mistakes that raise no error",
    kind="fix the bug",
    level=3,
    minutes=8,
    prompt="This function should train `net` for `steps` rounds with the learning rate 0.1, and return the loss after the last step. It raises no error, and\n"
    "learns nothing. It holds two mistakes. Replace `answer = ...` by the repaired function.\n\n"
    "```python\n" + _training(*_HEAD, "    for p in net.parameters():", "        p = p - 0.1 * p.grad", _RETURN) + "\n```",
    judge=_trains,
    right=(
        _REPAIRED,
        _training("for _ in range(steps):", "    net.zero_grad()", *_HEAD[1:], *_MOVE, _RETURN),
        _training("optimizer = torch.optim.SGD(net.parameters(), lr=0.1)", *_HEAD, "    optimizer.step()", "    optimizer.zero_grad()", _RETURN),
        _training(*_HEAD, "    for p in net.parameters():", "        p.data.sub_(0.1 * p.grad)", "        p.grad = None", _RETURN),
        _training(*_HEAD, *_MOVE, "            p.grad.zero_()", f"return {_LOSS}"),
    ),
    wrong=(
        (_training(*_HEAD, "    for p in net.parameters():", "        p = p - 0.1 * p.grad", _RETURN), "no weight of the net has moved"),
        (_training(*_HEAD, "    for p in net.parameters():", "        p = p - 0.1 * p.grad", "    net.zero_grad()", _RETURN), "no weight of the net has moved"),
        (_training(*_HEAD, *_MOVE, _RETURN), "the later ones go too far"),
        (_training(*_HEAD, *_MOVE, "net.zero_grad()", _RETURN), "the later ones go too far"),
        (_training(*_HEAD, "    net.zero_grad()", *_MOVE, _RETURN), "cleared before it was used"),
        (_training(*_HEAD, *_MOVE, "            net.zero_grad()", _RETURN), "cleared before it was used"),
        (_training(f"loss = {_LOSS}", "for _ in range(steps):", "    loss.backward(retain_graph=True)", *_MOVE, "    net.zero_grad()", _RETURN), "The loss is computed once"),
        (_training("torch.set_grad_enabled(False)", _RETURN), "leaves the recording switched off"),
        (_training(*_HEAD, "    for p in net.parameters():", "        p -= 0.1 * p.grad", "    net.zero_grad()", _RETURN), "where nothing is recorded"),
        (_training(*_HEAD, "    with torch.no_grad():", "        for p in net.parameters():", "            p += 0.1 * p.grad", "    net.zero_grad()", _RETURN),
         "uphill"),
        (_training(*_HEAD, *_MOVE, "    net.zero_grad()", "return loss.item()"), "from before its step"),
        (_training(*_HEAD, *_MOVE, "    net.zero_grad()", f"    return {_LOSS}.item()"), "Is `return` inside the loop?"),
        (_training(*_HEAD, *_MOVE, "    net.zero_grad()"), "returns None"),
        (_training(*_HEAD, *_MOVE, "    net.zero_grad()", "return net"), "the loss is asked for, a number"),
        (_training("optimizer = torch.optim.SGD(net.parameters(), lr=0.01)", *_HEAD, "    optimizer.step()", "    optimizer.zero_grad()", _RETURN),
         "not what gradient descent with lr = 0.1 reaches"),
        ("0.5", "a function is asked for"),
    ),
    hints=("Print a weight before and after a round. Does it move? Exercise 11.3 had the same mistake.",
           "When it moves, compare two rounds with one: what does p.grad hold in the second round?"),
    solution=_REPAIRED,
    reason="-= inside no_grad writes into the weights; p = p - ... made new tensors that nobody kept. And gradients add up until they are cleared.",
)

_fit = partial(written, "x, y, lr, steps")
_BEGIN = ("w, b = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)", "for _ in range(steps):",
          "    loss = ((w * x + b - y) ** 2).mean()", "    loss.backward()")
_FITTED = ("    with torch.no_grad():", "        w -= lr * w.grad", "        b -= lr * b.grad")
_CLEARED, _BOTH = ("    w.grad = b.grad = None",), ("return w.item(), b.item()",)

_line = function(
    _fit(*_BEGIN, *_FITTED, *_CLEARED, *_BOTH),
    ("torch.tensor([0., 1.]), torch.tensor([1., 3.]), 0.1, 1", "torch.tensor([0., 1., 2.]), torch.tensor([1., 3., 4.]), 0.05, 2",
     "torch.tensor([-1., 0.5, 2., 3.]), torch.tensor([2., 1., 0., -3.]), 0.1, 20"),
    known={
        _fit(*_BEGIN, *_FITTED, *_BOTH): "The first step is right, and the later ones go too far. What do w.grad and b.grad hold in the second round?",
        _fit(*_BEGIN, *(line.replace("-=", "+=") for line in _FITTED), *_CLEARED, *_BOTH): "Both numbers walk away from the points: uphill. Subtract.",
        _fit(*(line.replace("mean", "sum") for line in _BEGIN), *_FITTED, *_CLEARED, *_BOTH):
            "The steps are too long, and more so the more points there are: that is the sum of the squares. The mean is asked for.",
        _fit("w, b = 0., 0.", "for _ in range(steps):", "    w = w - lr * (2 * (w * x + b - y) * x).mean().item()", "    b = b - lr * (2 * (w * x + b - y)).mean().item()", "return w, b"):
            "b goes by a slope that is computed with the w that has moved. Compute both slopes first, then move both.",
        _fit("w, b = 0., 0.", "for _ in range(steps):", "    miss = w * x + b - y", "    w, b = w - lr * (miss * x).mean().item(), b - lr * miss.mean().item()", "return w, b"):
            "The steps are half as long as they should be: the slope of a square has a factor 2.",
        _fit(*_BEGIN, *_FITTED[:2], *_CLEARED, *_BOTH): "w moves, and b stays 0: it has to move, too.",
        _fit(*_BEGIN, _FITTED[0], _FITTED[2], *_CLEARED, *_BOTH): "b moves, and w stays 0: it has to move, too.",
        _fit(*_BEGIN, *_FITTED, *_CLEARED, "return b.item(), w.item()"): "The two numbers are exchanged: w first, then b.",
        _fit(*_BEGIN, *_FITTED, *_CLEARED, "    return w.item(), b.item()"): "One step is made, however many are asked for. Is `return` inside the loop?",
        _fit("w = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()", "return w.item(), (y.mean() - w * x.mean()).item()"):
            "That is the line with the least squares, where very many steps would end. Asked for is where these steps have led.",
    },
)


def _fits(answer, names):
    """Judge the two numbers of the line, and say why a write to a leaf is refused."""
    found = _line(answer, names)
    return found and found + _why_refused(found)


FIT_BY_HAND = Exercise(
    id="11.5",
    title="A line, fitted by hand",
    kind="write it",
    level=3,
    minutes=10,
    prompt="Write a function of `x`, `y`, `lr` and `steps` that fits the line `w * x + b` to the points: it begins at `w = 0` and `b = 0`, makes `steps` steps of gradient\n"
    "descent on the mean of the squares of what the line misses, and returns `w` and `b`, two numbers. `x` and `y` have the same shape.\n"
    "Write the steps yourself. One step with lr 0.1 for `x = torch.tensor([0., 1.])`, `y = torch.tensor([1., 3.])` gives 0.3 and 0.4.",
    judge=_fits,
    right=(
        _fit(*_BEGIN, *_FITTED, *_CLEARED, *_BOTH),
        _fit(*_BEGIN, *_FITTED, "    w.grad.zero_(); b.grad.zero_()", "return w, b"),
        _fit("w, b = 0., 0.", "for _ in range(steps):", "    miss = w * x + b - y",
             "    w, b = w - lr * (2 * miss * x).mean().item(), b - lr * (2 * miss).mean().item()", "return w, b"),
        _fit(_BEGIN[0], "optimizer = torch.optim.SGD([w, b], lr=lr)", *_BEGIN[1:2], "    optimizer.zero_grad()", *_BEGIN[2:], "    optimizer.step()", *_BOTH),
    ),
    wrong=(
        (_fit(*_BEGIN, *_FITTED, *_BOTH), "the later ones go too far"),
        (_fit(*_BEGIN, *(line.replace("-=", "+=") for line in _FITTED), *_CLEARED, *_BOTH), "uphill"),
        (_fit(*(line.replace("mean", "sum") for line in _BEGIN), *_FITTED, *_CLEARED, *_BOTH), "The mean is asked for"),
        (_fit(*_BEGIN, *_FITTED[:2], *_CLEARED, *_BOTH), "b stays 0"),
        (_fit(*_BEGIN, _FITTED[0], _FITTED[2], *_CLEARED, *_BOTH), "w stays 0"),
        (_fit(*_BEGIN, *_FITTED, *_CLEARED, "return b.item(), w.item()"), "exchanged"),
        (_fit(*_BEGIN, *_FITTED, *_CLEARED, "    return w.item(), b.item()"), "Is `return` inside the loop?"),
        (_fit("w = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()", "return w.item(), (y.mean() - w * x.mean()).item()"),
         "where very many steps would end"),
        (_fit("w, b = 0., 0.", "for _ in range(steps):", "    w = w - lr * (2 * (w * x + b - y) * x).mean().item()", "    b = b - lr * (2 * (w * x + b - y)).mean().item()", "return w, b"),
         "with the w that has moved"),
        (_fit("w, b = 0., 0.", "for _ in range(steps):", "    miss = w * x + b - y", "    w, b = w - lr * (miss * x).mean().item(), b - lr * miss.mean().item()", "return w, b"),
         "half as long"),
        (_fit(*_BEGIN, *_FITTED, *_CLEARED, "torch.set_grad_enabled(False)", *_BOTH), "leaves the recording switched off"),
        (_fit(*_BEGIN, "    w -= lr * w.grad", "    b -= lr * b.grad", *_CLEARED, *_BOTH), "write it where nothing is recorded"),
        (_fit(*_BEGIN, "    w = w - lr * w.grad", "    b = b - lr * b.grad", *_BOTH), "NoneType"),
        (_fit(*_BEGIN, *_FITTED, *_CLEARED, "return w.item()"), "a tuple is asked for"),
        (_fit(*_BEGIN, *_FITTED, *_CLEARED), "Is there a `return`?"),
        ("(0.3, 0.4)", "a function is asked for"),
    ),
    hints=("Two leaves, each a zero that requires a gradient; in each round the loss, backward(), two updates inside no_grad, and both gradients cleared.",
           "The loss is ((w * x + b - y) ** 2).mean(). Compare two steps with one if the first is right."),
    solution=_fit(*_BEGIN, *_FITTED, *_CLEARED, *_BOTH),
    reason="The round of every training: loss, backward, a step against each slope where nothing is recorded, and clean gradients for the next round.",
)

EXERCISES = (ONE_STEP, ROUND, STEP_IN_PLACE, REPAIRED_TRAINING, FIT_BY_HAND)
