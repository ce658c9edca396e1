"""copy.deepcopy and pickle of Tensors that share memory, as in torch."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook

VIEWS = ("a", "a.t()", "a[1:]", "a[:, ::2]", "a[0]", "a.view(-1)[3:5]", "a[:1].expand(4, 3)", "a[0, 1]", "a[:0]", "a.diagonal()")


@given(st.lists(st.sampled_from(VIEWS), min_size=1, max_size=3), st.integers(0, 2))
def test_copies_of_views_share_memory_as_the_views_do(texts, written):
    seen = []
    for library in (torch, workbook):
        a = library.arange(12.0).view(4, 3)
        views = [eval(text, {"a": a}) for text in texts]
        copies = copy.deepcopy(views)
        copies[written % len(copies)].add_(100) if "expand" not in texts[written % len(copies)] else None
        assert a.tolist() == library.arange(12.0).view(4, 3).tolist()
        seen.append([(part.tolist(), tuple(part.shape), part.stride(), part.storage_offset()) for part in copies])
    assert seen[0] == seen[1]


def test_a_copy_counts_writes_with_its_views_and_has_no_hooks():
    for library in (torch, workbook):
        w = library.ones(2, requires_grad=True)
        w.register_hook(lambda grad: grad * 10)
        w.sum().backward()
        twin = copy.deepcopy(w)
        assert twin.grad.tolist() == [10, 10] and twin.grad is not w.grad
        twin.sum().backward()
        assert twin.grad.tolist() == [11, 11]
        a = library.ones(2)
        b, c = copy.deepcopy([a, a[:1]])
        b.add_(1)
        assert c.tolist() == [2]


def test_a_gradient_with_history_is_not_copied():
    for library in (torch, workbook):
        w = library.ones(2, requires_grad=True)
        (w * w).sum().backward(create_graph=True)
        with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
            copy.deepcopy(w)


def test_what_a_student_set_on_a_tensor_is_pickled():
    for library in (torch, workbook):
        a = library.ones(2)
        a.unit = "cm"
        assert pickle.loads(pickle.dumps(a)).unit == "cm"


def test_the_old_constructor_shares_an_array_of_float32():
    for library in (torch, workbook):
        for kind, then in ((np.float32, [2, 2]), (np.float64, [1, 1]), (np.int64, [1, 1])):
            n = np.ones(2, kind)
            t = library.Tensor(n)
            n += 1
            assert t.tolist() == then


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0, 3), (3, 0), (0, 1, 4)])
def test_strides_where_there_is_nothing(shape):
    assert workbook.zeros(shape).stride() == torch.zeros(shape).stride()
    assert (workbook.zeros(3, 4)[:0] + 1).stride() == (torch.zeros(3, 4)[:0] + 1).stride()
