"""Arrivals entered by people: pairs of opening the form and sending it, with a session and its CSRF token."""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPResponse
from multiprocessing import get_context
from statistics import median
from urllib.parse import urlencode

from tests.bench.figure import Figure, at_least, say
from tests.bench.floor import floor
from tests.bench.load import PROCESSES, START_IN_S, Load
from tests.bench.site import PASSWORD, PEOPLE_MOVING, Site, WrongResult
from tests.factories.live import sign_in
from tests.factories.pages import form_of

GOAL = 0.15
PEOPLE = 16
REPEATS = 3
FORM = "/field/arrivals/new"
ONCE = re.compile(r'name="(csrf_token|report_id)"[^>]*? value="([^"]+)"')  # what is new each time the form is opened


@dataclass(frozen=True)
class Entering:
    """A person at the form: what they send beside what is new each time, and how long."""

    port: int
    cookie: str
    typed: tuple[tuple[str, str], ...]
    begin: float
    counts_from: float
    end: float


def ingest_form(site: Site, *, quick: bool) -> Figure:
    """Arrivals entered through the form by 16 people at once, in pairs of GET and POST per second against the floor."""
    seconds, warm_up = (2.0, 1.0) if quick else (6.0, 2.0)
    code = site.make_shelters(f"W{int(time.time()) % 100_000}", 1)[0]
    people = _sign_in(site, code)
    floors: list[float] = []
    reached: list[float] = []
    with floor(site.database) as (bare, _), ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for repeat in range(REPEATS):
            floors.append(site.generator.start(Load(bare, seconds, warm_up)).wait().per_second)
            begin = time.monotonic() + START_IN_S
            times = {"begin": begin, "counts_from": begin + warm_up, "end": begin + warm_up + seconds}
            shares = [[replace(one, **times) for one in people[first::PROCESSES]] for first in range(PROCESSES)]
            stored = site.count_movements()
            counted, sent = map(sum, zip(*pool.map(_enter, shares), strict=True))
            if site.count_movements() - stored != sent:
                raise WrongResult(f"{sent} arrivals were entered, {site.count_movements() - stored} are in the ledger")
            site.live.wait_until_idle(60)
            reached.append(counted / seconds)
            say(f"ingest.form {repeat + 1}/{REPEATS}: {reached[-1]:.0f} pairs/s, floor {floors[-1]:.0f}/s")
    site.verify()
    ratio = median(own / bare for own, bare in zip(reached, floors, strict=True))
    return at_least(
        GOAL,
        "ingest.form",
        ratio,
        figure=f"{median(reached):.0f} pairs/s",
        reference=f"floor {median(floors):.0f}/s",
        details={"pairs_per_s": reached, "floor_per_s": floors},
    )


def _sign_in(site: Site, code: str) -> list[Entering]:
    """Field workers of a shelter, each signed in with a browser of their own."""
    emails = [f"{code}-{number}@example.org".lower() for number in range(PEOPLE)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(lambda email: site.add_person(email, "SY06"), emails))
    return [_signed_in(site, email, code) for email in emails]


def _signed_in(site: Site, email: str, code: str) -> Entering:
    """One of them, and the form as they fill it in."""
    line = HTTPConnection("127.0.0.1", site.port)
    cookie = sign_in(site.live.url, email, PASSWORD)
    page, with_token = _get(line, FORM, cookie)
    cookie = with_token or cookie
    held = form_of(page).to_dict() | {"place": f"shelter:{code}", "how": "total", "total": str(PEOPLE_MOVING)}
    return Entering(site.port, cookie, tuple(held.items()), 0, 0, 0)


def _enter(people: Sequence[Entering]) -> tuple[int, int]:
    """Have these people enter arrivals, one connection each: how many were counted, and sent in all."""
    with ThreadPoolExecutor(len(people)) as pool:
        counted, sent = map(sum, zip(*pool.map(_enter_on_one, people), strict=True))
    return counted, sent


def _enter_on_one(person: Entering) -> tuple[int, int]:
    line = HTTPConnection("127.0.0.1", person.port)
    counted = sent = 0
    time.sleep(max(0.0, person.begin - time.monotonic()))
    while time.monotonic() < person.end:
        page, _ = _get(line, FORM, person.cookie)
        answer = _post(line, FORM, person.cookie, {**dict(person.typed), **dict(ONCE.findall(page))})
        said = answer.read()
        if answer.status != 303:
            raise WrongResult(f"the form was answered {answer.status}: {said[-2000:].decode(errors='replace')}")
        sent += 1
        counted += person.counts_from <= time.monotonic() < person.end
    return counted, sent


def _get(line: HTTPConnection, path: str, cookie: str) -> tuple[str, str]:
    """A page, and the cookie that came with it."""
    line.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = line.getresponse()
    return answer.read().decode(), answer.getheader("Set-Cookie", "").partition(";")[0]


def _post(line: HTTPConnection, path: str, cookie: str, typed: dict[str, str]) -> HTTPResponse:
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", path, urlencode(typed), headers)
    return line.getresponse()
