"""How a view hears the page while a cell runs: its own messages at once, all others by the kernel, in their order."""

import sys
from collections import deque
from types import SimpleNamespace

import pytest

zmq = pytest.importorskip("zmq", reason="kernels speak by it: pip install workbook[lab]")
session = pytest.importorskip("jupyter_client.session", reason="makes messages: pip install workbook[lab]")
listening = pytest.importorskip("workbook.widgets.listening")


class Socket:
    def __init__(self, messages):
        self.messages = deque(messages)

    def recv_multipart(self, flags, copy):
        assert flags == zmq.NOBLOCK and copy is False
        if not self.messages:
            raise zmq.Again()
        return self.messages.popleft()


@pytest.fixture
def kernel(monkeypatch):
    """A kernel with a queue of messages, as a running cell finds it; `handed` is what it is given again."""
    speaker = session.Session(key=b"secret")
    made = SimpleNamespace(session=session.Session(key=b"secret"), handed=[], speaker=speaker)
    made.io_loop = SimpleNamespace(add_callback=lambda call, message: made.handed.append(message))
    made.shell_stream = SimpleNamespace(socket=Socket([]), _recv_callback=lambda message: None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=made)))
    return made


def message(kernel, kind, content):
    said = kernel.speaker.msg(kind, content)
    return [zmq.Frame(part) for part in [b"page", *kernel.speaker.serialize(said)]]


def widget(name="mine"):
    heard = []
    return SimpleNamespace(comm=SimpleNamespace(comm_id=name, handle_msg=lambda told: heard.append(told["content"]["data"])), heard=heard)


def test_its_own_messages_are_heard_and_the_others_wait_in_their_order(kernel):
    others = [message(kernel, "execute_request", {"code": "1"}), message(kernel, "comm_msg", {"comm_id": "another", "data": 7}), [zmq.Frame(b"no message")]]
    kernel.shell_stream.socket.messages.extend([
        message(kernel, "comm_msg", {"comm_id": "mine", "data": "pause"}), *others[:2], message(kernel, "comm_msg", {"comm_id": "mine", "data": "stop"}), others[2]])
    view = widget()
    listening.Listener(view).listen()
    assert view.heard == ["pause", "stop"] and kernel.handed == others and not kernel.shell_stream.socket.messages
    assert kernel.session.deserialize(kernel.session.feed_identities(others[0], copy=False)[1], copy=False)["content"] == {"code": "1"}  # it was only looked at


def test_whoever_looks_first_gives_the_others_what_is_theirs(kernel):
    one, other, closed = widget(), widget("other"), widget("closed")
    closed.comm = None
    listeners = [listening.Listener(each) for each in (closed, one, other)]
    kernel.shell_stream.socket.messages.extend(message(kernel, "comm_msg", {"comm_id": name, "data": name}) for name in ("other", "mine"))
    listeners[1].listen()
    assert (one.heard, other.heard, kernel.handed) == (["mine"], ["other"], [])


def test_it_looks_now_and_then_only(kernel, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(listening.time, "monotonic", lambda: now[0])
    view = widget()
    listener = listening.Listener(view)
    for later, heard in ((0.0, 1), (0.01, 1), (0.03, 1), (0.06, 2)):
        now[0] = 100.0 + later
        kernel.shell_stream.socket.messages.append(message(kernel, "comm_msg", {"comm_id": "mine", "data": later}))
        listener.listen()
        assert (len(view.heard) > 1) == (heard == 2)
    assert view.heard == [0.0, 0.01, 0.03, 0.06]


def test_a_kernel_of_two_threads_and_one_that_is_not_known(kernel):
    pair = SimpleNamespace(to_stream=kernel.shell_stream)
    newer = SimpleNamespace(shell_channel_thread=SimpleNamespace(manager=SimpleNamespace(_shell_channel_to_main=pair)), shell_stream=None)
    assert listening._requests(newer) is kernel.shell_stream and listening._requests(kernel) is kernel.shell_stream
    newer.shell_channel_thread.manager = SimpleNamespace()
    assert listening._requests(newer) is None and listening._requests(None) is None


def test_where_there_is_no_kernel_there_is_nothing_to_hear(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", None)
    listening.Listener(widget()).listen()


@pytest.mark.full("starts a kernel, with ipykernel as it is: seconds on a busy machine")
def test_a_kernel_whose_page_sends_all_to_its_main_thread(tmp_path):
    """As of VS Code and of JupyterLab before 4.4: nothing is answered while a cell runs, but for this."""
    manager = pytest.importorskip("jupyter_client.manager")
    own, client = manager.start_new_kernel(kernel_name="python3")
    try:
        setup = ("import workbook as torch\nfrom workbook import nn\nfrom workbook.widgets import dashboard\nnet, loss_fn = nn.Linear(3, 2), nn.CrossEntropyLoss()\n"
                 "optimizer = torch.optim.SGD(net.parameters(), lr=0.01)\nwatch = dashboard(net, optimizer, loss_fn)\n"
                 "data = [(torch.ones(4, 3), torch.tensor([0, 1, 0, 1]))] * 50")
        answer = client.execute_interactive(setup, timeout=60, user_expressions={"id": "watch.view.comm.comm_id"})
        comm = answer["content"]["user_expressions"]["id"]["data"]["text/plain"].strip("'")
        loop = client.execute("for epoch in range(10**6):\n    for x, y in watch(data):\n        optimizer.zero_grad()\n        loss_fn(net(x), y).backward()\n"
                              "        _ = optimizer.step()\nassert watch.state == 'stopped' and watch.rate == 0.5")
        later = client.execute("assert watch.state == 'stopped'")
        for content in ({"action": "rate", "value": 0.5}, {"action": "stop"}):
            client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": content}}))
        answers = [client.get_shell_msg(timeout=60) for _ in range(2)]
        assert [each["parent_header"]["msg_id"] for each in answers] == [loop, later]
        assert [each["content"]["status"] for each in answers] == ["ok", "ok"]
    finally:
        client.stop_channels()
        own.shutdown_kernel(now=True)
