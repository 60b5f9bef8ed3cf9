"""The one blueprint these pages stand on, and what all of them ask for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, g
from markupsafe import Markup

from app.alerts.rules import Thresholds
from app.core import clock
from app.core.http import session
from app.core.templating import direction, use_zone
from app.dashboard.policy import stands
from app.formats import charts
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.population.schemas import ShelterFigure

pages = Blueprint("dashboard", __name__)

PAGE = 50
USUAL_SILENCE = timedelta(days=Thresholds().silence_days)

Shown = str | tuple[str, int]


def frame_here() -> Frame:
    """The operation of who is asking; times on the page are told in its zone."""
    frame = frame_of(session(), g.actor.scope.operation_id)
    use_zone(frame.zone)
    g.silent_after = timedelta(days=Thresholds.of(frame.settings.thresholds).silence_days)
    return frame


@pages.app_template_global("is_old")
def _is_old(heard_at: datetime | None) -> bool:
    """Whether a figure is drawn as an old one: nothing has been heard of its place for as long as the rule of silence
    waits, at the moment the page shows."""
    return heard_at is not None and g.get("shown_at", clock.now()) - heard_at > g.get("silent_after", USUAL_SILENCE)


pages.add_app_template_global(stands, "stands_of")


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
