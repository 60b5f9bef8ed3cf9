"""`mawa setup-link`: the address at which an installation without an administrator is set up."""

import click

from app.core import db
from app.places.policy import set_up_key
from app.tables import table_metadata
from config.services.up import secret_key
from config.settings import settings

table_metadata()


@click.command("setup-link")
def setup_link() -> None:
    """Print the address at which the first administrator and operation are set up in a browser."""
    from app.admin.service import waiting_to_be_set_up

    with db.new_snapshot() as session:
        waiting = waiting_to_be_set_up(session)
        if waiting is None:
            raise click.ClickException("There is an administrator already, or no operation yet.")
        click.echo(f"{settings().base_url}/setup/{set_up_key(secret_key(settings()), waiting.id)}")
