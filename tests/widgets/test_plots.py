"""The still figures of matplotlib: what they draw, by what stands in their axes."""

import numpy as np
import pytest
import workbook as torch
from workbook import nn
from workbook.widgets import per_class_accuracy, show_pictures

pytest.importorskip("matplotlib", reason="draws the figures: pip install workbook[lab]")


def test_pictures_stand_under_their_names_from_black_to_white():
    images = torch.tensor([[[[-1.0, 0.0], [0.0, 1.0]]], [[[0.0, 0.0], [0.0, 0.0]]]])
    figure = show_pictures(images, torch.tensor([1, 0]), classes=["cat", "dog"])
    axes = figure.axes
    assert [axis.get_title() for axis in axes] == ["dog", "cat"]
    assert [axis.images[0].get_array().tolist() for axis in axes] == [[[0.0, 0.5], [0.5, 1.0]], [[0.5, 0.5], [0.5, 0.5]]]


def test_colours_and_one_picture_alone():
    picture = torch.arange(12.0).view(3, 2, 2) / 11
    (axis,) = show_pictures(picture).axes
    assert axis.images[0].get_array()[1, 0].tolist() == pytest.approx([2 / 11, 6 / 11, 10 / 11]) and axis.get_title() == ""
    assert len(show_pictures(np.zeros((70, 1, 2, 2))).axes) == 64


@pytest.mark.parametrize(("arguments", "said"), [
    ((torch.zeros(2, 2),), "shape \\(2, 2\\)"), ((torch.zeros(4, 5, 5),), "shape \\(4, 5, 5\\)"), (("cat.png",), "got a str"),
    ((torch.zeros(0, 1, 2, 2),), "got nothing"), ((torch.zeros(2, 1, 2, 2), torch.tensor([1])), "2 pictures and 1 labels")])
def test_what_are_no_pictures(arguments, said):
    with pytest.raises(ValueError, match=said):
        show_pictures(*arguments)


def test_accuracy_of_each_class_in_the_mode_of_use():
    scores = torch.tensor([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 3.0, 0.0]])
    net = nn.Sequential(nn.Dropout(0.99))
    net.train()
    figure = per_class_accuracy(net, [(scores[:2], torch.tensor([0, 0])), (scores[2:], torch.tensor([0, 1, 1]))], classes=["cat", "dog", "owl"])
    (axis,) = figure.axes
    assert [bar.get_width() for bar in axis.patches] == pytest.approx([200 / 3, 100.0]) and net.training
    assert [text.get_text() for text in axis.texts] == ["67 %  (2 of 3)", "100 %  (2 of 2)"] and "80.0 %" in axis.get_xlabel()
    assert [label.get_text() for label in axis.get_yticklabels()] == ["cat", "dog"]


def test_a_network_without_scores_is_refused():
    with pytest.raises(ValueError, match="gave shape \\(2, 1\\) for labels of shape \\(2,\\)"):
        per_class_accuracy(nn.Linear(3, 1), [(torch.zeros(2, 3), torch.tensor([0, 1]))])


def test_what_is_no_network_and_no_labels():
    with pytest.raises(TypeError, match="needs a network first, and got a NoneType"):
        per_class_accuracy(None, [])
    with pytest.raises(ValueError, match="inputs without labels"):
        per_class_accuracy(nn.Linear(3, 1), [torch.zeros(2, 3)])


def test_no_module_takes_the_name_of_a_view():
    """A module that is imported becomes an attribute of its package, and would stand where the function stood."""
    import pkgutil

    import workbook.widgets

    modules = {module.name for module in pkgutil.iter_modules(workbook.widgets.__path__)}
    assert modules & set(workbook.widgets.__all__) == {"recording"}
