"""The door at `/login`: who tries too often waits, and a browser that was let in before has a count of its own.

What is counted is the address that was typed, whether there is such an account or not: nobody learns that here.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from secrets import token_hex
from typing import Any

import structlog
from flask import Flask, Response, after_this_request, current_app, g, render_template, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts import queries
from app.accounts.errors import Busy
from app.accounts.forms import SignInForm
from app.accounts.guessing import ACCOUNT, ADDRESS, Tries
from app.accounts.models import User
from app.accounts.policy import LONGEST_PASSWORD, address_of, plain_password
from app.accounts.signin.account import Account
from app.accounts.signin.factor import prove
from app.core import http
from app.core.forms import say
from app.core.text import mark
from config.services.addresses import addresses
from config.settings import settings

COUNTERS = "mawa_tries"
DEVICE = "mawa_device"
DEVICE_KNOWN_FOR_S = 180 * 86_400
BY_LINK = "by_link"  # who has just set their password with this browser, until it is known for that
MOST_ACCOUNTS = 8  # that one browser is known to have been let in as
OF_OWNER = ("device:", "shown:")  # counters that a stranger cannot reach

WRONG_CODE = mark("This code is not right, or was used before. Wait for the next one.")
WRONG_PASSWORD = mark("This is not your password.")
WAIT = mark("There were too many tries. Try again in %(seconds)s seconds.")

log = structlog.get_logger(__name__)


def slowed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Flask-Security's view of `/login`, with a delay before passwords that were tried too often."""

    @wraps(view)
    def sign_in() -> Any:
        _keep_whom_a_link_let_in()
        typed = request.form.get("email", "")
        if request.method != "POST" or not typed or not request.form.get("password"):
            return view()
        address = address_of(typed)
        if address is None:
            counter = None  # what is no address is nobody's, and would fill the memory of what counts
        else:
            code = request.form.get("code")
            counter = (_counter_by_factor(address, code) if code else None) or _counter_of_address(address)
        wait = attempt(counter)
        if wait:
            return _refuse(wait)
        try:
            answer = view()
        except Busy as busy:
            if counter is not None:
                tries().take_back(counter, 1)
            return _busy(busy)
        settle(counter, is_right=g.get("password_was_right", False))
        return answer

    return sign_in


def tries() -> Tries:
    """The counters of this application, reached for when they are first asked."""
    if COUNTERS not in current_app.extensions:
        current_app.extensions[COUNTERS] = Tries(addresses(settings()).limits, current_app.config["SECRET_KEY"])
    found: Tries = current_app.extensions[COUNTERS]
    return found


def attempt(counter: str | None) -> int:
    """Seconds to wait before something secret is compared, because of this counter or of where it comes from; 0: it is
    counted and may be compared. A browser that is known is not asked for where it is: others may be there too. Counter
    None: of nobody, counted by where it comes from alone."""
    away = 0 if _is_of_owner(counter) else tries().wait(_network())
    return away or (0 if counter is None else tries().attempt(counter, ACCOUNT))


def settle(counter: str | None, *, is_right: bool) -> None:
    """Say whether what was compared was right. Then their mistakes are taken back where they are, and no others: who
    has one account washes no guesses at others away. What was tried at an account from anywhere stands, but for this:
    that somebody was let in is nobody else's to see."""
    if is_right and counter is not None:
        if _is_of_owner(counter):
            tries().forget(counter)
        else:
            tries().take_back(_network(), tries().forget(_mistakes(counter)))
            tries().undo(counter)
        return
    log.warning("sign_in_failed", of=None if counter is None else tries().name(counter))
    if not _is_of_owner(counter):
        tries().attempt(_network(), ADDRESS)
        if counter is not None:
            tries().attempt(_mistakes(counter), ADDRESS)


def _is_of_owner(counter: str | None) -> bool:
    return counter is not None and counter.startswith(OF_OWNER)


def is_password(who: Account, typed: str) -> bool:
    """Whether this is somebody's password."""
    is_one = bool(who.password) and len(typed) <= LONGEST_PASSWORD
    return is_one and who.verify_and_update_password(plain_password(typed))


def _counter_by_factor(address: str, code: str) -> str | None:
    """The counter of who shows their second factor before the password is looked at: nobody else can fill it."""
    user = queries.user_of(http.session(), address)
    proof = prove(user, code, is_before_password=True)
    if user is None or proof is None:
        return None
    g.factor_proof = proof
    return f"shown:{user.id.hex}"


def _counter_of_address(address: str) -> str:
    """The counter of who signs in. Whose browser is not known, nobody is looked up: that is most who guess."""
    user = queries.user_of(http.session(), address) if _known() else None
    return f"account:{address}" if user is None else counter_of(user)


def counter_of(user: User | Account) -> str:
    """The counter of somebody: of this browser, where it was let in as them before."""
    return _counter_here(user, _tag(user.fs_uniquifier), f"{BY_LINK}:{_tag(user.fs_uniquifier)}")


def counter_of_codes(user: User | Account) -> str:
    """The counter of somebody's second factor. A browser that only a mailed link let in counts for nothing here: who
    reads the mailbox has it known anew as often as they like, and the second factor is what still stands."""
    return f"{_counter_here(user, _tag(user.fs_uniquifier))}:code"


def _counter_here(user: User | Account, *tags: str) -> str:
    known = _known()
    is_known = known.get("of", {}).get(user.id.hex) in tags
    return f"device:{known['id']}:{user.id.hex}" if is_known else f"account:{user.email}"


def _network() -> str:
    return f"network:{http.network()}"


def _mistakes(counter: str) -> str:
    """Counted to be taken back, never to wait for: what was tried from here at one account."""
    return f"mistakes:{_network()}:{counter}"


def _refuse(wait: int) -> Response:
    page = render_template("accounts/login.html", login_user_form=SignInForm(), wait=wait)
    return Response(page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(wait)}, content_type="text/html")


def _busy(busy: Busy) -> Response:
    """The form again, with the address in it."""
    form = SignInForm()
    form.form_errors = [say(busy.message)]
    page = render_template("accounts/login.html", login_user_form=form)
    return Response(page, busy.status, {"Retry-After": str(busy.retry_after)}, content_type="text/html")


def know_browser(_app: Flask, user: Account, **_signal: Any) -> None:
    """Have this browser be known as one that was let in as this person, until they set a new password."""
    _know(user.id.hex, _tag(user.fs_uniquifier))


def know_by_link(_app: Flask, user: Account, **_signal: Any) -> None:
    """Whoever sets their password by a mailed link has shown who they are: at the next step, `/login`, this browser is
    known. Only there is it seen as whom else it was let in."""
    session[BY_LINK] = [user.id.hex, f"{BY_LINK}:{_tag(user.fs_uniquifier)}"]


def _keep_whom_a_link_let_in() -> None:
    if (let_in := session.pop(BY_LINK, None)) is not None:
        _know(*let_in)


def _know(user: str, tag: str) -> None:
    known = _known()
    of = {key: before for key, before in known.get("of", {}).items() if key != user}
    of = dict(list(of.items())[1 - MOST_ACCOUNTS :]) | {user: tag}
    value = _signer().dumps({"id": known.get("id") or token_hex(8), "of": of})

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _cookie(), value, DEVICE_KNOWN_FOR_S, path="/login", secure=_is_https(), httponly=True, samesite="Lax"
        )
        return response


def _cookie() -> str:
    """Behind HTTPS a browser takes a cookie of this name over HTTPS only."""
    return f"__Secure-{DEVICE}" if _is_https() else DEVICE


def _is_https() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _known() -> dict[str, Any]:
    try:
        found: dict[str, Any] = _signer().loads(request.cookies.get(_cookie(), ""), max_age=DEVICE_KNOWN_FOR_S)
    except BadSignature:
        return {}
    return found


def _signer() -> URLSafeTimedSerializer:
    """Newest key last, as itsdangerous wants it."""
    config = current_app.config
    return URLSafeTimedSerializer([*(config.get("SECRET_KEY_FALLBACKS") or ()), config["SECRET_KEY"]], salt=DEVICE)


def _tag(uniquifier: str) -> str:
    """What sessions know a person by is new with each password, and nobody's business."""
    return sha256(uniquifier.encode()).hexdigest()[:16]
