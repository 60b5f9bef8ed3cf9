"""Passwords: which may be set, and how they are kept."""

from argon2 import PasswordHasher

from app.accounts.errors import AccountMistake
from app.accounts.policy import LONGEST_PASSWORD, SHORTEST_PASSWORD, plain_password
from app.core.text import mark

TOO_SHORT = mark("A password needs at least %(shortest)s characters.")
TOO_LONG = mark("A password has at most %(longest)s characters.")

_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, which Flask-Security checks as they are


def fault(password: str) -> AccountMistake | None:
    """Why this may not be somebody's password; None: it may."""
    if len(password) > LONGEST_PASSWORD:
        return AccountMistake("password_too_long", TOO_LONG, field="password", longest=LONGEST_PASSWORD)
    if len(plain_password(password)) < SHORTEST_PASSWORD:
        return AccountMistake("password_too_short", TOO_SHORT, field="password", shortest=SHORTEST_PASSWORD)
    return None


def hashed(password: str) -> str:
    """As it is kept."""
    return _hasher.hash(plain_password(password))
