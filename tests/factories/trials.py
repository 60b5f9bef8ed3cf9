"""A worker who reports at a time that stands still, and the mails that follow."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.accounts.policy import Actor
from app.alerts.models import Notice
from app.alerts.notices import compose_mails
from app.alerts.refresh import refresh
from app.alerts.service import subscribe
from app.intake.service import take
from app.outbox.models import Mail
from app.places.models import Operation
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation

START = datetime(2025, 3, 13, 15, 40, tzinfo=UTC)


class Trial:
    """An operation with a worker who reports, and the mails that follow."""

    def __init__(self, session: Session, clock: time_machine.Traveller, **operation: Any) -> None:
        self.session, self.clock = session, clock
        self.operation: Operation = make_operation(session, **operation)
        self.worker = make_actor(session, self.operation)

    def coordinator(self, areas: list[str] | None = None, **more: Any) -> Actor:
        return make_actor(self.session, self.operation, role="coordinator", areas=areas, **more)

    def report(self, *reports: dict[str, Any]) -> None:
        results = take(self.session, actor=self.worker, reports=list(reports))
        assert {result.status for result in results} == {"accepted"}, results
        while refresh(self.session):
            pass

    def shelter(self, code: str, **more: Any) -> None:
        self.report(a_shelter(code=code, **{"capacity": 100, "status": "open", "lat": 35.4, "lon": 35.95, **more}))

    def count(self, code: str, people: Any, *, after: timedelta = timedelta()) -> None:
        self.clock.shift(after)
        self.report(a_headcount(code, at=datetime.now(UTC), people=people))

    def leave(self, code: str, people: int) -> None:
        self.report(a_movement(at=datetime.now(UTC), source=code, people=people))

    def wish(self, actor: Actor, **more: Any) -> None:
        """Somebody wants to be told: of everything, at once, where nothing else is said."""
        given = {"area_code": None, "rule": None, "severity": "warning", "how": "at_once", **more}
        subscribe(self.session, actor=actor, **given)

    def alert(self, rule: str = "occupancy") -> dict[str, Any]:
        """The newest of a rule, as it is stored."""
        wanted = text("SELECT * FROM alerts WHERE rule = :rule ORDER BY opened_at DESC LIMIT 1")
        return dict(self.session.execute(wanted, {"rule": rule}).mappings().one())

    def mails(self) -> list[Mail]:
        """The mails written by now for people of this operation."""
        compose_mails(self.session)
        told = select(col(Notice.mail_id)).where(col(Notice.operation_id) == self.operation.id)
        wanted = select(Mail).where(col(Mail.id).in_(told)).order_by(col(Mail.created_at), col(Mail.recipient))
        return list(self.session.scalars(wanted))

    def subjects(self) -> list[str]:
        return [mail.subject for mail in self.mails()]
