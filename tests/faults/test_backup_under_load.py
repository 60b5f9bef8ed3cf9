"""A backup taken while reports pour in, put back into an empty folder: the ledger of one moment, with its figures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from tests.factories.live import Live, running, start, wait_for
from tests.faults.senders import Senders, arrivals_at, people_of
from tests.faults.victims import database_url

pytestmark = pytest.mark.slow

SHELTER = "BACKUP-1"
AT_LEAST = 40  # reports taken before, and again while and after


@dataclass
class Moved:
    """What was acknowledged before the backup began and after it had ended, what it said, and where it serves again."""

    before: list[str]
    after: list[str]
    people: dict[str, int]
    said: str
    live: Live
    token: str
    served_since: datetime

    def asked(self, question: str) -> list[tuple[object, ...]]:
        with psycopg.connect(database_url(self.live)) as connection:
            return connection.execute(question.encode()).fetchall()


@pytest.fixture(scope="module")
def moved() -> Iterator[Moved]:
    with running() as live:
        token = live.token("coordinator")
        live.api("/reports", token, {"reports": shelter()})
        file = live.folder.parent / "mawa.backup"
        senders = Senders(live, token, arrivals_at(SHELTER))
        with senders:
            wait_for(lambda: len(senders.taken) >= AT_LEAST, 60, "no load")
            before = list(senders.taken)
            taken = live.mawa("db", "backup", str(file))
            after = list(senders.taken)
            wait_for(lambda: len(senders.taken) >= len(after) + AT_LEAST, 60, "no load after the backup")
        assert taken.returncode == 0, taken.stderr
        assert senders.refused == []
        assert len(after) > len(before), "nothing was taken while the backup was made"
        live.stop()
        elsewhere = replace(live, folder=live.folder.parent / "empty")
        elsewhere.folder.mkdir(mode=0o700)
        restored = elsewhere.mawa("db", "restore", str(file))
        assert restored.returncode == 0, restored.stderr
        since = datetime.now(UTC)
        served = start(elsewhere.folder)
        try:
            served.wait_until_idle()
            yield Moved(
                before,
                after,
                {id_: people_of(one) for id_, one in senders.taken.items()},
                taken.stdout,
                served,
                token,
                since,
            )
        finally:
            served.stop()


def shelter() -> list[dict[str, object]]:
    """A shelter that is full at once, counted empty an hour ago."""
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    said = {"code": SHELTER, "name": {"en": "School"}, "site_type": "collective_centre", "area": "SY0602"}
    counted = {"place": {"shelter": SHELTER}, "people": {"total": 0}, "method": "full_count"}
    return [
        {"id": str(uuid4()), "kind": "shelter", "occurred_at": earlier, **said, "status": "open", "capacity": 5},
        {"id": str(uuid4()), "kind": "headcount", "occurred_at": earlier, **counted},
    ]


def test_verify_finds_nothing_and_the_seal_is_the_one_the_backup_told(moved: Moved) -> None:
    seal = moved.said.partition(", seal ")[2].partition(",")[0]
    verified = moved.live.mawa("verify", "--seal", seal)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_it_is_the_ledger_of_one_moment_and_its_figures(moved: Moved) -> None:
    """Of each sender the first so many, in order; all that was acknowledged before; nothing that was sent after."""
    stored = {str(id_) for (id_,) in moved.asked("SELECT id FROM reports WHERE device LIKE 'sender-%'")}
    assert set(moved.before) <= stored <= set(moved.people)
    assert len(stored - set(moved.after)) <= 4  # each sender may have one that is stored and not yet acknowledged
    for people in set(moved.people.values()):
        sent = [report for report, said in moved.people.items() if said == people]
        assert stored & set(sent) == set(sent[: len(stored & set(sent))])
    items = moved.live.figures(moved.token)
    assert items[SHELTER]["people"]["total"] == sum(moved.people[report] for report in stored)


def test_no_mail_leaves_again(moved: Moved) -> None:
    assert moved.asked("SELECT count(*) FROM mails WHERE status = 'sent'") != [(0,)]
    assert moved.asked("SELECT count(*) FROM mails WHERE status = 'waiting'") == [(0,)]
    assert moved.asked(f"SELECT count(*) FROM mails WHERE sent_at > '{moved.served_since.isoformat()}'") == [(0,)]


def test_a_rebuild_changes_nothing(moved: Moved) -> None:
    figures = "SELECT md5(string_agg(place_days::text, '|' ORDER BY place_id, day)) FROM place_days"
    before = moved.asked(figures)
    assert moved.live.mawa("rebuild").returncode == 0
    assert moved.asked(figures) == before
