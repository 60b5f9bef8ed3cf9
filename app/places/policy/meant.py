"""Which place a typed name means: in any script, by any of its names, by its code. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.text import LONGEST_NAME
from app.places.policy.names import CLOSE_ENOUGH, likeness, plain, written_alike
from app.places.schemas import Candidate

SUGGESTED = 5
_CODE = re.compile(r"[A-Z]{2}\d+")


@dataclass(frozen=True)
class Meant:
    """The one meant, or those it might be, nearest first."""

    one: Candidate | None
    maybe: tuple[Candidate, ...] = ()


def meant_by(typed: str, candidates: Sequence[Candidate]) -> Meant:
    """Whose key or name was typed. A code in brackets behind the name settles which of two is meant."""
    if len(typed) > LONGEST_NAME:
        return Meant(None)
    by_key = {candidate.key: candidate for candidate in candidates}
    for code in [typed.strip(), *_CODE.findall(typed.upper())]:
        if code in by_key:
            return Meant(by_key[code])
    wanted = plain(typed)
    same = [one for one in candidates if any(plain(name) == wanted for name in one.names)]
    if len(same) == 1:
        return Meant(same[0])
    return Meant(None, tuple(same[:SUGGESTED]) or _nearest(wanted, candidates))


def _nearest(wanted: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those whose names are like it, nearest first; of those that sound alike, what is written alike."""
    scored = [(*_likeness(wanted, candidate), candidate) for candidate in candidates] if wanted else []
    close = [found for found in scored if found[0] >= CLOSE_ENOUGH]
    close.sort(key=lambda found: (-found[0], -found[1], found[2].key))
    return tuple(candidate for *_, candidate in close[:SUGGESTED])


def _likeness(wanted: str, candidate: Candidate) -> tuple[float, float]:
    names = [plain(name) for name in candidate.names]
    return max(likeness(wanted, name) for name in names), max(written_alike(wanted, name) for name in names)
