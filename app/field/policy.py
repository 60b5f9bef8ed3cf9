"""Which place a typed name means. Pure; any script, any of its names, or its code."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.field.schemas import Candidate

SUGGESTED = 5
_CLOSE_ENOUGH = 0.6
_CODE = re.compile(r"[A-Z]{2}\d+")
_ARABIC = str.maketrans("أإآٱىةؤئ", "ااااىهوي")


@dataclass(frozen=True)
class Meant:
    """The one meant, or those it might be, nearest first."""

    one: Candidate | None
    maybe: tuple[Candidate, ...] = ()


def plain(name: str) -> str:
    """A name without accents, vowel marks, case, punctuation, and the spelling variants of Arabic."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_ARABIC))
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign) and sign != "\u0640")
    words = re.sub(r"[\W_]+", " ", letters.casefold()).split()
    return " ".join(word.removeprefix("ال") if len(word) > 4 else word for word in words)


def meant_by(typed: str, candidates: Sequence[Candidate]) -> Meant:
    """Whose key or name was typed. A code in brackets behind the name settles which of two is meant."""
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
    scored = [(_likeness(wanted, candidate), candidate) for candidate in candidates] if wanted else []
    close = [(score, candidate) for score, candidate in scored if score >= _CLOSE_ENOUGH]
    close.sort(key=lambda found: (-found[0], found[1].key))
    return tuple(candidate for _, candidate in close[:SUGGESTED])


def _likeness(wanted: str, candidate: Candidate) -> float:
    return max(_alike(wanted, plain(name)) for name in candidate.names)


def _alike(wanted: str, name: str) -> float:
    if len(wanted) >= 3 and wanted in name:
        return 1.0
    matcher = SequenceMatcher(None, wanted, name)
    return matcher.ratio() if matcher.quick_ratio() >= _CLOSE_ENOUGH else 0.0
