"""What random programs have found, each kind of difference as the few lines that a student might write: they say here what torch says."""

import textwrap

import numpy as np
import pytest
import torch  # without it this file is skipped, with the reason

import workbook
from tests.autograd.programs import same_refusal
from tests.ops.both import quiet

FOUND = {
    "a hook on a view sees nothing of a write to it that comes later": """
        x = torch.ones(3, requires_grad=True); v = (x * 1).view(3, 1)
        v.register_hook(lambda grad: say("hook of v"))
        v.sin_(); v.sum().backward(); say(x.grad)""",
    "nor does a hook on the view of which that is a view": """
        x = torch.ones(2, 3, requires_grad=True); v = (x * 1)[1]; w = v[1:]
        v.register_hook(lambda grad: grad * 10)
        w.exp_(); w.sum().backward(); say(x.grad)""",
    "a pass that is to arrive somewhere finds its way past such a hook": """
        x = torch.ones(2, 3, requires_grad=True); b = x * 2; v = b[0]
        v.register_hook(lambda grad: grad * 10)
        v.exp_(); b.sum().backward(inputs=[x]); say(x.grad)""",
    "also where the base has another shape by now": """
        x = torch.ones(1, 3, requires_grad=True); b = x * 2; v = b[0]; v.retain_grad()
        b.unsqueeze_(0); v.sub_(torch.ones(3)); v.sum().backward(); say(x.grad, v.grad)""",
    "nothing is written into nothing": """
        x = torch.ones(2, 0, 3); x[[True, False]] = torch.ones(1, 0, 3); x[torch.tensor([0, 1])] = torch.ones(2, 0, 3); say(x.shape)""",
    "a base that retains its gradient does so where it stands after the write": """
        x = torch.ones(3, requires_grad=True); b = x * 1; b.retain_grad(); y = b * 2
        b[0] = 0.5
        y.sum().backward(); say(b.grad); b.sum().backward(); say(b.grad)""",
    "of a value that was overwritten nothing is recorded": """
        for write in (lambda t: t.zero_(), lambda t: t.fill_(2.0), lambda t: t.copy_(torch.tensor(2.0)), lambda t: t.floor_(), lambda t: t.sign_()):
            x = torch.ones(3, requires_grad=True); y = write(x * 1)
            (grad,) = torch.autograd.grad(y.sin().sum(), x, create_graph=True); say(grad.detach(), grad.requires_grad)""",
    "the only place of a single number is copied": """
        a = torch.tensor(2.0); a.index_select(0, torch.tensor([0])).add_(1); say(a)""",
    "a single number that is expanded repeats itself, also once": """
        say(torch.tensor(1.0).expand(1).stride(), torch.tensor(1.0).expand(2, 1).stride())""",
    "an axis of length 1 of a view steps over what lies behind it": """
        x = torch.ones(3, 4)
        say(x[:, :1].t().view(1, 3).stride(), x[:, 1:2].view(3, 1).stride(), x[0, :1].view(1, 1).stride(), x.view(3, 1, 4, 1).stride())""",
    "True as an index makes a view": """
        a = torch.ones(2, 3, requires_grad=True); b = a * 1; v = torch.ones(1, 3, requires_grad=True)
        b[True] = v
        say(b.grad_fn.name()); b.sum().backward(); say(a.grad, v.grad, a[True].grad_fn.next_functions[0][0].name(), a[False].shape)
        a[True] = 2.0""",
    "the gradient of a tensor whose shape was changed unseen does not fit": """
        x = torch.ones(3, requires_grad=True); y = x.reshape(1, 3) * 1
        with torch.no_grad(): y.t_()
        y.sum().backward()""",
    "nor does its weight": """
        x = torch.ones(3, requires_grad=True); y = x.reshape(1, 3) * 1
        with torch.no_grad(): y.t_()
        y.backward(torch.ones(3, 1))""",
    "nor that of a leaf": """
        x = torch.ones(2, 3, requires_grad=True); y = x * 2
        with torch.no_grad(): x.t_()
        y.sum().backward()""",
    "a leaf is what it was when it was used": """
        x = torch.ones(2, 3, requires_grad=True); y = x.expand(2, 2, 3)
        with torch.no_grad(): x.t_()
        y.sum().backward()""",
    "a leaf that is given numbers of another dtype gets gradients of that": """
        x = torch.ones(2, requires_grad=True); before = x * 2
        x.data = x.data.double(); (x * 2).sum().backward(); say(x.grad.dtype)""",
    "a second pass comes through steps that saved nothing": """
        x = torch.ones(2, requires_grad=True); c = torch.ones(2)
        for y in (x.lerp(c, 0.25), c.lerp(x, 0.25), x.addcmul(c, c), x.addcmul(c, c, value=0.5)):
            y.sum().backward(retain_graph=False); y.sum().backward(); say(x.grad)""",
    "and not through one that saved an index": """
        x = torch.ones((), requires_grad=True); y = (x + 0).index_fill_(0, torch.tensor([0]), 0.25)
        y.backward(); y.backward()""",
    "nor through the choice of the only number": """
        x = torch.ones((), requires_grad=True); y = x.index_select(0, torch.tensor([0])).sum()
        y.backward(); y.backward()""",
    "nor through its copy": """
        x = torch.ones((), requires_grad=True); y = x.index_copy(0, torch.tensor([0]), torch.tensor(2.0))
        y.backward(); y.backward()""",
    "grad() keeps what arrived at a tensor on the way before its hooks speak": """
        x = torch.tensor([0.5, 1.0], requires_grad=True); y = x * 3
        y.register_hook(lambda grad: grad * 10)
        say(*torch.autograd.grad(y.sin().sum(), [y, x])); say(*torch.autograd.grad(y.sin().sum(), [y]))""",
    "the hook of a leaf is called when a pass is done with it, also where the leaf was frozen since": """
        x = torch.ones(2, requires_grad=True); x.register_post_accumulate_grad_hook(lambda leaf: say("hook", leaf.grad is None))
        y = (x * 2).sum(); x.requires_grad_(False); y.backward()""",
    "to retain a gradient twice asks nothing": """
        x = torch.ones(1, 3, requires_grad=True); (v,) = x.split(1); v.retain_grad()
        with torch.no_grad(): x.zero_()
        v.retain_grad()""",
    "a slice is a step as it is written": """
        a = torch.ones(2, 3); a[-2:] = torch.ones(3, requires_grad=True); say(a.grad_fn.name())
        a = torch.ones(2, 3); a[0:2] = torch.ones(3, requires_grad=True); say(a.grad_fn.name())""",
    "the product of one number is that number": """
        x = torch.ones(1, requires_grad=True)
        (grad,) = torch.autograd.grad(x[0].prod(), x, torch.tensor(0.5), create_graph=True); say(grad, grad.requires_grad)""",
    "a tensor that is repeated lies in order when it takes another dtype": """
        say((torch.ones(1, dtype=torch.float64) + torch.ones(3, 3).expand(2, 3, 3)).stride())""",
    "what was written into a part is looked at, also by a pass that arrives before it": """
        x = torch.ones(1, 3, requires_grad=True); b = x.tanh(); v = b[0]
        v.mul_(v)
        v.sum().backward(inputs=[b])""",
    "also where what it saved was written later": """
        x = torch.ones(3, requires_grad=True); b = torch.ones(1, 3); v = b.squeeze(); y = x * 2
        v.addcmul_(y, y)
        y.mul_(0.5); v.sum().backward(inputs=[b])""",
    "a view that was made under no_grad says what it cannot say, also where a gradient arrives": """
        x = torch.ones(2, 3, requires_grad=True)
        with torch.no_grad(): v = x[0]
        v.requires_grad_(); y = v + v
        torch.mul(y.detach(), 0.5, out=v.detach())
        y.sum().backward()""",
    "and so does one of several pieces": """
        x = torch.ones(3); v = x.split(2)[0]; w = x.view(3); v.requires_grad_(); y = v * 2
        w.sub_(torch.ones(3, requires_grad=True))
        y.sum().backward()""",
    "whether a gradient may be asked for is said before whether its weight fits": """
        x = torch.ones(1, 3, requires_grad=True); y = x * 1
        with torch.no_grad(): y.t_(); z = y.tanh()
        torch.autograd.grad(y, z, torch.ones(3, 1))""",
    "what is added at no place has a gradient of its shape": """
        x = torch.ones(0, 3, requires_grad=True); y = torch.cat([x, x])
        y.scatter_add(0, torch.zeros(0, 3, dtype=torch.int64), y).backward(torch.ones(0, 3)); say(x.grad.shape)""",
    "of an empty vector among others nothing is recorded": """
        x = torch.ones(3, requires_grad=True); v = x[3:]; y = torch.cat([v, x])
        say(*[grad.requires_grad for grad in torch.autograd.grad(y.sin().sum(), [v, x], create_graph=True)])""",
    "a write through a view by strides that shows more than the view of which it was made": """
        x = torch.ones(2, 3, requires_grad=True); b = x * 2; v = b[:, 2:]
        w = v.as_strided((2,), (1,)); w.index_add_(0, torch.tensor([0]), torch.ones(1))
        (b * torch.arange(6.).view(2, 3)).sum().backward(retain_graph=True); say(x.grad)
        w.sin().sum().backward(); say(x.grad)""",
    "and its second derivative": """
        x = torch.arange(6.).view(2, 3).requires_grad_(); b = x * x; w = b[:, 2:].as_strided((2,), (1,)); w.mul_(w.clone())
        (grad,) = torch.autograd.grad(w.sum() + b.sum(), x, create_graph=True); say(grad.detach())
        grad.square().sum().backward(); say(x.grad)""",
    "the slope of straight pieces has one, and it is 0": """
        F = torch.nn.functional; weight = torch.tensor([0.25])
        for f in (torch.relu, F.leaky_relu, F.hardtanh, F.relu6, F.hardshrink, F.softshrink, lambda x: F.threshold(x, 0.5, 0.0),
                  lambda x: F.prelu(x, weight), F.rrelu, lambda x: F.rrelu(x, training=True), lambda x: torch.relu_(x * 1), lambda x: F.leaky_relu_(x * 1)):
            x = torch.tensor([-2.0, 0.25, 3.0], requires_grad=True)
            (grad,) = torch.autograd.grad(f(x).sum(), x, create_graph=True); say(grad.requires_grad, *torch.autograd.grad(grad.sum(), x))
        x = torch.ones(2, requires_grad=True); (grad,) = torch.autograd.grad(torch.relu(x).sum(), x, create_graph=True); say(grad.grad_fn.name())""",
    "pools, the largest element and a loss of classes keep their input, and refuse a write to it": """
        F = torch.nn.functional; classes = torch.tensor([0, 1])
        for f in (lambda x: F.max_pool1d(x, 2), lambda x: F.max_pool2d(x, 2), lambda x: F.avg_pool1d(x, 2), lambda x: F.avg_pool2d(x, 2),
                  lambda x: F.adaptive_avg_pool2d(x, 2), lambda x: F.adaptive_max_pool2d(x, 2), lambda x: x.amax(-1), lambda x: F.nll_loss(x[0], classes)):
            x = torch.arange(16.0).reshape(1, 2, 8).requires_grad_(); y = x * 1; z = f(y).sum()
            y.add_(1)
            try: z.backward()
            except RuntimeError as problem: say(str(problem)[:80])""",
    "a second pass through a pool is refused, and its slope has one, which is 0": """
        x = torch.arange(16.0).reshape(1, 2, 8).requires_grad_(); y = torch.nn.functional.max_pool2d(x, 2)
        (grad,) = torch.autograd.grad((y * y).sum(), x, create_graph=True); say(grad.grad_fn.name(), *torch.autograd.grad(grad.sum(), x))
        y = torch.nn.functional.avg_pool2d(x, 2).sum(); y.backward(); say(x.grad); y.backward()""",
    "what a leaky unit drew belongs to its input": """
        x = torch.ones(2, requires_grad=True); y = x * 1; z = torch.nn.functional.rrelu(y, training=True)
        y.add_(1); z.sum().backward()""",
    "of a gradient that goes to two inputs, the one that it does not fit is named": """
        x = torch.ones(2, 3, requires_grad=True); y = x * 2
        with torch.no_grad(): x.t_()
        (torch.tensor(2.0, requires_grad=True) + x).sum().backward()""",
    "a step's number stands behind its name where it is not 0": """
        x = torch.ones(3, requires_grad=True)
        with torch.no_grad(): v = x.view(3)
        v.squeeze(0).mul_(2)""",
}


@pytest.mark.parametrize("lines", FOUND.values(), ids=FOUND)
def test_the_same_lines_say_the_same(lines):
    mine, theirs = told(lines, workbook), told(lines, torch)
    assert mine[:-1] == theirs[:-1]
    assert (mine[-1] is None) == (theirs[-1] is None) and (mine[-1] is None or same_refusal(mine[-1], theirs[-1]))


def told(lines, engine):
    """Run some lines. Return what they said, and at last their error, as (type, text), or None."""
    said = []

    def say(*things):
        said.append([np.round(thing.detach().numpy(), 5).tolist() if isinstance(thing, engine.Tensor) else str(thing) for thing in things])

    try:
        with quiet():
            exec(textwrap.dedent(lines), {"torch": engine, "say": say})
    except Exception as problem:
        return [*said, (type(problem).__name__, str(problem))]
    return [*said, None]
