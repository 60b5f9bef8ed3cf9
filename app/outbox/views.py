"""`/dev/mail`: the development mailbox, read in a browser.

The one page a feature below the pages' floor has: it shows no figure and nobody but a developer sees it,
for it is registered in development only. A mail's own HTML is served apart, with a policy that runs nothing.
"""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from mailbox import Maildir

from flask import Blueprint, Flask, Response, render_template

from app.core.errors import NotFound
from app.core.http import public
from app.core.text import mark
from app.outbox.transports import MAILBOX
from config.settings import settings

SHOWN = 100
_HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
_NO_SUCH_MAIL = mark("This mail is not in the development mailbox.")

mailbox = Blueprint("mailbox", __name__, url_prefix="/dev/mail")


def register(app: Flask) -> None:
    """Show the mailbox, in development only."""
    if settings().in_development:
        app.register_blueprint(mailbox)


@mailbox.get("")
@public
def show_mails() -> str:
    """The newest mails."""
    box = _box()
    newest = sorted(box.keys(), key=_age, reverse=True)[:SHOWN]
    return render_template("outbox/mails.html", mails=[(key, _parsed(box, key)) for key in newest])


@mailbox.get("/<key>")
@public
def show_mail(key: str) -> str:
    """One mail: its headers, its text, and its HTML in a frame that runs nothing."""
    message = _parsed(_box(), key)
    return render_template("outbox/mail.html", key=key, message=message, text=_part(message, "plain"))


@mailbox.get("/<key>/html")
@public
def show_html(key: str) -> Response:
    """The HTML part of a mail as it was sent."""
    page = Response(_part(_parsed(_box(), key), "html"), content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = _HTML_POLICY
    page.headers["X-Frame-Options"] = "SAMEORIGIN"
    return page


def _box() -> Maildir:
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    return Maildir(settings().data_dir / MAILBOX, create=True)


def _age(key: str) -> list[int]:
    """Maildir names begin with the second and the microsecond a mail was put there."""
    return [int(digits) for digits in re.findall(r"\d+", key)[:2]]


def _parsed(box: Maildir, key: str) -> EmailMessage:
    try:
        return message_from_bytes(box.get_bytes(key), policy=default)
    except KeyError as error:
        raise NotFound("no_such_mail", _NO_SUCH_MAIL) from error


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
