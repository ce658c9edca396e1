"""`torch.distributions`: torch's samples for a seed, its formulas and their gradients, prints and refusals."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.ops.both import of_no_device

REAL, POSITIVE, UNIT, CLASSES = "real", "positive", "unit", "classes"
ONE_OF = {"probs": UNIT, "logits": REAL}
SEVERAL = {"probs": CLASSES, "logits": REAL}
MODELS = {  # each with its parameters; of two kinds that say the same, one is given
    "Normal": {"loc": REAL, "scale": POSITIVE}, "LogNormal": {"loc": REAL, "scale": POSITIVE}, "HalfNormal": {"scale": POSITIVE},
    "Laplace": {"loc": REAL, "scale": POSITIVE}, "Cauchy": {"loc": REAL, "scale": POSITIVE}, "Gumbel": {"loc": REAL, "scale": POSITIVE},
    "Uniform": {"low": REAL, "high": "above"}, "Exponential": {"rate": POSITIVE}, "Poisson": {"rate": POSITIVE},
    "Bernoulli": ONE_OF, "ContinuousBernoulli": ONE_OF, "Geometric": ONE_OF, "Binomial": {"total_count": "count"} | ONE_OF,
    "Categorical": SEVERAL, "OneHotCategorical": SEVERAL, "OneHotCategoricalStraightThrough": SEVERAL, "Multinomial": {"total_count": "one count"} | SEVERAL,
    "RelaxedBernoulli": {"temperature": "one"} | ONE_OF, "RelaxedOneHotCategorical": {"temperature": "one"} | SEVERAL,
    "MultivariateNormal": {"loc": "vectors", "scale_tril": "factors", "covariance_matrix": "factors", "precision_matrix": "factors"}}
SAY_THE_SAME = ({"probs", "logits"}, {"scale_tril", "covariance_matrix", "precision_matrix"})


def of_kind(kind, shape, seed, dtype):
    """Return random numbers that a parameter may be."""
    drawn = np.random.default_rng(seed).random((*shape, 3) if kind in (CLASSES, "vectors") else (*shape, 3, 3) if kind == "factors" else shape)
    if kind == "factors":
        factor = np.tril(drawn) + np.eye(3)
        return factor.astype(dtype)
    low, high = {REAL: (-2, 2), POSITIVE: (0.3, 2.5), UNIT: (0.05, 0.95), "above": (2.5, 4), "one": (0.4, 0.9)}.get(kind, (0.1, 0.9))
    drawn = drawn * (high - low) + low
    return np.array(drawn / drawn.sum(-1, keepdims=True) if kind == CLASSES else drawn, dtype)


def model_of(library, name, shape, choice, seed, dtype, as_numbers):
    """Return a model, and its parameters that require a gradient."""
    wanted, given = dict(MODELS[name]), {}
    for same in SAY_THE_SAME:
        if same <= set(wanted):
            kept = sorted(same)[choice % len(same)]
            wanted = {key: kind for key, kind in wanted.items() if key not in same or key == kept}
    if "logits" in wanted and CLASSES in MODELS[name].values():
        wanted["logits"] = "vectors"
    for place, (key, kind) in enumerate(wanted.items()):
        if kind == "count":
            given[key] = 4
        elif kind == "one count":
            given[key] = 5
        elif as_numbers and kind in (REAL, POSITIVE, UNIT, "above"):
            given[key] = float(of_kind(kind, (), seed + place, np.float64))
        else:
            sides = () if kind == "one" else shape[place % 2:] if kind in (REAL, POSITIVE, "above") and len(shape) > 1 else shape  # they fit each other
            value = of_kind(kind, sides, seed + place, dtype)
            if key in ("covariance_matrix", "precision_matrix"):
                value = value @ value.swapaxes(-1, -2)
            given[key] = library.from_numpy(np.array(value)).requires_grad_()
    return getattr(library.distributions, name)(**given), [value for value in given.values() if not isinstance(value, (int, float))]


def answer(question):
    """Return what a question gives: a Tensor's numbers, shape and dtype, another value as a text, an error's class and first line."""
    try:
        found = question()
    except (NotImplementedError, RuntimeError) as error:  # the words are those of other functions
        return type(error).__name__
    except ValueError as error:
        return f"ValueError: {str(error).splitlines()[0]}"
    return found if hasattr(found, "dtype") else repr(found)


def same(ours, theirs, what, rtol):
    if isinstance(theirs, str):
        assert of_no_device(ours) == of_no_device(theirs), what
        return
    assert not isinstance(ours, str), (what, ours)
    assert (tuple(ours.shape), str(ours.dtype), ours.requires_grad) == (tuple(theirs.shape), str(theirs.dtype), theirs.requires_grad), what
    ours, theirs = ours.detach().numpy(), theirs.detach().numpy()
    largest = np.abs(theirs[np.isfinite(theirs)]).max(initial=1) if "slope" in what else 1  # a slope is a sum, whose parts may be larger
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * largest, err_msg=what, equal_nan=True)


def answers(library, name, shape, choice, seed, dtype, as_numbers, sample_shape):
    """Yield what a model answers, question by question."""
    model, params = model_of(library, name, shape, choice, seed, dtype, as_numbers)
    yield "repr", answer(lambda: model)
    for asked in ("batch_shape", "event_shape", "has_rsample", "has_enumerate_support", "mean", "mode", "variance", "stddev", "support"):
        yield asked, answer(lambda asked=asked: getattr(model, asked))
    library.manual_seed(seed)
    drawn = answer(lambda: model.sample(sample_shape))
    yield "sample", drawn
    yield "the next number", library.rand(1)
    moved = answer(lambda: model.rsample(sample_shape))
    yield "rsample", moved
    inside = drawn.clamp(0.2, 0.8) if name in ("ContinuousBernoulli", "RelaxedBernoulli") else drawn
    of_value = {asked: answer(lambda asked=asked: getattr(model, asked)(inside)) for asked in ("log_prob", "cdf")}
    yield from of_value.items()
    chance = library.from_numpy(of_kind(UNIT, shape, seed + 9, dtype))
    yield "icdf", answer(lambda: model.icdf(chance))
    for asked in ("entropy", "perplexity", "enumerate_support"):
        yield asked, answer(getattr(model, asked))
    yield "enumerate_support(False)", answer(lambda: model.enumerate_support(expand=False))
    wider = model.expand((2, *model.batch_shape))
    yield "expand", answer(lambda: wider)
    yield "log_prob of the wider", answer(lambda: wider.log_prob(inside[:1] if sample_shape else inside))
    for asked, value in {"log_prob": of_value["log_prob"], "rsample": moved}.items():
        if not isinstance(value, str) and value.requires_grad and params and dtype == np.float64:  # sums of many parts, which float32 does not hold
            weights = library.arange(1.0, value.numel() + 1, dtype=value.dtype).reshape(value.shape)
            for place, slope in enumerate(library.autograd.grad((value * weights).sum(), params, allow_unused=True, retain_graph=True)):
                yield f"slope {place} of {asked}", "None" if slope is None else slope


@pytest.mark.parametrize("name", MODELS)
@given(shape=st.sampled_from([(), (1,), (2,), (2, 3), (3, 1)]), choice=st.integers(0, 2), seed=st.integers(0, 10**6),
       dtype=st.sampled_from([np.float32, np.float64]), as_numbers=st.booleans(), sample_shape=st.sampled_from([(), (1,), (4,), (2, 5)]))
def test_a_model_answers_as_torchs(name, shape, choice, seed, dtype, as_numbers, sample_shape):
    asked = (name, shape, choice, seed, dtype, as_numbers, sample_shape)
    # float64 holds the formulas. In float32, of which numbers are made too, differences of near numbers lose digits on both sides.
    rtol = 1e-11 if dtype == np.float64 and not as_numbers else 5e-4 if name == "ContinuousBernoulli" else 2e-5
    for (what, ours), (_, theirs) in zip(answers(workbook, *asked), answers(torch, *asked), strict=True):
        same(ours, theirs, f"{what} of {asked}", rtol)


BUILT = {  # models made of others; `d` is torch.distributions, `t` gives uneven numbers of a shape
    "a picture": "d.Independent(d.Normal(t(2, 3), t(3).exp()), 1)",
    "all of a batch": "d.Independent(d.Bernoulli(logits=t(4, 2)), 2)",
    "of rows": "d.Independent(d.Categorical(logits=t(4, 2)), 1)",
    "no axis": "d.Independent(d.Laplace(t(2), t(2).exp()), 0)",
    "three bells": "d.MixtureSameFamily(d.Categorical(logits=t(3)), d.Normal(t(3), t(3).exp()))",
    "a batch of bells": "d.MixtureSameFamily(d.Categorical(logits=t(2, 3)), d.Normal(t(2, 3), t(3).exp()))",
    "clouds": "d.MixtureSameFamily(d.Categorical(logits=t(3)), d.Independent(d.Normal(t(3, 2), t(3, 2).exp()), 1))",
    "of counts": "d.MixtureSameFamily(d.Categorical(logits=t(2)), d.Poisson(t(2).exp()))",
    "log": "d.TransformedDistribution(d.Normal(t(2), t(2).exp()), [d.ExpTransform()])",
    "squashed": "d.TransformedDistribution(d.Normal(t(2), t(2).exp()), [d.AffineTransform(t(2), 2.0), d.TanhTransform()])",
    "so far out that tanh is 1": "d.TransformedDistribution(d.Normal(t(2), 30.0), [d.TanhTransform(cache_size=1)])",
    "two remembered": "d.TransformedDistribution(d.Normal(t(2), 30.0), [d.TanhTransform(cache_size=1), d.AffineTransform(t(2), 2.0, cache_size=1)])",
    "falling": "d.TransformedDistribution(d.Normal(t(2), t(2).exp()), d.AffineTransform(1.0, -2.0))",
    "logistic": "d.TransformedDistribution(d.Uniform(torch.zeros(2).double(), torch.ones(2).double()), [d.SigmoidTransform().inv, d.AffineTransform(t(2), t(2).exp())])",
    "a power": "d.TransformedDistribution(d.Exponential(t(2).exp()), d.PowerTransform(torch.tensor(0.5)))",
    "grown": "d.TransformedDistribution(d.Normal(torch.tensor(0.0), torch.tensor(1.0)), d.AffineTransform(t(3), 1.5))",
    "vectors": "d.TransformedDistribution(d.Independent(d.Normal(t(3, 2), t(2).exp()), 1), [d.AffineTransform(t(2), 2.0, event_dim=1), d.ExpTransform()])",
    "turned clouds": "d.TransformedDistribution(d.MultivariateNormal(t(2), torch.eye(2).double()), d.ExpTransform())",
    "nothing done": "d.TransformedDistribution(d.Normal(t(2), t(2).exp()), [])"}
QUESTIONS = ("repr(m)", "m.batch_shape", "m.event_shape", "m.has_rsample", "m.has_enumerate_support", "m.support", "m.mean", "m.mode", "m.variance", "m.stddev", "m.entropy()",
             "m.sample()", "m.sample((4,))", "m.rsample((2, 2))", "m.log_prob(m.sample((3,)))", "m.cdf(m.sample((3,)))", "m.icdf(torch.full(m.batch_shape + m.event_shape, 0.3).double())",
             "m.expand((5,) + tuple(m.batch_shape)).log_prob(m.sample())", "m.expand((5,) + tuple(m.batch_shape)).sample()", "m.enumerate_support()", "m.log_prob(torch.ones(7, 7, 7))",
             "m.log_prob(1.5)", "m.expand((5, 5, 5)).batch_shape")


def asked_of(library, built, question, seed):
    rng = np.random.default_rng(seed)

    def t(*shape):
        return library.from_numpy(rng.random(shape) * 2 - 1)

    model = eval(built, {"d": library.distributions, "torch": library, "t": t})
    library.manual_seed(seed)
    return answer(lambda: eval(question, {"m": model, "torch": library}))


@pytest.mark.parametrize("built", BUILT.values(), ids=BUILT)
@given(question=st.sampled_from(QUESTIONS), seed=st.integers(0, 10**6))
def test_a_model_made_of_others_answers_as_torchs(built, question, seed):
    same(asked_of(workbook, built, question, seed), asked_of(torch, built, question, seed), question, 1e-7)


PAIRS = [(name, name) for name in ("Normal", "HalfNormal", "Laplace", "Cauchy", "Gumbel", "Uniform", "Exponential", "Poisson", "Bernoulli", "ContinuousBernoulli", "Geometric", "Binomial",
                                   "Categorical", "OneHotCategorical", "MultivariateNormal", "LogNormal")] + [("Normal", "Laplace"), ("Uniform", "Normal")]


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
@given(shape=st.sampled_from([(), (2,), (2, 3)]), choices=st.tuples(st.integers(0, 2), st.integers(0, 2)), seed=st.integers(0, 10**6))
def test_the_divergence_of_two_models_and_its_slopes_are_torchs(names, shape, choices, seed):
    found = []
    for library in (workbook, torch):
        (p, params), (q, more) = (model_of(library, name, shape, choice, seed + place, np.float64, False)
                                  for place, (name, choice) in enumerate(zip(names, choices, strict=True)))
        value = library.distributions.kl_divergence(p, q)
        found.append([value, *library.autograd.grad(value.sum(), params + more, allow_unused=True)])
    for ours, theirs in zip(*found, strict=True):
        if theirs is None:
            assert ours is None
        else:
            same(ours, theirs, f"{names} of {shape}, {choices}, {seed}", 1e-9)


CERTAIN = ("d.kl_divergence(d.Bernoulli(torch.tensor([0.0, 1.0, 0.5, 0.5])), d.Bernoulli(torch.tensor([0.0, 1.0, 0.0, 1.0])))",
           "d.kl_divergence(d.Categorical(torch.tensor([0.0, 1.0])), d.Categorical(torch.tensor([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])))",
           "d.kl_divergence(d.Uniform(0.0, 2.0), d.Uniform(torch.tensor([-1.0, 0.5]), 3.0))", "d.Categorical(torch.tensor([0.0, 1.0])).entropy()",
           "d.Multinomial(3, torch.tensor([0.0, 1.0])).log_prob(torch.tensor([0.0, 3.0]))", "d.Geometric(torch.tensor([1.0, 0.5])).log_prob(torch.tensor([0.0, 2.0]))",
           "d.Uniform(0.0, 1.0).log_prob(torch.tensor([0.0, 1.0]))", "d.Binomial(3, torch.tensor(1.0)).mode",
           "d.ComposeTransform([d.AffineTransform(torch.tensor([1.0, 2.0]), 3.0, event_dim=1), d.ExpTransform()]).log_abs_det_jacobian(torch.tensor([[1.0, 2.0]]), None)",
           "d.ComposeTransform([d.ExpTransform(), d.AffineTransform(torch.tensor([1.0, 2.0]), 3.0, event_dim=1)]).log_abs_det_jacobian(torch.tensor([[1.0, 2.0]]), None)",
           "d.Bernoulli(torch.tensor([0.5, 0.2])).mode", "d.Normal(0, 1).sample()", "d.Bernoulli(0.3)", "d.Normal(torch.tensor([0.5]), 2)",
           "d.TanhTransform(cache_size=1).inv(torch.tensor(1.0))", "(lambda t: t.inv(t(torch.tensor(50.0))))(d.TanhTransform(cache_size=1))",
           "(lambda t: t.inv.inv(t(torch.tensor(50.0))))(d.TanhTransform(cache_size=1))", "(lambda t, x: t(t.inv(x)) is x)(d.SigmoidTransform(cache_size=1), torch.tensor(0.3))",
           "d.kl_divergence(d.Binomial(3, torch.tensor(0.5)), d.Binomial(2, torch.tensor(0.5)))", "d.transforms.ExpTransform() == d.transforms.ExpTransform()",
           "d.transforms.AffineTransform(1.0, 2.0) == d.transforms.AffineTransform(1.0, 3.0)", "d.ComposeTransform([d.ExpTransform(), d.ExpTransform().inv])",
           "d.constraints.interval(0, 1)", "d.constraints.integer_interval(0, upper_bound=3).check(torch.tensor([0.5, 3, 4]))", "d.constraints.real_vector", "d.constraints.simplex",
           "d.constraints.positive_definite.check(torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]]))", "d.constraints.half_open_interval(0, 1).check(torch.tensor([0.0, 1.0]))",
           "d.constraints.lower_triangular.check(torch.ones(2, 2))", "d.constraints.one_hot.check(torch.eye(2))", "d.normal.Normal", "d.kl.kl_divergence(d.Normal(0., 1.), d.Normal(1., 1.))")
REFUSED = ("d.Normal(0.0, -1.0)", "d.Normal(torch.tensor([0.0, float('nan')]), 1.0)", "d.Normal('a', 1.0)", "d.Uniform(2.0, 1.0)", "d.Bernoulli()", "d.Bernoulli(0.5, 0.5)", "d.Bernoulli(1.5)",
           "d.Categorical(torch.tensor([0.7, -0.2]))", "d.Categorical(torch.tensor(0.5))", "d.Categorical(logits=torch.tensor(0.5))", "d.Categorical(torch.tensor([0.5, 0.5])).log_prob(torch.tensor(2))",
           "d.Normal(0.0, 1.0).log_prob(0.0)", "d.Normal(torch.zeros(2), 1.0).log_prob(torch.zeros(3))", "d.Bernoulli(0.5).log_prob(torch.tensor(0.5))", "d.Geometric(0.0)", "d.Poisson(-1.0)",
           "d.Multinomial(torch.tensor(3), torch.tensor([0.5, 0.5]))", "d.Multinomial(3, torch.tensor([0.5, 0.5])).log_prob(torch.tensor([4.0, 0.0]))", "d.Exponential(0.0)",
           "d.MultivariateNormal(torch.zeros(2), torch.ones(2, 2))", "d.MultivariateNormal(torch.zeros(2))", "d.MultivariateNormal(torch.tensor(0.0), torch.eye(1))",
           "d.MultivariateNormal(torch.zeros(2), scale_tril=torch.ones(2))", "d.MultivariateNormal(torch.zeros(2), scale_tril=torch.ones(2, 2))", "d.Independent(d.Normal(0.0, 1.0), 1)",
           "d.MixtureSameFamily(d.Normal(0.0, 1.0), d.Normal(0.0, 1.0))", "d.MixtureSameFamily(d.Categorical(torch.ones(2)), 3)",
           "d.MixtureSameFamily(d.Categorical(torch.ones(2)), d.Normal(torch.zeros(3), 1.0))", "d.TransformedDistribution(d.Normal(0.0, 1.0), 3)",
           "d.ContinuousBernoulli(1.5, validate_args=True)", "d.ExpTransform(cache_size=2)", "d.Distribution.set_default_validate_args(3)", "d.Binomial(1.5, 0.5)",
           "d.RelaxedOneHotCategorical(torch.tensor(0.5), torch.tensor([0.5, 0.5])).log_prob(torch.tensor([0.5, 0.6]))", "d.OneHotCategorical(torch.ones(3)).log_prob(torch.ones(3))",
           "d.kl_divergence(d.Poisson(1.0), d.Normal(0.0, 1.0))", "d.kl_divergence(d.Independent(d.Normal(torch.zeros(2), 1.0), 1), d.Independent(d.Normal(torch.zeros(2), 1.0), 0))",
           "d.kl_divergence(d.MultivariateNormal(torch.zeros(2), torch.eye(2)), d.MultivariateNormal(torch.zeros(3), torch.eye(3)))", "d.Poisson(1.0).rsample()", "d.Poisson(1.0).cdf(torch.tensor(1.0))",
           "d.Binomial(torch.tensor([1, 2]), torch.tensor(0.5)).enumerate_support()")


@pytest.mark.parametrize("expression", CERTAIN)
def test_what_is_certain_and_what_is_shown_are_torchs(expression):
    found = []
    for library in (workbook, torch):
        library.manual_seed(0)
        found.append(answer(lambda library=library: eval(expression, {"d": library.distributions, "torch": library})))
    same(*found, expression, 1e-6)


@pytest.mark.parametrize("expression", REFUSED)
def test_what_torch_refuses_is_refused_with_its_first_line_and_two_more(expression):
    with pytest.raises((ValueError, NotImplementedError, AttributeError)) as theirs:
        eval(expression, {"d": torch.distributions, "torch": torch})
    with pytest.raises(theirs.type) as ours:
        eval(expression, {"d": workbook.distributions, "torch": workbook})
    text = str(theirs.value)
    if " ".join(text.split()) and "_independent" not in text:
        first = text.splitlines()[0]
        assert " ".join(str(ours.value).split()).startswith(" ".join(first.split())) or theirs.type is NotImplementedError
    assert "  Why: " in str(ours.value) and "  Fix: " in str(ours.value)


def test_a_model_of_a_students_own_draws_checks_and_prints():
    found = []
    for library in (workbook, torch):
        class Triangular(library.distributions.Distribution):
            arg_constraints = {"top": library.distributions.constraints.positive}
            support = library.distributions.constraints.nonnegative
            has_rsample = True

            def __init__(self, top, validate_args=None):
                self.top = top
                super().__init__(top.shape, validate_args=validate_args)

            def rsample(self, sample_shape=()):
                return library.rand(self._extended_shape(sample_shape)).sqrt() * self.top

        library.manual_seed(3)
        model = Triangular(library.tensor([1.0, 2.0]))
        with pytest.raises(ValueError, match="Expected parameter top"):
            Triangular(library.tensor([1.0, -2.0]))
        found.append((repr(model), str(model.sample((2,))), model.batch_shape, repr(Triangular(library.tensor(-1.0), validate_args=False))))
    assert of_no_device(found[0]) == of_no_device(found[1])


def test_policy_gradients_reach_the_network_as_in_torch():
    found = []
    for library in (workbook, torch):
        library.manual_seed(1)
        net = library.nn.Linear(4, 3)
        model = library.distributions.Categorical(logits=net(library.randn(5, 4)))
        action = model.sample()
        loss = -(model.log_prob(action) * library.arange(5.0)).mean() - 0.01 * model.entropy().mean()
        loss.backward()
        found.append((action.tolist(), loss.item(), net.weight.grad.numpy()))
    assert found[0][0] == found[1][0] and math.isclose(found[0][1], found[1][1], rel_tol=1e-6)
    np.testing.assert_allclose(found[0][2], found[1][2], rtol=1e-5, atol=1e-7)
