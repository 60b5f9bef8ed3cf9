"""One-time codes: those of an authenticator (RFC 6238: SHA-1, six digits, thirty seconds), and those for when it is
lost. Pure."""

import base64
import hmac
import re
import secrets
from hashlib import sha256
from unicodedata import decimal
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
WINDOW = 1  # steps that a clock may be off, either way
SECRET_BYTES = 20  # RFC 4226, 4: as long as the hash
HOW_MANY = 10
RECOVERY_BYTES = 15  # 120 random bits, so that a plain hash cannot be guessed back
ISSUER = "Mawa"
_LONGEST = 100  # of what is typed, with whatever people put between its parts
_RECOVERY = re.compile("[A-Z2-7]{24}")


def new_secret() -> str:
    """A secret to share with an authenticator, as people type it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def address_for_authenticators(secret: str, email: str) -> str:
    """What the picture holds that an authenticator reads. SHA-1, six digits and thirty seconds are what all of them
    take, some whatever they are told."""
    return f"otpauth://totp/{ISSUER}:{quote(email)}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def step_of(seconds: float) -> int:
    return int(seconds) // STEP_S


def code_at(secret: str, step: int) -> str:
    """The code of a step of thirty seconds since 1970."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0xF
    return str((int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)


def as_meant(typed: str) -> str:
    """A code without what people put between its parts, in whatever digits they typed it. Too long: none."""
    if len(typed) > _LONGEST:
        return ""
    return "".join(str(decimal(sign)) if sign.isdecimal() else sign.upper() for sign in typed if sign.isalnum())


def step_shown(secret: str, typed: str, *, now: int) -> int | None:
    """The step of a code that is good now; None if it is of none."""
    wanted = as_meant(typed)
    steps = [step for step in range(now - WINDOW, now + WINDOW + 1) if _equal(code_at(secret, step), wanted)]
    return max(steps, default=None)


def two_steps_shown(secret: str, typed: str, *, now: int) -> int | None:
    """The later step of two codes that follow each other, the second of which is good now. Of a million million, three
    would do: nobody guesses them, so that they may be looked at however often somebody tries."""
    wanted = as_meant(typed)
    steps = range(now - WINDOW, now + WINDOW + 1)
    found = [step for step in steps if _equal(code_at(secret, step - 1) + code_at(secret, step), wanted)]
    return max(found, default=None)


def new_recovery_codes() -> list[str]:
    """Codes for when the authenticator is lost, in groups of four signs."""
    made = (base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(HOW_MANY))
    return ["-".join(re.findall("....", code)) for code in made]


def recovery_digest(typed: str) -> bytes | None:
    """What is kept of such a code; None of what cannot be one."""
    code = as_meant(typed)
    return sha256(code.encode()).digest() if _RECOVERY.fullmatch(code) else None


def _equal(code: str, typed: str) -> bool:
    return hmac.compare_digest(code.encode(), typed.encode())
