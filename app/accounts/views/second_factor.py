"""`/account/second-factor`: one's own, set up, with codes for when it is lost, and taken away."""

from http import HTTPStatus
from typing import Any

import segno
from flask import Response as Page
from flask import flash, g, redirect, render_template, session, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.accounts import codes, queries, service
from app.accounts.forms import ProofForm
from app.accounts.signin import door, factor, mails
from app.accounts.views.own import account
from app.accounts.views.proof import knows_password, may_try, me, proves
from app.core import clock, http
from app.core.forms import say

OFFERED = "offered"  # the secret a browser was shown, sealed, until a code of it was
OFFERED_FOR_S = 600.0  # on further looks: it is in the authenticator already

Shown = str | tuple[str, int] | Page | Response


@account.get("/account/second-factor")
@http.requires("read_safe")
def second_factor() -> Shown:
    """Whoever looked at this page at a browser left open has not seen the secret that its owner is shown later."""
    if clock.now().timestamp() - session.get(OFFERED, {"at": 0})["at"] > OFFERED_FOR_S:
        session.pop(OFFERED, None)
    return _show(ProofForm())


@account.post("/account/second-factor")
@http.requires("read_safe")
def set_second_factor() -> Shown:
    """Set up: a code shows that the authenticator has the secret, the password that it is its owner's."""
    form, owner = ProofForm(), me()
    secret = _offered()
    if owner.factor is not None or not secret:
        return redirect(url_for("account.second_factor"), code=303)
    if not knows_password(form, owner):
        return _show(form), form.status
    counter = door.counter_of_codes(owner)
    if not may_try(form, counter):
        return _show(form), form.status
    step = codes.step_shown(secret, form.code.typed, now=codes.step_of(clock.now().timestamp()))
    door.settle(counter, is_right=step is not None)
    if step is None:
        form.complain("code", say(door.WRONG_CODE))
        return _show(form), HTTPStatus.UNPROCESSABLE_ENTITY
    made = service.set_factor(http.session(), user_id=owner.id, sealed=factor.seal(secret), step=step)
    session.pop(OFFERED)
    mails.tell_of_factor(owner, "set")
    return render_template("accounts/recovery_codes.html", made=made, is_new=True)


@account.post("/account/second-factor/codes")
@http.requires("read_safe")
def make_recovery_codes() -> Shown:
    """Further codes, in place of those there were."""
    form, owner = ProofForm(), me()
    if owner.factor is None or not proves(form, owner):
        return _show(form), form.status
    return render_template(
        "accounts/recovery_codes.html", made=service.make_recovery_codes(http.session(), user_id=owner.id), is_new=False
    )


@account.post("/account/second-factor/remove")
@http.requires("read_safe")
def remove_second_factor() -> Shown:
    """Take it away: to set up another, or to be without one where the role may be."""
    form, owner = ProofForm(), me()
    if owner.factor is None or not proves(form, owner):
        return _show(form), form.status
    service.remove_factor(http.session(), user_id=owner.id, actor_id=owner.id)
    mails.tell_of_factor(owner, "removed")
    flash(gettext("The second factor is taken away."))
    return redirect(url_for("account.second_factor"), code=303)


def _offered() -> str:
    """The secret this browser was shown; empty where there is none, or none that can be read any more."""
    return factor.unseal(session[OFFERED]["sealed"]) if OFFERED in session else ""


def _show(form: ProofForm) -> str:
    owner = me()
    told: dict[str, Any] = {"is_set": owner.factor is not None, "is_needed": factor.lacks_factor(g.actor)}
    if owner.factor is not None:
        told["left"] = queries.recovery_codes_left(http.session(), owner.id)
    else:
        secret = _offered()
        if not secret:
            secret = codes.new_secret()
            session[OFFERED] = {"sealed": factor.seal(secret), "at": clock.now().timestamp()}
        picture = segno.make(codes.address_for_authenticators(secret, owner.email), error="m", micro=False)
        # Drawn into the page: pictures from a `data:` address are nothing our pages may load.
        drawn = picture.svg_inline(scale=5, border=4, dark="#000", light="#fff")
        told["picture"] = Markup(drawn)  # noqa: S704  # squares that segno draws: no text of anybody's is in it
        told["secret"] = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return render_template("accounts/second_factor.html", form=form, **told)
