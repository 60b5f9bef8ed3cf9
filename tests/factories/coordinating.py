"""A coordinator at work: an operation whose figures compete and contradict each other, and how to fold it."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import text

from app.accounts.policy import Actor, Role
from app.alerts.refresh import refresh
from app.core.db import new_session, unit_of_work
from app.factory import create_app
from app.intake.service import take
from app.places.models import Operation
from tests.factories.operations import make_actor, make_operation
from tests.factories.pages import Visitor


@dataclass
class Site:
    """An operation that is served, and the people in it."""

    operation: Operation
    application: Flask
    administrator: Actor

    def visitor(self, role: Role = "coordinator", areas: list[str] | None = None) -> Visitor:
        with unit_of_work() as session:
            actor = make_actor(session, self.operation, role=role, areas=areas)
        return Visitor(self.application, actor)

    def report(self, *reports: dict[str, Any]) -> None:
        """Have reports taken and folded."""
        with unit_of_work() as session:
            taken = take(session, actor=self.administrator, reports=reports)
        assert {result.status for result in taken} == {"accepted"}, taken
        fold()


def make_site() -> Site:
    with unit_of_work() as session:
        operation = make_operation(session)
        administrator = make_actor(session, operation, role="administrator")
        session.expunge(operation)
    return Site(operation, create_app(), administrator)


def fold() -> None:
    with unit_of_work() as session:
        while refresh(session):
            pass


def stored(kind: str) -> list[dict[str, Any]]:
    """Reports of one kind in the order of taking: what was said, and what they correct."""
    with new_session() as session:
        wanted = text("SELECT content FROM reports WHERE kind = :kind ORDER BY recorded_at, id")
        return list(session.scalars(wanted, {"kind": kind}))
