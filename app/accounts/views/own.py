"""`/account`: who I am here, the language I read, where I am signed in, and the keys of my programs. Signing in and
out is in `signin`."""

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask import session as browser
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts import queries, service, signin
from app.accounts.forms import TokenForm
from app.accounts.policy import browser_of, is_own_address
from app.accounts.signin.mails import tell_of_token
from app.accounts.views.proof import me, proves
from app.core import http
from app.core.templating import use_zone
from app.core.text import LANGUAGES
from app.outbox.queries import refused_among
from app.places.queries import frame_of

account = Blueprint("account", __name__)


@account.get("/account")
@http.requires("read_safe")
def show() -> str:
    """The signed-in person, their role and areas."""
    return _show(TokenForm())


@account.post("/account/language")
@http.requires("read_safe")
def choose_language() -> Response:
    """Remember the language this person reads, in pages and in mails, and go back to the page it was chosen on."""
    service.choose_language(http.session(), user_id=g.actor.user_id, language=request.form.get("language", ""))
    browser.pop(signin.LANGUAGE, None)
    before = request.form.get("next", "")
    return redirect(before if is_own_address(before) else url_for("account.show"))


@account.post("/account/operation")
@http.requires("read_safe")
def choose_operation() -> Response:
    """Act in another operation, and begin on its first page."""
    wanted = request.form.get("operation", "")
    theirs = {str(one.id): one.id for one in queries.operations_of(http.session(), g.actor.user_id)}
    if wanted not in theirs:
        flash(gettext("You have no role in this operation."), "error")
        return redirect(url_for("account.show"), code=303)
    if theirs[wanted] != g.actor.scope.operation_id:
        said = browser_of(request.user_agent.string)
        service.enter(http.session(), user_id=g.actor.user_id, operation_id=theirs[wanted], browser=said)
    signin.choose_operation(theirs[wanted])
    return redirect("/", code=303)


@account.app_template_global("operation_here")
def operation_here() -> dict[str, str]:
    """What the operation is called that this request acts in."""
    return frame_of(http.session(), g.actor.scope.operation_id).name


@account.post("/account/tokens")
@http.requires("read_safe")
def make_token() -> str | tuple[str, int]:
    """A key for one's own programs, shown this once. Nobody makes one for anybody else: it acts in their name. It is
    good for longer than the browser it is made in, so that must be its owner's: who makes one shows it, and is told."""
    form, actor, owner = TokenForm(), g.actor, me()
    form.asks_code = owner.factor is not None
    if not proves(form, owner):
        return _show(form), form.status
    key = service.make_token(
        http.session(),
        email=actor.email,
        operation_id=actor.scope.operation_id,
        name=form.name_of_token.data or "",
        days=form.days.data,
        actor_id=actor.user_id,
    )
    tell_of_token(owner)
    return _show(TokenForm(formdata=None), key=key)


@account.post("/account/tokens/<uuid:token_id>/revoke")
@http.requires("read_safe")
def revoke_token(token_id: UUID) -> Response:
    actor = g.actor
    service.revoke_token(
        http.session(),
        token_id=token_id,
        user_id=actor.user_id,
        operation_id=actor.scope.operation_id,
        actor_id=actor.user_id,
    )
    flash(gettext("This token is revoked."))
    return redirect(url_for("account.show"), code=303)


@account.post("/account/sign-ins/<uuid:sign_in_id>/end")
@http.requires("read_safe")
def end_sign_in(sign_in_id: UUID) -> Response:
    """Sign one of one's browsers out: a phone that is lost. It is out at its next step."""
    service.end_sign_in(http.session(), user_id=g.actor.user_id, sign_in_id=sign_in_id, actor_id=g.actor.user_id)
    flash(gettext("This browser is signed out."))
    return redirect(url_for("account.show"), code=303)


@account.post("/account/sign-ins/end-others")
@http.requires("read_safe")
def end_other_sign_ins() -> Response:
    """Sign all others out."""
    actor = g.actor
    service.end_sign_ins(http.session(), user_id=actor.user_id, actor_id=actor.user_id, but=actor.sign_in_id)
    flash(gettext("All other browsers are signed out."))
    return redirect(url_for("account.show"), code=303)


def _show(form: TokenForm, *, key: str | None = None) -> str:
    actor, asked = g.actor, http.session()
    use_zone(frame_of(asked, actor.scope.operation_id).zone)
    known = {
        "tokens": queries.tokens_of(asked, actor.user_id, actor.scope.operation_id),
        "sign_ins": queries.sign_ins_of(asked, actor.user_id, since=signin.still_good()),
        "operations": queries.operations_of(asked, actor.user_id) if actor.works_elsewhere else [],
        "takes_no_mail": bool(refused_among(asked, [actor.email])),
    }
    return render_template("accounts/account.html", actor=actor, languages=LANGUAGES, form=form, key=key, **known)
