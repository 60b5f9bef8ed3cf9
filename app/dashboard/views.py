"""The coordinator's pages: the situation, shelters, alerts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.alerts.queries import open_alerts
from app.alerts.service import acknowledge
from app.core.forms import language
from app.core.http import requires, session
from app.core.templating import digits, direction, number, use_zone
from app.counts.scheme import UNKNOWN, Scheme
from app.dashboard.forms import AcknowledgeForm
from app.dashboard.schemas import Room
from app.formats import charts
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.population import queries as population
from app.population.schemas import AreaFigure, ShelterFigure

pages = Blueprint("dashboard", __name__)

FULLEST, TASKS, PAGE = 10, 5, 50
GOVERNORATE = 1


@pages.get("/dashboard")
@requires("read_safe")
def situation() -> str:
    """How many, where there is room, what needs me. Partners see the totals of governorates only."""
    frame = _frame()
    if not g.actor.may("read"):
        return _safe_totals(frame)
    scope = g.actor.scope
    whole = population.operation_figure(session(), scope=scope)
    return render_template(
        "dashboard/situation.html",
        frame=frame,
        whole=whole,
        pyramid=_pyramid(whole, frame.scheme),
        known=_share_known(whole),
        came=whole.came,
        left=whole.left,
        room=Room.of(population.shelter_figures(session(), scope=scope).items),
        fullest=population.fullest(session(), scope=scope, limit=FULLEST),
        areas=sorted(population.area_figures(session(), scope=scope), key=lambda figure: figure.area or ""),
        last_report_at=population.last_report_at(session(), scope=scope),
        **_tasks(),
    )


@pages.get("/shelters")
@requires("read")
def shelters() -> str:
    """Every shelter with its figure, by code."""
    _frame()
    after = request.args.get("after") or None
    page = population.shelter_figures(session(), scope=g.actor.scope, limit=PAGE, after=after)
    return render_template("dashboard/shelters.html", figures_list=page.items, next=page.next, after=after)


@pages.get("/alerts")
@requires("read")
def alerts() -> str:
    """Everything open, the worst first."""
    _frame()
    start = max(0, request.args.get("from", 0, type=int))
    found = open_alerts(session(), scope=g.actor.scope, language=language())
    return render_template(
        "dashboard/alerts.html", alerts=found[start : start + PAGE], start=start, total=len(found), step=PAGE
    )


@pages.post("/alerts/<uuid:alert_id>/acknowledge")
@requires("decide")
def acknowledge_alert(alert_id: UUID) -> Response:
    """Take an alert on, so that nobody else is called."""
    form = AcknowledgeForm()
    if form.validate():
        acknowledge(session(), actor=g.actor, alert_id=alert_id, comment=form.comment.data or None)
        flash(gettext("You have taken this alert on. It stays open until the figure falls."))
    else:
        flash(gettext("This page was open too long. Press the button again."))
    return redirect(url_for(".alerts"), code=303)


def _frame() -> Frame:
    frame = frame_of(session(), g.actor.scope.operation_id)
    use_zone(frame.zone)
    return frame


def _tasks() -> dict[str, Any]:
    found = open_alerts(session(), scope=g.actor.scope, language=language())
    waiting = [alert for alert in found if alert.status == "open"]
    return {"alerts": waiting[:TASKS], "alerts_total": len(found), "alerts_waiting": len(waiting)}


def _safe_totals(frame: Frame) -> str:
    found = population.area_figures(session(), scope=g.actor.scope)
    areas = [figure.safe() for figure in found if figure.level == GOVERNORATE]
    whole = population.operation_figure(session(), scope=g.actor.scope).safe()
    return render_template("dashboard/totals.html", frame=frame, areas=areas, whole=whole)


@pages.app_template_global("occupancy_class")
def _occupancy_class(occupancy: float) -> str:
    return charts.occupancy_class(occupancy)


@pages.app_template_global("occupancy_scale")
def _occupancy_scale(figures: Sequence[ShelterFigure]) -> float:
    return charts.scale_of([figure.occupancy for figure in figures if figure.basis != "unknown"])


@pages.app_template_global("occupancy_bar")
def _occupancy_bar(occupancy: float | None, scale: float, is_counted: bool = True) -> Markup:
    right_to_left = direction() == "rtl"
    drawn = charts.occupancy_bar(occupancy, scale=scale, is_counted=is_counted, right_to_left=right_to_left)
    return Markup(drawn)  # noqa: S704  # charts escape every text


def _pyramid(whole: AreaFigure, scheme: Scheme) -> Markup | None:
    """Ages of both sexes; everything not known of sex or age in one outline below. None if nothing is known."""
    cells, ages = whole.people.cells, [age for age in scheme.ages if age != UNKNOWN]
    bars = [
        charts.Bar(digits(age.replace("-", "\u2013")), cells.get(f"female:{age}", 0), cells.get(f"male:{age}", 0))
        for age in ages
    ]
    female, male = sum(bar.left for bar in bars), sum(bar.right for bar in bars)
    if not female + male:
        return None
    rest = sum(cells.values()) - female - male
    words = charts.PyramidWords(
        left=gettext("Female %(number)s", number=number(female)),
        right=gettext("Male %(number)s", number=number(male)),
        unknown=gettext("sex or age not known %(number)s", number=number(rest)),
        summary=gettext(
            "Ages: women and girls %(female)s, men and boys %(male)s, sex or age not known %(rest)s",
            female=number(female),
            male=number(male),
            rest=number(rest),
        ),
    )
    drawn = charts.pyramid(bars, rest, words=words, write=number, right_to_left=direction() == "rtl")
    return Markup(drawn)  # noqa: S704  # charts escape every text


def _share_known(whole: AreaFigure) -> float | None:
    """For which share of the people both sex and age are known."""
    cells = whole.people.cells
    everyone = sum(cells.values())
    known = sum(count for key, count in cells.items() if UNKNOWN not in key.split(":"))
    return known / everyone if everyone else None
