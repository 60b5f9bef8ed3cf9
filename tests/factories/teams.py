"""People who report in one district, and coordinators inside and outside of it, each with a browser."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.accounts.policy import Actor
from app.alerts.refresh import refresh
from app.core.db import new_session, unit_of_work
from app.factory import create_app
from app.intake.service import take
from app.population.queries import shelter_figures
from tests.factories.operations import a_shelter, make_actor, make_operation
from tests.factories.pages import Visitor


@dataclass
class Team:
    """A field worker of a district, a colleague there, a coordinator of it and one of another governorate."""

    actors: dict[str, Actor]
    visitors: dict[str, Visitor]

    @property
    def worker(self) -> Visitor:
        return self.visitors["worker"]

    @property
    def coordinator(self) -> Visitor:
        return self.visitors["coordinator"]

    def sends(self, *reports: dict[str, Any], who: str = "worker") -> str:
        """Reports through the API; the id of the first."""
        with unit_of_work() as session:
            results = take(session, actor=self.actors[who], reports=list(reports))
        assert {result.status for result in results} == {"accepted"}, results
        return str(reports[0]["id"])

    def people(self) -> dict[str, int | None]:
        """How many are in each shelter once everything is folded."""
        with unit_of_work() as session:
            while refresh(session):
                pass
            figures = shelter_figures(session, scope=self.actors["coordinator"].scope).items
            return {figure.shelter: figure.people.total for figure in figures}


def make_team() -> Team:
    """With two shelters in the district and one far away."""
    places = {"worker": ["SY0602"], "colleague": ["SY0602"], "coordinator": ["SY06"], "stranger": ["SY10"]}
    actors = {}
    with unit_of_work() as session:
        operation = make_operation(session)
        for who, areas in places.items():
            role: Any = "field_worker" if who in ("worker", "colleague") else "coordinator"
            actors[who] = make_actor(session, operation, role=role, areas=areas)
        take(session, actor=actors["colleague"], reports=[a_shelter(code="KHM"), a_shelter(code="SCH")])
        take(session, actor=actors["stranger"], reports=[a_shelter(code="FAR", area="SY1002")])
    application = create_app()
    return Team(actors, {who: Visitor(application, actor) for who, actor in actors.items()})


def stored(kind: str = "headcount") -> list[dict[str, Any]]:
    """Every version of reports of a kind, in the order of taking, as sent."""
    with new_session() as session:
        wanted = text("SELECT content FROM reports WHERE kind = :kind ORDER BY recorded_at, version_of NULLS FIRST")
        return list(session.scalars(wanted, {"kind": kind}))


def correcting(report: str) -> str:
    return f"/field/reports/{report}/correct"


def taking_back(report: str) -> str:
    return f"/field/reports/{report}/take-back"
