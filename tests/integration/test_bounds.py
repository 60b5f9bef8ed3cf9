"""What is asked all day reads no more of a long history than of a short one. Of ten million: `make bench KEYS=flat`."""

from app.factory import create_app
from tests.bench.bounds import DAYS, SHELTERS, beyond, touched
from tests.factories.crowds import make_crowd
from tests.guards.project import nothing


def test_what_is_read_does_not_grow_with_history(database: str) -> None:
    crowd = make_crowd(shelters=SHELTERS, reports=30_000, days=DAYS)
    found = touched(create_app(), crowd)
    assert all(rows for rows, _ in found.values()), found
    nothing(beyond(found))


def test_what_is_asked_does_not_grow_with_the_history_of_a_place(database: str) -> None:
    """Of one of which there are thousands of reports: a fold reads those of its busy day."""
    crowd = make_crowd(shelters=60, reports=60_000, days=DAYS)
    assert crowd.sites[1].reports > 4_000
    found = touched(create_app(), crowd, crowd.sites[1])
    assert all(rows for rows, _ in found.values()), found
    del found["folding one report"]
    nothing(beyond(found))
