"""Where links in mails lead that open without signing in: one alert, and no more mails."""

from http import HTTPStatus

from flask import render_template
from werkzeug.wrappers import Response

from app.accounts.policy import Actor
from app.accounts.queries import actor_of_user
from app.alerts import links, service
from app.alerts.errors import LinkEnded
from app.alerts.queries import alert_by_id, alert_of_notice
from app.alerts.schemas import AlertRow
from app.core.db import within
from app.core.forms import language
from app.core.http import public, session
from app.dashboard.views.blueprint import pages
from app.places.queries import frame_of


@pages.get("/a/<notice>")
@public
def alert_in_mail(notice: str) -> str:
    """The sentence of an alert, and the button that takes it on."""
    actor, found = _alert(notice)
    return render_template("dashboard/in_mail.html", alert=found, may_decide=actor.may("decide"))


@pages.post("/a/<notice>")
@public
def acknowledge_in_mail(notice: str) -> str | Response:
    """Take an alert on, as the person the mail went to."""
    actor, found = _alert(notice)
    if actor.may("decide"):
        service.acknowledge(session(), actor=actor, alert_id=found.id, comment=None)
        _, found = _alert(notice)
    return render_template("dashboard/in_mail.html", alert=found, may_decide=False)


@pages.get("/u/<person>")
@public
def unsubscribe_in_mail(person: str) -> str:
    """Whether no more mails about alerts are wanted."""
    return _unsubscribed(_person(person), is_done=False)


@pages.post("/u/<person>")
@public
def unsubscribed_in_mail(person: str) -> tuple[str, int]:
    """No more mails about alerts to this person: by the button, or by a mail program in one click (RFC 8058)."""
    actor = _person(person)
    service.be_told_nothing(session(), actor=actor)
    return _unsubscribed(actor, is_done=True), HTTPStatus.OK


def _unsubscribed(actor: Actor, *, is_done: bool) -> str:
    """Of which operation: whoever works in two is told of the other as before."""
    name = frame_of(session(), actor.scope.operation_id).name
    return render_template("dashboard/unsubscribe.html", is_done=is_done, operation=name)


def _alert(link: str) -> tuple[Actor, AlertRow]:
    """Whom a link was sent to, and the alert it is about. LinkEnded with the alert, after a week, with the account."""
    ids = links.read(links.ALERT, link)
    if ids is None:
        raise LinkEnded
    operation_id, notice_id = ids
    within(session(), operation_id)
    meant = alert_of_notice(session(), notice_id)
    actor = None if meant is None else actor_of_user(session(), meant.user_id, operation_id)
    if meant is None or actor is None or not actor.may("read"):
        raise LinkEnded
    found = alert_by_id(session(), actor=actor, language=language(), alert_id=meant.alert_id)
    if found is None:
        raise LinkEnded
    return actor, found


def _person(link: str) -> Actor:
    ids = links.read(links.UNSUBSCRIBE, link)
    if ids is None:
        raise LinkEnded
    operation_id, user_id = ids
    within(session(), operation_id)
    actor = actor_of_user(session(), user_id, operation_id)
    if actor is None:
        raise LinkEnded
    return actor
