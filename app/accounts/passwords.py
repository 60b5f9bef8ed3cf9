"""Passwords: which may be set, and how they are kept. So many are hashed at a time: each takes 64 MiB and a core."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher

from app.accounts.errors import AccountMistake, Busy
from app.accounts.policy import LONGEST_ADDRESS, LONGEST_PASSWORD, SHORTEST_PASSWORD, plain_password
from app.core.text import mark

TOO_SHORT = mark("A password needs at least %(shortest)s characters.")
TOO_LONG = mark("A password has at most %(longest)s characters.")
EASY = mark("This password is easy to guess. Use three or four words that do not belong together.")

# What an attacker would need at most is estimated. A million are many for who is let try a hundred times a day; more
# would refuse eight random letters. Of a stolen database, argon2 answers for the rest.
FEWEST_GUESSES = 1_000_000
LOOKED_AT = 24  # characters: who chooses more was careful, and of some signs twice as many take zxcvbn seconds

AT_ONCE = 2  # in a process
WAITING = 6  # of its threads, at most: the others answer everybody else
WAIT_S = 1.0

_at_once, _all = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + WAITING)
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, which Flask-Security checks as they are


def fault(password: str, *, address: str = "") -> AccountMistake | None:
    """Why this may not be the password of somebody with this address; None: it may."""
    if len(password) > LONGEST_PASSWORD:
        return AccountMistake("password_too_long", TOO_LONG, field="password", longest=LONGEST_PASSWORD)
    if len(plain_password(password)) < SHORTEST_PASSWORD:
        return AccountMistake("password_too_short", TOO_SHORT, field="password", shortest=SHORTEST_PASSWORD)
    if _is_easy(password, address):
        return AccountMistake("password_easy", EASY, field="password")
    return None


def _is_easy(password: str, address: str) -> bool:
    """Whether it is common, a pattern, or made of what everybody knows of its owner."""
    from zxcvbn import zxcvbn  # its lists take some megabytes, and passwords are set rarely

    address = address[:LONGEST_ADDRESS]
    known = [address, *re.split(r"\W+", address), "mawa", "مأوى"]
    with turn():
        found = zxcvbn(plain_password(password)[:LOOKED_AT], user_inputs=[part for part in known if part])
    return bool(found["guesses"] < FEWEST_GUESSES)


def hashed(password: str) -> str:
    """As it is kept."""
    with turn():
        return _hasher.hash(plain_password(password))


@contextmanager
def turn() -> Iterator[None]:
    """One of those who may hash or compare now. Busy where it did not come within a second, or too many wait."""
    if not _all.acquire(blocking=False):
        raise Busy()
    try:
        if not _at_once.acquire(timeout=WAIT_S):
            raise Busy()
        try:
            yield
        finally:
            _at_once.release()
    finally:
        _all.release()
