"""All shelters of now in narrow rows: what tables, sums and maps ask of thousands of them, in one statement each.

Everything comes from `shelters` (what follows from its state) and `place_now` (what its last day row says); the wide
rows of days are read for the few that are shown. The rules are those of `listing` and `shown`; a test holds them
against each other. Of any other moment ask `shelter_figures`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from heapq import nsmallest
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Double, and_, case, cast, func, or_, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import visible
from app.formats.charts import NEAR
from app.places.models import Place
from app.population.models import PlaceNow
from app.population.queries.listing import ACCENTS, NO_PLACES, Wanted
from app.population.queries.ordering import Cursor
from app.population.schemas import Basis, ShelterFigure
from app.shelters.models import Shelter
from app.shelters.policy import ROUNDED_TO, found_by


class Brief(NamedTuple):
    """A shelter in brief; a tuple, and no more than all of them are asked for: ten thousand are made for one page.
    `lat` and `lon` as everybody may know them, to `ROUNDED_TO`; `people` None: not known; `places`: for how many."""

    id: UUID
    code: str
    status: str | None
    lat: float | None
    lon: float | None
    people: int | None
    basis: Basis
    counted_at: datetime | None
    places: int | None

    @property
    def occupancy(self) -> float | None:
        return self.people / self.places if self.places and self.people is not None else None

    @property
    def free(self) -> int | None:
        """Below zero: over. None where it is not known whether there is room: nobody counted, and fewer are known to be
        there than there are places."""
        if self.people is None or self.places is None:
            return None
        return self.places - self.people if self.basis == "counted" or self.people >= self.places else None

    @property
    def has_no_places(self) -> bool:
        """People where there are no places at all: over, though of no share."""
        return self.places == 0 and bool(self.people)

    @property
    def fullness(self) -> float | None:
        """`listing.fullness`."""
        return NO_PLACES * (self.people or 0) if self.has_no_places else self.occupancy

    @property
    def is_over(self) -> bool:
        return self.people is not None and self.places is not None and self.people >= max(self.places, 1)

    @classmethod
    def of(cls, one: ShelterFigure) -> "Brief":
        """The same of any moment."""
        people = None if one.basis == "unknown" else one.people.total
        at = _rounded(one.lat), _rounded(one.lon)
        return cls(one.place_id, one.shelter, one.status, *at, people, one.basis, one.counted_at, one.capacity)


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, ROUNDED_TO)


def _narrow(scope: Scope, kind: str | None = None) -> Any:
    """Shelters in scope (of a kind), those left out that turned out to be another, or that were taken back and hold
    nothing."""
    people, places = col(PlaceNow.people), col(Shelter.places_for_people)
    basis = func.coalesce(col(PlaceNow.basis), "unknown")
    wanted = (
        select(
            col(Shelter.id),
            col(Shelter.code),
            col(Shelter.state)["name"].label("name"),
            col(Shelter.status),
            col(Shelter.lat),
            col(Shelter.lon),
            people,
            basis.label("basis"),
            col(PlaceNow.counted_at),
            places.label("places"),
            case((places > 0, cast(people, Double) / cast(places, Double))).label("occupancy"),
            case(
                (places > 0, cast(people, Double) / cast(places, Double)),
                (and_(places == 0, people > 0), NO_PLACES * cast(people, Double)),
            ).label("fullness"),
            case((or_(basis == "counted", people >= places), places - people)).label("free"),
            col(Shelter.sought),
        )
        .join(Place, col(Place.id) == col(Shelter.id))
        .outerjoin(PlaceNow, col(PlaceNow.place_id) == col(Shelter.id))
        .where(visible(scope, Shelter), col(Place.same_as).is_(None))
        .where(~col(Shelter.is_void) | col(PlaceNow.day).is_not(None))
    )
    if kind is not None:
        wanted = wanted.where(col(Shelter.site_type) == kind)
    return wanted.subquery("listed")


def _rooms(listed: Any) -> Mapping[str, ColumnElement[bool]]:
    """`listing.ROOM`."""
    is_known = listed.free.is_not(None)
    return {
        "over": and_(is_known, listed.free < 0),
        "nearly_full": and_(is_known, listed.occupancy >= NEAR, listed.free >= 0),
        "free": and_(is_known, listed.free > 0, listed.status == "open"),
        "unknown": and_(listed.status.is_distinct_from("closed"), ~is_known),
    }


def _conditions(listed: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.search:
        parts = found_by(wanted.search)
        conditions.append(or_(False, *(func.strpos(listed.sought, part) > 0 for part in parts)))
    if wanted.status is not None:
        conditions.append(listed.status == wanted.status)
    if wanted.room is not None:
        conditions.append(_rooms(listed)[wanted.room])
    return conditions


def _key(listed: Any, wanted: Wanted) -> Any:
    """`listing.place_of`. Texts in the order of their signs, whatever the database was made with."""
    if wanted.sort == "code":
        return listed.code.collate("C")
    if wanted.sort == "name":
        names = [listed.name[language].astext for language in dict.fromkeys((wanted.language, "en", "ar", "fr"))]
        return func.regexp_replace(
            func.lower(func.normalize(func.coalesce(*names), text("NFKD"))), ACCENTS, "", "g"
        ).collate("C")
    return listed["fullness" if wanted.sort == "occupancy" else wanted.sort]


Row = tuple[UUID, Cursor]


def rows_now(session: Session, scope: Scope, wanted: Wanted, limit: int | None = None) -> list[Row]:
    """Shelters as a table shows them, each with its place in the order."""
    found = session.execute(_in_order(_placed(scope, wanted), wanted).limit(limit))
    return [_row(row, wanted) for row in found]


def page_now(session: Session, scope: Scope, wanted: Wanted, limit: int, after: Cursor | None) -> tuple[list[Row], int]:
    """The same from behind a place on, and how many there are on all pages (where this one has any)."""
    table = _placed(scope, wanted, func.count().over().label("found"))
    asked = _in_order(table, wanted).limit(limit)
    if after is not None:
        asked = asked.where(_behind(table.c.key, table.c.code.collate("C"), after, wanted))
    found = session.execute(asked).all()
    return [_row(row, wanted) for row in found], found[0].found if found else 0


def _placed(scope: Scope, wanted: Wanted, *more: Any) -> Any:
    """Every shelter that is found, with what it is sorted by."""
    table = _narrow(scope, wanted.kind)
    listed = table.c
    key = _key(listed, wanted).label("key")
    return select(listed.id, listed.code, key, *more).where(*_conditions(listed, wanted)).subquery("placed")


def _in_order(table: Any, wanted: Wanted) -> Any:
    key = table.c.key.desc() if wanted.is_descending else table.c.key.asc()
    return select(table).order_by(key.nulls_last(), table.c.code.collate("C"))


def _row(row: Any, wanted: Wanted) -> Row:
    return row.id, Cursor(row.code, row.key, is_of_code=wanted.sort == "code")


def _behind(key: Any, code: Any, after: Cursor, wanted: Wanted) -> ColumnElement[bool]:
    """`ordering.is_after`."""
    if after.key is None:
        return and_(key.is_(None), code > after.code)
    further = key < after.key if wanted.is_descending else key > after.key
    return or_(further, and_(key == after.key, code > after.code), key.is_(None))


def briefs_now(session: Session, *, scope: Scope, kind: str | None = None) -> list[Brief]:
    """Every shelter in scope (of a kind) in brief, by code."""
    table = _narrow(scope, kind)
    wanted = select(*(table.c[name] for name in Brief._fields)).order_by(table.c.code.collate("C"))
    return [
        Brief(id_, code, status, _rounded(lat), _rounded(lon), *rest)
        for id_, code, status, lat, lon, *rest in session.execute(wanted)
    ]


def fullest_of(briefs: Iterable[Brief], most: int) -> list[UUID]:
    """The fullest first; those of which it is not known come last."""
    fullest = nsmallest(most, briefs, key=lambda one: (one.fullness is None, -(one.fullness or 0), one.code))
    return [one.id for one in fullest]


def names_now(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """What shelters are called, by language."""
    wanted = select(col(Shelter.id), col(Shelter.state)["name"].label("name")).where(col(Shelter.id).in_(ids))
    return {row.id: row.name for row in session.execute(wanted)} if ids else {}
