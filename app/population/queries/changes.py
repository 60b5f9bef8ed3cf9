"""What became different since a moment: what was known then of now, beside what is known. A report that came since
about an earlier day is a change too."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.population.areas import FLOWS
from app.population.bookings import PRESENT, Bookings
from app.population.past import Cut, Past, rows_at
from app.population.queries.areas import top_codes
from app.population.queries.shelters import described_at
from app.population.schemas import ShelterFigure
from app.shelters.models import Shelter

_SAID_SINCE = text(
    "SELECT DISTINCT shelter_id FROM shelter_states WHERE operation_id = :operation AND (recorded_at >"
    " :since OR replaced_at > :since)"
)


@dataclass(frozen=True)
class Change:
    """By how much the people of a scope became more, and through what. Always: came - left + adjusted = people."""

    people: int
    came: int
    left: int
    adjusted: int


@dataclass(frozen=True)
class ShelterChange:
    """A shelter as it was known and as it is. `then` None: nobody had told of it."""

    then: ShelterFigure | None
    now: ShelterFigure


def change_of(session: Session, *, scope: Scope, past: Past) -> Change:
    """What changed since `past` was known, over all its days."""
    codes = set(top_codes(session, scope))
    people = came = left = 0
    for (code, _), vector in past.changes.items():
        if code in codes:
            people, came, left = people - vector[0], came - vector[-FLOWS], left - vector[-1]
    return Change(people, came, left, people - came + left)


def changed_shelters(session: Session, *, scope: Scope, past: Past) -> list[ShelterChange]:
    """Shelters in scope of which something was recorded since `past` was known, by code."""
    asked = {"operation": scope.operation_id, "since": past.cut.known_on}
    ids = sorted({*past.rows, *session.scalars(_SAID_SINCE, asked)})
    present = Past.present(past.frame, Cut.of(past.frame))
    then, now = (_figures(session, scope, one, ids) for one in (past, present))
    return [ShelterChange(then.get(code), now[code]) for code in sorted(now)]


def _figures(session: Session, scope: Scope, past: Past, ids: Sequence[UUID]) -> dict[str, ShelterFigure]:
    bookings: Bookings = PRESENT if past.is_present else past.bookings
    booked = bookings.of(session, ids)
    own = [id_ for id_, one in booked.items() if one.kept_id == id_ and scope.holds(one.area_path)]
    void = rows_at(session, past, [id_ for id_ in own if booked[id_].is_void])
    listed = [id_ for id_ in own if id_ not in void or void[id_] is not None]
    shelters = session.scalars(select(Shelter).where(col(Shelter.id).in_(listed)).order_by(col(Shelter.code))).all()
    return {one.figure.shelter: one.figure for one in described_at(session, past, shelters, booked)}
