"""What can go wrong with accounts, said so that the person can mend it."""

from app.core.errors import DomainError, NotFound
from app.core.text import mark

MAILED_OFTEN = mark(
    "Links were mailed to this address several times lately. Each is good for a day: ask them to look for one."
)
BUSY = mark("Very many sign in just now. What you sent was not looked at: send it again in a few seconds.")


class AccountConflict(DomainError):
    """It stands in the way of what is already there."""

    status = 409


class AccountMistake(DomainError):
    """What was asked for cannot be meant: an address, a role, an area, a password."""


class NoSuchAccount(NotFound):
    """Nobody with this address, or not in this operation."""


class MailedOften(DomainError):
    """Links were mailed to this address as often as may be."""

    status = 429

    def __init__(self, wait: int) -> None:
        super().__init__("mailed_often", MAILED_OFTEN)
        self.retry_after = wait


class Busy(DomainError):
    """Too many passwords are hashed just now."""

    status = 503
    retry_after = 3  # seconds

    def __init__(self) -> None:
        super().__init__("busy", BUSY)
