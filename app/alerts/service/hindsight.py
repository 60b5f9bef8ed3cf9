"""Whether what was published was ever so, by the ledger as it is now: an alert that was not is withdrawn."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.alerts.rules import PlaceJudge
from app.population.events import events_of_days
from app.population.facts import Event, facts_of
from app.population.levels import DayRow, Level, Rules, advance
from app.population.service import Place, rows_since

JUST_BEFORE = timedelta(microseconds=1)
LOOKED_INTO = 3  # days gone through report by report; of the others their end is known


def was_ever(session: Session, place: Place, judge: PlaceJudge, rule: str, *, since: datetime) -> bool:
    """Whether a rule says at any moment since then that something was wrong: at the end of a day, before the reports
    of the next, or in the middle of one of the first few."""
    first = place.frame.day_of(since)
    rows = rows_since(session, place.id, first)
    days: list[tuple[DayRow | None, DayRow]] = []
    before: DayRow | None = None
    for row in rows:
        if row.day >= first:
            if _is_wrong(row.rules, rule):
                return True
            if len(days) < LOOKED_INTO:
                days.append((before, row))
        before = row
    if not days:
        return False
    found = events_of_days(session, {place.id: [row.day for _, row in days]}).get(place.id, {})
    return any(
        _is_wrong(states, rule)
        for earlier, row in days
        for states in _within(place, judge, earlier, found.get(row.day, ()))
    )


def _within(place: Place, judge: PlaceJudge, before: DayRow | None, events: Sequence[Event]) -> Iterator[Rules]:
    """What the rules said just before the first report of a day, and after each of its reports."""
    moments = sorted({event.stands_at for event in events})
    if before is not None and moments:
        yield judge.now(before, moments[0] - JUST_BEFORE)
    level, rules = (before.level, before.rules) if before else (Level.empty(place.frame), {})
    for moment in moments:
        facts = facts_of(events, place.frame, 1 + len(place.area_path), until=moment)
        if facts is not None:
            yield judge.within(rules, advance(level, facts), facts, moment)


def _is_wrong(states: Rules, rule: str) -> bool:
    return bool(states.get(rule, {"level": "ok"})["level"] != "ok")
