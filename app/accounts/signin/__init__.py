"""Flask-Security set up for Mawa: `/login`, `/logout`, `/reset` and who is behind a request.

It holds no page of ours: it is the technical joint between Flask-Security and this application. Signing in and out and
setting a password by a link are Flask-Security's.
"""

from app.accounts.forms import SIGN_IN_FAILED
from app.accounts.signin.browser import (
    LANGUAGE,
    actor_of_request,
    bearer_token,
    choose_operation,
    sign_out,
    stay_in_operation,
    still_good,
)
from app.accounts.signin.factor import led_to_factor
from app.accounts.signin.mails import invite, tell_of_factor, tell_of_role, tell_of_token
from app.accounts.signin.security import register

__all__ = [
    "LANGUAGE",
    "SIGN_IN_FAILED",
    "actor_of_request",
    "bearer_token",
    "choose_operation",
    "invite",
    "led_to_factor",
    "register",
    "sign_out",
    "stay_in_operation",
    "still_good",
    "tell_of_factor",
    "tell_of_role",
    "tell_of_token",
]
