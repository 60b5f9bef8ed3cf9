"""Publishing what the rules say: one transition where it is not what was published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.alerts.models import Alert, AlertTransition
from app.alerts.policy import ESCALATE_AFTER, PROTECTED, Step, Told, next_step
from app.alerts.rules import NOT_NUMBERS, OCCUPANCY, PlaceJudge, RuleLevel
from app.alerts.service.hindsight import was_ever
from app.alerts.service.telling import tell
from app.core import clock, meters
from app.population.levels import DayRow, Rules
from app.population.service import Place, look_again

log = structlog.get_logger(__name__)

NOTHING: Mapping[str, Any] = {"people": None}  # the numbers of an alert of which nothing is known any more


@dataclass(frozen=True, slots=True)
class Present:
    """A place with its last day row (None: it has none), its judge, and a request that changed it, if any did."""

    place: Place
    row: DayRow | None
    judge: PlaceJudge
    request: str | None = None

    def untold(self, at: datetime) -> set[str]:
        """The rules that cannot be told at a moment."""
        return self.judge.untold(self.row, at) if self.row else set()

    def states(self, at: datetime) -> Rules:
        """What its rules say at a moment. Empty: nothing is said of it, or it is no shelter."""
        return self.judge.now(self.row, at) if self.row else {}


@dataclass(frozen=True, slots=True)
class _Change:
    """A transition that is to be written and told."""

    alert: Alert
    transition: AlertTransition
    step: Step
    area_path: tuple[str, ...]


def publish(session: Session, present: Sequence[Present]) -> None:
    """Bring the alerts of these places to what their rules say now, and note when time alone may change that."""
    if not present:
        return
    now = clock.now()
    alerts = _standing(session, present)
    due: dict[UUID, datetime | None] = {}
    changes: list[_Change] = []
    for one in present:
        states = one.states(now)
        for rule, state in states.items():
            changes += _publish_one(session, one, rule, state, alerts.pop((one.place.id, rule), None))
        for rule in [rule for place_id, rule in alerts if place_id == one.place.id]:
            alert = alerts.pop((one.place.id, rule))
            if rule in one.untold(now):  # unknown ends nothing
                alert.unknown_since = alert.unknown_since or now
            elif states and rule in one.judge.rules:
                is_well = {"level": "ok", "known": True, "since": now.isoformat()}
                changes += _publish_one(session, one, rule, is_well, alert)
            else:  # of a rule that is not asked any more nobody is told that all is well
                changes.append(_end(one, alert, told="nobody" if states else "end", now=now))
        moment = one.judge.changes_at(one.row, states, now) if one.row else None
        # A later moment is found when the earlier one has come: not written with every report.
        if _is_sooner(moment, one.place.due_at, now):
            due[one.place.id] = moment
    look_again(session, due)
    session.add_all(change.transition for change in changes)
    session.flush()  # a thousand at once are a few statements
    for change in changes:
        tell(session, change.alert, change.transition, change.step, area_path=change.area_path)
    session.flush()


def unpublished(session: Session, present: Sequence[Present], *, at: datetime) -> list[str]:
    """Alerts whose published state is not what the rules say at a moment, in words."""
    alerts = _standing(session, present, is_to_change=False)
    differing: list[str] = []
    for one in present:
        states = one.states(at)
        for rule in sorted({*states, *(rule for place_id, rule in alerts if place_id == one.place.id)}):
            alert = alerts.get((one.place.id, rule))
            published = alert.severity if alert else "ok"
            is_known = rule in states or rule not in one.untold(at)
            said = states.get(rule, {"level": "ok" if states else "nothing", "known": is_known})
            if said["known"] and said["level"] != published:
                differing.append(
                    f"alert {rule} at place {one.place.id}: published {published}, the rules say {said['level']}"
                )
    return differing


def _standing(
    session: Session, present: Sequence[Present], *, is_to_change: bool = True
) -> dict[tuple[UUID, str], Alert]:
    """Alerts of these places that have not ended; where they are to change, nobody else changes one meanwhile."""
    places = [one.place.id for one in present]
    wanted = select(Alert).where(col(Alert.place_id).in_(places), col(Alert.ended_at).is_(None)).order_by(col(Alert.id))
    standing = session.scalars(wanted.with_for_update() if is_to_change else wanted)
    return {(alert.place_id, alert.rule): alert for alert in standing}


def _is_sooner(moment: datetime | None, noted: datetime | None, now: datetime) -> bool:
    """Whether what is noted has to change: it has come, or would come too late."""
    if noted is None or noted <= now:
        return moment != noted
    return moment is not None and moment < noted


def _publish_one(
    session: Session, one: Present, rule: str, state: Mapping[str, Any], alert: Alert | None
) -> list[_Change]:
    """What changes of one alert; nothing, where it says what the rule says."""
    now = clock.now()
    published: RuleLevel = alert.severity if alert else "ok"  # type: ignore[assignment]  # CHECK in PostgreSQL
    if alert is not None:
        alert.unknown_since = None if state["known"] else (alert.unknown_since or now)
    step = next_step(published, state)
    if step is None:
        return []
    since = min(datetime.fromisoformat(state["since"]), now)  # a count of today stands at the day's end
    numbers = {name: value for name, value in state.items() if name not in NOT_NUMBERS}
    if rule == OCCUPANCY and one.row is not None:
        numbers["basis"] = one.row.level.basis
    if alert is not None and step.after == "ok":
        was = alert.numbers
        is_over = was_ever(session, one.place, one.judge, rule, since=_began(session, alert))
        alert.status, alert.ended_at = "resolved" if is_over else "withdrawn", now
        alert.numbers = numbers if is_over else {**numbers, "was": was.get("people")}
    elif alert is None:
        alert = Alert(
            id=uuid4(),
            operation_id=one.place.frame.operation_id,
            place_id=one.place.id,
            rule=rule,
            severity=step.after,
            status="open",
            since=since,
            opened_at=now,
            numbers=numbers,
        )
        session.add(alert)
    else:
        alert.numbers, alert.severity, alert.since = numbers, step.after, since
        if step.told == "announce":
            alert.status = "open"
    return [_noted(one, alert, step, since=since, now=now)]


def _began(session: Session, alert: Alert) -> datetime:
    """When anything was wrong first: an alert itself says since when it is as severe as it is."""
    first = select(func.min(col(AlertTransition.since))).where(col(AlertTransition.alert_id) == alert.id)
    return session.scalar(first) or alert.since


def _end(one: Present, alert: Alert, *, told: Told, now: datetime) -> _Change:
    """End an alert that no rule speaks of any more: the place turned out to be another, or its report was taken back,
    or the rule was switched off."""
    published: RuleLevel = alert.severity  # type: ignore[assignment]  # CHECK in PostgreSQL
    alert.status, alert.ended_at, alert.unknown_since, alert.numbers = "withdrawn", now, None, dict(NOTHING)
    return _noted(one, alert, Step(published, "ok", told), since=now, now=now)


def _noted(one: Present, alert: Alert, step: Step, *, since: datetime, now: datetime) -> _Change:
    """The transition an alert has just made. Critical, it waits to be taken on."""
    meters.count("alert_changes", "other" if alert.rule == PROTECTED else alert.rule, step.after)
    if step.after == "critical" and step.told == "announce":
        alert.escalates_at, alert.escalated = now + ESCALATE_AFTER, 0
    elif step.after != "critical":
        alert.escalates_at = None
    transition = AlertTransition(
        id=uuid4(),
        operation_id=alert.operation_id,
        alert_id=alert.id,
        kind="withdrawn" if alert.status == "withdrawn" else "state",
        before=step.before,
        after=step.after,
        since=since,
        at=now,
        numbers=alert.numbers,
        request=one.request,
    )
    log.debug(
        "alert_changed",
        request_id=one.request,
        alert=str(alert.id),
        rule=alert.rule,
        before=step.before,
        after=step.after,
        transition=str(transition.id),
    )
    return _Change(alert, transition, step, one.place.area_path)
