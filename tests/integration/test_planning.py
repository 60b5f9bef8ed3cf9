"""Nearest with room: who is offered, in which order."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.alerts.refresh import refresh
from app.intake.service import take
from app.places.policy import km_between
from app.planning.queries import nearest_with_room, sites_of
from app.population.queries import shelter_figures
from tests.factories.amending import corrected, one_place
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation

HERE = {"lat": 35.40, "lon": 35.95}
COUNTED = "2025-03-10T09:00:00+03:00"


def a_room(code: str, *, people: int | None, lat: float | None = 35.5, **more: Any) -> list[dict[str, Any]]:
    shelter = a_shelter(code=code, **{"capacity": 100, "status": "open", "lat": lat, "lon": 35.9, **more})
    return [shelter] if people is None else [shelter, a_headcount(code, at=COUNTED, people=people)]


def make(session: Session, *rooms: list[dict[str, Any]]) -> Actor:
    actor = make_actor(session, make_operation(session), role="coordinator")
    results = take(session, actor=actor, reports=[report for room in rooms for report in room])
    assert {result.status for result in results} == {"accepted"}, results
    while refresh(session):
        pass
    return actor


def found(session: Session, scope: Scope, *, limit: int = 9, **more: Any) -> list[str]:
    return [
        near.shelter
        for near in nearest_with_room(session, scope=scope, **HERE, limit=limit, **{"people": None, **more})
    ]


def test_the_nearest_comes_first_with_what_is_free(session: Session) -> None:
    actor = make(
        session,
        a_room("FAR", people=10, lat=36.0),
        a_room("NEAR", people=40, lat=35.41, blocked=10, access="difficult"),
        a_room("MID", people=99, lat=35.6),
    )
    assert found(session, actor.scope) == ["NEAR", "MID", "FAR"]
    assert found(session, actor.scope, limit=2) == ["NEAR", "MID"]
    (near,) = nearest_with_room(session, scope=actor.scope, **HERE, people=None, limit=1)
    assert (near.free, near.access, near.method, near.admission) == (50, "difficult", "full_count", None)
    assert round(near.km, 1) == 4.7
    assert near.counted_at is not None


def test_only_open_counted_shelters_with_known_places_and_position_are_offered(session: Session) -> None:
    actor = make(
        session,
        a_room("ROOM", people=10),
        a_room("FULL", people=100),
        a_room("OVER", people=130),
        a_room("CLOSED", people=0, status="closed"),
        a_room("RESTRICTED", people=0, status="restricted"),
        a_room("UNCOUNTED", people=None),
        a_room("NOPLACES", people=3, capacity=None),
        a_room("NOWHERE", people=3, lat=None, lon=None),
        [*a_room("ATLEAST", people=None), a_movement(to="ATLEAST", at=COUNTED, people=5, origin="SY0602")],
        a_room("COVERED", people=5, capacity=None, covered_area_m2=35.0, lat=35.45),
    )
    assert found(session, actor.scope) == ["COVERED", "ROOM"]


def test_people_who_would_be_turned_away_are_not_sent_there(session: Session) -> None:
    women = {"text": "women and children only", "cells": ["female:*", "*:0-4", "*:5-11", "*:12-17"]}
    actor = make(session, a_room("WOMEN", people=1, admits=women, lat=35.41), a_room("ANYONE", people=1, lat=35.6))
    assert found(session, actor.scope) == ["WOMEN", "ANYONE"]
    assert found(session, actor.scope, people={"female:18-59": 4, "male:5-11": 2, "unknown:unknown": 9}) == [
        "WOMEN",
        "ANYONE",
    ]
    assert found(session, actor.scope, people={"female:18-59": 4, "male:18-59": 1}) == ["ANYONE"]
    assert found(session, actor.scope, people={"female:18-59": 4, "male:18-59": 0}) == ["WOMEN", "ANYONE"]


def test_it_stays_within_the_scope_and_leaves_out_who_asks(session: Session) -> None:
    actor = make(session, a_room("OURS", people=1), a_room("THEIRS", people=1, area="SY1002"))
    make(session, a_room("ELSEWHERE", people=1))
    ours = Scope(actor.scope.operation_id, frozenset({"SY06"}))
    assert found(session, actor.scope) == ["OURS", "THEIRS"]
    assert found(session, ours) == ["OURS"]
    (near,) = nearest_with_room(session, scope=ours, **HERE, people=None, limit=1)
    assert found(session, actor.scope, apart_from=near.place_id) == ["THEIRS"]


def test_kilometres_are_those_of_the_map() -> None:
    assert round(km_between(35.5138, 35.7794, 33.5138, 36.2765)) == 227  # Lattakia to Damascus
    assert round(km_between(0, 179.9, 0, -179.9)) == 22
    assert km_between(10, 10, 10, 10) == 0


def test_thousands_of_shelters_are_searched_in_one_query_and_those_found_are_read_in_another(session: Session) -> None:
    """The one with room is the last of four thousand that are full or admit nobody of them: the worst there is."""
    actor = make(session, a_room("LAST", people=10, lat=35.3))
    (template,) = nearest_with_room(session, scope=actor.scope, **HERE, people=None, limit=1)
    fill_with_copies(session, template.place_id, 2_000, crowded={"capacity": 10})
    fill_with_copies(session, template.place_id, 2_000, closed_to_them={"admits": {"cells": ["male:60+"]}})
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert found(session, actor.scope, limit=3, people={"female:0-4": 1}) == ["LAST"]
    assert len(statements) == 2
    assert "place_days" not in statements[0], "wide rows are read of those found"
    statements.clear()
    assert len(sites_of(session, scope=actor.scope)) == 4_001
    assert len(statements) == 1


def fill_with_copies(session: Session, shelter_id: UUID, count: int, **kind: dict[str, Any]) -> None:
    """Shelters beside one that are like it but for their state, straight into the tables."""
    ((name, state),) = kind.items()
    session.execute(
        text(f"CREATE TEMP TABLE {name} AS SELECT gen_random_uuid() AS id, g FROM generate_series(1, :n) g"),
        {"n": count},
    )
    for statement in (
        "INSERT INTO places SELECT made.id, operation_id, kind, area_code, area_path, NULL"
        " FROM places, {name} AS made WHERE places.id = :id",
        "INSERT INTO shelters SELECT made.id, operation_id, upper(left(:name, 2)) || g, area_code, area_path,"
        " state || jsonb_build_object('lat', 35.4 + g / 200000.0) || CAST(:state AS jsonb), false"
        " FROM shelters, {name} AS made WHERE shelters.id = :id",
        "INSERT INTO place_now SELECT made.id, operation_id, day FROM place_now, {name} AS made WHERE place_id = :id",
        "INSERT INTO place_days SELECT (jsonb_populate_record(place_days, jsonb_build_object('place_id', made.id))).*"
        " FROM place_days, {name} AS made WHERE place_id = :id",
    ):
        given = {"id": shelter_id, "name": name, "state": json.dumps(state)}
        made = text(statement.replace("{name}", name))
        session.execute(made, {key: value for key, value in given.items() if f":{key}" in statement})
    session.execute(text(f"DROP TABLE {name}"))


def test_every_shelter_of_the_scope_is_told_as_it_is_stored(session: Session) -> None:
    actor = make(
        session,
        a_room("ROOM", people=10, toilets=3),
        a_room("CLOSED", people=0, status="closed"),
        a_room("UNCOUNTED", people=None, lat=None, lon=None),
        [*a_room("ATLEAST", people=None), a_movement(to="ATLEAST", at=COUNTED, people=5, origin="SY0602")],
        [*a_room("SHORT", people=3), a_movement(source="SHORT", at="2025-03-10T10:00:00+03:00", people=5)],
        a_room("THEIRS", people=1, area="SY1002"),
        [*a_room("SEEMED", people=4), one_place("ROOM", "SEEMED")],
        [gone := a_shelter(code="GONE"), corrected(gone["id"], None)],
    )
    make(session, a_room("ELSEWHERE", people=1))
    found = sites_of(session, scope=actor.scope)
    assert [(site.shelter, site.people, site.basis, site.area) for site in found] == [
        ("ATLEAST", 5, "at_least", "SY0602"),
        ("CLOSED", 0, "counted", "SY0602"),
        ("ROOM", found[2].people, "counted", "SY0602"),
        ("SHORT", 0, "counted", "SY0602"),
        ("THEIRS", 1, "counted", "SY1002"),
        ("UNCOUNTED", None, "unknown", "SY0602"),
    ]
    room = found[2]
    assert (room.state["toilets"], room.state["status"], room.method) == (3, "open", "full_count")
    assert room.counted_at is not None
    assert room.counted_at.isoformat() == "2025-03-10T06:00:00+00:00"
    figures = shelter_figures(session, scope=actor.scope).items
    assert [(site.shelter, site.people, site.basis) for site in found] == [
        (one.shelter, one.people.total, one.basis) for one in figures
    ]
    ours = Scope(actor.scope.operation_id, frozenset({"SY10"}))
    assert [site.shelter for site in sites_of(session, scope=ours)] == ["THEIRS"]


def test_a_site_has_the_range_of_its_figure_and_says_when_counts_contradict_each_other(session: Session) -> None:
    estimated = a_headcount("RANGE", at=COUNTED, people={"total": 50, "low": 40, "high": 80})
    again = a_headcount("TWICE", at="2025-03-10T20:00:00+03:00", people=90)
    actor = make(
        session,
        [*a_room("RANGE", people=None), estimated],
        [*a_room("TWICE", people=10), again],
        [*a_room("SOME", people=None), a_movement(to="SOME", at=COUNTED, people=5, origin="SY0602")],
        a_room("NEVER", people=None),
    )
    found = {site.shelter: site for site in sites_of(session, scope=actor.scope)}
    figures = {one.shelter: one for one in shelter_figures(session, scope=actor.scope).items}
    assert found["RANGE"].range == (40, 80)
    assert found["NEVER"].range is None
    for code, site in found.items():
        assert site.is_disputed == figures[code].is_disputed, code
        assert (site.range or (None, None)) == (figures[code].people.low, figures[code].people.high), code
    assert found["TWICE"].is_disputed
