"""Links in mails that open without signing in: what they are about, signed, so that nobody can make one up.

Whoever holds such a link was sent it, or was passed it on: it shows one sentence, and takes one alert on. Mail scanners
follow links, so opening one changes nothing.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from itsdangerous import BadSignature, Signer

from config.settings import settings

ALERT, UNSUBSCRIBE = "alert", "unsubscribe"


def sign(about: str, *ids: UUID) -> str:
    """A link's last part, about these."""
    said = urlsafe_b64encode(b"".join(one.bytes for one in ids)).rstrip(b"=")
    return _signer(about).sign(said).decode()


def to_end(operation_id: UUID, user_id: UUID) -> dict[str, str]:
    """Headers of a mail by which somebody gets no more of them, in one click (RFC 8058)."""
    end = f"{settings().base_url.rstrip('/')}/u/{sign(UNSUBSCRIBE, operation_id, user_id)}"
    return {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def read(about: str, token: str) -> list[UUID] | None:
    """What a link is about; None: it is not one of ours."""
    try:
        said = _signer(about).unsign(token)
    except BadSignature:
        return None
    ids = urlsafe_b64decode(said + b"=" * (-len(said) % 4))
    return [UUID(bytes=ids[start : start + 16]) for start in range(0, len(ids), 16)]


def _signer(about: str) -> Signer:
    """Newest key last, as itsdangerous wants it: a link outlives the key it was signed with by as long as that is kept
    among the earlier ones."""
    given = settings()
    return Signer([*given.earlier_secret_keys, given.secret_key or ""], salt=f"mawa mail {about}")
