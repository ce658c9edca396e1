"""Exercises of lesson 08: Module and Parameter."""

from workbook.exercises.compare import as_lists, as_number, as_text, close, describe, difference, entries, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, names_in
from workbook.exercises.judges import number


def _weight_shape(answer, names):
    """Judge the shape of the weight of Linear(3, 2), as a tuple, a list or a Size."""
    if is_tensor(answer):
        if answer.ndim == 1:
            return "The answer is a tensor of numbers. Write the shape as a tuple, without a tensor around it."
        return "The answer is the tensor itself. Its shape is asked for."
    if as_text(answer) is not None:
        return "The answer is text. Write the shape without quotation marks, as a tuple of two numbers."
    found = as_lists(answer)
    if type(found) is not list:
        return f"The answer is {describe(answer)}; a shape is asked for, such as (4, 5)."
    known = {
        (3, 2): "(3, 2) is (in, out). The layer computes x @ W.T + b: a row of W for each output, so it is (out, in).",
        (2,): "(2,) is the shape of the bias: one number for each output.",
        (3,): "(3,) is what goes in. The weight joins every input with every output.",
        (6,): "There are six numbers, but they lie in rows: one for each output.",
        (2, 4): "The bias is no column of the weight: it is a parameter of its own.",
        (1, 3, 2): "A weight knows no batch.", (1, 2, 3): "A weight knows no batch.",
    }
    if any(as_number(each) is None for each in found):
        return "A shape holds whole numbers."
    return None if found == [2, 3] else known.get(tuple(found), f"{tuple(found)} is not it.")


WEIGHT_SHAPE = Exercise(
    id="08.1",
    title="The shape of a weight",
    kind="predict",
    level=1,
    minutes=2,
    prompt="Which shape has the weight of `nn.Linear(3, 2)`? Answer with a tuple of two numbers.",
    judge=_weight_shape,
    right=("(2, 3)", "torch.nn.Linear(3, 2).weight.shape", "[2, 3]"),
    wrong=(
        ("(3, 2)", "(in, out)"),
        ("(3,)", "what goes in"),
        ("(2,)", "the shape of the bias"),
        ("(6,)", "they lie in rows"),
        ("(2, 4)", "a parameter of its own"),
        ("(1, 2, 3)", "knows no batch"),
        ("(2, 2)", "is not it"),
        ("6", "a shape is asked for"),
        ("torch.nn.Linear(3, 2).weight", "Its shape is asked for"),
        ("torch.tensor([2, 3])", "without a tensor around it"),
        ("'(2, 3)'", "without quotation marks"),
    ),
    hints=("The layer computes x @ W.T + b. Which shape must W.T have, so that three numbers become two?", "W.T has shape (in, out), and W is its transpose."),
    solution="torch.nn.Linear(3, 2).weight.shape",
    reason="A row of weights for each output, a column for each input. So W.T, and not W, stands in the product.",
)

COUNT = Exercise(
    id="08.2",
    title="How many numbers are learned?",
    kind="predict",
    level=1,
    minutes=3,
    prompt="How many numbers does `nn.Linear(400, 120)` learn?",
    judge=number(48120, known={
        48000: "48000 are the weights. Each of the 120 outputs has a bias, too.",
        520: "520 adds the two sizes. Every input is joined with every output: that is a product.",
        48400: "48400 gives each input a bias. There is one for each output.",
        640: "640 counts sizes and biases. Every input is joined with every output.",
        120: "120 are the biases alone.",
        400: "400 is what goes in.",
        2: "2 is how many parameter tensors there are. Their numbers are asked for.",
        96240: "That is twice as many: gradients are not counted.",
    }),
    right=("400 * 120 + 120", "48120", "sum(p.numel() for p in torch.nn.Linear(400, 120).parameters())"),
    wrong=(
        ("400 * 120", "has a bias, too"),
        ("400 + 120", "adds the two sizes"),
        ("400 * 120 + 400", "one for each output"),
        ("400 + 120 + 120", "counts sizes and biases"),
        ("120", "the biases alone"),
        ("400", "what goes in"),
        ("2", "parameter tensors"),
        ("2 * 48120", "twice as many"),
        ("1000", "is not it"),
        ("48121", "count exactly"),
        ("list(torch.nn.Linear(400, 120).parameters())", "One number is asked for"),
        ("'48120'", "without quotation marks"),
    ),
    hints=("Each of 120 outputs has a weight for each of 400 inputs. What else does an output have?", "400 · 120 weights and 120 biases."),
    solution="400 * 120 + 120",
    reason="A weight for each pair of input and output, and a bias for each output. p.numel() of every parameter, added up, counts them in any net.",
)


def _container(answer, names):
    """Judge what holds two Linear layers, by giving it to a Module."""
    torch = names["torch"]
    if isinstance(answer, (list, tuple, dict)) and answer:
        kind = type(answer).__name__
        held = list(answer.values()) if isinstance(answer, dict) else list(answer)
        if all(isinstance(each, torch.nn.Module) for each in held):
            return f"A plain {kind} is no Module: what stands in it is not registered. There is a container of nn for it."
        return f"The answer is {describe(answer)}; a container with two Linear layers is asked for."
    if isinstance(answer, type):
        return "That is a class. Make one of it, with two layers in it."
    if not isinstance(answer, torch.nn.Module):
        return f"The answer is {describe(answer)}; a container of nn with two Linear layers in it is asked for."
    outer = torch.nn.Module()
    outer.held = answer
    linears = [module for module in outer.modules() if type(module) is torch.nn.Linear]
    if type(answer) is torch.nn.Linear:
        return "That is one layer. Two are asked for, in a container."
    if len(linears) != 2:
        held = list(answer._modules.values())
        same = " The same layer twice is one." if len(set(map(id, held))) < len(held) else ""
        return f"A Module finds {len(linears)} Linear layer{'s' * (len(linears) != 1)} in it; 2 are asked for.{same}"
    count = sum(1 for _ in outer.parameters())
    if count != 4:
        return f"A Module sees {count} parameters in it; two Linear layers have 4, two weights and two biases."
    return None


CONTAINER = Exercise(
    id="08.3",
    title="A container that is seen",
    kind="write it",
    level=1,
    minutes=3,
    prompt="Give a container that holds two `Linear` layers, of sizes of your choice, so that a Module which has it as an attribute sees their four parameters.",
    judge=_container,
    right=(
        "torch.nn.ModuleList([torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)])",
        "torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1))",
        "torch.nn.ModuleDict({'a': torch.nn.Linear(1, 2), 'b': torch.nn.Linear(2, 1)})",
    ),
    wrong=(
        ("[torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)]", "A plain list is no Module"),
        ("(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1))", "A plain tuple is no Module"),
        ("{'a': torch.nn.Linear(1, 1), 'b': torch.nn.Linear(1, 1)}", "A plain dict is no Module"),
        ("torch.nn.ModuleList([torch.nn.Linear(1, 1)])", "finds 1 Linear layer in it"),
        ("torch.nn.ModuleList()", "finds 0 Linear layers"),
        ("torch.nn.ModuleList([torch.nn.Linear(1, 1)] * 2)", "The same layer twice is one"),
        ("torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.Linear(3, 1))", "sees 3 parameters"),
        ("torch.nn.Linear(2, 1)", "one layer"),
        ("torch.nn.ModuleList", "That is a class"),
        ("torch.nn.Linear(2, 1).parameters()", "a container of nn"),
        ("2", "a container of nn"),
    ),
    hints=("Python's own lists are not looked into. Which containers has nn?", "nn.ModuleList takes a list of layers; nn.Sequential runs them one after the other."),
    solution="torch.nn.ModuleList([torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)])",
    reason="ModuleList, ModuleDict and Sequential are Modules, so what they hold is registered. A plain list is an attribute like any other.",
)

ATTRIBUTES = {
    "A": "A is registered: a layer is a Module, and assigning it to self is enough.",
    "B": "B is not: a plain list is not looked into.",
    "C": "C is registered: that is what nn.Parameter is for.",
    "D": "D is not: a plain tensor is an attribute like any other, even if it asks for a gradient.",
    "E": "E is registered: ModuleList is a Module.",
    "F": "F is no parameter: a buffer is kept in the state, and no optimizer moves it.",
    "G": "G has nothing to learn: relu is a function of its input alone.",
}


def _registered(answer, names):
    """Judge the letters of what parameters() gives, in any order."""
    given = as_text(answer)
    if given is None:
        return f"The answer is {describe(answer)}; write the letters between quotation marks, as in 'AB'."
    letters = [letter for letter in given.upper() if letter not in " ,"]
    if not letters or len(set(letters)) != len(letters) or not set(letters) <= set(ATTRIBUTES):
        return "Write letters out of A, B, C, D, E, F, G, each once, and nothing else, as in 'AB'."
    return next((ATTRIBUTES[letter] for letter in ATTRIBUTES if (letter in letters) != (letter in "ACE")), None)


WHAT_IS_SEEN = Exercise(
    id="08.4",
    title="What does parameters() give?",
    kind="predict",
    level=2,
    minutes=5,
    prompt="These lines stand in the `__init__` of a Module, after `super().__init__()`:\n\n"
    "| | line |\n|---|---|\n"
    "| **A** | `self.fc = nn.Linear(2, 2)` |\n"
    "| **B** | `self.layers = [nn.Linear(2, 2)]` |\n"
    "| **C** | `self.scale = nn.Parameter(torch.ones(2))` |\n"
    "| **D** | `self.shift = torch.zeros(2, requires_grad=True)` |\n"
    "| **E** | `self.more = nn.ModuleList([nn.Linear(2, 2)])` |\n"
    "| **F** | `self.register_buffer('mean', torch.zeros(2))` |\n"
    "| **G** | `self.act = nn.ReLU()` |\n\n"
    "From which lines does `parameters()` give something? Answer with their letters, such as `'AB'`.",
    judge=_registered,
    right=("'ACE'", "'ECA'", "'ace'", "'eca'"),
    wrong=(
        ("'ABCE'", "B is not"),
        ("'ACDE'", "D is not"),
        ("'ACEF'", "F is no parameter"),
        ("'ACEG'", "G has nothing to learn"),
        ("'CE'", "A is registered"),
        ("'AE'", "C is registered"),
        ("'AC'", "E is registered"),
        ("'ABCDEFG'", "B is not"),
        ("'ACEE'", "each once"),
        ("'ACX'", "out of A, B, C"),
        ("''", "out of A, B, C"),
        ("['A', 'C', 'E']", "between quotation marks"),
        ("3", "between quotation marks"),
    ),
    hints=("Two kinds of things are registered when they are assigned: Modules and Parameters. Is a list one of them?",
           "A buffer is registered, too, but as a buffer. And a layer without weights gives nothing."),
    solution="'ACE'",
    reason="Assigning registers Modules (A, E) and Parameters (C). A list and a plain tensor are not looked at, a buffer is kept and not learned, and ReLU has no weights.",
)


INSIDE = "There is an nn.Linear inside. Do without it: a weight and a bias of your own, and the formula."


def _linear(answer, names):
    """Judge a class like nn.Linear: its parameters, their shapes, and what it computes."""
    torch = names["torch"]
    if isinstance(answer, type) and not issubclass(answer, torch.nn.Module):
        return "This class does not inherit from nn.Module, so nothing in it is registered. Put torch.nn.Module into the brackets behind its name."
    if not isinstance(answer, type):
        return f"The answer is {describe(answer)}; a class is asked for, class answer(nn.Module)."
    if issubclass(answer, torch.nn.Linear):
        return "That is nn.Linear itself. Derive from torch.nn.Module, and write the layer."
    if "Linear" in names_in(answer):
        return INSIDE
    for inputs, outputs in ((3, 2), (2, 4)):
        layer, problem = called(answer, inputs, outputs, case=f"{inputs} and {outputs}")
        if problem:
            return problem.replace("your function", "your class")
        found = _about_layer(layer, inputs, outputs, torch)
        if found:
            return found
    return None


def _about_layer(layer, inputs, outputs, torch):
    if any(isinstance(each, torch.nn.Linear) for each in layer.modules()):
        return INSIDE
    own = dict(layer.named_parameters())
    if not own:
        return "parameters() gives nothing. A plain tensor is not registered: wrap it in torch.nn.Parameter."
    shapes = sorted(tuple(p.shape) for p in own.values())
    if shapes != sorted([(outputs, inputs), (outputs,)]):
        if sorted([(inputs, outputs), (outputs,)]) == shapes:
            return f"The weight has shape {(inputs, outputs)}: in PyTorch it is (out, in), and x @ W.T + b is computed."
        if sorted([(inputs, outputs), (inputs,)]) == shapes:
            return "The two sizes are exchanged: how many numbers go in comes first, then how many come out."
        if len(shapes) == 1:
            return (f"Only one parameter is registered, of shape {shapes[0]}; a weight (out, in) and a bias (out,) are asked for. "
                    "A plain tensor is not registered: wrap it in torch.nn.Parameter.")
        return f"The parameters have the shapes {', '.join(map(str, shapes))}; a weight (out, in) and a bias (out,) are asked for."
    weight, bias = (next(p for p in own.values() if p.ndim == axes) for axes in (2, 1))
    if set(own) != {"weight", "bias"}:
        return f"They are called {' and '.join(sorted(own))}; call them weight and bias, as nn.Linear does."
    with torch.no_grad():
        weight.copy_(torch.arange(float(inputs * outputs)).view(outputs, inputs) - 2)
        bias.copy_(torch.arange(float(outputs)) + 0.5)
    x = torch.arange(float(4 * inputs)).view(4, inputs) - 3
    before = x.clone().requires_grad_()  # as if there were layers before this one, which have to learn, too
    given = before * 1
    got, problem = called(layer, given, case="a batch of four")
    if problem:
        return problem.replace("your function", "your layer")
    if difference(given.detach(), x):
        return "forward changes the batch that it is given. Others may still need it: make new numbers."
    right = x @ weight.detach().T + bias.detach()
    for known, message in ((right - bias.detach(), "The bias is missing in what forward returns."),
                           (torch.relu(right), "forward does more than x @ W.T + b: is there a relu in it?")):
        if is_tensor(got) and difference(got.detach(), right) and difference(got.detach(), known) is None:
            return message
    if not is_tensor(got):
        return f"forward returns {describe(got)}; a tensor is asked for."
    if found := difference(got.detach(), right):
        return f"For a batch of four the result {found}: x @ W.T + b is asked for."
    if not got.requires_grad:
        return "The numbers are right, but the result is cut from the graph: the parameters would get no gradients."
    (got * 2.0).sum().backward()
    if weight.grad is None or bias.grad is None or not close(entries(bias.grad)[0], 8.0, 1e-5):
        return "The numbers are right, but no gradient reaches the parameters. Use self.weight and self.bias themselves."
    if before.grad is None:
        return "The numbers are right, but no gradient reaches x: the layers before this one would learn nothing. Use x itself, not a copy that is cut from the graph."
    if type(layer).__call__ is not torch.nn.Module.__call__:
        return "The numbers are right, but you wrote __call__. That is Module's own, and runs hooks as well: write forward, and it will be called."
    return None


def _class(*lines):
    return "\n".join(["class answer(torch.nn.Module):", *("    " + line for line in lines)])


_INIT = ("def __init__(self, inputs, outputs):", "    super().__init__()")
_WEIGHT, _BIAS = "    self.weight = torch.nn.Parameter(torch.randn(outputs, inputs))", "    self.bias = torch.nn.Parameter(torch.zeros(outputs))"
_FORWARD = ("def forward(self, x):", "    return x @ self.weight.T + self.bias")

OWN_LINEAR = Exercise(
    id="08.5",
    title="A linear layer of your own",
    kind="write it",
    level=3,
    minutes=10,
    prompt="Write a class `answer` that does what `nn.Linear` does, without using it: `answer(inputs, outputs)` makes a layer with the parameters `weight`, of shape `(outputs, inputs)`, and `bias`;\n"
    "calling it with a batch `x` returns `x @ W.T + b`. How the parameters begin is up to you.",
    judge=_linear,
    right=(
        _class(*_INIT, _WEIGHT, _BIAS, *_FORWARD),
        _class(*_INIT, "    self.weight = torch.nn.Parameter(torch.empty(outputs, inputs).uniform_(-1, 1))", "    self.bias = torch.nn.Parameter(torch.rand(outputs))",
               "def forward(self, input):", "    return torch.nn.functional.linear(input, self.weight, self.bias)"),
        _class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return torch.stack([self.weight @ row + self.bias for row in x])"),
        _class(*_INIT, "    self.register_parameter('weight', torch.nn.Parameter(torch.zeros(outputs, inputs)))", _BIAS,
               "def forward(self, x):", "    return (self.weight @ x.T).T + self.bias"),
    ),
    wrong=(
        (_class("def __init__(self, inputs, outputs):", _WEIGHT, _BIAS, *_FORWARD), "before Module.__init__() call"),
        (_class(*_INIT, "    self.weight = torch.randn(outputs, inputs)", "    self.bias = torch.zeros(outputs)", *_FORWARD), "A plain tensor is not registered"),
        (_class(*_INIT, "    self.weight = torch.randn(outputs, inputs, requires_grad=True)", _BIAS, *_FORWARD), "a weight (out, in) and a bias"),
        (_class(*_INIT, "    self.weight = torch.nn.Parameter(torch.randn(inputs, outputs))", _BIAS, "def forward(self, x):", "    return x @ self.weight + self.bias"), "in PyTorch it is (out, in)"),
        (_class(*_INIT, _WEIGHT, *_FORWARD[:1], "    return x @ self.weight.T"), "a weight (out, in) and a bias"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return x @ self.weight.T"), "The bias is missing"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return torch.relu(x @ self.weight.T + self.bias)"), "is there a relu"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return x @ self.weight + self.bias"), "cannot be multiplied"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return (x @ self.weight.T + self.bias).detach()"), "cut from the graph"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    x @ self.weight.T + self.bias"), "Is there a `return`?"),
        (_class(*_INIT, _WEIGHT, _BIAS), "forward"),
        (_class(*_INIT, "    self.w = torch.nn.Parameter(torch.randn(outputs, inputs))", "    self.b = torch.nn.Parameter(torch.zeros(outputs))",
                "def forward(self, x):", "    return x @ self.w.T + self.b"), "call them weight and bias"),
        (_class(*_INIT, _WEIGHT, "    self.bias = torch.zeros(outputs, requires_grad=True)", *_FORWARD), "Only one parameter is registered"),
        (_class("def __init__(self, outputs, inputs):", "    super().__init__()", _WEIGHT, _BIAS, *_FORWARD), "how many numbers go in comes first"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return x.detach() @ self.weight.T + self.bias"), "no gradient reaches x"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    x = torch.tensor(x)", "    return x @ self.weight.T + self.bias"), "no gradient reaches x"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    x.mul_(1.5)", "    return x @ self.weight.T + self.bias"), "changes the batch that it is given"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return x @ self.weight.data.T + self.bias"), "no gradient reaches the parameters"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def forward(self, x):", "    return x @ self.weight.T + self.bias.detach()"), "no gradient reaches the parameters"),
        (_class(*_INIT, "    self.fc = torch.nn.Linear(inputs, outputs)", "def forward(self, x):", "    return self.fc(x)"), "an nn.Linear inside"),
        (_class(*_INIT, "    self.fc = [torch.nn.Linear(inputs, outputs)]", "    self.weight, self.bias = self.fc[0].weight, self.fc[0].bias",
                "def forward(self, x):", "    return self.fc[0](x)"), "an nn.Linear inside"),
        (_class(*_INIT, _WEIGHT, _BIAS, "def __call__(self, x):", "    return x @ self.weight.T + self.bias"), "write forward"),
        ("class answer:\n    def __init__(self, inputs, outputs):\n        self.weight = torch.zeros(outputs, inputs)", "does not inherit"),
        ("torch.nn.Linear(3, 2)", "a class is asked for"),
        ("torch.nn.Linear", "nn.Linear itself"),
        ("class answer(torch.nn.Linear):\n    pass", "nn.Linear itself"),
        ("lambda inputs, outputs: torch.nn.Linear(inputs, outputs)", "a class is asked for"),
    ),
    hints=("super().__init__() comes first. What is to be learned is wrapped in torch.nn.Parameter and assigned to self.",
           "self.weight = torch.nn.Parameter(torch.randn(outputs, inputs)), the bias likewise; forward returns x @ self.weight.T + self.bias."),
    solution=_class(*_INIT, _WEIGHT, _BIAS, *_FORWARD),
    reason="super().__init__() makes the registers, Parameter says what is learned, and forward is one formula. The backward pass is autograd's: nobody writes it.",
)

EXERCISES = (WEIGHT_SHAPE, COUNT, CONTAINER, WHAT_IS_SEEN, OWN_LINEAR)
