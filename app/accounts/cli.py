"""`mawa user …`: accounts from the command line of the server. Only answers go to standard output."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

import click
from flask import g
from sqlalchemy.orm import Session

from app.accounts import queries, service, signin
from app.accounts.forms import MOST_DAYS
from app.accounts.policy import ROLES, Role
from app.core.db import unit_of_work
from app.core.errors import DomainError
from app.core.text import LANGUAGES, render

_in_operation = click.option(
    "--operation", metavar="CODE", help="Code of the operation; may be left out if there is one."
)


@click.group("user")
def user() -> None:
    """Accounts, their roles and their tokens."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--area", "areas", metavar="PCODE", multiple=True, help="May be given several times; none: everywhere.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of pages and mails; none: as their browser asks.")
@_in_operation
def add(email: str, role: Role, areas: tuple[str, ...], language: str | None, operation: str | None) -> None:
    """Add a person. The password is the first line of standard input; without one, a new account is mailed a link."""
    password = _password()
    with _changes() as session:
        meant = queries.operation_meant(session, operation)
        added = service.add_user(
            session,
            email=email,
            role=role,
            areas=list(areas) or None,
            operation_id=meant.id,
            password=password,
            language=language,
        )
        is_mailed = added.is_new and password is None
        if is_mailed:
            _mail(session, lambda: signin.invite(added.user_id))
        elif not added.is_new:
            _mail(session, lambda: signin.tell_of_role(added.user_id, meant.id))
    how = " A link to set a password is mailed." if is_mailed else ""
    click.echo(
        f"Added as {role}.{how}"
        if added.is_new
        else f"Added as {role}; the account keeps its password, and they are told by mail.",
        err=True,
    )


@user.command("invite")
@click.argument("email")
def invite(email: str) -> None:
    """Mail a person a link by which to set a password."""
    with _changes() as session:
        found = service.existing(session, email)
        if not found.active:
            raise click.ClickException("This account is disabled.")
        service.note_invitation(session, user_id=found.id)
        _mail(session, lambda: signin.invite(found.id))
    click.echo("A link to set a password is mailed.", err=True)


@user.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take away the second factor of who lost it; they are told by mail."""
    with _changes() as session:
        found = service.existing(session, email)
        service.remove_factor(session, user_id=found.id, actor_id=None)
        _mail(session, lambda: signin.tell_of_factor(found, "reset"))
    click.echo("Their second factor is taken away.", err=True)


@user.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut a person out: sessions end, tokens are revoked, in every operation."""
    with _changes() as session:
        service.disable_user(session, email=email)
    click.echo("Disabled.", err=True)


@user.command("token")
@click.argument("email")
@click.option("--name", default="", help="What the token is for.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=MOST_DAYS, show_default=True, help="For how long.")
@_in_operation
def token(email: str, name: str, days: int, operation: str | None) -> None:
    """Make an API token and print it, this once. It acts as its person, and no second factor is asked of it; they are
    told by mail."""
    with _changes() as session:
        meant = queries.operation_meant(session, operation)
        made = service.make_token(session, email=email, operation_id=meant.id, name=name, days=days)
        owner = service.existing(session, email)
        _mail(session, lambda: signin.tell_of_token(owner))
    click.echo(made)


def _mail(session: Session, write: Callable[[], None]) -> None:
    """Write a mail as a page would, in this transaction: it begins with BASE_URL and is drawn from templates."""
    application = import_module("app.factory").create_app()  # stands above us: a command is its own edge
    with application.test_request_context():
        g.session = session
        write()
        g.pop("session")  # it is ours to close


@contextmanager
def _changes() -> Iterator[Session]:
    """One transaction; what cannot be done is said in a sentence and ends the command with 1."""
    try:
        with unit_of_work() as session:
            yield session
    except DomainError as error:
        raise click.ClickException(render(error.message, "en", **error.numbers)) from error


def _password() -> str | None:
    """The first line of standard input, None where there is none; a terminal is not waited for."""
    if sys.stdin is None or sys.stdin.isatty():
        return None
    return sys.stdin.readline().rstrip("\r\n") or None
