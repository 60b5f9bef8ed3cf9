"""Colleagues at a gate, and what the reports they send are warned of."""

from datetime import timedelta
from typing import Any

from app.core import clock, db
from app.intake.schemas import Result, Warned
from app.intake.service import take
from tests.factories.operations import a_movement, a_shelter, make_actor, make_operation

NOW = clock.now() - timedelta(hours=8)
CODES = ("possible_duplicate", "sum_differs", "unusually_large", "shelter_full", "shelter_closed")


class Gate:
    """Two colleagues of one district, a coordinator of its governorate and a stranger of another."""

    def __init__(self) -> None:
        with db.unit_of_work() as session:
            operation = make_operation(session)
            self.actors = {
                "worker": make_actor(session, operation, areas=["SY0602"]),
                "colleague": make_actor(session, operation, areas=["SY0602"]),
                "coordinator": make_actor(session, operation, role="coordinator", areas=["SY06"]),
                "stranger": make_actor(session, operation, areas=["SY1002"]),
            }
            self.operation = operation.id
        self.say(a_shelter(code="KHM"), a_shelter(code="SCH"), who="worker")
        self.say(a_shelter(code="FAR", area="SY1002"), who="stranger")

    def say(self, *reports: dict[str, Any], who: str = "worker") -> list[Result]:
        with db.unit_of_work() as session:
            results = take(session, actor=self.actors[who], reports=list(reports))
        assert {result.status for result in results} == {"accepted"}, results
        return results

    def warned(self, *reports: dict[str, Any], who: str = "worker") -> list[Warned]:
        """What these reports were warned of, apart from what older warnings say."""
        return [one for result in self.say(*reports, who=who) for one in result.warnings if one.code in CODES]

    def codes(self, *reports: dict[str, Any], who: str = "worker") -> list[str]:
        return [one.code for one in self.warned(*reports, who=who)]


def truck(
    people: dict[str, Any] | int = 52, *, to: str | None = "KHM", after: timedelta = timedelta(), **more: Any
) -> Any:
    return a_movement(at=NOW + after, people=people, to=to, **more)
