"""`mawa seed NAME` and `mawa areas load FILE`: operations, areas and reports from files, through the services."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid5

import click
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.policy import Actor, Scope
from app.accounts.queries import operation_meant
from app.core import clock
from app.core.db import unit_of_work
from app.core.errors import DomainError
from app.counts.scheme import Scheme
from app.formats.areas import AreasUnreadable, Layer, read
from app.intake.service import take
from app.ledger.service import tell_news
from app.places.models import Operation
from app.places.queries import operation_by_code
from app.places.service import AreaRow, create_operation, load_areas, load_newer_areas, load_outlines

SEEDS = Path(__file__).parents[2] / "seeds"
BATCH = 500


class SeedMistake(DomainError):
    """This seed cannot be loaded."""


@click.command()
@click.argument("name")
def seed(name: str) -> None:
    """Load the operation NAME of seeds/ through the services; a second time changes nothing."""
    with unit_of_work() as session:
        click.echo(load_seed(session, name))


@click.group()
def areas() -> None:
    """Administrative areas with their P-codes."""


@areas.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--operation", help="Code of the operation; not needed where there is only one.")
def load_file(file: Path, operation: str | None) -> None:
    """Add the admin levels of FILE (COD-AB as GeoJSON, or CSV) to an operation, and their outlines for its map; says
    how many there were of each."""
    with unit_of_work() as session:
        chosen = operation_meant(session, operation)
        layer = _layer(file)
        many, outlined = load_newer_areas(
            session, operation=chosen, rows=_areas_of(layer), outlines=layer.outlines, name=file.name
        )
        if not many and not outlined:
            raise SeedMistake("areas_unreadable", f"{file}: none of this is an area of {chosen.code}.")
        tell_news(session, [chosen.id])  # pages that lie open show names and outlines
        click.echo(f"areas: {many}, outlines: {outlined}")


def load_seed(session: Session, name: str) -> str:
    """Load an operation with its areas and reports. Returns its code. SeedMistake when a report is not taken."""
    folder = SEEDS / name
    if not (folder / "operation.json").is_file():
        known = ", ".join(sorted(path.parent.name for path in SEEDS.glob("*/operation.json")))
        raise SeedMistake("no_seed", f"There is no operation {name} in seeds/. There are: {known}.")
    operation = open_operation(session, json.loads((folder / "operation.json").read_text(encoding="utf-8")))
    actor = recorder(session, operation)
    reports = json.loads((folder / "reports.json").read_text(encoding="utf-8"))["reports"]
    for start in range(0, len(reports), BATCH):
        for result in take(session, actor=actor, reports=reports[start : start + BATCH], device=f"seeds/{name}"):
            if result.status not in ("accepted", "duplicate"):
                faults = "; ".join(f"{fault.field}: {fault.message}" for fault in result.errors)
                raise SeedMistake("seed_not_taken", f"Report {result.id} of seeds/{name} was not taken: {faults}")
    return operation.code


def open_operation(session: Session, described: dict[str, Any]) -> Operation:
    """The operation of a description, with the reference areas; made if it is not there yet."""
    found = operation_by_code(session, described["code"])
    if found is not None:
        return found
    scheme = described["scheme"]
    operation = create_operation(
        session,
        code=described["code"],
        name=described["name"],
        time_zone=described["time_zone"],
        scheme=Scheme(tuple(scheme["sexes"]), tuple(scheme["ages"])),
        mail_detail=described["mail_detail"],
    )
    load_areas(session, operation_id=operation.id, rows=_areas_of(_layer(SEEDS / "reference" / "areas.csv")))
    boundaries = _layer(SEEDS / "reference" / "boundaries.geojson")
    load_outlines(session, operation_id=operation.id, outlines=boundaries.outlines)
    return operation


def _layer(file: Path) -> Layer:
    try:
        return read(file.read_text(encoding="utf-8"))
    except (AreasUnreadable, UnicodeDecodeError) as error:
        raise SeedMistake("areas_unreadable", f"{file}: {error}") from error


def _areas_of(layer: Layer) -> list[AreaRow]:
    return [AreaRow(line.code, line.level, line.parent, line.name, line.lat, line.lon) for line in layer.areas]


def recorder(session: Session, operation: Operation) -> Actor:
    """Whom seeded reports are booked under: an account nobody can sign in to."""
    user_id = uuid5(operation.id, "seeds")
    address = f"seeds@{operation.code}.invalid"
    if session.get(User, user_id) is None:
        session.add(User(id=user_id, email=address, active=False, fs_uniquifier=user_id.hex, created_at=clock.now()))
        session.flush()
    return Actor(user_id, address, "administrator", Scope(operation.id))
