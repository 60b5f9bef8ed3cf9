"""Answers of the accounts feature to the features above it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Recipient:
    """A person a mail goes to, and the language they read."""

    user_id: UUID
    email: str
    language: str


@dataclass(frozen=True)
class Added:
    """An account that now has a role in an operation; `is_new` when the account itself was made."""

    user_id: UUID
    is_new: bool
