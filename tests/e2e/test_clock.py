"""A phone whose clock is wrong: a report carries its time, and whoever writes it is told in time."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.factories.live import wait_for
from tests.factories.phones import PATIENCE_S, Phone

BEHIND_BY = """async () => {
  const script = document.querySelector("script[src*='/field/phone.js']").src;
  const { remembered } = await import(script.replace("phone.js", "outbox.js"));
  const { clock } = await remembered(document.documentElement.dataset.person);
  return clock ? Math.round((clock.server - clock.phone) / 60_000) : null;
}"""
OF_THE_CLOCK = """async ([clock, now]) => {
  const script = document.querySelector("script[src*='/field/phone.js']").src;
  const { isDoubtful, latest } = await import(script.replace("phone.js", "clock.js"));
  return [isDoubtful(clock, now), latest(clock, now)];
}"""
MINUTE = 60_000
NOTICE = "[data-clock]"


def hears_of(phone: Phone, minutes: int) -> None:
    """Look at home, which the server draws, until the phone knows by how much its clock is behind."""
    phone.network.ahead = timedelta(minutes=minutes)
    phone.open("/field/")
    wait_for(lambda: phone.page.evaluate(BEHIND_BY) == minutes, PATIENCE_S, "the server's clock was not heard")


def test_who_writes_is_told_that_the_clock_was_wrong(ready: Phone) -> None:
    hears_of(ready, 0)
    ready.open("/field/arrivals/new")
    expect(ready.page.locator("[data-now]")).to_contain_text(":")
    expect(ready.page.locator(NOTICE)).to_have_count(0)
    hears_of(ready, 120)
    ready.lose_network()
    ready.open("/field/arrivals/new")
    expect(ready.page.locator(NOTICE)).to_contain_text("Look at the clock")
    expect(ready.page.locator(NOTICE)).to_have_count(1)
    ready.arrive(7, "khm")
    ready.find_network()
    ready.network.ahead = timedelta(0)
    ready.sends_all()
    assert ready.page.evaluate(BEHIND_BY) == 0, "what is sent is answered with a time as well"


def test_a_clock_is_doubted_where_it_differs_or_shows_what_was_past(ready: Phone) -> None:
    """Five minutes are nothing; and whoever says a time that only a slow clock has still to come is let."""
    heard = 1_000_000 * MINUTE
    right = {"server": heard, "phone": heard}
    behind = {"server": heard, "phone": heard - 6 * MINUTE}
    ahead = {"server": heard, "phone": heard + 6 * MINUTE}
    for clock, now, said in (
        (None, heard, [False, heard]),
        (right, heard + MINUTE, [False, heard + MINUTE]),
        ({"server": heard, "phone": heard - 5 * MINUTE}, heard, [False, heard + 5 * MINUTE]),
        (behind, heard, [True, heard + 6 * MINUTE]),
        (ahead, heard + 7 * MINUTE, [True, heard + 7 * MINUTE]),
        (right, heard - 5 * MINUTE, [False, heard]),
        (right, heard - 6 * MINUTE, [True, heard]),
    ):
        assert ready.page.evaluate(OF_THE_CLOCK, [clock, now]) == said
