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
    """The situation, whole as it is sent; and where nobody has asked for it since something changed, so that all of it
    is read and drawn anew: each of those asks for another view of the map."""
    measured = _read(site, "read.dashboard", "/dashboard", quick=quick)
    anew = _read(site, "read.dashboard, drawn anew", "/dashboard?map=35,38,{}", quick=quick)
    many, few = (median(anew.details[name]) for name in ("many_ms", "few_ms"))
    return replace(
        measured,
        figure=f"{measured.figure}; drawn anew {many:.0f} ms",
        reference=f"{measured.reference}; drawn anew {few:.0f} ms",
        details={**measured.details, "anew_many_ms": anew.details["many_ms"], "anew_few_ms": anew.details["few_ms"]},
    )


def _read(site: Site, key: str, path: str, *, quick: bool) -> Figure:
    """A page of both operations in turn, so that whatever else the machine does meets both. In the place of `{}` the
    address has another number each time."""
    sizes = (MANY_QUICK, FEW_QUICK) if quick else (MANY, FEW)
    cookies: list[str] = []
    for reports, shelters in sizes:
        simulated(site, reports, shelters)
        cookies.append(sign_in(site.live.url, address_of(reports, shelters), PASSWORD))
    site.live.wait_until_idle(600)
    line = Line(site.port)
    taken: tuple[list[float], list[float]] = ([], [])
    for round_ in range(WARM_UP + ROUNDS):
        asked = path.format(1_000 + round_)
        for cookie, times in zip(cookies, taken, strict=True):
            began = time.monotonic()
            answer = line.ask(f"GET {asked} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
            if b" 200 " not in answer[:20] or b"<table" not in answer:
                raise WrongResult(f"{asked} answers {answer[:600]!r}")
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
