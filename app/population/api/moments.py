"""`as_of` and `known_on`: the moment asked about, and what had been recorded by when."""

from typing import Annotated, Any

from flask import g
from pydantic import Field

from app.core import clock, http, pagination
from app.core.errors import NotAllowed
from app.places.queries import frame_of
from app.population.past import Cut, Past, past_of


class AsOf(pagination.Question):
    """`as_of`: a date, meaning its end, or an instant with its offset; by default now."""

    as_of: Annotated[pagination.Moment | None, Field(description="A date (its end), or an instant.")] = None


class AsKnown(AsOf):
    """`known_on`: as had been recorded by then, so that last Tuesday's answer is given again to the digit."""

    known_on: Annotated[pagination.Moment | None, Field(description="As had been recorded by then.")] = None


def past_asked(query: AsOf) -> Past:
    """What was asked about; without any word about it, what is stored as it is. Partners see the present only."""
    known_on = query.known_on if isinstance(query, AsKnown) else None
    is_of_now = query.as_of is None and known_on is None
    if not is_of_now and not g.actor.may("read"):
        raise NotAllowed("not_allowed", http.NOT_YOURS)
    session = http.session()
    frame = frame_of(session, g.actor.scope.operation_id)
    known_by = None if known_on is None else frame.instant(known_on)
    cut = Cut.of(frame, as_of=query.as_of, known_on=known_by)
    return Past.present(frame, cut) if is_of_now else past_of(session, frame, cut)


def moments(past: Past) -> dict[str, Any]:
    """The moment answered for, and the cut that was used."""
    now = clock.now().replace(microsecond=0)
    as_of = min(past.cut.as_of, now) if past.is_present else past.cut.as_of
    return {"as_of": as_of.isoformat(), "known_on": (past.cut.known_on or now).isoformat()}
