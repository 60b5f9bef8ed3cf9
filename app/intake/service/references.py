"""What reports refer to: places and groups by code or id, those of the same post included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.intake import queries
from app.intake.schemas import (
    Amending,
    FigureReport,
    GroupReport,
    HeadcountReport,
    MovementReport,
    NoteReport,
    PlaceShape,
    Plain,
    SamePlaceReport,
    ShelterReport,
    ShelterStateReport,
)
from app.intake.service.post import Post, unknown
from app.intake.service.remembered import recall, remember
from app.population.queries.groups import hidden_from


@dataclass
class Known:
    """What the reports of a post may refer to: places and groups by the word used for them. `hidden`: groups that stood
    before and that the sender may not know of; their people may come to the sender's areas, but nobody says them anew
    from there."""

    places: dict[str, queries.Found] = field(default_factory=dict)
    groups: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    hidden: set[UUID] = field(default_factory=set)

    @property
    def merged(self) -> set[UUID]:
        """Shelters that are booked as another."""
        return {found.id for found in self.places.values() if found.is_merged}


@dataclass
class Named:
    """The words reports use for places and groups."""

    shelters: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)

    @property
    def places(self) -> set[str]:
        """As places are known by."""
        return self.shelters | {f"area:{area}" for area in self.areas}

    def add(self, report: Plain | Amending) -> None:
        for place in _places_named(report):
            if place.shelter is not None:
                self.shelters.add(queries.as_reference(place.shelter))
            elif place.area is not None:
                self.areas.add(place.area)
        match report:
            case ShelterReport():
                self.areas.add(report.area)
                self.shelters |= _one(report.code)
            case GroupReport():
                self.groups |= _one(report.code)
                self.areas |= _one(report.origin)
            case MovementReport():
                self.groups |= _one(queries.as_reference(report.group) if report.group else None)
                self.areas |= _one(report.origin)
            case FigureReport():
                self.areas |= _one(report.about.area)


def _one(word: str | None) -> set[str]:
    return {word} if word else set()


def known_of(session: Session, post: Post, reports: Sequence[Plain | Amending]) -> Known:
    """Look up everything the reports name, in at most two statements; where they say groups anew, in a few more."""
    named = named_by(reports)
    operation = post.frame.operation_id
    known = Known()
    if named.shelters or named.areas:
        known = Known(queries.find_places(session, operation, shelters=named.shelters, areas=named.areas))
        if not post.has_turn:  # else they may be about to change
            remember(operation, known.places)
    if named.groups:
        known.groups = queries.find_groups(session, operation, named.groups)
        codes = {one.code for one in reports if isinstance(one, GroupReport) and one.code} & known.groups.keys()
        if codes and post.actor.scope.areas is not None:
            known.hidden = hidden_from(session, post.actor, {known.groups[code][0] for code in codes})
    return known


def known_by_heart(post: Post, report: Plain) -> tuple[Known, UUID] | None:
    """What a report names as it was at a turn, where all of it is remembered."""
    named = named_by([report])
    recalled = None if named.groups else recall(post.frame.operation_id, named.places)
    return None if recalled is None else (Known(recalled[0]), recalled[1])


def named_by(reports: Sequence[Plain | Amending]) -> Named:
    named = Named()
    for report in reports:
        named.add(report)
    return named


def _places_named(report: Plain | Amending) -> list[PlaceShape]:
    match report:
        case MovementReport():
            return [place for place in (report.from_, report.to) if place is not None]
        case HeadcountReport() | NoteReport():
            return [report.place]
        case SamePlaceReport():
            return [PlaceShape(shelter=report.keep), PlaceShape(shelter=report.other)]
        case ShelterStateReport():
            return [PlaceShape(shelter=report.shelter)]
        case _:
            return []


def codes_of(session: Session, post: Post, reports: Sequence[Plain], known: Known) -> dict[UUID, str]:
    """The codes of the shelters and groups these reports make, and what later reports of the post may call them. A
    code that the post itself names is made for nobody else."""
    codes: dict[UUID, str] = {}
    free: dict[str, Iterator[str]] = {}
    for report in reports:
        if not isinstance(report, ShelterReport | GroupReport):
            continue
        if report.code is None:
            letter = "S" if isinstance(report, ShelterReport) else "G"
            if letter not in free:
                free[letter] = queries.free_codes(session, post.frame.operation_id, letter)
            codes[report.id] = next(code for code in free[letter] if code not in post.codes)
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


def find(post: Post, known: Known, place: PlaceShape, where: str, *, report: Plain | Amending) -> queries.Found:
    """The place a report names, in whatever area: whether the sender may speak of it is asked by `rows`."""
    key = f"area:{place.area}" if place.area is not None else queries.as_reference(place.shelter or "")
    found = known.places.get(key)
    if found is None or found.is_void:
        unknown(post, report, where, "unknown_area" if place.area is not None else "unknown_shelter")
    return found
