"""`mawa user …`: accounts from the command line of the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy.orm import Session
from sqlmodel import select

from app.accounts import cli, queries, service
from app.accounts.models import User
from app.outbox.models import Mail
from config.settings import settings
from tests.factories.operations import make_operation

PASSWORD = "correct horse battery"


@pytest.fixture
def operation_id(session: Session) -> UUID:
    return make_operation(session).id


def add(session: Session, operation_id: UUID, email: str = "rana@example.org") -> UUID:
    added = service.add_user(session, email=email, role="coordinator", areas=None, operation_id=operation_id)
    return added.user_id


class TestCommands:
    """`mawa user …`, each in the transaction of the test."""

    @pytest.fixture(autouse=True)
    def _in_this_transaction(self, session: Session, operation_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
        @contextmanager
        def unit_of_work() -> Iterator[Session]:
            with session.begin_nested():
                yield session

        monkeypatch.setattr(cli, "unit_of_work", unit_of_work)

    def test_add_takes_the_password_from_standard_input_and_says_nothing_on_standard_output(
        self, session: Session
    ) -> None:
        asked = ["add", "w@example.org", "--role", "field_worker", "--area", "SY10", "--area", "SY06"]
        result = CliRunner().invoke(cli.user, asked, input=PASSWORD + "\n")
        assert (result.exit_code, result.stdout) == (0, "")
        user = queries.user_of(session, "w@example.org")
        assert user is not None
        assert queries.memberships_of(session, user.id)[0].areas == ["SY06", "SY10"]

    def test_add_without_a_password_mails_a_link_to_set_one(self, session: Session) -> None:
        result = CliRunner().invoke(cli.user, ["add", "w@example.org", "--role", "partner", "--language", "fr"])
        assert (result.exit_code, result.stdout) == (0, "")
        (mail,) = session.scalars(select(Mail)).all()
        assert (mail.recipient, mail.subject) == ("w@example.org", "Vous êtes invité sur Mawa")
        assert f"{settings().base_url}/reset/" in mail.text

    def test_invite_mails_the_link_once_more(self, session: Session, operation_id: UUID) -> None:
        add(session, operation_id)
        assert CliRunner().invoke(cli.user, ["invite", "rana@example.org"]).exit_code == 0
        assert len(session.scalars(select(Mail)).all()) == 1
        service.disable_user(session, email="rana@example.org")
        refused = CliRunner().invoke(cli.user, ["invite", "rana@example.org"])
        assert (refused.exit_code, "disabled" in refused.stderr) == (1, True)

    def test_reset_second_factor_takes_it_away_and_says_so_by_mail(self, session: Session, operation_id: UUID) -> None:
        user_id = add(session, operation_id)
        refused = CliRunner().invoke(cli.user, ["reset-second-factor", "rana@example.org"])
        assert (refused.exit_code, "no second factor" in refused.stderr) == (1, True)
        service.set_factor(session, user_id=user_id, sealed="sealed", step=1)
        assert CliRunner().invoke(cli.user, ["reset-second-factor", "rana@example.org"]).exit_code == 0
        assert session.get_one(User, user_id, populate_existing=True).factor is None
        assert "taken the second factor" in session.scalars(select(Mail)).one().text

    def test_token_ends_after_so_many_days(self, session: Session, operation_id: UUID) -> None:
        add(session, operation_id)
        key = CliRunner().invoke(cli.user, ["token", "rana@example.org", "--days", "3"]).stdout.strip()
        assert queries.actor_of_token(session, key) is not None
        with time_machine.travel(datetime.now(UTC) + timedelta(days=4), tick=False):
            assert queries.actor_of_token(session, key) is None

    def test_token_prints_the_token_alone_and_its_owner_is_told(self, session: Session, operation_id: UUID) -> None:
        add(session, operation_id)
        result = CliRunner().invoke(cli.user, ["token", "rana@example.org"])
        assert result.exit_code == 0
        assert queries.actor_of_token(session, result.stdout.removesuffix("\n")) is not None
        (mail,) = session.scalars(select(Mail)).all()
        assert (mail.recipient, mail.subject) == ("rana@example.org", "A token was made for your account for Mawa")

    def test_disable_disables(self, session: Session, operation_id: UUID) -> None:
        user_id = add(session, operation_id)
        assert CliRunner().invoke(cli.user, ["disable", "rana@example.org"]).exit_code == 0
        assert not session.get_one(User, user_id).active

    def test_an_unknown_account_is_said_in_a_sentence(self) -> None:
        result = CliRunner().invoke(cli.user, ["token", "nobody@example.org"])
        assert (result.exit_code, result.stdout) == (1, "")
        assert "no account" in result.stderr

    def test_with_two_operations_one_must_be_named(self, session: Session) -> None:
        make_operation(session, code="other")
        asked = ["add", "w@example.org", "--role", "partner"]
        refused = CliRunner().invoke(cli.user, asked, input=PASSWORD)
        assert refused.exit_code == 1
        assert "--operation" in refused.stderr
        assert CliRunner().invoke(cli.user, [*asked, "--operation", "nowhere"], input=PASSWORD).exit_code == 1
        assert CliRunner().invoke(cli.user, [*asked, "--operation", "other"], input=PASSWORD).exit_code == 0
