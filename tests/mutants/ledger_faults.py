"""Faults in what changes figures beside movements and headcounts: corrections, decisions, shelters that are one, homes;
and in questions about the past."""

from tests.mutants.faults import Fault

STANDING, REPORTS = "ledger/queries/standing.py", "ledger/queries/reports.py"
EVENTS = "population/events.py"
FACTS = "population/facts.py"
LEVELS = "population/levels.py"
TOUCHED = "population/touched.py"
CORRECTIONS = "intake/service/corrections.py"

FAULTS = (
    Fault(
        "a correction changes nothing",
        STANDING,
        'return f"NOT EXISTS (SELECT FROM reports AS later WHERE later.corrects = {reports}.id OFFSET 0)"',
        'return "true"',
    ),
    Fault(
        "the replaced version is not looked at again",
        CORRECTIONS,
        "    touched = ledger.touched_by(last)\n",
        "    touched = set()\n",
    ),
    Fault(
        "two people replace one version",
        CORRECTIONS,
        "    if last.id != report.corrects:\n        _refuse_late(session, post, report, chain)\n",
        "",
    ),
    Fault(
        "nobody listens to a decision",
        FACTS,
        "    if event.decided is not None:\n        return event.decided\n",
        "",
    ),
    Fault(
        "the first decision holds for ever",
        EVENTS,
        "ORDER BY decision.occurred_at DESC, coalesce(decision.version_of, decision.id) DESC LIMIT 1",
        "ORDER BY decision.occurred_at, coalesce(decision.version_of, decision.id) LIMIT 1",
        seen_by="late",
    ),
    Fault(
        "a decision has nothing looked at again",
        "intake/service/store.py",
        "        ledger.mark(session, operation_id=row.operation_id, touched=touched, at=row.recorded_at)",
        "        pass",
    ),
    Fault(
        "what was set aside still asks for a decision",
        FACTS,
        "self.competed += event.decided is None",
        "self.competed += 1",
    ),
    Fault(
        "competing figures are never outdated",
        LEVELS,
        "competing=facts.competed + (0 if facts.counted else before.competing)",
        "competing=facts.competed + before.competing",
    ),
    Fault(
        "what was found is measured against the morning",
        LEVELS,
        "books = facts.expected if facts.previous else before.total + facts.expected",
        "books = before.total",
    ),
    Fault(
        "counts a day and a half apart do not contradict each other",
        LEVELS,
        "CONFLICT_WITHIN = timedelta(hours=48)",
        "CONFLICT_WITHIN = timedelta(hours=24)",
    ),
    Fault(
        "counts contradict each other though someone decided",
        LEVELS,
        "is_disputed=is_near and not is_settled and not facts.taken.meets(books)",
        "is_disputed=is_near and not facts.taken.meets(books)",
    ),
    Fault(
        "shelters that are one are counted apart",
        "places/queries.py",
        "FROM places WHERE kept_id = ANY(:kept) ORDER BY id",
        "FROM places WHERE id = ANY(:kept) ORDER BY id",
        seen_by="late",
    ),
    Fault(
        "who came before a count and who came after it came together",
        EVENTS,
        "GROUP BY kept_id, of, direction, counts_before",
        "GROUP BY kept_id, of, direction",
        seen_by="late",
    ),
    Fault(
        "what is said under the other code of a shelter is said of nobody",
        EVENTS,
        "SELECT wanted.kept_id, reports.day AS of",
        "SELECT wanted.place_id AS kept_id, reports.day AS of",
    ),
    Fault(
        "who moved between two that are one has moved with the others",
        EVENTS,
        "other_end <> ALL(CAST(:merged AS uuid[]))",
        "true",
        seen_by="late",
    ),
    Fault(
        "who moved together and was not observed is missing from the cells",
        FACTS,
        "cells[frame.scheme.unknown] += event.unobserved or",
        "cells[frame.scheme.unknown] += 0 if event.unobserved else",
    ),
    Fault(
        "people who came together are counted without doubt",
        EVENTS,
        "kind = 'movement' AND total IS NOT NULL AND low IS NULL AND high IS NULL",
        "kind = 'movement' AND total IS NOT NULL",
    ),
    Fault(
        "who moved between two that are one has moved",
        EVENTS,
        "if other is not None and own.kept_id == other.kept_id:",
        "if False:",
        seen_by="late",
    ),
    Fault(
        "two that are one again stay booked together",
        CORRECTIONS,
        "        book_together(session, row, *(place for place in (last.place_id, last.from_place_id) if place))\n",
        "",
    ),
    Fault(
        "nobody asks whose borders were crossed after all",
        REPORTS,
        "    UNION SELECT from_place_id, left_day FROM reports\n"
        "      WHERE place_id = wide.place_id AND kind = 'movement' AND from_place_id IS NOT NULL\n",
        "",
        seen_by="late",
    ),
    Fault(
        "who moved inside an area has come and left",
        EVENTS,
        "_shared(own.area_path, around.ends.get(end)) if is_same_day else 0",
        "0",
    ),
    Fault(
        "who was on the way at midnight never left",
        EVENTS,
        "_shared(own.area_path, around.ends.get(end)) if is_same_day else 0",
        "_shared(own.area_path, around.ends.get(end))",
    ),
    Fault(
        "a shelter put elsewhere stays in its old sums",
        "population/areas.py",
        "    if summed_in is None or tuple(summed_in) == tuple(area_path):\n",
        "    if True:\n",
    ),
    Fault(
        "homes are those of the movement, not of the group",
        EVENTS,
        "around.homes.get(group) or origin",
        "origin or around.homes.get(group)",
        seen_by="journeys",
    ),
    Fault(
        "who leaves stays in the list of homes",
        FACTS,
        "self.origins.get(origin, 0) + direction * people",
        "self.origins.get(origin, 0) + people",
    ),
    Fault(
        "a group's new home changes nothing",
        "intake/service/projections.py",
        "        ledger.mark_homes(session, operation_id=row.operation_id, groups=moved, at=row.recorded_at)\n",
        "",
    ),
    Fault(
        "households are exact",
        "counts/people.py",
        "        estimated = int(people.total is None)\n",
        "        estimated = 0\n",
    ),
    Fault(
        "what was recorded later was known already",
        STANDING,
        'f"{reports}.recorded_at <= :known_on AND NOT EXISTS (SELECT FROM reports AS later"',
        'f"NOT EXISTS (SELECT FROM reports AS later"',
    ),
    Fault(
        "what was corrected later was known to be wrong",
        STANDING,
        'f" WHERE later.corrects = {reports}.id AND later.recorded_at <= :known_on OFFSET 0)"',
        'f" WHERE later.corrects = {reports}.id OFFSET 0)"',
    ),
    Fault(
        "the past forgets where replaced versions stood",
        TOUCHED,
        "_rows(session, _CORRECTED, ids=[row.corrects for row in later if row.corrects])",
        "list[Any]()",
    ),
    Fault(
        "the past knows what was decided later",
        TOUCHED,
        "SELECT place_id, day FROM reports WHERE id = ANY(:firsts)\n  UNION ",
        "",
    ),
    Fault(
        "the past books shelters together before anybody knew",
        TOUCHED,
        "        for kept in {now[place].kept_id, known.same.get(place, place)}:",
        "        for kept in {now[place].kept_id}:",
        seen_by="late",
    ),
    Fault(
        "a moment within a day is its end",
        FACTS,
        "[event for event in events if until is None or event.stands_at <= until]",
        "list(events)",
    ),
    Fault(
        "who is on the way within a day has crossed no border",
        FACTS,
        "0 if is_on_the_way else min(shared, self.levels)",
        "min(shared, self.levels)",
        seen_by="late",
    ),
    Fault(
        "who has arrived is still on the way",
        "population/queries/days.py",
        "reports_on_the_way(:operation, :as_of)",
        "reports_on_the_way(:operation, CAST(:as_of AS timestamptz) - interval '1 day')",
        seen_by="journeys",
    ),
    Fault(
        "who needs care in one bus told twice is told twice",
        "population/queries/needs.py",
        "(kind = 'headcount' OR {entering(known_on=known_on, pairs=pairs)})",
        "true",
        seen_by="decided",
    ),
    Fault(
        "a shelter whose report was taken back is still described",
        EVENTS,
        'if own.is_void and row.kind in ("shelter", "shelter_state"):',
        "if False:",
        seen_by="late",
    ),
    Fault(
        "origin not known is everybody",
        "population/queries/flows.py",
        "rest = None if total is None else total - sum(known.values())",
        "rest = total",
    ),
    Fault(
        "the reasons add a headcount to the books",
        "population/queries/reasons.py",
        'books = counted if effect == "anchors" else',
        'books = (books or 0) + counted if effect == "anchors" else',
    ),
)
