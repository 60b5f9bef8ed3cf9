"""Which moment a page is asked about: a past day, and what had been known by another."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from app.core.http import session
from app.dashboard.forms import AsOfForm
from app.dashboard.views.blueprint import frame_here
from app.population.past import Cut, Past, past_of


@dataclass(frozen=True)
class Asked:
    """What a page shows, and the form that asks for it. `as_of` and `known_on` None: now, with all that is known.
    `kept`: both as they stand in an address, so that a link leads to the same view."""

    past: Past
    form: AsOfForm
    as_of: date | None
    known_on: date | None
    kept: dict[str, Any]


def moment_asked() -> Asked:
    """The moment in the address of the page. What cannot be read is said beside its field, and now is shown."""
    frame = frame_here()
    form = AsOfForm(request.args, today=frame.today)
    is_good = form.validate()
    as_of, known_on = (form.as_of.data, form.known_on.data) if is_good else (None, None)
    as_of = None if as_of == frame.today else as_of
    if as_of is None and known_on is None:
        return Asked(Past.present(frame, Cut.of(frame)), form, None, None, {})
    known_by = None if known_on is None else frame.instant(known_on)
    past = past_of(session(), frame, Cut.of(frame, as_of=as_of, known_on=known_by))
    named = {"as_of": as_of, "known_on": known_on}
    kept: dict[str, Any] = {name: day.isoformat() for name, day in named.items() if day is not None}
    return Asked(past, form, as_of, known_on, kept)
