"""What one person sent, held for review and settled as one set."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.core.forms import say
from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.pagination import page as page_of
from app.dashboard.forms import HoldForm, SetForm, theirs_in
from app.dashboard.views.blueprint import PAGE, Shown, frame_here, pages
from app.dashboard.views.reports import start_asked
from app.holds import queries, service
from app.holds.errors import NoSuchHold, OwnHold, Settled
from app.holds.schemas import HoldShown, Settlement, Theirs


@pages.get("/holds")
@requires("decide")
def holds() -> str:
    """Everything that is or was held, newest first."""
    frame_here()
    before = moment_and_id(request.args.get("after", ""))
    found = queries.holds_of(session(), g.actor.scope, limit=PAGE + 1, before=before)
    listed, last = page_of(found, PAGE)
    following = after_moment(last.made_at, last.id) if last else None
    return render_template("dashboard/holds.html", holds=listed, next=following, is_first=before is None)


@pages.get("/holds/<uuid:hold_id>")
@requires("decide")
def held(hold_id: UUID) -> str:
    """One hold: how far it is, and what it does to which places."""
    frame, shown, start = frame_here(), _hold(hold_id), start_asked()
    sums = queries.places_of_hold(session(), g.actor.scope, hold_id)
    return render_template(
        "dashboard/hold.html",
        hold=shown,
        places=queries.called(session(), g.actor, frame, sums[start : start + PAGE], hold_id=hold_id),
        total=len(sums),
        start=start,
        step=PAGE,
    )


@pages.post("/holds/<uuid:hold_id>/release")
@requires("decide")
def release(hold_id: UUID) -> Response:
    """Let all of it count again."""
    return _settle(hold_id, "released", gettext("Released. The reports count again within seconds."))


@pages.post("/holds/<uuid:hold_id>/set-aside")
@requires("decide")
def set_aside(hold_id: UUID) -> Response:
    """Leave all of it out for good."""
    return _settle(hold_id, "set_aside", gettext("Set aside for good. The figures stay without these reports."))


@pages.get("/holds/people/<uuid:person_id>")
@requires("decide")
def sent_by(person_id: UUID) -> str:
    """What a person sent, newest first, of a device or a time of recording."""
    frame, form = frame_here(), SetForm(request.args)
    form.validate()
    theirs = theirs_in(form, person_id=person_id, scope=g.actor.scope, zone=frame.zone)
    before = moment_and_id(request.args.get("after", ""))
    person = queries.called_person(session(), theirs)
    found, last = page_of(queries.sent_by(session(), theirs, frame=frame, limit=PAGE + 1, before=before), PAGE)
    ends = {end for one in found for end in (one.place_id, one.from_place_id) if end is not None}
    return render_template(
        "dashboard/sent_by.html",
        person=person,
        person_id=person_id,
        form=form,
        sent=found,
        names=queries.called_places(session(), g.actor, ends),
        stay=queries.spoken_of_by_others(session(), person_id, found),
        holds=queries.holds_of(session(), g.actor.scope, limit=PAGE, person_id=person_id),
        next=after_moment(last.recorded_at, last.id) if last else None,
        is_first=before is None,
        **_devices(theirs),
    )


@pages.get("/holds/people/<uuid:person_id>/new")
@requires("decide")
def new_hold(person_id: UUID) -> Shown:
    """Before it is done: what these reports say of which places."""
    asked = SetForm(request.args)
    asked.validate()
    return _ask(person_id, HoldForm(asked))


@pages.post("/holds/people/<uuid:person_id>/new")
@requires("decide")
def make_hold(person_id: UUID) -> Shown | Response:
    form = HoldForm(SetForm(request.args))
    if not form.validate() or form.hold_id.data is None:
        return _ask(person_id, form), 422
    theirs = theirs_in(form, person_id=person_id, scope=g.actor.scope, zone=frame_here().zone)
    service.hold(session(), actor=g.actor, hold_id=form.hold_id.data, theirs=theirs, reason=form.reason.data or "")
    flash(gettext("These reports are being held. The figures follow within seconds."))
    return redirect(url_for(".held", hold_id=form.hold_id.data), code=303)


def _ask(person_id: UUID, form: HoldForm) -> str:
    frame = frame_here()
    theirs = theirs_in(form, person_id=person_id, scope=g.actor.scope, zone=frame.zone)
    person = queries.called_person(session(), theirs)
    sums = queries.places_of(session(), theirs, frame=frame)
    return render_template(
        "dashboard/new_hold.html",
        person=person,
        person_id=person_id,
        form=form,
        count=queries.count_of(session(), theirs),
        places=queries.called(session(), g.actor, frame, sums[:PAGE]),
        more=max(0, len(sums) - PAGE),
        **_devices(theirs),
    )


def _devices(theirs: Theirs) -> dict[str, object]:
    """The devices one may choose from, that which was asked for among them."""
    found = queries.devices_of(session(), Theirs(theirs.person_id, theirs.scope))
    return {"devices": found, "is_other_device": theirs.device not in (None, *(one.name for one in found))}


def _hold(hold_id: UUID) -> HoldShown:
    found = queries.hold_of(session(), g.actor.scope, hold_id)
    if found is None:
        raise NoSuchHold
    return found


def _settle(hold_id: UUID, state: Settlement, words: str) -> Response:
    _hold(hold_id)
    if request.form.get("sure") != "yes":
        flash(gettext("Nothing was changed. Tick the box above the button if you are sure."), "error")
    else:
        try:
            service.settle(session(), actor=g.actor, hold_id=hold_id, state=state)
            flash(words)
        except (Settled, OwnHold) as error:
            flash(say(error.message), "error")
    return redirect(url_for(".held", hold_id=hold_id), code=303)
