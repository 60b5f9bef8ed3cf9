"""Reading alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select, text, true, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.accounts.models import User
from app.accounts.policy import Actor
from app.accounts.queries import visible
from app.alerts.models import Alert, OwnLimits, Subscription
from app.alerts.policy import LINK_GOOD_FOR, PROTECTED
from app.alerts.rules import NOT_NUMBERS, Thresholds
from app.alerts.schemas import AlertRow, Happened
from app.alerts.sentences import sentence
from app.core import clock
from app.core.text import name_in
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.population.models import PlaceDay, PlaceNow
from app.shelters.models import Shelter

_HAPPENED = text("""
  SELECT step.kind, step.before, step.after, step.at, step.since, step.numbers, step.comment, users.email,
    (SELECT count(*) FROM notices WHERE notices.transition_id = step.id AND mail_id IS NOT NULL) AS told
  FROM alert_transitions AS step LEFT JOIN users ON users.id = step.by
  WHERE step.alert_id = :alert ORDER BY step.at DESC, step.kind = 'state', step.id
""")
_MEANT = text("""
  SELECT notices.user_id, standing.id AS alert_id FROM notices
  JOIN alert_transitions AS step ON step.id = notices.transition_id JOIN alerts AS told ON told.id = step.alert_id
  -- it ended and began again: whoever was told lately is not told a second time, and their link goes on
  JOIN alerts AS standing ON standing.place_id = told.place_id AND standing.rule = told.rule
    AND standing.ended_at IS NULL
  WHERE notices.id = :notice AND step.at > :since
""")
OPEN = ("open", "acknowledged")
_RANKS = {"critical": 0, "warning": 1}
_ORDER = (case(_RANKS, value=col(Alert.severity)), col(Alert.since), col(Alert.id))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = r"^[01]\.-?[0-9]{1,16}\.[0-9a-f]{32}$"  # every text of this form is a place in the order


def open_alerts(session: Session, *, actor: Actor, language: str) -> list[AlertRow]:
    """Alerts that have not ended, acknowledged ones included: critical first, then the longest standing.

    The numbers are those of now, not of when the alert was raised.
    """
    return list_alerts(session, actor=actor, language=language, statuses=OPEN)


def cursor_of(row: AlertRow) -> str:
    """The place of an alert in the order of `list_alerts`: severity, microseconds of `since`, id."""
    return f"{_RANKS[row.severity]}.{(row.since - _EPOCH) // timedelta(microseconds=1)}.{row.id.hex}"


def days_since(session: Session, place_id: UUID, first: date) -> list[date]:
    """The days from `first` on of which something was reported at a place, in their order."""
    days = select(col(PlaceDay.day)).where(col(PlaceDay.place_id) == place_id, col(PlaceDay.day) >= first)
    return list(session.scalars(days.order_by(col(PlaceDay.day))))


def own_limits(session: Session, place_ids: Sequence[UUID]) -> dict[UUID, dict[str, float]]:
    """Where the rules begin at these places themselves, by the names of thresholds, of those that have any."""
    found = session.scalars(select(OwnLimits).where(col(OwnLimits.place_id).in_(place_ids)))
    return {row.place_id: row.limits for row in found}


def subscriptions_of(session: Session, actor: Actor) -> list[Subscription]:
    """What a person said they want to be told of, by area and rule; empty: nothing, so they are told as usual."""
    wanted = select(Subscription).where(
        col(Subscription.user_id) == actor.user_id, col(Subscription.operation_id) == actor.scope.operation_id
    )
    order = (col(Subscription.area_code).nulls_first(), col(Subscription.rule).nulls_first())
    return list(session.scalars(wanted.order_by(*order)))


def limits_of(session: Session, place_ids: Sequence[UUID], frame: Frame) -> dict[UUID, Thresholds]:
    """Where the rules begin at each of these shelters."""
    usual, own = Thresholds.of(frame.settings.thresholds), own_limits(session, place_ids)
    return {id_: Thresholds.of(frame.settings.thresholds, own[id_]) if id_ in own else usual for id_ in place_ids}


def _place(cursor: str) -> tuple[int, datetime, UUID]:
    rank, since, alert_id = cursor.split(".")
    return int(rank), _EPOCH + timedelta(microseconds=int(since)), UUID(hex=alert_id)


def list_alerts(
    session: Session,
    *,
    actor: Actor,
    language: str,
    statuses: tuple[str, ...],
    kind: str | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> list[AlertRow]:
    """Alerts in scope with one of these statuses, of shelters of a kind (None: any); `after` a cursor (`CURSOR`)
    continues a list."""
    # Which they are is asked first: of those listed alone the rows of days are read.
    listed = _seen(select(col(Alert.id)).select_from(Alert), actor).where(col(Alert.status).in_(statuses))
    if set(statuses) <= set(OPEN):
        listed = listed.where(col(Alert.ended_at).is_(None))  # an index knows those
    if kind is not None:
        listed = listed.where(col(Shelter.site_type) == kind)
    if after is not None:
        listed = listed.where(tuple_(*_ORDER) > tuple_(*_place(after)))
    listed = listed.order_by(*_ORDER).limit(limit)
    wanted = _alerts(actor).where(col(Alert.id).in_(listed)).order_by(*_ORDER)
    zone = frame_of(session, actor.scope.operation_id).zone
    return [_row(*found, language=language, zone=zone) for found in session.execute(wanted)]


def alert_by_id(session: Session, *, actor: Actor, language: str, alert_id: UUID) -> AlertRow | None:
    """One alert, whatever became of it; None where there is none in scope."""
    found = session.execute(_alerts(actor).where(col(Alert.id) == alert_id)).one_or_none()
    if found is None:
        return None
    return _row(*found, language=language, zone=frame_of(session, actor.scope.operation_id).zone)


@dataclass(frozen=True)
class Meant:
    """Whom a notice went to, and the alert that stands where it told them of one."""

    user_id: UUID
    alert_id: UUID


def alert_of_notice(session: Session, notice_id: UUID) -> Meant | None:
    """What a notice is about, as long as its link is good; None where that has ended, with the alert at the latest."""
    row = session.execute(_MEANT, {"notice": notice_id, "since": clock.now() - LINK_GOOD_FOR}).one_or_none()
    return None if row is None else Meant(row.user_id, row.alert_id)


def ended_since(session: Session, *, actor: Actor, language: str, since: datetime) -> list[AlertRow]:
    """Alerts that ended after a moment, the last first."""
    wanted = _alerts(actor).where(col(Alert.ended_at) > since).order_by(col(Alert.ended_at).desc(), col(Alert.id))
    zone = frame_of(session, actor.scope.operation_id).zone
    return [_row(*found, language=language, zone=zone) for found in session.execute(wanted)]


def alerts_at(session: Session, *, actor: Actor, language: str, place_id: UUID, since: datetime) -> list[AlertRow]:
    """Alerts of one shelter: those that have not ended, the worst first, then those that ended after a moment."""
    here = _alerts(actor).where(col(Alert.place_id) == place_id)
    wanted = here.where(col(Alert.ended_at).is_(None) | (col(Alert.ended_at) > since))
    order = (col(Alert.ended_at).is_not(None), col(Alert.ended_at).desc(), *_ORDER)
    zone = frame_of(session, actor.scope.operation_id).zone
    return [_row(*found, language=language, zone=zone) for found in session.execute(wanted.order_by(*order))]


def history_of(session: Session, alert: AlertRow, *, zone: ZoneInfo, language: str) -> list[Happened]:
    """All that happened to an alert, the newest first."""
    name = name_in(alert.shelter_name, language)
    return [
        Happened(
            kind=step.kind,
            before=step.before,
            after=step.after,
            at=step.at,
            since=step.since,
            said=sentence(
                alert.rule,
                "withdrawn" if step.kind == "withdrawn" else step.after,
                step.numbers,
                name,
                language,
                zone=zone,
            ),
            by=step.email,
            comment=step.comment,
            told=step.told,
        )
        for step in session.execute(_HAPPENED, {"alert": alert.id})
    ]


def count_open(session: Session, *, actor: Actor, kind: str | None = None) -> int:
    """How many alerts in scope have not ended, of shelters of a kind (None: any)."""
    open_ones = _seen(select(func.count()).select_from(Alert), actor).where(col(Alert.ended_at).is_(None))
    if kind is not None:
        open_ones = open_ones.where(col(Shelter.site_type) == kind)
    return session.scalar(open_ones) or 0


def _alerts(actor: Actor) -> Any:
    """Those a person may see, with what rows of them say."""
    by = aliased(User)
    return (
        _seen(select(Alert, Shelter, col(PlaceDay.rules), col(PlaceDay.basis), col(by.email)), actor)
        .outerjoin(PlaceNow, col(PlaceNow.place_id) == col(Alert.place_id))
        .outerjoin(PlaceDay, (col(PlaceDay.place_id) == col(Alert.place_id)) & (col(PlaceDay.day) == col(PlaceNow.day)))
        .outerjoin(by, col(by.id) == col(Alert.acknowledged_by))
    )


def _seen(wanted: Any, actor: Actor) -> Any:
    """Of alerts those a person may see: in their areas, and of children who are alone only where that is theirs to
    know."""
    is_theirs = true() if actor.is_protection else col(Alert.rule) != PROTECTED
    return wanted.join(Shelter, col(Shelter.id) == col(Alert.place_id)).where(
        col(Alert.operation_id) == actor.scope.operation_id, visible(actor.scope, Shelter), is_theirs
    )


def _row(
    alert: Alert,
    shelter: Shelter,
    rules: dict[str, Any] | None,
    basis: str | None,
    acknowledged_by: str | None,
    *,
    language: str,
    zone: ZoneInfo,
) -> AlertRow:
    has_ended = alert.ended_at is not None
    now = alert.numbers if has_ended else (rules or {}).get(alert.rule, alert.numbers)
    numbers = {name: value for name, value in now.items() if name not in NOT_NUMBERS}
    words = sentence(
        alert.rule,
        {"resolved": "ok", "withdrawn": "withdrawn"}.get(alert.status, alert.severity),
        numbers | {"basis": now.get("basis", basis)},
        name_in(shelter.state["name"], language),
        language,
        unknown_since=alert.unknown_since,
        zone=zone,
    )
    return AlertRow(
        id=alert.id,
        shelter=shelter.code,
        shelter_name=shelter.state["name"],
        area=shelter.area_code,
        area_path=tuple(shelter.area_path),
        rule=alert.rule,
        severity="critical" if alert.severity == "critical" else "warning",
        status=_status(alert.status),
        since=alert.since,
        opened_at=alert.opened_at,
        unknown_since=alert.unknown_since,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=acknowledged_by,
        comment=alert.comment,
        ended_at=alert.ended_at,
        sentence=words,
        numbers=numbers,
    )


def _status(stored: str) -> Any:
    """A CHECK in PostgreSQL holds it to the known ones."""
    return stored
