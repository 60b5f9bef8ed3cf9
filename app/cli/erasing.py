"""`mawa operation erase`: what was reported in a closed operation is gone for good. On the server only."""

import getpass
import os

import click

from app.admin.service import erasing
from app.audit.service import seals
from app.core import db
from app.tables import table_metadata
from config.settings import settings

table_metadata()


@click.group()
def operation() -> None:
    """Operations that are over."""


@operation.command()
@click.argument("code")
@click.option(
    "--now", is_flag=True, help="Do not wait until it has been closed for ERASE_AFTER_DAYS; asks for the code."
)
def erase(code: str, now: bool) -> None:
    """Erase the closed operation CODE, with the accounts of people who are in no other; print a proof of it."""
    if now and click.prompt("This cannot be taken back. Type the code of the operation again", err=True) != code:
        raise click.ClickException("This is another code. Nothing was erased.")
    before = _seal()
    with db.unit_of_work() as session:
        found = erasing.operation_to_erase(session, code)
        if not now and not erasing.is_closed_long_enough(found, settings().erase_after_days):
            raise click.ClickException(
                f"It was closed on {found.closed_at:%Y-%m-%d} and must have been so for {settings().erase_after_days}"
                " days. Nothing was erased. --now does not wait."
            )
        proof = erasing.erase(session, operation=found, by=_who())
        if any(count.left for count in proof.counts.values()):
            raise click.ClickException("Something came in meanwhile. Nothing was erased; try again.")
    _tell(proof, before, _seal())


def _tell(proof: erasing.Proof, before: str | None, after: str | None) -> None:
    click.echo(f"Operation {proof.code} ({proof.operation_id}) was erased at {proof.at:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(f"Accounts that went with it: {proof.people}")
    click.echo(f"{'table':20}{'erased':>12}{'left':>8}{'others before':>16}{'others after':>16}")
    for table, count in sorted(proof.counts.items()):
        click.echo(f"{table:20}{count.erased:12}{count.left:8}{count.others_before:16}{count.others_after:16}")
    click.echo(f"Record {proof.erasure_id}, SHA-256 of the ids of its reports and audit entries {proof.hash}")
    click.echo(f"The last seal before: {before or 'none'}")
    click.echo(f"The last seal after: {after or 'none'}")


def _seal() -> str | None:
    """Seal what waits; the last seal."""
    while True:
        with db.unit_of_work() as session:
            if not seals.seal(session):
                return seals.last_seal(session)


def _who() -> str:
    """Who runs the command, as the machine knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
