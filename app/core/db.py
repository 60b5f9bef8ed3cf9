"""The database: one engine per process, sessions, and the unit of work that commits at the edge.

Services flush and never commit. An edge (a request, a task, a command) opens one unit of work; when it
commits, the workers named by `wake` are told, and only then.
"""

import select
from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from pydantic_core import from_json
from sqlalchemy import Connection, CursorResult, Engine, Result, create_engine, event
from sqlalchemy.exc import IntegrityError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel import SQLModel

from app.core import clock, jobs
from app.core.kept import Once
from config.services.addresses import addresses
from config.settings import settings

T = TypeVar("T")

VISIBLE_WITHIN = timedelta(seconds=8)
WALLED = "mawa_web"  # the role of what is asked from outside: it sees one operation, and changes no schema

# Nothing is wrong with what was to be done: the database is away, or two transactions met. The next round does it.
PASSING = (OperationalError, InterfaceError, NoConnection)

LONGEST_ASKED = "60s"
OPTIONS = (
    "timezone=UTC",
    "idle_in_transaction_session_timeout=60s",
    # A statement is planned once a connection: planning the report door anew each time costs as much as running it.
    "plan_cache_mode=force_generic_plan",
)

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_engines: dict[str | None, Engine] = {}
_making = Lock()


def engine() -> Engine:
    """The engine of what works on all operations: tasks and commands."""
    return _engine_of(None)


def walled_engine() -> Engine:
    """The engine of what is asked from outside: PostgreSQL itself shows it only the operation it is `within`."""
    return _engine_of(WALLED)


def _engine_of(role: str | None) -> Engine:
    """One for the whole process, also where threads ask for the first time together: connections of a second would be
    nobody's."""
    if role not in _engines:
        with _making:
            if role not in _engines:
                _engines[role] = make_engine(addresses(settings()).database, role=role)
    return _engines[role]


def disconnect() -> None:
    """Let go of every connection; the next question opens one to the database that settings name then."""
    while _engines:
        _engines.popitem()[1].dispose()


def make_engine(url: str, *, role: str | None = None, **more: Any) -> Engine:
    """An engine. Connections are looked at before use, so a restarted server is not an error. `role`: another one than
    that which signs in, and no statement of it takes longer than whoever asks from outside waits; `more`: for libpq."""
    options = OPTIONS if role is None else (*OPTIONS, f"role={role}", f"statement_timeout={LONGEST_ASKED}")
    made = create_engine(
        url,
        json_deserializer=from_json,  # three times as fast as the standard one
        pool_size=8,  # a connection made anew costs more than a report
        hide_parameters=True,  # what people reported stands in no log, whatever goes wrong
        max_overflow=8,  # together as many as a web process has threads: none waits for a connection
        connect_args={
            "options": " ".join(f"-c {option}" for option in options),
            "client_encoding": "UTF8",  # whatever PGCLIENTENCODING says: seals are made of texts as they are sent
            "connect_timeout": 5,
            **more,
        },
    )
    event.listen(made, "checkout", _look_at)
    return made


def _look_at(connection: Any, *_pool: Any) -> None:
    """What a server says on an idle connection is that it ends (or was configured anew: then too a new one will do), so
    one look at the socket is enough. A question (`pool_pre_ping`) would be a fifth of the cost of a report."""
    waiting = select.poll()
    if not connection.closed:
        waiting.register(connection.fileno(), select.POLLIN)
    if connection.closed or waiting.poll(0):
        raise InvalidatePoolError("the server has closed this connection")


def new_session() -> Session:
    """A session for an edge that commits by itself; everything else is handed one."""
    return Session(engine(), expire_on_commit=False)


def new_snapshot() -> Session:
    """A session that changes nothing and sees one state from its first statement to its last: an answer put together
    from several statements must not mix what was before a fold with what is after it."""
    return Session(_reading(engine()), info={"once": Once()})


def once(session: Session, about: Hashable, ask: Callable[[], T]) -> T:
    """What `ask` says; a snapshot asks it but once, for to the end of it the answer is the same."""
    if "once" not in session.info:
        return ask()
    once_asked: Once = session.info["once"]
    return once_asked((session.info.get("within"), about), ask)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Another transaction is another snapshot."""
    if transaction.parent is None and "once" in session.info:
        session.info["once"] = Once()


class Walled(Session):
    """A session of somebody outside. Until it is said `within` which operation it is, tables of operations are empty to
    it, whatever it asks."""


def new_walled() -> Walled:
    """A session for a request that changes something."""
    return Walled(walled_engine(), expire_on_commit=False)


def walled_snapshot(of: Engine | None = None) -> Walled:
    """A session for a request that reads: a snapshot. `of`: another engine than that of the database, of that role."""
    return Walled(_reading(of or walled_engine()), info={"once": Once()})


def within(session: Session, operation_id: UUID) -> None:
    """From here on this session sees and changes this operation and no other."""
    session.info["within"] = str(operation_id)
    if session.in_transaction():
        _say_within(session.info["within"], session.connection())


@event.listens_for(Walled, "after_begin")
def _begin_within(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if "within" in session.info and not transaction.nested:
        _say_within(session.info["within"], connection)


def _say_within(operation: str, connection: Connection) -> None:
    """To the end of the transaction: no connection of the pool remembers it. Past SQLAlchemy, since every post asks."""
    driver: Any = connection.connection.driver_connection
    driver.execute("SELECT set_config('mawa.operation', %s, true)", (operation,))


@lru_cache(maxsize=4)
def _reading(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def run(session: Session, statement: str, said: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement as psycopg writes it (`%(name)s`), in the session's transaction.

    For what every report asks: SQLAlchemy's way to the driver and back costs as much as the driver itself. What was
    added to the session must have been flushed. SQLAlchemy's IntegrityError where a constraint objects, its
    OperationalError where the server is away; any other error is psycopg's.
    """
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        return driver.execute(statement, said).fetchall()
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except psycopg.OperationalError as error:
        if driver.closed:
            connection.invalidate(error)  # else closing the session would try to roll back over it
        raise OperationalError(statement, None, error) from error


def by_name(found: Result[Any]) -> list[Any]:
    """The rows of a result of text(), for where thousands are read and each column of them: SQLAlchemy's own rows take
    ten times as long to say what stands in a column, and are fetched one by one."""
    assert isinstance(found, CursorResult)
    names = tuple(found.keys())
    with found:
        return list(map(_row_of(names), found.cursor.fetchall()))


@lru_cache
def _row_of(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    row: Any = namedtuple("Row", names)  # type: ignore[misc]  # mypy wants names written out; these are the statement's
    make: Callable[[Iterable[Any]], Any] = row._make
    return make


@contextmanager
def unit_of_work(begin: Callable[[], Session] = new_session) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    with begin() as session:
        yield session
        commit(session)


def commit(session: Session) -> None:
    """Commit, then wake the workers this transaction made work for. Called by edges only."""
    session.commit()
    jobs.wake(session.info.pop("wake", set()))


class TookTooLong(Exception):
    """What a transaction recorded would become visible long after the moment it says it was recorded at."""


def record_at(session: Session, at: datetime) -> None:
    """Note that this session writes something as recorded at a moment; the first of several counts."""
    session.info["recorded_at"] = min(at, session.info.get("recorded_at", at))


def check_age(session: Session) -> None:
    """Raise TookTooLong where this session must not commit any more: who asks what was known ten seconds ago is told
    what will stay true, so what is recorded must be there by then."""
    recorded_at = session.info.get("recorded_at")
    if recorded_at is not None and clock.now() - recorded_at > VISIBLE_WITHIN:
        session.rollback()
        raise TookTooLong


def wake(session: Session, *tasks: str) -> None:
    """Have these tasks run soon after this session commits."""
    session.info.setdefault("wake", set()).update(tasks)
