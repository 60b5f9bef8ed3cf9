"""What is open, one alert with all that happened to it, and taking it on."""

import re
from dataclasses import replace
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.alerts.errors import AlertGone
from app.alerts.queries import CURSOR, OPEN, alert_by_id, count_open, cursor_of, history_of, list_alerts
from app.alerts.service import acknowledge
from app.core.forms import language
from app.core.http import requires, session
from app.core.pagination import page as page_of
from app.dashboard.forms import AcknowledgeForm
from app.dashboard.views.blueprint import PAGE, frame_here, pages
from app.dashboard.views.moments import moment_asked
from app.shelters.queries import areas_with_shelters


@pages.get("/alerts")
@requires("read")
def alerts() -> str:
    """What is open, the worst first; of one area or one kind of shelter, if that is asked."""
    asked, after = moment_asked(), request.args.get("after", "")
    after = after if re.fullmatch(CURSOR, after) else ""
    actor = replace(g.actor, scope=asked.scope)
    found, last = page_of(
        list_alerts(
            session(),
            actor=actor,
            language=language(),
            statuses=OPEN,
            kind=asked.kind,
            limit=PAGE + 1,
            after=after or None,
        ),
        PAGE,
    )
    return render_template(
        "dashboard/alerts.html",
        asked=asked,
        kept=asked.without("as_of", "known_on"),
        areas=areas_with_shelters(session(), scope=g.actor.scope),
        alerts=found,
        total=count_open(session(), actor=actor, kind=asked.kind),
        is_first=not after,
        next=cursor_of(last) if last else None,
    )


@pages.get("/alerts/<uuid:alert_id>")
@requires("read")
def alert(alert_id: UUID) -> str:
    """One alert: what it says now, who is on it, and all that happened to it."""
    return _shown(alert_id, AcknowledgeForm(formdata=None))


@pages.post("/alerts/<uuid:alert_id>/acknowledge")
@requires("decide")
def acknowledge_alert(alert_id: UUID) -> Response | str:
    """Take an alert on, so that nobody else is called."""
    form = AcknowledgeForm()
    if not form.validate():
        return _shown(alert_id, form)
    acknowledge(session(), actor=g.actor, alert_id=alert_id, comment=form.comment.data or None)
    flash(gettext("You have taken this alert on. It stays open until the figure falls."))
    return redirect(url_for(".alert", alert_id=alert_id), code=303)


def _shown(alert_id: UUID, form: AcknowledgeForm) -> str:
    frame = frame_here()
    found = alert_by_id(session(), actor=g.actor, language=language(), alert_id=alert_id)
    if found is None:
        raise AlertGone
    history = history_of(session(), found, zone=frame.zone, language=language())
    return render_template("dashboard/alert.html", alert=found, history=history, form=form)
