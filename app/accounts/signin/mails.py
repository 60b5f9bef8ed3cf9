"""Mails about an account, in the language of its owner."""

from typing import Any, Literal
from uuid import UUID

from flask import render_template, url_for
from flask_babel import get_locale, gettext
from flask_security.mail_util import EmailValidateException, MailUtil
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import hash_password

from app.accounts.errors import MailedOften
from app.accounts.forms import SIGN_IN_FAILED
from app.accounts.guessing import MAILS
from app.accounts.models import User
from app.accounts.policy import UNCHOSEN, address_of
from app.accounts.signin.account import Account
from app.accounts.signin.door import tries
from app.core import http
from app.core.templating import speaking
from app.core.text import mark
from app.outbox.schemas import Letter
from app.outbox.service import write
from app.places.queries import frame_of
from config.settings import settings

LINK_GOOD_FOR_H = 24
SET_PASSWORD, PASSWORD_WAS_SET, INVITATION, SECOND_FACTOR, TOKEN_MADE, FURTHER_ROLE = (
    f"accounts/mails/{name}"
    for name in ("set_password", "password_was_set", "invitation", "second_factor", "token_made", "further_role")
)
SUBJECTS = {
    SET_PASSWORD: mark("Set a password for Mawa"),
    PASSWORD_WAS_SET: mark("Your password for Mawa was set anew"),
    INVITATION: mark("You are invited to Mawa"),
    SECOND_FACTOR: mark("The second factor of your account for Mawa was changed"),
    FURTHER_ROLE: mark("You work in a further operation on Mawa"),
    TOKEN_MADE: mark("A token was made for your account for Mawa"),
}


class Mails(MailUtil):
    """Reads a typed address as `policy.address_of` does, and puts mails into the outbox."""

    def send_mail(  # noqa: PLR0917 - as Flask-Security calls it
        self, template: str, subject: str, recipient: Any, sender: Any, body: str | None, html: str | None, **more: Any
    ) -> None:
        if template == SET_PASSWORD:
            hash_password("as long as it takes where there is no such account")
            if tries().attempt(f"mail:{recipient}", MAILS):
                return  # somebody fills their mailbox
        _write(recipient, more["user"].language, SUBJECTS[template], template, **more)

    def normalize(self, email: str) -> str:
        address = address_of(email)
        if address is None:
            raise EmailValidateException(SIGN_IN_FAILED)
        return address

    def validate(self, email: str) -> str:
        """By its form only: closed networks have names that no directory knows."""
        return self.normalize(email)


def invite(user_id: UUID) -> None:
    """Mail somebody a link by which to set a password. MailedOften where that was done too often lately."""
    account: Any = http.session().get(Account, user_id)
    assert account is not None
    if wait := tries().attempt(f"invitation:{account.email}", MAILS):
        raise MailedOften(wait)
    token = generate_reset_password_token(account)  # type: ignore[no-untyped-call]  # Flask-Security says none
    said = {"link_to_set_password": link, "reset_token": token, "hours": LINK_GOOD_FOR_H}
    _write(account.email, account.language, SUBJECTS[INVITATION], INVITATION, **said)


def tell_of_factor(account: Account | User, what: Literal["set", "removed", "reset"]) -> None:
    """Tell somebody what was done with their second factor: it may not have been them."""
    _write(account.email, account.language, SUBJECTS[SECOND_FACTOR], SECOND_FACTOR, what=what)


def tell_of_role(user_id: UUID, operation_id: UUID) -> None:
    """Tell somebody who has an account that they were given a role in a further operation."""
    account: Any = http.session().get(Account, user_id)
    name = frame_of(http.session(), operation_id).name
    _write(account.email, account.language, SUBJECTS[FURTHER_ROLE], FURTHER_ROLE, name=name)


def tell_of_token(account: Account | User) -> None:
    """Tell somebody that there is another key to what they may do: it may not have been them who made it."""
    where = settings().base_url + url_for("account.show", _external=False)
    _write(account.email, account.language, SUBJECTS[TOKEN_MADE], TOKEN_MADE, where=where)


def link(token: str) -> str:
    """By the address of this installation, whatever address a request says it was sent to."""
    return settings().base_url + url_for("security.reset_password", token=token, _external=False)


def _write(recipient: str, language: str | None, subject: str, template: str, **said: Any) -> None:
    """Put a mail into the outbox, in the language its reader chose, or else that of whoever asks for it."""
    with speaking(language or str(get_locale() or UNCHOSEN)):
        body, html = (render_template(f"{template}.{kind}", **said) for kind in ("txt", "html"))
        write(http.session(), [Letter(None, recipient, gettext(subject), body, html)])
