"""What a page is asked about: a past day, what had been known by another, one area and one kind of shelter."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import g, request

from app.accounts.policy import Scope
from app.core.forms import say
from app.core.http import session
from app.core.text import mark
from app.dashboard.forms import AsOfForm
from app.dashboard.policy import DAY, days_around
from app.dashboard.views.blueprint import frame_here
from app.places.models import Area
from app.places.queries import areas_of
from app.places.schemas import Frame
from app.population.past import Cut, Past, past_of
from app.population.queries import of_kind

NO_SUCH_AREA = mark("There is no such area among yours. Choose one of the list.")


@dataclass(frozen=True)
class Asked:
    """What a page shows, and the form that asks for it. `as_of` and `known_on` None: now, with all that is known;
    `area` None: everything in `scope`, which is the reader's, narrowed to the area; `kind` None: people wherever they
    are, else those in shelters of that kind (`SITE_TYPES`) alone. `kept`: all of them as they stand in an address, so
    that a link leads to the same view."""

    past: Past
    scope: Scope
    form: AsOfForm
    as_of: date | None
    known_on: date | None
    area: Area | None
    kind: str | None
    kept: dict[str, Any]

    @property
    def today(self) -> date:
        return self.past.frame.today

    @property
    def days(self) -> list[date]:
        """The days that can be gone to at once, in their order."""
        return days_around(self.as_of or self.today, self.today)

    @property
    def day_before(self) -> date:
        return (self.as_of or self.today) - DAY

    @property
    def day_after(self) -> date | None:
        """None: that is still to come."""
        return None if self.as_of is None else self.as_of + DAY

    def kept_on(self, day: date) -> dict[str, Any]:
        """The address of the same view on another day."""
        others = self.without("as_of")
        return others if day == self.today else {"as_of": day.isoformat(), **others}

    def without(self, *names: str) -> dict[str, Any]:
        """The address of the same view but for these."""
        return {name: value for name, value in self.kept.items() if name not in names}

    def past_of_kind(self, first: date) -> Past:
        """The figures asked about, of one kind of shelter where that is asked; its days are good from `first` on."""
        if self.kind is None:
            return self.past
        return of_kind(session(), self.past, scope=self.scope, kind=self.kind, first=first)

    @property
    def is_past(self) -> bool:
        """Whether it shows anything but now, as it is known now."""
        return not self.past.is_present


def moment_asked() -> Asked:
    """What the address of the page asks about. What cannot be read is said beside its field, and now is shown, or
    everything."""
    frame = frame_here()
    form, as_of, known_on = _days_asked(frame)
    area, kind = _area(form), form.kind.data or None
    scope = g.actor.scope if area is None else replace(g.actor.scope, areas=frozenset({area.code}))
    named = {"as_of": as_of, "known_on": known_on}
    kept: dict[str, Any] = {name: day.isoformat() for name, day in named.items() if day is not None}
    if area is not None:
        kept["area"] = area.code
    if kind is not None:
        kept["kind"] = kind
    if as_of is None and known_on is None:
        past = Past.present(frame, Cut.of(frame))
    else:
        known_by = None if known_on is None else frame.instant(known_on)
        past = past_of(session(), frame, Cut.of(frame, as_of=as_of, known_on=known_by))
    if as_of is not None:
        g.shown_at = past.cut.as_of
    return Asked(past, scope, form, as_of, known_on, area, kind, kept)


def shows_now() -> bool:
    """Whether the page shows now, as it is known now."""
    _, as_of, known_on = _days_asked(frame_here())
    return as_of is None and known_on is None


def _days_asked(frame: Frame) -> tuple[AsOfForm, date | None, date | None]:
    """The form, the day whose end is asked about and by when it had been known; None: now."""
    form = AsOfForm(request.args, today=frame.today)
    form.validate()
    days = form.as_of, form.known_on
    as_of, known_on = (None, None) if any(day.errors for day in days) else (day.data for day in days)
    return form, None if as_of == frame.today else as_of, known_on


def _area(form: AsOfForm) -> Area | None:
    """The area that is asked for, if it lies where the reader works."""
    code = (form.area.data or "").strip().upper()
    if not code:
        return None
    found = areas_of(session(), g.actor.scope.operation_id, [code]).get(code)
    if found is None or not g.actor.scope.holds(found.path):
        form.complain("area", say(NO_SUCH_AREA))
        return None
    return found
