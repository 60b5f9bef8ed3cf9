"""What several files of unit tests ask for."""

from collections.abc import Iterator

import pytest

from app.field.schemas import Desk
from tests.factories.desks import made_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk of a small operation, in English, at noon on 16 March 2025."""
    with made_desk() as opened:
        yield opened
