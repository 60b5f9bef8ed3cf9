"""What the coordinator's pages must say, worked out of the naive model: figures as people read them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.factories.readings import Number
from tests.naive.figures import Event, Figure, since
from tests.naive.model import Model
from tests.naive.rules import described, places_of
from tests.naive.sums import AGES, CELLS, SEXES, best_of

NEARLY = 85  # per cent
LARGEST, FULLEST = 6, 10
TOLD = ("female", "male")


def told(basis: str, people: int, low: int, high: int | None) -> Number:
    """A figure as it is told: no range where there is none, nothing of what is not known."""
    if basis == "unknown":
        return Number("unknown", None)
    is_exact = high == low or (high is None and low == people)
    return Number(basis, people, None if is_exact else (low, high))


@dataclass(frozen=True)
class Shelter:
    """One shelter at the end of a day."""

    code: str
    figure: Figure
    state: dict[str, Any]
    day: date

    @property
    def number(self) -> Number:
        return told(self.figure.basis, self.figure.shown, self.figure.low, self.figure.high)

    @property
    def places(self) -> int | None:
        return places_of(self.state)

    @property
    def free(self) -> int | None:
        """Below zero: so many over, or at least so many. A place that is not counted is never free, and may be full."""
        if self.places is None or self.figure.basis == "unknown":
            return None
        left = self.places - self.figure.shown
        return left if self.figure.basis == "counted" or left <= 0 else None

    @property
    def per_cent(self) -> int | None:
        """How full it is; below full rounded down."""
        if not self.places or self.figure.basis == "unknown":
            return None
        share = 100 * self.figure.shown / self.places
        return int(share + 1e-9) if share < 100 else round(share)


class OnPages:
    """The model at the end of a day, in one area or (`area` "") the whole operation, in shelters of one kind or (`kind`
    "") everywhere."""

    def __init__(self, model: Model, day: date, area: str = "", kind: str = "") -> None:
        self.model, self.day, self.area = model, day, area
        self.until: datetime = model.end_of(day)
        self.among = {place for place in model.places() if self._is_of(place, kind)} if kind else None

    def _is_of(self, place: str, kind: str) -> bool:
        return described(self.model.events(place), self.until).get("site_type") == kind

    def _places(self) -> list[str]:
        every = self.model.places()
        return [place for place in every if self.among is None or place in self.among]

    # -- shelters

    def shelters(self, codes: list[str]) -> dict[str, Shelter]:
        places = self._places()
        mine = [code for code in codes if code in places and self.area in self.model.path_of(code)]
        return {code: self.shelter(code) for code in mine}

    def shelter(self, code: str) -> Shelter:
        figure = self.model.figure(code, self.day)
        return Shelter(code, figure, described(self.model.events(code), self.until), self.day)

    def days_of(self, code: str) -> list[tuple[int, int, int, int, Number]]:
        """Before, came, left, adjusted and after of each day something was reported on, the last first."""
        found = []
        for day in self.model.days(code):
            if day <= self.day:
                one = self.model.figure(code, day)
                after = one.shown if one.basis != "unknown" else 0
                number = told(one.basis, one.shown, one.low, one.high)
                found.append((one.opening, one.came, one.left, after - one.opening - one.came + one.left, number))
        return found[::-1]

    # -- sums

    def whole(self, area: str | None = None) -> dict[str, Any]:
        area = self.area if area is None else area
        one = self.model.area(area, self.day, among=self.among)
        before = self.model.area(area, self.day - timedelta(days=1), among=self.among).people
        is_known = one.counted + one.at_least > 0
        basis = "unknown" if not is_known else "at_least" if one.at_least or one.uncounted else "counted"
        high = None if one.unbounded or one.uncounted else one.high
        return {
            "number": told(basis, one.people, one.low, high),
            "counted": one.counted,
            "at_least": one.at_least,
            "not_known": one.uncounted,
            "today": (before, one.came, one.left, one.people - before - one.came + one.left, one.people),
            "cells": grid(dict(zip(CELLS, one.cells, strict=True))) if is_known else None,
        }

    def areas(self) -> dict[str, tuple[Number, int, int]]:
        """Each area with a place something was reported of: people, places counted, places not counted."""
        found = {}
        for code, path in self.model.area_paths.items():
            if self.area in ("", *path):
                one = self.whole(code)
                if one["counted"] + one["at_least"] + one["not_known"]:
                    found[code] = (one["number"], one["counted"], one["at_least"] + one["not_known"])
        return found

    # -- from where, to where

    def flows(self) -> dict[tuple[str | None, str], int]:
        """People by home (None: not known) and place."""
        found: dict[tuple[str | None, str], int] = {}
        for place in self._places():
            if self.area not in self.model.path_of(place):
                continue
            figure = self.model.figure(place, self.day)
            found |= {(home, place): people for home, people in figure.origins.items()}
            rest = figure.shown - sum(figure.origins.values())
            if rest and figure.basis != "unknown":
                found[None, place] = rest
        return found

    def group(self, code: str) -> dict[str, int]:
        """Where the people of a group are, by movements alone."""
        found = {}
        for place in self.model.places():
            moves = [one for one in self._by(place) if one.sign and one.report.get("group") == code]
            people = sum((one.sign or 0) * best_of(one.report) for one in moves)
            if people:
                found[place] = people
        return found

    def groups_at(self, place: str, groups: list[str]) -> dict[str, int]:
        return {code: people for code in groups if (people := self.group(code).get(place))}

    # -- competing figures

    def cases(self) -> dict[str, dict[str, Any]]:
        """Places at which figures compete or contradict each other, with all that is listed there."""
        found = {}
        for place in self.model.places():
            figure = self.model.figure(place, self.day)
            if figure.competing or figure.is_disputed:
                found[place] = {
                    "number": _in_a_sentence(self.shelter(place)),
                    "competing": figure.competing,
                    "is_disputed": figure.is_disputed,
                    "listed": self._listed(place, figure),
                }
        return found

    def _listed(self, place: str, figure: Figure) -> list[int | None]:
        """The headcount that is followed, the one it contradicts, then the others, the last first."""
        counts = [one for one in self._by(place) if one.sign == 0]
        adopted = [one for one in counts if one.is_followed]
        last, _ = since(adopted, [])
        waiting = [one for one in counts if not one.is_followed and one.adopt is None]
        others = [one for one in waiting if last is None or one.day >= last.day]
        listed = [*adopted[-1:], *(adopted[-2:-1] if figure.is_disputed else []), *others[::-1]]
        return [_as_said(one) for one in listed]

    def _by(self, place: str) -> list[Event]:
        return [event for event in self.model.events(place) if event.at <= self.until]

    def said_of(self, group: str) -> dict[str, Any]:
        """What was said of a group by now, each field as last said."""
        said = [one for one in self.model.reports.values() if one["kind"] == "group" and one["code"] == group]
        said.sort(key=lambda one: (datetime.fromisoformat(one["occurred_at"]), UUID(one["id"])))
        state: dict[str, Any] = {}
        for one in said:
            if datetime.fromisoformat(one["occurred_at"]) <= self.until:
                state |= one
        return state


def room_of(shelters: dict[str, Shelter]) -> dict[str, Any]:
    """The headlines about room: only counted, open shelters have free places."""
    every = shelters.values()
    known = [one for one in every if one.free is not None]
    free = [one.free or 0 for one in known if one.state.get("status") == "open" and (one.free or 0) > 0]
    over = [-(one.free or 0) for one in known if (one.free or 0) < 0]
    near = [one for one in known if (one.per_cent or 0) >= NEARLY and (one.free or 0) >= 0]
    return {
        "free": sum(free) if known else None,
        "with_room": len(free),
        "not_known": sum(one.free is None and one.state.get("status") != "closed" for one in every),
        "over": sum(over) if known else None,
        "is_at_least": any(one.figure.basis != "counted" for one in known if (one.free or 0) < 0),
        "overfull": len(over),
        "nearly_full": len(near),
    }


def fullest(shelters: dict[str, Shelter]) -> list[str]:
    """The fullest first; those whose occupancy is not known last."""

    def by(one: Shelter) -> tuple[bool, float, str]:
        share = None if one.per_cent is None or not one.places else one.figure.shown / one.places
        return share is None, -(share or 0), one.code

    return [one.code for one in sorted(shelters.values(), key=by)][:FULLEST]


def grid(cells: dict[str, int]) -> list[list[int]] | None:
    """Ages down, sexes across; None where sex and age are known of nobody."""
    if not any(cells.get(f"{sex}:{age}") for sex in TOLD for age in AGES if age != "unknown"):
        return None
    return [[cells.get(f"{sex}:{age}", 0) for sex in SEXES] for age in AGES]


def _in_a_sentence(one: Shelter) -> Number:
    """With the range only of what was counted."""
    return one.number if one.figure.basis == "counted" else one.number._replace(range=None)


def _as_said(event: Event) -> int | None:
    """The number of a headcount as it was said: people, else households."""
    people = event.report["people"]
    if "total" in people or "cells" in people:
        return best_of(event.report)
    return int(people["households"]) if "households" in people else None
