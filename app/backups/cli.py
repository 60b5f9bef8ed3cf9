"""`mawa db backup` and `mawa db restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
import psycopg
from sqlalchemy.exc import DBAPIError

from app.backups.errors import BackupError
from app.backups.schemas import Contents, Held
from app.backups.service.files import Read, reading
from app.backups.service.restoring import brought_back, check_empty, put_back
from app.backups.service.taking import back_up, note
from app.core import clock, db
from app.core.db import unit_of_work
from app.migrations import knows, moves, newest
from app.tables import table_metadata

AS_THEN = "Accounts, roles and tokens are as they were then: shut out again whom you have shut out since."
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command()
@FILE
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
def backup(file: Path, overwrite: bool) -> None:
    """Write everything the database holds to FILE, while everybody works on."""
    with _said(), db.new_snapshot() as session:
        taken = back_up(session, file.absolute(), overwrite=overwrite)
    with unit_of_work() as session:
        note(session, taken)
    click.echo(f"{file}: {_size(taken.size)}, {_told(taken.contents)}, in {taken.seconds:.1f} s")


@click.command()
@FILE
@click.option("--moved", is_flag=True, help="Nothing happened since the backup: sessions go on, waiting mail is sent.")
def restore(file: Path, moved: bool) -> None:
    """Put the backup in FILE back into an empty database, and bring it to the newest schema."""
    table_metadata()
    with _said(), reading(file) as read:
        _check_step(read)
        with unit_of_work() as session:
            check_empty(session)
        _stand_at(read.contents.step)
        with unit_of_work() as session:
            done = put_back(session, read, moved=moved)
        moves.upgrade()
    click.echo(f"{file}: {_told(done.contents)}")
    if not moved:
        _tell_held(done.held)
    click.echo(AS_THEN, err=True)


@click.command()
@click.argument("moment", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z"]))
def recovered(moment: datetime) -> None:
    """Say once that PostgreSQL was brought back to MOMENT (2026-03-01T12:00:00+0000), before anything is started: what
    waited to be mailed then is held, everybody signs in again, and the audit log says so."""
    if moment > clock.now():
        raise click.ClickException("This moment is still to come.")
    with _said(), unit_of_work() as session:
        held = brought_back(session, to=moment)
    _tell_held(held)
    click.echo(AS_THEN, err=True)


def _tell_held(held: Held) -> None:
    click.echo(
        f"Held, for it may have left since: {held.mails} mails, and {held.notices} people still to be told of alerts,"
        " which all stand under /alerts. Everybody signs in again.",
        err=True,
    )


def _check_step(backup: Read) -> None:
    if not knows(backup.contents.step):
        raise BackupError(
            f"{backup.file} is of step {backup.contents.step} of the schema, this Mawa knows none after {newest()}: put"
            " it back with the one that made it, or a newer one."
        )


def _stand_at(step: str) -> None:
    """Make the tables, all of them empty, as they were at a step."""
    moves.upgrade(to="head")
    moves.downgrade(to=step)


@contextmanager
def _said() -> Iterator[None]:
    """What fails is said in one line."""
    try:
        yield
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    except (DBAPIError, psycopg.Error) as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]  # what follows may show rows
        raise click.ClickException(f"The database refuses: {said}") from error


def _told(contents: Contents) -> str:
    seal = f", seal {contents.seal}" if contents.seal else ""
    return f"{contents.rows} rows of {contents.taken_at:%Y-%m-%d %H:%M:%S} UTC at step {contents.step}{seal}"


def _size(octets: int) -> str:
    return f"{octets / 1e6:.1f} MB"
