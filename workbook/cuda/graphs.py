"""A fixed step, captured once and done again as a whole: for small networks, whose steps are made of many short pieces of work.

    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        static_output = net(static_input)
    static_input.copy_(batch)
    graph.replay()                      # static_output holds the result
"""

import gc

from workbook.cuda.places import backend
from workbook.cuda.streams import Stream, synchronize
from workbook.devices.checks import raise_noted
from workbook.errors import explain
from workbook.naming import PrintsAsTorch


class CUDAGraph(metaclass=PrintsAsTorch):
    """Work on a GPU that was captured. `replay` does it again, on the same memory: it reads and writes the same Tensors.

    What the host did in between is not part of it. Raises RuntimeError where the work made the host wait, or copied from its memory.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.CUDAGraph.html
    """

    torch_name = "torch.cuda.graphs.CUDAGraph"

    def __init__(self, keep_graph=False):
        self._graph = self._stream = None

    def capture_begin(self, pool=None, capture_error_mode="global"):
        """Begin to capture what is asked of the GPU."""
        raise_noted()
        cuda, self._index = backend().xp.cuda, backend().current_index()
        self._pool = cuda.MemoryPool()  # memory that nobody else gets, as long as the graph may write to it
        self._allocator = cuda.using_allocator(self._pool.malloc)
        self._allocator.__enter__()
        self._stream = cuda.get_current_stream()
        self._stream.begin_capture()

    def capture_end(self):
        """End it. Raises RuntimeError where nothing is being captured."""
        if self._stream is None or not self._stream.is_capturing():
            raise RuntimeError(explain("CUDA error: illegal state: capture_end() without capture_begin()", "nothing is being captured",
                                       "write with torch.cuda.graph(g): ..., which begins and ends it"))
        try:
            self._graph = self._stream.end_capture()
        finally:
            self._allocator.__exit__(None, None, None)

    def replay(self):
        """Do the captured work again. Raises RuntimeError where nothing was captured."""
        if self._graph is None:
            raise RuntimeError(explain("Called CUDAGraph::replay without a preceding successful capture.", "there is nothing to do again",
                                       "capture a step first: with torch.cuda.graph(g): ..."))
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
        """The memory of the captured work."""
        return self._pool


class graph:
    """A context in which work is captured: `with torch.cuda.graph(g): ...`

    Run the step a few times before, so that everything it makes only once is there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.graph.html
    """

    def __init__(self, cuda_graph, pool=None, stream=None, capture_error_mode="global"):
        if not isinstance(cuda_graph, CUDAGraph):
            raise TypeError(explain(f"graph(): argument 'cuda_graph' must be CUDAGraph, not {type(cuda_graph).__name__}", "it keeps what is captured",
                                    "write g = torch.cuda.CUDAGraph(), then with torch.cuda.graph(g): ..."))
        self._graph, self._stream = cuda_graph, stream or Stream()

    def __enter__(self):
        synchronize()
        gc.collect()
        self._stream.__enter__()
        self._graph.capture_begin()

    def __exit__(self, kind, problem, trace):
        self._graph.capture_end()
        self._stream.__exit__(kind, problem, trace)
        if kind is not None:
            self._graph.reset()
            if "capturing" in str(problem):
                raise RuntimeError(explain(
                    "CUDA error: operation not permitted when stream is capturing",
                    "the step makes the host wait, or copies from its memory: item(), print, cpu(), dropout, whose mask is drawn on the host",
                    "take that out of the step; read the results after replay()")) from None
        return False


def is_current_stream_capturing():
    """Return whether work is being captured. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.is_current_stream_capturing.html
    """
    return backend().status()[0] and backend().capturing()
