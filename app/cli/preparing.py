"""`mawa prepare`: what `mawa up` runs first. Asking whether there is anything to do loads next to nothing."""

from dataclasses import dataclass
from uuid import UUID

import click
import psycopg

from app import migrations
from app.cli import demo as demonstration
from app.places.policy import set_up_key
from config.services.addresses import addresses
from config.services.up import secret_key
from config.settings import settings


@dataclass(frozen=True)
class Standing:
    """The operations there are, by code; `unset`: the one that waits for a first administrator."""

    operations: frozenset[str] = frozenset()
    unset: UUID | None = None


@click.command(hidden=True)
@click.option("--demo/--no-demo", default=True)
def prepare(demo: bool) -> None:
    """Migrate, and load the first operation into an empty database; says which demo accounts there are, or where the
    operation is set up."""
    in_production = settings().mawa_env == "production"
    stands = standing_if_current()
    if not stands.operations:
        from app.cli.keeping import load_first

        load_first(demo=demo and not in_production)
        stands = standing_if_current()
    if demonstration.OPERATION in stands.operations and not in_production:
        accounts = "\n".join(f"  {role}@demo.example.org" for role in demonstration.ROLES)
        click.echo(f"Demonstration accounts, password {demonstration.PASSWORD}:\n{accounts}")
    if stands.unset is not None and in_production:  # what is said here is kept in logs
        click.echo("Nobody administers this yet: `mawa setup-link` prints the address to set it up at.")
    elif stands.unset is not None:
        key = set_up_key(secret_key(settings()), stands.unset)
        click.echo(f"Nobody administers this yet. Set it up: {settings().base_url}/setup/{key}")


def standing_if_current() -> Standing:
    """What there is in a database at the newest step; nothing where there is anything to prepare."""
    url = addresses(settings()).database.replace("+psycopg", "", 1)
    with psycopg.connect(url, connect_timeout=5) as connection:
        is_made = connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,)
        step = connection.execute("SELECT version_num FROM alembic_version").fetchone() if is_made else None
        if step != (migrations.newest(),):
            return Standing()
        there = connection.execute("SELECT code, id FROM operations ORDER BY created_at, id").fetchall()
        administered = connection.execute("SELECT FROM memberships WHERE role = 'administrator' LIMIT 1").fetchone()
        return Standing(frozenset(code for code, _ in there), there[0][1] if there and administered is None else None)
