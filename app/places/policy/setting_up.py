"""What an operation can be set up with: time zones, ages that a scheme groups people by, and the key to do it. Pure."""

import hmac
import re
from functools import lru_cache
from itertools import pairwise
from uuid import UUID
from zoneinfo import available_timezones

from app.counts.scheme import UNHCR, UNKNOWN, Scheme

MOST_AGES = 12
# Who counts children and the old must be able to tell them, whatever else an operation counts by.
NEEDED_AGES = frozenset({0, 18, 60})
OLDEST = 120
_REGION = re.compile(r"(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[\w/+-]+|UTC")


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Time zones by the names people know them by, in order."""
    return tuple(sorted(name for name in available_timezones() if _REGION.fullmatch(name)))


def scheme_of(begins: list[int]) -> Scheme:
    """The scheme whose age groups begin at these ages. ValueError when children or the old could not be told, or there
    are too many."""
    ages = sorted(set(begins))
    if not set(ages) >= NEEDED_AGES or len(ages) > MOST_AGES or ages[-1] > OLDEST:
        raise ValueError
    groups = [_group(first, after - 1) for first, after in pairwise(ages)]
    return Scheme(UNHCR.sexes, (*groups, f"{ages[-1]}+", UNKNOWN))


def ages_of(scheme: Scheme) -> list[int]:
    """The ages at which the groups of a scheme begin."""
    return [int(found[0]) for age in scheme.ages if (found := re.match(r"\d+", age))]


def _group(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def set_up_key(secret: str, operation_id: UUID) -> str:
    """What the address ends with at which an operation without an administrator is set up. Derived from SECRET_KEY, so
    it is kept nowhere, and nobody can guess it."""
    return hmac.digest(secret.encode(), b"set up " + operation_id.bytes, "sha256").hex()
