"""The fold as ledger.md tells it, from scratch every time, without looking at how the application does it.

Reports are the dicts that were sent (interface.md). Nothing is kept but the list of them; every figure is
worked out anew, slowly. Written from ledger.md alone: where it and the application differ, one of them is wrong.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.naive.sums import (
    CELLS,
    WEIGHTS,
    Cells,
    Report,
    best_of,
    cells_of,
    compose,
    is_adopted,
    level,
)

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Event:
    """What one report does at one place: `sign` +1 came, -1 left, 0 counted, None about the shelter."""

    at: datetime
    day: date
    sign: int | None
    report: Report

    @property
    def order(self) -> tuple[datetime, bool, int, UUID]:
        """Instant, headcounts before movements, evidence weight ascending, id."""
        weight = WEIGHTS.get(self.report.get("method") or "", 0)
        return (self.at, self.sign != 0, weight, UUID(self.report["id"]))


@dataclass(frozen=True)
class Figure:
    """A place at the end of a day."""

    total: int
    low: int
    high: int | None
    cells: Cells
    shown: int
    shown_cells: Cells
    shortfall: int
    households: int
    basis: str
    competing: int
    counted_at: datetime | None
    counted_by: str | None
    composition_at: datetime | None
    opening: int
    came: int
    left: int
    rule: dict[str, Any] | None


@dataclass(frozen=True)
class AreaSum:
    """An area at the end of a day: what is shown of its places, added up."""

    people: int = 0
    low: int = 0
    high: int = 0
    unbounded: int = 0
    shortfall: int = 0
    counted: int = 0
    at_least: int = 0
    uncounted: int = 0
    households: int = 0
    cells: tuple[int, ...] = (0,) * len(CELLS)


class Model:
    """The list of reports, and every question the tests ask of it. `paths`: each area's codes from the country down."""

    def __init__(self, *, zone: str, paths: dict[str, tuple[str, ...]]) -> None:
        self.zone = ZoneInfo(zone)
        self.area_paths = paths
        self.reports: dict[str, Report] = {}
        self._answers: dict[tuple[Any, ...], Any] = {}  # of the same questions, until something more is heard

    def hear(self, report: Report) -> None:
        """The same id a second time says nothing new."""
        self.reports.setdefault(report["id"], report)
        self._answers.clear()

    def _asked(self, question: Callable[..., Any], *about: Any) -> Any:
        key = (question.__name__, *about)
        if key not in self._answers:
            self._answers[key] = question(*about)
        return self._answers[key]

    def places(self) -> dict[str, tuple[str, ...]]:
        """Every place something was said of, with the areas it lies in."""
        shelters = {r["code"]: self.area_paths[r["area"]] for r in self.reports.values() if r["kind"] == "shelter"}
        return shelters | {code: path for code, path in self.area_paths.items() if self.events(code)}

    # -- who is where

    def events(self, place: str) -> list[Event]:
        return self._asked(self._events, place)  # type: ignore[no-any-return]

    def _events(self, place: str) -> list[Event]:
        found = [event for report in self.reports.values() for event in self._at(place, report)]
        return sorted(found, key=lambda event: event.order)

    def _at(self, place: str, report: Report) -> list[Event]:
        arrived = datetime.fromisoformat(report["occurred_at"])
        match report["kind"]:
            case "shelter" if report["code"] == place:
                return [self._event(arrived, None, report)]
            case "shelter_state" if report["shelter"] == place:
                return [self._event(arrived, None, report)]
            case "headcount" if _named(report["place"]) == place:
                return [self._event(arrived, 0, report)]
            case "movement":
                left = datetime.fromisoformat(report.get("left_at") or report["occurred_at"])
                ends = ((report.get("to"), arrived, 1), (report.get("from"), left, -1))
                return [self._event(at, sign, report) for end, at, sign in ends if end and _named(end) == place]
        return []

    def _event(self, at: datetime, sign: int | None, report: Report) -> Event:
        """Day-dated: a movement stands at the day's start, a headcount at its end."""
        day = at.astimezone(self.zone).date()
        if report.get("precision") in ("day", "about"):
            at = self.end_of(day) if sign == 0 else self.end_of(day - timedelta(days=1)) + A_MOMENT
        return Event(at.astimezone(UTC), day, sign, report)

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC) - A_MOMENT

    def days(self, place: str) -> list[date]:
        """Days on which something was reported there: the only ones with a row."""
        return sorted({event.day for event in self.events(place)})

    def figure(self, place: str, day: date) -> Figure:
        return self._asked(self._figure, place, day)  # type: ignore[no-any-return]

    def _figure(self, place: str, day: date) -> Figure:
        """people = latest adopted headcount not after the day's end + movements in - movements out after it."""
        events = [event for event in self.events(place) if event.at <= self.end_of(day)]
        counts = [event for event in events if event.sign == 0]
        adopted = [event for event in counts if is_adopted(event.report)]
        moves = [event for event in events if event.sign]
        today = [event for event in moves if event.day == day]
        last, after = _since(adopted, moves)
        total = (best_of(last.report) if last else 0) + sum(event.sign * best_of(event.report) for event in after)
        low, high = _range(total, last, after)
        composed, after = _since([event for event in adopted if "cells" in event.report["people"]], moves)
        cells = dict.fromkeys(CELLS, 0) | (cells_of(composed.report) if composed else {})
        for event in after:
            cells = {key: cells[key] + event.sign * count for key, count in cells_of(event.report).items()}
        housed, after = _since([event for event in adopted if "households" in event.report["people"]], moves)
        households = sum(event.sign * event.report["people"].get("households", 0) for event in after)
        households += housed.report["people"]["households"] if housed else 0
        shown = max(0, total)
        return Figure(
            total=total,
            low=low,
            high=high if last else None,
            cells=cells,
            shown=shown,
            shown_cells=compose(cells, shown),
            shortfall=shown - total,
            households=households,
            basis="counted" if adopted else "at_least" if moves else "unknown",
            competing=len(counts) - len(adopted),
            counted_at=last.at if last else None,
            counted_by=last.report["method"] if last else None,
            composition_at=composed.at if composed else None,
            opening=self._opening(place, day),
            came=sum(best_of(event.report) for event in today if event.sign == 1),
            left=sum(best_of(event.report) for event in today if event.sign == -1),
            rule=self._rule(place, day),
        )

    def _shown(self, place: str, day: date) -> tuple[int, str]:
        """The people shown at the end of a day and how they are known, without everything else."""
        events = [event for event in self.events(place) if event.at <= self.end_of(day)]
        adopted = [event for event in events if event.sign == 0 and is_adopted(event.report)]
        moves = [event for event in events if event.sign]
        last, after = _since(adopted, moves)
        total = (best_of(last.report) if last else 0) + sum(event.sign * best_of(event.report) for event in after)
        return max(0, total), "counted" if adopted else "at_least" if moves else "unknown"

    def _opening(self, place: str, day: date) -> int:
        return self._shown(place, day - timedelta(days=1))[0]

    # -- areas

    def area(self, code: str, day: date) -> AreaSum:
        """Areas add what is shown of their places as of the day's end."""
        parts = []
        for place, path in self.places().items():
            days = [known for known in self.days(place) if known <= day]
            if code in path and days:
                parts.append(self.figure(place, days[-1]))
        known = [part for part in parts if part.basis != "unknown"]
        return AreaSum(
            people=sum(part.shown for part in known),
            low=sum(part.low for part in known),
            high=sum(part.shown if part.high is None else part.high for part in known),
            unbounded=sum(part.high is None for part in known),
            shortfall=sum(part.shortfall for part in known),
            counted=sum(part.basis == "counted" for part in parts),
            at_least=sum(part.basis == "at_least" for part in parts),
            uncounted=sum(part.basis == "unknown" for part in parts),
            households=sum(max(0, part.households) for part in known),
            cells=tuple(sum(part.shown_cells[key] for part in known) for key in CELLS),
        )

    # -- the rule

    def capacity(self, place: str, day: date) -> tuple[bool, int | None]:
        """Whether anything was said of the shelter by the day's end, and its places: each field as last said."""
        said = [event for event in self.events(place) if event.sign is None]
        said.sort(key=lambda event: (datetime.fromisoformat(event.report["occurred_at"]), UUID(event.report["id"])))
        state: dict[str, Any] = {}
        for event in said:
            if event.day <= day:
                state |= event.report
        if state.get("capacity") is not None:
            return True, max(0, state["capacity"] - (state.get("blocked") or 0))
        covered = state.get("covered_area_m2")
        return bool(state), None if covered is None else math.floor(covered / 3.5)

    def _rule(self, place: str, until: date) -> dict[str, Any] | None:
        """Occupancy day by day from the beginning: 85 % warns until below 80 %, 100 % is critical until below 95 %."""
        state: dict[str, Any] | None = None
        for day in self.days(place):
            is_shelter, places = self.capacity(place, day)
            if day > until or not is_shelter:
                continue
            people, basis = self._shown(place, day)
            held = state["level"] if state else "ok"
            reached = None if places is None or basis == "unknown" else level(held, people, places)
            if basis == "at_least" and reached is not None:
                # At least so many: proof that it is full, never that there is room or that all is well.
                steps = ("ok", "warning", "critical")
                if reached == "ok" or steps.index(reached) < steps.index(held):
                    reached = None
            state = {"level": reached or held, "known": reached is not None, "people": people, "places": places}
        return state


def _named(place: dict[str, str]) -> str:
    return place.get("shelter") or place["area"]


def _since(anchors: list[Event], moves: list[Event]) -> tuple[Event | None, list[Event]]:
    """The last of the headcounts and the movements after it; without one, all movements."""
    if not anchors:
        return None, moves
    return anchors[-1], [event for event in moves if event.order > anchors[-1].order]


def _range(total: int, last: Event | None, after: list[Event]) -> tuple[int, int | None]:
    """Offsets in quadrature, for people leaving with the two sides exchanged; an open side opens the sum."""
    below = above = 0
    is_bottomless = is_boundless = False
    for event in [last, *after] if last else after:
        people, best = event.report["people"], best_of(event.report)
        under = over = 0
        is_open = False
        if "low" in people or "high" in people:
            under = best - people.get("low", 0)
            is_open = "high" not in people
            over = 0 if is_open else people["high"] - best
        if event.sign == -1:
            below, above, is_bottomless = below + over**2, above + under**2, is_bottomless or is_open
        else:
            below, above, is_boundless = below + under**2, above + over**2, is_boundless or is_open
    low = 0 if is_bottomless else max(0, math.floor(total - math.sqrt(below)))
    return low, None if is_boundless else max(0, math.ceil(total + math.sqrt(above)))
