"""Workers that fail, die, hang or are no longer wanted: the caller is told, and nothing is left."""

import errno
import multiprocessing
import os
import pickle
import signal
import threading
import time

import numpy as np
import pytest

import workbook as torch
from workbook import random
from workbook.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info, pool, shared

pytestmark = pytest.mark.usefixtures("nothing_left")


class Numbers(Dataset):
    """Sample i is i, or what `at[i]` does."""

    def __init__(self, size=8, **at):
        self.size, self.at = size, {int(name[1:]): act for name, act in at.items()}

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        return self.at.get(index, lambda: index)()


def fail(error):
    raise error


def end_by(number):
    os.kill(os.getpid(), number)
    time.sleep(600)


def told(loader, error=RuntimeError):
    with pytest.raises(error) as caught:
        list(loader)
    return str(caught.value)


class Odd(Exception):
    def __init__(self, code, reason):
        super().__init__(code, reason)


# ---- a sample that raises


def test_an_error_names_the_worker_the_sample_and_the_traceback():
    text = told(DataLoader(Numbers(_5=lambda: fail(ValueError("no picture"))), 2, num_workers=2), ValueError)
    assert text.startswith("Caught ValueError in DataLoader worker process 0.\n  Why: it was reading sample 5 of the batch [4, 5]\n")
    assert "\nOriginal Traceback (most recent call last):\n" in text and 'in fail\n    raise error' in text
    assert text.endswith("\nValueError: no picture\n")


@pytest.mark.parametrize("options, words", [
    ({"collate_fn": lambda samples: fail(KeyError("x"))}, "putting together the batch [0, 1]"),
    ({"worker_init_fn": lambda worker: fail(KeyError("x"))}, "running worker_init_fn(0)"),
    ({"batch_size": None, "sampler": "ab"}, "reading sample 'a'"),
    ({"collate_fn": lambda samples: lambda: 1}, "sending the batch [0, 1] to the loader's process"),
])
def test_an_error_says_what_the_worker_was_about(options, words):
    data = {"b": 1} if "sampler" in options else Numbers()
    assert words in told(DataLoader(data, **{"batch_size": 2, "num_workers": 1} | options), Exception)


def test_a_key_error_reads_as_lines():
    assert "\n  Why: " in told(DataLoader({"b": 1}, None, sampler="a", num_workers=1), KeyError)


def test_an_error_of_a_class_that_cannot_travel_is_a_runtime_error():
    class Local(Exception):
        pass

    for error in (Odd(3, "x"), Local("y")):
        name = type(error).__name__
        assert f"Caught {name} in DataLoader worker process 0." in told(DataLoader(Numbers(_0=lambda: fail(error)), num_workers=1))


class Speechless(Exception):
    def __str__(self):
        raise ValueError("no words")


def made_in_the_worker():
    error = type("Made", (Exception,), {"__module__": __name__})
    globals()["Made"] = error  # so that pickle finds it here, and not in the loader's process
    raise error("out of sight")


@pytest.mark.parametrize("act, said", [(lambda: fail(Speechless()), "Caught Speechless"), (made_in_the_worker, "Made: out of sight")])
def test_an_error_whose_class_would_hide_the_text_is_a_runtime_error(act, said):
    text = told(DataLoader(Numbers(_0=act), num_workers=1))
    assert said in text and "reading sample 0 of the batch [0]" in text and "\nOriginal Traceback" in text


def test_an_index_of_any_length_is_told_in_a_line():
    text = told(DataLoader(Numbers(), batch_sampler=[[list(range(10_000))]], num_workers=1), TypeError)
    assert "reading sample [0, 1, 2, " in text and "... 9980 more]" in text and len(text) < 5_000


def test_after_an_error_the_next_batch_comes():
    batches = iter(DataLoader(Numbers(4, _1=lambda: fail(ValueError)), num_workers=2))
    assert next(batches).item() == 0
    with pytest.raises(ValueError):
        next(batches)
    assert [batch.item() for batch in batches] == [2, 3]


def test_an_error_that_is_kept_keeps_no_worker():
    try:
        list(DataLoader(Numbers(_1=lambda: fail(ValueError)), num_workers=2))
    except ValueError as error:
        kept = error
    assert multiprocessing.active_children() == [] and kept.__traceback__


def broken_sampler():
    yield 0
    raise ValueError("no more numbers")


class Broken:
    def __iter__(self):
        return broken_sampler()


@pytest.mark.parametrize("sampler, error", [(Broken(), ValueError), ([0, lambda: 1], (pickle.PicklingError, AttributeError)), (5, TypeError)])
def test_an_error_of_the_sampler_that_is_kept_keeps_no_worker(sampler, error):
    for stay in (False, True):
        loader = DataLoader(Numbers(), sampler=sampler, num_workers=2, persistent_workers=stay)
        with pytest.raises(error) as kept:
            list(loader)
        assert multiprocessing.active_children() == [] and kept.value.__traceback__


def test_an_iterator_without_its_workers_says_so_and_cannot_be_pickled():
    batches = iter(DataLoader(Numbers(_0=lambda: os._exit(3)), num_workers=1))
    for words in ("exited unexpectedly", "this iterator's DataLoader workers are gone"):
        with pytest.raises(RuntimeError, match=words):
            next(batches)
    with pytest.raises(NotImplementedError, match="cannot be pickled"):
        pickle.dumps(batches)


def test_workers_that_cannot_be_started_are_counted(monkeypatch):
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe(), lambda: fail(OSError(errno.EMFILE, "Too many open files"))]
    monkeypatch.setattr(context, "Pipe", lambda: found if isinstance(found := pipes.pop(0), tuple) else found())
    with pytest.raises(OSError, match="Too many open files: only 1 of 2 DataLoader workers could be started") as told:
        iter(DataLoader(Numbers(), num_workers=2, multiprocessing_context=context))
    assert told.value.errno == errno.EMFILE and multiprocessing.active_children() == []


@pytest.mark.parametrize("nameless", [True, False])
def test_a_batch_for_which_there_is_no_room_is_told(monkeypatch, nameless):
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(pool, "NAMELESS", nameless)

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # in the worker
        return np.zeros(9000)

    text = told(DataLoader(Numbers(_0=full), num_workers=1, multiprocessing_context="fork"))
    assert "a batch of 72,000 bytes cannot be handed to the loader's process: [Errno 27] File too large" in text
    assert "sending the batch [0]" in text


def test_uneven_samples_are_named_by_their_numbers_in_the_data_set():
    data = Numbers(_6=lambda: torch.ones(2), _7=lambda: torch.ones(3))
    for workers in (0, 1):
        text = told(DataLoader(data, sampler=[6, 7], batch_size=2, num_workers=workers))
        assert "stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1" in text
        assert "sample 6 of the data set has shape [2] and sample 7 has shape [3]" in text


class FallsApart:
    def __reduce__(self):
        return int, ("seven",)


def test_a_batch_that_cannot_be_put_together_again_names_its_worker():
    loader = DataLoader(Numbers(4, _0=FallsApart), num_workers=1, collate_fn=same)
    with pytest.raises(RuntimeError, match=r"(?s)Caught ValueError .*worker process 0 was unpacked: invalid literal.*the batch \[0\]") as told:
        list(loader)
    assert isinstance(told.value.__cause__, ValueError)


def test_a_tensor_of_a_graph_stays_where_it_is():
    w = torch.ones(2, requires_grad=True)
    assert "Cowardly refusing to serialize non-leaf tensor" in told(DataLoader(Numbers(_0=lambda: w * 2), num_workers=1))


# ---- a worker that dies or hangs


def test_a_worker_that_is_killed_is_told_at_once():
    text = told(DataLoader(Numbers(_5=lambda: end_by(signal.SIGKILL)), 2, num_workers=2))
    assert "exited unexpectedly" in text and "worker 0 is killed by signal: Killed (SIGKILL)" in text and "[4, 5]" in text


def test_a_worker_that_exits_is_told_with_its_code():
    assert "worker 1 ended with exit code 3 while it had to read the batch [1]" in told(
        DataLoader(Numbers(_1=lambda: os._exit(3)), num_workers=2))


def test_a_data_set_that_interrupts_ends_its_worker_without_a_word(capfd):
    text = told(DataLoader(Numbers(_1=lambda: fail(KeyboardInterrupt())), num_workers=1))
    assert "exited unexpectedly" in text and "[1]" in text and capfd.readouterr().err == ""


def test_a_timeout_is_a_time():
    for timeout in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="timeout option should be non-negative and finite"):
            DataLoader([1], num_workers=1, timeout=timeout)


def test_a_worker_that_hangs_is_told_after_the_timeout_with_the_line_at_which_it_stands():
    text = told(DataLoader(Numbers(_1=lambda: threading.Event().wait()), num_workers=2, timeout=0.5))
    assert text.startswith("DataLoader timed out after 0.5 seconds\n  Why: worker 1 (pid ") and "is reading sample 1 of the batch [1], at" in text
    assert "threading.Event().wait()" in text


def test_a_worker_that_does_not_even_answer():
    text = told(DataLoader(Numbers(_0=lambda: end_by(signal.SIGSTOP)), num_workers=1, timeout=0.5))
    assert "busy with the batch [0] and does not answer" in text


def test_after_a_death_the_iterator_stays_closed_and_the_loader_starts_new_workers():
    loader = DataLoader(Numbers(4, _2=lambda: os._exit(1) if get_worker_info().seed % 2**62 == DYING[0] else 2), num_workers=1,
                        persistent_workers=True)
    DYING[:] = [None]
    first = list(loader)
    os.kill(loader._iterator._pool.processes[0].pid, signal.SIGKILL)
    loader._iterator._pool.processes[0].join()
    assert [batch.item() for batch in loader] == [batch.item() for batch in first]


DYING = [None]


# ---- a loop that ends early


def test_a_loop_that_ends_early_leaves_nothing():
    for batch in DataLoader(Numbers(), num_workers=2):
        break
    del batch
    two = [iter(DataLoader(Numbers(), num_workers=1)) for _ in range(2)]
    assert [next(batches).item() for batches in two * 2] == [0, 0, 1, 1]
    with pytest.raises(ZeroDivisionError):
        for batch in DataLoader(Numbers(), num_workers=2):
            1 / 0


def test_a_batch_outlives_its_worker():
    data = Numbers(2, _0=lambda: torch.full((3000,), 7.0), _1=lambda: torch.full((3000,), 8.0))
    batches = list(DataLoader(data, num_workers=2))
    batches[0].add_(1)
    assert [batch.sum().item() for batch in batches] == [24000, 24000]


def test_workers_that_stay_are_the_same_processes_also_after_a_broken_epoch():
    loader = DataLoader(Numbers(4, _0=os.getpid), num_workers=2, persistent_workers=True)
    first = next(iter(loader)).item()
    epochs = [[batch.item() for batch in loader] for _ in range(2)]
    assert epochs == [[first, 1, 2, 3]] * 2
    loader = DataLoader(range(40), shuffle=True, num_workers=2, persistent_workers=True)
    for _ in range(3):
        next(iter(loader))
    assert sorted(batch.item() for batch in loader) == list(range(40))  # none of them is of an epoch before


def test_what_nobody_wants_is_not_read_to_its_end():
    """The worker is in the first of a thousand samples: it must not read the others before it goes home."""
    begun, write = os.pipe()
    data = Numbers(1000, _0=lambda: os.write(write, b"x"), **{f"_{i}": lambda: time.sleep(0.05) or 1 for i in range(1, 1000)})
    iterator = iter(DataLoader(data, 1000, num_workers=1))
    os.read(begun, 1)
    processes = iterator._pool.processes
    codes = []
    join = processes[0].join
    processes[0].join = lambda *given: (join(*given), codes.append(processes[0].exitcode))
    iterator._close()
    os.close(begun), os.close(write)
    assert codes[0] == 0  # it went home, and was not terminated


# ---- how things travel


@pytest.mark.parametrize("nameless", [True, False])
def test_large_and_small_things_travel_alike(monkeypatch, tmp_path, nameless):
    if nameless and not shared.NAMELESS:
        pytest.skip("this operating system gives memory a name")
    monkeypatch.setattr("workbook.utils.data.pool.NAMELESS", nameless)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with torch.device("cpu"):  # a forked worker has no GPU
        things = [np.arange(9000).reshape(90, 100).T, np.ones((60, 90))[::2, ::3], np.zeros((0, 3)), "x" * 9000, torch.arange(5000) * 1j,
                  torch.ones(2, 3), (torch.ones(1023), torch.ones(1024)), None, {"a": [torch.ones(2000, dtype=torch.bool)]},
                  torch.nn.Parameter(torch.ones(1500))]
    data = Numbers(len(things), **{f"_{place}": lambda thing=thing: thing for place, thing in enumerate(things)})
    for thing, found in zip(things, DataLoader(data, batch_size=None, collate_fn=same, num_workers=2), strict=True):
        assert type(found) is type(thing) and repr(found) == repr(thing)
        if hasattr(thing, "stride"):
            assert found.stride() == thing.stride() and found.requires_grad == thing.requires_grad
    assert list(tmp_path.iterdir()) == []


def same(thing):
    return thing


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_that_begin_empty(method):
    torch.manual_seed(1)
    here = [batch.tolist() for batch in DataLoader(range(10), 4, shuffle=True)]
    torch.manual_seed(1)
    there = DataLoader(range(10), 4, shuffle=True, num_workers=1, multiprocessing_context=method)
    assert [batch.tolist() for batch in there] == here
    with pytest.raises((AttributeError, pickle.PicklingError), match="(?s)lambda.*begins empty.*write a def at the top of the file"):
        iter(DataLoader(range(10), num_workers=1, multiprocessing_context=method, collate_fn=lambda samples: samples))


# ---- forks and threads


def test_a_thread_that_draws_while_the_workers_start_does_not_stop_them():
    held = threading.Event()

    def draw_for_long():
        with random.default_generator.lock:
            held.set()
            threading.Event().wait(0.2)

    loader = DataLoader(Numbers(3), num_workers=1, timeout=20, generator=torch.Generator())
    thread = threading.Thread(target=draw_for_long)
    thread.start()
    held.wait()
    assert [batch.item() for batch in loader] == [0, 1, 2]
    thread.join()


def test_matrices_are_multiplied_in_a_worker_after_they_were_here():
    a = torch.ones(300, 300, device="cpu")
    a @ a
    (product,) = DataLoader(Numbers(1, _0=lambda: a @ a), num_workers=1, timeout=60)
    assert product.sum().item() == 300**3


def test_a_loader_inside_a_worker_is_told():
    assert "daemonic processes are not allowed to have children" in told(
        DataLoader(Numbers(_0=lambda: list(DataLoader(Numbers(), num_workers=1))), num_workers=1), AssertionError)


# ---- streams


class Endless(IterableDataset):
    def __iter__(self):
        while True:
            yield get_worker_info().id


def test_an_endless_stream_is_read_ahead_by_what_is_asked_for_and_no_more():
    batches = iter(DataLoader(Endless(), 2, num_workers=2, prefetch_factor=3))
    assert [next(batches).tolist() for _ in range(4)] == [[0, 0], [1, 1], [0, 0], [1, 1]]
    assert batches._sent == 4 + 6


def test_the_worker_that_asks_is_told_who_it_is():
    loader = DataLoader(Numbers(2, _1=lambda: repr(get_worker_info())), None, collate_fn=same, num_workers=2)
    torch.manual_seed(0)
    base = random.random_int64()
    torch.manual_seed(0)
    text = list(loader)[1]
    assert text.startswith(f"WorkerInfo(id=1, num_workers=2, seed={base + 1}, dataset=<") and text.endswith(
        "rng=None, worker_method='multiprocessing')")
    assert get_worker_info() is None


def test_any_order_gives_each_batch_once():
    loader = DataLoader(range(20), 3, num_workers=2, in_order=False)
    assert sorted(number for batch in loader for number in batch.tolist()) == list(range(20))
