"""`/admin/users/…`: what lets somebody in, ended by an administrator: browsers they are signed in with, and tokens."""

from uuid import UUID

from flask import flash, g, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts import service
from app.accounts.signin.account import Account
from app.accounts.signin.mails import tell_of_factor
from app.accounts.views.members import administered, is_sure, people, person_here
from app.core import http


@people.post("/<uuid:user_id>/sign-ins/<uuid:sign_in_id>/end")
@http.requires("administer")
def end_sign_in(user_id: UUID, sign_in_id: UUID) -> Response:
    person = person_here(user_id)
    service.end_sign_in(http.session(), user_id=person.user_id, sign_in_id=sign_in_id, actor_id=g.actor.user_id)
    flash(gettext("This browser is signed out."))
    return _back(user_id)


@people.post("/<uuid:user_id>/sign-ins/end")
@http.requires("administer")
def end_sign_ins(user_id: UUID) -> Response:
    """Sign them out everywhere. They may sign in again; who must not is disabled."""
    person = person_here(user_id)
    service.end_sign_ins(http.session(), user_id=person.user_id, actor_id=g.actor.user_id)
    flash(gettext("They are signed out everywhere."))
    return _back(user_id)


@people.post("/<uuid:user_id>/second-factor/reset")
@http.requires("administer")
def reset_second_factor(user_id: UUID) -> Response:
    """Of somebody whose authenticator is lost. One's own is taken away at `/account`, where a code is asked for."""
    person = person_here(user_id)
    if not is_sure() or person.user_id == g.actor.user_id:
        return _back(user_id)
    service.remove_factor(http.session(), user_id=person.user_id, actor_id=g.actor.user_id)
    account = http.session().get(Account, person.user_id)
    assert account is not None
    tell_of_factor(account, "reset")
    flash(gettext("Their second factor is taken away, and a mail tells them so."))
    return _back(user_id)


@people.post("/<uuid:user_id>/tokens/<uuid:token_id>/revoke")
@http.requires("administer")
def revoke_token(user_id: UUID, token_id: UUID) -> Response:
    person = person_here(user_id)
    service.revoke_token(
        http.session(),
        token_id=token_id,
        user_id=person.user_id,
        operation_id=administered(),
        actor_id=g.actor.user_id,
    )
    flash(gettext("This token is revoked."))
    return _back(user_id)


def _back(user_id: UUID) -> Response:
    return redirect(url_for(".one", user_id=user_id), code=303)
