"""The machine says things about what was said: corrections, decisions, shelters that are one, or elsewhere."""

from datetime import date, datetime
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.intake.service import take
from tests.naive.sayings import (
    CORRECTED,
    GROUPS,
    HOMES,
    INSTEAD,
    MAKING,
    SAYINGS,
    SHELTERS,
    at_hour,
    days,
    finished,
    instants,
    place_named,
)
from tests.naive.speaking import SpeakingMachine
from tests.naive.sums import Report, has_best

ANSWERS: tuple[Report, ...] = (
    {"counts": False},
    {"counts": True},
    *({"counts": True, "pair": part} for part in ("departure", "arrival", "departure", "arrival")),
)


class AmendingMachine(SpeakingMachine):
    """Reports about reports, now and then undone."""

    @rule(data=st.data(), kind=st.sampled_from(CORRECTED), at=instants(), void=st.booleans(), fold=st.booleans())
    def correct(self, data: st.DataObject, kind: str, at: datetime, void: bool, fold: bool) -> None:
        """Another version of a report of some kind, or none; what was taken back may be said again."""
        known = [report for report in self.model.log if report["kind"] == kind]
        if not known:
            return
        first = data.draw(st.sampled_from(known))
        version = self.model.last_version(first["id"])
        standing = self.model.reports.get(first["id"])
        replacement = None
        if standing is None or not void or kind in MAKING:
            draw = SAYINGS[kind] if kind in SAYINGS else INSTEAD[kind](first)
            said = data.draw(draw)
            if kind in MAKING:
                said |= {key: first[key] for key in ("code",) if key in first}
            replacement = finished({**said, "occurred_at": at.isoformat()})
        self._say([(self._correction(version, replacement, at), 7)])
        assert self._statuses([self._correction(version, None, at)]) == ["conflict"]
        if fold:
            self.fold()

    @rule(data=st.data(), adopt=st.booleans(), at=instants(), fold=st.booleans())
    def decide(self, data: st.DataObject, adopt: bool, at: datetime, fold: bool) -> None:
        """A headcount is adopted or set aside, whatever was decided before."""
        counts = [report for report in self.model.reports.values() if report["kind"] == "headcount"]
        if not counts:
            return
        count = data.draw(st.sampled_from(counts))
        decision = {
            "kind": "decision",
            "occurred_at": at.isoformat(),
            "headcount": self.model.last_version(count["id"]),
            "adopt": adopt,
            "reason": "as counted twice",
        }
        if adopt and not has_best(count):
            assert self._statuses([decision]) == ["rejected"]
            return
        self._say([(decision, data.draw(st.integers(0, 15)))])
        if fold:
            self.fold()

    @rule(data=st.data(), so=st.sampled_from(ANSWERS), at=instants(), fold=st.booleans())
    def decide_whether_one_is_told_twice(self, data: st.DataObject, so: Report, at: datetime, fold: bool) -> None:
        """The later told of two movements counts, or not as long as the other stands, or both where each saw the
        people; whatever was decided before."""
        moved = sorted(id_ for id_, report in self.model.reports.items() if report["kind"] == "movement")
        if len(moved) < 2:
            return
        both = data.draw(st.lists(st.sampled_from(moved), min_size=2, max_size=2, unique=True))
        told = self.query("SELECT id FROM reports WHERE id = ANY(:ids) ORDER BY recorded_at, id", ids=both)
        earlier, later = (str(row.id) for row in told)
        decision = {"kind": "decision", "occurred_at": at.isoformat(), "reason": "one bus, two clerks"}
        both_ways = [{"movement": later, "double_of": earlier}, {"movement": earlier, "double_of": later}]
        assert self._statuses([{**decision, **both_ways[1], **so}]) == ["rejected"]
        self._say([({**decision, **both_ways[0], **so}, data.draw(st.integers(0, 15)))])
        if fold:
            self.fold()

    @rule(
        pair=st.lists(st.sampled_from(list(SHELTERS)), min_size=2, max_size=2, unique=True),
        fold=st.booleans(),
        undo=st.booleans(),
    )
    def find_that_two_are_one(self, pair: list[str], fold: bool, undo: bool) -> None:
        """Two shelters are one; each must still stand for itself. Sometimes it is soon found that they are two."""
        keep, other = pair
        said = {"kind": "same_place", "occurred_at": self.now.isoformat(), "keep": keep, "other": other}
        said["reason"] = "one gate"
        if self.model.booked_at(keep) != keep or self.model.booked_at(other) != other:
            assert self._statuses([said]) == ["rejected"]
            return
        self._say([(said, 2)])
        if fold:
            self.fold()
        if undo:
            self._say([(self._correction(self.model.log[-1]["id"], None, self.now), 2)])
            self.fold()

    @rule(place=st.sampled_from(["KHM", "KHM", "JAB"]), area=st.sampled_from(["SY0600", "SY1002", "SY0602"]))
    def put_elsewhere(self, place: str, area: str) -> None:
        """A shelter with people in it turns out to lie in another area: its people leave the sums of the one before."""
        self.fold()
        (first,) = [report for report in self.model.log if report["kind"] == "shelter" and report["code"] == place]
        said = {**self.model.reports[first["id"]], "area": area}
        replacement = {key: value for key, value in said.items() if key != "id"}
        self._say([(self._correction(self.model.last_version(first["id"]), replacement, self.now), 9)])
        self.fold()

    @rule(data=st.data(), fold=st.booleans())
    def find_that_they_are_two(self, data: st.DataObject, fold: bool) -> None:
        known = [report["id"] for report in self.model.reports.values() if report["kind"] == "same_place"]
        if not known:
            return
        version = self.model.last_version(data.draw(st.sampled_from(known)))
        self._say([(self._correction(version, None, self.now), 2)])
        if fold:
            self.fold()

    @rule(group=st.sampled_from(GROUPS), home=st.sampled_from(HOMES), day=days)
    def learn_of_another_home(self, group: str, home: str | None, day: date) -> None:
        """People of a group came and are booked; only then is it said where their home is."""
        came: Report = {"kind": "movement", "to": place_named("JAB"), "people": {"total": 3}, "group": group}
        self._say([({**came, "occurred_at": at_hour(day, 11).isoformat()}, 6)])
        self.fold()
        said: Report = {"kind": "group", "code": group, "origin": home, "occurred_at": self.now.isoformat()}
        self._say([(said, 6)])
        self.fold()

    def _correction(self, version: str, replacement: Report | None, at: datetime) -> Report:
        return {
            "kind": "correction",
            "occurred_at": at.isoformat(),
            "corrects": version,
            "replacement": replacement,
            "reason": "looked again",
        }

    def _statuses(self, reports: list[Report]) -> list[str]:
        """What the door answers to something that must change nothing."""
        named = [{"id": str(uuid4()), **report} for report in reports]
        return [result.status for result in take(self.session, actor=self.actor, reports=named)]
