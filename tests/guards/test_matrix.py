"""Role × route × area: what each person reaches of what lies in their areas, in others, and in another operation.

Made from the list of routes; `make access` prints it. Who may reach a route at all says `test_access.ACCESS`.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, true
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.policy import Scope
from app.accounts.service import make_token
from app.alerts.models import Alert
from app.alerts.refresh import refresh
from app.core import http
from app.core.db import unit_of_work
from app.holds.schemas import Theirs
from app.holds.service import hold
from app.intake.service import take
from app.places.models import Operation
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, make_actor, make_operation
from tests.guards.conftest import AT, NOBODY, Served
from tests.guards.project import nothing
from tests.guards.test_access import ACCESS, MAY_ANSWER

MINE, AREA, OPERATION = "mine", "another area", "another operation"
POSITIONS = (MINE, AREA, OPERATION)

# Who works in some areas, and who in all of the operation.
PEOPLE: dict[str, list[str] | None] = {
    "field_worker": ["SY0602"],
    "coordinator": ["SY0602"],
    "administrator": None,
    "partner": ["SY0602"],
}

# Parts of an address that name something of an operation.
NAMING = re.compile(r"<(code|uuid:(?:report|headcount|alert|user|person|hold)_id)>")

# What these name is somebody's account: it lies in no area.
OF_NO_AREA = re.compile(r"<uuid:user_id>")

# A field worker sees and corrects what they reported themselves. What is named here others reported.
OF_OTHERS = re.compile(r"/field/reports/<uuid:report_id>")

REACHED, HIDDEN, REFUSED, SIGN_IN = "yes", "404", "403", "sign in"


@dataclass
class Matrix:
    """An application, people of one operation, and what lies in their district, in another governorate and in another
    operation. What lies where is called after it."""

    served: Served
    values: dict[str, dict[str, str]]

    def request(self, route: str, who: str, position: str) -> TestResponse:
        values = self.served.values | self.values[position]
        return Served(self.served.app, self.served.actors, self.served.tokens, values).request(route, who)

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Route, person, and where lies what the route names; one that names nothing is asked once."""
        for route in ACCESS:
            for position in POSITIONS if NAMING.search(route) else (MINE,):
                yield from ((route, who, position) for who in (NOBODY, *PEOPLE))


def expected(route: str, who: str, position: str) -> str:
    """What a person is to be answered."""
    if who not in ACCESS[route]:
        return SIGN_IN if who == NOBODY else REFUSED
    if who == "field_worker" and OF_OTHERS.search(route):
        return HIDDEN
    if position == OPERATION or (position == AREA and PEOPLE.get(who) and not OF_NO_AREA.search(route)):
        return HIDDEN
    return REACHED


def answered(route: str, answer: TestResponse) -> str:
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/login?next="):
        return SIGN_IN
    if answer.status_code == MAY_ANSWER.get(route):
        return REACHED
    if answer.status_code >= 500:
        return str(answer.status_code)
    return {403: REFUSED, 404: HIDDEN}.get(answer.status_code, REACHED)


def called(position: str) -> str:
    return f"Hall of {position}"


Answers = dict[tuple[str, str, str], tuple[str, str]]  # what was answered, and all it says, by route, person, position


def ask(matrix: Matrix) -> Answers:
    answers: Answers = {}
    for row in matrix.rows():
        answer = matrix.request(*row)
        answers[row] = (answered(row[0], answer), answer.text)
    return answers


def differences(answers: Answers) -> list[str]:
    """Where somebody is answered otherwise than they are to be, or reads of what they must not know of."""
    found: list[str] = []
    for (route, who, position), (told, words) in answers.items():
        is_to_be = expected(route, who, position)
        if told != is_to_be:
            found.append(f"{route} of {position} answers {who} {told}, not {is_to_be}")
        hidden = {OPERATION} | ({AREA} if who == NOBODY or PEOPLE[who] else set())
        found += [f"{route} of {position} tells {who} of {other}" for other in hidden if called(other) in words]
    return found


def table(answers: Answers) -> str:
    """A line for each route and where lies what it names."""
    people = (NOBODY, *PEOPLE)
    lines = {(route, position): f"{route:66}{position:19}" for route, _, position in answers}
    for (route, _, position), (told, _) in answers.items():
        lines[route, position] += f"{told:15}"
    return "\n".join([f"{'':85}" + "".join(f"{who:15}" for who in people), *lines.values()])


def told(session: Session, operation: Operation, area: str, position: str) -> dict[str, str]:
    """Reports of an area, by somebody of all of the operation; the values of an address that name them."""
    code = position.replace(" ", "-").upper()
    somebody = make_actor(session, operation, role="coordinator")
    shelter = a_shelter(code=code, area=area, capacity=100, name={"en": called(position)})
    headcount = a_headcount(code, at=AT, people=120, note=called(position))
    reports = [
        shelter,
        a_group(code, at=AT, origin=area, label=called(position)),
        a_movement(at=AT, people=7, to=code, group=code),
        headcount,
        {"id": str(uuid4()), "kind": "note", "occurred_at": AT, "place": {"shelter": code}, "text": called(position)},
    ]
    assert {result.status for result in take(session, actor=somebody, reports=reports)} == {"accepted"}
    while refresh(session):
        pass
    decider = make_actor(session, operation, role="coordinator", areas=[area])
    theirs = Theirs(somebody.user_id, decider.scope, device="a lost phone")
    hold(session, actor=decider, hold_id=(hold_id := uuid4()), theirs=theirs, reason=called(position))
    alert = select(Alert.id).where(Alert.place_id == UUID(shelter["id"]), Alert.rule == "occupancy")
    worker = make_actor(session, operation, areas=[area])
    return {
        "<code>": code,
        "<uuid:report_id>": headcount["id"],
        "<uuid:headcount_id>": headcount["id"],
        "<uuid:alert_id>": str(session.scalars(alert).one()),
        "<uuid:user_id>": str(worker.user_id),
        "<uuid:person_id>": str(somebody.user_id),
        "<uuid:hold_id>": str(hold_id),
    }


@pytest.fixture
def matrix(served: Served) -> Matrix:
    with unit_of_work() as session:
        here, elsewhere = make_operation(session), make_operation(session)
        actors, tokens = {}, {}
        for role, areas in PEOPLE.items():
            actors[role] = make_actor(session, here, role=role, areas=areas)  # type: ignore[arg-type]  # keys are roles
            tokens[role] = make_token(session, email=actors[role].email, operation_id=here.id)
        values = {
            MINE: told(session, here, "SY0602", MINE),
            AREA: told(session, here, "SY1002", AREA),
            OPERATION: told(session, elsewhere, "SY0602", OPERATION),
        }
    return Matrix(Served(served.app, actors, tokens, served.values), values)


def test_everybody_reaches_what_is_theirs_and_nothing_else(matrix: Matrix) -> None:
    answers = ask(matrix)
    sys.stdout.write(f"\n{table(answers)}\n")
    nothing(differences(answers))


def test_it_would_be_noticed_if_no_query_asked_for_areas(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall of areas is `Scope.holds` and `in_scope`: without both, what lies elsewhere is reached and read."""
    for module in [one for name, one in sys.modules.items() if name.startswith("app.") and hasattr(one, "in_scope")]:
        monkeypatch.setattr(module, "in_scope", lambda _scope, _path: true())
    monkeypatch.setattr(Scope, "holds", lambda _self, _path: True)
    found = differences(ask(matrix))
    assert "GET /shelters/<code> of another area answers coordinator yes, not 404" in found
    assert "GET /api/v1/shelters of mine tells field_worker of another area" in found
    assert not [line for line in found if OPERATION in line]


def test_a_query_that_forgets_the_operation_shows_nothing_of_another(matrix: Matrix) -> None:
    @http.requires("read")
    def planted() -> str:
        return "".join(http.session().scalars(text("SELECT state ->> 'name' FROM shelters")))

    def read(who: str) -> str:
        return matrix.served.request("GET /planted", who).text

    matrix.served.app.add_url_rule("/planted", view_func=planted)
    assert called(AREA) in read("administrator")
    assert called(OPERATION) not in read("administrator")
    with unit_of_work() as session:  # the wall of operations is row-level security: without it, all is shown
        session.execute(text("ALTER TABLE shelters DISABLE ROW LEVEL SECURITY"))
    assert called(OPERATION) in read("administrator")
