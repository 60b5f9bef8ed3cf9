"""What is stored narrow of the present says what the figures say: room, the fullest, tables, flows, dots of a map."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.alerts.refresh import rebuild, verify
from app.places.queries import frame_of
from app.population.past import Cut, Past, past_of
from app.population.queries import figures_of, last_report_at, shelters_described
from app.population.queries.flows import flows, largest
from app.population.queries.listing import ROOM, ROOMS, SORTS, Wanted, listed, room_of
from app.population.queries.ordering import cursor_of
from app.population.queries.present import Brief, briefs_now, fullest_of, names_now
from app.population.queries.tables import shelter_table, whole_table
from app.population.schemas import ShelterFigure
from app.shelters.models import Shelter
from app.shelters.policy import SITE_TYPES, STATUSES, places_for_people
from tests.factories.amending import Say, corrected, one_place
from tests.factories.asked import statements
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state

NOON = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=5)
NAMES = ("Sports Hall", "École", "ecole", "School", "Zeitoun", "مدرسة", "قاعة")
AREAS = ("SY0600", "SY0602", "SY1002")
HOMES = ("SY0600", "SY0602", None)


def said(chance: random.Random) -> dict[str, Any]:
    """Some of what can be said of a shelter, unknown more often than in life."""
    return {
        "site_type": chance.choice(SITE_TYPES),
        "status": chance.choice((None, "open", "open", *STATUSES)),
        "capacity": chance.choice((None, 0, 10, 50, 100)),
        "blocked": chance.choice((None, 0, 5, 60)),
        "covered_area_m2": chance.choice((None, 0, 34.9999, 35, 350, 1e8)),
        "lat": chance.choice((None, 35.4, 34)),
        "lon": chance.choice((None, 35.9, 36)),
    }


def registered(chance: random.Random, number: int) -> dict[str, Any]:
    names = {"en": f"{chance.choice(NAMES)} {number % 7}"} | chance.choice(({}, {"ar": chance.choice(NAMES)}))
    aliases = chance.choice(({}, {"aliases": ["Hmeimim"]}))
    return a_shelter(code=f"S-{number}", area=chance.choice(AREAS), name=names, **aliases, **said(chance))


def happened(chance: random.Random, codes: list[str]) -> dict[str, Any]:
    code, at = chance.choice(codes), NOON + timedelta(minutes=chance.randrange(6_000))
    people = chance.choice((0, 1, 9, 10, 43, 50, 51, 85, 100, 340))
    kind = chance.randrange(5)
    if kind == 0:
        return a_headcount(code, at=at, people={"total": people, "high": people + chance.choice((0, 20))})
    if kind == 1:
        return a_state(code, at=at, **{name: value for name, value in said(chance).items() if name != "site_type"})
    home = chance.choice(HOMES)
    more = {} if home is None else {"origin": home}
    other = chance.choice([one for one in codes if one != code])
    if kind == 2:
        return a_movement(at=at, source=code, to=other, people=people or 1, **more)
    return a_movement(at=at, to=code, people=people or 1, **more)


@pytest.fixture(params=[1, 2, 3])
def past(request: pytest.FixtureRequest, session: Session, coordinator: Actor, say: Callable[..., Any]) -> Past:
    """A made-up present: shelters of all kinds, some of which turned out to be another or were taken back."""
    chance = random.Random(request.param)
    codes = [f"S-{number}" for number in range(40)]
    shelters = [registered(chance, number) for number in range(40)]
    say(*shelters)
    say(*(happened(chance, codes[:36]) for _ in range(60)))
    say(one_place("S-1", "S-2"), one_place("S-39", "S-3"), corrected(shelters[38]["id"], None))
    say(*(happened(chance, codes[:36]) for _ in range(20)))
    frame = frame_of(session, coordinator.scope.operation_id)
    return Past.present(frame, Cut.of(frame))


Described = list[tuple[ShelterFigure, Any]]


def described(session: Session, scope: Scope, past: Past) -> Described:
    found = [(one.figure, one.state) for one in shelters_described(session, scope=scope, past=past)]
    assert len(found) > 5
    return found


def scopes(coordinator: Actor) -> list[Scope]:
    return [coordinator.scope, Scope(coordinator.scope.operation_id, frozenset({"SY06"}))]


def test_it_is_what_the_figures_say(session: Session, coordinator: Actor, past: Past) -> None:
    for scope in scopes(coordinator):
        shelters = described(session, scope, past)
        figures = [figure for figure, _ in shelters]
        fullest = listed(shelters, Wanted(sort="occupancy", is_descending=True))[:10]
        every = briefs_now(session, scope=scope)
        room = room_of(every)
        assert room == room_of(figures)
        told = {
            "over": room.overfull,
            "nearly_full": room.nearly_full,
            "free": room.with_room,
            "unknown": room.not_known,
        }
        assert told == {name: sum(map(is_room, figures)) for name, is_room in ROOM.items()}
        assert figures_of(session, past.frame, fullest_of(every, 10)) == fullest
        briefs = {brief.code: brief for brief in every}
        assert list(briefs) == sorted(briefs)
        for figure, _ in shelters:
            brief = briefs.pop(figure.shelter)
            assert brief == Brief.of(figure)
            assert (brief.people, brief.places) == (figure.people.total, figure.capacity)
            assert (brief.occupancy, brief.free) == (figure.occupancy, figure.free)
            assert brief.lat == (None if figure.lat is None else round(figure.lat, 2)), "to a kilometre"
            assert names_now(session, [brief.id]) == {figure.place_id: figure.name}
        assert not briefs


def test_tables_show_what_was_asked_for_in_order_and_page_by_page(
    session: Session, coordinator: Actor, past: Past
) -> None:
    chance = random.Random(7)
    for scope in scopes(coordinator):
        shelters = described(session, scope, past)
        for sort in SORTS:
            for is_descending in (False, True):
                some = {
                    "search": chance.choice(("", "", "hmeymim", "ecole", "قاعة", "S-1", "!")),
                    "kind": chance.choice((None, None, *SITE_TYPES[:2])),
                    "status": chance.choice((None, None, "open")),
                    "room": chance.choice((None, None, *ROOMS)),
                }
                for filters in ({}, some):
                    wanted = Wanted(sort=sort, is_descending=is_descending, language="ar", **filters)
                    right = [figure.shelter for figure in listed(shelters, wanted)]
                    assert paged(session, scope, past, wanted) == right, wanted
                    assert [one.shelter for one in whole_table(session, scope=scope, past=past, wanted=wanted)] == right


def paged(session: Session, scope: Scope, past: Past, wanted: Wanted) -> list[str]:
    """The codes of all pages, one after the other."""
    codes: list[str] = []
    found = None
    cursor: str | None = ""
    while cursor is not None:
        after = cursor_of(cursor, wanted.sort)
        table = shelter_table(session, scope=scope, past=past, wanted=wanted, limit=7, after=after)
        codes += [one.shelter for one in table.items]
        assert found in (None, table.found)
        found = table.found
        cursor = table.next
    assert found == len(codes)
    return codes


def test_the_largest_flows_are_the_largest_of_all(session: Session, coordinator: Actor, past: Past) -> None:
    for scope in scopes(coordinator):
        everything, _ = flows(session, scope=scope, past=past, limit=1_000)
        found = largest(session, scope=scope, past=past, most=6)
        assert [flow.people for flow in found] == sorted((flow.people for flow in everything), reverse=True)[:6]
        assert all(flow in everything for flow in found)


def test_the_last_report_is_the_last_of_any_place(session: Session, coordinator: Actor, past: Past) -> None:
    latest = session.scalar(text("SELECT max(reported_at) FROM place_days"))
    assert last_report_at(session, scope=coordinator.scope) == latest


def test_the_last_report_of_a_past_is_the_last_by_then(session: Session, coordinator: Actor, past: Past) -> None:
    days = session.scalars(text("SELECT DISTINCT day FROM place_days ORDER BY day")).all()
    assert len(days) > 2
    for day in days[:-1]:
        latest = session.scalar(text("SELECT max(reported_at) FROM place_days WHERE day <= :day"), {"day": day})
        asked = past_of(session, past.frame, Cut.of(past.frame, as_of=day))
        with statements() as said:
            assert last_report_at(session, scope=coordinator.scope, past=asked) == latest
        assert len(said) == 1


def test_narrow_columns_of_a_shelter_are_its_state(session: Session, past: Past) -> None:
    shelters = session.scalars(select(Shelter).execution_options(populate_existing=True)).all()
    assert len(shelters) > 40
    for one in shelters:
        assert one.places_for_people == places_for_people(one.state)
        said = {name: getattr(one, name) for name in ("status", "site_type", "lat", "lon")}
        assert said == {name: one.state.get(name) for name in said}


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE place_now SET people = people + 1 WHERE people IS NOT NULL",
        "UPDATE place_now SET basis = 'unknown' WHERE basis = 'counted'",
        "UPDATE place_now SET counted_at = NULL WHERE counted_at IS NOT NULL",
        "UPDATE place_now SET flow = 1000000 WHERE flow IS NOT NULL",
        "UPDATE shelters SET sought = ''",
    ],
)
def test_what_is_wrong_there_is_found_and_put_right(session: Session, coordinator: Actor, say: Say, wrong: str) -> None:
    say(a_headcount("KHM", at=NOON, people=80), a_movement(at=NOON, to="JAB", people=5, origin="SY0602"))
    session.execute(text(wrong))
    assert [one for part in verify(session) for one in part]
    for _ in rebuild(session):
        pass
    assert [one for part in verify(session) for one in part] == []
