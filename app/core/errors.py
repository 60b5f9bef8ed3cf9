"""Errors people can do something about."""

from typing import Any


class DomainError(Exception):
    """Something a person asked for that cannot be done. Features subclass it; one handler shows it.

    `message` is a key of the text catalogue with `numbers` to fill in; `field` is a dotted path where known.
    """

    status = 400
    retry_after: int | None = None  # seconds

    def __init__(self, code: str, message: str, *, field: str | None = None, **numbers: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.field, self.numbers = code, message, field, numbers


class NotFound(DomainError):
    """Not there, or not for this person: the answer is the same."""

    status = 404


class NotAllowed(DomainError):
    """The person is known and their role may not do this."""

    status = 403


class NotSignedIn(DomainError):
    """Nobody, or a token that is no longer good."""

    status = 401
