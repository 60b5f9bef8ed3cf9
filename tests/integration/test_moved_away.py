"""Who was moved to other areas neither reads nor changes what they had reported where they were."""

from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.field.queries import my_reports, told
from app.intake.service import take
from tests.factories.amending import NOON, corrected, decision
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation


def say(session: Session, actor: Actor, report: dict[str, object]) -> tuple[str, list[str]]:
    (result,) = take(session, actor=actor, reports=[report])
    session.flush()
    return result.status, [error.code for error in result.errors]


def at(actor: Actor, area: str) -> Actor:
    return replace(actor, scope=Scope(actor.scope.operation_id, frozenset({area})))


def test_ones_own_report_elsewhere_is_not_there(session: Session) -> None:
    operation = make_operation(session)
    coordinator = make_actor(session, operation, role="coordinator")
    worker = at(make_actor(session, operation), "SY0602")
    count = a_headcount("KHM", at=NOON, people=222)
    say(session, coordinator, a_shelter(code="KHM", area="SY0602"))
    assert say(session, worker, count)[0] == "accepted"
    assert say(session, coordinator, corrected(count["id"], count | {"people": {"total": 777}}))[0] == "accepted"
    moved = at(worker, "SY1002")
    first = UUID(count["id"])
    assert told(session, actor=worker, report_id=first, language="en") is not None
    assert [one.sent.first_id for one in my_reports(session, actor=worker, limit=9)[0]] == [first]
    assert told(session, actor=moved, report_id=first, language="en") is None
    assert my_reports(session, actor=moved, limit=9) == ([], None)
    assert say(session, moved, corrected(count["id"], None)) == ("unknown_reference", ["unknown_report"])


def test_what_somebody_put_elsewhere_stays_with_who_said_it_here(session: Session) -> None:
    """The list and the page of a report are of one mind."""
    operation = make_operation(session)
    coordinator = make_actor(session, operation, role="coordinator")
    worker = at(make_actor(session, operation), "SY0602")
    say(session, coordinator, a_shelter(code="KHM", area="SY0602"))
    say(session, coordinator, a_shelter(code="TRT", area="SY1002"))
    count = a_headcount("KHM", at=NOON, people=222)
    say(session, worker, count)
    instead = count | {"place": {"shelter": "TRT"}}
    assert say(session, coordinator, corrected(count["id"], instead))[0] == "accepted"
    first = UUID(count["id"])
    assert told(session, actor=worker, report_id=first, language="en") is not None
    assert [one.sent.first_id for one in my_reports(session, actor=worker, limit=9)[0]] == [first]


def test_what_lies_elsewhere_and_what_is_not_there_are_answered_alike(session: Session) -> None:
    operation = make_operation(session)
    worker = make_actor(session, operation)
    coordinator = at(make_actor(session, operation, role="coordinator"), "SY1002")
    say(session, worker, a_shelter(code="KHM", area="SY0602"))
    arrival = a_movement(to="KHM", at=NOON, people=5)
    assert say(session, worker, arrival)[0] == "accepted"
    answers = [say(session, coordinator, decision(id_, adopt=True)) for id_ in (arrival["id"], str(uuid4()))]
    assert answers == [("unknown_reference", ["unknown_report"])] * 2
