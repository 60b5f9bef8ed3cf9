"""What stands between a phone and the server: a bad network, which writes down what passes through it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import urlsplit

REPORTS = "/api/v1/reports"
_PIECE = 1_400  # bytes: what goes in one packet
_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Passed:
    """One request that came by, and how it was answered; None: it was not."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)  # of the request, their names in small letters
    status: int | None = None
    size: int = 0  # bytes of the server's answer as it sent it, headers and all

    @property
    def reports(self) -> list[dict[str, Any]]:
        return list(json.loads(self.body)["reports"]) if self.path == REPORTS and self.body else []


@dataclass
class Network:
    """`away`: nobody is answered; `closed`: these paths are not.

    `instead`: answers of its own to posts of reports, used up one by one: a status, or
    `cut` (the server reads the request, its answer is lost). `slow_s`: each is answered so much later, at no more than
    `bytes_per_s` if there is such a limit."""

    url: str
    passed: list[Passed] = field(default_factory=list)
    away: bool = False
    closed: frozenset[str] = frozenset()
    instead: list[int | str] = field(default_factory=list)
    slow_s: float = 0.0
    bytes_per_s: float | None = None
    alter: Callable[[dict[str, Any]], dict[str, Any]] | None = None  # each report on its way to the server
    ahead: timedelta = timedelta(0)  # the server's clock, as it says in its answers
    change: Callable[[str, bytes], bytes] = lambda _path, answer: answer  # what is answered instead, by path

    @property
    def posts(self) -> list[Passed]:
        """The posts of reports, in order."""
        return [one for one in self.passed if one.path == REPORTS and one.method == "POST"]

    def taken(self) -> list[str]:
        """The ids of all reports in posts that the server read and answered, in order, each time they were."""
        return [report["id"] for post in self.posts if post.status == HTTPStatus.OK for report in post.reports]


class _Gate(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, server: str) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.to = urlsplit(server)
        self.network = Network(f"http://127.0.0.1:{self.server_address[1]}")

    def ask(self, asked: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The server's answer."""
        connection = HTTPConnection(str(self.to.hostname), self.to.port, timeout=30)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in _OF_ONE_HOP}
        connection.request(asked.command, asked.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), content


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Gate

    def log_message(self, *_: Any) -> None:
        """Nothing to the console: what passed is kept."""

    def _pass(self) -> None:
        network, body = self.server.network, self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if network.away or urlsplit(self.path).path in network.closed:
            return self._hang_up()
        asked = {name.lower(): value for name, value in self.headers.items()}
        passed = Passed(self.command, urlsplit(self.path).path, body, asked)
        network.passed.append(passed)
        time.sleep(network.slow_s)
        instead = network.instead.pop(0) if network.instead and passed.reports else None
        if isinstance(instead, int):
            passed.status = instead
            return self._say(instead, [("Content-Type", "application/problem+json")], _problem(instead))
        if network.alter is not None and passed.reports:
            said = json.loads(body)
            body = json.dumps(said | {"reports": [network.alter(report) for report in said["reports"]]}).encode()
        try:
            passed.status, headers, answer = self.server.ask(self, body)
        except (OSError, HTTPException):
            return self._hang_up()
        passed.size = _size(passed.status, headers, answer)
        if instead == "cut" or network.away:
            return self._hang_up()
        return self._say(passed.status, headers, network.change(passed.path, answer))

    do_GET = do_POST = do_HEAD = _pass  # noqa: N815  # names of http.server

    def _say(self, status: int, headers: list[tuple[str, str]], answer: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() == "date":
                self.send_header(
                    name, format_datetime(parsedate_to_datetime(value) + self.server.network.ahead, usegmt=True)
                )
            elif name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        rate = self.server.network.bytes_per_s
        size = _PIECE if rate else len(answer) or 1
        with suppress(OSError):
            for start in range(0, len(answer), size):
                time.sleep(size / rate if rate else 0.0)
                self.wfile.write(answer[start : start + size])

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(SHUT_RDWR)


@contextmanager
def between(server: str) -> Iterator[Network]:
    """A network before a server, at an address of its own."""
    gate = _Gate(server)
    threading.Thread(target=gate.serve_forever, daemon=True).start()
    yield gate.network
    gate.shutdown()
    gate.server_close()


def _size(status: int, headers: list[tuple[str, str]], answer: bytes) -> int:
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers), ""
    return sum(len(line) + len("\r\n") for line in head) + len(answer)


def _problem(status: int) -> bytes:
    """As our server says it, or one in trouble: then it is a page of whatever stands before it."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return b"<h1>Bad gateway</h1>"
    return json.dumps({"type": "about:blank", "title": "No", "status": status, "code": "no"}).encode()
