"""Exercises of lesson 15: saving and loading."""

from functools import partial

from workbook.exercises.compare import as_text, describe, difference, is_tensor, show
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written

_NET = """from workbook import nn
torch.manual_seed(3)
trained = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 2))
trained(torch.randn(8, 4))
"""


def _state(answer, names):
    """Judge what is to be saved of `net`: every weight and buffer under its name."""
    torch, net = names["torch"], names["trained"]
    if isinstance(answer, torch.nn.Module):
        return "That is the net itself. Saved whole, it can be read only where the very same class stands at the same place, and by running code from the file."
    if type(answer) in (list, tuple) or hasattr(answer, "__next__"):
        return "These are tensors without names. Whoever reads the file must know which one belongs where."
    if not isinstance(answer, dict):
        return f"The answer is {describe(answer)}; a dictionary from names to tensors is asked for."
    if any(isinstance(value, torch.nn.Module) for value in answer.values()):
        return "The values are modules, code again. Names and tensors are asked for."
    right = net.state_dict()
    missing = [name for name in right if name not in answer]
    if missing and all("running" in name or "num_batches" in name for name in missing):
        return "The weights are there. The running mean and variance of the batch norm are no parameters, and the net needs them to predict."
    if missing:
        return f"{missing[0]!r} is missing."
    if more := [name for name in answer if name not in right]:
        return f"{more[0]!r} is none of the net's names."
    buffers = [name for name, _ in net.named_buffers()]
    for name, wanted in right.items():
        if not is_tensor(answer[name]):
            return f"{name!r} is {describe(answer[name])}; its tensor is asked for."
        given = answer[name].detach()
        if name in buffers:  # they move whenever the student's net is called once more
            given, wanted = torch.zeros_like(given), torch.zeros_like(wanted)
        if found := difference(given, wanted, 1e-6):
            return f"{name!r} {found}."
    return None


WHAT = Exercise(
    id="15.1",
    title="What is saved of a net?",
    kind="fill in",
    level=1,
    minutes=3,
    prompt="`trained`, made in the cell above, is a network of four layers, with a batch norm among them. `torch.save(answer, \"trained.pt\")` is to write all numbers that it needs to predict again, and no code. Give `answer`.",
    setup=_NET,
    judge=_state,
    right=("trained.state_dict()", "dict(trained.state_dict())", "{**dict(trained.named_parameters()), **dict(trained.named_buffers())}",
           "{name: value.clone() for name, value in trained.state_dict().items()}", "trained(torch.randn(8, 4))\nanswer = trained.state_dict()"),
    wrong=(
        ("trained", "the net itself"),
        ("list(trained.parameters())", "tensors without names"),
        ("trained.parameters()", "tensors without names"),
        ("dict(trained.named_parameters())", "are no parameters"),
        ("dict(trained.named_buffers())", "is missing"),
        ("dict(trained.named_modules())", "code again"),
        ("trained[0].state_dict()", "is missing"),
        ("{'net': trained.state_dict()}", "is missing"),
        ("{name: value.tolist() for name, value in trained.state_dict().items()}", "its tensor is asked for"),
        ("{name: value + 1 for name, value in trained.state_dict().items()}", "not the number asked for"),
        ("list(trained.state_dict())", "tensors without names"),
        ("trained.state_dict", "a dictionary from names to tensors"),
        ("'trained.pt'", "a dictionary from names to tensors"),
    ),
    hints=("A module gives its numbers under their names by one call. Lesson 08 printed it.", "The call is state_dict(). named_parameters() lacks what the optimizer does not train."),
    solution="trained.state_dict()",
    reason="Weights and buffers, under the names that the class gives them. The class itself stays in your code, where it can be read and mended.",
)

_MODULE_KEYS = "sd = {'module.model.weight': torch.tensor([[1., 2.]]), 'module.model.bias': torch.tensor([3.]), 'module.submodule.bias': torch.tensor([4.])}"


def _stripped(answer, names):
    """Judge the state without `module.` in front of its names."""
    given = names["sd"]
    right = {name.removeprefix("module."): value for name, value in given.items()}
    if not isinstance(answer, dict):
        return f"The answer is {describe(answer)}; a dictionary is asked for, with the tensors."
    if not answer:
        return "The dictionary is empty; the three tensors are asked for."
    if sorted(map(str, answer)) == sorted(given):
        return "The names still begin with module."
    if sorted(map(str, answer)) == sorted(name.strip("module.") for name in given) or sorted(map(str, answer)) == sorted(name.lstrip("module.") for name in given):
        return "strip takes away single letters, as long as they are among m, o, d, u, l, e and the dot: of model.weight is left weight, or less."
    if sorted(map(str, answer)) == sorted({name.replace("module.", "") for name in given}):
        return "replace takes away every module. in a name, also the one inside submodule.bias."
    if sorted(map(str, answer)) == sorted({name.rpartition(".")[2] for name in given}) or len(answer) < len(given):
        return "Two names have become one. Only the first word is to go."
    if sorted(map(str, answer)) != sorted(right):
        return f"The names are {', '.join(map(str, answer))}; {', '.join(right)} are asked for."
    for name, value in right.items():
        if not is_tensor(answer[name]) or difference(answer[name], value, 1e-6):
            return f"What stands under {name!r} is not the tensor that stood under 'module.{name}'."
    return None


PREFIX = Exercise(
    id="15.4",
    title="A prefix too many",
    kind="write it",
    level=2,
    minutes=5,
    prompt="A net was saved while it was wrapped for many GPUs, so that every name begins with `module.`:\n\n```python\nsd = {'module.model.weight': torch.tensor([[1., 2.]]), "
    "'module.model.bias': torch.tensor([3.]),\n      'module.submodule.bias': torch.tensor([4.])}\n```\n\nGive a dictionary of the same tensors under the names that the net itself has: `model.weight`, `model.bias`, `submodule.bias`.",
    setup=_MODULE_KEYS,
    judge=_stripped,
    right=(
        "{name.removeprefix('module.'): value for name, value in sd.items()}",
        "{name[7:]: value for name, value in sd.items()}",
        "{name.partition('.')[2]: value for name, value in sd.items()}",
        "answer = {}\nfor name in sd:\n    answer[name.split('.', 1)[1]] = sd[name]",
    ),
    wrong=(
        ("sd", "still begin with module"),
        ("{}", "The dictionary is empty"),
        ("{name.strip('module.'): value for name, value in sd.items()}", "strip takes away single letters"),
        ("{name.lstrip('module.'): value for name, value in sd.items()}", "strip takes away single letters"),
        ("{name.replace('module.', ''): value for name, value in sd.items()}", "inside submodule.bias"),
        ("{name.split('.')[-1]: value for name, value in sd.items()}", "Two names have become one"),
        ("{name[6:]: value for name, value in sd.items()}", "The names are"),
        ("[name.removeprefix('module.') for name in sd]", "a dictionary is asked for"),
        ("{name.removeprefix('module.'): name for name in sd}", "is not the tensor"),
        ("dict(zip([name[7:] for name in sd], reversed(list(sd.values()))))", "is not the tensor"),
        ("torch.zeros(3)", "a dictionary is asked for"),
    ),
    hints=("A dictionary is made anew by {new_name(name): value for name, value in sd.items()}. Which method of a text takes away what it begins with?",
           "name.removeprefix('module.'), or name[7:]. strip is another thing: it takes letters, not a word."),
    solution="{name.removeprefix('module.'): value for name, value in sd.items()}",
    reason="Names are all that ties a file to a net. Better still: save wrapped.module.state_dict(), and there is no prefix.",
)


def _loads(answer, names):
    """Judge two answers of yes or no: a state dict is loaded, a whole net is not."""
    if type(answer) not in (tuple, list) or len(answer) != 2:
        return f"The answer is {describe(answer)}; two values, each True or False, are asked for: answer = True, True, or another pair."
    if any(type(entry) is not bool for entry in answer):
        return "Each of the two is to be True or False."
    if answer[0] and answer[1]:
        return "So it was before PyTorch 2.6: a whole net is read by running what the file says, and load does that no longer unless it is told to."
    if answer[1]:
        return "It is the other way round: a whole net is what needs trust."
    return None if answer[0] else "Tensors under names are what load reads at any time: they need no code."


WEIGHTS_ONLY = Exercise(
    id="15.3",
    title="What load trusts",
    kind="predict",
    level=1,
    minutes=2,
    prompt="Two files: in one stands `net.state_dict()`, in the other the whole `net`. Since PyTorch 2.6, which `torch.load(file)` succeeds, without a further argument? Give two answers, True or False each:\n"
    "`answer = of the state_dict, of the whole net`.",
    judge=_loads,
    right=("True, False", "[True, False]", "answer = (not False, not True)"),
    wrong=(
        ("True, True", "before PyTorch 2.6"),
        ("False, False", "Tensors under names are what"),
        ("False, True", "the other way round"),
        ("True", "two values"),
        ("'True', 'False'", "True or False"),
        ("1, 0", "True or False"),
        ("True, None", "True or False"),
        ("torch.load", "two values"),
    ),
    hints=("The default is weights_only=True.", "A whole net in a file is refused by load, unless weights_only=False is written."),
    solution="True, False",
    reason="A file that may run code is as dangerous as a program from a stranger. With weights_only=True only tensors, numbers, texts and their containers are made.",
)

_PREDICTS = """from workbook import nn
import io

def make_net():
    return nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 2))

def stored(seed):
    torch.manual_seed(seed)
    net = make_net()
    for _ in range(4):
        net(torch.randn(16, 4) * seed)
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    file.seek(0)
    return file, net.eval()
"""


def _reader(answer, names):
    """Judge a function that reads a net from a file: by what the net predicts."""
    torch = names["torch"]
    for seed in (5, 2):
        file, right = names["stored"](seed)
        got, problem = called(answer, names["make_net"], file, case="make_net and a file")
        if problem:
            return problem
        if not isinstance(got, torch.nn.Module):
            return _no_net(got)
        if got.training or any(module.training for module in got.modules()):
            return "The net is still in training mode: dropout drops, and the batch norm goes by the batch. It is to predict: eval()."
        x = torch.linspace(-1, 1, 12).reshape(3, 4)
        said, problem = called(got, x)
        if problem:
            return problem.replace("Your function", "When the net that you return predicts, it")
        if difference(said.detach(), right(x).detach(), 1e-5):
            return "The net predicts something else than the one that was stored: its numbers are not those of the file."
    return None


def _no_net(got):
    if hasattr(got, "missing_keys"):
        return "The function returns the report of load_state_dict. The net is asked for."
    if isinstance(got, dict):
        return "The function returns the dictionary from the file. A net that has these numbers is asked for."
    return f"The function returns {describe(got)}; a net is asked for."


_read = partial(written, "make_net, file")

READ = Exercise(
    id="15.2",
    title="From a file to predictions",
    kind="fix the bug",
    level=2,
    minutes=5,
    prompt="`file` was written by `torch.save(net.state_dict(), file)`, and `make_net()` makes a net of that kind, with dropout and a batch norm. This function is to return the stored net, **ready to "
    "predict**. Two things are wrong with it. Repair it.\n\n```python\ndef answer(make_net, file):\n    net = make_net()\n    net.load_state_dict(file)\n    return net\n```",
    setup=_PREDICTS,
    judge=_reader,
    right=(
        _read("net = make_net()", "net.load_state_dict(torch.load(file))", "net.eval()", "return net"),
        _read("net = make_net().eval()", "net.load_state_dict(torch.load(file, weights_only=True))", "return net"),
        _read("state = torch.load(file, map_location='cpu')", "net = make_net()", "net.load_state_dict(state)", "return net.train(False)"),
    ),
    wrong=(
        (_read("net = make_net()", "net.load_state_dict(file)", "return net"), "raises TypeError"),
        (_read("net = make_net()", "net.load_state_dict(torch.load(file))", "return net"), "still in training mode"),
        (_read("net = make_net()", "torch.load(file)", "return net.eval()"), "not those of the file"),
        (_read("return make_net().eval()"), "not those of the file"),
        (_read("net = torch.load(file)", "return net"), "the dictionary from the file"),
        (_read("net = make_net()", "net[0] = torch.nn.Linear(2, 2)", "return net.eval()"), "When the net that you return predicts, it raises"),
        (_read("net = make_net()", "net.load_state_dict(torch.load(file))", "net.training = False", "return net"), "still in training mode"),
        (_read("net = torch.load(file)", "net.eval()", "return net"), "raises AttributeError"),
        (_read("net = make_net().eval()", "return net.load_state_dict(torch.load(file))"), "the report of load_state_dict"),
        (_read("net = make_net()", "net.load_state_dict(torch.load(file))", "return net.eval"), "a net is asked for"),
        (_read("net = make_net()", "net.load_state_dict(torch.load(file))", "net.eval()"), "Is there a `return`?"),
        (_read("net = make_net()", "net.load_state_dict(torch.load(file), strict=False)", "net.train()", "return net"), "still in training mode"),
        (_read("net = make_net()", "net[0].load_state_dict({k[2:]: v for k, v in torch.load(file).items() if k.startswith('0')})", "return net.eval()"), "not those of the file"),
        ("'eval'", "a function is asked for"),
    ),
    hints=("load_state_dict wants the dictionary, not the file. Who makes a dictionary of a file?",
           "torch.load(file) reads it. And a net begins in training mode: what did lesson 08 say of dropout?"),
    solution=_read("net = make_net()", "net.load_state_dict(torch.load(file))", "net.eval()", "return net"),
    reason="Three steps: make the net, read the dictionary, give it to the net. eval() is a fourth: the mode is not in the file.",
)

_RESUME = """from workbook import nn

def make():
    net = nn.Linear(3, 1)
    return net, torch.optim.Adam(net.parameters(), lr=0.1)

def epoch_of(net, optimizer, number):
    for step in range(3):
        x = torch.linspace(-1, 1, 15).reshape(5, 3) * (number + 1) + step
        optimizer.zero_grad()
        (net(x) - x.sum(1, keepdim=True)).pow(2).mean().backward()
        optimizer.step()

def stopped(seed, after):
    torch.manual_seed(seed)
    net, optimizer = make()
    for number in range(after):
        epoch_of(net, optimizer, number)
    return net, optimizer, {"net": {k: v.clone() for k, v in net.state_dict().items()}, "optimizer": copied(optimizer.state_dict()), "epoch": after - 1}

def copied(state):
    import copy
    return copy.deepcopy(state)
"""


def _resume(answer, names):
    """Judge a function that goes on from a checkpoint: by the weights after two more epochs."""
    torch = names["torch"]
    for seed, after in ((1, 4), (7, 2)):
        net, optimizer, checkpoint = names["stopped"](seed, after)
        done = checkpoint["epoch"]
        torch.manual_seed(100 + seed)
        got, problem = called(answer, names["make"], checkpoint, case="make and a checkpoint")
        if problem:
            return problem
        if type(got) not in (tuple, list) or len(got) != 3:
            return f"The function returns {describe(got)}; three things are asked for: net, optimizer, next epoch."
        if checkpoint.get("epoch") != done:
            return "Your function changes the checkpoint: whoever goes on from it a second time begins an epoch too late. Leave it as it is, and return a number of your own."
        found = _about_resumed(got, net, optimizer, checkpoint, names)
        if found:
            return found
    return None


def _about_resumed(got, net, optimizer, checkpoint, names):
    torch = names["torch"]
    mine, mine_optimizer, number = got
    if not isinstance(mine, torch.nn.Module) or not isinstance(mine_optimizer, torch.optim.Optimizer):
        return "The three are to be a net, an optimizer, and the number of the next epoch, in this order."
    if number is checkpoint["epoch"] or number == checkpoint["epoch"]:
        return "checkpoint['epoch'] is the last epoch that was finished. The next one is asked for."
    if number != checkpoint["epoch"] + 1 or isinstance(number, bool):
        return f"The next epoch after {checkpoint['epoch']} is {checkpoint['epoch'] + 1}, not {number!r}."
    if difference(mine.weight.detach(), net.weight.detach(), 1e-6):
        return "The net does not have the weights of the checkpoint."
    held = [id(p) for group in mine_optimizer.param_groups for p in group["params"]]
    if held != [id(p) for p in mine.parameters()]:
        return "The optimizer holds the weights of another net: make() gives the two together, and they belong together."
    if type(mine_optimizer) is not type(optimizer):
        return f"What the checkpoint holds belongs to Adam, and this optimizer is {describe(mine_optimizer)}. make() makes the right one."
    rate, right = mine_optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["lr"]
    if mine_optimizer.state and rate != right:
        return f"The learning rate is {show(rate)}; that of the checkpoint is {show(right)}."
    for later in (number, number + 1):
        names["epoch_of"](net, optimizer, later)
        names["epoch_of"](mine, mine_optimizer, later)
    if difference(mine.weight.detach(), net.weight.detach(), 1e-5):
        return "Two epochs later the weights are other ones than without the interruption: Adam has forgotten its two means. They are in the checkpoint."
    return None


_go_on = partial(written, "make, checkpoint")

RESUME = Exercise(
    id="15.6",
    title="As if nothing had happened",
    kind="write it",
    level=3,
    minutes=8,
    prompt="Training with Adam was interrupted. The last thing that was written, after every epoch, is\n\n```python\ncheckpoint = {\"net\": net.state_dict(),\n              \"optimizer\": optimizer.state_dict(),\n              \"epoch\": epoch}\n```\n\n"
    "`make()` makes a new pair `net, optimizer`. Write a function of `make` and `checkpoint` that returns three things: a net, its optimizer and the number of the **next** epoch, so that training goes "
    "on with the very numbers that it would have had.",
    setup=_RESUME,
    judge=_resume,
    right=(
        _go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "return net, optimizer, checkpoint['epoch'] + 1"),
        _go_on("pair = make()", "for part, name in zip(pair, ('net', 'optimizer')):", "    part.load_state_dict(checkpoint[name])", "return [*pair, 1 + checkpoint['epoch']]"),
    ),
    wrong=(
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "return net, optimizer, checkpoint['epoch'] + 1"), "forgotten its two means"),
        (_go_on("net, optimizer = make()", "optimizer.load_state_dict(checkpoint['optimizer'])", "return net, optimizer, checkpoint['epoch'] + 1"), "not have the weights"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "return net, optimizer, checkpoint['epoch']"), "the last epoch that was finished"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "return net, optimizer, 0"), "The next epoch after"),
        (_go_on("net, _ = make()", "_, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "return net, optimizer, checkpoint['epoch'] + 1"),
         "the weights of another net"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "return net, optimizer"), "three things are asked for"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "return optimizer, net, checkpoint['epoch'] + 1"), "in this order"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint)", "return net, optimizer, checkpoint['epoch'] + 1"), "raises RuntimeError"),
        (_go_on("return checkpoint['net'], checkpoint['optimizer'], checkpoint['epoch'] + 1"), "in this order"),
        (_go_on("net, optimizer = make()", "net = checkpoint['net']", "return net, optimizer, checkpoint['epoch'] + 1"), "in this order"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer = torch.optim.Adam(net.parameters(), lr=0.1)", "return net, optimizer, checkpoint['epoch'] + 1"), "forgotten its two means"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])"), "Is there a `return`?"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)", "return net, optimizer, checkpoint['epoch'] + 1"), "belongs to Adam"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "optimizer.param_groups[0]['lr'] = 0.01", "return net, optimizer, checkpoint['epoch'] + 1"),
         "The learning rate is 0.01"),
        (_go_on("net, optimizer = make()", "optimizer.load_state_dict(checkpoint['net'])", "return net, optimizer, checkpoint['epoch'] + 1"), "raises KeyError: 'param_groups'"),
        (_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "checkpoint['epoch'] += 1", "return net, optimizer, checkpoint['epoch']"),
         "changes the checkpoint"),
        ("{}", "a function is asked for"),
    ),
    hints=("Three lines read the three parts of the checkpoint. Both the net and the optimizer have load_state_dict.",
           "The epoch in the checkpoint is done. And make() is called once: the optimizer must hold the weights of the net that is returned."),
    solution=_go_on("net, optimizer = make()", "net.load_state_dict(checkpoint['net'])", "optimizer.load_state_dict(checkpoint['optimizer'])", "return net, optimizer, checkpoint['epoch'] + 1"),
    reason="Adam keeps two means and a count for every weight. Without them its first steps after the break are the large steps of a beginning.",
)

_TWO_STATES = """from workbook import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.classifier = nn.Linear(8, 3)

changed_net = Net()
state = {'conv.weight': torch.zeros(2, 1, 3, 3), 'conv.bias': torch.zeros(2), 'fc.weight': torch.zeros(3, 8), 'fc.bias': torch.zeros(3)}
"""


def _missing(answer, names):
    """Judge the list of missing keys, in any order."""
    if type(answer) not in (list, tuple, set) or any(as_text(entry) is None for entry in answer):
        return f"The answer is {describe(answer)}; a list of names is asked for."
    given = sorted(as_text(entry) for entry in answer)
    if not given:
        return "The list is empty. The net has a layer whose names the file has not."
    if all(name.startswith("self.") for name in given):
        return "The names in a state are without self.: they begin with the name of the layer."
    if given == ["classifier.bias", "classifier.weight"]:
        return None
    if given == ["fc.bias", "fc.weight"]:
        return "These stand in the file, and the net has no such names: they are unexpected. Missing is what the net has and the file has not."
    if given == ["classifier.bias", "classifier.weight", "fc.bias", "fc.weight"]:
        return "Two of these are unexpected, not missing."
    if "conv.weight" in given or "conv.bias" in given:
        return "conv.weight and conv.bias are on both sides."
    if given in (["classifier.weight"], ["classifier.bias"]):
        return "A layer has a weight and a bias."
    if given == ["classifier"]:
        return "That is the layer. What stands in a state are its tensors, by their whole names."
    return f"{', '.join(given)} is not it."


MISSING = Exercise(
    id="15.5",
    title="Missing and unexpected",
    kind="predict",
    level=2,
    minutes=3,
    prompt="Somebody renamed a layer of their class after the file had been written:\n\n```python\nself.conv = nn.Conv2d(1, 2, 3)\nself.classifier = nn.Linear(8, 3)      # was: self.fc\n```\n\n"
    "What is `report.missing_keys` of `report = Net().load_state_dict(torch.load(\"old.pt\"), strict=False)`? Give a list of names; their order does not count.",
    setup=_TWO_STATES,
    judge=_missing,
    right=("['classifier.weight', 'classifier.bias']", "['classifier.bias', 'classifier.weight']", "changed_net.load_state_dict(state, strict=False).missing_keys"),
    wrong=(
        ("['fc.weight', 'fc.bias']", "they are unexpected"),
        ("changed_net.load_state_dict(state, strict=False).unexpected_keys", "they are unexpected"),
        ("['classifier.weight', 'classifier.bias', 'fc.weight', 'fc.bias']", "Two of these are unexpected"),
        ("['conv.weight', 'conv.bias']", "on both sides"),
        ("['classifier.weight']", "a weight and a bias"),
        ("['classifier']", "by their whole names"),
        ("[]", "The list is empty"),
        ("['self.classifier.weight', 'self.classifier.bias']", "without self"),
        ("changed_net.load_state_dict(state, strict=False)", "a list of names"),
        ("'classifier.weight'", "a list of names"),
        ("2", "a list of names"),
    ),
    hints=("Which names has the net, with its class as it is today? list(net.state_dict()) would print them.", "Missing is said from the net's side: what it needs and did not find."),
    solution="['classifier.weight', 'classifier.bias']",
    reason="With strict=False the second layer would keep its random numbers, and only the report says so. With strict=True, the default, nothing is loaded and both lists stand in the error.",
)

EXERCISES = (WHAT, READ, WEIGHTS_ONLY, PREFIX, MISSING, RESUME)
