"""The conveyor: batches, order and times are those of a real loader, and the transform is the data set's own."""

import multiprocessing
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import workbook as torch
from tests.widgets.page import press
from workbook.utils.data import DataLoader, Dataset, IterableDataset, Subset, WeightedRandomSampler
from workbook.vision import transforms
from workbook.vision.datasets import Digits
from workbook.widgets import conveyor


def parts(view, tag):
    return [part for part in ET.fromstring(view.drawing).iter() if part.tag.endswith(tag)]


def order(view):
    return [batch.samples for batch in view.batches]


class Pictures(Dataset):
    def __init__(self, transform=None):
        self.transform = transform

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return self.transform(np.full((4, 6, 1), 25 * index, np.uint8)), index


TWO = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])


@pytest.mark.parametrize("workers", [0, 2])
def test_the_batches_are_those_of_a_loader_with_that_seed(workers):
    view = conveyor(DataLoader(range(10), 4, shuffle=True, num_workers=workers))
    for epoch in range(2):
        torch.manual_seed(epoch)
        assert order(view) == [batch.tolist() for batch in DataLoader(range(10), 4, shuffle=True)]
        assert {batch.worker for batch in view.batches} == ({0, 1} if workers else {None})
        assert all(0 <= batch.began <= batch.ended for batch in view.batches)
        assert all(batch.ended <= batch.given for batch in view.batches)
        view.act("epoch")
    assert multiprocessing.active_children() == []


def test_what_the_reader_sets_is_what_a_loader_does():
    view = conveyor(DataLoader(range(10), 4))
    assert view.state["sentence"].startswith("10 samples in batches of 4 make 3 batches, the last one of 2.")
    view.act("set", "drop_last", True)
    assert order(view) == [[0, 1, 2, 3], [4, 5, 6, 7]] and "; 2 samples are left out." in view.state["sentence"]
    view.act("set", "batch_size", "5")
    assert order(view) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    view.act("set", "shuffle", True)
    assert sorted(sum(order(view), [])) == list(range(10)) and order(view)[0] != [0, 1, 2, 3, 4]
    view.act("reset")
    assert order(view) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] and view.state["title"] == "DataLoader(dataset, batch_size=4)"


def test_batches_come_one_by_one():
    view = conveyor(DataLoader(range(10), 4))
    for _ in range(5):
        view.act("back")
    assert view.shown == 0 and "Press step" in view.state["sentence"] and view.state["table"]["rows"] == []
    view.act("on")
    assert "Batch 0 holds samples 0, 1, 2, 3: your loop read it" in view.state["sentence"] and len(view.state["table"]["rows"]) == 1
    view.act("end")
    assert view.shown == 3 and [button[3] for button in view.state["nav"]] == [True, False, False, True, False]


def test_the_picture_is_followed_through_the_transform():
    view = conveyor(DataLoader(Subset(Pictures(TWO), [9, 4]), 2))
    steps = view.steps
    assert [name for name, _, _ in steps] == ["as it lies", "ToTensor", "Normalize"] and len(parts(view, "image")) == 3
    assert [shape for _, _, shape in steps] == [(4, 6, 1), (1, 4, 6), (1, 4, 6)]
    assert [float(numbers.max()) for _, numbers, _ in steps] == pytest.approx([225, 225 / 255, 2 * 225 / 255 - 1])
    view.act("set", "sample", "1")
    assert view.steps[0][1].max() == 100
    assert view.state["panels"][0]["lines"] == ["batch[0]: (2, 1, 4, 6), torch.float32", "batch[1]: (2,), torch.int64"]


def test_nothing_of_the_students_is_changed():
    data = Digits(transform=transforms.Compose([transforms.ToTensor(), transforms.RandomRotation(20)]))
    transform, loader = data.transform, DataLoader(data, 4, shuffle=True)
    torch.manual_seed(3)
    expected = torch.rand(1).item()
    torch.manual_seed(3)
    view = conveyor(loader)
    view.act("epoch")
    assert torch.rand(1).item() == expected and data.transform is transform and len(view.batches) == 8
    assert "and 352 more batches" in view.drawing


def test_a_sample_is_chosen_only_where_there_are_pictures_and_among_those_there_are():
    controls = [control["id"] for control in conveyor(DataLoader(range(10), 4)).state["controls"]]
    assert controls == ["batch_size", "shuffle", "drop_last", "num_workers"]
    view = conveyor(DataLoader(Pictures(TWO), 4))
    for asked, got in (("-3", "0"), ("99", "9")):
        view.act("set", "sample", asked)
        assert view.state["controls"][-1]["value"] == got and len(view.steps) == 3


def test_one_sample_is_told_as_one():
    view = conveyor(DataLoader(range(10), 3))
    assert "Batch 3 holds sample 9: your loop" in view.state["sentence"]
    view.act("back")
    assert "Batch 2 holds samples 6, 7, 8: your loop" in view.state["sentence"]


def test_a_sampler_of_the_students_own_is_kept():
    view = conveyor(DataLoader(range(3), 2, sampler=WeightedRandomSampler([0.0, 1.0, 0.0], 5)))
    assert order(view) == [[1, 1], [1, 1], [1]] and "by WeightedRandomSampler" in view.drawing
    assert view.state["sentence"].startswith("5 samples in batches of 2 make 3 batches, the last one of 1.")


def test_a_data_set_that_fails_later_is_told_in_the_view():
    class Fails(Dataset):
        broken = False

        def __len__(self):
            return 4

        def __getitem__(self, index):
            return 1 / (index - 3 * self.broken)

    with pytest.raises(ZeroDivisionError):
        conveyor(DataLoader(Fails()))
    data = Fails()
    data.__class__.__getitem__ = lambda self, index: 1 / (index - 3) if self.broken else index
    view = conveyor(DataLoader(data))
    data.broken = True
    view.act("epoch")
    assert view.state["sentence"].startswith("The loader stopped after 3 batches. ZeroDivisionError: ") and view.count == 4


def test_a_still_picture_says_the_same():
    still = conveyor(DataLoader(Pictures(TWO), 4, num_workers=1)).still()
    page = still._repr_html_()
    assert "10 samples in batches of 4 make 3 batches" in page and still.svg.count("data:image/png") == 3 and "--wb-" not in still.svg


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(3))


@pytest.mark.parametrize("error, given, words", [
    (TypeError, [1, 2], "conveyor() needs a DataLoader, and got list"), (TypeError, None, "got NoneType"),
    (ValueError, DataLoader(Stream()), "samples with numbers"), (ValueError, DataLoader(range(3), None), "makes no batches itself"),
    (ValueError, DataLoader(range(3), batch_sampler=[[1, 2]]), "makes no batches itself"), (ValueError, DataLoader([]), "an empty data set"),
])
def test_what_cannot_be_shown_is_told(error, given, words):
    with pytest.raises(error) as caught:
        conveyor(given)
    assert words in str(caught.value)


# ---- one sample is followed -----------------------------------------------------------------------------------------------


def cells(view):
    return [part for part in parts(view, "g") if part.get("data-choose") is not None]


def ringed(view):
    return [part.get("data-cell") for part in cells(view) if "chosen" in part.get("class").split()]


def test_a_sample_is_chosen_on_the_belt_and_found_again_when_the_order_changes():
    view = conveyor(DataLoader(Pictures(TWO), 4))
    assert [part.get("data-cell") for part in cells(view)] == [str(number) for number in range(10)] and ringed(view) == []
    view.act("choose", None, 6)
    assert ringed(view) == ["6"] and view.sample == 6 and float(view.steps[0][1].max()) == 150
    assert view.state["sentence"].startswith("Sample 6 is at place 2 of batch 1, which your loop read from ")
    assert view.state["sentence"].endswith(" Its numbers: 150 … 150 as it lies, 0.5882 … 0.5882 after ToTensor, 0.1765 … 0.1765 after Normalize.")
    assert view.state["panels"][1]["lines"] == ["dataset[6][0]: (1, 4, 6), torch.float32", "dataset[6][1]: int", "torch.manual_seed(1) came before it."]
    view.act("set", "shuffle", True)
    assert ringed(view) == ["6"] and "Batch 2 holds samples" in view.state["sentence"]
    for _ in range(3):
        view.act("back")
    assert ringed(view) == [] and cells(view) == []
    view.act("set", "sample", "6")
    assert view.state["sentence"].startswith("Sample 6 is in none of the batches that have come. ")
    view.act("reset")
    assert ringed(view) == [] and view.sample == 0 and view.state["nav"][-1][3] is False


def test_one_cell_can_be_reached_by_tab_and_arrows_know_the_columns():
    view = conveyor(DataLoader(range(40), 13))
    for _ in range(2):
        assert [part.get("tabindex") for part in cells(view)].count("0") == 1 and len(cells(view)) == 12 * 3 + 1
        view.act("choose", None, 30)
    assert view.sample == 2 * 13 + 6 and 'data-columns="12"' in view.drawing and "+ 1<" in view.drawing
    assert [part for part in cells(view) if part.get("tabindex") == "0"][0].get("aria-label") == "sample 32, place 6 of batch 2"


def test_a_sample_that_comes_twice_wears_the_ring_where_it_was_chosen():
    view = conveyor(DataLoader(range(3), 2, sampler=WeightedRandomSampler([0.0, 1.0, 0.0], 4)))
    view.act("choose", None, 2)
    assert ringed(view) == ["1"] and [place for place, part in enumerate(cells(view)) if "chosen" in part.get("class")] == [2]
    assert view.state["sentence"].startswith("Sample 1 is at place 0 of batch 1")


def test_who_read_a_batch_is_written_and_shaded():
    view = conveyor(DataLoader(range(6), 2, num_workers=2))
    words = ["".join(part.itertext()) for part in parts(view, "text")]
    assert words.count("worker 0") == 3 and words.count("worker 1") == 2  # the lane, and beside each batch
    assert ["s3" in part.get("class") for part in cells(view)] == [False, False, True, True, False, False]


@pytest.mark.parametrize("number, sample", [(-5, 0), (99, 9), ("3.0", 3)])
def test_a_number_that_is_no_sample_is_the_nearest_one(number, sample):
    view = conveyor(DataLoader(range(10), 4))
    view.act("set", "sample", number)
    assert view.sample == sample and view.state["panels"][1]["lines"] == [f"dataset[{sample}]: int"]


def test_a_sample_that_the_data_set_refuses_alone_is_told():
    class Once(Dataset):
        alone = False

        def __len__(self):
            return 4

        def __getitem__(self, index):
            return 1 / (not self.alone)

    data = Once()
    view = conveyor(DataLoader(data, 2))
    data.alone = True
    view.act("choose", None, 1)
    assert view.state["panels"][1]["lines"] == ["ZeroDivisionError: division by zero."] and view.steps == []


def test_names_of_samples_that_would_break_a_picture():
    class Named(Dataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return [0.5] * 40

    view = conveyor(DataLoader(Named(), 1, sampler=['a"<b>&', "b"]))
    assert [part.get("data-cell") for part in cells(view)] == ['a"<b>&', "b"]
    assert view.state["panels"][0]["lines"][-1] == "and 34 more"


def test_in_a_page_keys_and_clicks_choose(show):
    view = conveyor(DataLoader(Pictures(TWO), 4))
    page = show(view)
    page.locator('[data-choose][tabindex="0"]').focus()
    press(page, view, "Enter")
    assert page.inner_text(".wb-sentence").startswith("Sample 0 is at place 0 of batch 0")
    press(page, view, "ArrowDown", "ArrowRight", "Space")
    assert page.inner_text(".wb-sentence").startswith("Sample 5 is at place 1 of batch 1") and view.sample == 5
    word = page.locator('[data-choose="2"] text').bounding_box()
    before = view.seq
    page.mouse.click(word["x"] + word["width"] / 2, word["y"] + word["height"] / 2)
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before)
    assert view.sample == 2
