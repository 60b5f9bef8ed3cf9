"""As known on, for a random history: what is asked of a past day is answered as it was on that day itself."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.alerts.refresh import refresh, verify
from app.core import clock
from app.intake.service import take
from app.population.past import Past
from app.population.queries import (
    area_days,
    area_figures,
    last_report_at,
    on_the_way,
    operation_figure,
    shelter_days,
    shelter_figures,
)
from app.population.queries.flows import flows
from app.population.queries.groups import group_figures
from app.population.queries.reasons import parts_of, steps_of
from app.population.service import change_setting
from tests.factories.amending import corrected, decision, one_place, past
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state

POSTS, PAIRS, SEED = 50, 200, 2
MOST = 10_000  # reports of a place
FIRST, DAYS = datetime(2025, 3, 6, tzinfo=UTC), 8
SHELTERS, PLACES = ("KHM", "JAB", "BAN"), ("KHM", "JAB", "BAN", "SY0602", "SY1002")
METHODS = ("full_count", "site_visit", "key_informant", "secondary_report")

Report = dict[str, Any]


class History:
    """Everything said so far, and what may be said next."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.said: list[Report] = []
        self.last: dict[str, str] = {}  # the last version of each report, by its first
        self.void: set[str] = set()
        self.merges: list[str] = []
        self.ways: list[Callable[[], Report]] = [
            *[self.headcount] * 4,
            *[self.movement] * 4,
            self.correction,
            self.correction,
            self.decided,
            self.described,
        ]

    def at(self) -> str:
        """Any minute of these days: most reports are late."""
        return (FIRST + timedelta(minutes=self.random.randrange(DAYS * 24 * 60))).isoformat()

    def people(self) -> Report:
        total = self.random.randrange(1, 200)
        shapes: list[Report] = [
            {"total": total},
            {"cells": {"female:18-59": total, "male:0-4": self.random.randrange(50)}},
            {"total": total, "low": total // 2, "high": total * 2},
            {"households": total // 5 + 1},
        ]
        return self.random.choice(shapes)

    def headcount(self) -> Report:
        dated: Report = {"precision": "day"} if self.random.random() < 0.2 else {}
        method = self.random.choice(METHODS)
        return a_headcount(self.random.choice(PLACES), at=self.at(), method=method, people=self.people(), **dated)

    def movement(self) -> Report:
        source, to = self.random.sample(PLACES, 2)
        more: Report = {"group": "G-1"} if self.random.random() < 0.4 else {"origin": "SY0600"}
        at = self.at()
        if self.random.random() < 0.5:
            left = datetime.fromisoformat(at) - timedelta(minutes=self.random.randrange(2_000))
            return a_movement(source=source, to=to, at=at, people=self.people(), left_at=left.isoformat(), **more)
        return a_movement(at=at, people=self.people(), **{self.random.choice(("source", "to")): to}, **more)

    def described(self) -> Report:
        return a_state(self.random.choice(SHELTERS), at=self.at(), capacity=self.random.randrange(50, 500))

    def correction(self) -> Report:
        about = self.random.choice([one for one in self.said if one["kind"] in ("headcount", "movement")])
        at = self.random.choice((about["occurred_at"], self.at()))
        new = {**about, "people": self.people()} if "left_at" in about else {**about, "occurred_at": at}
        taken_back = about["id"] not in self.void and self.random.random() < 0.3
        (self.void.add if taken_back else self.void.discard)(about["id"])
        report = corrected(self.last[about["id"]], None if taken_back else new)
        self.last[about["id"]] = report["id"]
        return report

    def decided(self) -> Report:
        counts = [one for one in self.said if one["kind"] == "headcount" and one["id"] not in self.void]
        about = self.random.choice(counts)
        return decision(about["id"], adopt=self.random.random() < 0.6, at=self.at())

    def next(self, number: int) -> list[Report]:
        """What is said in one post; a few things happen once, at a time of their own."""
        group = {"id": str(uuid4()), "kind": "group", "occurred_at": self.at(), "code": "G-1"}
        if number == 0:
            return [{**group, "origin": "SY0602"}, *(self.headcount() for _ in range(3)), self.movement()]
        if number == 18:
            return [one_place("KHM", "JAB")]
        if number == 34:
            return [corrected(self.merges[0], None)]
        if number == 26:
            return [{**group, "origin": "SY1002"}]
        return [self.random.choice(self.ways)() for _ in range(self.random.randrange(1, 3))]

    def note(self, reports: list[Report]) -> None:
        for report in reports:
            if report["kind"] in ("headcount", "movement"):
                self.said.append(report)
                self.last[report["id"]] = report["id"]
            if report["kind"] == "same_place":
                self.merges.append(report["id"])


def everything(session: Session, actor: Actor, asked: Past) -> dict[str, Any]:
    """Every figure there is an answer for."""
    scope, first = actor.scope, FIRST.date() - timedelta(days=1)
    shelters = shelter_figures(session, scope=scope, past=asked).items
    steps = {
        one.shelter: [
            (step.version, step.effect, step.before, step.after, step.decided and step.decided.adopt)
            for step in steps_of(session, place_id=one.place_id, past=asked, most=MOST, everything=True).listed
        ]
        for one in shelters
    }
    return {
        "shelters": shelters,
        "areas": area_figures(session, scope=scope, past=asked),
        "operation": operation_figure(session, scope=scope, past=asked),
        "last report": last_report_at(session, scope=scope, past=asked),
        "on the way": on_the_way(session, scope=scope, past=asked),
        "flows": flows(session, scope=scope, past=asked, limit=100),
        "groups": group_figures(session, actor=actor, past=asked),
        "parts": parts_of(session, scope=scope, area=None, past=asked),
        "by day": area_days(session, codes=["", "SY06"], first=first, past=asked),
        "history": {
            one.shelter: shelter_days(session, place_id=one.place_id, first=first, past=asked) for one in shelters
        },
        "why": steps,
    }


def differing(found: Any, expected: Any) -> str:
    """What is not the same of two answers, in few words."""
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return "; ".join(differing(*pair) for pair in zip(found, expected, strict=True) if pair[0] != pair[1])
    if is_dataclass(found):
        parts = ((part.name, getattr(found, part.name), getattr(expected, part.name)) for part in fields(found))
        return "; ".join(f"{name} {one} and not {other}" for name, one, other in parts if one != other)
    return f"{found} and not {expected}"


@pytest.mark.slow
def test_a_past_day_is_answered_as_it_was_on_the_day_itself(session: Session, coordinator: Actor) -> None:
    """Late reports, corrections, decisions, two shelters that are one and two again, a shelter put into another area,
    a group with another home, households of six and another `adopt_from`."""
    random = Random(SEED)  # a history, not a secret
    history = History(random)
    start, operation = clock.now() + timedelta(hours=1), coordinator.scope.operation_id
    khm = session.execute(text("SELECT id FROM shelters WHERE code = 'KHM'")).scalar_one()
    answered: list[tuple[datetime | date, datetime, dict[str, Any]]] = []
    for number in range(POSTS):
        now = start + timedelta(minutes=10 * number)
        with patch.object(clock, "now", lambda now=now: now):
            if number in (10, 22):
                name, value = {10: ("adopt_from", 5), 22: ("household_size", 6.5)}[number]
                change_setting(session, operation_id=operation, actor_id=None, name=name, value=value)
            reports = history.next(number)
            if number == 42:
                reports = [corrected(str(khm), a_shelter(code="KHM", area="SY1002", capacity=77))]
            results = take(session, actor=coordinator, reports=reports)
            assert [one.errors for one in results if one.status != "accepted"] == []
            history.note(reports)
            while refresh(session):
                pass
            for _ in range(PAIRS // POSTS):
                moment = FIRST + timedelta(minutes=random.randrange(DAYS * 24 * 60))
                as_of = random.choice((moment, moment.date()))
                answered.append((as_of, now, everything(session, coordinator, past(session, coordinator, as_of))))
    assert [difference for part in verify(session) for difference in part] == []
    end = start + timedelta(days=1)
    wrong: list[str] = []
    with patch.object(clock, "now", lambda: end):
        for number, (as_of, known_on, on_the_day) in enumerate(answered):
            found = everything(session, coordinator, past(session, coordinator, as_of, known_on + timedelta(seconds=1)))
            wrong += [
                f"{name} of {as_of} as known after post {number * POSTS // PAIRS}: {differing(found[name], answer)}"
                for name, answer in on_the_day.items()
                if found[name] != answer
            ]
    assert wrong == []
    assert len(answered) == PAIRS
