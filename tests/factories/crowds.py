"""A made-up operation of any size, folded, and somebody who may ask about all of it."""

from dataclasses import dataclass

from sqlalchemy import text

from app.accounts.models import Membership
from app.accounts.policy import Actor
from app.accounts.service import make_token
from app.core import db
from app.intake.cli import recorder
from app.places.queries import operation_by_code
from app.simulate.cli import fold_all, prepare, tell_all
from app.simulate.plan import Site


@dataclass(frozen=True)
class Crowd:
    """The administrator by whom all of it was told, with a key for their programs, and its shelters, busiest first."""

    actor: Actor
    token: str
    sites: list[Site]


def make_crowd(*, shelters: int, reports: int, days: int = 90, seed: int = 1) -> Crowd:
    with db.unit_of_work() as session:
        job, sites = prepare(session, shelters=shelters, reports=reports, days=days, seed=seed)
        operation = operation_by_code(session, job.frame.code)
        assert operation is not None
        actor = recorder(session, operation)
        session.add(Membership(user_id=actor.user_id, operation_id=operation.id, role="administrator"))
        session.execute(text("UPDATE users SET active = true WHERE id = :id"), {"id": actor.user_id})
        token = make_token(session, email=actor.email, operation_id=operation.id)
    for _ in tell_all(job, sites):
        pass
    fold_all(shelters)
    with db.unit_of_work() as session:
        session.execute(text("ANALYZE"))
    return Crowd(actor, token, sorted(sites, key=lambda site: -site.reports))
