"""Flask-Security set up for Mawa: `/login`, `/logout` and who is behind a request.

A file of its own beside `views.py`, because it holds no view of ours: it is the technical joint between
Flask-Security and this application. Only sign-in and sign-out are switched on; each further part (second
factor, recovery, …) is switched on here by the issue that brings it.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Request, g, request, session
from flask_login import user_logged_out
from flask_login.utils import _user_context_processor
from flask_security import Security, UserMixin
from flask_security.datastore import SQLAlchemySessionUserDatastore
from flask_security.mail_util import EmailValidateException, MailUtil
from flask_security.signals import user_authenticated
from flask_security.utils import uia_email_mapper
from sqlalchemy.orm import registry
from werkzeug.local import LocalProxy

from app.accounts import queries, service
from app.accounts.forms import SignInForm
from app.accounts.models import User
from app.accounts.policy import UNCHOSEN, Actor, address_of, digest_of
from app.core import clock, http
from app.core.kept import Kept
from app.core.text import LANGUAGES, mark

SIGN_IN_FAILED = mark("Address or password is wrong, or the account is disabled.")
LANGUAGE = "language"  # where a browser session keeps what was chosen in it
# A program that posts many reports is looked up twice a second: what is revoked is refused within one (quality.md).
_actors: Kept[tuple[bytes, str], Actor] = Kept(seconds=0.5)
_KEPT_AT_SIGN_IN = frozenset({"_user_id", "_id", "_fresh", "fs_paa", "fs_cc"})

OPTIONS: dict[str, Any] = {
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": True,  # argon2id salts by itself; a pepper from SECRET_KEY would tie passwords to that key
    "PASSWORD_SALT": None,
    "DATETIME_FACTORY": clock.now,
    "RETURN_GENERIC_RESPONSES": True,
    "MSG_GENERIC_AUTHN_FAILED": (SIGN_IN_FAILED, "error"),
    "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": uia_email_mapper, "case_insensitive": False}}],
    "JOIN_USER_ROLES": False,
    "API_ENABLED_METHODS": ["session"],
    "LOGIN_USER_TEMPLATE": "accounts/login.html",
    "LOGOUT_METHODS": ["POST"],
    "LOGOUT_CSRF": True,
    "POST_LOGIN_VIEW": "/",
    "POST_LOGOUT_VIEW": "/login",
    "FRESHNESS": timedelta(seconds=-1),
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
}


class Account(UserMixin):
    """A user's row as Flask-Security sees it; mapped to the table of `User`, whose class stays free of Flask."""

    id: UUID  # type: ignore[assignment]  # Flask-Security says int and never asks


registry().map_imperatively(Account, User.__table__)  # type: ignore[attr-defined]  # SQLModel does not declare it


class _Datastore(SQLAlchemySessionUserDatastore):
    """Looks users up in the session of the request, and leaves committing to the edge."""

    def commit(self) -> None:
        self.db.session.flush()


class _Address(MailUtil):
    """Reads a typed address as `policy.address_of` does."""

    def normalize(self, email: str) -> str:
        address = address_of(email)
        if address is None:
            raise EmailValidateException(SIGN_IN_FAILED)
        return address


def register(app: Flask) -> None:
    """Set up sign-in. Wants SECRET_KEY, a database and a page at `/` that sends each role home."""
    for name, value in OPTIONS.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    datastore = _Datastore(LocalProxy(http.session), Account, None)  # type: ignore[arg-type]  # roles are memberships
    security = Security(app, datastore, mail_util_cls=_Address, login_form=SignInForm)
    security.want_json(_never)
    security.login_manager.request_loader(_no_other_way)
    security.principal.identity_loaders.clear()  # would load the person at every request, for permissions we do not use
    app.template_context_processors[None].remove(_user_context_processor)  # no page of ours asks for the account
    user_authenticated.connect(_rotate_session, app)
    user_logged_out.connect(_forget_language, app)
    for endpoint in ("security.login", "security.logout"):
        http.public(app.view_functions[endpoint])


def bearer_token() -> str | None:
    """The token a program sent, whether it is good or not; None when there is none."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


def actor_of_request(otherwise: str = UNCHOSEN) -> Actor | None:
    """Who is behind this request, reading `otherwise` if they never chose a language. A token, once sent, is the only
    thing that counts: a bad one is nobody."""
    token = bearer_token()
    if token is not None:
        key = (digest_of(token), otherwise)
        return _actors.get(key, lambda: queries.actor_of_token(http.session(), token, otherwise=otherwise))
    # Flask-Login would load the whole account to know its id; it still does where Flask-Security asks for it.
    signed_in = session.get("_user_id")
    return queries.actor_of_sign_in(http.session(), str(signed_in), otherwise=otherwise) if signed_in else None


def _rotate_session(_app: Flask, user: Account, **_signal: Any) -> None:
    """Nothing written into the session before sign-in survives it, the CSRF token above all. A language chosen on the
    way in is the person's from now on."""
    if (chosen := session.get(LANGUAGE)) in LANGUAGES:
        service.choose_language(http.session(), user_id=user.id, language=chosen)
    for name in set(session) - _KEPT_AT_SIGN_IN:
        session.pop(name)
    g.pop("csrf_token", None)


def _forget_language(_app: Flask, **_signal: Any) -> None:
    """Whoever signs in next on this device chooses for themselves."""
    session.pop(LANGUAGE, None)


def _never(_request: Request) -> bool:
    """Sign-in answers people only; programs have tokens of their own."""
    return False


def _no_other_way(_request: Request) -> None:
    """Flask-Security's own tokens are not accepted anywhere."""
