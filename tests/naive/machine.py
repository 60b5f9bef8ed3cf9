"""A machine that says random things to the real ledger and asks the naive model whether the figures are right.

Each example runs in one transaction on real PostgreSQL, rolled back at its end.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.alerts.refresh import appoint, rebuild, refresh, verify
from app.core import db
from app.intake.service import take
from app.population import service as population
from tests.naive.model import AreaSum, Model, Report
from tests.naive.sayings import (
    BRINK,
    DESCENTS,
    FIRST,
    METHODS,
    PLACES,
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
from tests.naive.stored import MARK_WHOLE, STORED, WAITING, as_stored
from tests.naive.sums import CELLS


class FoldMachine(RuleBasedStateMachine):
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
        self.published: dict[str, str] = {}
        self.transitions = self.said = 0

    def teardown(self) -> None:
        self.session.close()
        self.transaction.rollback()
        self.connection.close()

    # -- saying

    @initialize(
        first=st.integers(0, 15),
        capacity=st.sampled_from([100, 100, None, 40]),
        day=days,
        reports=st.lists(reports(), min_size=2, max_size=8),
        orders=st.lists(st.integers(0, 15), min_size=8, max_size=8),
    )
    def open_shelters(
        self, first: int, capacity: int | None, day: date, reports: list[Report], orders: list[int]
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
        self._say([(shelter, first) for shelter in shelters])
        self._say(list(zip(reports, orders, strict=False)))

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
        again = data.draw(st.lists(st.sampled_from(list(self.model.reports.values())), min_size=1, max_size=6))
        results = take(self.session, actor=self.actor, reports=again)
        assert [result.status for result in results] == ["duplicate"] * len(again)

    @rule(data=st.data(), other=reports())
    def contradict(self, data: st.DataObject, other: Report) -> None:
        """A known id with other content changes nothing."""
        known = data.draw(st.sampled_from(list(self.model.reports)))
        results = take(self.session, actor=self.actor, reports=[other | {"id": known, "note": "another"}])
        assert [result.status for result in results] == ["conflict"]

    def _say(self, batch: list[tuple[Report, int]], *, repeat: bool = False) -> None:
        named: list[Report] = []
        for report, order in batch:
            self.said += 1
            named.append({"id": str(UUID(int=(order << 124) | (0x4 << 76) | (0x8 << 60) | self.said)), **report})
        sent = named + named[::-1] if repeat else named
        results = take(self.session, actor=self.actor, reports=sent)
        expected = ["accepted"] * len(named) + ["duplicate"] * (len(sent) - len(named))
        assert [result.status for result in results] == expected, results
        for report in named:
            self.model.hear(report)

    # -- folding

    @rule()
    def fold(self) -> None:
        """Everything marked, at once; once more there is nothing to do."""
        refresh(self.session)
        assert refresh(self.session) == 0
        self.check()

    @rule()
    def fold_one_place(self) -> None:
        """The place of the oldest mark only."""
        folded = population.fold(self.session, appoint=appoint, marks=1)
        alerts.publish(self.session, folded)
        self.check()

    @rule()
    def fold_and_die(self) -> None:
        """A worker killed before its commit leaves everything as it was."""
        before, marks = self._stored(), self._marks()
        with self.session.begin_nested() as dying:
            refresh(self.session)
            dying.rollback()
        assert (self._stored(), self._marks()) == (before, marks)

    @precondition(lambda self: self.said > 4)
    @rule(place=st.sampled_from(PLACES))
    def mark_whole(self, place: str) -> None:
        """A mark without a day folds everything about a place and finds it right."""
        self._query(MARK_WHOLE, place=place)
        self.fold()

    @precondition(lambda self: self.said > 10)
    @rule(fold=st.booleans())
    def rebuild(self, fold: bool) -> None:
        if fold:
            self.fold()
        before = self._stored()
        list(rebuild(self.session))
        if fold:
            assert self._stored() == before
        self.check()

    # -- checking

    def check(self) -> None:
        """Every place without a waiting mark is as the model says; with none waiting, every area too."""
        waiting = self._marks()
        stored = self._stored()
        for place in self.model.places():
            if place in waiting:
                continue
            days = self.model.days(place)
            rows = {row.day: row for (name, _), row in stored.items() if name == place}
            assert sorted(rows) == days, f"{place}: rows on {sorted(rows)}, reports on {days}"
            for day in days:
                found, expected = as_stored(rows[day]), self._expected(place, day)
                wrong = {key: (found[key], expected[key]) for key in expected if found[key] != expected[key]}
                assert not wrong, f"{place} on {day} (stored, model): {wrong}"
            self._check_alert(place, days[-1])
        written = self._query("SELECT count(*) AS count FROM alert_transitions WHERE operation_id = :operation")
        assert written.one().count == self.transitions
        if not waiting:
            self._check_areas()
            assert [difference for part in verify(self.session) for difference in part] == []

    def _expected(self, place: str, day: date) -> dict[str, Any]:
        figure = self.model.figure(place, day)
        rule = {} if figure.rule is None else figure.rule
        return {
            "total": figure.total,
            "range": (figure.low, figure.high),
            "cells": [figure.cells[key] for key in CELLS],
            "households": figure.households,
            "basis": figure.basis,
            "competing": figure.competing,
            "counted": (figure.counted_at, figure.counted_by, figure.composition_at),
            "movement": (figure.opening, figure.came, figure.left),
            "rule": {key: rule.get(key) for key in ("level", "known", "people", "places")},
        }

    def _check_alert(self, place: str, last: date) -> None:
        """What is published is the last state the rules knew when a fold looked."""
        if place not in SHELTERS:
            return
        rule = self.model.figure(place, last).rule
        before = self.published.get(place, "ok")
        after = rule["level"] if rule and rule["known"] else before
        self.transitions += before != after
        self.published[place] = after
        severities = self._query(
            "SELECT severity FROM alerts JOIN shelters ON shelters.id = place_id"
            " WHERE code = :place AND shelters.operation_id = :operation AND ended_at IS NULL",
            place=place,
        )
        assert [row.severity for row in severities] == [after] * (after != "ok"), place

    def _check_areas(self) -> None:
        """The running sums of the changes are what the model adds up, on every day something changed."""
        changes = self._query("SELECT area_code, day, change FROM area_days WHERE operation_id = :operation").all()
        by_area: dict[str, dict[date, list[int]]] = {}
        for row in changes:
            by_area.setdefault(row.area_code, {})[row.day] = row.change
        all_days = sorted({day for place in self.model.places() for day in self.model.days(place)})
        for area in paths():
            running = [0] * (9 + len(CELLS))
            for day in all_days:
                change = by_area.get(area, {}).pop(day, None)
                running = [a + b for a, b in zip(running, change or [0] * len(running), strict=True)]
                found = AreaSum(*running[:9], cells=tuple(running[9:]))
                assert found == self.model.area(area, day), f"{area} on {day}"
            assert not any(any(change) for change in by_area.get(area, {}).values()), f"{area}: days nobody reported on"

    def _marks(self) -> set[str]:
        return {row.name for row in self._query(WAITING)}

    def _stored(self) -> dict[tuple[str, date], Any]:
        return {(row.name, row.day): row for row in self._query(STORED)}

    def _query(self, statement: str, **values: Any) -> Any:
        return self.session.execute(text(statement), {"operation": self.actor.scope.operation_id, **values})
