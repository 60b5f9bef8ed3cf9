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
    """A thousand reports of each shelter, of which a fold reads its busy day."""
    found = touched(create_app(), make_crowd(shelters=60, reports=60_000, days=DAYS))
    del found["folding one report"]
    nothing(beyond(found))
