"""Who is behind a request, and what a browser keeps of a sign-in.

A browser's cookie names its sign-in, and says when it was last used: so it grows old by itself wherever it lies, and
reading writes nothing.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, flash, g, redirect, request, session, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.wrappers import Response
from wtforms import ValidationError

from app.accounts import queries, service
from app.accounts.policy import UNCHOSEN, Actor, browser_of, digest_of
from app.accounts.signin.account import Account
from app.core import clock, http
from app.core.errors import NotAllowed
from app.core.kept import Kept
from app.core.text import LANGUAGES, mark
from config.settings import settings

LANGUAGE, OPERATION = "language", "operation"  # where a browser session keeps what was chosen in it
SIGN_IN = "sign_in"  # its sign-in
USED = "used"  # seconds since 1970
# A program that posts many reports is looked up twice a second: what is revoked is refused within one (quality.md).
_actors: Kept[tuple[bytes, str], Actor] = Kept(seconds=0.5)
_OF_LOGIN = frozenset({"_user_id", "_id", "_fresh", "fs_paa"})  # by which Flask-Login takes somebody for signed in
_KEPT_AT_SIGN_IN = frozenset({"_user_id", "_id", "_fresh", "fs_paa", "fs_cc"})
_NOTED_EVERY_S = 300

OTHER_OPERATION = mark(
    "You have no role any more in the operation you were in, and work in another one now. What you sent from a page of"
    " the first was not stored."
)


def bearer_token() -> str | None:
    """The token a program sent, whether it is good or not; None when there is none."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


def actor_of_request(otherwise: str = UNCHOSEN) -> Actor | None:
    """Who is behind this request, reading `otherwise` if they never chose a language. A token, once sent, is the only
    thing that counts: a bad one is nobody, and so is a good one before a page. It shows no second factor, and whoever
    has one for a day must not make themselves another."""
    token = bearer_token()
    if token is not None:
        if not request.path.startswith("/api/"):
            return None
        key = (digest_of(token), otherwise)
        return _actors.get(key, lambda: queries.actor_of_token(http.session(), token, otherwise=otherwise))
    if "_user_id" not in session:
        return None
    actor = _actor_of_browser(otherwise)
    if actor is None:  # else they would never be shown where to sign in; which sign-in it was, signing out still asks
        for name in _OF_LOGIN & set(session):
            session.pop(name)
    return actor


def _actor_of_browser(otherwise: str) -> Actor | None:
    """Flask-Login would load the whole account to know its id; it still does where Flask-Security asks for it."""
    now = clock.now().timestamp()
    idle_s = now - session.get(USED, 0)
    if SIGN_IN not in session or idle_s > settings().session_idle_hours * 3600:
        return None
    actor = queries.actor_of_sign_in(
        http.session(),
        UUID(session[SIGN_IN]),
        _operation(),
        uniquifier=str(session["_user_id"]),
        since=still_good(),
        otherwise=otherwise,
    )
    if actor is not None and idle_s >= _NOTED_EVERY_S and not http.asks_by_itself():
        session[USED] = int(now)
    return actor


def choose_operation(operation_id: UUID) -> None:
    """Act in this operation from here on, in this browser. A form that lies open is of another one: it is not good any
    more, or what was typed for one would be stored in the other."""
    session[OPERATION] = str(operation_id)
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)


def stay_in_operation(actor: Actor) -> None:
    """Remember which operation a browser is in. Where it is suddenly another, since the role in the first was taken
    away, forms that lie open are void as if it had been chosen, and what comes from one now is refused; but for signing
    out, which is good anywhere."""
    before = _operation()
    if actor.sign_in_id is None or before == actor.scope.operation_id or request.endpoint == "security.logout":
        return
    if before is None:
        session[OPERATION] = str(actor.scope.operation_id)
        return
    choose_operation(actor.scope.operation_id)
    if request.method not in http.CHANGING:
        flash(gettext(OTHER_OPERATION), "error")
    else:
        raise NotAllowed("other_operation", OTHER_OPERATION)


def still_good() -> datetime:
    """Sign-ins made after this are good, if nobody ended them."""
    return clock.now() - timedelta(days=settings().session_longest_days)


def begin(_app: Flask, user: Account, **_signal: Any) -> None:
    """Nothing written into the session before sign-in survives it, the CSRF token above all. A language chosen on the
    way in is the person's from now on. The sign-in this browser had before is over, however old it is."""
    _end_what_was()
    if (chosen := session.get(LANGUAGE)) in LANGUAGES:
        service.choose_language(http.session(), user_id=user.id, language=chosen)
    for name in set(session) - _KEPT_AT_SIGN_IN:
        session.pop(name)
    g.pop("csrf_token", None)
    browser = browser_of(request.user_agent.string)
    is_by_two = bool(g.get("by_second_factor"))
    made = service.begin_sign_in(http.session(), user_id=user.id, browser=browser, by_second_factor=is_by_two)
    session[SIGN_IN] = made.hex
    session[USED] = int(clock.now().timestamp())


@http.public
def sign_out() -> Response:
    """In place of Flask-Security's, which does nothing for who is not let in any more: it ends the sign-in the cookie
    names for good, also one that nobody used for a day, and from a page that was open as long. A copy of the cookie is
    worth nothing then. Whoever signs in next on this device chooses their language for themselves."""
    try:
        validate_csrf(request.form.get("csrf_token"), time_limit=settings().session_longest_days * 86_400)
    except ValidationError as error:
        raise CSRFError(error.args[0]) from error
    _end_what_was()
    session.clear()
    return redirect(url_for("security.login"))


def _end_what_was() -> None:
    """End the sign-in this browser has or had."""
    if SIGN_IN in session:
        sign_in, where = UUID(session[SIGN_IN]), _operation()
        service.end_sign_in_of_browser(http.session(), sign_in_id=sign_in, operation_id=where)


def _operation() -> UUID | None:
    """The operation that this browser was in last."""
    return UUID(session[OPERATION]) if OPERATION in session else None
