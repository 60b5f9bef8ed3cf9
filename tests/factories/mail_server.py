"""A mail server for tests that takes, defers, refuses, hangs or cuts the line as the address says; and mails for it."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

from aiosmtpd.controller import Controller
from sqlmodel import select

from app.core.db import unit_of_work
from app.outbox import service
from app.outbox.models import Mail
from app.outbox.schemas import Letter


class Sink:
    """Keeps what it takes. Addresses say what befalls them: `refuse-rcpt@…`, `defer-data@…`, `hang@…`, `cut@…`.
    `refusal`: what it says of the first; `asked`: whom it was asked for."""

    def __init__(self, refusal: str = "550 nobody here") -> None:
        self.refusal = refusal
        self.asked: list[str] = []
        self.taken: list[bytes] = []
        self.connections: set[Any] = set()
        self.port = 0

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections.add(session.peer)
        return responses

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return "530 sender not allowed" if address.startswith("stranger@") else "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        self.asked.append(address)
        return {"refuse-rcpt": self.refusal, "defer-rcpt": "450 greylisted"}.get(kind_of(envelope), "250 OK")

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        kind = kind_of(envelope)
        if kind == "hang":
            await asyncio.sleep(3)
        if kind == "cut":
            server.transport.abort()
        if kind in ("refuse-data", "defer-data"):
            return "554 looks like spam" if kind == "refuse-data" else "452 disk full"
        self.taken.append(envelope.original_content)
        return "250 OK"


def kind_of(envelope: Any) -> str:
    return str(envelope.rcpt_tos[0]).partition("@")[0]


def serve(sink: Sink, **options: Any) -> Iterator[Sink]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    sink.port = port
    sink.connections.clear()
    yield sink
    controller.stop()


def write(*recipients: str) -> None:
    with unit_of_work() as session:
        for recipient in recipients:  # one after another, as they are to leave
            service.write(session, [Letter(None, recipient, recipient, "نص", "<p>نص</p>")])


def mails() -> dict[str, Mail]:
    with unit_of_work() as session:
        return {mail.recipient: mail for mail in session.scalars(select(Mail))}
