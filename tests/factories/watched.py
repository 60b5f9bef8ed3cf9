"""A page that stays open: asked again as the script in it asks."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from app.dashboard.views.live import Drawn, Shared
from tests.factories.pages import Visitor, words_of

PAGE = "/dashboard"


@dataclass
class Watcher:
    """Somebody who has a page open, and what it showed last."""

    visitor: Visitor
    path: str = PAGE
    tag: str = ""
    content: str = ""

    def opens(self) -> str:
        """The whole page, drawn anew; its words."""
        answer = self.visitor.open(self.path)
        self.tag, self.content = answer.headers["ETag"], answer.text
        return words_of(answer.text)

    def asks(self) -> TestResponse:
        """Whether it is still right, as it stands there."""
        return ask(self.visitor, self.path, self.tag)

    @property
    def shows(self) -> str:
        """By what two states of the page are told apart, whenever they were read."""
        return self.tag.partition(".")[0]


class Anew(Shared):
    """What pages say, drawn each time it is asked for."""

    def get(self, key: Any, wanted: Any, known: Any, draw: Callable[[], str]) -> Drawn:
        return Drawn(wanted, draw(), time.monotonic(), 0.0)


def ask(visitor: Visitor, path: str, tag: str | None = None) -> TestResponse:
    """What a page says, or 304 where `tag` stands for just that."""
    known = {} if tag is None else {"If-None-Match": tag}
    return visitor.client.get(path, headers={"X-Mawa-Part": "1", **known})


def main_of(page: str) -> str:
    """What a page says, as it is written."""
    found = re.search(r"<main[^>]*>(.*)</main>", page, re.DOTALL)
    assert found is not None
    return found[1].strip()
