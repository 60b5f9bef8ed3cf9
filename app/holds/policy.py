"""What a report would say had a person not sent what they sent. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app.holds.schemas import Theirs
from app.ledger.queries import Version

ABOUT_NUMBERS = frozenset({"movement", "headcount", "note", "figure"})


def is_theirs(version: Version, theirs: Theirs) -> bool:
    """Whether a version is of a set."""
    return (
        version.reporter_id == theirs.person_id
        and (theirs.device is None or (version.device or "") == theirs.device)
        and (theirs.since is None or version.recorded_at >= theirs.since)
        and (theirs.until is None or version.recorded_at <= theirs.until)
    )


def without(chain: Sequence[Version], theirs: Theirs, by_holds: Collection[UUID]) -> Version | None:
    """The version that would stand without those of a set; None: there would be no report at all.

    A report is theirs who sent it first, whoever corrected it since. Of somebody else's, which they corrected, what
    others said last stands again. What holds did (`by_holds`) is nobody's word.
    """
    words = [version for version in chain if version.id not in by_holds]
    if is_theirs(words[0], theirs):
        return None
    return next(version for version in reversed(words) if not is_theirs(version, theirs))


def says_the_same(one: Version, other: Version | None) -> bool:
    """Whether a version says what another says; None: nothing."""
    if other is None or other.kind == "void":
        return one.kind == "void"
    return one.kind != "void" and _words(one) == _words(other)


def _words(version: Version) -> dict[str, object]:
    return {name: value for name, value in (version.said or {}).items() if name != "id"}


def weight(kind: str) -> int:
    """How much work a report is: what is said of shelters and groups is followed one by one."""
    return 1 if kind in ABOUT_NUMBERS else 10


def ends_at(until: datetime | None, settled_at: datetime | None) -> datetime | None:
    """The last moment of recording a hold is about; None: it goes on."""
    return min((moment for moment in (until, settled_at) if moment is not None), default=None)
