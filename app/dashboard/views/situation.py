"""The situation in one glance; for partners, safe totals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, after_this_request, g, render_template

from app.accounts.policy import SAFE_LEVEL, Scope
from app.alerts.queries import count_open, list_alerts
from app.core import clock
from app.core.forms import language
from app.core.http import asks_for_part, requires, session
from app.dashboard.policy import at_hand, likely_to_fill, next_to_fill
from app.dashboard.queries import largest_flows, standing
from app.dashboard.schemas import Standing
from app.dashboard.views import live
from app.dashboard.views.blueprint import frame_here, pages
from app.dashboard.views.changes import note_visit
from app.dashboard.views.drawings import TREND_DAYS, pyramid, share_known, trend, youngest
from app.dashboard.views.map import map_of
from app.dashboard.views.moments import Asked, moment_asked, shows_now
from app.duplicates.queries import how_many_wait
from app.holds.queries import left_out
from app.places.queries import areas_of
from app.places.schemas import Frame
from app.planning.queries import fillings_of
from app.population import queries as population
from app.population.past import Past
from app.population.queries.counts import how_many_open
from app.population.queries.published import published
from app.population.schemas import AreaFigure

FULLEST, FILLING, TASKS, PUBLISHED, HOMES = 10, 5, 5, 3, 6
NEAREST = 3  # to full, where nothing can be said of when
AREAS = 25  # rows of areas, if so few levels are that many
READS = ("area", "kind", "as_of", "known_on", "map")  # of the address
LIKELY = 200  # shelters of which is asked when they will be full: it takes the last counts of each


@pages.get("/dashboard")
@requires("read_safe")
def situation() -> str | Response:
    """How many, where there is room, what needs me. Partners see the totals of governorates only."""
    if not g.actor.may("read"):
        return _safe_totals(frame_here())
    if not asks_for_part() and shows_now():
        after_this_request(note_visit)
    return live.answer("dashboard/situation.html", _board, reads=READS)


def _board() -> str:
    frame, asked = frame_here(), moment_asked()
    first, scope = asked.past.cut.day - timedelta(days=TREND_DAYS - 1), asked.scope
    past = asked.past_of_kind(first)
    whole = population.operation_figure(session(), scope=scope, past=past)
    stands = standing(session(), scope=scope, past=past, most=FULLEST, kind=asked.kind)
    codes = population.top_codes(session(), scope)
    days = population.area_days(session(), codes=codes, first=first, past=past)
    last = population.last_report_at(session(), scope=scope, past=past)
    return render_template(
        "dashboard/board.html",
        asked=asked,
        drawn_at=clock.now(),
        frame=frame,
        whole=whole,
        pyramid=pyramid(whole.people, frame.scheme),
        youngest=youngest(whole.people, frame.scheme),
        known=share_known(whole.people),
        map=map_of(asked, stands),
        room=stands.room,
        fullest=stands.fullest,
        **_filling(asked, stands),
        trend=trend(days, last=past.cut.day),
        days=days[::-1],
        homes=largest_flows(session(), scope=scope, past=past, most=HOMES),
        **_areas(asked, past),
        last_report_at=last,
        last_day=None if last is None or asked.is_past else frame.day_of(last),
        published=[] if asked.kind else published(session(), scope=scope, past=past, limit=PUBLISHED),
        **_open_now(asked),
    )


def _areas(asked: Asked, past: Past) -> dict[str, Any]:
    """Areas that can be chosen, and those that are shown with their figures."""
    every = population.area_figures(session(), scope=g.actor.scope, past=asked.past)
    figures = population.area_figures(session(), scope=g.actor.scope, past=past) if asked.kind else every
    below = _below(asked, figures)
    shown = at_hand(below, AREAS)
    return {
        "to_choose": sorted(every, key=lambda figure: figure.area or ""),
        "areas": shown,
        "are_more_areas": len(shown) < len(below),
    }


def _below(asked: Asked, areas: Sequence[AreaFigure]) -> Sequence[AreaFigure]:
    """Of areas those that are shown: in the one that is asked for."""
    if asked.area is None:
        return areas
    paths = areas_of(session(), asked.scope.operation_id, [one.area for one in areas if one.area])
    return [one for one in areas if one.area and asked.scope.holds(paths[one.area].path)]


def _filling(asked: Asked, stands: Standing) -> dict[str, Any]:
    """Which shelters fill next, by their counts as they are known now: of what was known on another day nobody asks."""
    if asked.known_on is not None:
        return {"filling": None}
    likely = likely_to_fill(stands.briefs, LIKELY)
    rooms = {one.id: (one.people or 0, one.places or 0) for one in likely}
    when = fillings_of(session(), rooms, today=asked.past.cut.day)
    filling, nearest = next_to_fill(likely, when, FILLING), likely[:NEAREST]
    return {
        "filling": filling,
        "can_be_said": len(when),
        "fullest_with_room": nearest,
        "called": stands.called([one.id for one in (*(one for one, _ in filling), *nearest)]),
        "of_likely": LIKELY if len(likely) == LIKELY else None,
    }


def _open_now(asked: Asked) -> dict[str, Any]:
    """What needs somebody, and what is held for review: of now alone."""
    if asked.is_past:
        return {"alerts": [], "alerts_total": 0, "left_out": None, "doubles": 0, "cases": 0}
    actor = replace(g.actor, scope=asked.scope)
    return {
        "alerts": list_alerts(
            session(), actor=actor, language=language(), statuses=("open",), kind=asked.kind, limit=TASKS
        ),
        "alerts_total": count_open(session(), actor=actor, kind=asked.kind),
        "left_out": left_out(session(), asked.scope),
        **_to_decide(asked),
    }


def _to_decide(asked: Asked) -> dict[str, int]:
    """Of how many pairs of reports somebody has to say whether they are one, and at how many places figures compete."""
    if not g.actor.may("decide") or asked.kind:
        return {"doubles": 0, "cases": 0}
    size = asked.past.frame.settings.household_size
    return {
        "doubles": how_many_wait(session(), scope=asked.scope, household_size=size),
        "cases": how_many_open(session(), scope=asked.scope),
    }


def _safe_totals(frame: Frame) -> str:
    found = population.area_figures(session(), scope=g.actor.scope)
    areas = [figure.safe() for figure in found if figure.level == SAFE_LEVEL]
    whole = population.operation_figure(session(), scope=_of_safe_areas(g.actor.scope)).safe()
    return render_template("dashboard/totals.html", frame=frame, areas=areas, whole=whole)


def _of_safe_areas(scope: Scope) -> Scope:
    """A sum with a smaller area in it would tell of that one, once the governorates are taken away."""
    if scope.areas is None:
        return scope
    found = areas_of(session(), scope.operation_id, sorted(scope.areas))
    return replace(scope, areas=frozenset(code for code, area in found.items() if area.level <= SAFE_LEVEL))
