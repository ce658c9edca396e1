"""What the dashboard counts, against what is counted by hand."""

import math

import numpy as np
import pytest
import workbook as torch
import workbook.nn.functional as F
from workbook import nn
from workbook.widgets.watched import BINS, LONGEST, SAMPLED, Confusion, Curve, dead_units, histogram, recent, relus, said_and_right, top


def test_a_curve_that_grows_too_long_puts_neighbours_together_and_forgets_nothing():
    curve, given = Curve(), [float(place % 7) for place in range(3 * LONGEST)]
    for place, loss in enumerate(given):
        curve.add(loss, right=place % 3, of=4)
    losses = curve.losses()
    assert curve.width == 4 and len(losses) == 3 * LONGEST // 4 and curve.steps == 3 * LONGEST
    assert losses == [sum(given[at:at + 4]) / 4 for at in range(0, len(given), 4)]
    assert curve.accuracies()[5] == sum(place % 3 for place in range(20, 24)) / 16


def test_the_last_point_of_a_long_curve_is_the_mean_of_the_steps_it_has():
    curve = Curve()
    for loss in [0.0] * LONGEST + [3.0, 5.0, 8.0]:
        curve.add(loss)
    assert curve.losses()[-2:] == [4.0, 8.0] and math.isnan(curve.accuracies()[-1])


def test_the_running_mean():
    assert recent([1.0, 2.0, 6.0, 10.0], 3) == [1.0, 1.5, 3.0, 6.0]


def test_a_confusion_table_is_counted_in_the_order_right_class_said_class_and_grows():
    table = Confusion()
    table.add(np.array([0, 0, 1]), np.array([0, 1, 1]))
    assert table.counts.tolist() == [[1, 1], [0, 1]]
    table.add(np.array([3, 3]), np.array([0, 0]))
    assert table.counts.tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [2, 0, 0, 0]]
    assert (table.right, table.of, table.most_mistaken()) == (2, 5, (3, 0, 2))
    assert table.each()[:2] == [0.5, 1.0] and math.isnan(table.each()[2]) and table.each()[3] == 0.0


def test_a_table_of_the_words_of_a_language_stays_small():
    table = Confusion()
    table.add(np.array([7, 50_000, 60_000]), np.array([7, 50_000, 3]))
    assert len(table.counts) == 8 and (table.right, table.of, int(table.counts.sum())) == (2, 3, 1)


def test_a_table_without_a_mistake_and_one_without_anything():
    table = Confusion()
    assert (table.right, table.of, table.most_mistaken()) == (0, 0, None)
    table.add(np.array([1]), np.array([1]))
    assert table.most_mistaken() is None


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i8"])
def test_a_histogram_has_its_middle_at_zero(dtype):
    found = histogram(np.array([[-4, 0, 0], [1, 4, 4]], dtype=dtype))
    by_hand = [0] * BINS
    by_hand[0], by_hand[15], by_hand[int((1 / 4 + 1) * 15.5)], by_hand[30] = 1, 2, 1, 2
    assert found.counts == by_hand and found.reach == 4.0 and found.size == pytest.approx(math.sqrt(49 / 6)) and found.broken == 0


def test_a_histogram_of_nothing_of_zeros_and_of_what_is_no_number():
    assert histogram(np.zeros((0, 3))).counts == [0] * BINS
    zeros = histogram(np.zeros(5, dtype="f4"))
    assert zeros.counts[15] == 5 and zeros.reach == zeros.size == 0.0
    broken = histogram(np.array([np.nan, np.inf, -np.inf, 2.0]))
    assert (broken.broken, broken.reach, sum(broken.counts)) == (3, 2.0, 1)
    assert histogram(np.full(4, np.nan)).broken == 4


def test_a_large_array_is_looked_at_in_even_steps():
    array = np.tile(np.array([-1.0, 1.0, 1.0], dtype="f4"), SAMPLED)
    found = histogram(array)
    assert SAMPLED // 2 <= sum(found.counts) <= SAMPLED and found.reach == 1.0


def test_units_that_are_zero_for_the_whole_batch():
    assert dead_units(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])) == (1, 3)
    pictures = np.zeros((2, 3, 4, 4))
    pictures[1, 0, 3, 2] = 0.5
    assert dead_units(pictures) == (2, 3)


def test_every_relu_of_a_network_is_found_and_named_by_the_layer_before_it():
    net = nn.Module()
    net.first, net.second, net.last = nn.Conv2d(1, 2, 1), nn.Linear(8, 3), nn.Linear(3, 2)
    with torch.no_grad():
        net.first.weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))
        net.first.bias.zero_()
        net.second.weight.fill_(1.0)
        net.second.bias.copy_(torch.tensor([-100.0, 0.0, 1.0]))
    x = torch.ones(4, 1, 2, 2)
    hidden = F.relu(net.second(F.max_pool2d(F.relu(net.first(x)), 1).flatten(1)))
    names = {id(param): name.rpartition(".")[0] for name, param in net.named_parameters()}
    found = relus(net.last(hidden), names)
    assert [(each.behind, each.dead, each.of) for each in found] == [("first", 1, 2), ("second", 1, 3)]
    hidden.sum().backward()
    assert relus(hidden, names) == []  # backward let go of what was saved


def test_a_relu_of_the_inputs_and_none_at_all():
    weight = torch.ones(1, requires_grad=True)
    assert [each.behind for each in relus(torch.relu(weight * 2), {})] == ["the inputs"]
    assert relus(torch.ones(2), {}) == [] and relus(weight * 2, {}) == []


def test_what_the_network_says():
    scores = np.array([[1.0, 5.0], [4.0, 2.0], [0.0, 3.0]])
    said, labels = said_and_right(scores, np.array([1, 0, 0]))
    assert said.tolist() == [1, 0, 1] and labels.tolist() == [1, 0, 0]
    said, labels = said_and_right(scores, np.array([-100, 0, 0]))
    assert said.tolist() == [0, 1] and labels.tolist() == [0, 0]
    pixels = np.zeros((1, 3, 2, 2))
    pixels[0, 2, 0, 1] = 1.0
    assert said_and_right(pixels, np.zeros((1, 2, 2), dtype=int))[0].tolist() == [0, 2, 0, 0]


@pytest.mark.parametrize(("outputs", "labels"), [
    (np.zeros((3, 1)), np.zeros(3, dtype=int)), (np.zeros(3), np.zeros(3, dtype=int)), (np.zeros((3, 2)), np.zeros(3)),
    (np.zeros((3, 2)), np.zeros((3, 2), dtype=int)), (np.zeros((3, 2)), np.zeros(2, dtype=int))])
def test_what_are_no_scores_of_classes(outputs, labels):
    assert said_and_right(outputs, labels) is None


def test_the_highest_probabilities():
    scores = np.array([1.0, 3.0, 2.0, 1000.0])
    assert [place for place, _ in top(scores)] == [3, 1, 2] and top(scores)[0][1] == 1.0
    shares = [share for _, share in top(np.log(np.array([1.0, 2.0, 5.0])))]
    assert shares == pytest.approx([5 / 8, 2 / 8, 1 / 8])
