"""Grad mode belongs to one thread, also at the same moment; passes run side by side; an error leaves the mode as it was."""

import threading

import pytest

import workbook as torch
from workbook.autograd.modes import thread


def in_thread(function):
    """Run `function` in a thread of its own and return what it returned; an error comes back as an error."""
    outcome = {}

    def run():
        try:
            outcome["value"] = function()
        except Exception as problem:  # handed on to the test's own thread
            outcome["problem"] = problem

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
    if "problem" in outcome:
        raise outcome["problem"]
    return outcome["value"]


@pytest.mark.parametrize("mode", [torch.no_grad(), torch.inference_mode()], ids=lambda mode: type(mode).__name__)
def test_a_mode_is_not_seen_by_another_thread(mode):
    with mode:
        assert in_thread(lambda: (torch.is_grad_enabled(), torch.is_inference_mode_enabled())) == (True, False)


def test_a_thread_that_switches_recording_off_leaves_the_others_alone():
    def off():
        torch.set_grad_enabled(False)
        return torch.is_grad_enabled()

    assert in_thread(off) is False
    assert torch.is_grad_enabled()


def test_two_threads_inside_and_outside_no_grad_at_the_same_moment():
    both_inside = threading.Barrier(2, timeout=10)
    x = torch.ones(2, requires_grad=True)

    def recorded(mode):
        with mode:
            both_inside.wait()
            found = [(x * 2).requires_grad for _ in range(200)]
            both_inside.wait()
            return set(found)

    found = {}
    threads = [threading.Thread(target=lambda name=name, mode=mode: found.update({name: recorded(mode)}))
               for name, mode in (("off", torch.no_grad()), ("on", torch.enable_grad()))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"off": {False}, "on": {True}}


def test_one_mode_object_used_again_inside_itself():
    mode = torch.no_grad()
    with mode:
        with mode:
            assert not torch.is_grad_enabled()
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def test_backward_in_threads_of_their_own_graphs():
    leaves = [torch.ones(50, requires_grad=True) for _ in range(4)]

    def pass_(leaf):
        for _ in range(50):
            (leaf * leaf).sum().backward()

    threads = [threading.Thread(target=pass_, args=(leaf,)) for leaf in leaves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [set(leaf.grad.tolist()) for leaf in leaves] == [{100.0}] * 4


def test_an_error_in_a_pass_leaves_the_mode_as_it_was():
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()
    assert torch.is_grad_enabled() and not thread.state.on_arrays
    with pytest.raises(TypeError):  # were `on_arrays` left on, this would compute
        torch.mul(2.0, "x")


def test_a_hook_computes_with_tensors():
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda grad: torch.where(grad > 0, grad * 2, grad).clone())
    (x * 3).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]
