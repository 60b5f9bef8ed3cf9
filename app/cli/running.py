"""Commands that start what serves: everything at once, or one process for production."""

import signal
import sys
import warnings

import click

from config.settings import settings


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option("--demo/--no-demo", default=True, help="Load the demonstration into an empty database.")
def up(port: int, demo: bool) -> None:
    """Run everything here: database, broker, web, workers, beat. Ctrl-C stops it."""
    from config.services.up import up as run

    run(settings(), port=port, demo=demo)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--processes", default=1, show_default=True, help="Web processes.")
def web(host: str, port: int, processes: int) -> None:
    """Serve the pages and the API."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "app.factory:create_served",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=16,
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


@click.command()
@click.option("--queue", multiple=True, type=click.Choice(["fold", "mail"]), help="Queues to work on; all by default.")
def worker(queue: tuple[str, ...]) -> None:
    """Work on queues: fold (figures, alerts), mail (notices, sending)."""
    from app.cli.waiting import wait_for_schema

    wait_for_schema()
    queues = queue or ("fold", "mail")
    own = ("--pool", "solo", "--queues", ",".join(queues), "--hostname", f"{'-'.join(queues)}@%h")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    _celery("workers.worker", "worker", *own, *quiet)


@click.command()
def beat() -> None:
    """Send what is due: sweeps, heartbeats. Run exactly one."""
    schedule = str(settings().data_dir / "beat-schedule")
    _celery("workers.celery_app", "beat", "--loglevel", "WARNING", "--schedule", schedule, "--pidfile", "")


@click.command()
def doctor() -> None:
    """Check settings, database, broker, mail, clock and disk; say what is wrong and how to mend it."""
    from app import migrations
    from config.services.database import database_running
    from config.services.doctor import checks
    from config.services.errors import ServicesError

    try:
        with database_running(settings()):
            found = checks(settings(), newest=migrations.newest())
    except ServicesError as error:
        raise click.ClickException(str(error)) from error
    for check in found:
        click.echo(f"{'ok ' if check.ok else 'NO '} {check.name}" + (f": {check.advice}" if check.advice else ""))
    sys.exit(0 if all(check.ok for check in found) else 1)


def _celery(module: str, *words: str) -> None:
    """Hand this process over to the Celery of a module, which answers SIGTERM by ending its present task first."""
    from importlib import import_module

    from celery.exceptions import SecurityWarning

    # It warns root of messages that run code when they are read. Ours are names of tasks, in JSON.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    import_module(module).app.start(["--quiet", *words])
