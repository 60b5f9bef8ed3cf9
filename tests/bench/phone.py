"""What the form of the field asks of a phone: bytes over its network, and time until one can type.

In a real Chromium with the screen of a phone, before an installation whose worker has 200 shelters listed. Chromium is
looked for only here: the other keys do without."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from tests.bench.figure import Figure, say
from tests.bench.site import CAPACITY, PASSWORD, SHELTERS, Site, WrongResult
from tests.factories.between import Network, Passed, between
from tests.factories.live import sign_in

if TYPE_CHECKING:
    from tests.factories.phones import Phone

FORM = "/field/arrivals/new"
FIRST_GOAL_KB, TYPING_GOAL_S = 100.0, 1.0
KB = 1000
SLOWED = 4  # times, of the goal: a cheap phone
REPEATS = 5
QUIET_S, QUIET_WITHIN_S = 5.0, 120.0  # Chromium looks for a new service worker some seconds after a page
TYPED_WITHIN_MS = 60_000

# Of the network's answers: what is needed to type, what fills the lists, what the service worker fetches.
NEEDED, LISTS, KEPT = "documents and assets", "place list and API", "kept for offline"
ASKED_BY_SCRIPTS = ("/field/names", "/field/words", "/field/elsewhere", "/api/")

# From the start of the navigation until the digit in the first cell adds up, Save would keep the report on the phone
# (entry.js has given it an id of its own), and the page that says so is painted. Milliseconds.
WATCH = """document.addEventListener("readystatechange", () => {
  const found = [".people .cell", "[data-total]", "[name=report_id]"].map((one) => document.querySelector(one));
  const [cell, total, id] = found;
  if (document.readyState !== "interactive" || !cell) return;
  const drawn = id.value;
  const watcher = new MutationObserver(() => {
    if (total.textContent !== "7" || id.value === drawn) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.typedAfter = performance.now(); }));
  });
  watcher.observe(total, { childList: true });
  watcher.observe(id, { attributes: true });
  cell.focus();
  cell.value = "7";
  cell.dispatchEvent(new Event("input", { bubbles: true }));
});"""
SPIN = "() => { const began = performance.now(); for (let i = 0; i < 2e7; i += 1); return performance.now() - began; }"


def weight(site: Site, *, quick: bool) -> Figure:
    """Bytes of the server's answers, headers and all (HTTP/1.1, without TLS), counted between browser and server, until
    nothing more comes: for somebody signed in who opens the form with nothing kept, and who opens it again.

    Goal: specification, "Speed". What lists of places weigh stands apart: the first page holds them for browsers
    without script, which adds as much as it is larger than the same page drawn to be kept."""
    with _worker_of(site, "SY07") as pick_up, pick_up() as phone:
        first, again = _visit(phone), _visit(phone)
    lists = _in_page(first)
    first_kb, again_kb = _weigh(first), _weigh(again)
    first_kb[NEEDED] -= lists
    first_kb[LISTS] += lists
    for visit, found in (("first", first_kb), ("second", again_kb)):
        say(f"weight, {visit} visit: " + ", ".join(f"{part} {value:.1f} kB" for part, value in found.items()))
    return Figure(
        key="weight",
        figure=f"{first_kb[NEEDED]:.1f} kB / {again_kb[NEEDED]:.1f} kB",
        reference=f"apart: lists {first_kb[LISTS]:.0f} / {again_kb[LISTS]:.0f} kB,"
        f" kept for offline {first_kb[KEPT]:.0f} / {again_kb[KEPT]:.0f} kB",
        ratio=None,
        goal=f"<= {FIRST_GOAL_KB:g} kB / 0 kB",
        met=first_kb[NEEDED] <= FIRST_GOAL_KB and again_kb[NEEDED] == 0,
        details={
            "first_kb": first_kb,
            "second_kb": again_kb,
            "place_list_in_the_page_kb": lists,
            "first": [_listed(one) for one in first],
            "second": [_listed(one) for one in again],
        },
    )


def offline(site: Site, *, quick: bool) -> Figure:
    """From the start of the navigation until one can type, in seconds: kept pages, no network, the page's processor
    slowed 4 x. Each time a page of its own, and the service worker has to start.

    Goal: specification, "Speed". Chromium slows the main thread of pages alone (of the service worker it says "only
    supported for pages, not workers"): the worker and the browser itself run as fast as the machine lets them. Where
    others work on it too, seconds say little: the processor time of that thread, not slowed, says what 4 x comes to."""
    repeats = REPEATS if quick else 3 * REPEATS
    with _worker_of(site, "SY02") as pick_up:
        with pick_up() as phone:
            _visit(phone)
            online = [_typed_after(phone) for _ in range(repeats)]
            phone.lose_network()
            away = [_typed_after(phone, slowed=SLOWED) for _ in range(repeats)]
        with pick_up() as phone:  # the browser starts anew on what it kept
            phone.lose_network()
            cold = _typed_after(phone, slowed=SLOWED)
    slow, fast = (median(one.seconds for one in some) for some in (away, online))
    processor = median(one.processor_s for one in online)
    say(f"offline: {slow:.2f} s, {cold.seconds:.2f} s in a browser just started, online and not slowed {fast:.2f} s")
    return Figure(
        key="offline",
        figure=f"{slow:.2f} s to typing",
        reference=f"online, not slowed {fast:.2f} s, {processor:.2f} s of processor",
        ratio=slow / fast,
        goal=f"<= {TYPING_GOAL_S:g} s",
        met=slow <= TYPING_GOAL_S,
        details={
            "offline_slowed_s": [round(one.seconds, 3) for one in away],
            "browser_just_started_s": round(cold.seconds, 3),
            "online_s": [round(one.seconds, 3) for one in online],
            "online_processor_s": [round(one.processor_s, 3) for one in online],
            "loop_ms": {"slowed": [round(one.loop_ms) for one in away], "not": [round(one.loop_ms) for one in online]},
        },
    )


@contextmanager
def _worker_of(site: Site, governorate: str) -> Iterator[Callable[[], "AbstractContextManager[Phone]"]]:
    """A field worker of a governorate with 200 shelters, and their phone: picked up again, it has kept what it had."""
    from playwright.sync_api import sync_playwright

    from tests.factories import phones

    try:
        program = phones.chromium()
    except AssertionError as error:
        raise WrongResult(str(error)) from error
    email = f"phone-{governorate}@example.org".lower()
    token = site.reporter(email, governorate)
    districts = [f"{governorate}{number:02d}" for number in (2, 3, 4)]
    codes = {f"{governorate}-{number:04d}": districts[number % 3] for number in range(SHELTERS)}
    site.open_shelters(codes, capacity=CAPACITY, token=token)
    name, _, value = sign_in(site.live.url, email, PASSWORD).partition("=")
    with sync_playwright() as playwright, between(site.live.url) as network, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=program, args=list(phones.FLAGS))

        @contextmanager
        def pick_up() -> "Iterator[Phone]":
            with phones.phone(browser, network, Path(folder)) as phone:
                phone.context.add_cookies([{"name": name, "value": value, "url": network.url}])
                yield phone

        yield pick_up
        browser.close()


def _visit(phone: "Phone") -> list[Passed]:
    """Open the form and wait until the pages are kept and nothing more comes: what came."""
    phone.network.passed.clear()
    phone.open(FORM)
    phone.be_ready()
    _until_quiet(phone.network)
    return list(phone.network.passed)


def _until_quiet(network: Network) -> None:
    until, came, since = monotonic() + QUIET_WITHIN_S, -1, monotonic()
    while monotonic() - since < QUIET_S:
        if monotonic() > until:
            raise WrongResult(f"the phone does not stop asking: {network.passed[-1].path}")
        if len(network.passed) != came:
            came, since = len(network.passed), monotonic()
        sleep(0.1)


def _part(one: Passed) -> str:
    """Who asked says a browser itself: the files of a page are scripts, styles, images; a worker's are nothing."""
    if "x-mawa-kept" in one.headers:
        return KEPT
    if one.path.startswith(ASKED_BY_SCRIPTS):
        return LISTS
    return KEPT if one.headers.get("sec-fetch-dest") in ("serviceworker", "empty") else NEEDED


def _weigh(visit: list[Passed]) -> dict[str, float]:
    return {part: sum(one.size for one in visit if _part(one) == part) / KB for part in (NEEDED, LISTS, KEPT)}


def _in_page(visit: list[Passed]) -> float:
    sizes = {_part(one): one.size for one in visit if one.path == FORM}
    return (sizes[NEEDED] - sizes[KEPT]) / KB


def _listed(one: Passed) -> dict[str, Any]:
    return {"part": _part(one), "path": one.path, "status": one.status, "bytes": one.size}


@dataclass(frozen=True)
class Opened:
    """How long one page took, how much processor its main thread, and how fast that runs: what a loop takes there."""

    seconds: float
    processor_s: float
    loop_ms: float


def _typed_after(phone: "Phone", *, slowed: int = 1) -> Opened:
    """Open the form in a new page, with no service worker running."""
    page = phone.context.new_page()
    browser = phone.context.new_cdp_session(page)
    browser.send("ServiceWorker.enable")
    browser.send("ServiceWorker.stopAllWorkers")
    browser.send("Performance.enable")
    browser.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.add_init_script(WATCH)
    page.goto(f"{phone.network.url}{FORM}")
    page.wait_for_function("() => window.typedAfter", timeout=TYPED_WITHIN_MS)
    metrics = {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}
    found = Opened(page.evaluate("window.typedAfter / 1000"), metrics["ThreadTime"], page.evaluate(SPIN))
    page.keyboard.press("End")
    page.keyboard.press("3")
    total = page.locator("[data-total]").first.inner_text()
    page.close()
    if total != "73":
        raise WrongResult(f"73 was typed into a cell, the total says {total}")
    return found
