"""A machine that says random things to the real ledger and asks the naive model whether the figures are right.

Each example runs in one transaction on real PostgreSQL, rolled back at its end.
"""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.alerts.refresh import rebuild, refresh, verify
from tests.naive.asking import AskingMachine
from tests.naive.model import AreaSum
from tests.naive.rules import RULES
from tests.naive.sayings import (
    PLACES,
    SHELTERS,
    paths,
)
from tests.naive.stored import MARK_WHOLE, STORED, WAITING, as_stored
from tests.naive.sums import CELLS

VERIFIED_EACH = 5


class FoldMachine(AskingMachine):
    """Folds at any moment; the model says what must stand."""

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
        refresh(self.session, marks=1)
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
        self.query(MARK_WHOLE, place=place)
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
        marked = self._marks()
        waiting = marked | {self.model.booked_at(place) for place in marked}
        stored = self._stored()
        others = set(SHELTERS) - set(self.model.places()) - waiting
        assert not [key for key in stored if key[0] in others], "rows of a shelter that is another"
        for place in others:
            self._check_ended(place)
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
            self._check_alerts(place)
        written = self.query("SELECT count(*) AS count FROM alert_transitions WHERE operation_id = :operation")
        assert written.one().count == self.transitions
        if not waiting:
            self._check_areas()
            self.checks += 1
            if self.checks % VERIFIED_EACH:
                return  # it agrees with the model; that `verify` agrees too is asked now and then
            assert [difference for part in verify(self.session) for difference in part] == []

    def _expected(self, place: str, day: date) -> dict[str, Any]:
        figure = self.model.figure(place, day)
        rules = self.model.rules(place, day) if place in SHELTERS else {}
        return {
            "total": figure.total,
            "range": (figure.low, figure.high),
            "cells": [figure.cells[key] for key in CELLS],
            "households": figure.households,
            "basis": figure.basis,
            "competing": figure.competing,
            "counted": (figure.counted_at, figure.counted_by, figure.composition_at),
            "checked": (figure.is_disputed, figure.discrepancy),
            "origins": figure.origins,
            "movement": (figure.opening, figure.came, figure.left),
            "rules": rules,
            "occupancy": (figure.shown, self.model.places_on(place, day)) if rules else (None, None),
        }

    def _check_alerts(self, place: str) -> None:
        """What is published is the last state the rules knew when a fold looked."""
        if place not in SHELTERS:
            return
        states = self.model.rules_now(place, self.now)
        if not states:
            self._check_ended(place)
            return
        expected: dict[str, str] = {}
        untold = self.model.untold_now(place, self.now)
        for name in RULES:
            level, is_known = states.get(name, ("ok", name not in untold))
            before = self.published.get((place, name), "ok")
            after = level if is_known else before
            self.transitions += before != after
            self.published[place, name] = after
            if after != "ok":
                expected[name] = after
        found = self.query(
            "SELECT rule, severity FROM alerts JOIN shelters ON shelters.id = place_id"
            " WHERE code = :place AND shelters.operation_id = :operation AND ended_at IS NULL",
            place=place,
        )
        assert {row.rule: row.severity for row in found} == expected, place

    def _check_ended(self, place: str) -> None:
        """No rule speaks of a place: whatever was published of it is withdrawn."""
        for name in RULES:
            self.transitions += self.published.get((place, name), "ok") != "ok"
            self.published[place, name] = "ok"

    def _check_areas(self) -> None:
        """The running sums of the changes are what the model adds up, on every day something changed."""
        changes = self.query("SELECT area_code, day, change FROM area_days WHERE operation_id = :operation").all()
        by_area: dict[str, dict[date, list[int]]] = {}
        for row in changes:
            by_area.setdefault(row.area_code, {})[row.day] = row.change
        all_days = sorted({day for place in self.model.places() for day in self.model.days(place)})
        for area in ["", *paths()]:
            running = [0] * (10 + len(CELLS))
            for day in all_days:
                *change, came, left = by_area.get(area, {}).pop(day, None) or [0] * (12 + len(CELLS))
                running = [a + b for a, b in zip(running, change, strict=True)]
                found = AreaSum(*running[:10], cells=tuple(running[10:]), came=came, left=left)
                assert found == self.model.area(area, day), f"{area} on {day}"
            assert not any(any(change) for change in by_area.get(area, {}).values()), f"{area}: days nobody reported on"

    def _marks(self) -> set[str]:
        return {row.name for row in self.query(WAITING)}

    def _stored(self) -> dict[tuple[str, date], Any]:
        return {(row.name, row.day): row for row in self.query(STORED)}
