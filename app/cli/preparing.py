"""`mawa prepare`: what `mawa up` runs first. Asking whether there is anything to do loads next to nothing."""

import click
import psycopg

from app import migrations
from app.cli import demo as demonstration
from config.services.addresses import addresses
from config.settings import settings


@click.command(hidden=True)
@click.option("--demo/--no-demo", default=True)
def prepare(demo: bool) -> None:
    """Migrate, and load the first operation into an empty database; says which demo accounts there are."""
    in_production = settings().mawa_env == "production"
    operations = operations_if_current()
    if not operations:
        from app.cli.keeping import load_first

        load_first(demo=demo and not in_production)
        operations = operations_if_current()
    if demonstration.OPERATION in operations and not in_production:
        accounts = "\n".join(f"  {role}@demo.example.org" for role in demonstration.ROLES)
        click.echo(f"Demonstration accounts, password {demonstration.PASSWORD}:\n{accounts}")


def operations_if_current() -> set[str]:
    """Codes of the operations in a database at the newest step; none where there is anything to prepare."""
    url = addresses(settings()).database.replace("+psycopg", "", 1)
    with psycopg.connect(url, connect_timeout=5) as connection:
        is_made = connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,)
        step = connection.execute("SELECT version_num FROM alembic_version").fetchone() if is_made else None
        if step != (migrations.newest(),):
            return set()
        return {code for (code,) in connection.execute("SELECT code FROM operations")}
