"""Reports about reports, and the figures that follow, for tests."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.intake.schemas import Result
from app.places.queries import frame_of
from app.population.past import Cut, Past, past_of
from app.population.queries import shelter_figures
from app.population.schemas import ShelterFigure

NOON = "2025-03-10T12:00:00+03:00"
Say = Callable[..., list[Result]]


def figures(session: Session, actor: Actor, past: Past | None = None) -> dict[str, ShelterFigure]:
    return {one.shelter: one for one in shelter_figures(session, scope=actor.scope, past=past).items}


def past(session: Session, actor: Actor, as_of: datetime | date, known_on: datetime | None = None) -> Past:
    frame = frame_of(session, actor.scope.operation_id)
    return past_of(session, frame, Cut.of(frame, as_of=as_of, known_on=known_on))


def corrected(version: str, replacement: dict[str, Any] | None, reason: str = "counted again") -> dict[str, Any]:
    said = replacement and {key: value for key, value in replacement.items() if key != "id"}
    return {
        "id": str(uuid4()),
        "kind": "correction",
        "occurred_at": NOON,
        "corrects": version,
        "replacement": said,
        "reason": reason,
    }


def decision(headcount: str, adopt: bool, at: str = NOON) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "decision",
        "occurred_at": at,
        "headcount": headcount,
        "adopt": adopt,
        "reason": "seen at the gate",
    }


def one_place(keep: str, other: str) -> dict[str, Any]:
    said = {"id": str(uuid4()), "kind": "same_place", "occurred_at": NOON, "keep": keep, "other": other}
    return {**said, "reason": "one gate"}
