"""Entering what happened: each page is one form, each form one post."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask import session as browser

from app.core import clock
from app.core.errors import NotFound
from app.core.http import requires, session
from app.core.templating import use_zone
from app.core.text import mark
from app.field.forms import (
    ArrivalForm,
    DepartureForm,
    GroupForm,
    HeadcountForm,
    NoteForm,
    ReportForm,
    ShelterForm,
    StateForm,
)
from app.field.forms.fields import group_code
from app.field.forms.group import answers_of
from app.field.queries import names_of_elsewhere, standing_group
from app.field.schemas import Desk
from app.field.views.desk import Answer, desk, is_to_be_kept, naming, pages
from app.intake.service import take
from app.places.queries import frame_of
from app.population.queries import shelter_figures
from app.shelters.policy import rounded

LISTED = 200  # shelters on the home page, of which the phone finds the nearest

NO_SHELTER = mark("There is no such shelter.")


@pages.get("/")
@requires("report")
def home() -> Answer:
    """What happened? And my shelters with what is free."""
    use_zone(frame_of(session(), g.actor.scope.operation_id).zone)
    page = shelter_figures(session(), scope=g.actor.scope, limit=LISTED)
    kept = {"kept_at": clock.now()} if is_to_be_kept() else {}
    known = [one for one in page.items if one.lat is not None and one.lon is not None]
    positions = {one.shelter: rounded({"lat": one.lat, "lon": one.lon}) for one in known}
    return render_template(
        "field/home.html", shelters=page.items, positions=positions, more=page.next is not None, **kept
    )


@pages.get("/arrivals/new")
@requires("report")
def new_arrival() -> Answer:
    here = desk()
    known: dict[str, Any] = {"group": request.args.get("group")}
    return _show(ArrivalForm(here, **_last(here, "place", "home"), **known), "field/arrival.html")


@pages.post("/arrivals/new")
@requires("report")
def save_arrival() -> Answer:
    return _save(ArrivalForm(naming(desk())), "field/arrival.html")


@pages.get("/departures/new")
@requires("report")
def new_departure() -> Answer:
    here = desk()
    return _show(DepartureForm(here, **_last(here, "place")), "field/departure.html")


@pages.post("/departures/new")
@requires("report")
def save_departure() -> Answer:
    return _save(DepartureForm(naming(desk())), "field/departure.html")


@pages.get("/headcounts/new")
@requires("report")
def new_headcount() -> Answer:
    here = desk()
    return _show(HeadcountForm(here, **_last(here, "place")), "field/headcount.html")


@pages.post("/headcounts/new")
@requires("report")
def save_headcount() -> Answer:
    return _save(HeadcountForm(desk()), "field/headcount.html")


@pages.get("/shelters/new")
@requires("report")
def new_shelter() -> Answer:
    return _show(ShelterForm(desk()), "field/shelter.html")


@pages.post("/shelters/new")
@requires("report")
def save_shelter() -> Answer:
    return _save(ShelterForm(desk()), "field/shelter.html")


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
    return _show(GroupForm(desk(), **known), "field/group.html", asked=asked, is_missing=bool(asked and not known))


@pages.post("/groups/new")
@requires("report")
def save_group() -> Answer:
    form = GroupForm(desk())
    if form.code.data:
        form.standing = standing_group(session(), actor=g.actor, code=form.code.data)
    return _save(form, "field/group.html")


@pages.get("/notes/new")
@requires("report")
def new_note() -> Answer:
    here = desk()
    return _show(NoteForm(here, **_last(here, "place")), "field/note.html")


@pages.post("/notes/new")
@requires("report")
def save_note() -> Answer:
    return _save(NoteForm(desk()), "field/note.html")


@pages.get("/saved")
@requires("report")
def saved() -> Answer:
    """What was stored last, and what may come next."""
    stored = browser.get("saved")
    if stored is None:
        return redirect(url_for(".home"))
    return render_template("field/saved.html", saved=stored, desk=desk().with_places(stored["also"]))


def _state_form(code: str) -> StateForm:
    """The form of a shelter of this person. NotFound for any other."""
    here = desk(bare=False)
    shelter = here.shelter_by_code.get(code)
    if shelter is None:
        raise NotFound("no_shelter", NO_SHELTER)
    return StateForm(here, shelter)


def _show(form: ReportForm, template: str, **more: Any) -> str:
    return render_template(template, form=form, desk=form.desk, **more)


def _save(form: ReportForm, template: str) -> Answer:
    """Take what was sent; a form that cannot be stored comes back with all that was typed."""
    if not form.validate():
        return _show(form, template), 422
    results = take(session(), actor=g.actor, reports=form.reports(), device=g.actor.device)
    if not form.accept(results):
        return _show(form, template), 422
    also = names_of_elsewhere(session(), actor=g.actor, desk=form.desk)
    browser["saved"] = {"also": also, **form.summary(results)}
    _remember(form)
    return redirect(url_for(".saved"), code=303)


def _remember(form: ReportForm) -> None:
    """The next form of this browser begins where this one ended."""
    for name in form.remembered:
        browser[f"last_{name}"] = form[name].data


def _last(here: Desk, *names: str) -> dict[str, Any]:
    known = {"place": here.place_keys, "home": here.area_by_code}
    said: dict[str, Any] = {name: browser.get(f"last_{name}") for name in names}
    if "place" in names and len(here.shelters) == 1:
        said["place"] = said["place"] or f"shelter:{here.shelters[0].code}"
    return {name: value for name, value in said.items() if value in known[name]}
