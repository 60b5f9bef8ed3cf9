"""What was said, and what of it stands: versions, decisions, shelters that are one, homes; events at a place."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.naive.figures import Event
from tests.naive.sums import Report

A_MOMENT = timedelta(microseconds=1)


class Said:
    """Everything that was said, in the order of hearing. `paths`: each area's codes from the country down."""

    def __init__(self, *, zone: str, paths: dict[str, tuple[str, ...]], log: Sequence[Report] = ()) -> None:
        self.zone = ZoneInfo(zone)
        self.area_paths = paths
        self.log: list[Report] = list(log)
        self._answers: dict[tuple[Any, ...], Any] = {}  # of the same questions, until something more is heard

    def hear(self, report: Report) -> None:
        """The same id a second time says nothing new."""
        if all(report["id"] != known["id"] for known in self.log):
            self.log.append(report)
            self._answers.clear()

    def as_known_after(self, heard: int) -> "Said":
        """What could be said when only the first so many reports had been heard."""
        return type(self)(zone=str(self.zone), paths=self.area_paths, log=self.log[:heard])

    # -- what stands

    @property
    def reports(self) -> dict[str, Report]:
        """What counts of what was said: of each report its last version, under the id of its first."""
        return self._asked(self._reports)  # type: ignore[no-any-return]

    def _reports(self) -> dict[str, Report]:
        standing: dict[str, Report | None] = {}
        first: dict[str, str] = {}
        for report in self.log:
            if report["kind"] == "correction":
                first[report["id"]] = first[report["corrects"]]
                said = report["replacement"]
                standing[first[report["id"]]] = said and {**said, "id": first[report["id"]]}
            else:
                first[report["id"]] = report["id"]
                standing[report["id"]] = report
        return {id_: report for id_, report in standing.items() if report is not None}

    def last_version(self, id_: str) -> str:
        """The id of the version that stands for a report now, void or not."""
        for report in self.log:
            if report["kind"] == "correction" and report["corrects"] == id_:
                id_ = report["id"]
        return id_

    def adopt(self, headcount: str) -> bool | None:
        """What the latest standing decision on a headcount says."""
        first = {report["id"]: report["id"] for report in self.log}
        for report in self.log:
            if report["kind"] == "correction":
                first[report["id"]] = first[report["corrects"]]
        decisions = [
            (datetime.fromisoformat(report["occurred_at"]), UUID(report["id"]), report["adopt"])
            for report in self.reports.values()
            if report["kind"] == "decision" and "headcount" in report and first[report["headcount"]] == headcount
        ]
        return max(decisions)[2] if decisions else None

    def is_double(self, movement: str) -> bool:
        """Whether a movement tells again of the same people as another one that stands: of each two the latest
        decision holds."""
        decided: dict[str, list[tuple[datetime, UUID, bool]]] = {}
        for report in self.reports.values():
            if report["kind"] == "decision" and report.get("movement") == movement:
                at = (datetime.fromisoformat(report["occurred_at"]), UUID(report["id"]), report["counts"])
                decided.setdefault(report["double_of"], []).append(at)
        return any(not max(said)[2] and other in self.reports for other, said in decided.items())

    def partner(self, movement: str, part: str) -> Report | None:
        """Of one journey told by two the other report that stands, where this movement is the `part` (departure,
        arrival); the latest decided, should there be several."""
        decided: dict[tuple[str, str], list[tuple[datetime, UUID, str]]] = {}
        for report in self.reports.values():
            if report["kind"] == "decision" and movement in (report.get("movement"), report.get("double_of")):
                at = (datetime.fromisoformat(report["occurred_at"]), UUID(report["id"]), report.get("pair", ""))
                decided.setdefault((report["movement"], report["double_of"]), []).append(at)
        found = []
        for (later, earlier), said in decided.items():
            at, by, pair = max(said)
            other = earlier if movement == later else later
            is_mine = pair == part if movement == later else pair not in ("", part)
            if is_mine and other in self.reports:
                found.append((at, by, other))
        return self.reports[max(found)[2]] if found else None

    def booked_at(self, place: str) -> str:
        """The shelter a place turned out to be, or itself."""
        same = {r["other"]: r["keep"] for r in self.reports.values() if r["kind"] == "same_place"}
        while place in same:
            place = same[place]
        return place

    def home_of(self, report: Report) -> str | None:
        """Of the group as last said, or of the movement if that has none."""
        said = [r for r in self.reports.values() if r["kind"] == "group" and r["code"] == report.get("group")]
        said.sort(key=lambda r: (datetime.fromisoformat(r["occurred_at"]), UUID(r["id"])))
        home = None
        for one in said:
            home = one.get("origin", home)
        return home or report.get("origin")

    def _asked(self, question: Callable[..., Any], *about: Any) -> Any:
        key = (question.__name__, *about)
        if key not in self._answers:
            self._answers[key] = question(*about)
        return self._answers[key]

    def places(self) -> dict[str, tuple[str, ...]]:
        """Every place something was said of, with the areas it lies in."""
        shelters = {r["code"]: self.area_paths[r["area"]] for r in self.reports.values() if r["kind"] == "shelter"}
        mine = {code: path for code, path in shelters.items() if self.booked_at(code) == code}
        return mine | {code: path for code, path in self.area_paths.items() if self.events(code)}

    def path_of(self, place: str | None) -> tuple[str, ...]:
        """The operation, then the areas a place lies in; nothing holds elsewhere."""
        if place is None:
            return ()
        shelters = {r["code"]: self.area_paths[r["area"]] for r in self.reports.values() if r["kind"] == "shelter"}
        return ("", *(shelters.get(place) or self.area_paths[place]))

    # -- who is where

    def events(self, place: str) -> list[Event]:
        return self._asked(self._events, place)  # type: ignore[no-any-return]

    def _events(self, place: str) -> list[Event]:
        found = [event for report in self.reports.values() for event in self._at(place, report)]
        return sorted(found, key=lambda event: event.order)

    def _at(self, place: str, report: Report) -> list[Event]:
        arrived = datetime.fromisoformat(report["occurred_at"])
        match report["kind"]:
            case "shelter" | "shelter_state" | "note":
                about = report.get("code") or report.get("shelter") or named(report["place"])
                return [self._event(arrived, None, report)] if self.booked_at(about) == place else []
            case "headcount" if self.booked_at(named(report["place"])) == place:
                return [replace(self._event(arrived, 0, report), adopt=self.adopt(report["id"]))]
            case "movement" if not self.is_double(report["id"]):
                return self._moved(place, report)
        return []

    def _moved(self, place: str, report: Report) -> list[Event]:
        """What a movement does at a place: in and out, or as one of a pair only what it saw, the rest being the
        other's."""
        arrival, departure = self.partner(report["id"], "departure"), self.partner(report["id"], "arrival")
        came, went = arrival or report, departure or report
        to = self.booked_at(named(came["to"])) if came.get("to") else None
        source = self.booked_at(named(went["from"])) if went.get("from") else None
        if to == source:
            return []  # between two that are one
        entering = self._event(datetime.fromisoformat(came["occurred_at"]), 1, came)
        leaving = self._event(datetime.fromisoformat(went.get("left_at") or went["occurred_at"]), -1, went)
        same_day = entering.day == leaving.day
        return [
            replace(event, other=other, other_at=at_other.at, is_same_day=same_day)
            for is_other_s, end, event, other, at_other in (
                (arrival is not None, to, entering, source, leaving),
                (departure is not None, source, leaving, to, entering),
            )
            if end == place and not is_other_s
        ]

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _event(self, at: datetime, sign: int | None, report: Report) -> Event:
        """Day-dated: a movement stands at the day's start, a headcount at its end."""
        day = self._day(at)
        if report.get("precision") in ("day", "about"):
            at = self.end_of(day) if sign == 0 else self.end_of(day - timedelta(days=1)) + A_MOMENT
        return Event(at.astimezone(UTC), day, sign, report)

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC) - A_MOMENT


def named(place: dict[str, str]) -> str:
    return place.get("shelter") or place["area"]
