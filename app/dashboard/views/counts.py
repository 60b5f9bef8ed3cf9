"""Headcounts that wait for a decision, and what was decided."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.pagination import page as page_of
from app.core.text import mark
from app.dashboard.forms import DecisionForm
from app.dashboard.views.blueprint import PAGE, Shown, frame_here, pages
from app.dashboard.views.reports import start_asked
from app.intake.service import take
from app.ledger.service import take_turn
from app.population.past import Cut, Past
from app.population.queries.counts import Headcount, headcount_of, headcounts_at, open_cases
from app.population.queries.decisions import latest_decisions
from app.population.queries.groups import called_of
from app.population.queries.published import published

LATEST = 5
NO_HEADCOUNT = mark("There is no such headcount.")


@pages.get("/counts")
@requires("read")
def counts() -> str:
    """Where figures compete or contradict each other, conflicts first; the latest decisions; published figures."""
    start, scope = start_asked(), g.actor.scope
    past = _now()
    cases, total = open_cases(session(), scope=scope, past=past, limit=PAGE, start=start)
    return render_template(
        "dashboard/counts.html",
        cases=cases,
        total=total,
        start=start,
        step=PAGE,
        decisions=latest_decisions(session(), scope=scope, limit=LATEST),
        published=published(session(), scope=scope, past=past, limit=LATEST),
    )


@pages.get("/counts/decisions")
@requires("read")
def decisions() -> str:
    """Every decision on a headcount, newest first."""
    frame_here()
    before = moment_and_id(request.args.get("after", ""))
    found, last = page_of(latest_decisions(session(), scope=g.actor.scope, limit=PAGE + 1, before=before), PAGE)
    following = after_moment(last.at, last.id) if last else None
    return render_template("dashboard/decisions.html", decisions=found, next=following, is_first=before is None)


@pages.get("/counts/<uuid:headcount_id>/decide")
@requires("decide")
def decide(headcount_id: UUID) -> Shown:
    """Follow a headcount or set it aside: asks for the reason."""
    past = _now()
    headcount = _headcount(headcount_id, past)
    return _show(headcount, _form(headcount), past)


@pages.post("/counts/<uuid:headcount_id>/decide")
@requires("decide")
def save_decision(headcount_id: UUID) -> Shown | Response:
    """Decide; where somebody else did since the form was shown, or corrected the headcount, that is shown first."""
    take_turn(session(), g.actor.scope.operation_id)  # before anything is read: it stands until this is stored
    past = _now()
    headcount = _headcount(headcount_id, past)
    form = _form(headcount)
    if not form.validate():
        return _show(headcount, form, past), 422
    (result,) = take(session(), actor=g.actor, reports=[form.report()], device=g.actor.device)
    if not form.accept(result):
        return _show(headcount, form, past), 422
    flash(gettext("Decided. The figures follow within seconds."))
    return redirect(url_for(".counts"), code=303)


def _now() -> Past:
    frame = frame_here()
    return Past.present(frame, Cut.of(frame))


def _headcount(headcount_id: UUID, past: Past) -> Headcount:
    found = headcount_of(session(), scope=g.actor.scope, frame=past.frame, report_id=headcount_id)
    if found is None:
        raise NotFound("no_headcount", NO_HEADCOUNT)
    return found


def _form(headcount: Headcount) -> DecisionForm:
    return DecisionForm(headcount, choice=request.args.get("choice"))


def _show(headcount: Headcount, form: DecisionForm, past: Past) -> str:
    place_id = headcount.place_id
    others, _ = headcounts_at(session(), place_id, past)
    shelter, area, name = called_of(session(), g.actor, {place_id})[place_id]
    return render_template(
        "dashboard/decide.html",
        headcount=headcount,
        form=form,
        followed=next((one for one in others if one.is_adopted), None),
        place={"shelter": shelter, "area": area, "name": name},
    )
