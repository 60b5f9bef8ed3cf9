"""What changed since somebody looked last: known then and known now, side by side.

When that was is kept by their own browser, and nowhere else: which coordinator looks how often is nobody's business.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.alerts.queries import ended_since, open_alerts
from app.core import clock
from app.core.forms import language
from app.core.http import requires, session
from app.dashboard.policy import newly
from app.dashboard.views.blueprint import frame_here, pages
from app.population import queries as population
from app.population.past import Cut, past_of
from app.population.queries.changes import change_of, changed_shelters

COOKIE, KEPT_FOR = "looked", timedelta(days=90)
ANOTHER_VISIT = timedelta(minutes=30)  # whoever was away for longer looks anew
SPANS = (24, 72, 168)  # hours one may ask about instead
USUAL, LONGEST = timedelta(hours=6), timedelta(days=60)
LISTED = 40


@dataclass(frozen=True)
class Looked:
    """When somebody last opened the situation, and when in the visit before this one."""

    before: datetime
    last: datetime

    @classmethod
    def read(cls) -> "Looked | None":
        """What this browser kept, of this person here; None: nothing that can be read."""
        whose, _, times = request.cookies.get(COOKIE, "").partition(".")
        before, _, last = times.partition(".")
        if whose != _whose() or not all(one.isascii() and one.isdigit() and len(one) <= 10 for one in (before, last)):
            return None
        return cls(datetime.fromtimestamp(int(before), UTC), datetime.fromtimestamp(int(last), UTC))

    def keep(self, response: Response) -> None:
        kept = f"{_whose()}.{int(self.before.timestamp())}.{int(self.last.timestamp())}"
        response.set_cookie(
            COOKIE, kept, max_age=KEPT_FOR, path="/dashboard", httponly=True, samesite="Lax", secure=request.is_secure
        )


def note_visit(response: Response) -> Response:
    """Have the browser remember that the situation of now was opened."""
    now, looked = clock.now(), Looked.read()
    if looked is None:
        Looked(now, now).keep(response)
    elif now - looked.last > ANOTHER_VISIT:
        Looked(looked.last, now).keep(response)
    else:
        Looked(looked.before, now).keep(response)
    return response


@pages.get("/dashboard/changes")
@requires("read")
def changes() -> str:
    """What became different since the last visit, or in some hours: people, shelters, alerts."""
    frame, now, looked = frame_here(), clock.now(), Looked.read()
    hours = request.args.get("hours", type=int)
    span = timedelta(hours=hours) if hours in SPANS else None
    since = now - (span or USUAL) if span or looked is None else max(looked.before, now - LONGEST)
    past, scope = past_of(session(), frame, Cut.of(frame, known_on=since)), g.actor.scope
    shelters = sorted(changed_shelters(session(), scope=scope, past=past), key=newly)
    alerts = open_alerts(session(), actor=g.actor, language=language())
    opened = [one for one in alerts if one.opened_at > since]
    ended = ended_since(session(), actor=g.actor, language=language(), since=since)
    return render_template(
        "dashboard/changes.html",
        since=since,
        hours=hours if span else None,
        spans=SPANS,
        is_first=looked is None,
        change=change_of(session(), scope=scope, past=past),
        before=population.operation_figure(session(), scope=scope, past=past),
        whole=population.operation_figure(session(), scope=scope),
        shelters=shelters[:LISTED],
        more=len(shelters) - LISTED,
        opened=opened[:LISTED],
        more_opened=len(opened) - LISTED,
        ended=ended[:LISTED],
        more_ended=len(ended) - LISTED,
    )


@pages.post("/dashboard/seen")
@requires("read")
def seen() -> AnyResponse:
    """All of it was seen: what changes from now on is new."""
    now, response = clock.now(), make_response(redirect(url_for(".situation"), code=303))
    Looked(now, now).keep(response)
    return response


def _whose() -> str:
    return sha256(g.actor.key.encode()).hexdigest()[:16]
