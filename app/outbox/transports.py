"""Where mails leave: an SMTP server, or the development mailbox.

A file of its own because it is neither a service nor a query: it speaks to the outside, knows no database,
and is what a test puts a stand-in for.
"""

import re
import smtplib
import ssl
from functools import lru_cache
from ipaddress import ip_address
from mailbox import Maildir
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from app.outbox.emails import Message
from app.outbox.errors import Failure, NotSent, ServerAway
from config.settings import Settings

TIMEOUT = 20.0  # seconds for each answer of the server
MAILBOX = "mail"  # folder under MAWA_DATA_DIR
_PORTS = {"smtp": 25, "smtps": 465}


class Transport(Protocol):
    """Takes messages one by one; what it does not take it says by raising `NotSent`."""

    def send(self, message: Message) -> None: ...

    def close(self) -> None: ...


def transport_of(settings: Settings) -> Transport:
    """SMTP where MAIL_URL is set, else the development mailbox (settings refuse production without MAIL_URL)."""
    if settings.mail_url:
        return SmtpTransport(settings.mail_url)
    return MailboxTransport(settings.data_dir / MAILBOX)


class MailboxTransport:
    """Keeps every message in a Maildir, to be read at `/dev/mail`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message) -> None:
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            Maildir(self._folder, create=True).add(message.content)
        except OSError as error:
            raise ServerAway(_told(error)) from error

    def close(self) -> None:
        """Nothing is kept open."""


class SmtpTransport:
    """One connection for many messages, opened at the first and again after it breaks.

    `smtp://user:password@host:port` uses STARTTLS where it is offered, `smtps://` TLS from the start; both
    check the certificate. A password goes unencrypted to a private address only.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        self._url, self._timeout = urlsplit(url), timeout
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: Message) -> None:
        smtp = self._connection()
        try:
            smtp.sendmail(message.sender, [message.recipient], message.content, _options(smtp, message))
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused(code, text, is_address=_is_nobody(code, text)) from error
        except smtplib.SMTPSenderRefused as error:
            raise NotSent(_said(error.smtp_code, error.smtp_error)) from error  # our settings, not this mail: mendable
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise NotSent(_told(error), "permanent") from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NotSent(_told(error), "timeout" if _is_late(error) else "temporary") from error

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _connection(self) -> smtplib.SMTP:
        if self._smtp is None or self._smtp.sock is None:
            try:
                self._smtp = _connect(self._url, self._timeout)
            except (smtplib.SMTPException, OSError) as error:
                is_shut_out = isinstance(error, smtplib.SMTPAuthenticationError)
                failure: Failure = "timeout" if _is_late(error) else "temporary"
                raise ServerAway(_told(error), failure, is_shut_out=is_shut_out) from error
        return self._smtp


def _connect(url: SplitResult, timeout: float) -> smtplib.SMTP:
    host, port = url.hostname or "localhost", url.port or _PORTS.get(url.scheme, 25)
    smtp = (
        smtplib.SMTP_SSL(host, port, timeout=timeout, context=trusted())
        if url.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=timeout)
    )
    try:
        smtp.ehlo_or_helo_if_needed()
        if url.scheme != "smtps" and smtp.has_extn("starttls"):
            smtp.starttls(context=trusted())
            smtp.ehlo()
        if url.username:
            _log_in(smtp, unquote(url.username), unquote(url.password or ""))
    except BaseException:
        smtp.close()
        raise
    return smtp


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed, read once a process and only where a server encrypts: reading it takes longer
    than sending ten mails."""
    return ssl.create_default_context()


def _options(smtp: smtplib.SMTP, message: Message) -> tuple[str, ...]:
    if not message.is_international:
        return ()
    if not smtp.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("the server takes no address outside of ASCII")
    return ("SMTPUTF8", "BODY=8BITMIME")


def _log_in(smtp: smtplib.SMTP, name: str, password: str) -> None:
    sock = smtp.sock
    if not isinstance(sock, ssl.SSLSocket) and sock is not None and not ip_address(sock.getpeername()[0]).is_private:
        raise ServerAway(
            "the server offers no encryption, and a password is not sent without: use smtps://", is_shut_out=True
        )
    smtp.login(name, password)


def _refused(code: int, text: bytes | str, *, is_address: bool = False) -> NotSent:
    return NotSent(_said(code, text), "permanent" if 500 <= code < 600 else "temporary", is_address=is_address)


def _is_nobody(code: int, text: bytes | str) -> bool:
    """Whether a refusal of a recipient says that nobody is there (RFC 3463: 5.1.x an address, 5.2.1 a mailbox that is
    switched off; where a server gives no such code, what RFC 5321 has for it). Not: that it does not like us."""
    enhanced = re.match(r"5\.(\d{1,3})\.(\d{1,3})\b", _said(code, text).partition(" ")[2])
    if enhanced is None:
        return code in (550, 551, 553)
    return enhanced[1] == "1" or enhanced.groups() == ("2", "1")


def _is_late(error: BaseException) -> bool:
    """Whether no answer came in time, which smtplib says in other words."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
