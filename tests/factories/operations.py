"""An operation with areas, people and shelters, and reports in the shape of the API."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.accounts.models import Membership, User
from app.accounts.policy import Actor, Role, Scope
from app.core import clock
from app.places.models import Operation
from app.places.service import AreaRow, create_operation, load_areas

# One country, two governorates, three districts: enough for every level of sums.
AREAS = (
    AreaRow("SY", 0, None, {"en": "Syria", "ar": "سوريا"}),
    AreaRow("SY06", 1, "SY", {"en": "Lattakia", "ar": "اللاذقية"}),
    AreaRow("SY10", 1, "SY", {"en": "Tartous", "ar": "طرطوس"}),
    AreaRow("SY0600", 2, "SY06", {"en": "Lattakia", "ar": "اللاذقية"}),
    AreaRow("SY0602", 2, "SY06", {"en": "Jablah", "ar": "جبلة"}),
    AreaRow("SY1002", 2, "SY10", {"en": "Banyas", "ar": "بانياس"}),
)


def make_operation(session: Session, *, time_zone: str = "Asia/Damascus", code: str | None = None) -> Operation:
    operation = create_operation(
        session, code=code or f"op-{uuid4().hex[:8]}", name={"en": "Coast", "ar": "الساحل"}, time_zone=time_zone
    )
    load_areas(session, operation_id=operation.id, rows=AREAS)
    return operation


def make_actor(
    session: Session,
    operation: Operation,
    *,
    role: Role = "field_worker",
    areas: list[str] | None = None,
    language: str = "en",
    is_protection: bool = False,
) -> Actor:
    """A person in an operation, without a password."""
    user = User(
        id=uuid4(),
        email=f"{uuid4().hex[:10]}@example.org",
        active=True,
        fs_uniquifier=uuid4().hex,
        language=language,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    member = {"user_id": user.id, "operation_id": operation.id, "role": role, "areas": areas}
    session.add(Membership(**member, is_protection=is_protection))
    session.flush()
    scope = Scope(operation.id, None if areas is None else frozenset(areas))
    return Actor(user.id, user.email, role, scope, language, is_protection=is_protection)


def a_shelter(
    *, code: str = "KHM", area: str = "SY0602", at: str | datetime = "2025-03-01T08:00:00+03:00", **more: Any
) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "shelter",
        "occurred_at": _text(at),
        "code": code,
        "name": {"en": f"Shelter {code}"},
        "site_type": "collective_centre",
        "area": area,
        **more,
    }


def a_state(shelter: str, *, at: str | datetime, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": "shelter_state", "occurred_at": _text(at), "shelter": shelter, **more}


def a_group(code: str, *, at: str | datetime = "2025-03-10T12:00:00+03:00", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": "group", "occurred_at": _text(at), "code": code, "label": code, **more}


def a_headcount(
    place: str, *, at: str | datetime, method: str = "full_count", people: dict[str, Any] | int, **more: Any
) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "headcount",
        "occurred_at": _text(at),
        "place": _place(place),
        "people": {"total": people} if isinstance(people, int) else people,
        "method": method,
        **more,
    }


def a_movement(
    *,
    at: str | datetime,
    people: dict[str, Any] | int,
    source: str | None = None,
    to: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """`source` and `to` are a shelter's code or an area's P-code (which counts as a place they stayed at)."""
    report: dict[str, Any] = {
        "id": str(uuid4()),
        "kind": "movement",
        "occurred_at": _text(at),
        "people": {"total": people} if isinstance(people, int) else people,
        **more,
    }
    if source is not None:
        report["from"] = _place(source)
        if "area" in report["from"]:
            report["stayed_there"] = True
    if to is not None:
        report["to"] = _place(to)
    return report


def _place(word: str) -> dict[str, str]:
    return {"area": word} if word in {area.code for area in AREAS} else {"shelter": word}


def _text(at: str | datetime) -> str:
    return at if isinstance(at, str) else at.isoformat()


def ids_of(reports: list[dict[str, Any]]) -> list[UUID]:
    return [UUID(report["id"]) for report in reports]
