"""`functional_call` and `stack_module_state`: modules called with other parameters, many modules at once."""

import pytest
import torch

import workbook
from tests.autograd.transforms import described, outcome, same

CALLS = """call(lin, {'weight': W, 'bias': B}, (x,)) | call(lin, {'weight': W}, x) | call(lin, {'weight': W, 'foo': B}, x) | call(lin, {'weight': W, 'a.foo': B}, x)
call(lin, {'weight': W}, x, strict=True) | call(lin, {'weight': W, 'bias': B, 'foo': B}, x, strict=True) | call(lin, [{'weight': W}, {'bias': B}], x)
call(lin, ({'weight': W}, {'weight': B}), x) | call(lin, (W,), x) | call(lin, 3, x) | call(lin, {'weight': 3, 'bias': B}, x)
call(lin, {'weight': W, 'bias': B}, None, {'input': x}) | call(lin, {'weight': W, 'bias': B}, (x,), {}) | call(tied, {'a.weight': W}, x)
call(tied, {'b.weight': W}, x) | call(tied, {'a.weight': W}, x, tie_weights=False) | call(tied, {'a.weight': W, 'b.weight': W + 1}, x)
call(tied, {'a.weight': W, 'n': B}, x), B, tied.n | call(counting, state, x), state, counting.n | call(failing, {'weight': W}, x)
call(lin, {'weight': W}, x) * 0 + lin.weight.sum() | call(torch.nn.Sequential(lin, lin), {'0.weight': W.T @ W}, x)
torch.func.grad(lambda p: call(lin, p, x).pow(2).sum())(dict(lin.named_parameters()))
torch.func.stack_module_state([lin, other]) | torch.func.stack_module_state([]) | torch.func.stack_module_state([lin, torch.nn.Linear(2, 1).eval()])
torch.func.stack_module_state([lin, torch.nn.ReLU()]) | torch.func.stack_module_state([lin, torch.nn.Linear(2, 1).requires_grad_(False)])
torch.vmap(lambda p, b, x: call(lin, (p, b), x), in_dims=(0, 0, None))(*torch.func.stack_module_state([lin, other]), x)
torch.vmap(torch.func.grad(lambda p, row, y: (call(lin, p, row) - y).pow(2).sum()), in_dims=(None, 0, 0))(dict(lin.named_parameters()), x.repeat(3, 1), x[0, 0] * torch.arange(3))"""
CALLS = [call.strip() for line in CALLS.splitlines() for call in line.split(" | ")]


def modules(library):
    """Return the names that the calls use: modules of all kinds, and Tensors."""
    class Tied(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = library.nn.Linear(2, 1, bias=False), library.nn.Linear(2, 1, bias=False)
            self.b.weight = self.a.weight
            self.register_buffer("n", library.zeros(1))

        def forward(self, x):
            self.n.add_(1)
            return self.a(x) + self.b(x) + self.n

    class Counting(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("n", library.zeros(1))

        def forward(self, x):
            self.n = self.n + 1
            return self.n

    class Failing(library.nn.Linear):
        def forward(self, x):
            raise ValueError("so it is")

    library.manual_seed(0)
    made = {"lin": library.nn.Linear(2, 1), "other": library.nn.Linear(2, 1), "tied": Tied(), "counting": Counting(), "failing": Failing(2, 1)}
    return made | {"torch": library, "call": library.func.functional_call, "W": library.zeros(1, 2), "B": library.ones(1),
                   "x": library.tensor([[1., 2.]]), "state": {"n": library.ones(1)}}


@pytest.mark.parametrize("call", CALLS)
def test_one_call(call):
    def value(library):
        return described(eval(call, modules(library)))

    theirs, ours = (outcome(value, library) for library in (torch, workbook))
    assert same(theirs, ours), (theirs, ours)


@pytest.mark.parametrize("call", ["call(lin, {'weight': W}, x)", "call(tied, {'a.weight': W, 'n': B}, x)", "call(failing, {'weight': W, 'bias': B}, x)",
                                  "call(lin, {'weight': W, 'foo': B}, x)", "call(lin, {'weight': W, 'bias': 3}, x)"])
def test_a_module_has_its_own_tensors_back_afterwards(call):
    names = modules(workbook)
    before = {key: dict(module.__dict__) | module.state_dict(keep_vars=True) for key, module in names.items() if isinstance(module, workbook.nn.Module)}
    outcome(eval, call, names)
    for key, held in before.items():
        now = dict(names[key].__dict__) | names[key].state_dict(keep_vars=True)
        assert held.keys() == now.keys() and all(held[name] is now[name] for name in held)


def test_what_is_not_there_is_refused_with_what_to_write():
    with pytest.raises(NotImplementedError, match="functionalize is not there(.|\n)*call the function itself"):
        workbook.func.functionalize(lambda x: x)
    with pytest.raises(AttributeError, match="module 'torch.func' has no attribute 'rearrange'\n  Fix: .*reshape"):
        workbook.func.rearrange
