"""Which versions of reports stand, and which movements count, at which end: conditions to be put into statements."""


def standing(reports: str = "reports", *, known_on: bool = False) -> str:
    """The condition that a row is the version that counts: none corrects it. With `known_on`, as had been recorded by
    the parameter of that name.

    OFFSET 0 has PostgreSQL look each row up; without it it may read all corrections there are for a handful of rows.
    """
    if not known_on:
        return f"NOT EXISTS (SELECT FROM reports AS later WHERE later.corrects = {reports}.id OFFSET 0)"
    return (
        f"{reports}.recorded_at <= :known_on AND NOT EXISTS (SELECT FROM reports AS later"
        f" WHERE later.corrects = {reports}.id AND later.recorded_at <= :known_on OFFSET 0)"
    )


def _first(reports: str) -> str:
    return f"CASE WHEN {reports}.version_of IS NULL THEN {reports}.id ELSE {reports}.version_of END"


def _holds(decision: str, *, known_on: bool) -> str:
    """The condition that a decision on two movements is the latest of those on both that stand."""
    return f"""{standing(decision, known_on=known_on)} AND NOT EXISTS (
        SELECT FROM reports AS newer
        WHERE newer.about_id = {decision}.about_id AND newer.double_of = {decision}.double_of
          AND {standing("newer", known_on=known_on)}
          AND (newer.occurred_at, {_first("newer")}) > ({decision}.occurred_at, {_first(decision)}) OFFSET 0)"""


def counting(reports: str = "reports", *, known_on: bool = False) -> str:
    """The condition that a movement counts: it is the version that stands, and nobody decided that it tells again of
    the same people as one that stands itself. Of two movements the latest decision on both holds.

    What was told before is never left out for what was told later, so that two never leave out each other. Of decisions
    only `about_id` is asked for, so that PostgreSQL looks each up by that index: all about a movement name another.
    """
    return f"""{standing(reports, known_on=known_on)} AND NOT EXISTS (
    SELECT FROM reports AS again
    WHERE again.about_id = {_first(reports)} AND NOT again.adopt AND {_holds("again", known_on=known_on)}
      AND (EXISTS (SELECT FROM reports AS told WHERE told.id = again.double_of AND told.kind = 'movement'
          AND {standing("told", known_on=known_on)} OFFSET 0)
        OR EXISTS (SELECT FROM reports AS told WHERE told.version_of = again.double_of AND told.kind = 'movement'
          AND {standing("told", known_on=known_on)} OFFSET 0))
    OFFSET 0)"""


def paired(reports: str, part: str, *, known_on: bool = False) -> str:
    """The movement that tells the other part of one journey, of which this one is the `part` (departure, arrival); the
    latest decided of those that stand. Both count, each at the end it saw, and the other end is the other's."""
    is_other = {"departure": "arrival", "arrival": "departure"}[part]
    ways = [
        f"""
      SELECT told.place_id, told.from_place_id, told.day, told.left_day, told.stands_at, told.left_stands_at,
        decision.occurred_at AS decided_at, {_first("decision")} AS decided_by
      FROM reports AS decision CROSS JOIN LATERAL (
        SELECT * FROM reports AS version
        WHERE (version.id = decision.{its} OR version.version_of = decision.{its}) AND version.kind = 'movement'
          AND {standing("version", known_on=known_on)} OFFSET 0
      ) AS told
      WHERE decision.{mine} = {_first(reports)} AND decision.pair = '{said}'
        AND {_holds("decision", known_on=known_on)}"""
        for mine, its, said in (("about_id", "double_of", part), ("double_of", "about_id", is_other))
    ]
    return f"SELECT * FROM ({' UNION ALL '.join(ways)}) AS told ORDER BY decided_at DESC, decided_by DESC LIMIT 1"


def entering(reports: str = "reports", *, known_on: bool = False, pairs: bool = True) -> str:
    """The condition that the people of a movement are booked where they came to. `pairs`: whether there are any
    (`has_pairs`): to ask of each movement whether it is one of a pair costs, and most operations have none."""
    return _booked(reports, "departure", known_on=known_on, pairs=pairs)


def leaving(reports: str = "reports", *, known_on: bool = False, pairs: bool = True) -> str:
    """The condition that the people of a movement are booked out of where they left."""
    return _booked(reports, "arrival", known_on=known_on, pairs=pairs)


def _booked(reports: str, but_for: str, *, known_on: bool, pairs: bool) -> str:
    but = f" AND NOT EXISTS ({paired(reports, but_for, known_on=known_on)})" if pairs else ""
    return counting(reports, known_on=known_on) + but


_BOTH = """(
    SELECT place_id, day, from_place_id, left_day FROM reports WHERE id IN (decision.about_id, decision.double_of)
    UNION ALL
    SELECT place_id, day, from_place_id, left_day FROM reports
    WHERE version_of IN (decision.about_id, decision.double_of))"""


def paired_at(place: str, operation: str) -> str:
    """Both ends of pairs of which any version ever was at a place."""
    return f"""
    SELECT ends.place_id, ends.day FROM reports AS decision CROSS JOIN LATERAL {_BOTH} AS told
    CROSS JOIN LATERAL (VALUES (told.place_id, told.day), (told.from_place_id, told.left_day)) AS ends (place_id, day)
    WHERE decision.pair IS NOT NULL AND decision.operation_id = {operation} AND ends.place_id IS NOT NULL
      AND EXISTS (SELECT FROM {_BOTH} AS here WHERE {place} IN (here.place_id, here.from_place_id))"""
