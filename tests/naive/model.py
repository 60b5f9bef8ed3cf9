"""The fold as ledger.md tells it, from scratch every time, without looking at how the application does it.

Reports are the dicts that were sent (interface.md). Nothing is kept but the list of them; every figure is
worked out anew, slowly. Written from ledger.md alone: where it and the application differ, one of them is wrong.
"""

from datetime import date, datetime, timedelta
from typing import Any

from tests.naive.figures import AreaSum, Event, Figure, discrepancy_of, is_disputed, people_of, range_of, since
from tests.naive.rules import States, after, children_at, described, places_of, untold
from tests.naive.said import Said
from tests.naive.sums import CELLS, best_of, cells_of, compose


class Model(Said):
    """Every question the tests ask of what was said."""

    def days(self, place: str) -> list[date]:
        """Days on which something was reported there: the only ones with a row."""
        return sorted({event.day for event in self.events(place)})

    def figure(self, place: str, day: date) -> Figure:
        return self._asked(self.figure_at, place, self.end_of(day), day)  # type: ignore[no-any-return]

    def figure_at(self, place: str, until: datetime, day: date) -> Figure:
        """people = latest adopted headcount not after a moment + movements in - movements out after it."""
        events = [event for event in self.events(place) if event.at <= until]
        counts = [event for event in events if event.sign == 0]
        adopted = [event for event in counts if event.is_followed]
        moves = [event for event in events if event.sign]
        today = [event for event in moves if event.day == day]
        last, later = since(adopted, moves)
        total = people_of(last, later)
        low, high = range_of(total, last, later)
        composed, after = since([event for event in adopted if "cells" in event.report["people"]], moves)
        cells = dict.fromkeys(CELLS, 0) | (cells_of(composed.report) if composed else {})
        for event in after:
            cells = {key: cells[key] + event.sign * count for key, count in cells_of(event.report).items()}
        housed, after = since([event for event in adopted if "households" in event.report["people"]], moves)
        households = sum(event.sign * event.report["people"].get("households", 0) for event in after)
        households += housed.report["people"]["households"] if housed else 0
        shown = max(0, total)
        waiting = [event for event in counts if not event.is_followed and event.adopt is None]
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
            competing=sum(last is None or event.day >= last.day for event in waiting),
            counted_at=last.at if last else None,
            counted_by=last.report["method"] if last else None,
            composition_at=composed.at if composed else None,
            is_disputed=is_disputed(adopted, moves),
            discrepancy=discrepancy_of(adopted, moves),
            origins=self._origins(moves),
            opening=self._opening(place, day),
            came=sum(best_of(event.report) for event in today if event.sign == 1),
            left=sum(best_of(event.report) for event in today if event.sign == -1),
        )

    def _origins(self, moves: list[Event]) -> dict[str, int]:
        """Where those who came and stayed have their homes, as far as movements say; no headcount changes it."""
        homes: dict[str, int] = {}
        for event in moves:
            if (home := self.home_of(event.report)) is not None:
                homes[home] = homes.get(home, 0) + (event.sign or 0) * best_of(event.report)
        return {home: people for home, people in homes.items() if people}

    def _shown(self, place: str, day: date) -> tuple[int, str]:
        """The people shown at the end of a day and how they are known, without everything else."""
        events = [event for event in self.events(place) if event.at <= self.end_of(day)]
        adopted = [event for event in events if event.sign == 0 and event.is_followed]
        moves = [event for event in events if event.sign]
        total = people_of(*since(adopted, moves))
        return max(0, total), "counted" if adopted else "at_least" if moves else "unknown"

    def _opening(self, place: str, day: date) -> int:
        return self._shown(place, day - timedelta(days=1))[0]

    # -- areas

    def area(self, code: str, day: date, until: datetime | None = None, among: set[str] | None = None) -> AreaSum:
        """Areas add what is shown of their places at a moment of a day, by default its end; came and left crossed their
        border that day. Of some places alone: theirs, also from one to another."""
        until = until or self.end_of(day)
        parts, came, left = [], 0, 0
        for place in self.places():
            if among is not None and place not in among:
                continue
            days = [event.day for event in self.events(place) if event.at <= until]
            if code in self.path_of(place) and days:
                is_whole = until == self.end_of(day)
                last = max(days)
                parts.append(self.figure(place, last) if is_whole else self.figure_at(place, until, last))
            crossing = [event for event in self._crossing(place, code, until) if event.day == day]
            if among is not None:
                here = self.events(place) if code in self.path_of(place) else []
                crossing = [event for event in here if event.day == day and event.at <= until]
            came += sum(best_of(event.report) for event in crossing if event.sign == 1)
            left += sum(best_of(event.report) for event in crossing if event.sign == -1)
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
            estimated=sum(self._is_estimated(place, until, code) for place in among or self.places()),
            households=sum(max(0, part.households) for part in known),
            cells=tuple(sum(part.shown_cells[key] for part in known) for key in CELLS),
            came=came,
            left=left,
        )

    def _crossing(self, place: str, code: str, until: datetime) -> list[Event]:
        """Who entered or left an area through one of its places by a moment: not who had reached another of its places
        on the same day."""
        if code not in self.path_of(place):
            return []
        moves = [event for event in self.events(place) if event.sign and event.at <= until]
        return [event for event in moves if not (self._has_arrived(event, until) and code in self.path_of(event.other))]

    def _has_arrived(self, event: Event, until: datetime) -> bool:
        return event.is_same_day and (event.other_at is None or event.other_at <= until)

    def on_the_way(self, until: datetime) -> int:
        """People who have left a place and not yet reached the other."""
        moves = [event for place in self.places() for event in self.events(place) if event.sign == -1 and event.other]
        under_way = [move for move in moves if move.at <= until and move.other_at is not None and move.other_at > until]
        return sum(best_of(move.report) for move in under_way)

    def _is_estimated(self, place: str, until: datetime, code: str) -> bool:
        """Whether a part of the figure was counted as households."""
        events = [event for event in self.events(place) if event.at <= until]
        adopted = [event for event in events if event.sign == 0 and event.is_followed]
        last, after = since(adopted, [event for event in events if event.sign])
        parts = [event.report["people"] for event in [last, *after] if event]
        return code in self.path_of(place) and any("total" not in p and "cells" not in p for p in parts)

    # -- the rules

    def rules(self, place: str, until: date) -> States:
        """Day by day from the beginning. Nothing is said of a place before somebody described it."""
        return self._asked(self._rules, place, until)  # type: ignore[no-any-return]

    def _rules(self, place: str, until: date) -> States:
        days = [day for day in self.days(place) if day <= until]
        if not days:
            return {}
        before = self.rules(place, days[-2]) if len(days) > 1 else {}
        events, end = self.events(place), self.end_of(days[-1])
        state, today = described(events, end), [event for event in events if event.day == days[-1]]
        counts = [event for event in today if event.sign == 0 and event.is_followed]
        seen = {
            "came": sum(best_of(event.report) for event in today if event.sign == 1),
            "is_counted": bool(counts),
            "found": best_of(counts[-1].report) if counts else None,
            "children": children_at(events, end),
            "silent": timedelta(0),
        }
        return after(before, self.figure(place, days[-1]), state, seen) if state else {}

    def rules_now(self, place: str, now: datetime) -> States:
        """The same after days without a report."""
        before = self.rules(place, self.days(place)[-1])
        figure, state, seen = self._seen_now(place, now)
        return after(before, figure, state, seen) if state else {}

    def untold_now(self, place: str, now: datetime) -> set[str]:
        """The rules that cannot be told."""
        figure, state, seen = self._seen_now(place, now)
        return untold(figure, state, seen) if state else set()

    def _seen_now(self, place: str, now: datetime) -> tuple[Figure, dict[str, Any], dict[str, Any]]:
        events = self.events(place)
        seen = {
            "came": 0,
            "is_counted": False,
            "children": children_at(events, now),
            "silent": now - max(event.at for event in events),
        }
        return self.figure(place, self.days(place)[-1]), described(events, now), seen

    def places_on(self, place: str, day: date) -> int | None:
        """How many people the shelter is meant for, by the day's end."""
        return places_of(described(self.events(place), self.end_of(day)))
