"""Exercises of lesson 12: optimizers."""

from functools import partial

from workbook.exercises.compare import close, describe, entries
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written
from workbook.exercises.judges import function, number, text

SECOND_STEP = Exercise(
    id="12.1",
    title="The second step of momentum",
    kind="predict",
    level=2,
    minutes=4,
    prompt="SGD with momentum 0.8 and lr 0.1. The velocity begins at 0, and the gradient is 1 in both of the first two steps. How far does the weight move in the **second**\nstep? "
    "Answer with a number above 0.",
    judge=number(
        0.18,
        known={
            0.1: "0.1 is the first step, and every step without momentum. In the second the velocity still holds 0.8 of the first.",
            0.2: "0.2 would be momentum 1: nothing of the first gradient forgotten. 0.8 of it is kept.",
            0.08: "0.08 is what the memory alone gives, 0.1 · 0.8. The new gradient comes on top of it.",
            0.28: "0.28 is how far both steps lead together, 0.1 + 0.18. The second alone is asked for.",
            0.02: "0.02 takes (1 − 0.8) of the new gradient. In PyTorch it enters whole: v = 0.8 · v + g.",
            0.036: "0.036 takes (1 − 0.8) of each gradient. In PyTorch it enters whole: v = 0.8 · v + g.",
            1.8: "1.8 is the velocity. The step is lr times that.",
            -0.18: "The weight goes down by it. How far is asked for: a number above 0.",
            0.244: "0.244 is the third step.",
        },
    ),
    right=("0.18", "0.1 * (0.8 * 1 + 1)",
           "w = torch.tensor(0., requires_grad=True)\no = torch.optim.SGD([w], lr=0.1, momentum=0.8)\nw.grad = torch.tensor(1.)\no.step()\nbefore = w.item()\no.step()\nanswer = before - w.item()"),
    wrong=(
        ("0.1", "still holds 0.8 of the first"),
        ("0.2", "momentum 1"),
        ("0.08", "the memory alone"),
        ("0.28", "both steps lead together"),
        ("0.02", "enters whole"),
        ("0.036", "takes (1 − 0.8) of each"),
        ("1.8", "is the velocity"),
        ("-0.18", "a number above 0"),
        ("0.1 * (0.8 * (0.8 + 1) + 1)", "the third step"),
        ("0.5", "is not it"),
        ("'0.18'", "without quotation marks"),
    ),
    hints=("v = momentum · v + gradient, and the step is lr · v. What is v after the first step?",
           "After the first step v is 1. In the second it is 0.8 · 1 + 1."),
    solution="0.1 * (0.8 * 1 + 1)",
    reason="The velocity goes 0, 1, 1.8, 2.44 ..., towards 1 / (1 − 0.8) = 5: where the slope stays, momentum 0.8 takes steps up to five times as long.",
)


def _nesterov(answer, names):
    """Judge a function of parameters: what it makes is SGD over just these, with lr 0.1 and Nesterov momentum 0.9."""
    torch = names["torch"]
    if isinstance(answer, torch.optim.Optimizer):
        return "The answer is an optimizer; a function of ps that makes one is asked for."
    if isinstance(answer, type):
        return "That is a class. Write a function that calls it, with the parameters and the settings in brackets."
    ps = [torch.zeros(3, requires_grad=True), torch.ones(2, 2, requires_grad=True)]
    made, problem = called(answer, ps, case="a list of two parameters")
    if problem:
        return problem
    if not isinstance(made, torch.optim.Optimizer):
        return f"The function returns {describe(made)}; an optimizer is asked for, torch.optim.SGD(...)."
    if type(made) is not torch.optim.SGD:
        return f"{type(made).__name__} is another rule. Nesterov momentum is a way of SGD."
    for settings in made.param_groups:
        found = _about_settings(settings)
        if found:
            return found
    if [id(p) for group in made.param_groups for p in group["params"]] != [id(p) for p in ps]:
        return "It holds other parameters than those of ps: give it ps itself."
    return None


def _about_settings(settings):
    if not settings["nesterov"]:
        return "This is plain momentum. Nesterov is a flag." if settings["momentum"] else "This is plain SGD, without momentum. Nesterov is a flag, and needs a momentum."
    for name, wanted in (("lr", 0.1), ("momentum", 0.9)):
        if settings[name] != wanted:
            return f"{name} is {settings[name]}; {wanted} is asked for."
    if settings["weight_decay"] or settings["maximize"]:
        return "It does more than is asked for: only lr, momentum and nesterov are to be set."
    return None


def _made(call):
    return f"def answer(ps):\n    return {call}"


NESTEROV = Exercise(
    id="12.2",
    title="Nesterov momentum",
    kind="write it",
    level=1,
    minutes=3,
    prompt="Write a function of `ps`, a list of parameters, that returns an optimizer for them: SGD with Nesterov momentum, momentum 0.9, and the learning rate 0.1.",
    judge=_nesterov,
    right=(
        _made("torch.optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True)"),
        "lambda ps: torch.optim.SGD(params=ps, lr=.1, momentum=.9, dampening=0, nesterov=True)",
        _made("torch.optim.SGD([{'params': ps}], 0.1, 0.9, nesterov=True)"),
    ),
    wrong=(
        (_made("torch.optim.SGD(ps, lr=0.1, momentum=0.9)"), "This is plain momentum"),
        (_made("torch.optim.SGD(ps, lr=0.1)"), "This is plain SGD"),
        (_made("torch.optim.SGD(ps, lr=0.1, nesterov=True)"), "Nesterov momentum requires a momentum"),
        (_made("torch.optim.NesterovSGD(ps, lr=0.1)"), "raises AttributeError"),
        (_made("torch.optim.Adam(ps, lr=0.1)"), "Adam is another rule"),
        (_made("torch.optim.NAdam(ps, lr=0.1)"), "NAdam is another rule"),
        (_made("torch.optim.SGD(ps, lr=0.01, momentum=0.9, nesterov=True)"), "lr is 0.01"),
        (_made("torch.optim.SGD(ps, lr=0.1, momentum=0.5, nesterov=True)"), "momentum is 0.5"),
        (_made("torch.optim.SGD(ps[:1], lr=0.1, momentum=0.9, nesterov=True)"), "other parameters"),
        (_made("torch.optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1)"), "more than is asked for"),
        (_made("torch.optim.SGD([{'params': ps[:1]}, {'params': ps[1:], 'lr': 0.5}], lr=0.1, momentum=0.9, nesterov=True)"), "lr is 0.5"),
        (_made("'SGD'"), "an optimizer is asked for"),
        ("torch.optim.SGD", "That is a class"),
        ("torch.optim.SGD([torch.zeros(3, requires_grad=True)], lr=0.1, momentum=0.9, nesterov=True)", "a function of ps that makes one"),
    ),
    hints=("There is no class of that name: it is a flag of SGD.", "The flag is called nesterov, and it needs a momentum above 0."),
    solution=_made("torch.optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True)"),
    reason="Nesterov looks one step of momentum ahead. In PyTorch it is SGD with nesterov=True; without a momentum it is refused.",
)

RIGHT_NAME = Exercise(
    id="12.3",
    title="A name, spelt rightly",
    kind="fill in",
    level=1,
    minutes=1,
    prompt="What is the class in `torch.optim` called that the documents write RMSProp and RMSPro? Give its name as a text.",
    judge=text("RMSprop", known={
        "RMSProp": "That is how documents spell it; PyTorch's class has a small p: capital and small letters count.",
        "RMSPro": "A letter is missing, and one has the wrong size.",
        "torch.optim.RMSprop": "That is the way to it. The name alone is asked for.",
        "optim.RMSprop": "That is the way to it. The name alone is asked for.",
    }),
    right=("'RMSprop'", "torch.optim.RMSprop.__name__"),
    wrong=(
        ("'RMSProp'", "a small p"),
        ("'RMSPro'", "A letter is missing"),
        ("'rmsprop'", "capital and small letters count"),
        ("'torch.optim.RMSprop'", "The name alone"),
        ("'optim.RMSprop'", "The name alone"),
        ("'Adam'", "is not it"),
        ("torch.optim.RMSprop", "a text is asked for"),
        ("''", "The text is empty"),
    ),
    hints=("Type torch.optim.RMS in a cell and press Tab.", "The three capitals are the initials of root, mean and square; the rest is small."),
    solution="'RMSprop'",
    reason="Root mean square, and prop for propagation. dir(torch.optim) lists every name as it is spelt.",
)

FIRST_ADAM_STEP = Exercise(
    id="12.4",
    title="The first step of Adam",
    kind="predict",
    level=2,
    minutes=4,
    prompt="Adam with lr 0.1 and its other settings as they are. The very first gradient of a weight is 0.002. How far does the weight move in this step, to three digits?",
    judge=number(
        0.1,
        tol=1e-4,
        known={
            0.0002: "0.0002 is lr times the gradient, as SGD would do. Adam divides the gradient by its own size.",
            0.00002: "That is lr · 0.1 · g: the mean of g before it is corrected for having begun at 0.",
            0.002: "0.002 is the gradient. Adam divides it by its own size.",
            0.01: "The mean of g is corrected for having begun at 0: divided by 1 − 0.9, it is g itself.",
            0.3162: "The two means are corrected for having begun at 0, each by its own factor.",
            0.316: "The two means are corrected for having begun at 0, each by its own factor.",  # three digits are asked for
            1: "g divided by its size is 1. The step is lr times that.",
            50: "The gradient is divided by its size, not the learning rate by the gradient.",
            -0.1: "How far is asked for: a number above 0.",
        },
    ),
    right=("0.1", "w = torch.tensor(0., requires_grad=True)\nw.grad = torch.tensor(0.002)\ntorch.optim.Adam([w], lr=0.1).step()\nanswer = -w.item()"),
    wrong=(
        ("0.1 * 0.002", "as SGD would do"),
        ("0.1 * 0.1 * 0.002", "before it is corrected"),
        ("0.002", "is the gradient"),
        ("0.01", "it is g itself"),
        ("0.3162", "each by its own factor"),
        ("0.316", "each by its own factor"),
        ("1", "lr times that"),
        ("0.1 / 0.002", "not the learning rate by the gradient"),
        ("-0.1", "a number above 0"),
        ("0.05", "is not it"),
        ("'0.1'", "without quotation marks"),
    ),
    hints=("Adam's step is lr · m / (√s + eps), where m follows g and s follows g². Both are corrected for having begun at 0.",
           "After the first step the corrected m is g, and the corrected s is g². What is g / √(g²)?"),
    solution="0.1",
    reason="m is g and √s is |g|, so the step is lr · g / |g|: just lr, however small or large the gradient is. That is why Adam's lr reads like a length.",
)

_trained = partial(written, "make_net, x, y")
_ROUND = ("for _ in range(5):", "    optimizer.zero_grad()", "    ((net(x) - y) ** 2).mean().backward()", "    optimizer.step()", "return net")
_OPTIMIZER = "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)"


def _trains_its_net(answer, names):
    """Judge a function that trains the net it returns: by the net's weights after five rounds, and whether the loss has fallen."""
    torch = names["torch"]

    def make_net():
        torch.manual_seed(1)
        return torch.nn.Linear(2, 1)

    x, y = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.0, 1.5]]), torch.tensor([[1.0], [0.0], [2.0]])
    got, problem = called(answer, make_net, x, y, case="make_net, x and y")
    if problem:
        return problem
    if not isinstance(got, torch.nn.Module):
        return f"The function returns {describe(got)}; the trained net is asked for."
    right, _ = called(names.evaluate(_trained("net = make_net()", _OPTIMIZER, *_ROUND)), make_net, x, y)
    mine, theirs = ([entry for p in net.parameters() for entry in entries(p)] for net in (got, right))
    if len(mine) == len(theirs) and all(close(a, b, 1e-5) for a, b in zip(mine, theirs)):
        return None
    if mine == [entry for p in make_net().parameters() for entry in entries(p)]:
        return "The net that is returned has not moved: either the optimizer still holds the weights of another one, or step() finds no gradients."
    return "The net has moved, but not by five steps of SGD with lr 0.1. Leave the loop as it is."


ITS_OWN_NET = Exercise(
    id="12.5",
    title="An optimizer for another net",
    kind="fix the bug",
    level=2,
    minutes=5,
    prompt="This function should make a net, train it for five rounds and return it. It raises no error, and the net that it returns has learned nothing. Replace `answer = ...` by\n"
    "the repaired function.\n\n```python\n" + _trained("net = make_net()", _OPTIMIZER, "net = make_net()  # begin with fresh weights", *_ROUND) + "\n```",
    judge=_trains_its_net,
    right=(
        _trained("net = make_net()", _OPTIMIZER, *_ROUND),
        _trained("net = make_net()", "net = make_net()", _OPTIMIZER, *_ROUND),
        _trained("net = make_net()", "optimizer = torch.optim.SGD([net.weight, net.bias], lr=0.1)", *_ROUND),
    ),
    wrong=(
        (_trained("net = make_net()", _OPTIMIZER, "net = make_net()  # begin with fresh weights", *_ROUND), "still holds the weights of another one"),
        (_trained("net = make_net()", "optimizer = torch.optim.SGD(make_net().parameters(), lr=0.1)", *_ROUND), "still holds the weights of another one"),
        (_trained("net = make_net()", _OPTIMIZER, _ROUND[0], _ROUND[2], _ROUND[1], *_ROUND[3:]), "step() finds no gradients"),
        (_trained("net = make_net()", "optimizer = torch.optim.SGD(net.parameters(), lr=0.01)", *_ROUND), "Leave the loop as it is"),
        (_trained("net = make_net()", "optimizer = torch.optim.SGD([net.weight], lr=0.1)", *_ROUND), "Leave the loop as it is"),
        (_trained("net = make_net()", "optimizer = torch.optim.Adam(net.parameters(), lr=0.1)", *_ROUND), "Leave the loop as it is"),
        (_trained("net = make_net()", "optimizer = torch.optim.SGD(net, lr=0.1)", *_ROUND), "raises TypeError"),
        (_trained("net = make_net()", _OPTIMIZER, *_ROUND[:-1]), "Is there a `return`?"),
        (_trained("net = make_net()", _OPTIMIZER, *_ROUND[:-1], "return optimizer"), "the trained net is asked for"),
        ("0.5", "a function is asked for"),
    ),
    hints=("Which weights does the optimizer hold: those of the first net, or of the second? It knows tensors, and no names.",
           "Make the optimizer after the last `net = ...`, or make the net once only."),
    solution=_trained("net = make_net()", _OPTIMIZER, *_ROUND),
    reason="An optimizer keeps the parameters that it was given. A new net under the old name has parameters of its own, of which it knows nothing.",
)

_momentum = partial(written, "p, v, g, lr, momentum")

BY_FORMULA = Exercise(
    id="12.6",
    title="Momentum by its formula",
    kind="write it",
    level=3,
    minutes=6,
    prompt="Write one step of SGD with momentum as a function of tensors: the weight `p`, the velocity `v`, the gradient `g`, and the numbers `lr` and `momentum`. It returns the new `p`\n"
    "and the new `v`, in this order, and leaves what it was given as it is. It is PyTorch's rule: the velocity keeps `momentum` of itself, and the gradient enters whole.",
    judge=function(
        _momentum("v = momentum * v + g", "return p - lr * v, v"),
        ("torch.tensor([1., 2.]), torch.tensor([0., 0.]), torch.tensor([3., -1.]), 0.1, 0.9", "torch.tensor([1., 2.]), torch.tensor([4., -2.]), torch.tensor([3., -1.]), 0.5, 0.8",
         "torch.tensor(0.), torch.tensor(1.), torch.tensor(1.), 0.1, 0.5"),
        known={
            _momentum("v = momentum * v + (1 - momentum) * g", "return p - lr * v, v"): "That takes (1 − momentum) of the gradient, as a running mean would. In PyTorch it enters whole.",
            _momentum("return p - lr * v, momentum * v + g"): "p moves by the old velocity. The new one, with the gradient in it, is taken.",
            _momentum("v = momentum * v + g", "return p + lr * v, v"): "p goes uphill. Subtract.",
            _momentum("v = momentum * v + lr * g", "return p - v, v"): "Here lr is inside the velocity. The places of p are the same as long as lr stays, but v is another one: PyTorch multiplies by lr at the end.",
            _momentum("v = momentum * v + g", "return v, p - lr * v"): "The two are exchanged: p first, then v.",
            _momentum("return p - lr * g, v"): "Nothing is remembered: that is plain SGD.",
            _momentum("v = v + g", "return p - lr * v, v"): "The velocity forgets nothing: momentum is missing.",
            _momentum("v = momentum * v + g", "return p - lr * (g + momentum * v), v"): "That is Nesterov's step, which looks one step ahead.",
            _momentum("v = momentum * v - lr * g", "return p + v, v"): "The places are right, but the velocity has another sign and size than PyTorch's: v = momentum · v + g, and p − lr · v.",
        },
    ),
    right=(
        _momentum("v = momentum * v + g", "return p - lr * v, v"),
        _momentum("new = v * momentum + g", "return (p - new * lr, new)"),
        _momentum("v = v.clone().mul_(momentum).add_(g)", "return p.sub(v, alpha=lr), v"),
    ),
    wrong=(
        (_momentum("v = momentum * v + (1 - momentum) * g", "return p - lr * v, v"), "as a running mean would"),
        (_momentum("return p - lr * v, momentum * v + g"), "by the old velocity"),
        (_momentum("v = momentum * v + g", "return p + lr * v, v"), "uphill"),
        (_momentum("v = momentum * v + lr * g", "return p - v, v"), "multiplies by lr at the end"),
        (_momentum("v = momentum * v - lr * g", "return p + v, v"), "another sign and size"),
        (_momentum("v = momentum * v + g", "return v, p - lr * v"), "exchanged"),
        (_momentum("return p - lr * g, v"), "plain SGD"),
        (_momentum("v = v + g", "return p - lr * v, v"), "momentum is missing"),
        (_momentum("v = momentum * v + g", "return p - lr * (g + momentum * v), v"), "Nesterov's step"),
        (_momentum("v *= momentum", "v += g", "return p - lr * v, v"), "changes what it is given"),
        (_momentum("v = momentum * v + g", "return p - lr * v"), "a tuple is asked for"),
        (_momentum("v = momentum * v + g", "p = p - lr * v"), "Is there a `return`?"),
        ("0.18", "a function is asked for"),
    ),
    hints=("Two lines: the new velocity out of the old one and the gradient, then the new p out of the new velocity.",
           "v = momentum * v + g makes a new tensor, and leaves the old one as it is; v *= momentum would not."),
    solution=_momentum("v = momentum * v + g", "return p - lr * v, v"),
    reason="The velocity is a sum of all gradients so far, each weighed with momentum once for every step that it is old. lr comes last.",
)

EXERCISES = (SECOND_STEP, NESTEROV, RIGHT_NAME, FIRST_ADAM_STEP, ITS_OWN_NET, BY_FORMULA)
