"""What the tests of forms share: a desk of a small operation, and a form as a browser sends it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import time_machine
from flask import Flask, current_app
from flask_babel import Babel
from werkzeug.datastructures import MultiDict

from app.core import templating
from app.counts.scheme import UNHCR
from app.field.schemas import Desk
from app.places.models import Area
from app.places.schemas import Frame, Settings
from app.shelters.queries import ShelterRow

OPERATION = uuid4()
REPORT = "6f1c1b7e-6f0f-4a51-9d53-0d5a2d1f0c11"
NOON = "2025-03-16T12:00:00+03:00"


def area(code: str, path: list[str], english: str, arabic: str) -> Area:
    parent = path[-2] if len(path) > 1 else None
    names = {"en": english, "ar": arabic}
    return Area(operation_id=OPERATION, code=code, level=len(path) - 1, parent=parent, path=path, name=names)


AREAS = [
    area("SY", ["SY"], "Syria", "سوريا"),
    area("SY06", ["SY", "SY06"], "Lattakia", "اللاذقية"),
    area("SY0600", ["SY", "SY06", "SY0600"], "Lattakia", "اللاذقية"),
    area("SY0602", ["SY", "SY06", "SY0602"], "Jablah", "جبلة"),
]
KHM = ShelterRow(
    id=uuid4(),
    code="KHM",
    name={"en": "Khmeimim air base", "ar": "قاعدة حميميم الجوية"},
    area="SY0602",
    area_name={"en": "Jablah"},
    state={"aliases": ["Hmeimim"]},
)


@contextmanager
def made_desk(language: str = "en") -> Iterator[Desk]:
    """A desk in a request of an application that only knows languages."""
    application = Flask(__name__)
    application.config |= {"WTF_CSRF_ENABLED": False, "SECRET_KEY": "only for tests"}
    Babel(application, locale_selector=lambda: language)
    templating.register(application)
    frame = Frame(OPERATION, "demo", {"en": "Demo"}, ZoneInfo("Asia/Damascus"), UNHCR, "full", Settings())
    with application.test_request_context(), time_machine.travel(NOON, tick=False):
        yield Desk(frame=frame, areas=AREAS, own_areas=AREAS, shelters=[KHM], language=language)


def sent(form: Callable[[Desk], Any], desk: Desk, **typed: str | list[str]) -> Any:
    """A form as a browser sends it; a double underscore stands for the point in `cells.female:0-4`."""
    data: dict[str, str | list[str]] = {"report_id": REPORT, "opened_at": NOON, "when": "now"} | {
        key.replace("__", "."): value for key, value in typed.items()
    }
    with desk_request(data):
        return form(desk)


def desk_request(data: dict[str, str | list[str]]) -> Any:
    return current_app.test_request_context(method="POST", data=MultiDict(data))
