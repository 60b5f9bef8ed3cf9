"""`/admin/operation/closing`: an operation that is over takes no reports any more; it can be opened again."""

from http import HTTPStatus

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.admin import service
from app.admin.forms import CloseForm
from app.admin.views.blueprint import pages
from app.core import http
from app.core.templating import use_zone
from app.places.queries import frame_of
from config.settings import settings

Shown = str | tuple[str, int] | Response


@pages.get("/operation/closing")
@http.requires("administer")
def closing() -> str:
    return _show(CloseForm(formdata=None))


@pages.post("/operation/close")
@http.requires("administer")
def close() -> Shown:
    """Close it, for who types its code: no slip of the finger does."""
    form = CloseForm()
    if not form.is_meant(frame_of(http.session(), g.actor.scope.operation_id).code):
        return _show(form), HTTPStatus.UNPROCESSABLE_ENTITY
    service.close(http.session(), actor=g.actor)
    flash(gettext("This operation is closed. Nothing is reported in it any more."))
    return redirect(url_for(".operation"), code=HTTPStatus.SEE_OTHER)


@pages.post("/operation/reopen")
@http.requires("administer")
def reopen() -> Response:
    service.reopen(http.session(), actor=g.actor)
    flash(gettext("This operation is open again."))
    return redirect(url_for(".operation"), code=HTTPStatus.SEE_OTHER)


def _show(form: CloseForm) -> str:
    frame = frame_of(http.session(), g.actor.scope.operation_id)
    use_zone(frame.zone)
    return render_template("admin/closing.html", form=form, frame=frame, days=settings().erase_after_days)
