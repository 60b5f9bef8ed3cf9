"""What several files of unit tests ask for."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from app.field.schemas import Desk
from tests.factories.desks import made_desk

# The same examples each time, however slow the machine is just then.
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
if settings.get_current_profile_name() != "long":
    settings.load_profile("steady")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk of a small operation, in English, at noon on 16 March 2025."""
    with made_desk() as opened:
        yield opened
