"""`/setup/<key>`: an installation nobody administers yet gets its first administrator and operation, once."""

import hmac
from http import HTTPStatus

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.policy import SHORTEST_PASSWORD
from app.admin import service
from app.admin.forms import SetUpForm
from app.admin.forms.operation import names_in, scheme_in
from app.core import db, http
from app.core.errors import DomainError, NotFound
from app.core.forms import language
from app.places.models import Operation
from app.places.policy import set_up_key

setup = Blueprint("setup", __name__)


@setup.get("/setup/<key>")
@http.public
def begin(key: str) -> str:
    operation = _operation(key)
    return _show(SetUpForm(formdata=None, time_zone=operation.time_zone, scheme="standard"))


@setup.post("/setup/<key>")
@http.public
def set_up(key: str) -> str | tuple[str, int] | Response:
    """Make the administrator and the operation, and have them sign in."""
    operation, form = _operation(key), SetUpForm()
    if not form.validate():
        return _show(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        service.set_up(
            http.session(),
            operation_id=operation.id,
            email=form.email.data or "",
            password=form.password.typed,
            language=language(),
            name=names_in(form),
            time_zone=form.time_zone.data or "",
            scheme=scheme_in(form),
            mail_detail=form.mail_detail.data or "",
        )
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error)
        return _show(form), error.status
    flash(gettext("The operation is set up. Sign in now."))
    return redirect(url_for("security.login"), code=HTTPStatus.SEE_OTHER)


def _operation(key: str) -> Operation:
    """What waits to be set up, for who has its key; for anybody else there is nothing here."""
    waiting = service.waiting_to_be_set_up(http.session())
    if waiting is None or not hmac.compare_digest(
        set_up_key(str(current_app.secret_key), waiting.id).encode(), key.encode()
    ):
        abort(HTTPStatus.NOT_FOUND)
    db.within(http.session(), waiting.id)
    return waiting


def _show(form: SetUpForm) -> str:
    return render_template("admin/setup.html", form=form, shortest=SHORTEST_PASSWORD)
