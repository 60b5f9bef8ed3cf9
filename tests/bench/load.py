"""Sends requests from other processes, over connections that stay open, and checks every answer.

The generator must cost little beside what it measures: plain sockets, one loop a process, bodies cut from a template.
"""

import os
import random
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

PROCESSES = 2
CONNECTIONS = 16
PATIENCE_S = 60.0  # for answers still awaited when the load ends
START_IN_S = 0.3  # so that all processes start together
EXAMPLES = 3
ACCEPTED = b'"accepted"'


@dataclass(frozen=True)
class Requests:
    """What to send: the same `body`, or as many reports as `reports` says, each of `report` with a new id and a place.

    Every answer must be 200 and say "accepted" once for each report (once for a `body`).
    """

    port: int
    path: str
    token: str = ""
    body: bytes = b"%b"
    report: bytes = b""
    reports: int = 1
    places: tuple[bytes, ...] = ()

    def make(self) -> Iterator[bytes]:
        """Whole requests, without end."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        if not self.report:
            while True:
                yield b"%b%d\r\n\r\n%b" % (head, len(self.body), self.body)
        template = self.body % b",".join([self.report] * self.reports)
        while True:
            body = template % tuple(self._ids_and_places())
            yield b"%b%d\r\n\r\n%b" % (head, len(body), body)

    def _ids_and_places(self) -> Iterator[bytes]:
        digits = os.urandom(16 * self.reports).hex().encode()
        for start in range(0, len(digits), 32):
            own = digits[start : start + 32]
            yield b"%b-%b-4%b-8%b-%b" % (own[:8], own[8:12], own[13:16], own[17:20], own[20:])
            yield random.choice(self.places)


@dataclass(frozen=True)
class Load:
    """Requests from one process. `rate` in requests per second, None: as fast as answers come; `seconds` after a
    warm-up. `begin` on the monotonic clock, which all processes of a machine share."""

    requests: Requests
    seconds: float
    warm_up: float
    rate: float | None = None
    connections: int = CONNECTIONS
    begin: float = 0.0

    @property
    def counts_from(self) -> float:
        return self.begin + self.warm_up

    @property
    def end(self) -> float:
        return self.counts_from + self.seconds


@dataclass
class Outcome:
    """What came of a load. `accepted` counts all of it, `counted` what was accepted after the warm-up."""

    seconds: float = 0.0
    accepted: int = 0
    counted: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    processor_s: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.counted / self.seconds

    def note(self, answer: bytes, load: "Load", sent_at: float) -> None:
        """Count one answer, and keep it as an example where it is not what it should be."""
        now = time.monotonic()
        accepted = answer.count(ACCEPTED) if answer.startswith(b"HTTP/1.1 200") else 0
        self.accepted += accepted
        if accepted != load.requests.reports and len(self.wrong) < EXAMPLES:
            self.wrong.append(answer[:600].decode(errors="replace"))
        if load.counts_from <= now < load.end:
            self.counted += accepted
            self.latencies_ms.append(1000 * (now - sent_at))

    def add(self, other: "Outcome") -> None:
        self.accepted += other.accepted
        self.counted += other.counted
        self.latencies_ms += other.latencies_ms
        self.processor_s += other.processor_s
        self.wrong += other.wrong


class Line:
    """A connection that stays open; one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._got = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.monotonic()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer, or None while more of it is to come."""
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionError("the server has closed a connection that should stay open")
        self._got += part
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return None
        answer, self._got = self._got, b""
        return answer

    def ask(self, request: bytes) -> bytes:
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def close(self) -> None:
        self.socket.close()


class Generator:
    """The processes that send; made once, so that they are warm."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))

    def start(self, load: Load) -> "Running":
        """Share a load among the processes."""
        part = replace(
            load,
            connections=load.connections // PROCESSES,
            rate=None if load.rate is None else load.rate / PROCESSES,
            begin=time.monotonic() + START_IN_S,
        )
        return Running(part, [self._pool.submit(drive, part) for _ in range(PROCESSES)])

    def close(self) -> None:
        self._pool.shutdown()


@dataclass(frozen=True)
class Running:
    """A load under way."""

    part: Load
    futures: list  # type: ignore[type-arg]

    def check(self) -> None:
        """Raise what has ended a part of it early."""
        for future in self.futures:
            if future.done():
                future.result()

    def wait(self) -> Outcome:
        whole = Outcome(seconds=self.part.seconds)
        for future in self.futures:
            whole.add(future.result())
        return whole


def drive(load: Load) -> Outcome:
    """Send until the time is over, then wait for what was sent."""
    outcome = Outcome(seconds=load.seconds)
    requests = load.requests.make()
    # In turn: a server closes a connection over which nothing comes for long.
    idle = deque(Line(load.requests.port) for _ in range(load.connections))
    lines = list(idle)
    processor = time.process_time()
    end = load.end
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
        sent = 0
        while (now := time.monotonic()) < end or len(idle) < len(lines):
            due = load.begin if load.rate is None else load.begin + sent / load.rate
            if idle and due <= now < end:
                idle.popleft().send(next(requests))
                sent += 1
                continue
            until = end + PATIENCE_S if now >= end else max(due, now) if idle else end
            ready = selector.select(max(until - now, 0.0))
            if not ready and now > end + PATIENCE_S:
                raise TimeoutError(f"{len(lines) - len(idle)} requests are not answered")
            for key, _ in ready:
                answering: Line = key.data
                answer = answering.receive()
                if answer is not None:
                    idle.append(answering)
                    outcome.note(answer, load, answering.sent_at)
    outcome.processor_s = time.process_time() - processor
    for line in lines:
        line.close()
    return outcome


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r")[0] or b"0")  # of "not modified" none is told
