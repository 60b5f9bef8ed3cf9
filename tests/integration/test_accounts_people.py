"""What administrators do with the people of their operation, and what they may not."""

import re
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text, update

from app.accounts import queries, service
from app.accounts.errors import AccountConflict, NoSuchAccount
from app.accounts.models import User
from app.accounts.policy import Actor
from app.core import db
from tests.factories.browsers import PASSWORD
from tests.factories.offices import Office, page_of
from tests.factories.pages import words_of

NEW = "/admin/users/new"


@pytest.fixture
def office(database: str) -> Office:
    return Office()


def audited() -> list[tuple[str, str | None]]:
    with db.new_snapshot() as session:
        found = session.execute(
            text("SELECT action, address FROM audit_entries WHERE actor_id IS NOT NULL ORDER BY at")
        )
        return [(row.action, row.address) for row in found]


def mails() -> list[tuple[str, str]]:
    with db.new_snapshot() as session:
        return [(row.recipient, row.text) for row in session.execute(text("SELECT recipient, text FROM mails"))]


def member(actor: Actor | UUID) -> tuple[str, list[str] | None] | None:
    with db.new_snapshot() as session:
        id_ = actor if isinstance(actor, UUID) else actor.user_id
        found = session.execute(
            text(
                "SELECT role, areas FROM memberships JOIN operations ON id = operation_id WHERE user_id = :id"
                " AND code <> 'elsewhere'"
            ),
            {"id": id_},
        ).one_or_none()
        return None if found is None else (found.role, found.areas)


def test_everybody_of_the_operation_is_listed_and_nobody_else(office: Office) -> None:
    page = words_of(office.visitor.open("/admin/users").text)
    for actor in (office.boss, office.worker, office.other_boss):
        assert actor.email in page
    elsewhere = words_of(office.visits(office.other_boss).open("/admin/users").text)
    assert office.worker.email not in elsewhere


def test_a_long_list_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.accounts.views.members.PAGE", 2)
    first = office.visitor.open("/admin/users").text
    (next_one,) = re.findall(r'href="(/admin/users\?after=[^"]+)"', first)
    listed = re.findall(r"/admin/users/[0-9a-f-]{36}", first + office.visitor.open(next_one).text)
    assert len(listed) == len(set(listed)) == 3


def test_somebody_new_is_invited_and_reads_their_language(office: Office) -> None:
    typed = {"email": " Rana@Example.org ", "role": "field_worker", "where": "areas", "areas": "sy0602,SY1002"}
    answer = office.visitor.send(NEW, language="ar", **typed)
    said = office.visitor.read(answer)
    assert "A mail with a link to set a password is on its way to them." in said
    assert "no password set yet" in said
    ((recipient, mail),) = mails()
    assert recipient == "rana@example.org"
    assert "لديك الآن حساب على مأوى" in mail
    assert re.search(r"http\S+/reset/\S+", mail)
    assert member(UUID(answer.location.rsplit("/", 1)[1])) == ("field_worker", ["SY0602", "SY1002"])
    assert ("user.add", "127.0.0.1") in audited()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "Write their e-mail address."),
        ({"email": "rana"}, "This is not an e-mail address."),
        ({"where": "areas", "areas": " ; "}, "Write the P-code of at least one area"),
        ({"where": "areas", "areas": "XX99"}, "There is no area XX99 in this operation."),
        ({"role": ""}, "Choose a role."),
        ({"where": ""}, "Choose where the role holds."),
        ({"language": "tlh"}, "Choose"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(office: Office, typed: dict[str, str], said: str) -> None:
    right = {"email": "rana@example.org", "role": "partner", "where": "everywhere", "areas": "", "language": "fr"}
    answer = office.visitor.send(NEW, **{**right, **typed})
    assert answer.status_code in (400, 422)
    assert said in words_of(answer.text)
    for name, value in {**right, **typed}.items():
        if name in ("email", "areas") and value.strip():
            assert f'value="{value}"' in answer.text
    assert mails() == []


def test_another_role_ends_the_tokens_of_the_earlier_one(office: Office) -> None:
    """They were made with a password alone, and would now do what asks for a second factor."""
    key = office.keys[office.worker.email]
    where = {"where": "areas", "areas": "SY0602"}
    office.visitor.read(office.visitor.send(page_of(office.worker), role="field_worker", **where))
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, key) is not None, "other areas alone end nothing"
    sent = office.visitor.send(page_of(office.worker), role="coordinator", where="everywhere", areas="")
    assert "have ended with the earlier role" in office.visitor.read(sent)
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, key) is None


def test_a_link_sent_again_is_in_the_log(office: Office) -> None:
    office.presses(f"{page_of(office.worker)}/invite")
    assert ("user.invite", "127.0.0.1") in audited()


def test_another_role_holds_at_once(office: Office) -> None:
    assert office.visits(office.worker).open("/dashboard").status_code == 200
    said = office.visitor.read(
        office.visitor.send(page_of(office.worker), role="partner", where="everywhere", areas="")
    )
    assert "Saved." in said
    assert member(office.worker) == ("partner", None)
    with db.new_snapshot() as session:
        found = session.execute(text("SELECT details FROM audit_entries WHERE action = 'user.change'")).scalar_one()
    assert found == {
        "before": {"role": "field_worker", "areas": ["SY0602"], "is_protection": False},
        "after": {"role": "partner", "areas": None, "is_protection": False},
    }


def test_the_last_administrator_stays(office: Office) -> None:
    answer = office.visitor.send(page_of(office.boss), role="coordinator", where="everywhere")
    assert answer.status_code == 409
    assert "They are the last administrator of an operation." in words_of(answer.text)
    for path in ("remove", "disable"):
        assert "last administrator" in office.presses(f"{page_of(office.boss)}/{path}", sure="yes")
    assert member(office.boss) == ("administrator", None)
    office.visitor.send(page_of(office.worker), role="administrator", where="everywhere", areas="")
    assert office.visitor.send(page_of(office.boss), role="coordinator", where="everywhere").status_code == 303


def test_whoever_is_taken_out_is_out_at_once_and_their_tokens_too(office: Office) -> None:
    assert "Tick the box" in office.presses(f"{page_of(office.worker)}/remove")
    assert member(office.worker) is not None
    assert "has no role in this operation any more" in office.presses(f"{page_of(office.worker)}/remove", sure="yes")
    assert member(office.worker) is None
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, office.keys[office.worker.email]) is None
    assert office.visitor.open(page_of(office.worker)).status_code == 404


def test_an_account_is_disabled_and_enabled_with_a_new_password(office: Office) -> None:
    assert "This account is disabled." in office.presses(f"{page_of(office.worker)}/disable", sure="yes")
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, office.keys[office.worker.email]) is None
    assert "disabled" in words_of(office.visitor.open(page_of(office.worker)).text)
    assert "This account is enabled." in office.presses(f"{page_of(office.worker)}/enable")
    with db.new_snapshot() as session:
        person = queries.person_of(session, office.boss.scope.operation_id, office.worker.user_id)
        assert (person.active, person.has_password) == (True, False)
        assert queries.actor_of_token(session, office.keys[office.worker.email]) is None
    assert [recipient for recipient, _ in mails()] == [office.worker.email]


def test_an_account_that_works_elsewhere_too_is_not_ours_to_close(office: Office) -> None:
    said = office.presses(f"{page_of(office.other_boss)}/disable", sure="yes")
    assert "They also work in an operation that you do not administer." in said
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, office.keys[office.other_boss.email]) is not None


def test_people_of_another_operation_are_not_there(office: Office) -> None:
    stranger = office.visits(office.other_boss)
    for path in ("", "/invite", "/disable", "/enable", "/remove"):
        page = stranger.open("/admin/users/new").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        data = {"csrf_token": token[1], "sure": "yes", "role": "partner", "where": "everywhere", "days": "3"}
        answer = stranger.client.post(page_of(office.worker) + path, data=data)
        assert answer.status_code == 404, path
    assert stranger.open(page_of(office.worker)).status_code == 404
    assert member(office.worker) == ("field_worker", ["SY0602"])


def test_a_token_is_made_by_its_owner_shown_once_expires_and_is_revoked(office: Office) -> None:
    with db.unit_of_work() as session:
        session.execute(update(User).values(password=PasswordHasher(time_cost=1).hash(PASSWORD)))
    visitor, typed = office.visits(office.worker), {"name_of_token": "desk", "password": PASSWORD}
    said = office.presses("/account/tokens", by=visitor, days="0", **typed)
    assert "Write for how many days" in said
    said = office.presses("/account/tokens", by=visitor, days="30", **typed)
    key = re.search(r"mawa_[\w-]+", said)
    assert key is not None
    page = office.visitor.open(page_of(office.worker)).text
    assert "desk" in page
    assert key[0] not in page + visitor.open("/account").text
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, key[0]) is not None
        days = text("SELECT EXTRACT(DAY FROM expires_at - created_at) FROM tokens WHERE name = 'desk'")
        assert session.scalar(days) == 30
    for path in re.findall(r'action="([^"]+/revoke)"', page):
        assert "This token is revoked." in office.presses(path)
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, key[0]) is None
    assert [action for action, _ in audited()].count("token.revoke") == 2


def test_nobody_revokes_the_token_of_another_as_their_own(office: Office) -> None:
    with db.new_snapshot() as session:
        theirs = session.scalar(text("SELECT id FROM tokens WHERE user_id = :id"), {"id": office.boss.user_id})
    office.presses(f"/account/tokens/{theirs}/revoke", by=office.visits(office.worker))
    with db.new_snapshot() as session:
        assert queries.actor_of_token(session, office.keys[office.boss.email]) is not None


def test_whoever_sees_some_areas_administers_nothing(office: Office) -> None:
    with db.unit_of_work() as session:
        session.execute(
            text("UPDATE memberships SET role = 'administrator' WHERE user_id = :id"), {"id": office.worker.user_id}
        )
    visitor = office.visits(office.worker)
    for path in ("/admin/users", NEW, page_of(office.boss), "/admin/audit"):
        assert visitor.open(path).status_code == 403
    assert "/admin/users" not in visitor.open("/dashboard").text
    assert "/admin/users" in office.visitor.open("/dashboard").text
    said = office.visitor.send(page_of(office.boss), role="administrator", where="areas", areas="SY0602")
    assert "An administrator is one of the whole operation." in words_of(said.text)
    assert "last administrator" in office.presses(f"{page_of(office.boss)}/remove", sure="yes")


def test_somebody_who_was_only_invited_does_not_count_as_an_administrator(office: Office) -> None:
    office.visitor.send(NEW, email="typo@example.org", role="administrator", where="everywhere", language="en")
    assert "last administrator" in office.presses(f"{page_of(office.boss)}/remove", sure="yes")


def test_who_is_added_to_another_operation_stays_where_they_work(office: Office) -> None:
    with db.new_snapshot() as session:
        before = queries.actor_of_user(session, office.worker.user_id)
    with db.unit_of_work() as session:  # an operation that is older than theirs
        session.execute(
            text("UPDATE operations SET created_at = created_at - interval '1 day' WHERE code = 'elsewhere'")
        )
    visitor = office.visits(office.other_boss)
    answer = visitor.send(NEW, email=office.worker.email, role="partner", where="everywhere", language="en")
    assert answer.status_code == 303
    with db.new_snapshot() as session:
        assert queries.actor_of_user(session, office.worker.user_id) == before


def test_an_operation_learns_nothing_of_what_somebody_did_before_they_came(office: Office) -> None:
    with db.unit_of_work() as session:
        service.choose_language(session, user_id=office.worker.user_id, language="fr")
    visitor = office.visits(office.other_boss)
    visitor.send(NEW, email=office.worker.email, role="partner", where="everywhere", language="en")
    listed = re.compile(r"<strong>Language chosen</strong>")
    assert not listed.search(visitor.open("/admin/audit").text)
    assert listed.search(office.visitor.open("/admin/audit").text)


def test_whoever_was_shut_out_and_taken_out_can_come_again(office: Office) -> None:
    office.presses(f"{page_of(office.worker)}/disable", sure="yes")
    office.presses(f"{page_of(office.worker)}/remove", sure="yes")
    answer = office.visitor.send(NEW, email=office.worker.email, role="partner", where="everywhere", language="en")
    assert "A mail with a link to set a password is on its way to them." in office.visitor.read(answer)


def test_two_administrators_who_take_each_other_out_do_not_both_succeed(office: Office) -> None:
    operation = office.boss.scope.operation_id
    with db.unit_of_work() as session:
        service.change_member(
            session, user_id=office.worker.user_id, operation_id=operation, role="administrator", areas=None
        )
    with db.new_session() as one, db.new_session() as another:
        service.remove_member(one, user_id=office.boss.user_id, operation_id=operation)
        another.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            service.remove_member(another, user_id=office.worker.user_id, operation_id=operation)
        another.rollback()
        one.commit()
        with pytest.raises(AccountConflict):
            service.remove_member(another, user_id=office.worker.user_id, operation_id=operation)
        with pytest.raises(NoSuchAccount):
            service.remove_member(another, user_id=office.boss.user_id, operation_id=operation)
