"""Parametrizations, the old norms, pruning, fusing and empty layers against torch's."""

import copy
import inspect
import warnings

import numpy as np
import pytest
import torch
import torch.nn.utils.prune  # which torch loads only then

import workbook
from tests.nn.test_module_against_torch import both, numbers

BOTH = (torch, workbook)


def symmetric(engine):
    class Symmetric(engine.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).mT

    return Symmetric()


def doubled(engine, inverse=True):
    class Doubled(engine.nn.Module):
        def forward(self, x):
            return 2 * x

    if inverse:
        Doubled.right_inverse = lambda self, value: value / 2
    return Doubled()


def summed(engine):
    class Summed(engine.nn.Module):
        def forward(self, a, b):
            return a + b

        def right_inverse(self, value):
            return value / 4, value * 3 / 4

    return Summed()


def seeded(engine, *size):
    engine.manual_seed(0)
    return engine.nn.Linear(*size)


def state(module):
    return [(key, numbers(value)) for key, value in module.state_dict().items()]


# ---- parametrize ---------------------------------------------------------------------------------------------------------------

REGISTER = {"symmetric": symmetric, "doubled": doubled, "no inverse": lambda e: doubled(e, inverse=False), "summed": summed}


@pytest.mark.parametrize("kind", REGISTER)
@pytest.mark.parametrize("name", ["weight", "bias", "mean"])
@pytest.mark.parametrize("leave", [True, False])
def test_registering_training_and_removing(kind, name, leave):
    if kind == "symmetric" and name != "weight":
        pytest.skip("a matrix is needed")

    def act(engine):
        p = engine.nn.utils.parametrize
        layer = seeded(engine, 3, 3)
        layer.register_buffer("mean", engine.ones(3))
        back = p.register_parametrization(layer, name, REGISTER[kind](engine))
        found = [back is layer, repr(layer), repr(type(layer)), state(layer), numbers(getattr(layer, name)), p.is_parametrized(layer),
                 p.is_parametrized(layer, name), p.is_parametrized(layer, "other"), repr(p.type_before_parametrizations(layer)),
                 [n for n, _ in layer.named_parameters()], isinstance(layer, engine.nn.Linear)]
        layer(engine.ones(2, 3)).sum().backward()
        found.append([numbers(parameter.grad) if parameter.grad is not None else None for parameter in layer.parameters()])
        twin = copy.deepcopy(layer)
        found.append((state(twin), numbers(twin(engine.ones(1, 3))), repr(twin) == repr(layer)))
        p.remove_parametrizations(layer, name, leave)
        return found, repr(layer), state(layer), type(layer) is engine.nn.Linear, [n for n, _ in layer.named_parameters()]

    both(act)


def test_several_in_a_row_assigning_and_the_cache():
    def act(engine):
        p, calls = engine.nn.utils.parametrize, []
        layer = seeded(engine, 2, 2)
        p.register_parametrization(layer, "weight", doubled(engine))
        p.register_parametrization(layer, "weight", doubled(engine))
        layer.parametrizations.weight[1].register_forward_hook(lambda *_: calls.append(1))
        layer.weight = engine.ones(2, 2) * 8
        found = [numbers(layer.weight), numbers(layer.parametrizations.weight.original), len(calls)]
        with p.cached():
            with p.cached():
                found.append(layer.weight is layer.weight)
            found.append(len(calls))
        found.append(layer.weight is layer.weight)
        p.register_parametrization(layer, "bias", doubled(engine))
        other = p.transfer_parametrizations_and_params(layer, engine.nn.Linear(2, 2))
        found += [repr(other), numbers(other.weight), other.parametrizations.weight.original is layer.parametrizations.weight.original]
        p.remove_parametrizations(layer, "weight")
        return found, repr(layer)

    both(act)


def returning(value, inverse=None):
    def build(engine):
        class Given(engine.nn.Module):
            def forward(self, x):
                return value(engine, x)

        if inverse:
            Given.right_inverse = lambda self, x: inverse(engine, x)
        return Given()

    return build


@pytest.mark.parametrize("build, unsafe", [
    (returning(lambda e, x: 3), False), (returning(lambda e, x: x.double()), False), (returning(lambda e, x: x[:1]), False),
    (returning(lambda e, x: x[:1]), True), (returning(lambda e, x: x, lambda e, x: 3), False), (returning(lambda e, x: x, lambda e, x: x.double()), False),
    (returning(lambda e, a, b=0: a, lambda e, x: (x, 3)), False)])
@pytest.mark.parametrize("second", [False, True])
def test_what_a_parametrization_may_not_do(build, unsafe, second):
    def act(engine):
        p = engine.nn.utils.parametrize
        layer = seeded(engine, 2, 2)
        if second:
            p.register_parametrization(layer, "weight", doubled(engine))
        p.register_parametrization(layer, "weight", build(engine), unsafe=unsafe)
        return layer.weight.shape

    both(act)


@pytest.mark.parametrize("act", [
    lambda e, p, l: p.register_parametrization(l, "no", doubled(e)), lambda e, p, l: p.remove_parametrizations(l, "weight"),
    lambda e, p, l: p.remove_parametrizations(p.register_parametrization(l, "weight", summed(e)), "weight", False),
    lambda e, p, l: setattr(p.register_parametrization(l, "weight", symmetric(e)), "weight", e.ones(2, 2)),
    lambda e, p, l: setattr(p.register_parametrization(l, "weight", doubled(e)), "weight", e.ones(2, 2).double()),
    lambda e, p, l: setattr(p.register_parametrization(l, "weight", doubled(e)), "weight", e.nn.Parameter(e.ones(2, 2))),
    lambda e, p, l: p.register_parametrization(l, "weight", doubled(e)).__getstate__(), lambda e, p, l: p.ParametrizationList([], l.weight)])
def test_what_is_refused(act):
    results = []
    for engine in BOTH:
        try:
            act(engine, engine.nn.utils.parametrize, seeded(engine, 2, 2))
            results.append("done")
        except Exception as error:
            results.append((type(error), str(error.args[0]).partition("\n")[0]))
    assert results[1] == results[0]


# ---- weight, spectral and orthogonal norms ---------------------------------------------------------------------------------------

NORMED = {"linear": (lambda nn: nn.Linear(3, 4), (2, 3)), "conv": (lambda nn: nn.Conv2d(2, 3, 2), (1, 2, 4, 4)),
          "transposed": (lambda nn: nn.ConvTranspose1d(2, 3, 2), (1, 2, 4))}


def trained(engine, layer, shape):
    """Two steps of training, and one in evaluation: outputs, gradients and state."""
    rng, found = np.random.default_rng(0), []
    for mode in (True, True, False):
        layer.train(mode)
        x = engine.from_numpy(rng.standard_normal(shape).astype(np.float32)).requires_grad_()
        out = layer(x)
        (out * out).sum().backward()
        found += [out.detach().numpy(), x.grad.numpy(), *(parameter.grad.numpy().copy() for parameter in layer.parameters())]
    return found + [value.numpy().copy() for value in layer.state_dict().values()]


def together(build, shape, tolerance=2e-5):
    results, texts = [], []
    for engine in BOTH:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            engine.manual_seed(1)
            layer = build(engine)
            texts.append((repr(layer), list(layer.state_dict()), [n for n, _ in layer.named_parameters()]))
            results.append(trained(engine, layer, shape))
    assert texts[1] == texts[0]
    for mine, theirs in zip(results[1], results[0], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance * max(1, np.abs(theirs).max(initial=0)))


@pytest.mark.parametrize("layer", NORMED)
@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.parametrize("old", [False, True])
def test_weight_norm(layer, dim, old):
    build, shape = NORMED[layer]
    where = lambda engine: engine.nn.utils if old else engine.nn.utils.parametrizations
    together(lambda engine: where(engine).weight_norm(build(engine.nn), dim=dim), shape)


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_the_slopes_of_weight_norm(dim):
    from workbook.ops.weight_norm import norm_except_dim, weight_norm

    workbook.manual_seed(0)
    v = workbook.randn(2, 3, 2, dtype=workbook.float64, requires_grad=True)
    g = norm_except_dim(v.detach() * 3, dim).reshape([1] * 3 if dim == -1 else [-1 if axis == dim else 1 for axis in range(3)]).requires_grad_()
    assert workbook.autograd.gradcheck(lambda v, g: weight_norm(v, g, dim), (v, g))
    assert workbook.autograd.gradgradcheck(lambda v, g: weight_norm(v, g, dim), (v, g))
    assert type(weight_norm(v, g, dim).grad_fn).__name__ == "WeightNormInterfaceBackward0"


@pytest.mark.parametrize("layer", NORMED)
@pytest.mark.parametrize("settings", [{}, dict(n_power_iterations=3, dim=1), dict(name="bias")])
@pytest.mark.parametrize("old", [False, True])
def test_spectral_norm(layer, settings, old):
    if "name" in settings and (old or layer == "transposed"):
        pytest.skip("they are for matrices")
    build, shape = NORMED[layer]
    where = lambda engine: engine.nn.utils if old else engine.nn.utils.parametrizations
    together(lambda engine: where(engine).spectral_norm(build(engine.nn), **settings), shape)


@pytest.mark.parametrize("size", [(3, 3), (2, 4), (4, 2)])
@pytest.mark.parametrize("map_", [None, "matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("trivial", [True, False])
def test_orthogonal(size, map_, trivial):
    def build(engine):
        layer = engine.nn.utils.parametrizations.orthogonal(engine.nn.Linear(*size), orthogonal_map=map_, use_trivialization=trivial)
        weight = layer.weight
        gram = weight @ weight.mT if size[0] >= size[1] else weight.mT @ weight
        np.testing.assert_allclose(gram.detach().numpy(), np.eye(min(size)), atol=1e-5)
        return layer

    together(build, (2, size[0]), 1e-4)


def test_old_norms_are_removed_and_their_states_are_read():
    def act(engine):
        u, found = engine.nn.utils, []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = u.weight_norm(seeded(engine, 2, 3))
            new = u.parametrizations.weight_norm(engine.nn.Linear(2, 3))
            found += [repr(new.load_state_dict(old.state_dict())), numbers(new.weight) == numbers(old.weight)]
            u.remove_weight_norm(old)
            found += [list(old.state_dict()), type(old.weight).__name__, numbers(old.weight)]
        engine.manual_seed(2)
        spectral = u.spectral_norm(seeded(engine, 2, 3))
        found += [spectral.state_dict()._metadata[""], isinstance(spectral.weight, engine.nn.Parameter)]
        u.remove_spectral_norm(spectral)
        return found, list(spectral.state_dict()), numbers(spectral.weight)

    both(act)


@pytest.mark.parametrize("act", [
    lambda e, u: u.remove_weight_norm(e.nn.Linear(1, 1)), lambda e, u: u.remove_spectral_norm(e.nn.Linear(1, 1)),
    lambda e, u: u.weight_norm(u.weight_norm(e.nn.Linear(1, 1))), lambda e, u: u.spectral_norm(u.spectral_norm(e.nn.Linear(1, 1))),
    lambda e, u: u.spectral_norm(e.nn.Linear(1, 1), n_power_iterations=0), lambda e, u: u.spectral_norm(e.nn.Linear(1, 1, bias=False), "bias"),
    lambda e, u: u.weight_norm(e.nn.LazyLinear(1)), lambda e, u: u.spectral_norm(e.nn.LazyLinear(1)),
    lambda e, u: u.parametrizations.spectral_norm(e.nn.Linear(1, 1), "no"), lambda e, u: u.parametrizations.spectral_norm(e.nn.Linear(1, 1), dim=3),
    lambda e, u: u.parametrizations.spectral_norm(e.nn.Linear(1, 1), n_power_iterations=0), lambda e, u: u.parametrizations.orthogonal(e.nn.Linear(1, 1), "bias"),
    lambda e, u: u.parametrizations.orthogonal(e.nn.Linear(1, 1), orthogonal_map="no"), lambda e, u: u.parametrizations.weight_norm(e.nn.Linear(1, 1), "no"),
    lambda e, u: setattr(u.parametrizations.orthogonal(e.nn.Linear(2, 2)), "weight", e.ones(3, 3)), lambda e, u: u.skip_init(3),
    lambda e, u: u.skip_init(e.nn.ReLU), lambda e, u: u.skip_init(e.Tensor), lambda e, u: u.fuse_conv_bn_eval(e.nn.Conv1d(1, 1, 1), e.nn.BatchNorm1d(1)),
    lambda e, u: u.fuse_linear_bn_eval(e.nn.Linear(1, 3).eval(), e.nn.BatchNorm1d(2).eval())])
@pytest.mark.filterwarnings("ignore")
def test_refusals(act):
    results = []
    for engine in BOTH:
        with pytest.raises(Exception) as caught:
            act(engine, engine.nn.utils)
        results.append((caught.type, str(caught.value.args[0]).partition("\n")[0]))
    assert results[1] == results[0]


# ---- pruning ---------------------------------------------------------------------------------------------------------------------

PRUNE = {
    "identity": lambda u, m, e: u.identity(m, "weight"), "random": lambda u, m, e: u.random_unstructured(m, "weight", 0.4),
    "l1": lambda u, m, e: u.l1_unstructured(m, "weight", 0.5), "l1 count": lambda u, m, e: u.l1_unstructured(m, "weight", amount=5),
    "scores": lambda u, m, e: u.l1_unstructured(m, "weight", 3, importance_scores=e.arange(12.0).view(4, 3)),
    "slices": lambda u, m, e: u.random_structured(m, "weight", 1, 1), "ln": lambda u, m, e: u.ln_structured(m, "weight", 0.5, n=2, dim=0),
    "ln inf": lambda u, m, e: u.ln_structured(m, "weight", 1, n=float("inf"), dim=-1), "mask": lambda u, m, e: u.custom_from_mask(m, "weight", e.eye(4)[:, :3]),
    "none": lambda u, m, e: u.l1_unstructured(m, "weight", 0)}


@pytest.mark.parametrize("first", PRUNE)
@pytest.mark.parametrize("then", [None, "l1", "ln", "mask", "random"])
def test_pruning(first, then):
    def act(engine):
        u, layer = engine.nn.utils.prune, seeded(engine, 3, 4)
        engine.manual_seed(5)
        found = [PRUNE[first](u, layer, engine) is layer]
        if then:
            PRUNE[then](u, layer, engine)
        out = layer(engine.ones(1, 3))
        out.sum().backward()
        found += [state(layer), numbers(layer.weight), numbers(out), numbers(layer.weight_orig.grad), u.is_pruned(layer), len(layer._forward_pre_hooks),
                  isinstance(layer.weight, engine.nn.Parameter)]
        u.remove(layer, "weight")
        return found, state(layer), u.is_pruned(layer), type(layer.weight).__name__, numbers(layer(engine.ones(1, 3)))

    both(act)


def test_pruning_several_layers_together():
    def act(engine):
        u, net = engine.nn.utils.prune, engine.nn.Sequential(seeded(engine, 3, 4), engine.nn.Linear(4, 2))
        parts = [(net[0], "weight"), (net[1], "weight")]
        u.l1_unstructured(net[0], "weight", 2)
        u.global_unstructured(parts, pruning_method=u.L1Unstructured, amount=0.5)
        u.global_unstructured(parts, u.RandomUnstructured, importance_scores={parts[0]: engine.ones(4, 3)}, amount=1)
        return state(net), u.is_pruned(net), numbers(net(engine.ones(1, 3)))

    both(act)


@pytest.mark.parametrize("act", [
    lambda u, m: u.l1_unstructured(m, "weight", 1.5), lambda u, m: u.l1_unstructured(m, "weight", -1), lambda u, m: u.l1_unstructured(m, "weight", "1"),
    lambda u, m: u.l1_unstructured(m, "weight", 100), lambda u, m: u.ln_structured(m, "bias", 1, 2, 0), lambda u, m: u.random_structured(m, "weight", 1, 5),
    lambda u, m: u.custom_from_mask(m, "weight", m.bias.detach()), lambda u, m: u.remove(m, "weight"), lambda u, m: u.global_unstructured(3, u.L1Unstructured),
    lambda u, m: u.global_unstructured([(m, "weight")], u.LnStructured, amount=1, n=2),
    lambda u, m: u.global_unstructured([], u.L1Unstructured, importance_scores=3), lambda u, m: u.L1Unstructured(1).prune(m.weight, importance_scores=m.bias)])
def test_what_pruning_refuses(act):
    results = []
    for engine in BOTH:
        layer = seeded(engine, 3, 4)
        with pytest.raises(Exception) as caught:
            act(engine.nn.utils.prune, layer)
        results.append((caught.type, sorted(layer.state_dict()), numbers(layer.weight)))
    assert results[1] == results[0] and "\n  Fix: " in str(caught.value)


# ---- fusing, and layers that are not filled ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["conv", "plain conv", "transposed", "linear", "plain linear"])
def test_fusing(kind):
    found = []
    for engine in BOTH:
        nn = engine.nn
        engine.manual_seed(0)
        layer, bn, x = {"conv": lambda: (nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), engine.randn(2, 2, 4, 4)),
                        "plain conv": lambda: (nn.Conv1d(2, 3, 2, bias=False), nn.BatchNorm1d(3, affine=False), engine.randn(2, 2, 4)),
                        "transposed": lambda: (nn.ConvTranspose1d(2, 3, 2), nn.BatchNorm1d(3), engine.randn(2, 2, 4)),
                        "linear": lambda: (nn.Linear(2, 3), nn.BatchNorm1d(3), engine.randn(4, 2)),
                        "plain linear": lambda: (nn.Linear(2, 3, bias=False), nn.BatchNorm1d(3), engine.randn(4, 2))}[kind]()
        bn(layer(x))
        fuse = nn.utils.fuse_linear_bn_eval if "linear" in kind else nn.utils.fuse_conv_bn_eval
        fused = fuse(layer.eval(), bn.eval(), *([True] if kind == "transposed" else []))
        np.testing.assert_allclose(fused(x).detach().numpy(), bn(layer(x)).detach().numpy(), atol=1e-5)
        found.append((repr(fused), state(fused), [p.requires_grad for p in fused.parameters()]))
    assert found[1] == found[0]


def test_layers_that_are_not_filled_draw_no_numbers():
    def act(engine):
        engine.manual_seed(0)
        layer = engine.nn.utils.skip_init(engine.nn.Linear, 3, out_features=2, dtype=engine.float64)
        return repr(layer), layer.weight.dtype == engine.float64, layer.weight.shape, engine.rand(1).item()

    both(act)


def test_the_first_name_of_functional_call():
    def act(engine):
        layer = seeded(engine, 2, 1)
        return numbers(engine.nn.utils.stateless.functional_call(layer, {"bias": engine.ones(1) * 9}, engine.ones(1, 2)))

    both(act)


@pytest.mark.parametrize("where", ["", "parametrize", "parametrizations", "prune"])
def test_signatures(where):
    theirs, mine = (getattr(engine.nn.utils, where) if where else engine.nn.utils for engine in BOTH)
    for name in dir(theirs):
        value = getattr(theirs, name)
        if not name.startswith("_") and inspect.isfunction(value) and value.__module__.startswith(f"torch.nn.utils.{where}") and hasattr(mine, name):
            if where != "prune":  # whose functions are made by one
                assert [(p.name, p.default) for p in inspect.signature(getattr(mine, name)).parameters.values()] == [
                    (p.name, p.default) for p in inspect.signature(value).parameters.values()]
    lacking = [name for name in getattr(theirs, "__all__", dir(theirs)) if not name.startswith("_") and not hasattr(mine, name)]
    assert set(lacking) <= {"convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format", "memory_format", "torch", "numbers", "ABC",
                            "abstractmethod", "Iterable"}
