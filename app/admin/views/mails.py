"""`/admin/outbox`: mails that did not leave, and addresses that take none."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.accounts.queries import person_of
from app.admin.queries.mails import refused_in
from app.admin.service import mails as service
from app.admin.views.blueprint import pages
from app.core import http
from app.core.templating import number, use_zone
from app.outbox import queries
from app.places.queries import frame_of


@pages.get("/outbox")
@http.requires("administer")
def outbox() -> str:
    """What was tried and has not left, the newest first, and whose address takes no mail."""
    operation_id = g.actor.scope.operation_id
    use_zone(frame_of(http.session(), operation_id).zone)
    before = _place(request.args.get("after", ""))
    found = queries.unsent(http.session(), operation_id, before)
    shown = found[: queries.PAGE]
    return render_template(
        "admin/outbox.html",
        mails=shown,
        refused=refused_in(http.session(), operation_id),
        is_first=before is None,
        next=f"{shown[-1].created_at.isoformat()}~{shown[-1].id}" if len(found) > queries.PAGE else None,
    )


@pages.post("/outbox/again")
@http.requires("administer")
def send_again() -> Response:
    """Try mails again that were given up."""
    count = service.send_again(http.session(), actor=g.actor, mail_ids=request.form.getlist("mail", type=UUID))
    if count:
        flash(ngettext("%(n)s mail is tried again.", "%(n)s mails are tried again.", count, n=number(count)))
    else:
        flash(gettext("No mail is tried again: it has left, its address takes none, or it is no longer for them."))
    return redirect(url_for(".outbox"), code=HTTPStatus.SEE_OTHER)


@pages.post("/outbox/people/<uuid:user_id>/use-again")
@http.requires("administer")
def use_address_again(user_id: UUID) -> Response:
    """Send mail to somebody's address again."""
    person = person_of(http.session(), g.actor.scope.operation_id, user_id)
    service.use_address_again(http.session(), actor=g.actor, user_id=user_id, address=person.email)
    flash(gettext("Mail is sent to this address again. What was given up meanwhile stands below, to be sent again."))
    return redirect(url_for(".outbox"), code=HTTPStatus.SEE_OTHER)


def _place(after: str) -> tuple[datetime, UUID] | None:
    """Where a page begins; what nobody was given begins at the first."""
    at, _, mail_id = after.partition("~")
    try:
        return datetime.fromisoformat(at), UUID(mail_id)
    except ValueError:
        return None
