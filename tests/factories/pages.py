"""A person with a browser that has no script: opens a page, types into its form, sends what the form holds."""

import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.accounts import service
from app.accounts.models import User
from app.accounts.policy import Actor
from app.accounts.signin.browser import OPERATION, SIGN_IN, USED
from app.core import clock, db

# Of a page: the version of static files, the key that guards a form, the identifier of a report to be.
_RANDOM = re.compile(
    r'/static/[0-9a-f]{12}/|name="csrf_token" value="[^"]*"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)


class Visitor:
    """Speaks for somebody who has signed in."""

    def __init__(self, application: Flask, actor: Actor) -> None:
        self.client = application.test_client()
        sign_in(self.client, actor)

    def open(self, path: str) -> TestResponse:
        return self.client.get(path)

    def send(self, path: str, **typed: str | list[str]) -> TestResponse:
        """Post the form of a page with what stands in it and what is typed (`__` for the point in `cells.x`)."""
        data = form_of(self.open(path).text)
        for name, value in typed.items():
            data.setlist(name.replace("__", "."), value if isinstance(value, list) else [value])
        return self.post(path, data)

    def post(self, path: str, data: MultiDict[str, str]) -> TestResponse:
        return self.client.post(path, data=data)

    def read(self, answer: TestResponse) -> str:
        """The words of the page an answer leads to."""
        assert answer.status_code == 303, words_of(answer.text)
        return words_of(self.open(answer.location).text)


def sign_in(client: FlaskClient, actor: Actor) -> None:
    """Have a browser be signed in as somebody, where they act, without a password: hashing one takes long."""
    with db.unit_of_work() as session:
        made = service.begin_sign_in(session, user_id=actor.user_id, browser="")
        uniquifier = session.get_one(User, actor.user_id).fs_uniquifier
    with client.session_transaction() as kept:
        kept |= {"_user_id": uniquifier, SIGN_IN: made.hex, USED: int(clock.now().timestamp())}
        kept[OPERATION] = str(actor.scope.operation_id)


def form_of(page: str) -> MultiDict[str, str]:
    """What a browser would send of the form that is posted, were nothing touched."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(form for form in tree.iter("form") if "data-once" in form.attrib)
    data: MultiDict[str, str] = MultiDict()
    for field in form.iter():
        value = _value(field)
        if value is not None:
            data.add(field.attrib["name"], value)
    return data


def _value(field: Element) -> str | None:
    if "name" not in field.attrib:
        return None
    if field.tag == "select":
        options = list(field.iter("option"))
        return next((one for one in options if "selected" in one.attrib), options[0]).attrib["value"]
    if field.tag == "textarea":
        return field.text or ""
    if field.tag != "input" or (field.attrib.get("type") in ("radio", "checkbox") and "checked" not in field.attrib):
        return None
    return field.attrib.get("value", "")


def unvaried(page: str) -> str:
    """All of a page but what is made at random, which may hold any few digits or letters by chance."""
    return _RANDOM.sub("", page)


def words_of(page: str, part: str = "main") -> str:
    """What stands on a page to read, or in the first part of some kind."""
    tree: Any = html5lib.parse(page, namespaceHTMLElements=False)
    found = next(one for one in tree.iter(part))
    return " ".join(" ".join(found.itertext()).split())
