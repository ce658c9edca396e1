"""A fixed step, captured once and done again as a whole: for small networks, whose steps are made of many short pieces of work.

    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        static_output = net(static_input)
    static_input.copy_(batch)
    graph.replay()                      # static_output holds the result
"""

import gc
import threading

from workbook.cuda.places import backend
from workbook.cuda.streams import OfThisProcess, Stream, asked, synchronize
from workbook.devices.checks import raise_noted
from workbook.devices.cuda import CAPTURING
from workbook.errors import explain, kind_of
from workbook.naming import PrintsAsTorch


class CUDAGraph(OfThisProcess, metaclass=PrintsAsTorch):
    """Work on a GPU that was captured. `replay` does it again, on the same memory: it reads and writes the same Tensors.

    What the host did in between is not part of it. Raises RuntimeError where the work made the host wait, or copied from its memory.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.CUDAGraph.html
    """

    torch_name = "torch.cuda.graphs.CUDAGraph"

    def __init__(self, keep_graph=False):
        self._graph = self._stream = self._pool = None

    def capture_begin(self, pool=None, capture_error_mode="global"):
        """Begin to capture what is asked of the GPU. Raises RuntimeError where something is captured already, and in the default queue."""
        _refuse_another()
        if self.captured:
            raise RuntimeError(explain("This CUDAGraph instance already owns a captured graph. To capture a new graph, create a new instance.",
                                       "who replays it expects the work that was captured first", "make another torch.cuda.CUDAGraph(), or call reset() before"))
        raise_noted()
        cuda, self._index = backend().xp.cuda, backend().current_index()
        stream = cuda.get_current_stream()
        if stream.ptr == 0:
            raise RuntimeError(explain("CUDA graphs must be captured on a non-default stream. (However, after capture, it's ok to replay them on the "
                                       "default stream.)", "all other work of the GPU waits for that of the default one",
                                       "write with torch.cuda.graph(g):, which has a stream of its own, or with torch.cuda.stream(torch.cuda.Stream()):"))
        self._pool = cuda.MemoryPool()  # memory that nobody else gets, as long as the graph may write to it
        self._allocator = cuda.using_allocator(self._pool.malloc)
        self._allocator.__enter__()
        try:
            stream.begin_capture()
        except BaseException:
            self._allocator.__exit__(None, None, None)
            raise
        self._stream, self._thread, backend().capture.index = stream, threading.get_ident(), self._index

    def capture_end(self):
        """End it. Raises RuntimeError where nothing is being captured, and in another thread."""
        if self._stream is None:
            raise RuntimeError(explain("CUDA error: illegal state: capture_end() without capture_begin()", "nothing is being captured",
                                       "write with torch.cuda.graph(g): ..., which begins and ends it"))
        if self._thread != threading.get_ident():
            raise RuntimeError(explain("CUDA error: attempt to terminate a thread-local capture sequence from another thread",
                                       "each thread captures its own work", "call capture_end() in the thread that called capture_begin()"))
        stream, self._stream = self._stream, None
        backend().capture.index = None
        try:
            self._graph = stream.end_capture()
        except RuntimeError as problem:
            raise RuntimeError(explain(f"CUDA error: the capture could not be ended: {problem}", "something in it was not permitted, or other GPUs were simulated in between",
                                       "look at what is done between its beginning and its end")) from None
        finally:
            self._allocator.__exit__(None, None, None)

    def replay(self):
        """Do the captured work again. Raises RuntimeError where nothing was captured, and while something is."""
        if not self.captured:
            raise RuntimeError(explain("Called CUDAGraph::replay without a preceding successful capture.", "there is nothing to do again",
                                       "capture a step first: with torch.cuda.graph(g): ..."))
        _refuse_inside("a replay would not be a part of it", "call replay() after the block, or capture the work itself")
        with backend().using(self._index):
            self._graph.launch(backend().xp.cuda.get_current_stream())

    @property
    def captured(self):
        """Whether there is something to do again."""
        return self._graph is not None

    def reset(self):
        """Let go of what was captured, and of its memory."""
        self._graph = self._pool = None

    def pool(self):
        """The memory of the captured work. Raises RuntimeError where nothing was captured."""
        if not self.captured:
            raise RuntimeError(explain("Called CUDAGraph::pool() without a preceding successful capture.", "its memory comes with what it captures",
                                       "capture a step first: with torch.cuda.graph(g): ..."))
        return self._pool


def _refuse_another():
    _refuse_inside("another capture would begin inside it", "end the first one before: one block of torch.cuda.graph after the other")


def _refuse_inside(why, fix):
    """Raise RuntimeError where this thread captures."""
    if backend().ready() and backend().capture.index is not None:
        raise RuntimeError(explain(CAPTURING, f"work is captured here already, and {why}", fix))


class graph:
    """A context in which work is captured: `with torch.cuda.graph(g): ...`

    Run the step a few times before, so that everything it makes only once is there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.graph.html
    """

    def __init__(self, cuda_graph, pool=None, stream=None, capture_error_mode="global"):
        if not isinstance(cuda_graph, CUDAGraph):
            raise TypeError(explain(f"graph(): argument 'cuda_graph' must be CUDAGraph, not {kind_of(cuda_graph)}", "it keeps what is captured",
                                    "write g = torch.cuda.CUDAGraph(), then with torch.cuda.graph(g): ..."))
        self._graph, self._stream = cuda_graph, Stream() if stream is None else asked(stream, Stream, "graph", "stream")

    def __enter__(self):
        _refuse_another()
        synchronize()
        gc.collect()
        self._stream.__enter__()
        try:
            self._graph.capture_begin()
        except BaseException:
            self._stream.__exit__()
            raise

    def __exit__(self, kind, problem, trace):
        try:
            self._graph.capture_end()
        except RuntimeError:
            if kind is None:  # otherwise what happened in the block says more
                raise
        finally:
            self._stream.__exit__(kind, problem, trace)
        if kind is not None:
            self._graph.reset()
            if "capturing" in str(problem) and "Why: " not in str(problem):
                raise RuntimeError(explain(
                    CAPTURING,
                    "the step makes the host wait, or copies from its memory: item(), print, cpu(), synchronize(), dropout, whose mask is drawn on the host",
                    "take that out of the step; read the results after replay()")) from None
        return False


def is_current_stream_capturing():
    """Return whether work is being captured. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.is_current_stream_capturing.html
    """
    return backend().ready() and backend().capturing()
