"""From a row of the outbox to the bytes that leave.

Put together here and not by `email.message`: its headers and bodies are parsed, counted and folded in Python, which
took a third of what sending a mail costs.
"""

from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, parseaddr, quote

from app.outbox.models import Mail

_LONGEST_LINE = 76
_END = "\r\n"


@dataclass(frozen=True)
class Message:
    """What a server is given: from whom and to whom (addresses alone), and the bytes, whose lines end in CRLF."""

    sender: str
    recipient: str
    content: bytes

    @property
    def is_international(self) -> bool:
        """Whether an address needs a server that takes more than ASCII."""
        return not (self.sender.isascii() and self.recipient.isascii())


def message_of(mail: Mail, sender: str) -> Message:
    """The message of a row: the same bytes every time, down to its boundary and its date.

    Every line is short and, addresses apart, ASCII, so that every server takes it. ValueError where a header of the
    row is one of ours or would break its line.
    """
    said = (sender, mail.recipient, mail.subject, *mail.headers.values())
    if any("\n" in value or "\r" in value for value in said):
        raise ValueError("a header would break its line")
    name, address = parseaddr(sender)
    boundary = f"=_{mail.id.hex}"
    ours = {
        "From": f"{_phrase(name)} <{address}>" if name else address,
        "To": mail.recipient,
        "Subject": _folded("Subject", mail.subject),
        "Date": format_datetime(mail.created_at),
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative;{_END} boundary="{boundary}"',
    }
    if taken := {name.title() for name in mail.headers} & {name.title() for name in ours}:
        raise ValueError(f"every mail has its own {', '.join(sorted(taken))}")
    headers = ours | {name: _folded(name, value) for name, value in mail.headers.items()}
    head = "".join(f"{name}: {value}{_END}" for name, value in headers.items())
    parts = [_part("plain", mail.text), _part("html", mail.html)]
    between = f"{_END}--{boundary}".encode()
    body = b"".join(between + _END.encode() + part for part in parts)
    return Message(address, mail.recipient, head.encode() + body + between + f"--{_END}".encode())


def _folded(name: str, value: str) -> str:
    """A header's value on as many lines as it needs, each an encoded word where it is not plain ASCII."""
    is_plain = value.isascii() and "=?" not in value  # else it would be read as an encoded word
    if is_plain and len(name) + len(value) + 2 <= _LONGEST_LINE:
        return value
    charset = "us-ascii" if is_plain else "utf-8"
    return Header(value, charset, _LONGEST_LINE, name).encode(linesep=_END)


def _phrase(name: str) -> str:
    """What a mailbox is called."""
    return f'"{quote(name)}"' if name.isascii() else Header(name, "utf-8", _LONGEST_LINE, "From").encode(linesep=_END)


def _part(kind: str, said: str) -> bytes:
    """One of the alternatives, as it is where its lines are short and ASCII, else in whichever encoding is shorter."""
    body = "".join(line + _END for line in said.splitlines()).encode()
    encoding, encoded = "7bit", body
    if not body.isascii() or max(map(len, body.split(b"\r\n"))) > _LONGEST_LINE:
        encoding, encoded = "quoted-printable", b2a_qp(body)
        if len(encoded) > len(body) * 4 / 3:
            encoding, encoded = "base64", encodebytes(body).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"{_END}Content-Transfer-Encoding: {encoding}{_END * 2}'
    return head.encode() + encoded
