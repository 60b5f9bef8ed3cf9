"""Answers of the accounts feature to the features above it."""

from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True)
class Person:
    """Somebody who has a role in an operation. `areas` None: all of it; `language` None: not chosen yet."""

    user_id: UUID
    email: str
    role: str
    areas: list[str] | None
    active: bool
    has_password: bool
    language: str | None
    created_at: datetime
    has_factor: bool
    is_protection: bool
