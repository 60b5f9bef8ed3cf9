"""`/admin/operation`: what an operation is called, what it counts in, and its numbers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import policy, service
from app.admin.forms import AboutForm, CountingForm, NumbersForm
from app.admin.forms.operation import names_in
from app.admin.views.blueprint import pages
from app.core import http
from app.core.errors import DomainError
from app.core.templating import use_zone
from app.ledger.queries import has_reports
from app.places.queries import count_areas, frame_of
from app.places.schemas import Frame

Shown = str | tuple[str, int] | Response


@pages.get("/operation")
@http.requires("administer")
def operation() -> str:
    """How the operation stands, with the way to change each part."""
    frame = _frame()
    use_zone(frame.zone)
    return render_template(
        "admin/operation.html",
        frame=frame,
        numbers=policy.numbers_of(frame),
        defaults=policy.defaults(),
        is_frozen=has_reports(http.session(), frame.operation_id),
        areas=count_areas(http.session(), frame.operation_id),
    )


@pages.get("/operation/about")
@http.requires("administer")
def about() -> str:
    return _show("about", AboutForm.of(_frame()))


@pages.post("/operation/about")
@http.requires("administer")
def change_about() -> Shown:
    """Its name and how much mails say."""
    form = AboutForm()
    return _change(
        "about",
        form,
        policy.about_of,
        lambda session, seen: service.change_about(
            session, actor=g.actor, name=names_in(form), mail_detail=form.mail_detail.data or "", seen=seen
        ),
    )


@pages.get("/operation/counting")
@http.requires("administer")
def counting() -> str:
    return _show("counting", CountingForm.of(_frame()))


@pages.post("/operation/counting")
@http.requires("administer")
def change_counting() -> Shown:
    """Time zone and ages, while nothing was reported in them."""
    form = CountingForm()
    return _change(
        "counting",
        form,
        policy.frame_of_counting,
        lambda session, seen: service.change_frame(
            session, actor=g.actor, time_zone=form.time_zone.data or "", scheme=form.chosen_scheme(), seen=seen
        ),
    )


@pages.get("/operation/numbers")
@http.requires("administer")
def numbers() -> str:
    return _show("numbers", NumbersForm.of(_frame()))


@pages.post("/operation/numbers")
@http.requires("administer")
def change_numbers() -> Shown:
    """What counts weigh, the size of households, and when alerts begin and end."""
    form = NumbersForm()
    return _change(
        "numbers",
        form,
        policy.numbers_of,
        lambda session, seen: service.change_numbers(session, actor=g.actor, numbers=form.numbers(), seen=seen),
    )


def _change(page: str, form: Any, standing: Callable[[Frame], Any], change: Callable[[Session, str], Any]) -> Shown:
    if not form.validate():
        return _show(page, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        change(http.session(), form.seen.data or "")
    except DomainError as error:
        form.refuse(error, standing(_frame()))
        return _show(page, form, meanwhile=True), error.status
    flash(gettext("Saved."))
    return redirect(url_for(".operation"), code=HTTPStatus.SEE_OTHER)


def _show(page: str, form: Any, *, meanwhile: bool = False) -> str:
    frame = _frame()
    return render_template(
        f"admin/operation_{page}.html",
        form=form,
        frame=frame,
        numbers=policy.numbers_of(frame),
        defaults=policy.defaults(),
        is_frozen=has_reports(http.session(), frame.operation_id),
        meanwhile=meanwhile,
    )


def _frame() -> Frame:
    return frame_of(http.session(), g.actor.scope.operation_id)
