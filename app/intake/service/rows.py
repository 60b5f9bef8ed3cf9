"""From what was said to what the ledger stores."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError

from app.core.text import mark
from app.counts.people import Miscount, People
from app.intake import policy, queries
from app.intake.schemas import (
    MOST_PEOPLE,
    READER,
    Amending,
    CorrectionReport,
    FigureReport,
    GroupReport,
    HeadcountReport,
    MovementReport,
    NoteReport,
    PeopleShape,
    PlaceShape,
    Plain,
    ShelterReport,
    ShelterStateReport,
    Warned,
)
from app.intake.service.post import Post, Taken, reject, unknown, warn
from app.intake.service.references import Known, find
from app.intake.service.sums import about_sums
from app.intake.service.texts import about_texts
from app.ledger import service as ledger

NO_ID = UUID(int=0)  # a replacement has none of its own: it is known by that of its correction
SYRIA = (32.3, 37.35, 35.6, 42.4)  # south, north, west, east (domain.md); outside it only a warning

CLOCK_SHIFTED = mark("Your device's clock differs from ours by %(minutes)s minutes. The time was put right.")
IN_FUTURE = mark("The time lay in the future. It was taken as now.")
OUTSIDE_COUNTRY = mark("This position lies outside the country. Check latitude and longitude.")


_in_one_order = json.JSONEncoder(sort_keys=True).encode  # made once: `json.dumps` makes another for each report


class When(NamedTuple):
    """A moment as the ledger keeps it: the instant, its local day, where it stands in the order of the fold."""

    at: datetime
    day: date
    stands_at: datetime


@dataclass(frozen=True)
class Timing:
    """When a report counts, settled against the clocks of sender and server."""

    report: Plain | Amending
    post: Post

    def settle(self, said: datetime) -> policy.Instant:
        by_device = self.report.clock == "device"
        return policy.settle(said, filled_in_by_device=by_device, difference=self.post.difference, now=self.post.now)

    def when(self, settled: policy.Instant) -> When:
        at, zone, day = settled.at, self.post.frame.zone, self.post.frame.day_of(settled.at)
        counts = isinstance(self.report, HeadcountReport)
        stands_at = policy.stand(at, day=day, zone=zone, day_dated=self.report.is_day_dated, counts=counts)
        return When(at, day, stands_at)


def row_of(post: Post, known: Known, report: Plain) -> Taken:
    """A report as the ledger keeps it, and what its sender should know. Raises Refused."""
    timing = Timing(report, post)
    settled = timing.settle(report.occurred_at)
    when = timing.when(settled)
    content = content_of(report)
    row = ledger.Row(
        id=report.id,
        operation_id=post.frame.operation_id,
        kind=report.kind,
        occurred_at=when.at,
        recorded_at=post.now,
        day=when.day,
        stands_at=when.stands_at,
        content=content,
        digest=digest_of(content),
        reporter_id=post.actor.user_id,
        method=report.method,
        device=post.device,
        request=post.request,
        clock_shift_s=_shift(post, settled),
        **_own_columns(post, known, report, timing, when),
    )
    return row, _warnings(post, report, settled)


def row_without_people(post: Post, report: Amending, *, kind: str, **own: Any) -> Taken:
    """A report about reports as the ledger keeps it: `own` are the columns it has beside those of every report."""
    settled = Timing(report, post).settle(report.occurred_at)
    content = content_of(report)
    row = ledger.Row(
        id=report.id,
        operation_id=post.frame.operation_id,
        kind=kind,
        occurred_at=settled.at,
        recorded_at=post.now,
        day=post.frame.day_of(settled.at),
        stands_at=settled.at,
        content=content,
        digest=digest_of(content),
        reporter_id=post.actor.user_id,
        device=post.device,
        request=post.request,
        clock_shift_s=_shift(post, settled),
        **own,
    )
    return row, _about_clocks(post, settled) + about_texts(post, report)


def digest(report: Plain | Amending) -> str:
    """What tells the same report sent again from another one under the same id."""
    return digest_of(content_of(report))


def digest_of(content: dict[str, Any]) -> str:
    return hashlib.sha256(_in_one_order(content).encode()).hexdigest()


def content_of(report: Plain | Amending) -> dict[str, Any]:
    """The report as sent, after parsing: what was not said is left out."""
    content: dict[str, Any] = report.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(report, CorrectionReport) and report.replacement is not None:
        content["replacement"] = _parsed(report.replacement)
    return content


def _parsed(replacement: dict[str, Any]) -> dict[str, Any]:
    """What a report is to say instead, as it is read; what cannot be read stays as it was sent, to be refused."""
    try:
        said = READER.validate_python({**replacement, "id": str(NO_ID)})
    except ValidationError:
        return replacement
    return said.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"id"})


def _shift(post: Post, settled: policy.Instant) -> int:
    return round(post.difference.total_seconds()) if settled.was_shifted else 0


def _about_clocks(post: Post, settled: policy.Instant) -> tuple[Warned, ...]:
    found: list[Warned] = []
    if settled.was_shifted:
        minutes = round(post.difference.total_seconds() / 60)
        found.append(warn(post, "clock_shifted", CLOCK_SHIFTED, minutes=minutes))
    if settled.was_in_future:
        found.append(warn(post, "in_future", IN_FUTURE))
    return tuple(found)


def _warnings(post: Post, report: Plain, settled: policy.Instant) -> tuple[Warned, ...]:
    found = _about_clocks(post, settled)
    if isinstance(report, ShelterReport | ShelterStateReport) and not _in_country(report.lat, report.lon):
        found += (warn(post, "outside_country", OUTSIDE_COUNTRY),)
    return found + about_sums(post, report) + about_texts(post, report)


def _in_country(lat: float | None, lon: float | None) -> bool:
    """Whether a position, where one is given, lies where it should."""
    south, north, west, east = SYRIA
    return (lat is None or south <= lat <= north) and (lon is None or west <= lon <= east)


def _own_columns(post: Post, known: Known, report: Plain, timing: Timing, when: When) -> dict[str, Any]:
    match report:
        case ShelterReport():
            own = _of_shelter(post, known, report)
        case ShelterStateReport():
            own = {"place_id": _own_place(post, known, PlaceShape(shelter=report.shelter), "shelter", report).id}
        case GroupReport():
            own = _of_group(post, known, report)
        case MovementReport():
            left = when if report.left_at is None else timing.when(timing.settle(report.left_at))
            own = _of_movement(post, known, report)
            own |= {"left_at": left.at, "left_day": left.day, "left_stands_at": left.stands_at}
        case HeadcountReport():
            place = _own_place(post, known, report.place, "place", report)
            own = {"place_id": place.id} | _people(post, report, report.people)
        case NoteReport():
            own = {"place_id": _own_place(post, known, report.place, "place", report).id}
        case FigureReport():
            own = _of_figure(post, known, report)
    return own


def _own_place(post: Post, known: Known, place: PlaceShape, where: str, report: Plain) -> queries.Found:
    """The place a report names, which must lie in the sender's areas."""
    found = find(post, known, place, where, report=report)
    if not post.actor.scope.holds(found.area_path):
        unknown(post, report, where, "unknown_area" if place.area is not None else _outside(post, found))
    return found


def _outside(post: Post, *found: queries.Found) -> str:
    """Why a report only about places outside the sender's areas is not taken: one of them seemed to lie inside, until
    it turned out to be another."""
    seemed_inside = any(one.is_merged and post.actor.scope.holds(one.own_path or ()) for one in found)
    return "shelter_elsewhere" if seemed_inside else "unknown_shelter"


def _of_shelter(post: Post, known: Known, report: ShelterReport) -> dict[str, Any]:
    _own_place(post, known, PlaceShape(area=report.area), "area", report)
    if report.code and report.code in known.places and known.places[report.code].id != report.id:
        reject(post, report, "code", "code_taken")
    return {"place_id": report.id, "area_code": report.area}


def _of_figure(post: Post, known: Known, report: FigureReport) -> dict[str, Any]:
    area = report.about.area
    if area is not None:
        _own_place(post, known, PlaceShape(area=area), "about.area", report)
    elif post.actor.scope.areas is not None:
        reject(post, report, "about.operation", "whole_operation")
    return {"area_code": area} | _people(post, report, report.people)


def _of_group(post: Post, known: Known, report: GroupReport) -> dict[str, Any]:
    _check_origin(post, known, report, report.origin)
    group_id, _ = known.groups[report.code or str(report.id)]
    if group_id in known.hidden:
        unknown(post, report, "code", "group_elsewhere")
    return {"group_id": group_id, "origin": report.origin} | _people(post, report, report.people)


def _of_movement(post: Post, known: Known, report: MovementReport) -> dict[str, Any]:
    named = {"from": report.from_, "to": report.to}
    ends = {
        where: find(post, known, place, where, report=report) for where, place in named.items() if place is not None
    }
    if not any(post.actor.scope.holds(found.area_path) for found in ends.values()):
        unknown(post, report, next(iter(ends)), _outside(post, *ends.values()))
    if len({found.id for found in ends.values()}) < len(ends):
        reject(post, report, "to", "same_place")
    _check_origin(post, known, report, report.origin)
    people = _people(post, report, report.people)
    if not people["total"] and not (people["total"] is None and people["households"]):
        reject(post, report, "people.total", "no_best_figure")
    return people | {
        "place_id": ends["to"].id if "to" in ends else None,
        "from_place_id": ends["from"].id if "from" in ends else None,
        "group_id": _group_id(post, known, report),
        "origin": report.origin,
    }


def _group_id(post: Post, known: Known, report: MovementReport) -> UUID | None:
    if report.group is None:
        return None
    group = known.groups.get(queries.as_reference(report.group))
    if group is None:
        unknown(post, report, "group", "unknown_group")
    return group[0]


def _check_origin(post: Post, known: Known, report: Plain, origin: str | None) -> None:
    if origin is not None and f"area:{origin}" not in known.places:
        unknown(post, report, "origin", "unknown_area")


def _people(post: Post, report: Plain, shape: PeopleShape | None) -> dict[str, Any]:
    if shape is None:
        return {}
    try:
        people = People.of(
            post.frame.scheme,
            total=shape.total,
            low=shape.low,
            high=shape.high,
            households=shape.households,
            cells=shape.cells,
        )
    except Miscount as miscount:
        reject(post, report, f"people.{miscount.part}", miscount.code)
    if (people.best(post.frame.settings.household_size) or 0) > MOST_PEOPLE:
        reject(post, report, "people.households" if people.total is None else "people.total", "too_many")
    return {name: getattr(people, name) for name in People.__slots__}
