"""Commands that keep the data: schema, first load, verification, rebuilding."""

import sys
from itertools import chain

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import ROLES
from app.accounts.service import add_user
from app.alerts import refresh
from app.audit.service import seals
from app.backups.cli import backup, recovered, restore
from app.backups.service.comparing import differing
from app.cli import demo as demonstration
from app.core import db
from app.core.db import unit_of_work
from app.intake.cli import load_seed, open_operation
from app.ledger.queries import MARKED
from app.migrations import moves
from app.migrations.state import is_current
from app.places.queries import count_operations, operation_by_code
from app.tables import table_metadata
from config.settings import settings

table_metadata()

EMPTY = {
    "code": "default",
    "name": {"en": "Default operation", "ar": "العملية الافتراضية", "fr": "Opération par défaut"},
    "time_zone": "Asia/Damascus",
    "scheme": {
        "sexes": ["female", "male", "unknown"],
        "ages": ["0-4", "5-11", "12-17", "18-59", "60+", "unknown"],
    },
    "mail_detail": "full",
}


@click.group()
def database() -> None:
    """The schema of the database, and backups of what it holds."""


database.add_command(backup)
database.add_command(restore)
database.add_command(recovered)


@database.command()
def upgrade() -> None:
    """Bring the schema to the newest step."""
    moves.upgrade()


def load_first(*, demo: bool) -> None:
    """Migrate; into an empty database load the demonstration with its accounts, or an empty operation. Fold it."""
    if not is_current():
        moves.upgrade()
    with unit_of_work() as session:
        if count_operations(session) == 0 and demo:
            load_seed(session, demonstration.OPERATION)
            _add_demo_accounts(session)
        elif count_operations(session) == 0:
            open_operation(session, EMPTY)
    while True:
        with unit_of_work() as session:
            if not refresh.refresh(session):
                break


@click.command()
@click.option("--seal", metavar="NUMBER:HASH", help="A seal that was written down: it must still be the same.")
def verify(seal: str | None) -> None:
    """Re-derive every figure from the ledger, hold ledger and audit log against their seals: exit 1 with the
    differences."""
    differences = 0
    with db.new_snapshot() as session:
        pending = session.scalar(text(f"SELECT count(DISTINCT place_id) FROM ({MARKED}) AS marked"))
        noted = [f"seal {seal} is another now"] if seal and not _is_sealed_as(session, seal) else []
        noted += _differing_backups(session)
        for found in chain([noted], seals.verify(session), refresh.verify(session)):
            for difference in found:
                click.echo(difference)
                differences += 1
        unsealed, last = seals.waiting(session), seals.last_seal(session)
        for one in seals.erasures(session):
            if one.is_told:
                click.echo(f"Erased on {one.at:%Y-%m-%d %H:%M} UTC: {one.operation}, {one.rows} sealed rows", err=True)
    click.echo(f"{differences} differences, {pending} places still to be folded", err=True)
    click.echo(f"{unsealed} rows still to be sealed, the last seal is {last or 'none'}", err=True)
    sys.exit(1 if differences else 0)


def _differing_backups(session: Session) -> list[str]:
    """Backups in BACKUP_DIR that were made of another past than this one."""
    folder = settings().backups
    try:
        return list(differing(session, folder)) if folder else []
    except OSError as error:
        return [f"{folder} cannot be read: {error.strerror}"]


def _is_sealed_as(session: Session, seal: str) -> bool:
    try:
        return seals.is_sealed_as(session, seal)
    except ValueError:
        raise click.BadParameter("Write it as `mawa verify` does: NUMBER:HASH.", param_hint="--seal") from None


@click.command()
def rebuild() -> None:
    """Replace every figure from the ledger. Reports are taken meanwhile, figures wait."""
    with unit_of_work() as session:
        total = session.scalar(text("SELECT count(*) FROM places")) or 0
        with click.progressbar(length=total, label="Rebuilding", file=sys.stderr) as bar:
            for folded in refresh.rebuild(session):
                if folded is None:
                    db.commit(session)
                else:
                    bar.update(len(folded))


def _add_demo_accounts(session: Session) -> None:
    operation = operation_by_code(session, demonstration.OPERATION)
    if operation is None:
        return
    for role in ROLES:
        add_user(
            session,
            email=f"{role}@demo.example.org",
            role=role,
            areas=None,
            operation_id=operation.id,
            password=demonstration.PASSWORD,
        )
