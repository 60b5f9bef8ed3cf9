"""What is open, and taking it on."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.alerts.queries import open_alerts
from app.alerts.service import acknowledge
from app.core.forms import language
from app.core.http import requires, session
from app.dashboard.forms import AcknowledgeForm
from app.dashboard.views.blueprint import PAGE, frame_here, pages


@pages.get("/alerts")
@requires("read")
def alerts() -> str:
    """Everything open, the worst first."""
    frame_here()
    start = max(0, request.args.get("from", 0, type=int))
    found = open_alerts(session(), scope=g.actor.scope, language=language())
    return render_template(
        "dashboard/alerts.html", alerts=found[start : start + PAGE], start=start, total=len(found), step=PAGE
    )


@pages.post("/alerts/<uuid:alert_id>/acknowledge")
@requires("decide")
def acknowledge_alert(alert_id: UUID) -> Response:
    """Take an alert on, so that nobody else is called."""
    form = AcknowledgeForm()
    if form.validate():
        acknowledge(session(), actor=g.actor, alert_id=alert_id, comment=form.comment.data or None)
        flash(gettext("You have taken this alert on. It stays open until the figure falls."))
    else:
        flash(gettext("This page was open too long. Press the button again."))
    return redirect(url_for(".alerts"), code=303)
