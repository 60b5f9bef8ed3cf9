"""Accounts on PostgreSQL: adding, disabling, tokens, who is asking, and the scope of every query."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import event, update
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.accounts import queries, service
from app.accounts.models import Membership, Token, User
from app.accounts.policy import Scope, digest_of
from app.audit.models import AuditEntry
from app.core.errors import DomainError
from app.places.models import Place
from tests.factories.operations import make_operation

PASSWORD = "correct horse battery"


@pytest.fixture
def operation_id(session: Session) -> UUID:
    return make_operation(session).id


def add(session: Session, operation_id: UUID, email: str = "Rana@Example.org", **more: object) -> UUID:
    wanted: dict[str, object] = {"role": "coordinator", "areas": None, "password": None, **more}
    return service.add_user(session, email=email, operation_id=operation_id, **wanted).user_id  # type: ignore[arg-type]


def test_it_adds_an_account_with_a_hashed_password_and_its_audit_row(session: Session, operation_id: UUID) -> None:
    user_id = add(session, operation_id, password=PASSWORD, areas=["SY06", "SY06"])
    user = session.get_one(User, user_id)
    assert user.email == "rana@example.org"
    assert user.password is not None
    assert user.password.startswith("$argon2id$")
    assert session.get_one(Membership, (user_id, operation_id)).areas == ["SY06"]
    entry = session.scalars(select(AuditEntry).where(col(AuditEntry.subject) == f"user:{user_id}")).one()
    assert (entry.action, entry.operation_id) == ("user.add", operation_id)
    assert "rana" not in str(entry.details)


def test_adding_an_address_to_another_operation_adds_a_role_and_keeps_the_account(
    session: Session, operation_id: UUID
) -> None:
    first = service.add_user(
        session,
        email="a@b.org",
        role="partner",
        areas=None,
        operation_id=operation_id,
        password=PASSWORD,
        language="ar",
    )
    before = session.get_one(User, first.user_id).password
    second = service.add_user(
        session,
        email="A@B.org",
        role="administrator",
        areas=None,
        operation_id=make_operation(session, code="other").id,
        password="something else",
    )
    assert (first.is_new, second.is_new, second.user_id) == (True, False, first.user_id)
    assert session.get_one(User, first.user_id).password == before
    assert [m.role for m in sorted(queries.memberships_of(session, first.user_id), key=lambda m: m.role)] == [
        "administrator",
        "partner",
    ]


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"email": "nobody"}, "not_an_address", "email"),
        ({"role": "boss"}, "unknown_role", "role"),
        ({"areas": ["SY06", "SY99"]}, "unknown_area", "areas"),
        ({"areas": []}, "no_area", "areas"),
        ({"password": "short"}, "password_too_short", "password"),
        ({"email": "there@example.org"}, "already_member", "email"),
        ({"email": "gone@example.org"}, "account_disabled", "email"),
    ],
)
def test_it_says_what_is_wrong_with_what_was_asked(
    session: Session, operation_id: UUID, asked: dict[str, object], code: str, field: str
) -> None:
    add(session, operation_id, "there@example.org")
    add(session, operation_id, "gone@example.org")
    service.disable_user(session, email="gone@example.org")
    with pytest.raises(DomainError) as caught:
        add(session, operation_id, **asked)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_person_chooses_among_the_languages_there_are(session: Session, operation_id: UUID) -> None:
    user_id = add(session, operation_id)
    service.choose_language(session, user_id=user_id, language="ar")
    actor = queries.actor_of_user(session, user_id)
    assert actor is not None
    assert actor.language == "ar"
    with pytest.raises(DomainError):
        service.choose_language(session, user_id=user_id, language="xx")


def test_a_token_acts_with_the_rights_of_its_person_in_its_operation(session: Session, operation_id: UUID) -> None:
    user_id = add(session, operation_id, role="field_worker", areas=["SY06"], language="ar")
    other = make_operation(session, code="other").id
    add(session, other, role="administrator")
    key = service.make_token(session, email="rana@example.org", operation_id=operation_id, name="import")
    assert key.startswith("mawa_")
    assert session.scalars(select(Token.digest)).one() == digest_of(key)
    actor = queries.actor_of_token(session, key)
    assert actor is not None
    assert (actor.user_id, actor.role, actor.language) == (user_id, "field_worker", "ar")
    assert actor.scope == Scope(operation_id, frozenset({"SY06"}))


def test_a_token_is_looked_up_in_one_statement(session: Session, operation_id: UUID) -> None:
    add(session, operation_id)
    key = service.make_token(session, email="rana@example.org", operation_id=operation_id)
    with Statements(session) as seen:
        queries.actor_of_token(session, key)
        queries.actor_of_token(session, "a token of somebody else's system")
    assert len(seen) == 1


def test_a_token_that_is_unknown_revoked_or_expired_is_nobody(session: Session, operation_id: UUID) -> None:
    add(session, operation_id)
    key = service.make_token(session, email="rana@example.org", operation_id=operation_id)
    now = datetime.now(UTC)
    assert queries.actor_of_token(session, "mawa_wrong") is None
    session.execute(update(Token).values(expires_at=now + timedelta(hours=1)))
    assert queries.actor_of_token(session, key) is not None
    with time_machine.travel(now + timedelta(hours=2)):
        assert queries.actor_of_token(session, key) is None
    session.execute(update(Token).values(expires_at=None, revoked_at=now))
    assert queries.actor_of_token(session, key) is None


def test_a_person_without_a_role_in_the_operation_gets_no_token(session: Session, operation_id: UUID) -> None:
    add(session, operation_id)
    with pytest.raises(DomainError) as caught:
        service.make_token(session, email="rana@example.org", operation_id=make_operation(session, code="other").id)
    assert caught.value.code == "not_member"


def test_disabling_shuts_out_sessions_and_tokens_at_once(session: Session, operation_id: UUID) -> None:
    user_id = add(session, operation_id)
    key = service.make_token(session, email="rana@example.org", operation_id=operation_id)
    named_by_cookies = session.get_one(User, user_id).fs_uniquifier
    service.disable_user(session, email="RANA@example.org")
    assert queries.actor_of_token(session, key) is None
    assert queries.actor_of_user(session, user_id) is None
    assert session.get_one(User, user_id).fs_uniquifier != named_by_cookies
    session.execute(update(User).values(active=True))
    assert queries.actor_of_token(session, key) is None
    assert session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "user.disable")).one()


def test_a_signed_in_person_is_in_their_first_operation_or_the_one_asked_for(
    session: Session, operation_id: UUID
) -> None:
    user_id = add(session, operation_id, role="partner")
    other = make_operation(session, code="other").id
    assert queries.actor_of_user(session, user_id, other) is None
    add(session, other, role="coordinator")
    first, second = queries.actor_of_user(session, user_id), queries.actor_of_user(session, user_id, other)
    assert first is not None
    assert second is not None
    assert (first.role, second.role) == ("partner", "coordinator")
    assert queries.actor_of_user(session, uuid4()) is None


def test_the_coordinators_over_a_place_are_those_whose_areas_hold_it(session: Session, operation_id: UUID) -> None:
    add(session, operation_id, "all@example.org")
    add(session, operation_id, "below@example.org", areas=["SY0602"])
    add(session, operation_id, "above@example.org", areas=["SY10", "SY06"], language="ar")
    add(session, operation_id, "beside@example.org", areas=["SY10"])
    add(session, operation_id, "worker@example.org", role="field_worker")
    add(session, operation_id, "gone@example.org")
    service.disable_user(session, email="gone@example.org")
    add(session, make_operation(session, code="other").id, "elsewhere@example.org")
    found = queries.people_over(session, operation_id=operation_id, area_path=["SY", "SY06"], role="coordinator")
    assert [(r.email, r.language) for r in found] == [("above@example.org", "ar"), ("all@example.org", "en")]


@pytest.mark.parametrize(
    ("areas", "seen"),
    [
        (None, {"SY", "SY06", "SY0600", "SY0602", "SY10", "SY1002"}),
        ({"SY06"}, {"SY06", "SY0600", "SY0602"}),
        ({"SY10", "SY0602"}, {"SY10", "SY1002", "SY0602"}),
        (set(), set()),
    ],
)
def test_the_scope_condition_agrees_with_the_pure_rule(
    session: Session, operation_id: UUID, areas: set[str] | None, seen: set[str]
) -> None:
    make_operation(session, code="other")
    scope = Scope(operation_id, None if areas is None else frozenset(areas))
    found = session.scalars(select(Place).where(queries.visible(scope, Place))).all()
    assert {place.area_code for place in found} == seen
    assert {place.operation_id for place in found} <= {operation_id}
    assert all(scope.holds(place.area_path) for place in found)


class Statements:
    """The statements a session sends while this is open."""

    def __init__(self, session: Session) -> None:
        self._connection, self.seen = session.connection(), list[str]()

    def __enter__(self) -> list[str]:
        event.listen(self._connection, "before_cursor_execute", self._see)
        return self.seen

    def __exit__(self, *_: object) -> None:
        event.remove(self._connection, "before_cursor_execute", self._see)

    def _see(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.seen.append(statement)
