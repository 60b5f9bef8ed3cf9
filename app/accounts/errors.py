"""What can go wrong with accounts, said so that the person can mend it."""

from app.core.errors import DomainError, NotFound


class AccountConflict(DomainError):
    """It stands in the way of what is already there."""

    status = 409


class AccountMistake(DomainError):
    """What was asked for cannot be meant: an address, a role, an area, a password."""


class NoSuchAccount(NotFound):
    """Nobody with this address, or not in this operation."""
