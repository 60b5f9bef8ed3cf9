"""Whether what was just reported may have been reported before: movements and headcounts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import text
from app.core.text import mark
from app.counts.people import People
from app.intake.policy import ONE_IN, Told, likeness, look_alike
from app.intake.queries.beside import told_beside
from app.intake.schemas import Warned
from app.intake.service.post import Asked, Look, Post, warn
from app.ledger import service as ledger

ARRIVED_ALREADY = mark(
    "That %(people)s people arrived here (%(when)s) was reported already. If these are the same people, take this"
    " report back."
)
LEFT_ALREADY = mark(
    "That %(people)s people left here (%(when)s) was reported already. If these are the same people, take this report"
    " back."
)
COUNTED_ALREADY = mark(
    "A count of %(people)s people here (%(when)s) was reported already. If it is the same count, take this report back."
)
SAID = {"arrival": ARRIVED_ALREADY, "departure": LEFT_ALREADY, "headcount": COUNTED_ALREADY}
BY_MINUTE, BY_DAY = "d MMMM, HH:mm", "d MMMM"


class End(NamedTuple):
    """One end of a report that is for the sender: what is said of it, at which place."""

    report_id: UUID
    place_id: UUID
    told: Told


def told_already(session: Session, look: Look) -> Asked:
    """Reports that look like another at the same end and place, each with the most alike. Ends outside the sender's
    areas are not looked at: that nobody was reported there is not theirs to know either."""
    ends = [end for _, row in look.moves() for end in _ends(row) if look.sees(end.place_id)]
    arriving = [end for end in ends if end.told.kind != "departure"]
    leaving = [end for end in ends if end.told.kind == "departure"]
    found = _alike(session, look.post, leaving, is_leaving=True)
    found |= _alike(session, look.post, arriving, is_leaving=False)
    return [(id_, _warned(look.post, told, row)) for id_, (told, row) in found.items()]


def _alike(session: Session, post: Post, ends: Sequence[End], *, is_leaving: bool) -> dict[UUID, tuple[Told, Any]]:
    """By report the most alike of those beside it."""
    asked: dict[tuple[UUID, date], tuple[int, int]] = {}
    for end in ends:
        key, number = (end.place_id, end.told.day), end.told.number or 0
        least, most = asked.get(key, (number, number))
        asked[key] = (min(least, number - number // ONE_IN), max(most, number + number // (ONE_IN - 1)))
    rows = told_beside(session, asked, leaving=is_leaving, now=post.now, person=post.actor.user_id)
    others: dict[tuple[UUID, date], list[tuple[Told, Any]]] = {}
    for row in rows:
        others.setdefault((row.asked_about, row.asked_on), []).append((_told_in(row, is_leaving=is_leaving), row))
    found: dict[UUID, tuple[Told, Any]] = {}
    for end in ends:
        alike = [one for one in others.get((end.place_id, end.told.day), ()) if look_alike(end.told, one[0])]
        if alike:
            found[end.report_id] = min(alike, key=lambda one: likeness(end.told, one[0]))
    return found


def _ends(row: ledger.Row) -> list[End]:
    """What a report says of each of its ends."""
    is_day_dated = row.content.get("precision") in ("day", "about")
    ends: list[End] = []
    if row.place_id is not None:
        kind = "headcount" if row.kind == "headcount" else "arrival"
        came = _told(kind, row, row.occurred_at, row.day, is_day_dated=is_day_dated, other_end=row.from_place_id)
        ends.append(End(row.id, row.place_id, came))
    if row.from_place_id is not None and row.left_at is not None and row.left_day is not None:
        left = _told("departure", row, row.left_at, row.left_day, is_day_dated=is_day_dated, other_end=row.place_id)
        ends.append(End(row.id, row.from_place_id, left))
    return ends


def _told_in(row: Any, *, is_leaving: bool) -> Told:
    """What a stored report says of the end it was asked for by."""
    kind = "departure" if is_leaving else "headcount" if row.kind == "headcount" else "arrival"
    return _told(kind, row, row.at, row.day, is_day_dated=bool(row.is_day_dated), other_end=row.other_end)


def _told(kind: str, row: Any, at: datetime, day: date, *, is_day_dated: bool, other_end: UUID | None) -> Told:
    return Told(
        kind,
        at,
        day,
        is_day_dated=is_day_dated,
        number=row.total if row.total is not None else row.households,
        in_households=row.total is None,
        cells=None if row.cells is None else tuple(row.cells),
        home=row.origin,
        group=row.group_id,
        other_end=other_end,
        method=row.method,
        by=(row.reporter_id, row.device),
    )


def _warned(post: Post, told: Told, row: Any) -> Warned:
    """In words; by its id only for who may open it: one's own, and for who decides any."""
    people = People(row.total, households=row.households).best(post.frame.settings.household_size) or 0
    when = text.moment(told.at, post.language, post.frame.zone, BY_DAY if told.is_day_dated else BY_MINUTE)
    warned = warn(post, "possible_duplicate", SAID[told.kind], people=people, when=when)
    is_shown = row.reporter_id == post.actor.user_id or post.actor.may("decide")
    return Warned(warned.code, warned.message, {"people": people, "report": row.first_id if is_shown else None})
