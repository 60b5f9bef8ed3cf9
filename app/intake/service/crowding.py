"""What a report says beside what its place holds: numbers too large to be right, shelters that are full or closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import text
from app.core.text import mark, name_in, render
from app.intake.policy import Held, how_large
from app.intake.queries.beside import Beside
from app.intake.schemas import HeadcountReport, ShelterFields, Warned
from app.intake.service.post import Asked, Look, Post, warn
from app.ledger import service as ledger
from app.planning.queries import MOST_ASKED, rooms_near
from app.planning.schemas import Arriving, Room
from app.shelters.policy import places_for_people

FOR_ITS_PLACES = mark("%(people)s people is unusually many: there are places for %(most)s. Check the digits.")
AFTER_THE_LAST = mark("%(people)s people is unusually many: there were %(most)s on the books. Check the digits.")
FOR_ONE_REPORT = mark("%(people)s people is unusually many for one report. Check the digits.")
TOO_LARGE = {"places": FOR_ITS_PLACES, "last": AFTER_THE_LAST, "report": FOR_ONE_REPORT}

SHELTER_CLOSED = mark("This shelter is booked as closed.")
SHELTER_FULL = mark("This shelter is full: there are %(people)s people and %(places)s places.")
SAYS_FULL = mark("This shelter says that it is full.")
PEOPLE_ON_THE_BOOKS = mark("%(people)s people are still booked there. Say where they went.")

FREE_PLACES = mark("Free places: %(shelters)s.")
NONE_KNOWN = mark("No open shelter with free places is known in your areas.")
ROOM_AT = mark("%(shelter)s, %(free)s (counted %(when)s)")
ROOM_AWAY = mark("%(shelter)s, %(km)s km away, %(free)s (counted %(when)s)")
APART = {"ar": "؛ ", "fr": " ; "}
WHEN = "d MMMM, HH:mm"


@dataclass(frozen=True)
class _Arrived:
    """People at a shelter that has no place for them. `people` and `places` None: it is closed, or says it is full."""

    report_id: UUID
    kept_id: UUID
    code: str
    message: str
    who: Arriving
    people: int | None = None
    places: int | None = None


def too_many(look: Look) -> Asked:
    """Numbers that a digit too many explains better. Of places outside the sender's areas nothing is compared."""
    asked: Asked = []
    for report, row in look.moves():
        people, found = look.people(row), None
        if row.place_id is not None:
            found = how_large(people, _held(look, row.place_id), is_count=isinstance(report, HeadcountReport))
        if found is None and row.from_place_id is not None:
            found = how_large(people, _held(look, row.from_place_id), is_leaving=True)
        if found is not None:
            warned = warn(look.post, "unusually_large", TOO_LARGE[found.by], people=people, most=found.most)
            details = {"people": people, "most": found.most, "by": found.by}
            asked.append((report.id, Warned(warned.code, warned.message, details)))
    return asked


def still_there(look: Look) -> Asked:
    """Closing a shelter that has people on the books is taken, but where did they go?"""
    asked: Asked = []
    for report in look.reports:
        place_id = look.rows[report.id].place_id
        if isinstance(report, ShelterFields) and report.status == "closed" and place_id is not None:
            place = look.beside[place_id]
            if place.people and place.basis != "unknown":
                said = text.number(place.people, look.post.language)
                asked.append((report.id, warn(look.post, "people_on_the_books", PEOPLE_ON_THE_BOOKS, people=said)))
    return asked


def without_room(session: Session, look: Look) -> Asked:
    """Arrivals at shelters that are full or closed, with the nearest that have free places. Of a shelter outside the
    sender's areas nothing is told but its name."""
    arrived = _arrived(look)
    wanted: dict[UUID, Arriving] = {}
    for one in arrived:
        so_far = wanted.get(one.kept_id, Arriving(1))
        wanted[one.kept_id] = Arriving(max(so_far.people, one.who.people), so_far.cells | one.who.cells)
    rooms = rooms_near(session, scope=look.post.actor.scope, arriving=dict(list(wanted.items())[:MOST_ASKED]))
    offered = {kept: _offered(look.post, free) for kept, free in rooms.items()}
    return [(one.report_id, _warned(look.post, one, offered.get(one.kept_id))) for one in arrived]


def _held(look: Look, place_id: UUID) -> Held:
    """What a number is compared with; nothing where the place is not the sender's to know about."""
    if not look.sees(place_id):
        return Held()
    place = look.beside[place_id]
    return Held(places_for_people(place.state), place.people if place.basis == "counted" else None)


def _arrived(look: Look) -> list[_Arrived]:
    """Each report on people at a shelter without room, in the order of the post: what came and left before it in the
    post is added, also what by itself is worth no look."""
    found: list[_Arrived] = []
    moved: dict[UUID, int] = {}  # so far, by where it is booked
    for row in look.rows.values():
        if row.id not in look.stored or row.kind not in ("movement", "headcount"):
            continue
        people, is_movement = look.people(row), row.kind == "movement"
        for place_id, stands_at, sign in (
            (row.from_place_id, row.left_stands_at, -1),
            (row.place_id, row.stands_at, 1),
        ):
            place = look.beside.get(place_id) if place_id is not None and is_movement else None
            if place is not None and _counts_now(place, stands_at):
                moved[place.kept_id] = moved.get(place.kept_id, 0) + sign * people
        if row.place_id in look.beside and look.sees(row.place_id):
            arrived = _finds(look, row, people, moved)
            found += [arrived] if arrived is not None else []
    return found


def _finds(look: Look, row: ledger.Row, people: int, moved: Mapping[UUID, int]) -> _Arrived | None:
    """What these people find at the shelter they are at, after all that moved; None: places, as far as is known."""
    assert row.place_id is not None
    place, status, is_movement = look.beside[row.place_id], look.stored[row.id].status, row.kind == "movement"
    who = Arriving(people, frozenset(look.post.frame.scheme.named(row.cells) if row.cells else ()))
    full = _without_place(place, row, moved) if is_movement else None
    if status == "closed":
        return _Arrived(row.id, place.kept_id, "shelter_closed", SHELTER_CLOSED, who)
    if full is not None:
        return _Arrived(row.id, place.kept_id, "shelter_full", SHELTER_FULL, who, *full)
    return _Arrived(row.id, place.kept_id, "shelter_full", SAYS_FULL, who) if is_movement and status == "full" else None


def _without_place(place: Beside, row: ledger.Row, moved: Mapping[UUID, int]) -> tuple[int, int] | None:
    """People and places of a shelter that this arrival finds or makes full; None: it has room, or nobody knows."""
    places = places_for_people(place.state)
    people = (place.people or 0) + moved.get(place.kept_id, 0)
    return (people, places) if places is not None and people >= places and _counts_now(place, row.stands_at) else None


def _counts_now(place: Beside, stands_at: Any) -> bool:
    """Whether a movement changes how many are there: the last count knows of those before it."""
    return place.counted_at is None or stands_at >= place.counted_at


def _warned(post: Post, one: _Arrived, offered: tuple[str, list[dict[str, Any]]] | None) -> Warned:
    """`offered`: what is said of others with free places, in words and as it is; None: they were not looked for."""
    numbers = {} if one.people is None else {"people": one.people, "places": one.places}
    words, free = offered or ("", [])
    message = f"{render(one.message, post.language, **numbers)} {words}".rstrip()
    return Warned(one.code, message, {**numbers, "free_places": free})


def _offered(post: Post, rooms: Sequence[Room]) -> tuple[str, list[dict[str, Any]]]:
    if not rooms:
        return render(NONE_KNOWN, post.language), []
    named = [
        render(
            ROOM_AT if room.km is None else ROOM_AWAY,
            post.language,
            shelter=name_in(room.name, post.language),
            free=room.free,
            km=room.km,
            when=text.moment(room.counted_at, post.language, post.frame.zone, WHEN),
        )
        for room in rooms
    ]
    words = render(FREE_PLACES, post.language, shelters=APART.get(post.language, "; ").join(named))
    return words, [
        {"shelter": room.shelter, "free": room.free, "counted_at": room.counted_at, "km": room.km} for room in rooms
    ]
