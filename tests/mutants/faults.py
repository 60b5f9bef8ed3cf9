"""The faults: a name, a source file below app/, a text found there exactly once, and what stands there instead."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`seen_by`: the tests that must fail: "fold" is the stateful test, "late", "journeys" and "decided" are those of
    what was said late, of homes and ways and of what was decided of two movements, others are modules of tests/unit.
    """

    name: str
    file: str
    search: str
    replace: str
    seen_by: str = "fold"


FACTS = "population/facts.py"
LEVELS = "population/levels.py"
AREAS = "population/areas.py"
OCCUPANCY, PRESENT, JUDGE = "alerts/rules/occupancy.py", "alerts/rules/present.py", "alerts/rules/judge.py"
LEDGER = "ledger/service.py"
STANDING, REPORTS = "ledger/queries/standing.py", "ledger/queries/reports.py"

APPEND = "        changes.append(DayChange(day, row, derived))\n"
STOP = "        if day > last_fresh and row == derived:\n            break\n"

FAULTS = (
    Fault(
        "a movement is left out though it was decided that both count",
        STANDING,
        "AND NOT again.adopt AND",
        "AND",
    ),
    Fault(
        "a movement stays left out though a later decision says that both count",
        STANDING,
        "> ({decision}.occurred_at,",
        "< ({decision}.occurred_at,",
        seen_by="decided",
    ),
    Fault(
        "of a pair those who left count also where the other saw them arrive",
        STANDING,
        'return _booked(reports, "departure",',
        'return _booked(reports, "arrival",',
    ),
    Fault(
        "the earlier of a pair is not looked at again when the later is corrected",
        REPORTS,
        "UNION SELECT double_of FROM reports WHERE about_id = ANY(:firsts)",
        "UNION SELECT double_of FROM reports WHERE false AND about_id = ANY(:firsts)",
        seen_by="decided",
    ),
    Fault(
        "who comes as one of a pair crossed a border though the other left within it",
        "population/events.py",
        "ELSE departure.from_place_id END AS other_end",
        "ELSE NULL END AS other_end",
        seen_by="decided",
    ),
    Fault(
        "what doubled a report that was taken back is not looked at again",
        "intake/service/corrections.py",
        'if last.kind in ("movement", "void") else ())',
        "if last.kind in () else ())",
        seen_by="decided",
    ),
    Fault(
        "headcounts stand after movements of the same instant",
        FACTS,
        "return (event.stands_at, event.direction != 0,",
        "return (event.stands_at, event.direction == 0,",
    ),
    Fault(
        "heavier evidence comes first, not last",
        FACTS,
        "event.direction != 0, frame.weight_of(event.method)",
        "event.direction != 0, -frame.weight_of(event.method)",
    ),
    Fault(
        "facts are added to what is stored",
        LEVELS,
        "level = advance(level, facts)",
        "level = advance(row.level if row else level, facts)",
    ),
    Fault(
        "the place people left is not marked",
        LEDGER,
        "FROM stored JOIN sent USING (id) WHERE stored.from_place_id IS NOT NULL",
        "FROM stored JOIN sent USING (id) WHERE stored.from_place_id IS NOT NULL AND false",
    ),
    Fault(
        "the day people left is not marked",
        LEDGER,
        "SELECT stored.operation_id, stored.from_place_id, stored.left_day, stored.recorded_at",
        "SELECT stored.operation_id, stored.from_place_id, stored.day, stored.recorded_at",
    ),
    Fault(
        "days are those of Greenwich",
        "places/schemas.py",
        "return clock.day_of(instant, self.zone)",
        'return clock.day_of(instant, ZoneInfo("UTC"))',
    ),
    Fault(
        "any headcount is adopted, whatever its evidence",
        FACTS,
        "return frame.weight_of(event.method) >= frame.settings.adopt_from",
        "return True",
    ),
    Fault(
        "a headcount of heads alone erases sex and age",
        FACTS,
        "        if event.people.cells is not None:\n"
        "            self.composed_at, self.cells = event.stands_at, event.people.cells",
        "        self.composed_at, self.cells = event.stands_at, cells_of(event.people, self.frame)",
    ),
    Fault(
        "people who moved unobserved are missing from the cells",
        FACTS,
        "or people.best(frame.settings.household_size) or 0",
        "or 0",
    ),
    Fault(
        "the sides of doubt do not change places for people who leave",
        "counts/people.py",
        "return Tally(-self.total, self.high_squares, self.low_squares, self.high_open, self.low_open, self.estimated)",
        "return Tally(-self.total, self.low_squares, self.high_squares, self.low_open, self.high_open, self.estimated)",
    ),
    Fault(
        "the area forgets the row after the last change",
        LEVELS,
        APPEND + STOP,
        STOP + APPEND,
    ),
    Fault(
        "the walk stops at the first row after what was marked",
        LEVELS,
        "if day > last_fresh and row == derived:",
        "if day > last_fresh:",
    ),
    Fault(
        "the country above is forgotten",
        AREAS,
        "return (OPERATION, *area_path)",
        "return (OPERATION, *area_path[1:])",
    ),
    Fault(
        "a place nobody counted adds a counted zero",
        AREAS,
        "return (0, 0, 0, 0, 0, 0, 0, 1, 0, ",
        "return (0, 0, 0, 0, 0, 1, 0, 0, 0, ",
    ),
    Fault(
        "at least so many is taken for a count by the rule",
        OCCUPANCY,
        'level if basis == "counted" or (level != "ok" and RANK[level] >= RANK[held]) else None',
        "level",
    ),
    Fault(
        "a warning clears as soon as it would not start",
        OCCUPANCY,
        'or (before != "ok" and per_cent >= limits.occupancy_warning_clears)',
        "",
    ),
    Fault(
        "a full shelter has room as soon as it is below full",
        OCCUPANCY,
        'or (before == "critical" and per_cent >= limits.occupancy_critical_clears)',
        "",
    ),
    Fault(
        "capacity is that of now, not of the day",
        JUDGE,
        "count = bisect_right(self._instants, until)",
        "count = len(self._instants)",
    ),
    Fault(
        "a walk does not see what shows only later",
        JUDGE,
        'states[OCCUPANCY]["base"] = seen.base',
        "pass",
        seen_by="late",
    ),
    Fault(
        "a discrepancy is forgotten on the next day",
        PRESENT,
        """    if seen.facts is None or seen.facts.counted is None:
        return None
""",
        """    if seen.facts is None or seen.facts.counted is None:
        return OK
""",
    ),
    Fault(
        "silence begins anew at the end of each day",
        JUDGE,
        "self._seen(row.level, None, row.facts.reported_at, at), at)",
        "self._seen(row.level, None, at, at), at)",
    ),
    Fault(
        "who left is taken for who came",
        PRESENT,
        "came = seen.facts.came if seen.facts else 0",
        "came = abs(seen.level.people) if seen.facts else 0",
    ),
    Fault(
        "children nobody looks after are forgotten where nobody asked again",
        LEVELS,
        "unaccompanied=facts.unaccompanied + (0 if facts.unaccompanied_counted else before.unaccompanied)",
        "unaccompanied=facts.unaccompanied + (0 if facts.counted else before.unaccompanied)",
    ),
    Fault(
        "a headcount of a day stands at its start",
        "intake/policy/clocks.py",
        "return clock.end_of(day, zone) if counts else clock.start_of(day, zone)",
        "return clock.start_of(day, zone)",
    ),
    Fault(
        "reading ahead skips a day",
        "population/rows/reading.py",
        "chunk[-1].day.toordinal() + 1",
        "chunk[-1].day.toordinal() + 2",
    ),
    Fault(
        "areas add what is stored, not what is shown",
        AREAS,
        "        shown.total,\n        low,",
        "        level.total.total,\n        low,",
    ),
    Fault(
        "households are lost where a count names none",
        LEVELS,
        "households=facts.households if facts.households_counted else before.households + facts.households",
        "households=facts.households if facts.counted else before.households + facts.households",
    ),
    Fault(
        "what cannot be known ends an alert",
        "alerts/policy.py",
        'if after == published or not state["known"]:',
        "if after == published:",
    ),
    Fault(
        "a shortage of women is covered from nobody's cell first",
        "counts/scheme.py",
        'wanted = (f"{sex}:{UNKNOWN}", f"{UNKNOWN}:{age}", f"{UNKNOWN}:{UNKNOWN}")',
        'wanted = (f"{UNKNOWN}:{UNKNOWN}", f"{sex}:{UNKNOWN}", f"{UNKNOWN}:{age}")',
        seen_by="test_compose",
    ),
    Fault(
        "what is too many is taken from everyone alike",
        "counts/compose.py",
        "        _take(values, scheme.unknown, surplus)\n",
        "",
        seen_by="test_compose",
    ),
    Fault(
        "doubt is rounded down",
        "counts/people.py",
        "return root if root * root == squares else root + 1",
        "return root",
        seen_by="test_people",
    ),
)
