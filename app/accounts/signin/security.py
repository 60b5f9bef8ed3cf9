"""Flask-Security's options, and its parts joined to ours."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, g, request
from flask_login.utils import _user_context_processor
from flask_security import PasswordUtil, Security
from flask_security.datastore import SQLAlchemySessionUserDatastore
from flask_security.signals import password_reset, user_authenticated
from flask_security.utils import uia_email_mapper
from itsdangerous import Serializer
from werkzeug.local import LocalProxy

from app.accounts import passwords, service
from app.accounts.forms import SIGN_IN_FAILED, SignInForm
from app.accounts.policy import SHORTEST_PASSWORD, plain_password
from app.accounts.signin import browser, door, mails
from app.accounts.signin.account import Account
from app.accounts.signin.factor import SecondStep
from app.accounts.signin.mails import LINK_GOOD_FOR_H, PASSWORD_WAS_SET, SET_PASSWORD
from app.core import clock, http
from app.core.forms import say
from app.core.text import mark

TRANSLATIONS = Path(__file__).parents[2] / "translations"

HELD_S = 0.4  # longer than hashing, writing a mail and storing it take together

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
    "MSG_RETYPE_PASSWORD_MISMATCH": (mark("The two passwords are not the same. Write them again."), "error"),
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
    "POST_LOGIN_VIEW": "/",
    "FRESHNESS": timedelta(seconds=-1),
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
}


class _Passwords(PasswordUtil):
    """Reads a typed password as `policy.plain_password` does, and asks `passwords` which may be set."""

    def normalize(self, password: str) -> str:
        return plain_password(password)

    def validate(self, password: str, is_register: bool, **more: Any) -> tuple[list[str] | None, str]:
        fault = passwords.fault(password, address=getattr(more.get("user"), "email", ""))
        if fault is not None:
            return [say(fault.message, **fault.numbers)], password
        return None, self.normalize(password)


class _InTurn:
    """What Flask-Security hashes and compares with, so many at a time."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def hash(self, *given: Any, **more: Any) -> Any:
        with passwords.turn():
            return self._context.hash(*given, **more)

    def verify(self, *given: Any, **more: Any) -> Any:
        with passwords.turn():
            return self._context.verify(*given, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


class _Datastore(SQLAlchemySessionUserDatastore):
    """Looks users up in the session of the request, and leaves committing to the edge."""

    def commit(self) -> None:
        self.db.session.flush()


def register(app: Flask) -> None:
    """Set up sign-in. Wants SECRET_KEY, a database and a page at `/` that sends each role home."""
    for name, value in OPTIONS.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    datastore = _Datastore(LocalProxy(http.session), Account, None)  # type: ignore[arg-type]  # roles are memberships
    security = Security(app, datastore, mail_util_cls=mails.Mails, password_util_cls=_Passwords, login_form=SignInForm)
    security.pwd_context = _InTurn(security.pwd_context)
    _sign_with_the_newest(security)
    security.want_json(_never)
    security.login_manager.request_loader(_no_other_way)
    security.principal.identity_loaders.clear()  # would load the person at every request, for permissions we do not use
    app.template_context_processors[None].remove(_user_context_processor)  # no page of ours asks for the account
    security.mail_context_processor(lambda: {"link_to_set_password": mails.link, "hours": LINK_GOOD_FOR_H})
    security.reset_password_context_processor(lambda: {"shortest": SHORTEST_PASSWORD})
    user_authenticated.connect(browser.begin, app)
    user_authenticated.connect(door.know_browser, app)
    password_reset.connect(_note_password, app)
    password_reset.connect(door.know_by_link, app)
    security.two_factor_plugins = SecondStep()
    app.view_functions["security.login"] = door.slowed(app.view_functions["security.login"])
    app.view_functions["security.forgot_password"] = _held(app.view_functions["security.forgot_password"])
    app.after_request(_wait_until_then)  # set up before the edge, so called after it has committed
    app.view_functions["security.logout"] = browser.sign_out
    for endpoint in ("security.login", "security.forgot_password", "security.reset_password"):
        http.public(app.view_functions[endpoint])


def _held(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose answer to a form comes so long after the question, whatever there was to do: writing a mail takes
    longer than writing none, and nobody shall learn so who has an account. How many are held is bounded by how many
    hash at a time, as each of them does."""

    @wraps(view)
    def answer() -> Any:
        if request.method == "POST":
            g.answers_at = time.monotonic() + HELD_S
        return view()

    return answer


def _wait_until_then(response: Response) -> Response:
    if (moment := g.pop("answers_at", None)) is not None:
        time.sleep(max(0.0, moment - time.monotonic()))
    return response


def _note_password(_app: Flask, user: Account, **_signal: Any) -> None:
    service.note_password(http.session(), user_id=user.id)


def _sign_with_the_newest(security: Security) -> None:
    """Flask-Security names SECRET_KEY before its fallbacks; what signs takes the last of its keys for the newest."""
    for part in vars(security).values():
        if isinstance(part, Serializer):
            part.secret_keys.reverse()


def _never(_request: Request) -> bool:
    """Sign-in answers people only; programs have tokens of their own."""
    return False


def _no_other_way(_request: Request) -> None:
    """Flask-Security's own tokens are not accepted anywhere."""
