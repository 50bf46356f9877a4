"""A web server that has firmware and takes whatever it is brought."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

FIRMWARE = b"\x7fFIRMWARE" * 20_000


class Server(ThreadingHTTPServer):
    """Keeps what it was asked."""

    asked: list[tuple[str, str]]


class Files(BaseHTTPRequestHandler):
    """Serves firmware, takes diagnostics."""

    server: Server

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization", "")))
        if "missing" in self.path:
            self.send_error(404)
            return
        told = len(FIRMWARE) + (5 if "short" in self.path else 0)
        self.send_response(200)
        self.send_header("Content-Length", str(told))
        self.end_headers()
        self.wfile.write(FIRMWARE)

    def do_PUT(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, content.decode()))
        self.send_response(500 if "full" in self.path else 201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Silence."""


@contextmanager
def serving():
    with Server(("127.0.0.1", 0), Files) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def files():
    with serving() as server:
        yield server


@pytest.fixture
def url(files):
    return f"http://127.0.0.1:{files.server_port}"
