"""What a page of the field asks the network for, the first time and later."""

import re

from tests.factories.phones import Phone

FORM = "/field/arrivals/new"
SCRIPTS = """() => performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname)
  .filter((path) => path.endsWith(".js"))"""
NAMED = re.compile(r'rel="modulepreload" href="([^"]+)"')


def test_a_form_opened_again_asks_for_no_page_and_no_file(ready: Phone) -> None:
    ready.network.passed.clear()
    ready.open(FORM)
    ready.page.wait_for_load_state("networkidle")
    asked = {one.path for one in ready.network.passed if "x-mawa-kept" not in one.headers}
    assert asked <= {"/field/service-worker.js"}, "a browser asks whether there is a new one"


def test_a_form_names_every_script_that_it_loads(ready: Phone) -> None:
    """Else a browser finds it in another that it has read, over a thin network much later."""
    for path in (FORM, "/field/headcounts/new", "/field/groups/new"):
        ready.open(path)
        ready.page.wait_for_load_state("networkidle")
        named = NAMED.findall(ready.page.content())
        loaded = ready.page.evaluate(SCRIPTS)
        assert loaded
        assert set(loaded) <= set(named), path
