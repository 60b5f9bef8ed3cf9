"""What can go wrong with accounts, said so that the person can mend it."""

from app.core.errors import DomainError, NotFound
from app.core.text import mark

BUSY = mark("Very many sign in just now. What you sent was not looked at: send it again in a few seconds.")


class AccountConflict(DomainError):
    """It stands in the way of what is already there."""

    status = 409


class AccountMistake(DomainError):
    """What was asked for cannot be meant: an address, a role, an area, a password."""


class NoSuchAccount(NotFound):
    """Nobody with this address, or not in this operation."""


class Busy(DomainError):
    """Too many passwords are hashed just now."""

    status = 503
    retry_after = 3  # seconds

    def __init__(self) -> None:
        super().__init__("busy", BUSY)
