"""One fault in a process of its own: `child FOLDER DATABASE REDIS TESTS`. The app is imported from FOLDER.

Exit 0: the tests passed, so the fault survived; 2: they noticed; anything else: they did not run at all.
"""

# ruff: noqa: T201 - what it prints is what it is for

import sys
from pathlib import Path

_FOLDER, _DATABASE, _REDIS, _TESTS = sys.argv[1:5]
sys.path.insert(0, _FOLDER)

import app  # noqa: E402 - from the folder just named

assert Path(app.__file__).is_relative_to(_FOLDER), f"imported {app.__file__}"

from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager, redirect_stdout  # noqa: E402
from importlib import import_module  # noqa: E402
from io import StringIO  # noqa: E402

import pytest  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from app.core import db  # noqa: E402
from tests.conftest import using_database  # noqa: E402
from tests.naive.machine import FoldMachine  # noqa: E402
from tests.naive.profiles import SHORT  # noqa: E402
from tests.naive.stage import small_pieces  # noqa: E402

TESTS = Path(__file__).resolve().parents[1]
OF_A_SESSION = {"late": "late_states", "journeys": "journeys"}


@contextmanager
def rolled_back() -> Iterator[Session]:
    with db.engine().connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        transaction.rollback()


def run(tests: str) -> None:
    if tests == "fold":
        with small_pieces():
            run_state_machine_as_test(FoldMachine, settings=SHORT)
        return
    if tests in OF_A_SESSION:
        for test in _tests_of(f"tests.integration.test_fold_{OF_A_SESSION[tests]}"):
            with rolled_back() as session:
                test(session)
        return
    if tests == "decided":
        _by_pytest("integration/test_duplicates_decided.py")
        return
    for test in _tests_of(f"tests.unit.{tests}"):
        test()


def _by_pytest(module: str) -> None:
    """Tests that need services and fixtures of pytest; what they import of the app is the faulty one already."""
    with redirect_stdout(StringIO()) as said:
        code = pytest.main(["-x", "--assert=plain", "--tb=line", "-p", "no:cacheprovider", str(TESTS / module)])
    if code == pytest.ExitCode.TESTS_FAILED:
        raise AssertionError(next((line for line in said.getvalue().splitlines() if "Error: " in line), module))
    if code != pytest.ExitCode.OK:
        sys.exit(f"the tests do not run: {code}")


def _tests_of(module: str) -> list:  # type: ignore[type-arg]
    """The tests of a module that need nothing of pytest but the session."""
    found = vars(import_module(module)).items()
    return [test for name, test in found if name.startswith("test_") and not hasattr(test, "pytestmark")]


if __name__ == "__main__":
    try:
        with using_database(_DATABASE, _REDIS):
            run(_TESTS)
    except (NameError, ImportError, SyntaxError) as broken:
        sys.exit(f"the tests do not run: {broken}")
    except Exception as noticed:  # whatever the tests say, they said it
        print(f"{type(noticed).__name__}: {str(noticed).splitlines()[0] if str(noticed) else ''}")
        sys.exit(2)
