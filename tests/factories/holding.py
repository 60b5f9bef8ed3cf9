"""An operation in which one person's word is doubted, and the work on holds; everything is committed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from app.accounts.policy import Actor
from app.core import db
from app.holds import queries, service
from app.holds.schemas import HoldShown, Theirs
from app.intake.service import take
from app.population.queries import area_figures
from app.population.schemas import AreaFigure, ShelterFigure
from tests.factories.amending import figures, past
from tests.factories.folding import drain
from tests.factories.operations import make_actor, make_operation
from workers.tasks.holds import work_on_holds


@dataclass
class Doubt:
    """A coordinator, the person who is doubted, and somebody whose word stands."""

    coordinator: Actor
    doubted: Actor
    other: Actor

    @property
    def theirs(self) -> Theirs:
        """All that the doubted person sent."""
        return Theirs(self.doubted.user_id, self.coordinator.scope)


def make_doubt(code: str | None = None) -> Doubt:
    with db.unit_of_work() as session:
        operation = make_operation(session, code=code)
        return Doubt(
            make_actor(session, operation, role="coordinator"),
            make_actor(session, operation),
            make_actor(session, operation),
        )


def tell(actor: Actor, *reports: dict[str, Any], device: str | None = None) -> None:
    with db.unit_of_work() as session:
        results = take(session, actor=actor, reports=reports, device=device)
        assert {result.status for result in results} == {"accepted"}, results


def begin_hold(by: Actor, theirs: Theirs) -> UUID:
    """Decide; nothing is done yet."""
    hold_id = uuid4()
    with db.unit_of_work() as session:
        service.hold(session, actor=by, hold_id=hold_id, theirs=theirs, reason="their phone was taken")
    return hold_id


def hold(by: Actor, theirs: Theirs) -> UUID:
    hold_id = begin_hold(by, theirs)
    finish()
    return hold_id


def settle(by: Actor, hold_id: UUID, state: Any = "released") -> None:
    with db.unit_of_work() as session:
        service.settle(session, actor=by, hold_id=hold_id, state=state)
    finish()


def finish() -> None:
    """All the work there is, then the fold."""
    with db.new_session() as session:
        waiting = set(queries.waiting(session))
    while waiting:
        work_on_holds()
        with db.new_session() as session:
            held = {one: shown_by_id(session, one) for one in waiting}
        waiting = {
            one for one, (looked, done, state) in held.items() if not done and (not looked or state == "released")
        }
    work_on_holds()
    drain()


def shown_by_id(session: Any, hold_id: UUID) -> tuple[bool, bool, str]:
    row = session.execute(
        text("SELECT looked_until IS NOT NULL, done_at IS NOT NULL, state FROM holds WHERE id = :id"), {"id": hold_id}
    ).one()
    return row[0], row[1], row[2]


def shown(by: Actor, hold_id: UUID) -> HoldShown:
    with db.new_session() as session:
        found = queries.hold_of(session, by.scope, hold_id)
    assert found is not None
    return found


@dataclass(frozen=True)
class Everything:
    """Every figure of an operation, by codes: what two operations can be compared by."""

    shelters: dict[str, Any]
    areas: dict[str | None, Any]


def everything(actor: Actor) -> Everything:
    drain()
    with db.new_session() as session:
        shelters = figures(session, actor)
        areas = area_figures(session, scope=actor.scope)
        return Everything({code: _of(one) for code, one in shelters.items()}, {one.area: _of(one) for one in areas})


def then(actor: Actor, as_of: Any, known_on: Any) -> dict[str, ShelterFigure]:
    with db.new_session() as session:
        return figures(session, actor, past(session, actor, as_of, known_on))


def _of(figure: ShelterFigure | AreaFigure) -> dict[str, Any]:
    """A figure but for what differs from one operation to the next."""
    apart = {"place_id", "reported_at"}
    return {name: getattr(figure, name) for name in figure.__dataclass_fields__ if name not in apart}


def people_at(doubt: Doubt, code: str) -> int | None:
    """The figure of a shelter, everything folded."""
    drain()
    with db.new_session() as session:
        return figures(session, doubt.coordinator)[code].people.total
