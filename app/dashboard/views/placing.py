"""Where can these people go tonight."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core import clock
from app.core.http import requires, session
from app.dashboard.forms import PlacementForm
from app.dashboard.queries import start_meant
from app.dashboard.schemas import StartMeant
from app.dashboard.views.blueprint import PAGE, Shown, frame_here, pages
from app.dashboard.views.reports import start_asked
from app.holds.queries import left_out
from app.places.models import Area
from app.places.queries import list_areas
from app.places.schemas import Frame
from app.planning.policy import REFUSALS, placed
from app.planning.queries import sites_of
from app.planning.schemas import Placement, Placing, Site
from app.shelters.policy import Standards

FEW = 10  # of each list, before one asks for all of it
OFFERED, UNSURE, REFUSED = "offered", "unsure", "refused"


@pages.get("/placement")
@requires("read")
def placement() -> Shown | Response:
    """Which shelters have room for these people, in order, and why each of the others is not offered. All that is asked
    stands in the address; what was left empty does not."""
    frame = frame_here()
    form = PlacementForm(request.args, frame=frame)
    if not form.is_asked:
        return render_template("dashboard/placement.html", form=form, frame=frame, found=None)
    said: list[tuple[str, Any]] = list(request.args.items(multi=True))
    kept = [(name, words) for name, words in said if words.strip() or name == "people"]
    if len(kept) < len(said):
        return redirect(url_for(".placement", **dict(kept)))
    sites = sites_of(session(), scope=g.actor.scope)
    areas = {area.code: area for area in list_areas(session(), g.actor.scope.operation_id)}
    is_good = form.validate()
    if not form.begins_at(_meant(form, areas, sites)) or not is_good:
        return render_template("dashboard/placement.html", form=form, frame=frame, found=None), 422
    others = [site for site in sites if form.begin is None or form.begin.key != f"shelter:{site.shelter}"]
    found = placed(others, form.asking, form.reach, Standards.of(frame.settings.thresholds))
    return _answer(form, frame, found, areas)


def _meant(form: PlacementForm, areas: dict[str, Area], sites: list[Site]) -> StartMeant:
    if form.position is not None:
        return StartMeant(form.position)
    return start_meant(areas, sites, typed=form.start.data or "", picked=form.picked)


def _answer(form: PlacementForm, frame: Frame, found: Placement, areas: dict[str, Area]) -> str:
    """The first of each list; or all of one, some at a time."""
    by_reason = {code: [one for one in found.refused if one.reasons[0].code == code] for code in REFUSALS}
    lists: dict[str, list[Placing]] = {
        OFFERED: found.offered,
        UNSURE: found.unsure,
        REFUSED: found.refused,
        **by_reason,
    }
    shown = request.args.get("show", "")
    shown = shown if shown in lists else ""
    kept: dict[str, Any] = {name: said for name, said in request.args.items() if name not in ("show", "from")}
    start, step = (start_asked(), PAGE) if shown else (0, FEW)
    return render_template(
        "dashboard/placement.html",
        form=form,
        frame=frame,
        asked_at=clock.now(),
        found=found,
        left_out=left_out(session(), g.actor.scope),
        asking=form.asking,
        areas=areas,
        refused_for={code: len(those) for code, those in by_reason.items() if those},
        for_everybody=sum((one.room or 0) >= form.count for one in found.offered),
        lists={name: those[start : start + step] for name, those in lists.items()},
        totals={name: len(those) for name, those in lists.items()},
        portions=found.parts[:PAGE],
        shown=shown,
        start=start,
        step=step,
        kept=kept,
    )
