"""`/admin/users`: who has a role in this operation, as administrators keep it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts import queries, service
from app.accounts.forms import MemberForm, PersonForm
from app.accounts.schemas import Person
from app.accounts.signin import invite as send_invitation
from app.accounts.signin import still_good, tell_of_role
from app.core import http
from app.core.errors import DomainError
from app.core.templating import use_zone
from app.outbox.queries import refused_among
from app.places.queries import frame_of

people = Blueprint("people", __name__, url_prefix="/admin/users")

PAGE = 50

Shown = str | tuple[str, int] | Response


@people.get("")
@http.requires("administer")
def all_of_them() -> str:
    """Everybody of this operation, by address."""
    after = request.args.get("after", "")
    found, next_one = queries.people_of(http.session(), administered(), after=after, limit=PAGE)
    return render_template("accounts/people.html", people=found, next=next_one, is_first=not after)


@people.get("/new")
@http.requires("administer")
def new() -> str:
    return render_template("accounts/new_person.html", form=PersonForm())


@people.post("/new")
@http.requires("administer")
def add() -> Shown:
    """Give somebody a role here; who has no account yet is invited by mail to set a password, who has one is told."""
    form = PersonForm()
    if not form.validate():
        return render_template("accounts/new_person.html", form=form), 422
    try:
        added = service.add_user(
            http.session(),
            email=form.email.data or "",
            role=form.chosen_role(),
            areas=form.chosen_areas(),
            operation_id=administered(),
            language=form.language.data,
            is_protection=form.is_protection,
            actor_id=g.actor.user_id,
        )
    except DomainError as error:
        form.refuse(error)
        return render_template("accounts/new_person.html", form=form), error.status
    if added.is_new:
        send_invitation(added.user_id)
        flash(gettext("They are added. A mail with a link to set a password is on its way to them."))
    else:
        tell_of_role(added.user_id, administered())
        flash(gettext("They are added. They have an account already, sign in with it as before, and are told by mail."))
    return redirect(url_for(".one", user_id=added.user_id), code=303)


@people.get("/<uuid:user_id>")
@http.requires("administer")
def one(user_id: UUID) -> str:
    person = person_here(user_id)
    return _show(person, MemberForm.of(person))


@people.post("/<uuid:user_id>")
@http.requires("administer")
def change(user_id: UUID) -> Shown:
    """Another role, or other areas."""
    person, form = person_here(user_id), MemberForm()
    if not form.validate():
        return _show(person, form), 422
    try:
        service.change_member(
            http.session(),
            user_id=user_id,
            operation_id=administered(),
            role=form.chosen_role(),
            areas=form.chosen_areas(),
            is_protection=form.is_protection,
            actor_id=g.actor.user_id,
        )
    except DomainError as error:
        form.refuse(error)
        return _show(person_here(user_id), form), error.status
    flash(gettext("Saved. It holds from now on, for whoever is signed in too."))
    if form.chosen_role() != person.role:
        flash(gettext("Tokens they had for programs have ended with the earlier role."))
    return redirect(url_for(".one", user_id=user_id), code=303)


@people.post("/<uuid:user_id>/invite")
@http.requires("administer")
def invite(user_id: UUID) -> Response:
    """Send a link to set a password once more."""
    person = person_here(user_id)
    if person.active:
        service.note_invitation(http.session(), user_id=user_id, actor_id=g.actor.user_id)
        send_invitation(person.user_id)
        flash(gettext("A mail with a link to set a password is on its way to them."))
    return redirect(url_for(".one", user_id=user_id), code=303)


@people.post("/<uuid:user_id>/remove")
@http.requires("administer")
def remove(user_id: UUID) -> Response:
    """Take somebody's role in this operation away, and the tokens they have for it."""
    person = person_here(user_id)
    if not is_sure():
        return redirect(url_for(".one", user_id=user_id), code=303)
    service.remove_member(http.session(), user_id=person.user_id, operation_id=administered(), actor_id=g.actor.user_id)
    flash(gettext("%(address)s has no role in this operation any more.", address=person.email))
    return redirect(url_for(".all_of_them"), code=303)


@people.post("/<uuid:user_id>/disable")
@http.requires("administer")
def disable(user_id: UUID) -> Response:
    """Shut somebody out everywhere: sessions end, tokens are revoked."""
    person = person_here(user_id)
    if is_sure():
        service.disable_user(http.session(), email=person.email, actor_id=g.actor.user_id)
        flash(gettext("This account is disabled. Its sessions have ended and its tokens are revoked."))
    return redirect(url_for(".one", user_id=user_id), code=303)


@people.post("/<uuid:user_id>/enable")
@http.requires("administer")
def enable(user_id: UUID) -> Response:
    """Let somebody in again, with a new password; their tokens stay revoked."""
    person = person_here(user_id)
    service.enable_user(http.session(), user_id=person.user_id, actor_id=g.actor.user_id)
    send_invitation(person.user_id)
    flash(gettext("This account is enabled. A mail with a link to set a password is on its way to them."))
    return redirect(url_for(".one", user_id=user_id), code=303)


def is_sure() -> bool:
    """Whether the box beside a button was ticked that no other button takes back."""
    is_sure = request.form.get("sure") == "yes"
    if not is_sure:
        flash(gettext("Nothing was changed. Tick the box above the button if you are sure."), "error")
    return is_sure


def administered() -> UUID:
    """The operation they administer."""
    operation: UUID = g.actor.scope.operation_id
    return operation


def person_here(user_id: UUID) -> Person:
    """Somebody with a role in it; NoSuchAccount for anybody else."""
    return queries.person_of(http.session(), administered(), user_id)


def _show(person: Person, form: MemberForm) -> str:
    use_zone(frame_of(http.session(), administered()).zone)
    tokens = queries.tokens_of(http.session(), person.user_id, administered())
    told: dict[str, Any] = {"tokens": tokens, "not_shown": service.NOT_SHOWN, "sign_ins": None}
    told["takes_no_mail"] = bool(refused_among(http.session(), [person.email]))
    if queries.administers_all(http.session(), g.actor.user_id, of=person.user_id):
        told["sign_ins"] = queries.sign_ins_of(http.session(), person.user_id, since=still_good())
    return render_template("accounts/person.html", person=person, form=form, **told)
