"""What the page of a shelter is put together from: as of the moment asked, and what there is of now alone."""

from datetime import timedelta
from typing import Any

from flask import g

from app.alerts.queries import alerts_at
from app.core import clock
from app.core.forms import language
from app.core.http import session
from app.core.statements import Change, changes_of
from app.dashboard.policy import told_of_changes
from app.dashboard.queries import groups_here
from app.dashboard.views.moments import Asked
from app.duplicates.queries import Possible, possible_at
from app.holds.queries import left_out
from app.planning.queries import fillings_of, rooms_near
from app.planning.schemas import Arriving, Filling
from app.population.queries import Described
from app.population.queries.counts import headcounts_at, open_cases
from app.population.queries.decisions import booked_here
from app.population.queries.groups import groups_at
from app.population.queries.needs import NeedsHere, needs_at, needs_of_groups
from app.shelters.policy import Standards, enough_of
from app.shelters.queries import statements_under

ENDED_WITHIN = timedelta(days=30)  # alerts that ended are told so long
LATEST = 5  # changes of the place itself; its history has all


def as_of_then(found: Described, asked: Asked) -> dict[str, Any]:
    """Who is there with which needs, and how the place became what it is: of any day."""
    place_id, past = found.figure.place_id, asked.past
    people = groups_at(session(), place_id, past)
    of_groups, divided = needs_of_groups(session(), place_id, people, past)
    changes = changes_at(found, asked)
    return {
        "groups": groups_here(session(), people),
        "needs": NeedsHere(needs_at(session(), place_id, past), of_groups, divided),
        "enough": enough_of(found.state, Standards.of(past.frame.settings.thresholds)),
        "changes": changes[:LATEST],
        "changes_more": max(0, len(changes) - LATEST),
    }


def changes_at(found: Described, asked: Asked) -> list[Change]:
    """How the place became what it was at the moment asked, the newest first."""
    past, place_id = asked.past, found.figure.place_id
    members = past.bookings.members(session(), [place_id])
    said = statements_under(session(), members, known_on=past.cut.known_on).get(place_id, [])
    return told_of_changes(changes_of(said, until=past.cut.as_of))


def of_now(found: Described, asked: Asked) -> dict[str, Any]:
    """What waits for somebody, when it will be full, where else there is room, and which shelters are booked here: of
    now alone."""
    if not asked.past.is_present:
        nothing = {"case": None, "left_out": None, "near": None, "doubles": 0}
        return {**nothing, "booked": [], "headcounts": [], "alerts": []}
    figure, scope, past = found.figure, g.actor.scope, asked.past
    cases, _ = open_cases(session(), scope=scope, past=past, limit=1, place_id=figure.place_id)
    headcounts, are_more = headcounts_at(session(), figure.place_id, past)
    since = clock.now() - ENDED_WITHIN
    arriving = Arriving(
        people=max(1, -(figure.free or 0)),
        cells=frozenset(cell for cell, people in figure.people.cells.items() if people > 0),
    )
    near = rooms_near(session(), scope=scope, arriving={figure.place_id: arriving})
    return {
        "case": cases[0] if cases else None,
        "headcounts": headcounts,
        "are_more_headcounts": are_more,
        "alerts": alerts_at(session(), actor=g.actor, language=language(), place_id=figure.place_id, since=since),
        "near": near[figure.place_id],
        "filling": _filling(found, asked),
        "booked": booked_here(session(), scope, figure.place_id),
        "left_out": left_out(session(), scope, place_id=figure.place_id),
        "doubles": len(doubles_at(found, asked)) if g.actor.may("decide") else 0,
    }


def _filling(found: Described, asked: Asked) -> Filling | None:
    one = found.figure
    is_able = one.basis == "counted" and (one.free or 0) > 0
    rooms = {one.place_id: (one.people.total or 0, one.capacity or 0)} if is_able else {}
    return fillings_of(session(), rooms, today=asked.past.cut.day).get(one.place_id)


def doubles_at(found: Described, asked: Asked) -> list[Possible]:
    """Which movements that the present figure rests on may be told twice."""
    size = asked.past.frame.settings.household_size
    figure, scope = found.figure, g.actor.scope
    return possible_at(session(), place_id=figure.place_id, since=figure.counted_at, scope=scope, household_size=size)
