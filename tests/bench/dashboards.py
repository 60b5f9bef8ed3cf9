"""How soon a report shows on the dashboards that lie open, each asking as the script in the page does."""

import random
import re
import selectors
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.bench.figure import Figure, say
from tests.bench.load import Line, Load
from tests.bench.site import HERE, PASSWORD, PEOPLE_MOVING, Site, WrongResult
from tests.factories.live import sign_in

GOAL_S = 2.0
DASHBOARDS = 50
READER = "looks@example.org"
RATE = 100.0  # reports per second beside those that are looked for
PROBES_PER_S = 4.0
EVERY_S = 0.9  # app/static/situation/live.js: so long after an answer, or twice as long as that took
SPREAD = 0.1
_FIGURE = rb'<th scope="row"><a href="/shelters/%b[^"]*">.*?<td class="n"><strong>(.*?)</strong>'


@dataclass
class Open:
    """A dashboard that lies open: what its last answer was, how many of the reports looked for it has shown."""

    line: Line
    due: float
    tag: bytes = b""
    shown: int = 0
    is_asking: bool = False

    def ask(self, cookie: str) -> None:
        known = b'If-None-Match: W/"%b"\r\n' % self.tag if self.tag else b""
        head = f"GET /dashboard HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nX-Mawa-Part: 1\r\n".encode()
        self.line.send(head + known + b"\r\n")
        self.is_asking = True

    def rest(self, now: float) -> None:
        """As long as the script does."""
        self.is_asking = False
        took = now - self.line.sent_at
        self.due = now + max(EVERY_S, 2 * took) * random.uniform(1 - SPREAD, 1 + SPREAD)


@dataclass
class Seen:
    """When each report that is looked for was accepted, and how long it took to each dashboard."""

    accepted_at: list[float] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)
    answered_ms: list[float] = field(default_factory=list)
    full: int = 0

    def note(self, dashboard: Open, shown: int, now: float, since: float) -> None:
        for at in self.accepted_at[dashboard.shown : shown]:
            if at >= since:
                self.waited_s.append(now - at)
        dashboard.shown = max(shown, dashboard.shown)


def live(site: Site, *, quick: bool) -> Figure:
    """From a report's acceptance until dashboards that lie open show it, while others send 100 reports a second."""
    seconds, warm_up, repeats = (8.0, 3.0, 1) if quick else (20.0, 4.0, 3)
    codes = site.make_shelters(f"L{int(time.time()) % 100_000}")
    site.live.mawa("user", "add", READER, "--role", "coordinator", *HERE, stdin=f"{PASSWORD}\n")
    cookie = sign_in(site.live.url, READER, PASSWORD)
    p95: list[float] = []
    rates: list[float] = []
    seen = Seen()
    for repeat in range(repeats):
        probed = f"{codes[0][:6]}-LIVE{repeat}"  # so overfull that it stands first on every dashboard
        site.open_shelters({probed: "SY0602"}, capacity=1)
        stored = site.count_movements()
        running = site.generator.start(Load(site.arrivals(codes), seconds, warm_up, rate=RATE))
        seen = _watch(site, cookie, probed, running.part)
        outcome = running.wait()
        site.check(stored, outcome, besides=len(seen.accepted_at))
        p95.append(quantiles(seen.waited_s, n=20)[-1])
        rates.append(outcome.per_second)
        say(
            f"live {repeat + 1}/{repeats}: p95 {p95[-1]:.2f} s of {len(seen.waited_s)} at {rates[-1]:.0f} reports/s,"
            f" {len(seen.answered_ms) / (seconds + warm_up):.0f} questions/s, {seen.full} of them answered in full"
        )
    site.verify()
    figure = median(p95)
    return Figure(
        key="live",
        figure=f"p95 {figure:.2f} s",
        reference=f"{DASHBOARDS} dashboards at {median(rates):.0f} reports/s",
        ratio=None,
        goal=f"p95 <= {GOAL_S:g} s",
        met=figure <= GOAL_S,
        details={
            "p95_s": [round(one, 3) for one in p95],
            "shown_after_s": {f"p{cut}": round(quantiles(seen.waited_s, n=100)[cut - 1], 3) for cut in (50, 95, 99)},
            "answered_ms": {f"p{cut}": round(quantiles(seen.answered_ms, n=100)[cut - 1], 1) for cut in (50, 95, 99)},
            "reports_per_s": [round(one) for one in rates],
        },
    )


def _watch(site: Site, cookie: str, probed: str, beside: Load) -> Seen:
    """Have dashboards ask while one shelter gets more and more people, until all of them show the last."""
    seen, now = Seen(), time.monotonic()
    dashboards = [Open(Line(site.port), now + random.uniform(0, 1)) for _ in range(DASHBOARDS)]
    prober, due = Line(site.port), beside.begin
    figure = re.compile(_FIGURE % re.escape(probed.encode()), re.DOTALL)
    with selectors.DefaultSelector() as selector:
        for one in dashboards:
            selector.register(one.line.socket, selectors.EVENT_READ, one)
        while now < beside.end or any(one.shown < len(seen.accepted_at) for one in dashboards):
            if now > beside.end + 10 * GOAL_S:
                raise WrongResult(f"not every dashboard shows {probed} as it is")
            if due <= now < beside.end:
                due = max(due + 1 / PROBES_PER_S, now)
                _report(site, prober, probed, seen)
            for one in dashboards:
                if not one.is_asking and one.due <= now:
                    one.ask(cookie)
            next_one = min((one.due for one in dashboards if not one.is_asking), default=now + 1)
            for key, _ in selector.select(max(0.0, min(next_one, due, now + 0.05) - time.monotonic())):
                _receive(key.data, figure, seen, beside.counts_from)
            now = time.monotonic()
    for one in dashboards:
        one.line.close()
    prober.close()
    return seen


def _report(site: Site, line: Line, code: str, seen: Seen) -> None:
    answer = line.ask(next(site.arrivals([code]).make()))
    if b'"accepted"' not in answer:
        raise WrongResult(f"not accepted: {answer[:600]!r}")
    seen.accepted_at.append(time.monotonic())


def _receive(dashboard: Open, figure: re.Pattern[bytes], seen: Seen, since: float) -> None:
    answer = dashboard.line.receive()
    if answer is None:
        return
    now = time.monotonic()
    seen.answered_ms.append(1000 * (now - dashboard.line.sent_at))
    dashboard.rest(now)
    if answer.startswith(b"HTTP/1.1 304"):
        return
    tag = re.search(rb'etag: W/"([^"]+)"', answer, re.IGNORECASE)
    if not answer.startswith(b"HTTP/1.1 200") or tag is None:
        raise WrongResult(f"not a dashboard: {answer[:600]!r}")
    dashboard.tag = tag[1]
    seen.full += 1
    if (found := figure.search(answer)) is not None:
        people = re.sub(rb"<[^>]+>[^<]*</small>|\D", b"", found[1])
        seen.note(dashboard, int(people or b"0") // PEOPLE_MOVING, now, since)
