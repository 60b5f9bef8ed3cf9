"""Flask-Security set up for Mawa: `/login`, `/logout`, `/reset` and who is behind a request.

A file of its own beside `views.py`, because it holds no view of ours: it is the technical joint between
Flask-Security and this application. Signing in and out and setting a password by a link are switched on; each
further part (the second factor, …) is switched on here by the issue that brings it.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, Request, g, render_template, request, session, url_for
from flask_babel import get_locale, gettext
from flask_login import user_logged_out
from flask_login.utils import _user_context_processor
from flask_security import Security, UserMixin
from flask_security.datastore import SQLAlchemySessionUserDatastore
from flask_security.mail_util import EmailValidateException, MailUtil
from flask_security.recoverable import generate_reset_password_token
from flask_security.signals import password_reset, user_authenticated
from flask_security.utils import hash_password, uia_email_mapper
from sqlalchemy.orm import registry
from werkzeug.local import LocalProxy

from app.accounts import queries, service
from app.accounts.forms import SignInForm
from app.accounts.models import User
from app.accounts.policy import SHORTEST_PASSWORD, UNCHOSEN, Actor, address_of, digest_of
from app.core import clock, http
from app.core.kept import Kept
from app.core.templating import speaking
from app.core.text import LANGUAGES, mark
from app.outbox.schemas import Letter
from app.outbox.service import write
from config.settings import settings

TRANSLATIONS = Path(__file__).parents[1] / "translations"
LINK_GOOD_FOR_H = 24
SET_PASSWORD, PASSWORD_WAS_SET, INVITATION = (
    f"accounts/mails/{name}" for name in ("set_password", "password_was_set", "invitation")
)
SUBJECTS = {
    SET_PASSWORD: mark("Set a password for Mawa"),
    PASSWORD_WAS_SET: mark("Your password for Mawa was set anew"),
    INVITATION: mark("You are invited to Mawa"),
}
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
    "HASHING_SCHEMES": ["hex_sha256"],  # of what a link names: the hash of a password, which nobody can guess
    "DEPRECATED_HASHING_SCHEMES": [],
    "DATETIME_FACTORY": clock.now,
    "RETURN_GENERIC_RESPONSES": True,
    "I18N_DOMAIN": "messages",
    "I18N_DIRNAME": [str(TRANSLATIONS)],
    "MSG_GENERIC_AUTHN_FAILED": (SIGN_IN_FAILED, "error"),
    "MSG_PASSWORD_RESET_REQUEST": (
        mark("If there is an account with this address, a mail with a link is on its way to it."),
        "info",
    ),
    "MSG_PASSWORD_RESET_EXPIRED": (mark("This link is too old. Ask for a new one here."), "error"),
    "MSG_INVALID_RESET_PASSWORD_TOKEN": (
        mark("This link was used already or is not complete. Ask for a new one here."),
        "error",
    ),
    "MSG_PASSWORD_RESET_NO_LOGIN": (mark("The password is set. Sign in with it now."), "info"),
    "MSG_PASSWORD_NOT_PROVIDED": (mark("Write a password."), "error"),
    "MSG_PASSWORD_INVALID_LENGTH": (mark("A password needs at least %(length)s characters."), "error"),
    "MSG_RETYPE_PASSWORD_MISMATCH": (mark("The two passwords are not the same. Write them again."), "error"),
    "PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
    "RECOVERABLE": True,
    "RESET_PASSWORD_WITHIN": timedelta(hours=LINK_GOOD_FOR_H),
    "POST_RESET_VIEW": "/login",
    "FORGOT_PASSWORD_TEMPLATE": "accounts/forgot.html",
    "RESET_PASSWORD_TEMPLATE": "accounts/set_password.html",
    "EMAIL_HTML": False,  # drawn by ourselves, in the language of their readers
    "EMAIL_PLAINTEXT": False,
    "EMAIL_TEMPLATE_PASSWORD_RESET": SET_PASSWORD,
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": PASSWORD_WAS_SET,
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


class _Mails(MailUtil):
    """Reads a typed address as `policy.address_of` does, and puts mails into the outbox."""

    def send_mail(  # noqa: PLR0917 - as Flask-Security calls it
        self, template: str, subject: str, recipient: Any, sender: Any, body: str | None, html: str | None, **more: Any
    ) -> None:
        if template == SET_PASSWORD:
            hash_password("as long as it takes where there is no such account")
        _write(recipient, more["user"].language, SUBJECTS[template], template, **more)

    def normalize(self, email: str) -> str:
        address = address_of(email)
        if address is None:
            raise EmailValidateException(SIGN_IN_FAILED)
        return address

    def validate(self, email: str) -> str:
        """By its form only: closed networks have names that no directory knows."""
        return self.normalize(email)


def register(app: Flask) -> None:
    """Set up sign-in. Wants SECRET_KEY, a database and a page at `/` that sends each role home."""
    for name, value in OPTIONS.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    datastore = _Datastore(LocalProxy(http.session), Account, None)  # type: ignore[arg-type]  # roles are memberships
    security = Security(app, datastore, mail_util_cls=_Mails, login_form=SignInForm)
    security.want_json(_never)
    security.login_manager.request_loader(_no_other_way)
    security.principal.identity_loaders.clear()  # would load the person at every request, for permissions we do not use
    app.template_context_processors[None].remove(_user_context_processor)  # no page of ours asks for the account
    security.mail_context_processor(lambda: {"link_to_set_password": _link, "hours": LINK_GOOD_FOR_H})
    security.reset_password_context_processor(lambda: {"shortest": SHORTEST_PASSWORD})
    user_authenticated.connect(_rotate_session, app)
    password_reset.connect(_note_password, app)
    user_logged_out.connect(_forget_language, app)
    for endpoint in ("security.login", "security.logout", "security.forgot_password", "security.reset_password"):
        http.public(app.view_functions[endpoint])


def invite(user_id: UUID) -> None:
    """Mail somebody a link by which to set a password."""
    account: Any = http.session().get(Account, user_id)
    assert account is not None
    token = generate_reset_password_token(account)  # type: ignore[no-untyped-call]  # Flask-Security says none
    said = {"link_to_set_password": _link, "reset_token": token, "hours": LINK_GOOD_FOR_H}
    _write(account.email, account.language, SUBJECTS[INVITATION], INVITATION, **said)


def _write(recipient: str, language: str | None, subject: str, template: str, **said: Any) -> None:
    """Put a mail into the outbox, in the language its reader chose, or else that of whoever asks for it."""
    with speaking(language or str(get_locale() or UNCHOSEN)):
        body, html = (render_template(f"{template}.{kind}", **said) for kind in ("txt", "html"))
        write(http.session(), [Letter(None, recipient, gettext(subject), body, html)])


def _link(token: str) -> str:
    """By the address of this installation, whatever address a request says it was sent to."""
    return settings().base_url + url_for("security.reset_password", token=token, _external=False)


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


def _note_password(_app: Flask, user: Account, **_signal: Any) -> None:
    service.note_password(http.session(), user_id=user.id)


def _forget_language(_app: Flask, **_signal: Any) -> None:
    """Whoever signs in next on this device chooses for themselves."""
    session.pop(LANGUAGE, None)


def _never(_request: Request) -> bool:
    """Sign-in answers people only; programs have tokens of their own."""
    return False


def _no_other_way(_request: Request) -> None:
    """Flask-Security's own tokens are not accepted anywhere."""
