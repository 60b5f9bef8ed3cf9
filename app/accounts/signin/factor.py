"""The second factor at the door: the secret of an authenticator opened, a code compared, and used up.

Secrets lie in the database encrypted by a key made of SECRET_KEY: who has a backup has no codes. With each code that is
used the secret is encrypted anew, so a key that was replaced is needed only until everybody has signed in.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app, g, redirect, request, session, url_for
from flask_security.tf_plugin import TfPlugin

from app.accounts import codes, queries, service
from app.accounts.models import User
from app.accounts.policy import Actor, is_own_address
from app.accounts.signin.account import Account
from app.core import clock, http
from app.core.errors import NotAllowed
from app.core.text import mark
from config.settings import settings

HALF = "half"  # whose password was right in this browser, and when
HALF_GOOD_FOR_S = 600
# What a person must reach who has yet to set up a second factor.
REACHED_WITHOUT = frozenset(
    {"static", "security.logout", "account.choose_language", "account.second_factor", "account.set_second_factor"}
)

FIRST = mark("Your role needs a second factor. Set it up to go on.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Proof:
    """A code that is right, and not used yet: the step of an authenticator's, or the digest of a recovery code."""

    step: int | None = None
    digest: bytes | None = None


def lacks_factor(actor: Actor) -> bool:
    """Whether somebody's role needs a second factor that they have not set up."""
    return actor.role in settings().roles_with_second_factor and not actor.has_factor


def led_to_factor(actor: Actor) -> Any:
    """Where somebody is led who signed in with a browser and lacks the second factor their role needs: nothing else is
    reached before. None: nowhere."""
    if actor.sign_in_id is None or request.endpoint in REACHED_WITHOUT or not lacks_factor(actor):
        return None
    if http.wants_problem():
        raise NotAllowed("second_factor_first", FIRST)
    return redirect(url_for("account.second_factor"), code=303)


def seal(secret: str) -> str:
    """A secret as it is kept."""
    return _sealer().encrypt(secret.encode()).decode()


def prove(user: User | Account | None, typed: str, *, is_before_password: bool = False) -> Proof | None:
    """What a typed code proves, of somebody or of nobody: that takes as long. Before the password was looked at one
    code is not enough, since three of a million would do: two that follow each other, or a recovery code."""
    digest = codes.recovery_digest(typed)
    if digest is not None:
        whose = uuid4() if user is None else user.id  # it takes as long of nobody
        is_known = queries.has_recovery_code(http.session(), whose, digest)
        return Proof(digest=digest) if is_known and user is not None else None
    secret = unseal(user.factor if user is not None and user.factor is not None else _nobodys())
    shown = codes.two_steps_shown if is_before_password else codes.step_shown
    step = shown(secret, typed, now=codes.step_of(clock.now().timestamp())) if secret else None
    is_new = step is not None and user is not None and user.factor_step is not None and step > user.factor_step
    return Proof(step=step) if is_new else None


def use(user: User | Account, proof: Proof) -> bool:
    """Use a code up; False where somebody was faster."""
    if proof.digest is not None:
        return service.use_recovery_code(http.session(), user_id=user.id, digest=proof.digest)
    assert proof.step is not None
    sealed = seal(unseal(user.factor or ""))
    return service.use_step(http.session(), user_id=user.id, step=proof.step, sealed=sealed)


class SecondStep(TfPlugin):
    """What Flask-Security asks when a password was right: whether there is a second step."""

    def tf_enter(self, user: Any, remember_me: Any, primary_authn_via: str, next_loc: str | None) -> Any:
        g.password_was_right = True
        if user.factor is None:
            return None
        shown = g.pop("factor_proof", None)
        if shown is not None and use(user, shown):
            g.by_second_factor = True
            return None
        going_to = request.form.get("next") or request.args.get("next") or "/"
        begun_at = int(clock.now().timestamp())
        session[HALF] = {
            "of": user.fs_uniquifier,
            "at": begun_at,
            "next": going_to if is_own_address(going_to) else "/",
        }
        return redirect(url_for("account.second_step"), code=303)


def half_signed_in() -> tuple[Account, str] | None:
    """Whose password was right in this browser a moment ago, and where they are going."""
    half = session.get(HALF)
    if half is None or clock.now().timestamp() - half["at"] > HALF_GOOD_FOR_S:
        return None
    found: Account | None = current_app.extensions["security"].datastore.find_user(fs_uniquifier=half["of"])
    return (found, half["next"]) if found is not None and found.is_active and found.factor else None


def unseal(sealed: str) -> str:
    """A secret that was kept; empty where no key of ours opens it."""
    try:
        return _sealer().decrypt(sealed.encode()).decode()
    except InvalidToken:
        log.error("second_factor_cannot_be_read", advice="Was SECRET_KEY changed? Recovery codes still work.")
        return ""


@lru_cache(maxsize=4)
def _nobodys_of(_keys: tuple[str, ...]) -> str:
    return seal(codes.new_secret())


def _nobodys() -> str:
    return _nobodys_of(_keys())


def _sealer() -> MultiFernet:
    return _sealer_of(_keys())


@lru_cache(maxsize=4)
def _sealer_of(keys: tuple[str, ...]) -> MultiFernet:
    made = (hmac.digest(key.encode(), b"second factor", "sha256") for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in made])


def _keys() -> tuple[str, ...]:
    """The present SECRET_KEY, then former ones."""
    return (current_app.config["SECRET_KEY"], *(current_app.config.get("SECRET_KEY_FALLBACKS") or ()))
