"""Reading alerts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import visible
from app.alerts.models import Alert
from app.alerts.schemas import AlertRow
from app.alerts.sentences import sentence
from app.core.text import name_in
from app.places.queries import frame_of
from app.population.models import PlaceDay, PlaceNow
from app.shelters.models import Shelter

_OPEN = ("open", "acknowledged")
_RANKS = {"critical": 0, "warning": 1}
_ORDER = (case(_RANKS, value=col(Alert.severity)), col(Alert.since), col(Alert.id))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = r"^[01]\.-?[0-9]{1,16}\.[0-9a-f]{32}$"  # every text of this form is a place in the order


def open_alerts(session: Session, *, scope: Scope, language: str) -> list[AlertRow]:
    """Alerts that have not ended, acknowledged ones included: critical first, then the longest standing.

    The numbers are those of now, not of when the alert was raised.
    """
    return list_alerts(session, scope=scope, language=language, statuses=_OPEN)


def cursor_of(row: AlertRow) -> str:
    """The place of an alert in the order of `list_alerts`: severity, microseconds of `since`, id."""
    return f"{_RANKS[row.severity]}.{(row.since - _EPOCH) // timedelta(microseconds=1)}.{row.id.hex}"


def days_since(session: Session, place_id: UUID, first: date) -> list[date]:
    """The days from `first` on of which something was reported at a place, in their order."""
    days = select(col(PlaceDay.day)).where(col(PlaceDay.place_id) == place_id, col(PlaceDay.day) >= first)
    return list(session.scalars(days.order_by(col(PlaceDay.day))))


def _place(cursor: str) -> tuple[int, datetime, UUID]:
    rank, since, alert_id = cursor.split(".")
    return int(rank), _EPOCH + timedelta(microseconds=int(since)), UUID(hex=alert_id)


def list_alerts(
    session: Session,
    *,
    scope: Scope,
    language: str,
    statuses: tuple[str, ...],
    limit: int | None = None,
    after: str | None = None,
) -> list[AlertRow]:
    """Alerts in scope with one of these statuses; `after` a cursor (`CURSOR`) continues a list."""
    wanted = (
        select(Alert, Shelter, col(PlaceDay.rules), col(PlaceDay.basis))
        .join(Shelter, col(Shelter.id) == col(Alert.place_id))
        .outerjoin(PlaceNow, col(PlaceNow.place_id) == col(Alert.place_id))
        .outerjoin(PlaceDay, (col(PlaceDay.place_id) == col(Alert.place_id)) & (col(PlaceDay.day) == col(PlaceNow.day)))
        .where(visible(scope, Shelter), col(Alert.status).in_(statuses))
        .order_by(*_ORDER)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(tuple_(*_ORDER) > tuple_(*_place(after)))
    zone = frame_of(session, scope.operation_id).zone
    return [_row(*found, language=language, zone=zone) for found in session.execute(wanted)]


def _row(
    alert: Alert, shelter: Shelter, rules: dict[str, Any] | None, basis: str | None, *, language: str, zone: ZoneInfo
) -> AlertRow:
    has_ended = alert.ended_at is not None
    now = alert.numbers if has_ended else (rules or {}).get(alert.rule, alert.numbers)
    numbers = {"people": now["people"], "places": now["places"]}
    words = sentence(
        alert.rule,
        "ok" if has_ended else alert.severity,
        numbers | {"basis": basis},
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
        rule=alert.rule,
        severity="critical" if alert.severity == "critical" else "warning",
        status=_status(alert.status),
        since=alert.since,
        opened_at=alert.opened_at,
        unknown_since=alert.unknown_since,
        acknowledged_at=alert.acknowledged_at,
        sentence=words,
        numbers=numbers,
    )


def _status(stored: str) -> Any:
    """A CHECK in PostgreSQL holds it to the known ones."""
    return stored
