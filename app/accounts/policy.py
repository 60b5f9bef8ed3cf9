"""Who may do what. Roles grant permissions; areas bound where. What an address and a token look like. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal
from unicodedata import normalize
from uuid import UUID

Role = Literal["field_worker", "coordinator", "administrator", "partner"]
Permission = Literal["report", "read", "read_safe", "decide", "see_positions", "administer"]

ROLES: tuple[Role, ...] = ("field_worker", "coordinator", "administrator", "partner")

PERMISSIONS: dict[str, frozenset[Permission]] = {
    "field_worker": frozenset({"report", "read", "read_safe"}),
    "coordinator": frozenset({"report", "read", "read_safe", "decide", "see_positions"}),
    "administrator": frozenset({"report", "read", "read_safe", "decide", "see_positions", "administer"}),
    "partner": frozenset({"read_safe"}),
}
READERS = [role for role, granted in PERMISSIONS.items() if "read" in granted]


SAFE_LEVEL = 1  # partners see countries and governorates

UNCHOSEN = "en"  # what is spoken to a person who chose no language, where no browser says which they read


@dataclass(frozen=True)
class Scope:
    """What a person may see and change: one operation, and in it some areas with everything below them.

    `areas` None is the whole operation. Every query takes a scope and every object is asked of it.
    """

    operation_id: UUID
    areas: frozenset[str] | None = None

    def holds(self, area_path: Sequence[str]) -> bool:
        """Whether something lying at this path of areas is inside."""
        return self.areas is None or not self.areas.isdisjoint(area_path)


@dataclass(frozen=True)
class Actor:
    """Who is acting: a signed-in person or a token, in one operation. `works_elsewhere`: they signed in, and have a
    role in another operation too."""

    user_id: UUID
    email: str
    role: Role
    scope: Scope
    language: str = UNCHOSEN
    sign_in_id: UUID | None = None  # of a browser; a program has none
    works_elsewhere: bool = False
    has_factor: bool = False  # a second one
    is_protection: bool = False  # is told of children who are alone

    @property
    def key(self) -> str:
        """Whose the reports are that wait on a phone: this person's, in this operation."""
        return f"{self.user_id}.{self.scope.operation_id}"

    @property
    def device(self) -> str | None:
        """By what reports say that they came from this browser, as long as it stays signed in; None of a program."""
        return None if self.sign_in_id is None else f"browser:{self.sign_in_id.hex[:12]}"

    @property
    def permissions(self) -> frozenset[Permission]:
        """What their role grants. Accounts lie in no area: only who sees all of an operation administers it."""
        granted = PERMISSIONS[self.role]
        return granted if self.scope.areas is None else granted - {"administer"}

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


TOKEN_PREFIX = "mawa_"  # noqa: S105 - no secret: so that scanners for leaked secrets can tell what they found
SHORTEST_PASSWORD = 8  # NIST SP 800-63B, 3.1.1
LONGEST_PASSWORD = 200  # three times what it wants taken
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
_ADDRESS = re.compile(r"""[^\s@<>()\[\]\\,;:"\x00-\x1f\x7f]{1,64}@[\w-]+(?:\.[\w-]+)*""")


def address_of(text: str) -> str | None:
    """An e-mail address as it is kept and looked up, in lower case; None if it has not the form of one.

    Looked at for form only: closed networks have names that no directory knows. For length first: composing a long text
    takes as long as its length squared.
    """
    if len(text) > 2 * LONGEST_ADDRESS:
        return None
    address = normalize("NFC", text.strip()).lower()
    return address if len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address) else None


def digest_of(token: str) -> bytes:
    """What is kept of a token. It holds 256 random bits, so that a plain SHA-256 cannot be guessed back."""
    return sha256(token.encode()).digest()


def plain_password(password: str) -> str:
    """A password as it is hashed: the same text however a keyboard composes its letters (as Flask-Security does). What
    is too long to be one is left as it is: decomposing it takes as long as its length squared."""
    return normalize("NFKD", password) if len(password) <= LONGEST_PASSWORD else password


def is_own_address(path: str) -> bool:
    """Whether this leads to a page of ours and nowhere else: two strokes, of either kind, would name another server."""
    return re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", path) is not None


# The first that is named in what a browser says of itself: each also says it is one of those after it.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox"} | {
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "CrOS": "ChromeOS"} | {
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def browser_of(user_agent: str) -> str:
    """A browser in few words, for its owner to know it by; what it says of itself is never repeated."""
    named = [next((name for sign, name in names.items() if sign in user_agent), "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, named))
