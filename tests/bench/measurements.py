"""What is measured, one function a key. Goals: quality.md, "Speed"."""

import json
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

from tests.bench import alerting, dashboards, forms, history, phone, processes, reading
from tests.bench.figure import Figure, at_least, say
from tests.bench.floor import floor
from tests.bench.load import Line, Load, Outcome, Requests
from tests.bench.site import PEOPLE_MOVING, Site, WrongResult, readable

SINGLE_GOAL, BATCH_GOAL = 0.5, 8.0
FRESH_GOAL_MS, START_GOAL_S, MEMORY_GOAL_MB = 150.0, 5.0, 600.0

BATCH = 100
REPEATS = 3
STEADY_RATE = 100.0  # reports per second beside the probes of `fresh`
PROBES_PER_S = 5.0
POLL_PAUSE_S = 0.005
SEEN_WITHIN_S = 30.0
REST_S = 5.0  # before memory is read: what came up has settled


def ingest_single(site: Site, *, quick: bool) -> Figure:
    """Posts of one arrival each from 16 clients, in reports per second against the floor."""
    return _ingest(site, "ingest.single", reports=1, goal=SINGLE_GOAL, quick=quick)


def ingest_batch(site: Site, *, quick: bool) -> Figure:
    """Posts of 100 arrivals each from 16 clients, in reports per second against the floor."""
    return _ingest(site, "ingest.batch", reports=BATCH, goal=BATCH_GOAL, quick=quick)


def _ingest(site: Site, key: str, *, reports: int, goal: float, quick: bool) -> Figure:
    seconds, warm_up = (2.0, 1.0) if quick else (6.0, 2.0)
    codes = site.make_shelters("SB"[reports > 1] + f"{int(time.time()) % 100_000}")
    floors: list[float] = []
    reached: list[float] = []
    spent: dict[str, float] = {}
    accepted = floor_requests = 0
    folding_s = 0.0
    answered_ms: list[float] = []
    with floor(site.database) as (bare, floor_pid):
        for repeat in range(REPEATS):
            before = processes.of_tree(floor_pid), processes.processor_s(site.supervisor)["PostgreSQL"]
            outcome = _run(site, bare, seconds, warm_up)
            _add(spent, {"floor: web": processes.of_tree(floor_pid) - before[0]})
            _add(spent, {"floor: PostgreSQL": processes.processor_s(site.supervisor)["PostgreSQL"] - before[1]})
            floor_requests += outcome.accepted
            floors.append(outcome.per_second)

            stored, parts = site.count_movements(), processes.processor_s(site.supervisor)
            outcome = _run(site, site.arrivals(codes, reports), seconds, warm_up)
            ended = time.monotonic()
            site.check(stored, outcome)
            folding_s += time.monotonic() - ended
            _add(spent, processes.since(parts, processes.processor_s(site.supervisor)))
            _add(spent, {"generator": outcome.processor_s})
            accepted += outcome.accepted
            reached.append(outcome.per_second)
            answered_ms += outcome.latencies_ms
            say(f"{key} {repeat + 1}/{REPEATS}: {reached[-1]:.0f} reports/s, floor {floors[-1]:.0f}/s")
    site.verify()
    ratio = median(own / bare for own, bare in zip(reached, floors, strict=True))
    by_part = {
        part: round(1000 * value / (floor_requests if part.startswith("floor") else accepted), 3)
        for part, value in spent.items()
    }
    return at_least(
        goal,
        key,
        ratio,
        figure=f"{median(reached):.0f} reports/s",
        reference=f"floor {median(floors):.0f}/s",
        details={
            "reports_per_s": _rounded(reached),
            "floor_per_s": _rounded(floors),
            "accepted": accepted,
            "answered_ms": _percentiles(answered_ms),
            "folded_after_the_load_s": round(folding_s, 1),
            "processor_ms_per_report": by_part,
        },
    )


def fresh(site: Site, *, quick: bool) -> Figure:
    """From a report's acceptance until GET /population shows it, while others send 100 reports a second."""
    seconds, warm_up, repeats = (5.0, 2.0, 1) if quick else (10.0, 2.0, REPEATS)
    prefix = f"F{int(time.time()) % 100_000}"
    codes = site.make_shelters(prefix)
    probed = site.make_shelters(f"{prefix}P", int((seconds + warm_up) * PROBES_PER_S) + 1)
    expected = dict.fromkeys(probed, 0)
    p95: list[float] = []
    all_ms: list[float] = []
    rates: list[float] = []
    for repeat in range(repeats):
        stored = site.count_movements()
        load = Load(site.arrivals(codes), seconds, warm_up, rate=STEADY_RATE)
        running = site.generator.start(load)
        waited, probes = _probe(site, expected, running.part)
        outcome = running.wait()
        site.check(stored, outcome, besides=probes)
        p95.append(quantiles(waited, n=20)[-1])
        all_ms += waited
        rates.append(outcome.per_second)
        say(f"fresh {repeat + 1}/{repeats}: p95 {p95[-1]:.0f} ms of {len(waited)} at {rates[-1]:.0f} reports/s")
    site.verify()
    figure = median(p95)
    return Figure(
        key="fresh",
        figure=f"p95 {figure:.0f} ms",
        reference=f"at {median(rates):.0f} reports/s",
        ratio=None,
        goal=f"p95 <= {FRESH_GOAL_MS:g} ms",
        met=figure <= FRESH_GOAL_MS,
        details={"p95_ms": _rounded(p95), "fresh_ms": _percentiles(all_ms), "reports_per_s": _rounded(rates)},
    )


def _probe(site: Site, expected: dict[str, int], beside: Load) -> tuple[list[float], int]:
    """Report at one shelter after another and look until it shows: milliseconds waited, and how many reports.

    Probes during the warm-up are sent but not counted. Changes `expected`, the people each shelter should show.
    """
    waited: list[float] = []
    probes = 0
    line = Line(site.port)
    due = time.monotonic()
    for code, people in expected.items():
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due + 1 / PROBES_PER_S, time.monotonic())
        if time.monotonic() >= beside.end:
            break
        expected[code] = people + PEOPLE_MOVING
        took = _until_it_shows(site, line, code, people + PEOPLE_MOVING)
        probes += 1
        if time.monotonic() >= beside.counts_from:
            waited.append(took)
    line.close()
    return waited, probes


def _until_it_shows(site: Site, line: Line, code: str, people: int) -> float:
    answer = line.ask(next(site.arrivals([code]).make()))
    accepted_at = time.monotonic()
    if b'"accepted"' not in answer:
        raise WrongResult(f"not accepted: {answer[:600]!r}")
    # The list continues after the code before this one: a page of a single shelter.
    before = quote(f"{code[:-1]}{chr(ord(code[-1]) - 1)}~" if code[-1] != "0" else f"{code[:-1]}/")
    look = (
        f"GET /api/v1/population?by=shelter&limit=1&after={before} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {site.token}\r\n\r\n"
    ).encode()
    while time.monotonic() - accepted_at < SEEN_WITHIN_S:
        found: Any = readable(line.ask(look))
        item = found["items"][0]
        if item["shelter"] != code:
            raise WrongResult(f"asked for {code}: {json.dumps(item)}")
        if item["people"]["total"] == people:
            return 1000 * (time.monotonic() - accepted_at)
        time.sleep(POLL_PAUSE_S)
    raise WrongResult(f"{code} does not show {people} people within {SEEN_WITHIN_S:.0f} s: {json.dumps(item)}")


def start(site: Site, *, quick: bool) -> Figure:
    """From `mawa up` on data it has served before until /readyz answers 200."""
    taken: list[float] = []
    for repeat in range(REPEATS):
        site.live.stop()
        began = time.monotonic()
        site.start_again()
        taken.append(time.monotonic() - began)
        say(f"start {repeat + 1}/{REPEATS}: {taken[-1]:.2f} s")
    figure = median(taken)
    return Figure(
        key="start",
        figure=f"{figure:.2f} s",
        reference="",
        ratio=None,
        goal=f"<= {START_GOAL_S:g} s",
        met=figure <= START_GOAL_S,
        details={"seconds": [round(value, 2) for value in taken]},
    )


def memory(site: Site, *, quick: bool) -> Figure:
    """Proportional set size of every process, at rest after a start and after an ingest load."""
    site.live.stop()
    site.start_again()
    time.sleep(REST_S)
    idle = processes.memory_mb(site.supervisor)
    say(f"memory: {_sum(idle):.0f} MB idle")
    codes = site.make_shelters(f"M{int(time.time()) % 100_000}")
    seconds = 3.0 if quick else 10.0
    for reports in (1, BATCH):
        stored = site.count_movements()
        site.check(stored, _run(site, site.arrivals(codes, reports), seconds, 0.0))
    time.sleep(REST_S)
    loaded = processes.memory_mb(site.supervisor)
    say(f"memory: {_sum(loaded):.0f} MB after the load")
    site.verify()
    return Figure(
        key="memory",
        figure=f"{_sum(loaded):.0f} MB after the load",
        reference=f"{_sum(idle):.0f} MB idle",
        ratio=None,
        goal=f"<= {MEMORY_GOAL_MB:g} MB",
        met=_sum(loaded) <= MEMORY_GOAL_MB,
        details={
            "idle_mb": _by_part(idle),
            "loaded_mb": _by_part(loaded),
            "idle_processes": _listed(idle),
            "loaded_processes": _listed(loaded),
        },
    )


KEYS: dict[str, Callable[..., Figure]] = {
    "start": start,
    "memory": memory,
    "ingest.single": ingest_single,
    "ingest.form": forms.ingest_form,
    "ingest.batch": ingest_batch,
    "fresh": fresh,
    "live": dashboards.live,
    "alert": alerting.alert,
    "rebuild": history.rebuild,
    "read.known_on": history.known_on,
    "read.list": reading.read_list,
    "read.dashboard": reading.read_dashboard,
    "flat": history.flat,
    "growth": history.growth,
    "weight": phone.weight,
    "offline": phone.offline,
}


def _run(site: Site, requests: Requests, seconds: float, warm_up: float) -> Outcome:
    return site.generator.start(Load(requests, seconds, warm_up)).wait()


def _add(sums: dict[str, float], more: dict[str, float]) -> None:
    for name, value in more.items():
        sums[name] = sums.get(name, 0.0) + value


def _rounded(values: list[float]) -> list[int]:
    return [round(value) for value in values]


def _percentiles(values: list[float]) -> dict[str, float]:
    cuts = quantiles(values, n=100)
    return {f"p{percent}": round(cuts[percent - 1], 1) for percent in (50, 95, 99)}


def _sum(found: list[tuple[str, str, float]]) -> float:
    return sum(size for _, _, size in found)


def _by_part(found: list[tuple[str, str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for part, _, size in found:
        _add(sums, {part: size})
    return {part: round(size, 1) for part, size in sums.items()}


def _listed(found: list[tuple[str, str, float]]) -> list[str]:
    return [f"{part}: {size:.1f} MB  {command}" for part, command, size in found]
