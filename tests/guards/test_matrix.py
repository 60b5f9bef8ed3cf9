"""Role × route × area: what each person reaches of what lies in their areas, in others, and in another operation.

Made from the list of routes; `make access` prints it. Who may reach a route at all says `test_access.ACCESS`.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, true
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.policy import Actor, Scope
from app.accounts.service import make_token
from app.alerts.models import Alert
from app.alerts.refresh import refresh
from app.core import http
from app.core.db import unit_of_work
from app.holds.schemas import Theirs
from app.holds.service import hold
from app.intake.service import take
from app.places.models import Operation
from tests.factories.amending import corrected, decision, one_place
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state, make_actor, make_operation
from tests.guards.conftest import AT, NOBODY, Served
from tests.guards.project import nothing
from tests.guards.test_access import ACCESS, MAY_ANSWER

pytestmark = pytest.mark.slow

MINE, AREA, OPERATION = "mine", "another area", "another operation"
POSITIONS = (MINE, AREA, OPERATION)
PEOPLE_AT = {MINE: 120, AREA: 7391, OPERATION: 8642}
SEEMED = "SEEMED"  # a shelter of the district that turned out to be the one in the other area
GATE = "Gate of the other area"  # the other end of a movement: told by this name, and nothing else of it

# Who works in some areas, and who in all of the operation.
PEOPLE: dict[str, list[str] | None] = {
    "field_worker": ["SY0602"],
    "coordinator": ["SY0602"],
    "administrator": None,
    "partner": ["SY0602"],
}

# Parts of an address that name something of an operation.
NAMING = re.compile(r"<(code|uuid:(?:report|headcount|movement|alert|user|person|hold)_id)>")

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
    emails: dict[str, str]

    def signs(self, other: str, asked: str) -> re.Pattern[str]:
        """What tells of a position: what is called after it, the code of all that lies there, who reports there, how
        many people are there in any spelling. A code that was asked for may be said back."""
        count = str(PEOPLE_AT[other])
        spelled = {count, f"{count[0]}[,.\u00a0\u202f\u066c ]{count[1:]}"}
        spelled |= {one.translate({48 + digit: 0x660 + digit for digit in range(10)}) for one in spelled}
        words = [re.escape(called(other)), re.escape(self.emails[other])]
        words += [] if other == asked else [rf"\b{code_of(other)}\b"]
        return re.compile("|".join([*words, *(rf"(?<![\w.-]){one}(?![\w-])" for one in spelled)]))

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


def code_of(position: str) -> str:
    return position.replace(" ", "-").upper()


Answers = dict[tuple[str, str, str], tuple[str, str]]  # what was answered, and all it says, by route, person, position


def ask(matrix: Matrix) -> Answers:
    answers: Answers = {}
    for row in matrix.rows():
        answer = matrix.request(*row)
        answers[row] = (answered(row[0], answer), answer.text)
    return answers


def differences(matrix: Matrix, answers: Answers) -> list[str]:
    """Where somebody is answered otherwise than they are to be, or reads of what they must not know of."""
    found: list[str] = []
    for (route, who, position), (told, words) in answers.items():
        is_to_be = expected(route, who, position)
        if told != is_to_be:
            found.append(f"{route} of {position} answers {who} {told}, not {is_to_be}")
        hidden = {OPERATION} | ({AREA} if who == NOBODY or PEOPLE[who] else set())
        for other in hidden:
            if sign := matrix.signs(other, position).search(words):
                found.append(f"{route} of {position} tells {who} of {other}: {sign[0]}")
    return found


def table(answers: Answers) -> str:
    """A line for each route and where lies what it names."""
    people = (NOBODY, *PEOPLE)
    lines = {(route, position): f"{route:66}{position:19}" for route, _, position in answers}
    for (route, _, position), (told, _) in answers.items():
        lines[route, position] += f"{told:15}"
    return "\n".join([f"{'':85}" + "".join(f"{who:15}" for who in people), *lines.values()])


def told(session: Session, somebody: Actor, operation: Operation, area: str, position: str) -> dict[str, str]:
    """Reports of an area, by somebody of all of the operation; the values of an address that name them."""
    code = code_of(position)
    shelter = a_shelter(code=code, area=area, capacity=100, name={"en": called(position)})
    headcount = a_headcount(code, at=AT, people=PEOPLE_AT[position], note=called(position))
    reports = [
        shelter,
        a_group(code, at=AT, origin=area, label=called(position)),
        *(moved := [a_movement(at=AT, people=7, to=code, group=code) for _ in range(2)]),
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
        "<uuid:movement_id>": moved[0]["id"],
        "<uuid:other_id>": moved[1]["id"],
        "<uuid:alert_id>": str(session.scalars(alert).one()),
        "<uuid:user_id>": str(worker.user_id),
        "<uuid:person_id>": str(somebody.user_id),
        "<uuid:hold_id>": str(hold_id),
    }


def crossed(session: Session, somebody: Actor) -> None:
    """People came from the other area to the district with their group; a shelter here turned out to be that there."""
    reports = [
        a_shelter(code=f"{code_of(AREA)}-2", area="SY1002", name={"en": GATE}),
        a_movement(at=AT, people=9, source=f"{code_of(AREA)}-2", to=code_of(MINE), group=code_of(MINE)),
        a_shelter(code=SEEMED),
        one_place(code_of(AREA), SEEMED),
    ]
    assert {result.status for result in take(session, actor=somebody, reports=reports)} == {"accepted"}
    while refresh(session):
        pass


@pytest.fixture
def matrix(served: Served) -> Matrix:
    with unit_of_work() as session:
        here, elsewhere = make_operation(session), make_operation(session)
        where = ((MINE, here, "SY0602"), (AREA, here, "SY1002"), (OPERATION, elsewhere, "SY0602"))
        somebody = {position: make_actor(session, operation, role="coordinator") for position, operation, _ in where}
        actors, tokens = {}, {}
        for role, areas in PEOPLE.items():
            actors[role] = make_actor(session, here, role=role, areas=areas)  # type: ignore[arg-type]  # keys are roles
            tokens[role] = make_token(session, email=actors[role].email, operation_id=here.id)
        values = {
            position: told(session, somebody[position], operation, area, position)
            for position, operation, area in where
        }
        crossed(session, somebody[MINE])
    emails = {position: one.email for position, one in somebody.items()}
    return Matrix(Served(served.app, actors, tokens, served.values), values, emails)


def test_everybody_reaches_what_is_theirs_and_nothing_else(matrix: Matrix) -> None:
    answers = ask(matrix)
    sys.stdout.write(f"\n{table(answers)}\n")
    nothing(differences(matrix, answers))
    assert GATE in answers["GET /groups/<code>", "field_worker", MINE][1]  # the other end of what came is named


def bodies(there: dict[str, str]) -> list[dict[str, Any]]:
    """Reports that name what lies elsewhere, whole or in part."""
    code, headcount = there["<code>"], there["<uuid:headcount_id>"]
    counted = a_headcount(code, at=AT, people=5)
    return [
        counted,
        a_headcount(SEEMED, at=AT, people=5),
        a_state(SEEMED, at=AT, status="closed"),
        a_state(code, at=AT, capacity=1),
        a_group(code, at=AT, origin="SY0602"),
        a_movement(at=AT, people=5, source=code, to=SEEMED),
        corrected(headcount, None),
        corrected(headcount, counted),
        decision(headcount, adopt=False),
        one_place(code_of(MINE), code),
        one_place(code, code_of(MINE)),
    ]


@pytest.mark.parametrize("who", ["field_worker", "coordinator"])
def test_what_is_sent_changes_and_tells_nothing_of_elsewhere(matrix: Matrix, who: str) -> None:
    headers = {"Authorization": f"Bearer {matrix.served.tokens[who]}"}
    before = reports_stored()
    for report in bodies(matrix.values[AREA]):
        answer = matrix.served.app.test_client().post("/api/v1/reports", json={"reports": [report]}, headers=headers)
        (result,) = (answer.json or {})["results"]
        assert result["status"] in ("unknown_reference", "rejected"), report
        assert not matrix.signs(AREA, asked=AREA).search(answer.text), report
    assert reports_stored() == before


def reports_stored() -> int:
    with unit_of_work() as session:
        return session.scalar(text("SELECT count(*) FROM reports")) or 0


def test_it_would_be_noticed_if_no_query_asked_for_areas(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall of areas is `Scope.holds` and `in_scope`: without both, what lies elsewhere is reached and read."""
    loaded = list(sys.modules.items())  # a thread may import something meanwhile
    for module in [one for name, one in loaded if name.startswith("app.") and hasattr(one, "in_scope")]:
        monkeypatch.setattr(module, "in_scope", lambda _scope, _path: true())
    monkeypatch.setattr(Scope, "holds", lambda _self, _path: True)
    found = differences(matrix, ask(matrix))
    assert "GET /shelters/<code> of another area answers coordinator yes, not 404" in found
    assert [one for one in found if one.startswith("GET /api/v1/shelters of mine tells field_worker of another area: ")]
    assert not [line for line in found if OPERATION in line]


def test_a_query_that_forgets_the_operation_shows_nothing_of_another(matrix: Matrix) -> None:
    @http.requires("read")
    def planted() -> str:
        return "".join(http.session().scalars(text("SELECT state ->> 'name' FROM shelters")))

    def read(who: str, method: str = "GET") -> str:
        return matrix.served.request(f"{method} /planted", who).text

    matrix.served.app.add_url_rule("/planted", view_func=planted, methods=["GET", "POST"])
    for method in ("GET", "POST"):  # those who change something have a session of another kind
        assert called(AREA) in read("administrator", method)
        assert called(OPERATION) not in read("administrator", method)
    with unit_of_work() as session:  # the wall of operations is row-level security: without it, all is shown
        session.execute(text("ALTER TABLE shelters DISABLE ROW LEVEL SECURITY"))
    assert called(OPERATION) in read("administrator")
