"""Shelters and groups follow what was said of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.groups import service as groups
from app.intake.schemas import GroupReport, Plain, ShelterFields, ShelterReport
from app.intake.service.post import Post
from app.ledger import service as ledger
from app.ledger.queries import Version
from app.places import queries as places
from app.shelters import service as shelters


def register(
    session: Session,
    post: Post,
    reports: Sequence[Plain],
    rows: Mapping[UUID, ledger.Row],
    codes: Mapping[UUID, str],
) -> None:
    """Make new shelters and groups, in the order of their codes, so that two posts cannot lock each other up."""
    making = [report for report in reports if report.id in codes]
    if not making:
        return
    areas = places.areas_of(session, post.frame.operation_id, [r.area for r in making if isinstance(r, ShelterReport)])
    for report in sorted(making, key=lambda report: (report.kind, codes[report.id])):
        row = rows[report.id]
        if isinstance(report, ShelterReport):
            shelters.register(session, shelter_id=report.id, code=codes[report.id], area=areas[report.area])
        elif isinstance(report, GroupReport) and row.group_id == report.id:
            groups.register(
                session, operation_id=row.operation_id, group_id=report.id, code=codes[report.id], at=row.occurred_at
            )


def restate(session: Session, reports: Sequence[Plain], rows: Mapping[UUID, ledger.Row]) -> None:
    """Hand what was said on to the shelters and groups."""
    follow(session, [(rows[report.id], report) for report in reports])


def follow(session: Session, said: Sequence[tuple[ledger.Row, Plain | None]], *, of: Version | None = None) -> None:
    """Bring the shelters and groups these versions speak of to what they say now; where a group's home becomes
    another, its movements are counted from there. `of`: the first version of a report that is corrected; said None:
    taken back."""
    spoken_of: set[UUID] = set()
    groups_: set[UUID] = set()
    for row, one in said:
        kind = one.kind if one is not None else of.kind if of is not None else None
        place_id = row.place_id or (of.place_id if of is not None else None)
        group_id = row.group_id or (of.group_id if of is not None else None)
        if kind in ("shelter", "shelter_state") and place_id is not None:
            spoken_of |= shelters.note(session, shelter_id=place_id, **_statement(row, one))
        elif kind == "group" and group_id is not None:
            groups.note(session, group_id=group_id, **_statement(row, one))
            groups_.add(group_id)
    if spoken_of:
        shelters.bring_up_to_date(session, spoken_of)
    if groups_:
        row, moved = said[0][0], groups.bring_up_to_date(session, groups_)
        ledger.mark_homes(session, operation_id=row.operation_id, groups=moved, at=row.recorded_at)


def _statement(row: ledger.Row, said: Plain | None) -> dict[str, Any]:
    return {
        "operation_id": row.operation_id,
        "report_id": row.id,
        "first_id": row.version_of or row.id,
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "replaces": row.corrects,
        "fields": said.said() if isinstance(said, ShelterFields | GroupReport) else None,
    }
