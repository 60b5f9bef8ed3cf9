"""The bytes of a mail: every server takes them, and what is read is what was written."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.outbox.emails import Message, message_of
from app.outbox.models import Mail

SENDER = "Mawa <mawa@example.org>"
NOTICES = ", ".join(str(UUID(int=number)) for number in range(40))
# As they are stored: no line breaks, no space that two words would not have between them.
lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], include_characters=" ")).map(
    lambda said: " ".join(said.split())
)
texts = st.lists(lines, max_size=6).map("\n".join)


def a_message(*, sender: str = SENDER, **more: Any) -> Message:
    given: dict[str, Any] = {
        "id": UUID(int=7),
        "recipient": "rana@example.org",
        "subject": "Full",
        "text": "text",
        "html": "<p>html</p>",
        "message_id": "<7@example.org>",
        "headers": {},
        "created_at": datetime(2025, 3, 13, 15, 40, tzinfo=UTC),
    }
    return message_of(Mail(**{**given, **more}), sender)


def read(message: Message) -> EmailMessage:
    found = message_from_bytes(message.content, policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


@given(subject=lines, text=texts, html=texts)
@example(subject="=?utf-8?q?not_encoded?=", text=".\nFrom here\n..", html="<p>" + "a" * 2_000)
@example(subject="حرج: " * 40, text="مأوى\n" * 40, html="<p dir='rtl'>مأوى = ٥</p>")
@example(subject="word " * 60, text="", html="a" * 75 + " \n =\t")
def test_what_is_read_is_what_was_written(subject: str, text: str, html: str) -> None:
    subject = " ".join(subject.split())
    message = a_message(subject=subject, text=text, html=html, headers={"X-Mawa-Notices": NOTICES})
    found = read(message)
    assert found["Subject"] == subject
    assert found["X-Mawa-Notices"] == NOTICES
    for kind, said in (("plain", text), ("html", html)):
        part = found.get_body((kind,))
        assert part is not None
        assert part.get_content().splitlines() == said.splitlines()
    for line in message.content.split(b"\r\n"):
        assert line.isascii()
        assert len(line) <= 78
        assert b"\n" not in line
        assert b"\r" not in line


def test_its_headers_are_those_of_a_mail_nobody_answers() -> None:
    found = read(a_message())
    assert found["From"].addresses == (Address("Mawa", "mawa", "example.org"),)
    assert found["To"].addresses == (Address("", "rana", "example.org"),)
    assert found["Date"].datetime == datetime(2025, 3, 13, 15, 40, tzinfo=UTC)
    assert (found["Message-ID"], found["Auto-Submitted"]) == ("<7@example.org>", "auto-generated")
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("mawa@example.org", ""),
        ("مأوى <mawa@example.org>", "مأوى"),
        ('"Shelters, and \\"room\\"" <mawa@example.org>', 'Shelters, and "room"'),
    ],
)
def test_the_sender_is_called_what_the_settings_say(sender: str, name: str) -> None:
    message = a_message(sender=sender)
    assert message.sender == "mawa@example.org"
    assert read(message)["From"].addresses == (Address(name, "mawa", "example.org"),)


@pytest.mark.parametrize(
    "more",
    [
        {"subject": "Full\r\nBcc: x@example.org"},
        {"recipient": "rana@example.org\nBcc: x@example.org"},
        {"sender": "Mawa\n <mawa@example.org>"},
        {"headers": {"X-Mawa": "a\rb"}},
        {"headers": {"to": "x@example.org"}},
    ],
)
def test_no_header_can_be_smuggled_in(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"break its line|every mail has its own"):
        a_message(**more)


def test_an_address_outside_of_ascii_is_written_as_it_is() -> None:
    message = a_message(recipient="رنا@example.org")
    assert message.is_international
    assert "\r\nTo: رنا@example.org\r\n".encode() in message.content
    assert not a_message().is_international
