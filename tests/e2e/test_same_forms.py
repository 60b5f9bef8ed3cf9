"""The forms on the phone (static/field/forms) make the same reports of what is filled in as those in Python, and find
the same mistakes with the same words: in a real browser, of thousands of forms."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Browser, Page

import app
from app.core.text import LANGUAGES, number, render, render_plural
from app.field.forms import ArrivalForm, DepartureForm, GroupForm, HeadcountForm, NoteForm, ShelterForm, StateForm
from app.field.schemas import Desk, StandingGroup
from app.field.views.lists import known_at
from app.field.views.words import scripts_say, translated
from app.intake.schemas import Fault
from app.places.policy import meant_by
from app.places.schemas import Candidate
from tests.e2e.test_screens import signed_in
from tests.factories.desks import AREAS, KHM, REPORT, area, desk_request, made_desk
from tests.factories.filled_forms import ELSEWHERE, Answers, Person
from tests.factories.live import Live

EACH = {"arrival": 100, "departure": 200}  # of a form in each scene
OTHERS = 70
STATIC = Path(app.__path__[0]) / "static"
FORMS: dict[str, Any] = {
    "arrival": ArrivalForm,
    "departure": DepartureForm,
    "headcount": HeadcountForm,
    "shelter": ShelterForm,
    "shelter_state": lambda desk, **more: StateForm(desk, KHM, **more),
    "group": GroupForm,
    "note": NoteForm,
}
FAR = [
    area("SY10", ["SY", "SY10"], "Tartous", "طرطوس"),
    area("SY1002", ["SY", "SY10", "SY1002"], "Banyas", "بانياس"),
]
FURTHER = [Candidate("shelter:BAN", ("BAN", "Banyas school")), Candidate("shelter:TWIN", ("TWIN", "The twin"))]
WAITING = {f"shelter:{REPORT}": {"en": "New hall", "ar": "قاعة جديدة"}}
GROUPS = ("G-0001", "G-0002")
WITHOUT_NETWORK = (
    "Without a network no shelter outside your areas is found by its name. Write its code, in capital letters."
)

READ = """async ({ language, known, elsewhere, filled }) => {
  const { learn } = await import("/static/field/words.js");
  const { read } = await import("/static/field/forms/index.js");
  learn(await (await fetch(`/field/words?lang=${language}`)).json());
  const ask = elsewhere && (async (typed) => elsewhere[typed] ?? null);
  const all = [];
  for (const [kind, answers] of filled) {
    all.push(await read(kind, answers, { ...known, elsewhere: ask }).catch((error) => error.stack));
  }
  return all;
}"""


@dataclass(frozen=True)
class Scene:
    """Where and when forms are filled in. `whole`: by somebody who reports on the whole operation."""

    language: str
    zone: str
    now: str
    whole: bool

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.now)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        own = [*AREAS, *FAR] if self.whole else AREAS[1:]
        named = {"SCH": "Jableh school", "OLD": "Jableh school", "ADL": "𞤀𞤣𞤤𞤢𞤥 𞤆𞤵𞤤𞤢𞤪"}
        others = [replace(KHM, id=uuid4(), code=code, name={"en": name}, state={}) for code, name in named.items()]
        with made_desk(self.language) as empty, time_machine.travel(self.moment, tick=False):
            frame = replace(empty.frame, zone=ZoneInfo(self.zone))
            areas = [*AREAS, *FAR]
            yield replace(empty, frame=frame, areas=areas, own_areas=own, shelters=[KHM, *others], also=WAITING)


SCENES = (
    Scene("en", "Asia/Damascus", "2025-03-16T09:00:00+00:00", whole=True),
    Scene("ar", "Asia/Damascus", "2025-03-16T21:30:00.250+00:00", whole=False),
    Scene("en", "Europe/Paris", "2024-10-27T01:20:00+00:00", whole=False),  # in the hour that comes twice
    Scene("fr", "Africa/Cairo", "2024-04-25T23:10:00+00:00", whole=True),  # midnight to one was left out
    Scene("ar", "America/St_Johns", "2025-03-09T06:00:00+00:00", whole=False),
    Scene("en", "Pacific/Apia", "2011-12-31T12:00:00+00:00", whole=True),  # the day before was left out
)


@dataclass(frozen=True)
class Filled:
    """Forms filled in at a scene: what a phone is asked, and what Python makes of each."""

    asked: dict[str, Any]
    expected: list[dict[str, Any]]


@pytest.fixture(scope="module")
def page(browser: Browser, live: Live) -> Iterator[Page]:
    context = signed_in(browser, live, "field_worker", locale="en-GB")
    opened = context.new_page()
    opened.goto("/field/")
    yield opened
    context.close()


@pytest.fixture(scope="module")
def filled() -> dict[Scene, Filled]:
    return {scene: filled_in(scene) for scene in SCENES}


def filled_in(scene: Scene) -> Filled:
    with scene.desk() as desk:
        names = [name for one in (*desk.places_anywhere, *desk.homes, *FURTHER) for name in one.names]
        who = Person(Random(scene.zone), scene.moment, desk.frame.zone, names)
        forms = [(kind, who.fills_in(kind)) for kind in FORMS for _ in range(EACH.get(kind, OTHERS))]
        elsewhere = meant_elsewhere(desk)
        asked = {"language": scene.language, "known": known(desk, scene), "elsewhere": elsewhere, "filled": forms}
        return Filled(asked, [in_python(kind, answers, desk, elsewhere) for kind, answers in forms])


def known(desk: Desk, scene: Scene) -> dict[str, Any]:
    """What a phone knows at this desk, with the shelters that were made on it."""
    names = known_at(desk) | {"groups": [{"code": code} for code in GROUPS]}
    made_here = [
        {"code": key.removeprefix("shelter:"), "names": [key, *called.values()]} for key, called in desk.also.items()
    ]
    listed = names | {"shelters": [*names["shelters"], *made_here]}
    return {"names": listed, "now": round(scene.moment.timestamp() * 1000)}


def meant_elsewhere(desk: Desk) -> dict[str, str]:
    """As the server answers for each name outside one's areas."""
    found = {typed: meant_by(typed, [*FURTHER, *desk.areas_elsewhere]).one for typed in ELSEWHERE}
    return {typed: one.key for typed, one in found.items() if one is not None}


def in_python(kind: str, answers: Answers, desk: Desk, elsewhere: dict[str, str]) -> dict[str, Any]:
    for name in ("before.elsewhere", "there.elsewhere"):
        typed = answers.get(name, [""])[0].strip()
        if typed in elsewhere and not desk.is_whole:
            desk = desk.with_elsewhere(typed, elsewhere[typed], {})
    with desk_request(dict(answers)):
        form = FORMS[kind](desk)
        if kind == "group" and form.code.data in GROUPS:
            form.standing = StandingGroup(uuid4(), form.code.data, {}, is_visible=True)
        is_valid = form.validate()
        read = {
            "complaints": [vars(one) | suggested(form, one.field, one.part) for one in form.complaints()],
            "reports": form.reports() if is_valid else [],
            "remembered": {name: form[name].data for name in form.remembered},
        }
    found: dict[str, Any] = json.loads(json.dumps(read))
    return found


def suggested(form: Any, name: str, part: str | None) -> dict[str, list[str]]:
    keys = [one.key for one in getattr(form[name], "suggestions", ())] if name and not part else []
    return {"suggestions": keys} if keys else {}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.language}-{scene.zone}")
def test_the_phone_reads_what_is_filled_in_as_the_server_does(
    page: Page, filled: dict[Scene, Filled], scene: Scene
) -> None:
    forms = filled[scene]
    found = page.evaluate(READ, forms.asked)
    for (kind, answers), on_the_phone, expected in zip(forms.asked["filled"], found, forms.expected, strict=True):
        assert on_the_phone == expected, (kind, answers)


def test_they_are_filled_in_well_and_badly_in_every_way(filled: dict[Scene, Filled]) -> None:
    found = [one for scene in filled.values() for one in zip(scene.asked["filled"], scene.expected, strict=True)]
    made = Counter(kind for (kind, _), _ in found)
    stored = Counter(kind for (kind, _), read in found if read["reports"])
    assert all(0.2 < stored[kind] / made[kind] < 0.9 for kind in FORMS), stored
    complaints = {one["message"] for _, read in found for one in read["complaints"]}
    wanted = {str(message) for message in scripts_say(str(STATIC / "field" / "forms"))} - {WITHOUT_NETWORK}
    words = {message: re.compile(".+".join(map(re.escape, re.split(r"%\(\w+\)s", message)))) for message in wanted}
    assert [message for message in words if not any(map(words[message].fullmatch, complaints))] == []


@pytest.mark.parametrize("kind", FORMS)
def test_what_the_server_finds_stands_beside_the_same_questions(page: Page, kind: str) -> None:
    with SCENES[0].desk() as desk:
        form = FORMS[kind](desk, is_read=False)
        paths = [*form.fault_names, *(f"{path}.part:x" for path in form.fault_names), "device", ""]
        form.take_faults([Fault(path, "x", path) for path in paths], form.fault_names)
        expected = [form.fault_names, [vars(one) for one in form.complaints()]]
        asked = [kind, [{"field": path, "code": "x", "message": path} for path in paths], known(desk, SCENES[0])]
    script = """async ([kind, faults, known]) => {
      const { faultNames, faultsAsComplaints } = await import("/static/field/forms/index.js");
      return [await faultNames(kind), await faultsAsComplaints(kind, faults, known)];
    }"""
    assert page.evaluate(script, asked) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_texts_are_written_as_on_pages(page: Page, language: str) -> None:
    text, forms = "%(low)s or more", ("%(n)s household", "%(n)s households")
    counts = [*range(130), 999, 1_000, 1_001, 1_000_000, 10_000_000]
    expected = [
        [
            number(count, language),
            render(text, language, low=count),
            render_plural(*forms, count, language, n=count),
        ]
        for count in counts
    ]
    script = """async ([answer, counts, text, forms]) => {
      const { learn, number, say, sayMany } = await import("/static/field/words.js");
      learn(answer);
      return counts.map((n) => [number(n), say(text, { low: n }), sayMany(...forms, n, { n })]);
    }"""
    answer = {"language": language, "words": translated(frozenset({text, forms}), language)}
    assert page.evaluate(script, [answer, counts, text, forms]) == expected


def away(typed: str) -> tuple[str, Answers]:
    """People who went to a place named in full."""
    went = {"how": ["total"], "total": ["9"], "place": ["shelter:KHM"], "went": ["place"], "report_id": [REPORT]}
    return "departure", went | {"there.elsewhere": [typed]}


@pytest.mark.parametrize(
    ("typed", "to"),
    [("بانياس", {"area": "SY1002"}), ("sy1002", {"area": "SY1002"}), ("BAN", {"shelter": "BAN"}), ("Ban school", None)],
)
def test_without_a_network_places_elsewhere_are_areas_and_codes(
    page: Page, typed: str, to: dict[str, str] | None
) -> None:
    with SCENES[1].desk() as desk:
        asked = {"language": "en", "known": known(desk, SCENES[1]), "elsewhere": None, "filled": [away(typed)]}
    (found,) = page.evaluate(READ, asked)
    assert [one["message"] for one in found["complaints"]] == ([] if to else [WITHOUT_NETWORK])
    assert [report["to"] for report in found["reports"]] == ([to] if to else [])


def test_the_server_is_asked_for_a_place_elsewhere_where_there_is_a_network(page: Page) -> None:
    script = """async () => (await import("/static/field/elsewhere.js")).elsewhere("Atlantis")"""
    assert page.evaluate(f"async () => (await ({script})()) === null")
    page.context.set_offline(True)
    assert page.evaluate(f"async () => (await ({script})()) === undefined")
    page.context.set_offline(False)


def test_a_form_without_an_id_of_its_own_is_given_one(page: Page) -> None:
    with SCENES[0].desk() as desk:
        forms = [("note", {"place": ["KHM"], "text": ["x"]} | more) for more in ({}, {"report_id": ["none"]})]
        asked = {"language": "en", "known": known(desk, SCENES[0]), "elsewhere": None, "filled": forms}
    ids = [UUID(found["reports"][0]["id"]) for found in page.evaluate(READ, asked)]
    assert [one.version for one in ids] == [4, 4]
    assert len(set(ids)) == len(ids)


def test_it_reads_with_what_the_server_tells_of_names(page: Page) -> None:
    script = """async (answers) => {
      const { read } = await import("/static/field/forms/index.js");
      const names = await (await fetch("/field/names")).json();
      return read("arrival", answers, { names, now: Date.now() });
    }"""
    found = page.evaluate(
        script, {"how": ["total"], "total": ["٩"], "place": ["khmeimim air base"], "home": ["SY0602"]}
    )
    assert (found["complaints"], found["remembered"]) == ([], {"place": "shelter:KHM", "home": "SY0602"})
