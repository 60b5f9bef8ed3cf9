"""From a row of the outbox to the message that leaves."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.outbox.models import Mail

_PLAIN_LINES = SMTP.clone(cte_type="7bit")  # every server takes it


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """The message of a row: the same bytes every time, down to its boundary and its date."""
    message = EmailMessage(policy=_PLAIN_LINES)
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    message.set_boundary(f"=_{mail.id.hex}")
    return message
