"""`/login/code`: the second step of signing in, after the password, for who has a second factor."""

from http import HTTPStatus

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext
from flask_security.utils import login_user
from werkzeug.wrappers import Response

from app.accounts.forms import CodeForm
from app.accounts.signin import door, factor
from app.accounts.views.own import account
from app.core import http
from app.core.forms import say

Shown = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Response


@account.get("/login/code")
@http.public
def second_step() -> Shown:
    if factor.half_signed_in() is None:
        return redirect(url_for("security.login"))
    return render_template("accounts/second_step.html", form=CodeForm())


@account.post("/login/code")
@http.public
def take_second_step() -> Shown:
    """Signed in is who shows a code that was not shown before. Tries get slower, as those of passwords do."""
    half = factor.half_signed_in()
    if half is None:
        flash(gettext("That took too long. Write your password once more."), "error")
        return redirect(url_for("security.login"), code=303)
    who, going_to = half
    form = CodeForm()
    if not form.validate():
        return render_template("accounts/second_step.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    counter = door.counter_of_codes(who)
    if wait := door.attempt(counter):
        return refused(form, wait)
    proof = factor.prove(who, form.code.typed)
    is_right = proof is not None and factor.use(who, proof)
    door.settle(counter, is_right=is_right)
    if not is_right:
        form.complain("code", say(door.WRONG_CODE))
        return render_template("accounts/second_step.html", form=form), HTTPStatus.OK
    g.by_second_factor = True
    login_user(who, remember=False, authn_via=["password", "authenticator"])
    return redirect(going_to, code=303)


def refused(form: CodeForm, wait: int) -> Shown:
    page = render_template("accounts/second_step.html", form=form, wait=wait)
    return page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(wait)}
