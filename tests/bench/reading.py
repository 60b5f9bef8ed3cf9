"""Pages that are read all day, with very many shelters against few: what a person waits for the whole of each."""

import time
from dataclasses import replace
from statistics import median

from tests.bench.figure import Figure, at_most, say
from tests.bench.history import address_of, simulated
from tests.bench.load import Line
from tests.bench.site import PASSWORD, Site, WrongResult
from tests.factories.live import sign_in

GOAL, LIST_GOAL_MS = 1.5, 50.0
# Reports and shelters of an operation.
MANY, MANY_QUICK = (1_000_000, 10_000), (50_000, 10_000)
FEW, FEW_QUICK = (10_000, 100), (500, 100)
ROUNDS, WARM_UP = 40, 5


def read_list(site: Site, *, quick: bool) -> Figure:
    """The first page of the table of shelters."""
    measured = _read(site, "read.list", "/shelters", quick=quick)
    many_ms = median(measured.details["many_ms"])
    goal = f"{measured.goal}, <= {LIST_GOAL_MS:g} ms"
    return replace(measured, goal=goal, met=measured.met and many_ms <= LIST_GOAL_MS)


def read_dashboard(site: Site, *, quick: bool) -> Figure:
    """The situation, whole as it is sent."""
    return _read(site, "read.dashboard", "/dashboard", quick=quick)


def _read(site: Site, key: str, path: str, *, quick: bool) -> Figure:
    """A page of both operations in turn, so that whatever else the machine does meets both."""
    sizes = (MANY_QUICK, FEW_QUICK) if quick else (MANY, FEW)
    requests: list[bytes] = []
    for reports, shelters in sizes:
        simulated(site, reports, shelters)
        cookie = sign_in(site.live.url, address_of(reports, shelters), PASSWORD)
        requests.append(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    site.live.wait_until_idle(600)
    line = Line(site.port)
    taken: tuple[list[float], list[float]] = ([], [])
    for round_ in range(WARM_UP + ROUNDS):
        for request, times in zip(requests, taken, strict=True):
            began = time.monotonic()
            answer = line.ask(request)
            if b" 200 " not in answer[:20] or b"<table" not in answer:
                raise WrongResult(f"{path} answers {answer[:600]!r}")
            if round_ >= WARM_UP:
                times.append(1000 * (time.monotonic() - began))
    line.close()
    many, few = (sorted(times) for times in taken)
    say(f"{key}: {median(many):.0f} ms with {sizes[0][1]:,} shelters, {median(few):.0f} ms with {sizes[1][1]:,}")
    return at_most(
        GOAL,
        key,
        median(many) / median(few),
        figure=f"{median(many):.0f} ms with {sizes[0][1]:,} shelters, {sizes[0][0]:,} reports",
        reference=f"{median(few):.0f} ms with {sizes[1][1]:,} and {sizes[1][0]:,}",
        details={"many_ms": many, "few_ms": few},
    )
