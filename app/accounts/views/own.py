"""`/account`: who I am here, and the language I read. Signing in and out is in `signin.py`."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import session as browser
from werkzeug.wrappers import Response

from app.accounts import service
from app.accounts.policy import is_own_address
from app.accounts.signin import LANGUAGE
from app.core import http
from app.core.text import LANGUAGES

account = Blueprint("account", __name__)


@account.get("/account")
@http.requires("read_safe")
def show() -> str:
    """The signed-in person, their role and areas."""
    return render_template("accounts/account.html", actor=g.actor, languages=LANGUAGES)


@account.post("/account/language")
@http.requires("read_safe")
def choose_language() -> Response:
    """Remember the language this person reads, in pages and in mails, and go back to the page it was chosen on."""
    service.choose_language(http.session(), user_id=g.actor.user_id, language=request.form.get("language", ""))
    browser.pop(LANGUAGE, None)
    before = request.form.get("next", "")
    return redirect(before if is_own_address(before) else url_for("account.show"))
