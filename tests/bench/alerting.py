"""From a report that fills a shelter until the mail server has taken the mail about it.

Who was mailed within the last minute waits for the rest of it, so everybody here is told of one shelter only: the
coordinators of a district, in which one shelter fills up.
"""

import time
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import psycopg
from aiosmtpd.controller import Controller

from tests.bench.figure import Figure, say
from tests.bench.load import Line, Load
from tests.bench.site import Site, WrongResult
from tests.factories.live import free_port, wait_for

FIRST_GOAL_MS, MANY_GOAL_MS = 250.0, 1_000.0
RATE = 100.0  # reports a second
ALERTING = 10.0  # of them
MAILS = 200.0  # a second, where many are told
TOLD = 50  # of each shelter then
FULL = 3  # places of a shelter that one arrival overfills
ARRIVES_WITHIN_S = 60.0

_DISTRICTS = """
  SELECT code FROM areas WHERE level = 2 AND path[1] = 'SY' AND path[2] <> 'SY06' ORDER BY code LIMIT %s
"""
_USERS = """
  INSERT INTO users (id, email, active, fs_uniquifier, created_at)
  SELECT gen_random_uuid(), email, true, gen_random_uuid()::text, now() FROM unnest(%s::text[]) AS email
"""
_MEMBERSHIPS = """
  INSERT INTO memberships (user_id, operation_id, role, areas, is_protection, created_at)
  SELECT users.id, operations.id, 'coordinator', ARRAY[area], false, now()
  FROM unnest(%s::text[], %s::text[]) AS told (email, area)
  JOIN users USING (email), operations
"""


class Sink:
    """A mail server that takes everything, and notes when."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        for recipient in envelope.rcpt_tos:
            self.taken.setdefault(recipient, []).append(time.monotonic())
        return "250 kept"


def alert(site: Site, *, quick: bool) -> Figure:
    """One told of each of ten shelters a second beside ninety other reports, then fifty of each of four."""
    seconds = 3.0 if quick else 8.0
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    site.live.stop()
    site.start_again(mail_url=f"smtp://127.0.0.1:{controller.port}")
    try:
        few = _measure(site, sink, seconds, per_second=ALERTING, told=1)
        many = _measure(site, sink, seconds, per_second=MAILS / TOLD, told=TOLD)
    finally:
        site.live.stop()
        controller.stop()
        site.start_again()
    site.verify()
    first, among_many = quantiles(few, n=20)[-1], quantiles(many, n=20)[-1]
    is_met = first <= FIRST_GOAL_MS and among_many <= MANY_GOAL_MS
    return Figure(
        key="alert",
        figure=f"p95 {first:.0f} ms; {among_many:.0f} ms",
        reference=f"at {RATE:g} reports/s; {MAILS:g} mails/s",
        ratio=None,
        goal=f"p95 <= {FIRST_GOAL_MS:g} ms; <= {MANY_GOAL_MS:g} ms",
        met=is_met,
        details={"first_ms": sorted(few), "many_median_ms": median(many), "mails": len(few) + len(many)},
    )


def _measure(site: Site, sink: Sink, seconds: float, *, per_second: float, told: int) -> list[float]:
    """Milliseconds from the acceptance of each report that fills a shelter to each mail about it."""
    shelters = int(seconds * per_second)
    prefix = f"A{uuid4().hex[:6].upper()}"
    token = site.reporter(f"{prefix.lower()}@example.org")
    told_of = _make(site, prefix, shelters, told, token)
    beside = site.arrivals(site.make_shelters(f"{prefix}L"))
    stored = site.count_movements()
    running = site.generator.start(Load(beside, seconds, 2.0, rate=RATE - per_second))
    line = Line(site.port)
    accepted: dict[str, float] = {}
    time.sleep(max(0.0, running.part.counts_from - time.monotonic()))
    for number, code in enumerate(told_of):
        time.sleep(max(0.0, running.part.counts_from + number / per_second - time.monotonic()))
        answer = line.ask(next(site.arrivals([code], token=token).make()))
        accepted[code] = time.monotonic()
        if b'"accepted"' not in answer:
            raise WrongResult(f"not accepted: {answer[:600]!r}")
    line.close()
    site.check(stored, running.wait(), besides=len(accepted))
    expected = [email for emails in told_of.values() for email in emails]
    wait_for(lambda: all(email in sink.taken for email in expected), ARRIVES_WITHIN_S, "not every mail arrived")
    if doubled := [email for email in expected if len(sink.taken[email]) > 1]:
        raise WrongResult(f"{len(doubled)} mails came twice, that to {doubled[0]} first")
    waited = [1000 * (sink.taken[email][0] - accepted[code]) for code, emails in told_of.items() for email in emails]
    say(f"alert: p95 {quantiles(waited, n=20)[-1]:.0f} ms of {len(waited)} mails, {told} about each shelter")
    return waited


def _make(site: Site, prefix: str, shelters: int, told: int, token: str) -> dict[str, list[str]]:
    """Shelters that one arrival fills, each in a district of its own, and who is told of each."""
    with psycopg.connect(site.database) as connection:
        districts = [code for (code,) in connection.execute(_DISTRICTS, (shelters,))]
        codes = [f"{prefix}-{number:03d}" for number in range(len(districts))]
        told_of = {code: [f"{code.lower()}-{one}@example.org" for one in range(told)] for code in codes}
        emails = [email for each in told_of.values() for email in each]
        areas = [district for district in districts for _ in range(told)]
        connection.execute(_USERS, (emails,))
        connection.execute(_MEMBERSHIPS, (emails, areas))
    site.open_shelters(dict(zip(codes, districts, strict=True)), capacity=FULL, token=token)
    return told_of
