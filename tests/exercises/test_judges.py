"""Judges: the right answer in every form, and for each wrong one the words that help."""


import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook as torch
from workbook.exercises.checking import undisturbed
from workbook.exercises.exercise import Names
from workbook.exercises.judges import function, number, order, tensor, text

HALF_STEP = {18: "18 is without the mean.", "2 * 13.5": "27 is the value."}


def judged(judge, source, setup=""):
    names = Names(setup)
    return judge(names.evaluate(source) if isinstance(source, str) else source, names)


@pytest.mark.parametrize(
    "right", ["4.5", "torch.tensor(4.5)", "9 / 2", "__import__('numpy').float32(4.5)", "4.5 + 1e-9", "torch.full((2, 2), 4.5)"]
)
def test_a_number_is_right_in_every_form(right):
    assert judged(number(4.5, each=(2, 2)), right) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("18", "18 is without the mean."),
        ("torch.tensor(27.0)", "27 is the value."),
        ("-4.5", "wrong sign"),
        ("4.51", "close, but not exact enough"),
        ("5", "5 is not it."),
        ("torch.tensor([4.5])", r"a tensor of shape \(1,\); one number is asked for. The number stands inside it"),
        ("torch.full((2, 2), 4.5)", r"a tensor of shape \(2, 2\); one number"),
        ("'4.5'", "without quotation marks"),
        ("None", "The answer is None. A call that only changes something"),
        ("torch.relu", "Call it, with brackets"),
        ("True", "True or False"),
        ("float('nan')", "not an ordinary number"),
        ("float('inf')", "not an ordinary number"),
        ("10 ** 400", "a very large number is not it"),
        ("4.5 + 1j", "not an ordinary number"),
        ("[4.5]", "a list"),
        ("torch", "a module"),
        ("torch.Tensor", "a class"),
    ],
)
def test_a_wrong_number_is_answered_by_its_misconception(wrong, words):
    assert re.search(words, judged(number(4.5, known=HALF_STEP), wrong))


def test_one_wrong_entry_among_each_is_seen():
    judge = number(4.5, each=(2, 2), known={18: "18 is without the mean."})
    assert judged(judge, "torch.tensor([[4.5, 4.5], [4.5, 18.0]])") == "18 is without the mean."


@given(st.floats(allow_nan=True) | st.integers() | st.complex_numbers())
def test_only_the_number_itself_is_right(value):
    accepted = number(4.5)(value, Names()) is None
    assert accepted == (not isinstance(value, complex) and abs(value - 4.5) <= 4.5e-6 or value == 4.5)


Y = "y = torch.arange(6).reshape(2, 3)"
TRANSPOSE = tensor("y.t()", known={"y.reshape(3, 2)": "reshape keeps the order of the numbers."})


@pytest.mark.parametrize("right", ["y.t()", "torch.tensor([[0, 3], [1, 4], [2, 5]])", "torch.stack([y[0], y[1]], 1)"])
def test_a_tensor_is_right_by_its_values(right):
    assert judged(TRANSPOSE, right, Y) is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("y.reshape(3, 2)", "reshape keeps the order of the numbers."),
        ("y", "The tensor has shape (2, 3): the lengths are right, their order is not."),
        ("y[0]", "The tensor has shape (3,), one axis; 2 axes are asked for."),
        ("y.t()[:, :1]", "The tensor has shape (3, 1), and axis 1 does not have the length asked for."),
        ("y.t().float()", "The tensor has the right numbers as float32; another dtype is asked for."),
        ("y.t() + 0j", "The tensor holds complex numbers; real ones are asked for."),
        ("y.t() * torch.tensor([1, 2])", "The tensor has 6 at [0, 1], and that is not the number asked for there."),
        ("[[0, 3], [1, 4], [2, 5]]", "The answer is a list; a tensor is asked for."),
        ("y.t().numpy()", "The answer is a NumPy array; a tensor is asked for."),
        ("None", "The answer is None; a tensor is asked for."),
    ],
)
def test_a_wrong_tensor_is_told_by_shape_place_or_dtype(wrong, message):
    assert judged(TRANSPOSE, wrong, Y) == message


def test_a_tensor_of_nan_is_not_right():
    assert judged(tensor([1.0, 2.0]), "torch.tensor([1.0, float('nan')])") == (
        "The tensor has nan at [1], and that is not the number asked for there."
    )


def test_lists_are_right_only_where_they_may_be():
    assert judged(tensor([0.0, 2.0, 2.0], lists=True), "[0, 2, 2]") is None
    said = judged(tensor([0.0, 2.0, 2.0], lists=True), "[1, 2, 3]")
    assert said == "The list has 1 at place 0, and that is not the number asked for."
    said = judged(tensor([0.0, 2.0, 2.0], lists=True), "[[0, 2, 2]]")
    assert said == "The list has 1 entry, and that is not the number of entries asked for."


COUNTS = tensor([0, 2, 2], lists=True, known={"torch.tensor([1, 3, 3])": "PyTorch counts from 0."})


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("[0, 2, 2]", None),
        ("(0, 2, 2)", None),
        ("[0., 2., torch.tensor(2)]", None),
        ("torch.tensor([0, 2, 2], dtype=torch.int32)", None),
        ("torch.tensor([0., 2., 2.])", None),
        ("__import__('numpy').array([0, 2, 2])", None),
        ("torch.Size([0, 2, 2])", None),
        ("(1, 3, 3)", "PyTorch counts from 0."),
        ("torch.tensor([1, 3, 3])", "PyTorch counts from 0."),
        ("[0.5, 2, 2]", "The list has 0.5 at place 0, and that is not the number asked for."),
        ("torch.tensor([0, 2, 3])", "The tensor has 3 at place 2, and that is not the number asked for."),
        ("[0, 2]", "The list has 2 entries, and that is not the number of entries asked for."),
        ("'[0, 2, 2]'", "The answer is text; a list is asked for. Write it without quotation marks."),
        ("None", "The answer is None; a list is asked for."),
        ("2", "The answer is a number; a list is asked for."),
        ("torch.tensor(2)", "The answer is a tensor of shape (); a list is asked for."),
        ("[0, True, 2]", "The list is not right at place 1: this entry is True or False; a number is asked for."),
        ("torch.ones(3, dtype=torch.bool)", "The answer is a tensor of shape (3,); a list is asked for."),
        ("{0, 2}", "The answer is a set; a list is asked for."),
    ],
)
def test_where_a_list_is_asked_for(answer, message):
    assert judged(COUNTS, answer) == message


def test_the_dtype_of_a_list_can_be_named():
    assert judged(tensor([0, 1], dtype="float64"), "torch.tensor([0.0, 1.0]).double()") is None
    assert "another dtype" in judged(tensor([0, 1], dtype="float64"), "torch.tensor([0, 1])")


NAME = text("grad_fn", known={"creator": "creator was its name before 2018."})


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("grad_fn", None),
        ("creator", "creator was its name before 2018."),
        ("Grad_Fn", "The letters are right; capital and small letters count."),
        (".grad_fn ", "The name is right, but there is something around it: blanks, a dot or a second pair of quotation marks."),
        ("grad", "'grad' is not it."),
        ("  ", "The text is empty."),
        (3, "The answer is a number; a text is asked for: write it between quotation marks."),
        (["grad_fn"], "The answer is a list; a text is asked for: write it between quotation marks."),
    ],
)
def test_a_text(answer, message):
    assert NAME(answer, Names()) == message


def test_a_text_that_says_it_equals_everything_is_not_right():
    class Sly(str):
        __eq__ = lambda self, other: True  # noqa: E731
        __hash__ = str.__hash__

    assert NAME(Sly("creator"), Names()) == "creator was its name before 2018."
    assert NAME(Sly("grad_fn"), Names()) is None


def test_a_text_may_be_read_from_the_names():
    version = text(lambda names: names["torch"].__version__)
    assert version(str(torch.__version__), Names()) is None
    assert version("1.9.0+cpu", Names()) == "'1.9.0+cpu' is not it."


STEP = order("ABC", [("A", "B", "The loss comes before its gradient."), ("B", "C", "A step needs gradients.")])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("ABC", None),
        ("a, b, c", None),
        (["A", "B", "C"], None),
        ("BAC", "The loss comes before its gradient."),
        ("ACB", "A step needs gradients."),
        ("AB", "Each of the letters A, B, C stands in the answer once, and no other."),
        ("AABC", "Each of the letters A, B, C stands in the answer once, and no other."),
        (123, "The answer is a number; write the letters in their order, as in 'ABC'."),
    ],
)
def test_an_order(answer, message):
    assert STEP(answer, Names()) == message


def test_every_order_that_keeps_the_rules_is_right():
    judge = order("ABCD", [("A", "B", "one"), ("C", "D", "two")])
    assert [judge(answer, Names()) for answer in ("ABCD", "CDAB", "ACBD", "CABD")] == [None] * 4


SQUARES = function(
    "lambda t: (t * t).mean()",
    ("torch.tensor([1.0, 2.0, 3.0])", "torch.ones(2, 3) * 4"),
    known={"lambda t: t.mean() ** 2": "This is the square of the mean."},
)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("lambda t: (t * t).mean()", None),
        ("lambda t: (t ** 2).sum() / t.numel()", None),
        ("lambda t: t.mean() ** 2", "This is the square of the mean."),
        ("lambda t: 14 / 3", "Called with torch.tensor([1.0, 2.0, 3.0]) the result is a number; a tensor is asked for."),
        ("lambda t: t.mul_(t).mean()", "torch.tensor([1.0, 2.0, 3.0]) your function changes what it is given. The caller still needs it."),
        ("lambda t: print(t)", "Called with torch.tensor([1.0, 2.0, 3.0]) your function returns None. Is there a `return`?"),
        ("lambda t: t.nothing", "Called with torch.tensor([1.0, 2.0, 3.0]) your function raises AttributeError"),
        ("lambda: 3", "your function raises TypeError"),
        ("torch.tensor(4.0)", "The answer is a tensor of shape (); a function is asked for, itself and not its result."),
        ("lambda t: torch.tensor(14 / 3) if t.dim() == 1 else t", "Called with torch.ones(2, 3) * 4 the result has shape (2, 3)"),
    ],
)
def test_a_function_is_called_on_fresh_data(source, message):
    found = judged(SQUARES, source)
    assert found is None if message is None else message in found


def test_memory_that_nobody_filled_does_not_pass_for_zeros():
    judge = function("torch.zeros", ("2, 3",), known={"torch.empty": "Nobody filled it."})
    with undisturbed():
        assert judged(judge, "torch.zeros") is None
        assert judged(judge, "torch.empty") == judged(judge, "torch.Tensor(1).new_empty") == "Nobody filled it."
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_reference_that_changes_its_data_does_not_change_the_student_s():
    judge = function("lambda t: t.add_(1)", ("torch.zeros(2)", "torch.ones(1)"), keeps=False)
    assert judged(judge, "lambda t: t + 1") is None
    assert judged(judge, "lambda t: t.add_(1)") is None


def test_a_function_that_raises_shows_no_address_and_no_path():
    class Thing:
        pass

    def fails(t):
        raise ValueError(f"{Thing()} in /somewhere/deep/file.py")

    assert judged(SQUARES, fails).endswith("Thing object> in file.py")


def test_results_of_several_parts_are_compared_part_by_part():
    judge = function("lambda t: (t + 1, [t.shape, 'ok'])", ("torch.zeros(2)",))
    assert judged(judge, "lambda t: (t + 1, [t.shape, 'ok'])") is None
    assert "place 0: this entry has 2 at [0]" in judged(judge, "lambda t: (t + 2, [t.shape, 'ok'])")
    assert "place 1: this entry is not right at place 1" in judged(judge, "lambda t: (t + 1, [t.shape, 'no'])")
    assert judged(judge, "lambda t: [t + 1, [t.shape, 'ok']]") is None  # `return [a, b]` gives the same two things
    assert "is a tuple; a list is asked for" in judged(judge, "lambda t: (t + 1, (t.shape, 'ok'))")
    assert "3 entries" in judged(judge, "lambda t: (t + 1, [t.shape, 'ok'], 0)")


def test_infinite_results_are_compared_as_such():
    judge = function("lambda t: t / 0", ("torch.ones(2)",))
    assert judged(judge, "lambda t: t * float('inf')") is None
    assert judged(judge, "lambda t: t * -float('inf')") is not None


@pytest.mark.parametrize("source, words", [
    ("lambda t, u: ((t * u) ** 2).mean()", None),
    ("lambda t, u: sum((a * b) ** 2 for a, b in zip(t, u)) / len(t)", None),
    ("lambda t, u: ((t * u) ** 2).mean().detach()", "the result is cut from the graph"),
    ("lambda t, u: torch.tensor(((t * u) ** 2).mean().item())", "the result is cut from the graph"),
    ("lambda t, u: (t * u * (t * u).detach()).mean()", "a part of the formula is cut"),
    ("lambda t, u: torch.from_numpy((t * u).numpy() ** 2).mean()", "a tensor that requires a gradient"),
])
def test_a_function_that_learns_lets_the_gradient_through(source, words):
    judge = function("lambda t, u: ((t * u) ** 2).mean()", ("torch.ones(2), torch.ones(2)", "torch.tensor([1., 2.]), torch.tensor([3., -1.])"), learns=True)
    found = judged(judge, source)
    assert found is None if words is None else words in found


def test_no_axis_is_one_subject():
    judge = function("lambda t: t.sum()", ("torch.ones(2)",))
    assert "no axis is asked for" in judged(judge, "lambda t: t.sum(0, keepdim=True)") and "no axis; one axis" not in judged(judge, "lambda t: t")


def test_a_tensor_that_lies_about_itself_is_not_believed():
    class Lying(torch.Tensor):
        def tolist(self):
            return [[1.0, 2.0]]

        reshape = detach = lambda self, *shape: self

    made = torch.zeros(1, 2)
    judge = tensor([[1.0, 2.0]])
    assert judge(torch.tensor([[1.0, 2.0]]), Names("")) is None
    assert "a tensor is asked for" in judge(Lying([[0.0, 0.0]]), Names(""))
    made.tolist = made.reshape = made.detach = lambda *shape: [1.0, 2.0]
    assert judge(made, Names("")) is not None


def test_near_is_told_by_the_size_of_the_right_number():
    assert "count exactly" in judged(number(48120), "48121")
    assert "not exact enough" in judged(number(0.1), "0.0995")
    assert "is not it" in judged(number(0.1), "0.09")
