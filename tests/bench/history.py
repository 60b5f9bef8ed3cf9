"""What is measured on a long history that `mawa simulate` made: rebuilding, folding upon it, what was known."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from urllib.parse import quote

import psycopg

from tests.bench.bounds import beyond
from tests.bench.figure import Figure, at_most, say
from tests.bench.load import Line
from tests.bench.site import PASSWORD, Site, WrongResult, readable

REBUILD_GOAL, FLAT_GOAL, KNOWN_ON_GOAL = 10.0, 1.3, 10.0

# Reports and shelters of the operation that is rebuilt and asked about, and the long history of `flat`.
WHOLE, QUICK = (1_000_000, 5_000), (100_000, 500)
LONG, LONG_QUICK = 10_000_000, 300_000
ROUNDS = 200
REPEATS = 3
DAYS_AGO = 30
ALL_BUSY = 90.0  # percent of all processors

# What any figure by place and day comes to at least: both ends of every movement, added up. 18 cells and the total.
BOTH_ENDS = """
  CREATE TABLE bench_sums AS
  SELECT place, day, sum(total) AS total, {cells} FROM (
    SELECT place_id AS place, day, total, cells FROM reports WHERE place_id IS NOT NULL
    UNION ALL SELECT from_place_id, left_day, -total, cells FROM reports WHERE from_place_id IS NOT NULL
  ) AS ends GROUP BY place, day
""".format(cells=", ".join(f"sum(cells[{position}]) AS cell_{position}" for position in range(1, 19)))


def rebuild(site: Site, *, quick: bool) -> Figure:
    """`mawa rebuild` of a whole operation, against one GROUP BY over both ends of its movements."""
    reports, shelters = QUICK if quick else WHOLE
    simulated(site, reports, shelters)
    taken: list[float] = []
    sums: list[float] = []
    with psycopg.connect(site.database, autocommit=True) as connection:
        connection.execute("ANALYZE reports")
        for repeat in range(1 if quick else REPEATS):
            began = time.monotonic()
            connection.execute(BOTH_ENDS)
            sums.append(time.monotonic() - began)
            connection.execute("DROP TABLE bench_sums")
            began = time.monotonic()
            done = site.live.mawa("rebuild")
            taken.append(time.monotonic() - began)
            if done.returncode:
                raise WrongResult(f"mawa rebuild: {done.stderr[-1000:]}")
            say(f"rebuild {repeat + 1}: {taken[-1]:.1f} s, the sums alone {sums[-1]:.1f} s")
    site.live.wait_until_idle(600)
    site.verify()
    ratio = median(own / bare for own, bare in zip(taken, sums, strict=True))
    return at_most(
        REBUILD_GOAL,
        "rebuild",
        ratio,
        figure=f"{median(taken):.1f} s for {reports:,} reports",
        reference=f"GROUP BY {median(sums):.2f} s",
        details={"rebuild_s": taken, "group_by_s": sums},
    )


def known_on(site: Site, *, quick: bool) -> Figure:
    """The situation at every shelter on a past day as it was known then, against the same as it is known now."""
    reports, shelters = QUICK if quick else WHOLE
    token = simulated(site, reports, shelters)
    day = (datetime.now(UTC) - timedelta(days=DAYS_AGO)).replace(microsecond=0)
    past = f"as_of={day.date()}"
    then, now = (_seconds(site, token, query) for query in (f"{past}&known_on={quote(day.isoformat())}", past))
    ratio = median(old / new for old, new in zip(then, now, strict=True))
    return at_most(
        KNOWN_ON_GOAL,
        "read.known_on",
        ratio,
        figure=f"{1000 * median(then):.0f} ms as known then",
        reference=f"{1000 * median(now):.0f} ms as known now",
        details={"then_s": then, "now_s": now, "reports": reports, "shelters": shelters},
    )


def flat(site: Site, *, quick: bool) -> Figure:
    """A fold upon ten million reports of history against the same upon ten thousand, in a process of its own; and that
    what is asked all day reads no more of ten million than it may."""
    long = LONG_QUICK if quick else LONG
    command = [sys.executable, "-m", "tests.bench.flat", str(long), str(ROUNDS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise WrongResult("tests.bench.flat has failed; what it said stands above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for name, (rows, pages) in found["read"].items():
        say(f"{name}, upon {long:,} reports: {rows} rows of history and {pages} pages read")
    too_much = beyond(found["read"])
    for one in too_much:
        say(one)
    ratio = median(found["long"]) / median(found["short"])
    measured = at_most(
        FLAT_GOAL,
        "flat",
        ratio,
        figure=f"{median(found['long']):.1f} ms with {long:,} reports",
        reference=f"{median(found['short']):.1f} ms with 10,000",
        details={
            "rows_and_pages_read": found["read"],
            "long_ms": sorted(found["long"])[:: ROUNDS // 20],
            "short_ms": sorted(found["short"])[:: ROUNDS // 20],
        },
    )
    if too_much:
        bounded = f"{measured.goal}, and no more read than may be"
        return replace(measured, met=False, misses_twice_over=True, goal=bounded)
    return measured


def growth(site: Site, *, quick: bool) -> Figure:
    """Two fold workers and two web processes against one of each, in a process of its own: what more processes give
    where the processors are not all in use, and that together they are right."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.growth"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise WrongResult("tests.bench.growth has failed; what it said stands above")
    found: dict[str, dict[str, dict[str, float]]] = json.loads(done.stdout.splitlines()[-1])
    for what, each in found.items():
        for processes, one in each.items():
            say(f"{what} by {processes}: {one['per_second']:g} a second, processors {one['busy_percent']:g} % in use")
    folding, taking = (each["2"]["per_second"] / each["1"]["per_second"] for each in found.values())
    return Figure(
        key="growth",
        figure=f"folding x {folding:.2f}, taking x {taking:.2f}",
        reference="two processes against one",
        ratio=min(folding, taking),
        goal="> 1 while processors are free",
        met=min(folding, taking) > 1 or min(each["1"]["busy_percent"] for each in found.values()) > ALL_BUSY,
        details=found,
    )


def _code_of(reports: int, shelters: int) -> str:
    return f"simulated-{shelters}-{reports}-90-1"


def address_of(reports: int, shelters: int) -> str:
    """Whose token `simulated` answers; they sign in with PASSWORD."""
    return f"{_code_of(reports, shelters)}@example.org"


def simulated(site: Site, reports: int, shelters: int) -> str:
    """A made-up operation of this size, made once, and a coordinator's token for it."""
    code = _code_of(reports, shelters)
    if code not in site.tokens:
        began = time.monotonic()
        done = site.live.mawa("simulate", "--shelters", str(shelters), "--reports", str(reports))
        if done.returncode:
            raise WrongResult(f"mawa simulate: {done.stderr[-1000:]}")
        say(f"{reports:,} reports at {shelters:,} shelters made and folded in {time.monotonic() - began:.0f} s")
        email = address_of(reports, shelters)
        words = ("user", "add", email, "--role", "coordinator", "--operation", code)
        site.live.mawa(*words, stdin=f"{PASSWORD}\n")
        made = site.live.mawa("user", "token", email, "--operation", code)
        if made.returncode:
            raise WrongResult(made.stderr)
        site.tokens[code] = made.stdout.strip()
    return site.tokens[code]


def _seconds(site: Site, token: str, query: str) -> list[float]:
    """How long every page of the population by shelter takes together, several times, the first one not counted."""
    taken: list[float] = []
    for _ in range(1 + REPEATS):
        began = time.monotonic()
        line, after = Line(site.port), ""
        while after is not None:
            more = f"&after={quote(after)}" if after else ""
            asked = (
                f"GET /api/v1/population?by=shelter&limit=1000&{query}{more} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: Bearer {token}\r\n\r\n"
            )
            found: Any = readable(line.ask(asked.encode()))
            after = found["next"]
        line.close()
        taken.append(time.monotonic() - began)
    return taken[1:]
