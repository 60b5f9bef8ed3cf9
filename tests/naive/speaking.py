"""A machine that says random things to the real ledger, and to the naive model.

Each example runs in one transaction on real PostgreSQL, rolled back at its end.
"""

from abc import abstractmethod
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import clock, db
from app.intake.service import take
from tests.naive.model import Model
from tests.naive.sayings import (
    BRINK,
    DESCENTS,
    FIRST,
    GROUPS,
    HOMES,
    METHODS,
    SHELTERS,
    ZONE,
    at_hour,
    count_of,
    days,
    paths,
    place_named,
    reports,
)
from tests.naive.stage import world
from tests.naive.sums import Report


class SpeakingMachine(RuleBasedStateMachine):
    """Reports in any order, batch and repetition; folds at any moment; the model says what must stand."""

    def __init__(self) -> None:
        super().__init__()
        self.actor = world(str(db.engine().url))
        self.connection = db.engine().connect()
        self.transaction = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=True
        )
        self.model = Model(zone=ZONE, paths=paths())
        self.published: dict[tuple[str, str], str] = {}  # by place and rule
        self.transitions = self.said = self.checks = 0
        self.now = at_hour(FIRST + timedelta(days=30), 9)
        self.heard: list[tuple[datetime, int]] = []  # what had been said by when
        self.clock = patch.object(clock, "now", lambda: self.now)
        self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()
        self.session.close()
        self.transaction.rollback()
        self.connection.close()

    # -- saying

    @initialize(
        first=st.integers(0, 15),
        capacity=st.sampled_from([100, 100, None, 40]),
        day=days,
        descent=st.sampled_from([*DESCENTS, []]),
        reports=st.lists(reports(), min_size=2, max_size=8),
        orders=st.lists(st.integers(0, 15), min_size=8, max_size=8),
    )
    def open_shelters(
        self,
        *,
        first: int,
        capacity: int | None,
        day: date,
        descent: list[int],
        reports: list[Report],
        orders: list[int],
    ) -> None:
        opened = at_hour(day, 8)
        shelters: list[Report] = [
            {
                "kind": "shelter",
                "occurred_at": (opened if code == "JAB" else opened - timedelta(days=9)).isoformat(),
                "code": code,
                "name": {"en": code},
                "site_type": "collective_centre",
                "area": area,
            }
            for code, area in SHELTERS.items()
        ]
        shelters[0]["capacity"] = capacity
        shelters[1]["covered_area_m2"] = 352
        groups: list[Report] = [
            {"kind": "group", "occurred_at": opened.isoformat(), "code": code, "origin": home}
            for code, home in zip(GROUPS, HOMES, strict=False)
        ]
        self._say([(report, first) for report in [*shelters, *groups]])
        self._say(list(zip(reports, orders, strict=False)))
        noons = [at_hour(FIRST + timedelta(days=number), 12) for number in range(len(descent))]
        self._say([(count_of("KHM", {"total": total}, at), 8) for total, at in zip(descent, noons, strict=True)])

    @rule(
        batch=st.lists(st.tuples(reports(), st.integers(0, 15)), min_size=1, max_size=5),
        repeat=st.booleans(),
        fold=st.booleans(),
    )
    def report(self, batch: list[tuple[Report, int]], repeat: bool, fold: bool) -> None:
        self._say(batch, repeat=repeat)
        if fold:
            self.fold()

    @rule(
        first=days,
        totals=st.sampled_from(DESCENTS) | st.lists(st.sampled_from(BRINK), min_size=2, max_size=5),
        places=st.sampled_from(["KHM", "JAB"]),
        fold=st.booleans(),
    )
    def count_every_day(self, first: date, totals: list[int], places: str, fold: bool) -> None:
        """A count at noon each day, near where the rule changes: where it stands depends on where it came from."""
        noons = [at_hour(first + timedelta(days=number), 12) for number in range(len(totals))]
        self._say([(count_of(places, {"total": total}, at), 8) for total, at in zip(totals, noons, strict=True)])
        if fold:
            self.fold()

    @rule(
        place=st.sampled_from(["KHM", "SY0602"]),
        day=days,
        methods=st.lists(st.sampled_from(METHODS), min_size=2, max_size=4),
        orders=st.lists(st.integers(0, 15), min_size=5, max_size=5),
        fold=st.booleans(),
    )
    def count_at_one_instant(self, place: str, day: date, methods: list[str], orders: list[int], fold: bool) -> None:
        """Several headcounts and a movement at the same instant: they stand by kind, weight and id alone."""
        at = {"occurred_at": at_hour(day, 12).isoformat()}
        counts: list[Report] = [
            {"kind": "headcount", "place": place_named(place), "method": method, "people": {"total": 50 + number}, **at}
            for number, method in enumerate(methods)
        ]
        moved: Report = {"kind": "movement", "to": place_named(place), "people": {"total": 7}, **at}
        self._say(list(zip([*counts, moved], orders, strict=False)))
        if fold:
            self.fold()

    @rule(place=st.sampled_from(["KHM", "JAB", "SY0602"]), day=days, total=st.sampled_from(BRINK))
    def learn_more_of_the_same_heads(self, place: str, day: date, total: int) -> None:
        """A late count of as many heads, with a range and cells: the next day's count stays as it is, and yet the
        areas must see that the step between the two is another."""
        next_day = day + timedelta(days=1)
        self._say([(count_of(place, {"total": total}, at_hour(day, 21)), 3)])
        later = {"total": 60, "cells": {"male:0-4": 2}, "households": 9}
        self._say([(count_of(place, later, at_hour(next_day, 12)), 4)])
        self.fold()
        more = {"total": total, "low": total - 9, "cells": {"female:18-59": 30}, "households": 3}
        self._say([(count_of(place, more, at_hour(day, 22)), 5)])
        self.fold()

    @rule(place=st.sampled_from(["KHM", "JAB"]), days_in=st.sampled_from([-9, 2, 6]))
    def forget_capacity(self, place: str, days_in: int) -> None:
        """How many places there are was never known, or is not known any more: alerts stay as they were told."""
        at = at_hour(FIRST + timedelta(days=days_in), 9)
        unknown = {"capacity": None, "covered_area_m2": None, "blocked": None}
        self.fold()
        self._say([({"kind": "shelter_state", "occurred_at": at.isoformat(), "shelter": place, **unknown}, 8)])
        self.fold()

    @rule(data=st.data())
    def report_again(self, data: st.DataObject) -> None:
        """What was said before, once more, in another order: everything is a duplicate."""
        again = data.draw(st.lists(st.sampled_from(self.model.log), min_size=1, max_size=6))
        results = take(self.session, actor=self.actor, reports=again)
        assert [result.status for result in results] == ["duplicate"] * len(again)

    @rule(data=st.data(), other=reports())
    def contradict(self, data: st.DataObject, other: Report) -> None:
        """A known id with other content changes nothing."""
        known = data.draw(st.sampled_from([report["id"] for report in self.model.log]))
        results = take(self.session, actor=self.actor, reports=[other | {"id": known, "note": "another"}])
        assert [result.status for result in results] == ["conflict"]

    def _say(self, batch: list[tuple[Report, int]], *, repeat: bool = False) -> None:
        named: list[Report] = []
        self.now += timedelta(minutes=1)
        for report, order in batch:
            self.said += 1
            named.append({"id": str(UUID(int=(order << 124) | (0x4 << 76) | (0x8 << 60) | self.said)), **report})
        sent = named + named[::-1] if repeat else named
        results = take(self.session, actor=self.actor, reports=sent)
        expected = ["accepted"] * len(named) + ["duplicate"] * (len(sent) - len(named))
        assert [result.status for result in results] == expected, results
        for report in named:
            self.model.hear(report)
        self.heard.append((self.now, len(self.model.log)))

    @abstractmethod
    def fold(self) -> None:
        """Everything marked, at once."""

    def query(self, statement: str, **values: Any) -> Any:
        return self.session.execute(text(statement), {"operation": self.actor.scope.operation_id, **values})
