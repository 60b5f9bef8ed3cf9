"""`mawa simulate`: a made-up operation in the ledger, and everything that follows from it."""

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import click
import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.refresh import refresh
from app.core import clock, processes
from app.core.db import unit_of_work
from app.core.errors import DomainError
from app.counts.scheme import UNHCR
from app.intake.cli import open_operation, recorder
from app.intake.service import take
from app.ledger import service as ledger
from app.places.queries import bounds_of, frame_of, list_areas, operation_by_code
from app.places.schemas import Frame
from app.simulate.plan import District, Plan, Site, chunks, registrations, sites_of
from app.simulate.rows import COPY, rows_of
from app.simulate.story import tell
from app.simulate.twice import named
from app.tables import table_metadata

table_metadata()

FRAME = {
    "time_zone": "Asia/Damascus",
    "scheme": {"sexes": UNHCR.sexes, "ages": UNHCR.ages},
    "mail_detail": "full",
}
COUNTRY = frozenset({"SY"})
DISTRICT = 2  # admin level
BATCH = 500
PAUSE_S = 0.2


class Simulated(DomainError):
    """There is such an operation already."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a process needs to know to tell any chunk."""

    plan: Plan
    frame: Frame
    reporter: UUID


@click.command()
@click.option("--shelters", type=click.IntRange(1, 99_999), default=100, show_default=True)
@click.option("--reports", type=click.IntRange(0), default=10_000, show_default=True, help="Beside those of shelters.")
@click.option("--days", type=click.IntRange(1, 3_650), default=90, show_default=True, help="Up to yesterday.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed tells another story.")
@click.option(
    "--doubles",
    type=click.IntRange(0, 100),
    default=0,
    show_default=True,
    help="Of a hundred arrivals of many people, so many are told twice, beside those reports.",
)
def simulate(shelters: int, reports: int, days: int, seed: int, doubles: int) -> None:
    """Load a made-up but lifelike operation, for trials and benchmarks; the same each time on one day."""
    with unit_of_work() as session:
        job, sites = prepare(session, shelters=shelters, reports=reports, days=days, seed=seed, doubles=doubles)
    with click.progressbar(length=reports, label="Telling", file=sys.stderr) as bar:
        for told in tell_all(job, sites):
            bar.update(told)
    fold_all(shelters)
    with unit_of_work() as session:
        session.execute(text("ANALYZE"))  # so much at once: else statements are planned for a minute as for nothing
    click.echo(job.frame.code)


def _districts(session: Session, operation_id: UUID) -> Iterator[District]:
    """Those of the country. Where one has no outline of its own, its governorate tells about where it lies."""
    for area in list_areas(session, operation_id, within=COUNTRY):
        if area.level == DISTRICT:
            governorate = area.path[DISTRICT - 1]
            boxes = (bounds_of(session, operation_id, frozenset({code})) for code in (area.code, governorate))
            yield District(area.code, governorate, next((box for box in boxes if box), None))


def prepare(
    session: Session, *, shelters: int, reports: int, days: int, seed: int, doubles: int = 0
) -> tuple[Job, list[Site]]:
    """Open the operation, with its shelters and groups. Raises Simulated where it is there already."""
    code = f"simulated-{shelters}-{reports}-{days}-{seed}" + (f"-doubles-{doubles}" if doubles else "")
    if operation_by_code(session, code) is not None:
        message = f"There is an operation {code} already: choose another seed."
        raise Simulated("simulated_already", message)
    name = {"en": f"Simulation {seed}", "ar": f"محاكاة {seed}", "fr": f"Simulation {seed}"}
    operation = open_operation(session, {"code": code, "name": name, **FRAME})
    frame = frame_of(session, operation.id)
    assert frame is not None
    each_day = [frame.today - timedelta(days - day) for day in range(days + 1)]
    plan = Plan(shelters, reports, seed, tuple(clock.start_of(day, frame.zone) for day in each_day), doubles)
    sites = sites_of(plan, list(_districts(session, operation.id)))
    if doubles:
        sites = named(plan, sites)
    actor = recorder(session, operation)
    told = list(registrations(plan, sites))
    for start in range(0, len(told), BATCH):
        for result in take(session, actor=actor, reports=told[start : start + BATCH], recorded_at=plan.starts[0]):
            if result.status != "accepted":
                raise AssertionError(f"a simulation tells what is not taken: {result}")
    return Job(plan, frame, actor.user_id), sites


def tell_all(job: Job, sites: Sequence[Site]) -> Iterator[int]:
    """Write what is told of all shelters, on as many processes as there are; yields how much was written, by and by."""
    with processes.pool() as pool:
        for done in as_completed([pool.submit(write, job, *chunk) for chunk in chunks(sites)]):
            yield done.result()


def write(job: Job, number: int, sites: Sequence[Site]) -> int:
    """Write what is told of some shelters, with the marks by which the fold looks at them, in one transaction."""
    written = 0
    with unit_of_work() as session:
        connection: psycopg.Connection = session.connection().connection.driver_connection  # type: ignore[assignment]  # SQLAlchemy says any
        with connection.cursor().copy(COPY) as copy:
            for row in rows_of(job.frame, job.reporter, tell(job.plan, number, sites)):
                copy.write_row(row)
                written += 1
        touched = [(one.id, None) for site in sites for one in site.codes]
        ledger.mark(session, operation_id=job.frame.operation_id, touched=touched, at=clock.now())
    return written


def fold_all(places: int) -> None:
    """Fold until nothing is marked, unless a worker does."""
    with click.progressbar(length=places, label="Folding", file=sys.stderr) as bar:
        while True:
            with unit_of_work() as session:
                folded = refresh(session)
                left = session.scalar(text("SELECT EXISTS (SELECT FROM marks)"))
            bar.update(folded)
            if not folded and not left:
                return
            if not folded:
                time.sleep(PAUSE_S)  # a worker is at them
