"""Exercises of lesson 16: devices and many GPUs."""

from functools import partial

import workbook as torch
from workbook.exercises import judges
from workbook.exercises.compare import as_lists, as_number, describe, is_tensor, show
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written


INSIDE = "Whether there is one has to be asked inside of the function: it is then asked anew on every computer."


def _anywhere(answer, names):
    """Judge a function that chooses a device: asked where there is no GPU, where there is one, and where there are two."""
    for count in (0, 1, 2):
        with torch.cuda.simulate(count):
            there_is, where = torch.cuda.is_available(), ("there is no GPU", "there is a GPU", "there are two GPUs")[count]
            got, problem = called(answer, none=True)
            if problem:
                return problem
            if got is None:
                return f"Where {where} your function returns None. Is there a `return` for each case, with a device or its name?"
            if torch.get_default_device() is not torch.device("cpu"):
                return "Your function changes where all new tensors are made, for everything that comes after it. Only return the device."
            if not isinstance(got, (str, torch.device)):
                return f"The function returns {describe(got)}; a device, or its name, is asked for."
            try:
                kind, number = torch.device(got).type, torch.device(got).index
            except Exception:
                return f"'{got}' is no name of a device. The names are 'cpu' and 'cuda', in small letters."
            if kind == "cuda" and not there_is:
                return f"Where there is no GPU your function returns cuda all the same, and the first .to(device) raises. {INSIDE}"
            if kind == "cuda" and number and number >= count:
                return f"Your function returns {got}, which is the GPU with the number {number}. Where there is one GPU it is cuda:0; 'cuda' alone always fits."
            if kind == "cpu" and there_is:
                why = INSIDE if count == 1 else "Ask whether there is one, with is_available(), and not their number."
                return f"Where {where} your function leaves {'it' if count == 1 else 'them'} idle. {why}"
    return None


_choose = partial(written, "")

CHOOSE = Exercise(
    id="16.1",
    title="A device for every computer",
    kind="write it",
    level=1,
    minutes=3,
    prompt="Write a function without arguments that returns the device to compute on: the GPU where there is one, the CPU where there is none. It is called on a computer of each kind.",
    judge=_anywhere,
    right=(
        'lambda: torch.device("cuda" if torch.cuda.is_available() else "cpu")',
        'lambda: "cuda" if torch.cuda.is_available() else "cpu"',
        _choose("if torch.cuda.device_count() > 0:", "    return torch.device('cuda:0')", "return torch.device('cpu')"),
        'lambda: ["cpu", "cuda"][torch.cuda.is_available()]',
        'lambda: torch.accelerator.current_accelerator() or "cpu"',
        'lambda: f"cuda:{torch.cuda.device_count() - 1}" if torch.cuda.device_count() else "cpu"',
        _choose("try:", "    torch.zeros(1).cuda()", "    return 'cuda'", "except Exception:", "    return 'cpu'"),
    ),
    wrong=(
        ('"cuda"', "a function is asked for"),
        ('torch.device("cpu")', "a function is asked for"),
        ('lambda: "cuda"', "returns cuda all the same"),
        ('lambda: torch.device("cuda:0")', "returns cuda all the same"),
        ('lambda: "cpu"', "leaves it idle"),
        ('lambda: "cpu" if torch.cuda.is_available() else "cuda"', "returns cuda all the same"),
        ('lambda: "gpu" if torch.cuda.is_available() else "cpu"', "no name of a device"),
        ('lambda: "cuda" if torch.cuda.is_available() else "CPU"', "no name of a device"),
        ('lambda: "cuda" if torch.cuda.is_available else "cpu"', "returns cuda all the same"),
        ("torch.cuda.is_available", "a device, or its name"),
        ('lambda: "cuda:1" if torch.cuda.is_available() else "cpu"', "the GPU with the number 1"),
        ('lambda: f"cuda:{torch.cuda.device_count()}" if torch.cuda.is_available() else "cpu"', "the GPU with the number 1"),
        ('lambda: torch.device("cuda", 3) if torch.cuda.is_available() else torch.device("cpu")', "the GPU with the number 3"),
        ('lambda: "cuda" if torch.cuda.is_available() else "mps"', "no name of a device"),
        ('lambda: "cuda" if torch.cuda.device_count() > 1 else "cpu"', "leaves it idle"),
        ('lambda: "cuda" if torch.cuda.device_count() == 1 else "cpu"', "there are two GPUs your function leaves them idle. Ask whether"),
        ('d = "cuda" if torch.cuda.is_available() else "cpu"\ndef answer():\n    return d', "asked inside of the function"),
        ("lambda: torch.accelerator.current_accelerator()", "Where there is no GPU your function returns None"),
        (_choose("if torch.cuda.is_available():", "    return 'cuda'"), "Where there is no GPU your function returns None"),
        (_choose("if not torch.cuda.is_available():", "    return 'cpu'"), "Where there is a GPU your function returns None"),
        ('lambda: "cuda" if torch.cuda.device_count() >= 0 else "cpu"', "returns cuda all the same"),
        ("lambda: torch.cuda.current_device() if torch.cuda.is_available() else 'cpu'", "returns a number"),
        (_choose('torch.set_default_device("cuda" if torch.cuda.is_available() else "cpu")', "return torch.get_default_device()"), "all new tensors"),
        ("lambda: None", "Is there a `return`"),
        ("lambda device: device", "raises TypeError"),
    ),
    hints=("One function of torch.cuda answers whether there is a GPU. Call it, with its brackets.",
           'It is the line of the cell above: torch.device("cuda" if ... else "cpu").'),
    solution='lambda: torch.device("cuda" if torch.cuda.is_available() else "cpu")',
    reason="The question is asked when the program runs, so the same lines run on every computer. Without the brackets, is_available is a function, and that counts as true.",
)

def _moved(answer, names):
    """Judge two answers of yes or no: a module moves, a tensor does not."""
    if type(answer) not in (tuple, list) or len(answer) != 2:
        return f"The answer is {describe(answer)}; two values, each True or False, are asked for: answer = True, True, or another pair."
    if any(type(entry) is not bool for entry in answer):
        return "Each of the two is to be True or False."
    if answer[0] and answer[1]:
        return "A tensor does not move: x.to(device) returns a new one, and the line drops it."
    if answer[1]:
        return "It is the other way round: the module is changed, the tensor is not."
    return None if answer[0] else "A module is moved in place: its parameters lie on the device afterwards."


MOVED = Exercise(
    id="16.2",
    title="Who has moved?",
    kind="predict",
    level=1,
    minutes=2,
    prompt="A network `net` and a tensor `x` lie on the CPU, and `device` is a GPU. Two lines run:\n\n```python\nnet.to(device)\nx.to(device)\n```\n\n"
    "Does `net` lie on the GPU afterwards? Does `x`? Give two answers, True or False each: `answer = net, x`.",
    judge=_moved,
    right=("True, False", "[True, False]", "answer = (not False, not True)"),
    wrong=(
        ("True, True", "the line drops it"),
        ("False, False", "A module is moved in place"),
        ("False, True", "the other way round"),
        ("True", "two values"),
        ("'True', 'False'", "True or False"),
        ("1, 0", "True or False"),
        ("True, False, True", "two values"),
    ),
    hints=("One of the two works in place.", "Write net.to(device), but x = x.to(device)."),
    solution="True, False",
    reason="A module keeps its parameters and moves their memory. A tensor is a value: to() makes another one.",
)

WAITS = Exercise(
    id="16.3",
    title="How often does it wait?",
    kind="predict",
    level=2,
    minutes=3,
    prompt="One epoch of 20 batches on a GPU. How often does the program wait for the GPU?\n\n```python\nfor images, labels in loader:               # 20 batches\n    images, labels = images.to(device), labels.to(device)\n"
    "    scores = net(images)\n    loss = F.cross_entropy(scores, labels)\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n    running += loss.item()\n    correct += (scores.argmax(1) == labels).sum().item()\n"
    "print(running / 20)\n```",
    judge=judges.number(40, known={
        20: "There are two calls of item() in each round.",
        41: "`running` is a Python number by then: to print it, nobody has to wait.",
        21: "There are two calls of item() in each round, and `running` is a Python number by then.",
        1: "item() needs the number itself, in every round: the program stands still until the GPU has it.",
        2: "Both item() stand inside the loop.",
        80: "To copy a batch to the GPU the program need not wait: it hands it over and goes on.",
        60: "backward() and step() only hand work to the GPU. Nobody looks at a number there.",
        100: "backward() and step() only hand work to the GPU. Nobody looks at a number there.",
        120: "To copy a batch to the GPU the program need not wait, and backward() and step() only hand work over. Nobody looks at a number there.",
        0: "item() hands a number of the GPU to Python. It has to be computed by then.",
    }),
    right=("40", "2 * 20", "torch.tensor(40)"),
    wrong=(
        ("20", "two calls of item"),
        ("41", "is a Python number by then"),
        ("21", "two calls of item"),
        ("1", "in every round"),
        ("2", "inside the loop"),
        ("80", "hands it over"),
        ("60", "only hand work"),
        ("120", "Nobody looks at a number"),
        ("0", "has to be computed by then"),
        ("'40'", "quotation marks"),
    ),
    hints=("The program waits where Python needs a number that the GPU computes.", "Two lines of the loop end with item()."),
    solution="40",
    reason="Twice in each of 20 rounds. Add tensors up on the GPU, and call item() once after the loop: then it is 2.",
)


def _one_wait(answer, names):
    """Judge a function that adds losses up: by its result, and by the bill of a simulated GPU."""
    for numbers in ([0.34374, 1.10008, 2.71257, 4.62139], [3.14, -7.2, 0.93], [0.5, 1.25, -0.75, 2.0, 4.5]):
        with torch.cuda.simulate(1) as gpus:
            losses = [torch.tensor(number).cuda() for number in numbers]
            gpus.clear()
            got, problem = called(answer, losses, case=f"{len(losses)} losses on a GPU")
            waits = gpus.waits()
            if problem:
                return problem
            if len(losses) != len(numbers) or any(abs(loss.item() - number) > 1e-6 for loss, number in zip(losses, numbers)):
                return "Your function changes the losses that it is given, such as by losses[0] += ...; a plot of them would be wrong. Add up in a new tensor."
            if is_tensor(got):
                return "The function returns a tensor that is still on the GPU; a Python number is asked for." if got.is_cuda else \
                    "The function returns a tensor; a Python number is asked for."
            if as_number(got) is None or isinstance(got, bool):
                return f"The function returns {describe(got)}; a number is asked for."
            if not isinstance(got, (int, float)):
                return "The function returns a number of NumPy's; a Python number is asked for, as .item() gives it."
            if abs(got - sum(numbers) / len(numbers)) < 1e-5:
                return "That is the mean; the sum is asked for."
            if abs(got - sum(numbers)) > 1e-5:
                return f"Of losses {numbers} your function makes {show(got)}; their sum is {show(sum(numbers))}."
            if waits > 1:
                return f"The sum is right, and the program waits {waits} times for {len(numbers)} losses. Add up on the GPU, and ask once."
    return None


_sum = partial(written, "losses")

ONE_WAIT = Exercise(
    id="16.4",
    title="Wait once",
    kind="write it",
    level=2,
    minutes=5,
    prompt="`losses` is a list of tensors of shape `()` on a GPU, one a batch. Write a function that returns their sum as a Python number and makes the program wait **once**, however many there are.",
    judge=_one_wait,
    right=(
        "lambda losses: sum(losses).item()",
        "lambda losses: torch.stack(losses).sum().item()",
        _sum("total = 0", "for loss in losses:", "    total = total + loss", "return float(total)"),
        _sum("total = torch.zeros((), device=losses[0].device)", "for loss in losses:", "    total += loss", "return total.item()"),
        "lambda losses: sum(torch.stack(losses).tolist())",
        _sum("total = losses[0].clone()", "for loss in losses[1:]:", "    total += loss", "return total.item()"),
        "lambda losses: torch.stack(losses).cpu().sum().item()",
        "lambda losses: torch.stack(losses).double().sum().item()",
    ),
    wrong=(
        ("lambda losses: sum(loss.item() for loss in losses)", "the program waits 4 times"),
        (_sum("total = 0.0", "for loss in losses:", "    total += float(loss)", "return total"), "the program waits 4 times"),
        ("lambda losses: sum(loss.cpu() for loss in losses).item()", "the program waits 4 times"),
        ("lambda losses: sum(losses)", "still on the GPU"),
        ("lambda losses: torch.stack(losses).sum().cpu()", "returns a tensor; a Python number"),
        ("lambda losses: torch.stack(losses).mean().item()", "That is the mean"),
        ("lambda losses: losses[-1].item()", "their sum is"),
        ("lambda losses: max(losses).item()", "their sum is"),
        ("lambda losses: torch.stack(losses).tolist()", "a number is asked for"),
        ("lambda losses: str(sum(losses).item())", "a number is asked for"),
        (_sum("total = sum(losses).item()"), "Is there a `return`?"),
        ("lambda losses: torch.cat(losses).sum().item()", "raises RuntimeError"),
        ("0.0", "a function is asked for"),
        (_sum("total = losses[0]", "for loss in losses[1:]:", "    total += loss", "return total.item()"), "changes the losses"),
        (_sum("losses.append(sum(losses))", "return losses[-1].item()"), "changes the losses"),
        (_sum("total = 0", "while losses:", "    total = total + losses.pop()", "return total.item()"), "changes the losses"),
        (_sum("total = 0", "for loss in losses:", "    total = total + loss", "    if total > 1000:", "        break", "return total.item()"), "the program waits 5 times"),
        (_sum("total = sum(losses)", "print(total)", "return total.item()"), "the program waits 2 times"),
        (_sum("total = sum(losses)", "torch.cuda.synchronize()", "return total.item()"), "the program waits 2 times"),
        ("lambda losses: torch.tensor(losses).sum().item()", "the program waits 4 times"),
        ("lambda losses: torch.stack(losses).half().sum().item()", "their sum is"),
        ("lambda losses: torch.stack(losses).sum().abs().item()", "their sum is"),
        ("lambda losses: round(sum(losses).item())", "their sum is"),
        ("lambda losses: round(sum(losses).item(), 2)", "their sum is"),
        ("lambda losses: sum(losses[:4]).item()", "their sum is"),
        ("lambda losses: sum(losses).cpu().numpy()", "a Python number is asked for, as .item() gives it"),
        ("lambda losses: torch.stack(losses).cpu().numpy().sum()", "a Python number is asked for, as .item() gives it"),
        ("lambda losses: sum(losses[1:]).item()", "their sum is"),
    ),
    hints=("Tensors can be added up where they lie: sum(losses), or torch.stack(losses).sum().", "Only the last call may ask for the number: .item()."),
    solution="lambda losses: torch.stack(losses).sum().item()",
    reason="Additions are handed to the GPU one after the other, and nobody waits for them. item() asks once, when all is added.",
)


def _parts(answer, names):
    """Judge the sizes of the parts of a batch of ten on four GPUs."""
    found = as_lists(answer)
    if isinstance(answer, (list, tuple)) and any(map(is_tensor, answer)):
        return "These are the parts. A list of sizes is asked for: how many examples stand in each."
    if found == []:
        return "No part stands in the list. How many examples does each of the four get?"
    if not isinstance(found, list) or any(isinstance(part, (list, bool, str)) or as_number(part) is None for part in found):
        return f"The answer is {describe(answer)}; a list of sizes is asked for, one a GPU, such as [10, 10]."
    found = [float(part) for part in found]
    if found == [3, 3, 3, 1]:
        return None
    known = {
        (10.0,) * 4: "The network is copied to every GPU; the batch is split.",
        (2.5,) * 4: "Half an example cannot be sent.",
        (3.0, 3.0, 2.0, 2.0): "Fairer, but chunk does not do it: it takes the size of a part, 10 / 4 rounded up, and cuts as long as there is something left.",
        (2.0, 2.0, 3.0, 3.0): "The remainder comes last: parts of 10 / 4, rounded up, and then what is left.",
        (2.0, 2.0, 2.0, 4.0): "10 / 4 is rounded up, not down.",
        (2.0,) * 4: "Two examples are lost: 4 × 2 is 8.",
        (3.0,) * 4: "These are 12 examples.",
        (4.0, 3.0, 3.0): "There are four GPUs.",
        (1.0, 3.0, 3.0, 3.0): "The first GPUs get whole parts; what is left is the last one's.",
    }
    if tuple(found) in known:
        return known[tuple(found)]
    if sum(found) != 10:
        return f"Together these are {sum(found):g} examples, and the batch has 10."
    return "The parts are of one size, 10 / 4 rounded up, as long as there is something left: torch.arange(10).chunk(4) shows them."


PARTS = Exercise(
    id="16.5",
    title="Ten examples for four GPUs",
    kind="predict",
    level=1,
    minutes=3,
    prompt="DataParallel splits a batch as `torch.chunk` does. A batch of 10 goes to 4 GPUs. Give the list of the sizes that the copies of the network see.",
    judge=_parts,
    right=("[3, 3, 3, 1]", "(3, 3, 3, 1)", "[len(part) for part in torch.arange(10).chunk(4)]", "torch.tensor([3, 3, 3, 1])"),
    wrong=(
        ("[10, 10, 10, 10]", "the batch is split"),
        ("[2.5, 2.5, 2.5, 2.5]", "Half an example"),
        ("[3, 3, 2, 2]", "Fairer, but"),
        ("[2, 2, 3, 3]", "comes last"),
        ("[2, 2, 2, 4]", "not down"),
        ("[2, 2, 2, 2]", "are lost"),
        ("[3, 3, 3, 3]", "12 examples"),
        ("[4, 3, 3]", "four GPUs"),
        ("[1, 3, 3, 3]", "the last one's"),
        ("[5, 5]", "rounded up"),
        ("[4, 4, 4, 4]", "Together these are 16"),
        ("3", "a list of sizes"),
        ("torch.arange(10).chunk(4)", "These are the parts. A list of sizes"),
        ("[]", "No part stands in the list"),
        ("[[3, 3], [3, 1]]", "a list of sizes"),
        ("[3, 3, 3, 1, 0]", "of one size"),
        ("[len(part) for part in torch.arange(10).tensor_split(4)]", "Fairer, but"),
        ("[len(part) for part in torch.arange(10).split(4)]", "of one size"),
        ("[3, 3, 1, 3]", "of one size"),
        ("[0, 3, 3, 4]", "of one size"),
    ),
    hints=("Parts have one size, and only the last may be smaller.", "The size is 10 / 4, rounded up."),
    solution="[3, 3, 3, 1]",
    reason="The last GPU computes one example and then waits for the others. A batch size that the number of GPUs divides wastes nothing.",
)

EXERCISES = (CHOOSE, MOVED, WAITS, ONE_WAIT, PARTS)
