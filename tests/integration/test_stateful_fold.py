"""Ledger and fold against the naive model: random reports, random folds, real PostgreSQL.

A long run: `pytest -p tests.naive.profiles --hypothesis-profile=long tests/integration/test_stateful_fold.py`.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.naive.machine import FoldMachine
from tests.naive.profiles import LONG, SHORT
from tests.naive.stage import small_pieces


@pytest.mark.slow
def test_the_fold_says_what_the_naive_model_says(database: str) -> None:
    is_long = settings.get_current_profile_name() == "long"
    with small_pieces():
        run_state_machine_as_test(FoldMachine, settings=LONG if is_long else SHORT)
