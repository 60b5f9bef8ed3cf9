"""A user's row as Flask-Security sees it."""

from uuid import UUID

from flask_security import UserMixin
from sqlalchemy.orm import registry

from app.accounts.models import User


class Account(UserMixin):
    """Mapped to the table of `User`, whose class stays free of Flask."""

    id: UUID  # type: ignore[assignment]  # Flask-Security says int and never asks
    email: str
    language: str | None
    factor: str | None
    factor_step: int | None


registry().map_imperatively(Account, User.__table__)  # type: ignore[attr-defined]  # SQLModel does not declare it
