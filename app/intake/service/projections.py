"""Handing what was said on to the shelters and groups it speaks of."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.groups import service as groups
from app.intake.schemas import AnyReport, GroupReport, ShelterReport, ShelterStateReport
from app.intake.service.post import Post
from app.ledger import service as ledger
from app.places import queries as places
from app.shelters import service as shelters


def register(
    session: Session,
    post: Post,
    reports: Sequence[AnyReport],
    rows: Mapping[UUID, ledger.Row],
    codes: Mapping[UUID, str],
) -> None:
    """Make new shelters and groups, in the order of their codes, so that two posts cannot lock each other up."""
    making = [report for report in reports if report.id in codes]
    if not making:
        return
    areas = places.areas_of(session, post.frame.operation_id, [r.area for r in making if isinstance(r, ShelterReport)])
    for report in sorted(making, key=lambda report: (report.kind, codes[report.id])):
        if isinstance(report, ShelterReport):
            shelters.register(session, shelter_id=report.id, code=codes[report.id], area=areas[report.area])
        elif isinstance(report, GroupReport) and rows[report.id].group_id == report.id:
            groups.register(
                session,
                operation_id=post.frame.operation_id,
                group_id=report.id,
                code=codes[report.id],
                occurred_at=rows[report.id].occurred_at,
                fields=report.said(),
            )


def restate(session: Session, post: Post, reports: Sequence[AnyReport], rows: Mapping[UUID, ledger.Row]) -> None:
    """Hand what was said on to the shelters and groups, in the order of their ids."""
    for report in sorted(
        reports, key=lambda report: (str(rows[report.id].place_id or rows[report.id].group_id), str(report.id))
    ):
        row = rows[report.id]
        if isinstance(report, ShelterReport | ShelterStateReport) and row.place_id is not None:
            shelters.state(
                session,
                operation_id=post.frame.operation_id,
                shelter_id=row.place_id,
                report_id=report.id,
                occurred_at=row.occurred_at,
                fields=report.said(),
            )
        elif isinstance(report, GroupReport) and row.group_id is not None:
            groups.restate(
                session, group_id=row.group_id, report_id=report.id, occurred_at=row.occurred_at, fields=report.said()
            )
