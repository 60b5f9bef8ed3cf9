"""What reports refer to: places and groups by code or id, those of the same post included."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.intake import queries
from app.intake.schemas import (
    AnyReport,
    GroupReport,
    HeadcountReport,
    MovementReport,
    PlaceShape,
    ShelterReport,
    ShelterStateReport,
)
from app.intake.service.post import Post, unknown


@dataclass
class Known:
    """What the reports of a post may refer to: places and groups by the word used for them."""

    places: dict[str, queries.Found] = field(default_factory=dict)
    groups: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    areas: set[str] = field(default_factory=set)


def known_of(session: Session, post: Post, reports: Sequence[AnyReport]) -> Known:
    """Look up everything the reports name, in at most three statements."""
    shelters_named: set[str] = set()
    areas_named: set[str] = set()
    groups_named: set[str] = set()
    for report in reports:
        for place in _places_named(report):
            if place.shelter is not None:
                shelters_named.add(queries.as_reference(place.shelter))
            elif place.area is not None:
                areas_named.add(place.area)
        match report:
            case ShelterReport():
                areas_named.add(report.area)
                shelters_named |= {report.code} if report.code else set()
            case GroupReport():
                groups_named |= {report.code} if report.code else set()
                areas_named |= {report.origin} if report.origin else set()
            case MovementReport():
                groups_named |= {queries.as_reference(report.group)} if report.group else set()
                areas_named |= {report.origin} if report.origin else set()
    operation = post.frame.operation_id
    known = Known()
    if shelters_named or areas_named:
        known.places = queries.find_places(session, operation, shelters=shelters_named, areas=areas_named)
        known.areas = {found.area_code for found in known.places.values() if found.code is None}
    if groups_named:
        known.groups = queries.find_groups(session, operation, groups_named)
    return known


def _places_named(report: AnyReport) -> list[PlaceShape]:
    match report:
        case MovementReport():
            return [place for place in (report.from_, report.to) if place is not None]
        case HeadcountReport():
            return [report.place]
        case ShelterStateReport():
            return [PlaceShape(shelter=report.shelter)]
        case _:
            return []


def codes_of(session: Session, post: Post, reports: Sequence[AnyReport], known: Known) -> dict[UUID, str]:
    """The codes of the shelters and groups these reports make, and what later reports of the post may call them."""
    codes: dict[UUID, str] = {}
    numbers: dict[str, int] = {}
    for report in reports:
        if not isinstance(report, ShelterReport | GroupReport):
            continue
        if report.code is None:
            letter = "S" if isinstance(report, ShelterReport) else "G"
            number = numbers.get(letter) or queries.next_number(session, post.frame.operation_id, letter)
            numbers[letter] = number + 1
            codes[report.id] = f"{letter}-{number:04d}"
        else:
            codes[report.id] = report.code
    for report in reports:
        if isinstance(report, ShelterReport) and (area := known.places.get(f"area:{report.area}")):
            if codes[report.id] not in known.places and post.actor.scope.holds(area.area_path):
                made = queries.Found(report.id, area.area_code, area.area_path, codes[report.id])
                known.places |= {str(report.id): made, codes[report.id]: made}
        elif isinstance(report, GroupReport) and codes[report.id] not in known.groups:
            known.groups |= {
                str(report.id): (report.id, codes[report.id]),
                codes[report.id]: (report.id, codes[report.id]),
            }
    return codes


def find(post: Post, known: Known, place: PlaceShape, where: str, *, report: AnyReport) -> queries.Found:
    """The place a report names, in whatever area: whether the sender may speak of it is asked by `rows`."""
    key = f"area:{place.area}" if place.area is not None else queries.as_reference(place.shelter or "")
    found = known.places.get(key)
    if found is None:
        unknown(post, report, where, "unknown_area" if place.area is not None else "unknown_shelter")
    return found
