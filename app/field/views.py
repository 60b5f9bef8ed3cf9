"""The pages of the field."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import session as browser
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.core.forms import language
from app.core.http import requires, session
from app.core.templating import use_zone
from app.core.text import mark
from app.field.forms import ArrivalForm, DepartureForm, GroupForm, HeadcountForm, ReportForm, ShelterForm, StateForm
from app.field.forms.fields import group_code
from app.field.forms.group import answers_of
from app.field.queries import desk_of, standing_group
from app.field.schemas import Desk
from app.intake.service import take
from app.places.queries import frame_of
from app.population.queries import shelter_figures

pages = Blueprint("field", __name__, url_prefix="/field")

LISTED = 50

NO_SHELTER = mark("There is no such shelter.")

Answer = str | Response | tuple[str, int]


@pages.get("/")
@requires("report")
def home() -> Answer:
    """What happened? And my shelters with what is free."""
    use_zone(frame_of(session(), g.actor.scope.operation_id).zone)
    page = shelter_figures(session(), scope=g.actor.scope, limit=LISTED)
    return render_template("field/home.html", shelters=page.items, more=page.next is not None)


@pages.get("/arrivals/new")
@requires("report")
def new_arrival() -> Answer:
    desk = _desk()
    known = {"group": request.args.get("group")}
    return _show(ArrivalForm(desk, **_last(desk, "place", "home"), **known), "field/arrival.html")


@pages.post("/arrivals/new")
@requires("report")
def save_arrival() -> Answer:
    return _save(ArrivalForm(_desk()), "field/arrival.html")


@pages.get("/departures/new")
@requires("report")
def new_departure() -> Answer:
    desk = _desk()
    return _show(DepartureForm(desk, **_last(desk, "place")), "field/departure.html")


@pages.post("/departures/new")
@requires("report")
def save_departure() -> Answer:
    return _save(DepartureForm(_desk()), "field/departure.html")


@pages.get("/headcounts/new")
@requires("report")
def new_headcount() -> Answer:
    desk = _desk()
    return _show(HeadcountForm(desk, **_last(desk, "place")), "field/headcount.html")


@pages.post("/headcounts/new")
@requires("report")
def save_headcount() -> Answer:
    return _save(HeadcountForm(_desk()), "field/headcount.html")


@pages.get("/shelters/new")
@requires("report")
def new_shelter() -> Answer:
    return _show(ShelterForm(_desk()), "field/shelter.html")


@pages.post("/shelters/new")
@requires("report")
def save_shelter() -> Answer:
    return _save(ShelterForm(_desk()), "field/shelter.html")


@pages.get("/shelters/<code>/state")
@requires("report")
def new_state(code: str) -> Answer:
    return _show(_state_form(code), "field/state.html")


@pages.post("/shelters/<code>/state")
@requires("report")
def save_state(code: str) -> Answer:
    return _save(_state_form(code), "field/state.html")


@pages.get("/groups/new")
@requires("report")
def new_group() -> Answer:
    """An empty form; with `code`, what was said of that group before, to be said anew."""
    asked = request.args.get("code", "").strip()
    found = standing_group(session(), actor=g.actor, code=group_code(asked)) if asked else None
    known = answers_of(found) if found is not None and found.is_visible else {}
    return _show(GroupForm(_desk(), **known), "field/group.html", asked=asked, is_missing=bool(asked and not known))


@pages.post("/groups/new")
@requires("report")
def save_group() -> Answer:
    form = GroupForm(_desk())
    if form.code.data:
        form.standing = standing_group(session(), actor=g.actor, code=form.code.data)
    return _save(form, "field/group.html")


@pages.get("/saved")
@requires("report")
def saved() -> Answer:
    """What was stored last, and what may come next."""
    stored = browser.get("saved")
    if stored is None:
        return redirect(url_for(".home"))
    return render_template("field/saved.html", saved=stored, desk=_desk())


def _state_form(code: str) -> StateForm:
    """The form of a shelter of this person. NotFound for any other."""
    desk = _desk()
    shelter = desk.shelter_by_code.get(code)
    if shelter is None:
        raise NotFound("no_shelter", NO_SHELTER)
    return StateForm(desk, shelter)


def _desk() -> Desk:
    desk = desk_of(session(), actor=g.actor, language=language())
    use_zone(desk.frame.zone)
    return desk


def _show(form: ReportForm, template: str, **more: Any) -> str:
    return render_template(template, form=form, desk=form.desk, **more)


def _save(form: ReportForm, template: str) -> Answer:
    """Take what was sent; a form that cannot be stored comes back with all that was typed."""
    if not form.validate():
        return _show(form, template), 422
    results = take(session(), actor=g.actor, reports=form.reports())
    if not form.accept(results):
        return _show(form, template), 422
    browser["saved"] = form.summary(results)
    _remember(form)
    return redirect(url_for(".saved"), code=303)


def _remember(form: ReportForm) -> None:
    """The next form of this browser begins where this one ended."""
    for name in form.remembered:
        browser[f"last_{name}"] = form[name].data


def _last(desk: Desk, *names: str) -> dict[str, Any]:
    known = {"place": {place.key for place in desk.places}, "home": set(desk.area_by_code)}
    said: dict[str, Any] = {name: browser.get(f"last_{name}") for name in names}
    if "place" in names and len(desk.shelters) == 1:
        said["place"] = said["place"] or f"shelter:{desk.shelters[0].code}"
    return {name: value for name, value in said.items() if value in known[name]}
