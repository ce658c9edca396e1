"""Random numbers on a GPU: one stream for every device, drawn by a generator of the same kind."""

import pytest

import workbook as torch

DRAWS = ["torch.rand(2, device=place, generator=g)", "torch.randn(2, device=place, generator=g)", "torch.randint(3, (2,), device=place, generator=g)",
         "torch.randperm(3, device=place, generator=g)", "torch.normal(0.0, 1.0, (2,), device=place, generator=g)", "torch.normal(x, 1.0, generator=g)",
         "torch.rand_like(x, generator=g)", "torch.randn_like(x, generator=g)", "torch.randint_like(x, 3, generator=g)", "torch.bernoulli(x, generator=g)",
         "torch.multinomial(x, 1, generator=g)", "torch.poisson(x, generator=g)", "torch.binomial(x, x, generator=g)", "x.uniform_(generator=g)",
         "x.normal_(generator=g)", "x.bernoulli_(0.5, generator=g)", "x.exponential_(generator=g)", "x.random_(generator=g)",
         "x.cauchy_(generator=g)", "torch.nn.init.xavier_uniform_(x.view(1, 2), generator=g)", "torch.nn.init.trunc_normal_(x, generator=g)"]


@pytest.mark.parametrize("text", DRAWS)
def test_a_generator_draws_for_devices_of_its_own_kind(text):
    with torch.cuda.simulate(1):
        assert torch.equal(drawn(text, "cuda", "cuda").cpu(), drawn(text, "cpu", "cpu"))  # one stream for every device
        for place, other in (("cuda", "cpu"), ("cpu", "cuda")):
            with pytest.raises(RuntimeError, match=f"Expected a '{place}' device type for generator but found '{other}'"):
                drawn(text, place, other)


def drawn(text, place, of):
    given = {"x": torch.full((2,), 0.5, device=place), "g": torch.Generator(of).manual_seed(1)}
    return eval(text, {"torch": torch, "place": place, **given})
