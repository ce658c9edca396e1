"""Queues of work, memory and the names of parts of a program, under `torch.cuda`'s names, on a GPU and where there is none."""

import contextlib
import gc
import threading

import pytest

import workbook as torch

cuda = torch.cuda


@pytest.fixture
def gpus():
    with cuda.simulate(2, memory=1_000_000) as simulation:
        gc.collect()
        yield simulation


# ---- queues ---------------------------------------------------------------------------------------------------------------------


def test_a_queue_is_current_until_another_is(gpu):
    with cuda.device(gpu):
        first, second = cuda.Stream(), cuda.Stream()
        assert cuda.current_stream() == cuda.default_stream() != first != second
        cuda.set_stream(first)
        assert cuda.current_stream() == first
        with cuda.stream(second), cuda.stream(second):
            assert cuda.current_stream() == second
            cuda.set_stream(None)
            assert cuda.current_stream() == second
        assert cuda.current_stream() == first and cuda.current_stream(gpu) == first
        cuda.set_stream(cuda.default_stream())
        assert cuda.current_stream() == cuda.default_stream()


def test_a_queue_takes_its_gpu_along(gpus):
    there = cuda.Stream(1)
    with cuda.stream(there):
        assert cuda.current_device() == 1 and cuda.current_stream() == there
        assert cuda.current_stream(0) == cuda.default_stream(0) != cuda.current_stream(1)
        assert torch.ones(1, device="cuda").device.index == 1
    assert cuda.current_device() == 0 and cuda.current_stream(1) == cuda.default_stream(1)
    cuda.set_stream(there)
    assert cuda.current_device() == 1 and cuda.current_stream().device_index == 1


def test_each_thread_has_its_own_queue(gpus):
    mine = cuda.Stream()
    cuda.set_stream(mine)
    seen = []

    def look():
        seen.append(cuda.current_stream())
        with cuda.stream(mine):
            seen.append(cuda.current_stream())

    with cuda.stream(cuda.Stream()):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [cuda.default_stream(), mine] and cuda.current_stream() == mine


def test_what_is_left_when_other_gpus_are_simulated(gpus):
    with cuda.stream(cuda.Stream()):
        cuda.simulate(1)
    assert cuda.current_stream() == cuda.default_stream()


def test_a_mark_belongs_to_the_gpu_where_it_is_set(gpus):
    mark = cuda.Event(enable_timing=True)
    assert mark.query() and mark.synchronize() is None  # it was never set: nothing is waited for
    cuda.current_stream().wait_event(mark)
    mark.record(cuda.Stream(1))
    with pytest.raises(RuntimeError, match="Event device 1 does not match recording stream's device 0.\n"):
        mark.record()
    with pytest.raises(RuntimeError, match="Both events must be recorded"):
        mark.elapsed_time(cuda.Event(enable_timing=True))


WRONG = {
    "stream": lambda: cuda.stream(5), "set_stream": lambda: cuda.set_stream("a"), "wait_stream": lambda: cuda.Stream().wait_stream(None),
    "wait_event": lambda: cuda.Stream().wait_event(cuda.Stream()), "record_event": lambda: cuda.Stream().record_event(3), "record": lambda: cuda.Event().record(0),
    "wait": lambda: cuda.Event().wait("cuda"), "elapsed_time": lambda: cuda.Event(enable_timing=True).elapsed_time(None)}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_queue_and_no_mark_is_told(gpus, name):
    with pytest.raises(TypeError, match=rf"^{name}\(\): argument '\w+' must be torch.cuda.(Stream|Event), not (int|str|NoneType|torch.cuda.streams.Stream)\n  Why: .*\n  Fix: make one"):
        WRONG[name]()


# ---- memory -------------------------------------------------------------------------------------------------------------------


def test_what_is_known_of_the_memory_stands_under_pytorchs_names(gpu):
    cuda.reset_peak_memory_stats(gpu)
    before = cuda.memory_stats(gpu)
    x = torch.zeros(1024, device=gpu)
    now = cuda.memory_stats(gpu)
    assert list(now) == sorted(now) == list(before) and all(isinstance(value, int) for value in now.values())
    for name in ("allocated_bytes", "active_bytes"):
        assert now[f"{name}.all.current"] - before[f"{name}.all.current"] == x.nbytes
    assert now["allocated_bytes.all.current"] == cuda.memory_allocated(gpu) and now["reserved_bytes.all.current"] == cuda.memory_reserved(gpu)
    del x
    after = torch.accelerator.memory_stats(gpu)
    assert after["allocated_bytes.all.current"] == before["allocated_bytes.all.current"] and after["allocated_bytes.all.peak"] == now["allocated_bytes.all.current"]
    assert after["reserved_bytes.all.peak"] == cuda.max_memory_reserved(gpu) >= now["reserved_bytes.all.current"]
    with pytest.raises(KeyError, match="(?s)'segment.all.current'.*does not count.*reserved_bytes.all.peak"):
        after["segment.all.current"]
    assert after.get("num_alloc_retries", 0) == 0 and "num_alloc_retries" not in after


def test_a_memory_that_was_full_is_counted(gpus):
    for _ in range(2):
        with pytest.raises(torch.OutOfMemoryError):
            torch.zeros(10**6, device="cuda:1")
    assert [cuda.memory_stats(place)["num_ooms"] for place in (0, 1)] == [0, 2]
    cuda.simulate(2)
    assert cuda.memory_stats(1)["num_ooms"] == 0


def test_a_part_of_one_gpus_memory(gpus):
    held = torch.zeros(1000, device="cuda:1")
    free = cuda.mem_get_info(1)
    cuda.set_per_process_memory_fraction(0.01, 1)
    assert cuda.get_per_process_memory_fraction(1) == 0.01 and cuda.get_per_process_memory_fraction(0) == 1.0
    assert cuda.mem_get_info(1) == free and cuda.mem_get_info(0)[1] == 1_000_000
    with pytest.raises(torch.OutOfMemoryError, match="(?s)total capacity of 1,000,000 bytes.*this program may use 10,000 bytes of it.*shape .1000,.") as caught:
        torch.zeros(2000, device="cuda:1")
    assert "another program" not in str(caught.value)
    assert torch.zeros(2000, device="cuda:0").sum() == 0  # the other GPU has all of its memory
    assert (held[:100] * 2).sum() == 0
    cuda.set_per_process_memory_fraction(0.0, "cuda:1")
    with pytest.raises(torch.OutOfMemoryError):
        held[:1] * 2
    cuda.set_per_process_memory_fraction(1.0, torch.device("cuda:1"))
    assert torch.zeros(2000, device="cuda:1").sum() == 0
    cuda.set_per_process_memory_fraction(0.5)
    cuda.simulate(2)
    assert cuda.get_per_process_memory_fraction() == 1.0


@pytest.mark.parametrize(("fraction", "error", "text"), [(1, TypeError, "must be `float`"), ("0.5", TypeError, "must be `float`"), (1.5, ValueError, "Invalid fraction value: 1.5. Allowed range: 0~1"),
                                                         (-0.1, ValueError, "Invalid fraction value"), (float("nan"), ValueError, "Invalid fraction value")])
def test_what_is_no_part(gpus, fraction, error, text):
    with pytest.raises(error, match=text):
        cuda.set_per_process_memory_fraction(fraction)
    assert cuda.get_per_process_memory_fraction() == 1.0


# ---- names of parts ------------------------------------------------------------------------------------------------------------


def test_parts_of_a_program_have_names(gpu):
    nvtx = cuda.nvtx
    assert [nvtx.range_push("a"), nvtx.range_push("b"), nvtx.range_pop(), nvtx.range_pop()] == [0, 1, 1, 0] and nvtx.range_pop() < 0

    @nvtx.range("step {}", 3)
    def step():
        return nvtx.range_push("c"), nvtx.range_pop()

    assert step() == step() == (1, 1)
    with contextlib.suppress(ZeroDivisionError), nvtx.range("d"):
        1 / 0
    assert nvtx.range_push("e") == 0 == nvtx.range_pop()
    nvtx.mark("now"), nvtx.range_end(nvtx.range_start("f"))
    for tell in (nvtx.range_push, nvtx.mark, nvtx.range_start):
        with pytest.raises(TypeError, match="must be str, not int"):
            tell(5)


def test_architectures_are_those_of_the_gpus(gpu):
    simulated = cuda.get_device_name().startswith("Simulated")
    assert cuda.get_arch_list() == ([] if simulated else sorted({"sm_{}{}".format(*cuda.get_device_capability(i)) for i in range(cuda.device_count())}))


# ---- no GPU ---------------------------------------------------------------------------------------------------------------------


def test_a_negative_number_names_no_gpu(gpus):
    cuda.set_device(1)
    cuda.set_device(-1)
    with cuda.device(-1), cuda.device_of(torch.ones(1)):
        assert cuda.current_device() == 1
    with cuda.device(-1):
        cuda.set_device(0)
    assert cuda.current_device() == 0


def test_a_block_of_a_device_serves_several_threads(gpus):
    block, entered, left, seen = cuda.device(1), threading.Event(), threading.Event(), []

    def first():
        with block:
            other.start()
            entered.wait(5)
        seen.append(cuda.current_device())
        left.set()

    def second():
        cuda.set_device(1)
        with block:
            entered.set()
            left.wait(5)
        seen.append(cuda.current_device())

    other = threading.Thread(target=second)
    first(), other.join()
    assert seen == [0, 1]


NOTHING = ["memory_allocated()", "memory_allocated(0)", "max_memory_allocated()", "memory_reserved()", "max_memory_reserved()", "memory_stats()", "set_device(-1)",
           "set_stream(None)", "get_arch_list()", "stream(None).__enter__()", "is_available()", "device_count()", "empty_cache()", "get_rng_state_all()", "is_initialized()",
           "manual_seed_all(0)", "device(-1).__enter__()", "device_of(torch.ones(1)).__enter__()"]
REFUSED = ["cuda.current_device()", "cuda.get_device_name()", "cuda.mem_get_info()", "cuda.synchronize()", "cuda.current_stream()", "cuda.default_stream()", "cuda.init()",
           "cuda.set_per_process_memory_fraction(0.5)", "cuda.get_per_process_memory_fraction()", "cuda.can_device_access_peer(0, 1)", "cuda.set_device('cpu')",
           "cuda.nvtx.range_push('a')", "cuda.nvtx.range_pop()", "cuda.nvtx.mark('a')", "cuda.nvtx.range('a').__enter__()",
           *(f"accelerator.{name}()" for name in ("memory_stats", "memory_allocated", "max_memory_reserved", "reset_peak_memory_stats", "current_stream", "current_device_index",
                                                  "get_memory_info", "empty_cache", "synchronize")),
           "accelerator.set_device_index(0)", "accelerator.device_index(0).__enter__()"]


@pytest.fixture
def none():
    with cuda.simulate(0):
        if cuda.is_available():
            pytest.skip("there is a real GPU here")
        yield


@pytest.mark.parametrize("asked", NOTHING)
def test_without_a_gpu_it_answers_as_pytorch_does(none, asked):
    theirs = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    if theirs.cuda.is_available():
        pytest.skip("the real torch sees a GPU here")
    mine, expected = (eval(f"torch.cuda.{asked}", {"torch": engine}) for engine in (torch, theirs))
    assert mine == expected


@pytest.mark.parametrize("asked", REFUSED)
def test_without_a_gpu_it_is_refused_in_pytorchs_words(none, asked):
    theirs = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    if theirs.cuda.is_available():
        pytest.skip("the real torch sees a GPU here")
    said = []
    for engine in (torch, theirs):
        with pytest.raises(Exception) as caught:
            eval(f"torch.{asked}", {"torch": engine})
        said.append((type(caught.value), str(caught.value).partition("\n")[0]))
    assert said[0] == said[1]


def test_without_a_gpu_nothing_is_captured_and_no_number_stands_for_another(none):
    assert not cuda.is_current_stream_capturing()
    with pytest.raises(KeyError, match="there is no GPU(.|\n)*is_available"):
        cuda.memory_stats()["allocated_bytes.all.current"]
    with torch.accelerator.device_index(None):
        assert torch.accelerator.current_accelerator() is None
