"""The audit log as administrators read it: who changed what, when and from where."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import text

from app.accounts.service import choose_language, disable_user, make_token
from app.admin.forms import ACTIONS
from app.admin.queries.audit import PAGE, Wanted, changes
from app.audit.models import AuditEntry
from app.audit.service import record
from app.core import db
from app.core.db import new_session, unit_of_work
from tests.factories.coordinating import Site, make_site
from tests.factories.explained import what_is_read
from tests.factories.operations import a_headcount, a_shelter, make_actor
from tests.factories.pages import Visitor, words_of
from tests.guards.project import texts

NOON = datetime(2025, 3, 20, 9, 0, tzinfo=UTC)  # 12:00 in Damascus
NOTHING = "Nothing was changed here in this time."
ROW = re.compile('<tr><th scope="row".*?</tr>', re.DOTALL)


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    with time_machine.travel(NOON, tick=False):
        yield make_site()


@pytest.fixture
def reader(site: Site) -> Visitor:
    return Visitor(site.application, site.administrator)


def add(site: Site, **said: object) -> None:
    """An entry of the operation by its administrator, unless something else is said."""
    entry = {"action": "setting.change", "subject": "household_size", "actor_id": site.administrator.user_id}
    with unit_of_work() as session:
        session.info["address"] = said.pop("address", None)
        record(session, **{"operation_id": site.operation.id, **entry, **said})  # type: ignore[arg-type]  # as said


def rows(page: str) -> list[str]:
    """The words of each row, newest first."""
    return [" ".join(unescape(re.sub("<[^>]+>", " ", row)).split()) for row in ROW.findall(page)]


def test_it_says_who_did_what_from_where_and_what_it_is_now(site: Site, reader: Visitor) -> None:
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        add(site, address="192.0.2.7", value={"before": 5.0, "after": 6.5})
        newest = rows(reader.open("/admin/audit").text)[0]
    assert newest == (
        f"12:05 {site.administrator.email} 192.0.2.7 Setting changed People in a household, on average"
        " Value: Before: 5.0 After: 6.5"
    )


def test_commands_accounts_and_tokens_are_named(site: Site, reader: Visitor) -> None:
    with unit_of_work() as session:
        make_token(session, email=site.administrator.email, operation_id=site.operation.id)
    said = rows(reader.open("/admin/audit").text)  # of one moment, in any order
    made, opened = sorted(one for one in said if "a command on the server" in one)
    assert made == f"12:00 a command on the server – API token made {site.administrator.email}"
    assert opened == f"12:00 a command on the server – Operation opened {site.operation.code}"


def test_an_alert_is_named_by_its_place(site: Site, reader: Visitor) -> None:
    site.report(a_shelter(code="KHM", capacity=100), a_headcount("KHM", at="2025-03-19T12:00:00+03:00", people=120))
    with new_session() as session:
        alert_id = session.scalar(text("SELECT id FROM alerts"))
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        add(site, action="alert.acknowledge", subject=str(alert_id), comment="Buses go on Friday.")
        newest = rows(reader.open("/admin/audit").text)[0]
    assert newest.endswith("Alert taken on Shelter KHM Comment: Buses go on Friday.")


def test_what_is_done_to_an_account_shows_in_the_operations_of_its_person_only(site: Site, reader: Visitor) -> None:
    other = make_site()
    with unit_of_work() as session:
        ours, theirs = make_actor(session, site.operation), make_actor(session, other.operation)
        disable_user(session, email=ours.email)
        disable_user(session, email=theirs.email)
        choose_language(session, user_id=other.administrator.user_id, language="ar")
    add(other, subject="only_theirs")
    shown = words_of(reader.open("/admin/audit").text)
    assert f"Person shut out {ours.email}" in shown
    assert theirs.email not in shown
    assert "only_theirs" not in shown
    assert other.administrator.email not in shown
    assert "only_theirs" in words_of(Visitor(other.application, other.administrator).open("/admin/audit").text)


def test_what_was_written_is_shown_as_text_and_an_unknown_action_as_it_is(site: Site, reader: Visitor) -> None:
    add(site, action="site.rename", subject="<b>", shown="<script>alert(1)</script>", areas=["SY06", "SY10"], left=None)
    page = reader.open("/admin/audit").text
    assert "<script>alert" not in page
    shown = words_of(page)
    assert "site.rename <b>" in shown
    assert "<script>alert(1)</script>" in shown
    assert "SY06, SY10" in shown.replace(" ,", ",")


def test_it_is_filtered_by_action_person_and_days(site: Site, reader: Visitor) -> None:
    with unit_of_work() as session:
        second = make_actor(session, site.operation, role="administrator")
    with time_machine.travel(datetime(2025, 3, 10, 20, 59, tzinfo=UTC), tick=False):  # 23:59 on the 10th
        add(site, subject="on_the_tenth")
    with time_machine.travel(datetime(2025, 3, 10, 21, 0, tzinfo=UTC), tick=False):  # midnight: the 11th
        add(site, subject="on_the_eleventh", actor_id=second.user_id)

    def found(question: str) -> set[str]:
        shown = rows(reader.open(f"/admin/audit?{question}").text)
        return {name for name in ("on_the_tenth", "on_the_eleventh", "Operation opened") if name in " ".join(shown)}

    assert found("action=operation.create") == {"Operation opened"}
    assert found(f"person=%20{second.email.upper()}") == {"on_the_eleventh"}
    assert found("last=2025-03-10") == {"on_the_tenth"}
    assert found("first=2025-03-11&last=2025-03-11") == {"on_the_eleventh"}
    assert found("first=2025-03-11&action=setting.change") == {"on_the_eleventh"}
    assert found("first=٢٠٢٥-٠٣-١١&last=9999-12-31") == {"on_the_eleventh", "Operation opened"}
    assert found("action=&person=&first=&last=") == {"on_the_tenth", "on_the_eleventh", "Operation opened"}
    assert NOTHING in words_of(reader.open("/admin/audit?person=nobody@example.org").text)
    assert NOTHING in words_of(reader.open("/admin/audit?last=2025-01-01").text)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("action", "user.praise", "Choose one of the answers."),
        ("person", "nobody", "This is not an e-mail address."),
        ("first", "yesterday", "Write the day as year-month-day, for example 2025-03-16."),
        ("first", "2025-03-21", "This day is still to come."),
        ("last", "20-03-2025", "Write the day as year-month-day, for example 2025-03-16."),
        ("last", "2025-03-01", "The last day lies before the first."),
    ],
)
def test_a_bad_filter_is_said_beside_its_field_and_what_was_typed_stays(
    reader: Visitor, field: str, typed: str, said: str
) -> None:
    others = {"first": "2025-03-02"} if field == "last" else {}
    asked = "&".join(f"{name}={value}" for name, value in {**others, field: typed}.items())
    page = reader.open(f"/admin/audit?{asked}").text
    assert said in words_of(page)
    assert f'aria-describedby="e-{field}"' in page
    assert f'value="{typed}"' in page
    assert "Operation opened" in words_of(page)  # the list is that of no question


def test_pages_neither_skip_nor_repeat(site: Site, reader: Visitor) -> None:
    with unit_of_work() as session:
        member = make_actor(session, site.operation)
        for number in range(2 * PAGE):  # all at one moment
            record(
                session,
                action="user.language",
                subject=f"user:{member.user_id}",
                operation_id=site.operation.id,
                number=f"no. {number}.",
            )
    seen, path = [], "/admin/audit?action=user.language"
    while path:
        page = reader.open(path).text
        seen += re.findall(r"no\. \d+\.", page)
        following = re.search(r'href="([^"]+)">Next page', page)
        path = unescape(following[1]) if following else ""
        assert not path or "action=user.language" in path
        add(site)  # meanwhile
    assert len(seen) == 2 * PAGE
    assert len(set(seen)) == 2 * PAGE


def test_a_cursor_that_is_none_is_refused(reader: Visitor) -> None:
    assert reader.open("/admin/audit?after=here").status_code == 422


@pytest.mark.parametrize("role", ["field_worker", "coordinator", "partner"])
def test_only_administrators_read_it_and_are_led_there(site: Site, reader: Visitor, role: str) -> None:
    other = site.visitor(role)  # type: ignore[arg-type]  # a role
    assert other.open("/admin/audit").status_code == 403
    assert 'href="/admin/audit"' not in other.open("/dashboard").text
    assert 'href="/admin/audit">' in reader.open("/dashboard").text
    assert 'href="/admin/audit" aria-current="page"' in reader.open("/admin/audit").text
    assert site.application.test_client().get("/admin/audit").location.startswith("/login?next=")


def test_a_page_reads_little_however_long_the_log_is(site: Site) -> None:
    with unit_of_work() as session:
        member = make_actor(session, site.operation)
        for number in range(3_000):
            of_nobody = number % 2 == 0
            session.add(
                AuditEntry(
                    id=uuid4(),
                    at=NOON - timedelta(minutes=number),
                    operation_id=None if of_nobody else site.operation.id,
                    action="user.language",
                    subject=f"user:{member.user_id}",
                    details={},
                )
            )
    with unit_of_work() as session:
        session.execute(text("ANALYZE audit_entries"))
    middle = (NOON - timedelta(minutes=1_500), UUID(int=0))
    for before in (None, middle):
        with what_is_read(db.engine()) as read, new_session() as session:
            found = changes(session, operation_id=site.operation.id, wanted=Wanted(), before=before)
        assert len(found) == PAGE + 1
        assert max(one.rows["audit_entries"] for one in read) < 4 * PAGE


def test_every_action_that_is_written_can_be_asked_for() -> None:
    written = {
        action
        for path, source in texts().items()
        if path.startswith("app/") and ("audit.record(" in source or "service.noting" in source)
        for action in re.findall(r'(?:action=|note(?:_here)?\(session, )"([a-z._]+)"', source)
    }
    in_sql = {"backup.restore"}  # written at whatever step of the schema a backup is of
    assert written | in_sql == set(ACTIONS)
