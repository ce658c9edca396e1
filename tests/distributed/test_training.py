"""Training in several ranks gives what one process gives on the whole batch, and goes on after a stop with the same numbers."""

import pytest

import workbook as torch
from tests.distributed import jobs
from workbook.commands.run import torch_names


@pytest.fixture
def alone():
    """A world of this process, as it is without MPI."""
    torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.fixture
def on_the_whole_batch(alone, tmp_path, monkeypatch):
    """What `programs/equal.py` finds in one process."""
    monkeypatch.syspath_prepend(jobs.PROGRAMS)
    with torch_names():
        import equal

        found = {name: equal.main(tmp_path, 9, **options) for name, options in equal.WAYS.items()}
        return found | {f"small batches {parts}": equal.in_small_batches(parts) for parts in (1, 2, 4)} | {"small GPUs": equal.on_gpus()}


def furthest(found, wanted):
    """The largest difference between the numbers of two nested lists."""
    if isinstance(found, list):
        assert len(found) == len(wanted)
        return max(furthest(one, other) for one, other in zip(found, wanted))
    return abs(found - wanted)


@jobs.needs_mpi
@pytest.mark.parametrize("count", [2, 4])
def test_ranks_train_as_one_process_on_the_whole_batch(count, on_the_whole_batch, tmp_path):
    """A job of four ranks takes a second or two, on two cores more."""
    done = jobs.run(count, "equal.py", tmp_path)
    assert done.returncode == 0, done.stderr
    every = jobs.told(tmp_path, count)
    assert all(found == every[0] for found in every)  # to the last bit the same in every rank
    for name, found in every[0].items():
        assert furthest(found, on_the_whole_batch[name]) < 1e-6, name
    ways = [found for name, found in every[0].items() if not name.startswith("small")]
    assert all(found == ways[0] for found in ways)  # however the gradients travel


@jobs.needs_mpi
def test_ranks_train_on_gpus_of_their_own_as_on_the_cpu(alone, tmp_path, monkeypatch):
    """Two ranks, each with a GPU, which is simulated where there are not two; on the CPU; and one process on the whole batch."""
    if torch.cuda.device_count() < 2:
        monkeypatch.setenv("WORKBOOK_SIMULATED_GPUS", "2")
    done = jobs.run(2, "on_gpus.py", tmp_path)
    assert done.returncode == 0, done.stderr
    monkeypatch.syspath_prepend(jobs.PROGRAMS)
    with torch_names():
        import on_gpus

        whole = on_gpus.train("cpu")
    for rank, found in enumerate(jobs.told(tmp_path, 2)):
        assert found["cuda"]["places"] == [f"cuda:{rank}"] and found["cpu"]["places"] == ["cpu"]
        for place in ("cuda", "cpu"):
            for what in ("losses", "parameters"):
                assert furthest(found[place][what], whole[what]) < 1e-6, (rank, place, what)


def test_all_ways_are_one_in_a_world_of_one(on_the_whole_batch):
    plain = on_the_whole_batch["plain"]
    assert all(found == plain for name, found in on_the_whole_batch.items() if not name.startswith("small"))


@jobs.needs_mpi
def test_a_job_that_was_stopped_goes_on_with_the_same_numbers(tmp_path):
    """Stopped in the middle of the second epoch; with dropout, so that each rank's random numbers go on, too. Three jobs."""
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    whole.mkdir(), stopped.mkdir()
    for folder, options in ((whole, ["--steps", 12]), (stopped, ["--steps", 9, "--save-every", 4]), (stopped, ["--steps", 12,
                                                                                                               "--resume"])):
        done = jobs.run(2, "train.py", folder, "--dropout", 0.5, *options)
        assert done.returncode == 0, done.stderr
    assert jobs.told(stopped, 2) == jobs.told(whole, 2)


def test_so_does_a_world_of_one(alone, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(jobs.PROGRAMS)
    with torch_names():
        import train

        whole = train.main(tmp_path, 14, dropout=0.5)
        train.main(tmp_path, 9, dropout=0.5, save_every=4)
        assert train.main(tmp_path, 14, dropout=0.5, resume=True) == whole
        assert train.main(tmp_path, 13, dropout=0.5) != whole


@pytest.mark.parametrize("name, arguments", (("join", ()), ("register_comm_hook", (None, print))))
def test_what_is_not_there_says_what_to_write(alone, name, arguments):
    net = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(2, 1))
    with pytest.raises(NotImplementedError, match=f"DistributedDataParallel.{name} is not there\n  Why: .*\n  Fix: "):
        getattr(net, name)(*arguments)


def test_an_uneven_last_batch_is_filled_up_with_samples_that_then_count_twice(alone):
    """So ranks have equally many batches, and the mean over ranks is the batch's; PyTorch does the same."""
    shares = [list(torch.utils.data.DistributedSampler(range(10), 4, rank, shuffle=False)) for rank in range(4)]
    assert shares == [[0, 4, 8], [1, 5, 9], [2, 6, 0], [3, 7, 1]]
