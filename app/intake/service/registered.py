"""Whether a shelter or group that was just registered is there already."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.text import mark, name_in
from app.intake.policy.registered import WITHIN_KM, are_one_group, share_a_name
from app.intake.queries.registered import groups_from, shelters_around
from app.intake.schemas import GroupReport, Plain, ShelterReport, Warned
from app.intake.service.post import Asked, Post, warn
from app.ledger import service as ledger
from app.places.policy import km_between
from app.places.queries import areas_of
from app.population.queries.groups import hidden_from

MOST_COMPARED = 20  # new ones of a kind in one post; who sends more sends a list, and compares it as one

CALLED_ALIKE = mark(
    "There is %(name)s (%(shelter)s) already, called much like this. If it is the same place, take this report back and"
    " name that one."
)
VERY_NEAR = mark(
    "There is %(name)s (%(shelter)s) already, less than %(metres)s metres from here. If it is the same place, take this"
    " report back and name that one."
)
GROUP_ALIKE = mark(
    "There is the group %(group)s already, from the same home and much like this. If they are the same people, take"
    " this report back and name that one."
)


def registered_already(
    session: Session, post: Post, reports: Sequence[Plain], rows: Mapping[UUID, ledger.Row]
) -> Asked:
    """New shelters and groups that look like one the sender may know of."""
    shelters = [report for report in reports if isinstance(report, ShelterReport)][:MOST_COMPARED]
    groups = [
        report
        for report in reports
        if isinstance(report, GroupReport) and report.origin and rows[report.id].group_id == report.id
    ][:MOST_COMPARED]
    own = [report.id for report in reports]
    return [
        *(_shelters(session, post, shelters, own) if shelters else ()),
        *(_groups(session, post, groups, own) if groups else ()),
    ]


def _shelters(session: Session, post: Post, reports: Sequence[ShelterReport], own: Sequence[UUID]) -> Asked:
    codes = sorted({report.area for report in reports})
    paths = {code: area.path for code, area in areas_of(session, post.frame.operation_id, codes).items()}
    around = {report.area: _around(paths[report.area]) for report in reports}
    found = shelters_around(session, scope=post.actor.scope, codes=codes, around=sorted(set(around.values())), own=own)
    asked: Asked = []
    for report in reports:
        near = [row for row in found if around[report.area] in row.area_path]
        # Where shelters lie exactly is not for everybody, and who may ask whether one is near can find it out.
        is_told = post.actor.may("see_positions")
        by_name = next((row for row in near if share_a_name(_names(report.said()), _names(row.state))), None)
        by_position = next((row for row in near if is_told and _are_near(report, row.state)), None)
        if (row := by_name or by_position) is not None:
            asked.append((report.id, _is_there(post, row, CALLED_ALIKE if by_name else VERY_NEAR)))
    return asked


def _is_there(post: Post, row: Any, message: str) -> Warned:
    name = name_in(row.state["name"], post.language)
    metres = round(1000 * WITHIN_KM)
    said = {"name": name, "shelter": row.code} | ({"metres": metres} if message == VERY_NEAR else {})
    warned = warn(post, "possible_duplicate", message, **said)
    return Warned(warned.code, warned.message, {"shelter": row.code})


def _around(path: Sequence[str]) -> str:
    """The area whose shelters are compared: that above this one, but no whole country."""
    return path[-2] if len(path) > 2 else path[-1]


def _names(said: Mapping[str, Any]) -> list[str]:
    return [*(said.get("name") or {}).values(), *(said.get("aliases") or ())]


def _are_near(report: ShelterReport, state: Mapping[str, Any]) -> bool:
    lat, lon = state.get("lat"), state.get("lon")
    if report.lat is None or report.lon is None or lat is None or lon is None:
        return False
    return km_between(report.lat, report.lon, lat, lon) <= WITHIN_KM


def _groups(session: Session, post: Post, reports: Sequence[GroupReport], own: Sequence[UUID]) -> Asked:
    homes = sorted({report.origin for report in reports if report.origin})
    found = groups_from(session, post.frame.operation_id, homes, own)
    alike = {
        report.id: [row for row in found if row.origin == report.origin and are_one_group(report.said(), row.state)]
        for report in reports
    }
    ids = {row.id for rows in alike.values() for row in rows}
    hidden = hidden_from(session, post.actor, ids) if ids and post.actor.scope.areas is not None else set()
    asked: Asked = []
    for id_, rows in alike.items():
        row = next((row for row in rows if row.id not in hidden), None)
        if row is not None:
            warned = warn(post, "possible_duplicate", GROUP_ALIKE, group=row.code)
            asked.append((id_, Warned(warned.code, warned.message, {"group": row.code})))
    return asked
