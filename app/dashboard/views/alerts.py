"""What is open, one alert with all that happened to it, and taking it on."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.alerts.errors import AlertGone
from app.alerts.queries import alert_by_id, history_of, open_alerts
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
    found = open_alerts(session(), actor=g.actor, language=language())
    return render_template(
        "dashboard/alerts.html", alerts=found[start : start + PAGE], start=start, total=len(found), step=PAGE
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
