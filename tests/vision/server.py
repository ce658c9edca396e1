"""A server on 127.0.0.1 that sends small files, whole or in one of the ways in which a line or a server can fail."""

import contextlib
import http.server
import threading


class Files:
    """What the server has, `files[name] = bytes`, how it behaves, and what it was asked for: `asked`, a list of (name, range)."""

    def __init__(self):
        self.files, self.asked = {}, []
        self.ranges = True  # whether it can continue
        self.breaks_after = None  # bytes, then the line breaks
        self.announces = None  # another length than the file's
        self.says_length = True
        self.leads_to = None  # another address
        self.raw = None  # all that is sent, as it is
        self.waits = None  # an event to wait for, after half of the file
        self.half = threading.Event()

    def url(self, name=""):
        return f"http://127.0.0.1:{self.port}/{name}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        files = self.server.files
        name, wanted = self.path.lstrip("/"), self.headers.get("Range")
        files.asked.append((name, wanted))
        if files.raw is not None:
            with contextlib.suppress(ConnectionError):
                self.wfile.write(files.raw)
            self.close_connection = True
            return
        if files.leads_to:
            self.send_response(302)
            self.send_header("Location", files.leads_to)
            self.end_headers()
            return
        if name not in files.files:
            self.send_error(404)
            return
        body, start = files.files[name], 0
        if wanted and files.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        body = body[start:]
        if files.says_length:
            self.send_header("Content-Length", str(files.announces or len(body)))
        self.end_headers()
        if files.breaks_after is not None:
            body = body[:files.breaks_after]
        with contextlib.suppress(ConnectionError):
            if files.waits:
                self.wfile.write(body[:len(body) // 2])
                self.wfile.flush()
                files.half.set()
                files.waits.wait(20)
                body = body[len(body) // 2:]
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving():
    files = Files()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.files, files.port = files, server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield files
    finally:
        if files.waits:
            files.waits.set()
        server.shutdown()
        server.server_close()
        thread.join()
