"""The situation in one glance; for partners, safe totals."""

from dataclasses import replace
from typing import Any

from flask import g, render_template

from app.accounts.policy import SAFE_LEVEL, Scope
from app.alerts.queries import open_alerts
from app.core.forms import language
from app.core.http import requires, session
from app.dashboard.schemas import Room
from app.dashboard.views.blueprint import frame_here, pages
from app.dashboard.views.drawings import pyramid, share_known
from app.holds.queries import left_out
from app.places.queries import areas_of
from app.places.schemas import Frame
from app.population import queries as population
from app.population.past import Cut, Past
from app.population.queries.published import published

FULLEST, TASKS, PUBLISHED = 10, 5, 3


@pages.get("/dashboard")
@requires("read_safe")
def situation() -> str:
    """How many, where there is room, what needs me. Partners see the totals of governorates only."""
    frame = frame_here()
    if not g.actor.may("read"):
        return _safe_totals(frame)
    scope = g.actor.scope
    whole = population.operation_figure(session(), scope=scope)
    return render_template(
        "dashboard/situation.html",
        frame=frame,
        whole=whole,
        left_out=left_out(session(), scope),
        pyramid=pyramid(whole.people, frame.scheme),
        known=share_known(whole.people),
        came=whole.came,
        left=whole.left,
        room=Room.of(population.shelter_figures(session(), scope=scope).items),
        fullest=population.fullest(session(), scope=scope, limit=FULLEST),
        areas=sorted(population.area_figures(session(), scope=scope), key=lambda figure: figure.area or ""),
        last_report_at=population.last_report_at(session(), scope=scope),
        published=published(session(), scope=scope, past=Past.present(frame, Cut.of(frame)), limit=PUBLISHED),
        **_tasks(),
    )


def _tasks() -> dict[str, Any]:
    found = open_alerts(session(), actor=g.actor, language=language())
    waiting = [alert for alert in found if alert.status == "open"]
    return {"alerts": waiting[:TASKS], "alerts_total": len(found), "alerts_waiting": len(waiting)}


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
