"""Loading what a form needs, and what was reported with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.core.kept import Kept
from app.core.pagination import page
from app.field.schemas import Desk, Listed, StandingGroup, Told
from app.groups.queries import code_of, group_by_code
from app.intake.service.told import as_told, says_exactly
from app.intake.service.whose import is_there_for
from app.ledger.queries import Sent, Version, first_version_of, reports_of, turn_of, versions_of
from app.places.models import Area
from app.places.policy import meant_by
from app.places.queries import bookings_of, frame_of, list_areas
from app.places.schemas import Candidate
from app.population.queries.groups import is_known_to, names_of
from app.shelters.policy import FIELDS, NAMES
from app.shelters.queries import ShelterRow, list_shelters, names_outside, shelter_by_code

# What a form lists changes with a turn of the operation; its areas and settings may be a few seconds old.
_KEPT_S = 5
_LARGEST_KEPT = 1_000  # shelters: a desk of these takes about two megabytes
_desks: Kept[tuple[Scope, str, UUID | None], Desk] = Kept(seconds=_KEPT_S, most=20)
_areas: Kept[UUID, Sequence[Area]] = Kept(seconds=_KEPT_S)


def desk_of(session: Session, *, actor: Actor, language: str) -> Desk:
    """The desk of one person in their operation, with every shelter that was registered by now."""
    turn = turn_of(session, actor.scope.operation_id)
    desk = _desks.get(
        (actor.scope, language, turn),
        lambda: _desk_of(session, actor.scope, language),
        worth=lambda desk: len(desk.shelters) <= _LARGEST_KEPT,
    )
    assert desk is not None
    return desk


def with_elsewhere(session: Session, *, actor: Actor, desk: Desk, typed: str) -> Desk:
    """The desk, at which a place outside this person's areas can be named, if that is what was typed: people come from
    there and go there. It is found by a whole name or its code only, and called what was typed: codes can be guessed,
    and nobody is shown what lies elsewhere."""
    wanted = typed.strip()
    if not wanted or desk.is_whole:
        return desk
    shelters = {f"shelter:{code}": name for code, name in names_outside(session, scope=actor.scope)}
    outside = [Candidate(key, (key.removeprefix("shelter:"), *name.values())) for key, name in shelters.items()]
    meant = meant_by(wanted, [*outside, *desk.areas_elsewhere]).one
    if meant is None:
        return desk
    return desk.with_elsewhere(wanted, meant.key, {desk.language: wanted} if meant.key in shelters else {})


def names_of_elsewhere(session: Session, *, actor: Actor, desk: Desk) -> dict[str, dict[str, str]]:
    """What is called what of the places outside this person's areas that they named, for a report that is stored: it
    stands with their name."""
    named = {f"shelter:{code}": name for code, name in names_outside(session, scope=actor.scope)} if desk.also else {}
    return {key: named.get(key, called) for key, called in desk.also.items()}


def _desk_of(session: Session, scope: Scope, language: str) -> Desk:
    areas = _areas.get(scope.operation_id, lambda: _areas_of(session, scope.operation_id)) or ()
    return Desk(
        frame=frame_of(session, scope.operation_id),
        areas=areas,
        own_areas=[area for area in areas if scope.holds(area.path)],
        shelters=list_shelters(session, scope=scope),
        language=language,
    )


def _areas_of(session: Session, operation_id: UUID) -> Sequence[Area]:
    """All areas of an operation, to be kept longer than this session lasts."""
    areas = list_areas(session, operation_id)
    for area in areas:
        session.expunge(area)
    return areas


def standing_group(session: Session, *, actor: Actor, code: str) -> StandingGroup | None:
    """The group with this code. Its state is for those who may know of it."""
    group = group_by_code(session, operation_id=actor.scope.operation_id, code=code)
    if group is None:
        return None
    return StandingGroup(group.id, group.code, group.state, is_known_to(session, actor, group.code))


def my_reports(
    session: Session, *, actor: Actor, limit: int, before: tuple[datetime, UUID] | None = None
) -> tuple[Sequence[Listed], Listed | None]:
    """What this person reported, newest first, and the last of these if there are more: in three statements. What is
    about places outside their areas by now is left out."""
    found = reports_of(
        session,
        operation_id=actor.scope.operation_id,
        person_id=actor.user_id,
        limit=limit + 1,
        before=before,
    )
    named = {place for sent in found for place in (sent.place_id, sent.from_place_id) if place is not None}
    names = names_of(session, named) if named else {}
    listed = [
        Listed(
            sent=sent,
            place=names.get(sent.place_id) if sent.place_id else None,
            came_from=names.get(sent.from_place_id) if sent.from_place_id else None,
            is_mine=sent.reporter_id == actor.user_id,
        )
        for sent in found
    ]
    shown, last = page(listed, limit)
    elsewhere = _elsewhere(session, actor.scope, named)
    return [one for one in shown if not _is_elsewhere(session, actor, one.sent, elsewhere)], last


def _elsewhere(session: Session, scope: Scope, place_ids: set[UUID]) -> set[UUID]:
    """Those of these places that are booked outside a scope."""
    if scope.areas is None or not place_ids:
        return set()
    booked = bookings_of(session, sorted(place_ids))
    return {place for place in place_ids if not scope.holds(booked[place].area_path)}


def _is_elsewhere(session: Session, actor: Actor, sent: Sent, elsewhere: set[UUID]) -> bool:
    """Whether the page of a report would not be shown. Most need not be asked for: an end of theirs lies inside."""
    ends = {place for place in (sent.place_id, sent.from_place_id) if place is not None}
    if not ends & elsewhere or (ends - elsewhere and sent.kind != "same_place"):
        return False
    versions = versions_of(session, sent.first_id)
    return not is_there_for(session, actor, versions[0], versions[-1])


def told(session: Session, *, actor: Actor, report_id: UUID, language: str) -> Told | None:
    """A report by the id of any of its versions; None where it is not there, or not for this person: one's own, as a
    coordinator others' too, and only what is about one's areas."""
    first_id = first_version_of(session, operation_id=actor.scope.operation_id, report_id=report_id)
    if first_id is None:
        return None
    stored = versions_of(session, first_id)
    versions = as_told(actor, stored)
    desk = desk_of(session, actor=actor, language=language)
    group_id = versions[0].group_id
    group_code = code_of(session, group_id) if group_id else None
    decided = _place_of(session, versions[0].about_id) if versions[0].about_id else None
    ids = {place for version in versions for place in (version.place_id, version.from_place_id) if place}
    names = names_of(session, ids | ({decided} if decided else set()))
    found = Told(
        versions=versions,
        desk=desk.with_places(_places_named(desk, versions, names)),
        group_code=group_code,
        decided_at=names.get(decided) if decided else None,
        is_mine=versions[0].reporter_id == actor.user_id,
        is_exact=any(map(says_exactly, stored, versions)),
    )
    is_asked_for = found.is_mine or actor.may("decide")
    return found if is_asked_for and is_there_for(session, actor, found.first, found.last) else None


def shelter_as_told(session: Session, *, actor: Actor, told: Told) -> ShelterRow | None:
    """The shelter a report about its state speaks of, as it was known at that moment, this report included; None for
    other reports and for a shelter outside this person's areas."""
    spoken = told.spoken(told.last)
    code = str(told.desk.key_of({"shelter": (spoken.said or {}).get("shelter")})).removeprefix("shelter:")
    if told.first.kind != "shelter_state":
        return None
    now = shelter_by_code(session, scope=actor.scope, code=code)
    if now is None:
        return None
    then = shelter_by_code(session, scope=actor.scope, code=code, as_of=spoken.occurred_at) or now
    said = {name: value for name, value in (spoken.said or {}).items() if name in FIELDS and name not in NAMES}
    return replace(then, name=now.name, state=then.state | said)


def _place_of(session: Session, headcount_id: UUID) -> UUID | None:
    """Where the headcount a decision is about was taken."""
    return next((one.place_id for one in reversed(versions_of(session, headcount_id)) if one.place_id), None)


def _places_named(
    desk: Desk, versions: Sequence[Version], names: dict[UUID, dict[str, str]]
) -> dict[str, dict[str, str]]:
    """The places reports speak of, by key, with their names."""
    found: dict[str, dict[str, str]] = {}
    for version in versions:
        said: dict[str, Any] = version.said or {}
        for end, place_id in (("to", version.place_id), ("place", version.place_id), ("from", version.from_place_id)):
            key = desk.key_of(said.get(end))
            if key is not None and place_id is not None:
                found[key] = names.get(place_id, {})
        for end, place_id in (
            ("shelter", version.place_id),
            ("keep", version.place_id),
            ("other", version.from_place_id),
        ):
            if said.get(end) is not None and place_id is not None:
                found[str(desk.key_of({"shelter": said[end]}))] = names.get(place_id, {})
    return found
