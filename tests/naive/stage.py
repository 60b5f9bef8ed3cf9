"""Where the machine plays: an operation in a database, and ways to make little data go a long way."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from unittest.mock import patch

from app.accounts.policy import Actor
from app.core import db
from app.population.rows import reading
from app.population.service import whole
from app.tables import table_metadata
from tests.factories.operations import make_actor, make_operation
from tests.naive.sayings import ZONE


@lru_cache(maxsize=1)
def world(url: str) -> Actor:
    """An operation and someone to report, made once in each database."""
    table_metadata()  # notices name tables nothing here has asked for
    with db.unit_of_work() as session:
        return make_actor(session, make_operation(session, time_zone=ZONE), role="coordinator")


@contextmanager
def small_pieces() -> Iterator[None]:
    """Rows read ahead two at a time and places two at a time, so that few of them are enough to need more pieces."""
    with patch.object(reading, "_CHUNK", 2), patch.object(whole, "PLACES_A_TIME", 3):
        yield
