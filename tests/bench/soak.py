"""`python -m tests.bench.soak MINUTES`: does an installation stay as small as it was? `make soak MINUTES=30`.

A hundred reports a second, pages and figures read beside them, shelters that fill up and empty again, mails about them.
Every twenty seconds a line says what each part holds and how large the tables are through which work passes. Exit 1
where a part grew, where such a table bloats, where a report was lost or doubled, or `mawa verify` finds anything.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import mean

import psycopg

from tests.bench import processes
from tests.bench.figure import say
from tests.bench.load import Line, Load, Requests
from tests.bench.site import AREAS, EMAIL, PASSWORD, Site, WrongResult, readable, site
from tests.factories.live import sign_in

RATE = 100.0
SAMPLED_EVERY_S = 20.0
MAY_GROW = 1.05  # from the second quarter to the last one: what is of no consequence in a year of half hours
MAY_GROW_MB = 4.0
PASSING = ("marks", "wide_marks", "notices", "mails", "place_now", "turns", "heartbeats")
MAY_SPREAD = 2.0  # largest of the second half to the largest of the first half, beyond a megabyte
FILLING = 20  # shelters that fill up and empty again, one change a second
BESIDE = 5_000  # to which the others come: a fold holds what one day says of a place, so no place may have all of it
DEPARTURE = (
    b'{"id": "%%b", "kind": "movement", "occurred_at": "%b", "clock": "device", "seen": "from",'
    b' "from": {"shelter": "%%b"}, "people": {"total": 6}}'
)
READ = (
    "/dashboard",
    "/alerts",
    "/shelters",
    "/field/arrivals/new",
    "/api/v1/population?by=area",
    "/api/v1/population?by=day",
    "/api/v1/population?by=shelter&limit=100",
    "/api/v1/flows",
)
_SIZES = """
  SELECT relname, pg_total_relation_size(relid), n_dead_tup FROM pg_stat_user_tables
  WHERE relname = ANY(%s) ORDER BY relname
"""


@dataclass(frozen=True)
class Sample:
    """What an installation holds at a moment: MB of each part that are its own, MB of each table."""

    parts: dict[str, float]
    tables: dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("minutes", type=float)
    minutes: float = parser.parse_args().minutes
    with site() as measured:
        try:
            samples = soak(measured, 60 * minutes)
        except WrongResult as error:
            sys.stdout.write(f"WRONG  {error}\n")
            return 1
    wrong = grown(samples)
    sys.stdout.write("".join(f"{line}\n" for line in wrong or ["It stayed as it was."]))
    return int(bool(wrong))


def soak(site: Site, seconds: float) -> list[Sample]:
    """Load an installation for so long, and look at it all the while. WrongResult where anything was lost."""
    site.live.mawa("user", "add", "told@example.org", "--role", "coordinator", stdin=f"{PASSWORD}\n")
    cookie = sign_in(site.live.url, EMAIL, PASSWORD)
    beside = site.make_shelters("SOAK", BESIDE)
    filling = [f"FILL-{number:02d}" for number in range(FILLING)]
    site.open_shelters({code: AREAS[number % len(AREAS)] for number, code in enumerate(filling)}, capacity=3)
    stored = site.count_movements()
    running = site.generator.start(Load(site.arrivals(beside), seconds, 0.0, rate=RATE))
    line, changes, samples = Line(site.port), _changes(site, filling), list[Sample]()
    due = begin = time.monotonic()
    sent = 0
    while time.monotonic() < begin + seconds:
        if b'"accepted"' not in (answer := line.ask(next(changes))):
            raise WrongResult(f"not accepted: {answer[:600]!r}")
        _read(line, READ[sent % len(READ)], site.token, cookie)
        sent += 1
        if time.monotonic() < begin + seconds - 1:
            running.check()
        if time.monotonic() >= due:
            due += SAMPLED_EVERY_S
            samples.append(_sample(site))
            say(f"{time.monotonic() - begin:5.0f} s  {_line(samples[-1].parts)}  |  {_line(samples[-1].tables)}")
        time.sleep(max(0.0, begin + sent - time.monotonic()))
    outcome = running.wait()
    line.close()
    site.check(stored, outcome, besides=sent)
    say(f"{outcome.accepted + sent} reports accepted, as many are in the ledger, {outcome.per_second:.0f} a second")
    samples.append(_sample(site))
    say(f"at rest  {_line(samples[-1].parts)}  |  {_line(samples[-1].tables)}")
    site.verify()
    say("mawa verify finds nothing")
    return samples


def grown(samples: list[Sample]) -> list[str]:
    """What of an installation became larger while it did the same all the time."""
    quarter = len(samples) // 4
    found = []
    for part in samples[-1].parts:
        early, late = (
            mean(sample.parts.get(part, 0.0) for sample in some)
            for some in (samples[quarter : 2 * quarter], samples[-quarter:])
        )
        if late > early * MAY_GROW and late > early + MAY_GROW_MB:
            found.append(f"{part} grew from {early:.0f} to {late:.0f} MB")
    for table in samples[-1].tables:
        sizes = [sample.tables.get(table, 0.0) for sample in samples]
        before, after = max(sizes[: 2 * quarter]), max(sizes[2 * quarter :])
        if after > MAY_SPREAD * before and after > before + 1:
            found.append(f"table {table} spread from {before:.1f} to {after:.1f} MB")
    return found


def _changes(site: Site, codes: list[str]) -> Iterator[bytes]:
    """A post each: six people arrive at each of these shelters in turn, and then leave again in turn."""
    while True:
        for code in codes:
            yield next(site.arrivals([code]).make())
        for code in codes:
            arriving = site.arrivals([code])
            report = DEPARTURE % arriving.report.partition(b'"occurred_at": "')[2].partition(b'"')[0]
            leaving = Requests(
                port=arriving.port,
                path=arriving.path,
                token=arriving.token,
                body=arriving.body,
                report=report,
                places=arriving.places,
            )
            yield next(leaving.make())


def _read(line: Line, path: str, token: str, cookie: str) -> None:
    who = f"Authorization: Bearer {token}" if path.startswith("/api/") else f"Cookie: {cookie}"
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{who}\r\n\r\n"
    answer = line.ask(asked.encode())
    if not answer.startswith(b"HTTP/1.1 200"):
        raise WrongResult(f"{path} answers {answer[:300]!r}")
    if path.startswith("/api/"):
        readable(answer)


def _sample(site: Site) -> Sample:
    parts: dict[str, float] = {}
    for part, _, size in processes.memory_mb(site.supervisor, own=True):
        parts[part] = parts.get(part, 0.0) + size
    with psycopg.connect(site.database) as connection:
        found = connection.execute(_SIZES, (list(PASSING),)).fetchall()
    return Sample(parts, {table: size / processes.MB for table, size, _ in found})


def _line(sizes: dict[str, float]) -> str:
    return ", ".join(f"{name} {size:.1f}" for name, size in sizes.items()) + " MB"


if __name__ == "__main__":
    sys.exit(main())
