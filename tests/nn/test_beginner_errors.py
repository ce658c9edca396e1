"""The errors of networks, losses and optimizers that beginners meet: torch's type and words, and the reason in their own terms."""

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.nn import functional as F

NAMES = {"torch": torch, "nn": nn, "F": F, "np": np}
NET = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        "

# the error's number in the project's list, its code, type, torch's words, and a word of the reason or of the remedy
ERRORS = [
    ("E01", "F.max_pool2d(nn.Conv2d(1, 6, 5)(torch.zeros(2, 1, 32, 32)), 2).flatten(1)\nnn.Linear(150, 10)(torch.zeros(2, 6, 14, 14).flatten(1))",
     RuntimeError, "mat1 and mat2 shapes cannot be multiplied (2x1176 and 150x10)", "set in_features=1176 (the flatten gave 1176 = 6 x 14 x 14)"),
    ("E02", "nn.Linear(400, 10)(torch.zeros(4, 16, 5, 5).flatten())", RuntimeError, "mat1 and mat2 shapes cannot be multiplied (1x1600 and 400x10)",
     "the batch was flattened too; use x.flatten(1)"),
    ("E03", "nn.Sequential(nn.Conv2d(1, 6, 5), nn.Flatten(), nn.Linear(6*28*28, 10))(torch.zeros(1, 32, 32))", RuntimeError,
     "mat1 and mat2 shapes cannot be multiplied (6x784 and 4704x10)", "whose first axis was taken for the batch"),
    ("E04", "nn.Conv2d(1, 6, 5)(torch.zeros(2, 784))", RuntimeError,
     "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [2, 784]", "x.view(-1, C, H, W)"),
    ("E05", "nn.Conv2d(3, 6, 5)(torch.zeros(1, 32, 32, 3))", RuntimeError,
     "Given groups=1, weight of size [6, 3, 5, 5], expected input[1, 32, 32, 3] to have 3 channels, but got 32 channels instead", "x.permute(0, 3, 1, 2)"),
    ("E06", "nn.Conv2d(16, 32, 5)(torch.zeros(1, 16, 2, 2))", RuntimeError, "Calculated padded input size per channel: (2 x 2). Kernel size: (5 x 5).",
     "fewer pooling layers"),
    ("E07", "F.max_pool2d(torch.zeros(1, 16, 1, 1), 2)", RuntimeError, "Given input size: (16x1x1). Calculated output size: (16x0x0). Output size is too small",
     "drop one pooling layer"),
    ("E15", "nn.Linear(3, 1)(torch.from_numpy(np.ones((2, 3))))", RuntimeError, "mat1 and mat2 must have the same dtype", "x.float()"),
    ("E16", "nn.Linear(3, 1)(torch.tensor([[1, 2, 3]]))", RuntimeError, "mat1 and mat2 must have the same dtype", "write 1. for 1"),
    ("E17", "F.cross_entropy(torch.randn(2, 3), torch.tensor([0., 2.]))", RuntimeError, "expected target dtype to be Long or Byte, but got Float", "target.long()"),
    ("E18", "F.cross_entropy(torch.randn(2, 3), torch.tensor([[0], [2]]))", RuntimeError, "0D or 1D target tensor expected, multi-target not supported",
     "target.squeeze(1)"),
    ("E19", "F.cross_entropy(torch.randn(2, 3), F.one_hot(torch.tensor([0, 2]), 3))", RuntimeError,
     "Expected floating point type for target with class probabilities, got Long", "target.argmax(1)"),
    ("E20", "F.cross_entropy(torch.randn(2, 3), torch.tensor([1, 3]))", IndexError, "Target 3 is out of bounds.", "labels that start at 1? use target - 1"),
    ("E21", "F.cross_entropy(torch.randn(4, 3), torch.tensor([0, 1, 2]))", ValueError, "Expected input batch_size (4) to match target batch_size (3).",
     "there are 4 predictions and 3 classes"),
    ("E22", "F.binary_cross_entropy(torch.tensor([2.5]), torch.tensor([1.]))", RuntimeError, "all elements of input should be between 0 and 1",
     "binary_cross_entropy_with_logits"),
    ("E23", "F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1]))", RuntimeError, "Found dtype Long but expected Float", "target.float()"),
    ("E24", "F.binary_cross_entropy_with_logits(torch.zeros(4, 1), torch.zeros(4))", ValueError,
     "Target size (torch.Size([4])) must be the same as input size (torch.Size([4, 1]))", "squeeze(1)"),
    ("E41", "nn.Embedding(10, 4)(torch.tensor([3, 10]))", IndexError, "index out of range in self", "the table has 10 rows, 0 to 9, and the input asks for row 10"),
    ("E42", "class Net(nn.Module):\n    def __init__(self): self.fc = nn.Linear(2, 1)\nNet()", AttributeError,
     "cannot assign module before Module.__init__() call", "`super().__init__()` the first line of Net.__init__"),
    ("E43", "class Net(nn.Module):\n    def forwrad(self, x): return x\nNet()(torch.ones(1))", NotImplementedError,
     'Module [Net] is missing the required "forward" function', "rename forwrad to forward"),
    ("E44", "nn.Sequential(nn.Linear(2, 1)).fc1", AttributeError, "'Sequential' object has no attribute 'fc1'", "set self.fc1 = ... in __init__"),
    ("E45", NET + "self.layers = [nn.Linear(2, 1)]\ntorch.optim.SGD(Net().parameters(), lr=0.1)", ValueError, "optimizer got an empty parameter list",
     "make it nn.ModuleList(...)"),
    ("E46", "torch.optim.SGD(nn.Linear(2, 1), lr=0.1)", TypeError, "'Linear' object is not iterable", "net.parameters()"),
    ("E47", "torch.optim.SGD(nn.Linear(2, 1).parameters, lr=0.1)", TypeError, "'method' object is not iterable", "add the brackets"),
    ("E48", "torch.optim.SGD([torch.ones(2, requires_grad=True) * 3], lr=0.1)", ValueError, "can't optimize a non-leaf Tensor", "requires_grad_()"),
    ("E60", "nn.LSTM(28, 64, batch_first=True)(torch.zeros(4, 28, 27))", RuntimeError, "input.size(-1) must be equal to input_size. Expected 28, got 27",
     "x.transpose(-1, -2)"),
    ("E61", "nn.LSTM(28, 64, batch_first=True)(torch.zeros(4, 1, 28, 28))", ValueError, "LSTM: Expected input to be 2D or 3D, got 4D instead", "x.squeeze(1)"),
    ("E62", "nn.BatchNorm1d(3)(torch.ones(1, 3))", ValueError, "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])", "drop_last=True"),
    ("E67", "nn.MSELoss(torch.zeros(2), torch.ones(2))", RuntimeError, "Boolean value of Tensor with more than one value is ambiguous",
     "loss_fn = nn.MSELoss(); loss_fn(prediction, target)"),
    ("E68", "nn.CrossEntropyLoss(torch.randn(2, 3), torch.tensor([0, 2]))", RuntimeError, "Boolean value of Tensor with more than one value is ambiguous",
     "make it first, and call it then"),
    ("E69", "nn.Sequential([nn.Linear(2, 1)])", TypeError, "list is not a Module subclass", "nn.Sequential(*layers)"),
    ("E70", "nn.Sequential(nn.Linear(2, 2), F.relu)", TypeError, "workbook.nn.functional.relu is not a Module subclass", "nn.ReLU()"),
    ("E71", "nn.Sequential(nn.Linear(2, 2), nn.ReLU)", TypeError, "torch.nn.modules.activation.ReLU is not a Module subclass", "add the brackets"),
    ("E76", "torch.bmm(torch.ones(1, 2, 2), torch.from_numpy(np.ones((1, 2, 2))))", RuntimeError, "expected scalar type Float but found Double", "x.float()"),
    ("E77", "nn.Conv2d(1, 1, 3)(torch.from_numpy(np.zeros((1, 1, 5, 5))))", RuntimeError, "Input type (double) and bias type (float) should be the same", "x.float()"),
    ("E80", NET + "fc = nn.Linear(2, 1)\n    def forward(self, x): return self.fc(x)\nNet()(torch.ones(1, 2))", AttributeError,
     "'Net' object has no attribute 'fc'", "set self.fc = ... in __init__"),
    ("E81", "class Net(nn.Module):\n    def __int__(self): self.fc = nn.Linear(2, 1)\n    def forward(self, x): return self.fc(x)\nNet()(torch.ones(1, 2))",
     AttributeError, "'Net' object has no attribute 'fc'", "rename __int__ to __init__"),
]


def params(rows, *parts):
    """The parts of those rows as parameters. On a GPU the type of error is another where a number among others is wrong."""
    marks = pytest.mark.cpu_only("a GPU tells of a wrong number by an error of its own: tests/ops/test_messages.py")
    return [pytest.param(*[row[part] for part in parts], id=row[0], marks=[marks] if row[0] in ("E20", "E22", "E41") else []) for row in rows]


@pytest.mark.parametrize("code, kind, words, told", params(ERRORS, 1, 2, 3, 4))
def test_the_error_explains_itself(code, kind, words, told):
    with pytest.raises(kind) as caught:
        exec(code, dict(NAMES))
    text = str(caught.value)
    assert text.startswith(words) and told in text
    what, why, fix = text.split("\n")
    assert why.startswith("  Why: ") and fix.startswith("  Fix: ")


@pytest.mark.parametrize("number, code, words, told", [
    ("E49", "nn.Linear(2, 1).load_state_dict(nn.Sequential(nn.Linear(2, 1)).state_dict())", 'Missing key(s) in state_dict: "weight", "bias".', "removeprefix('0.')"),
    ("E51", "nn.Linear(2, 1).load_state_dict(nn.Linear(3, 1).state_dict())",
     "size mismatch for weight: copying a param with shape torch.Size([1, 3]) from checkpoint, the shape in current model is torch.Size([1, 2]).", "in_features=3"),
])
def test_a_state_that_does_not_fit_is_told_key_by_key(number, code, words, told):
    with pytest.raises(RuntimeError, match="^Error\\(s\\) in loading state_dict for Linear:\n") as caught:
        exec(code, dict(NAMES))
    assert words in str(caught.value) and told in str(caught.value) and "  Fix: " in str(caught.value)


@pytest.mark.parametrize("code", params([row for row in ERRORS if row[0] != "E70"], 1))
def test_torch_raises_the_same(code):
    """The type, and torch's words of the first line."""
    theirs = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    found = []
    for names in ({"torch": theirs, "nn": theirs.nn, "F": theirs.nn.functional, "np": np}, dict(NAMES)):
        names["torch"].manual_seed(0)
        with pytest.raises(Exception) as caught:
            exec(code, names)
        found.append((type(caught.value).__name__, str(caught.value).splitlines()[0]))
    (kind, words), (mine, said) = found
    assert mine == kind and (words[:40] in said or said in words)
