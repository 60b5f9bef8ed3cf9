"""`/account/alerts`: what I am told of by mail, and when."""

from http import HTTPStatus
from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.alerts import service
from app.alerts.policy import rules_to_choose
from app.alerts.queries import subscriptions_of
from app.core.errors import DomainError
from app.core.forms import SecureForm, say
from app.core.http import requires, session
from app.dashboard.forms import SubscriptionForm
from app.dashboard.views.blueprint import Shown, pages
from app.places.queries import areas_of, frame_of


@pages.get("/account/alerts")
@requires("read")
def my_alerts() -> str:
    """What I am told of, and one more thing to be told of."""
    return _shown(SubscriptionForm(_rules(), formdata=None, severity="warning", how="at_once"))


@pages.post("/account/alerts")
@requires("read")
def subscribe() -> Shown | Response:
    form = SubscriptionForm(_rules())
    if not form.validate() or not _knows_area(form):
        return _shown(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        service.subscribe(
            session(),
            actor=g.actor,
            area_code=form.area_code,
            rule=form.chosen_rule,
            severity=form.severity.data or "",
            how=form.how.data or "",
        )
    except DomainError as error:
        form.complain("", say(error.message, **error.numbers))
        return _shown(form), error.status
    flash(gettext("Saved."))
    return _back()


@pages.post("/account/alerts/<uuid:subscription_id>/end")
@requires("read")
def unsubscribe(subscription_id: UUID) -> Response:
    if _is_meant():
        service.unsubscribe(session(), actor=g.actor, subscription_id=subscription_id)
    return _back()


@pages.post("/account/alerts/nothing")
@requires("read")
def be_told_nothing() -> Response:
    if _is_meant():
        service.be_told_nothing(session(), actor=g.actor)
    return _back()


@pages.post("/account/alerts/as-usual")
@requires("read")
def be_told_as_usual() -> Response:
    if _is_meant():
        service.be_told_as_usual(session(), actor=g.actor)
    return _back()


def _rules() -> tuple[str, ...]:
    gaps = frame_of(session(), g.actor.scope.operation_id).settings.gaps_alerted
    return rules_to_choose(is_protection=g.actor.is_protection, gaps_alerted=gaps)


def _knows_area(form: SubscriptionForm) -> bool:
    codes = [form.area_code] if form.area_code else []
    found = areas_of(session(), g.actor.scope.operation_id, codes)
    return form.is_area_of(g.actor.scope, found[codes[0]].path if codes and codes[0] in found else None)


def _is_meant() -> bool:
    """Whether the button was pressed on a page of ours that is not too old."""
    if SecureForm().validate():
        return True
    flash(gettext("This page was open too long. Press the button again."))
    return False


def _back() -> Response:
    return redirect(url_for(".my_alerts"), code=HTTPStatus.SEE_OTHER)


def _shown(form: SubscriptionForm) -> str:
    mine = subscriptions_of(session(), g.actor)
    codes = sorted({one.area_code for one in mine if one.area_code})
    names = {code: area.name for code, area in areas_of(session(), g.actor.scope.operation_id, codes).items()}
    return render_template("dashboard/my_alerts.html", form=form, mine=mine, areas=names)
