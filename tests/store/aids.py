"""What the tests of the log share: records, writers for other processes, a line to be cut."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from urllib.parse import urlsplit, urlunsplit

from domain.log import JournalEntry, Log, Notification, StoredFact
from domain.store.opening import migrate, open_log

PATIENCE = 20.0
NOON = datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)


def fact(
    stream: str, version: int, *, topic: str = "station.booted", station: str = ""
) -> StoredFact:
    return StoredFact(stream, version, topic, b"\x00\xff{}", f"cause of {version}", station)


def entry(key: str, *, station: str = "CP-1", at: datetime = NOON) -> JournalEntry:
    return JournalEntry(
        key=key,
        station=station,
        kind="frame",
        direction="in",
        connection=1_714_564_800_000_000,
        node="gateway-1",
        message_id=f"message-{key}",
        action="BootNotification",
        payload=b'[2,"\x00","BootNotification",{}]',
        answer=b"\xff\x00answer",
        deviations="",
        received_at=at,
        decided_at=at,
        context='{"protocol":"ocpp2.0.1"}',
    )


def write_streams(url: str, writer: str, commits: int) -> None:
    """Commit as one of several processes: two facts and a journal row each time."""
    log = open_log(url)
    for number in range(1, commits + 1):
        facts = [fact(f"{writer}-a", number), fact(f"{writer}-b", number)]
        log.commit(facts, [entry(f"{writer}-{number}", station=writer)])
    log.close()


def migrate_and_write(url: str, writer: str) -> None:
    """What a process does that starts at the same time as others."""
    migrate(url)
    write_streams(url, writer, 3)


def follow(log: Log, until: Callable[[list[Notification]], bool]) -> list[Notification]:
    """Read as a projection does, in small portions, until enough has been seen."""
    seen: list[Notification] = []
    while not until(seen):
        head = seen[-1].position if seen else 0
        seen += log.since(head, limit=7)
        log.wait(seen[-1].position if seen else 0, 0.05)
    return seen


class Line:
    """A line to the database that can go deaf (answers get lost) and then be cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = parts.hostname or "", parts.port or 5432
        self._door = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._deaf = Event()
        host = f"postgres@127.0.0.1:{self._door.getsockname()[1]}"
        self.url = urlunsplit(parts._replace(netloc=host))
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._server)
                self._sockets += [near, far]
                Thread(target=self._carry, args=(near, far), daemon=True).start()
                Thread(target=self._answer, args=(far, near), daemon=True).start()

    @staticmethod
    def _carry(near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                far.sendall(data)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                if not self._deaf.is_set():
                    near.sendall(data)

    def go_deaf(self) -> None:
        """What is sent still arrives; nothing comes back."""
        self._deaf.set()

    def cut(self) -> None:
        """End every connection; new ones work again."""
        ended, self._sockets = self._sockets, []
        for each in ended:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._deaf.clear()

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    line = Line(url)
    try:
        yield line
    finally:
        line.close()
