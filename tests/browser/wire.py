"""The wire between a phone and the office, in the hands of a test.

It can be pulled out (nobody answers at the port any more), and it can lose an answer: the request
arrives, the office stores and replies, and the reply never gets back. That is the cut which makes
doubles out of honest retries.
"""

import contextlib
import re
import socket
import threading
from collections import Counter


class Wire:
    def __init__(self, host: str, port: int):
        self.upstream = (host, port)
        self.lost: list[str] = []  # paths whose answers were lost
        self.requests: list[str] = []
        self.received = Counter()  # path -> bytes that reached the browser
        self.losing: tuple[str, ...] = ()  # answers of paths like these get lost
        self.holding: tuple[str, ...] = ()  # these come late: when `let_go` is called
        self.held: list[str] = []
        self._go_on = threading.Event()
        self._listener: socket.socket | None = None
        self.port = 0
        self.plug_in()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def plug_in(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(50)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def pull_out(self):
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def let_go(self):
        self.holding = ()
        self._go_on.set()

    def _accept(self, listener):
        while self._listener is listener:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client):
        """One request and its answer; the connection ends with it."""
        with client, contextlib.suppress(OSError, ValueError):
            client.settimeout(30)
            head, body = _read_request(client)
            method, path = head.split(b" ", 2)[:2]
            self.requests.append(f"{method.decode()} {path.decode()}")
            answer = self._ask(head, body)
            if any(part in path.decode() for part in self.holding):
                self.held.append(path.decode())
                self._go_on.wait(30)
            if self._is_lost(path.decode()):
                return
            self.received[path.decode()] += len(answer)
            client.sendall(answer)

    def _ask(self, head, body):
        head = re.sub(rb"(?im)^connection:[^\r]*\r\n", b"", head)
        head = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        with socket.create_connection(self.upstream, timeout=30) as server:
            server.sendall(head + body)
            return b"".join(iter(lambda: server.recv(1 << 16), b""))

    def _is_lost(self, path):
        lost = any(part in path for part in self.losing)
        if lost:
            self.lost.append(path)
        return lost


def _read_request(client):
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(client)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    while len(body) < int(length[1] if length else 0):
        body += _more(client)
    return head + b"\r\n\r\n", body


def _more(client):
    part = client.recv(1 << 16)
    if not part:
        raise OSError("the browser hung up")
    return part
