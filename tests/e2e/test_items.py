"""Reports on their way, against a server written down naively: whatever is changed, cut off or refused in between, the
ledger says in the end what the forms say, each once."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.test_screens import signed_in
from tests.factories.live import Live

RUNS = 3_000
BAD = 13  # a number the server refuses

DAYS = Path(__file__).with_name("days.js")


@pytest.mark.parametrize("runs", [RUNS])
def test_the_ledger_says_what_the_forms_say(browser: Browser, live: Live, runs: int) -> None:
    context = signed_in(browser, live, "field_worker")
    page = context.new_page()
    page.goto("/field/reports")
    assert page.evaluate(DAYS.read_text(), [runs, BAD])[:3] == []
    context.close()


# Many times over: somebody deletes a report, or saves it anew, at the very moment at which it is sent.
AT_ONCE = """async ([rounds]) => {
  const folder = document.querySelector("script[src*='/field/phone.js']").src.replace("phone.js", "");
  const [outbox, items, { send }] = await Promise.all(["outbox.js", "items.js", "sender.js"].map((one) => import(folder + one)));
  const person = "nobody.at-all";
  const wrong = [];
  let posted = [];
  window.fetch = async (address, { body } = {}) => {
    if (address !== "/api/v1/reports") return new Response("{}");
    posted.push(...JSON.parse(body).reports);
    return Promise.reject(new Error("cut off"));
  };
  for (let round = 0; round < rounds; round += 1) {
    posted = [];
    const report = { id: crypto.randomUUID(), kind: "headcount", n: 1 };
    const number = await outbox.add(person, { items: items.made([report]) });
    const said = round % 2 ? [] : [{ ...report, n: 2 }];
    const changed = (async () => {
      for (let turn = 0; turn < round % 9; turn += 1) await outbox.count(person);
      return outbox.change(person, number, (entry) => {
        const now = items.revised(entry.items, said, "why");
        return now.length ? { ...entry, items: now } : null;
      });
    })();
    await Promise.all([send(person), changed]);
    const left = (await outbox.get(person, number))?.items ?? [];
    for (const one of posted) {
      const own = left.find((item) => item.report.id === one.id);
      if (!own || JSON.stringify(own.report) !== JSON.stringify(one)) wrong.push(`round ${round}: ${JSON.stringify([one, left])}`);
    }
    await outbox.change(person, number, () => null);
  }
  return wrong;
}"""


def test_what_is_sent_is_what_stands_on_the_phone(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "field_worker")
    page = context.new_page()
    page.goto("/field/reports")
    assert page.evaluate(AT_ONCE, [120])[:3] == []
    context.close()
