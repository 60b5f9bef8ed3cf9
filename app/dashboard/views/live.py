"""A page that stays open asks its own address again, each second: is anything on it another? Nothing is the usual
answer and costs one look at the state of the operation. What did change is drawn once for all who see the same, for
nothing of a person stands between the first and the last line of what a page says; and it is drawn no more often than
a processor can bear, however much is reported. Who opens the page is given what was drawn too, where it is just what
stands, with what is their own around it.
"""

import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from threading import Lock
from weakref import WeakValueDictionary

from flask import Response, g, render_template, request
from markupsafe import Markup

from app.core import clock, http, static_files
from app.core.forms import language
from app.dashboard.views.blueprint import frame_here
from app.ledger.queries import state_of_operation

OLDER_EVERY_S = 300  # by what a page says of ages ("3 hours"); every zone's midnight begins one of these
DRAWN_EVERY_S = 0.25
REST = 2.0  # so much longer than it took to draw a page it is not drawn again
KEPT = 64  # pages, in this process


@dataclass(frozen=True)
class Tag:
    """What a page shows, and how late that was read: of two tags the one `seen` later is of the newer page."""

    shows: str
    seen: int

    @classmethod
    def read(cls, text: str) -> "Tag | None":
        shows, _, seen = text.partition(".")
        return cls(shows, int(seen)) if seen.isascii() and seen.isdigit() and len(seen) < 20 else None

    def __str__(self) -> str:
        return f"{self.shows}.{self.seen}"


@dataclass(frozen=True)
class Drawn:
    """What a page says, since when, and how much of a processor's time that took to draw."""

    tag: Tag
    content: str
    at: float
    took: float

    @property
    def is_young(self) -> bool:
        return time.monotonic() - self.at < max(DRAWN_EVERY_S, REST * self.took)

    def will_do(self, wanted: Tag, known: Tag | None) -> bool:
        """Whether somebody who has `known` (None: opens the page) may be given this where `wanted` stands: never what
        is older than what they have, or than what they would see themselves."""
        is_no_older = self.tag.seen > wanted.seen if known is None else self.is_no_older(known)
        return self.tag.shows == wanted.shows or (self.is_young and is_no_older)

    def is_no_older(self, known: Tag | None) -> bool:
        return known is not None and (self.tag.shows == known.shows or self.tag.seen > known.seen)


class Shared:
    """What pages say, for all who see the same. One of them draws; the others are given what was drawn last."""

    def __init__(self) -> None:
        self._drawn: dict[Hashable, Drawn] = {}  # what was drawn longest ago comes first
        self._drawing: WeakValueDictionary[Hashable, Lock] = WeakValueDictionary()  # while anybody holds or awaits it
        self._noting = Lock()

    def get(self, key: Hashable, wanted: Tag, known: Tag | None, draw: Callable[[], str]) -> Drawn:
        """What stands under a key at `wanted`, or lately, for somebody who has `known`."""
        lock, last = self._lock_of(key), self._drawn.get(key)
        if last is not None and last.will_do(wanted, known):
            return last
        if not lock.acquire(blocking=last is None or not last.is_no_older(known)):
            assert last is not None
            return last
        try:
            last = self._drawn.get(key)
            if last is not None and last.will_do(wanted, known):
                return last
            began = time.thread_time()  # of a processor: waiting for one takes nothing from others
            content = draw()
            took = time.thread_time() - began
            drawn = Drawn(wanted, content, time.monotonic(), took)
            self._keep(key, drawn)
            return drawn
        finally:
            lock.release()

    def _lock_of(self, key: Hashable) -> Lock:
        with self._noting:
            return self._drawing.setdefault(key, Lock())

    def _keep(self, key: Hashable, drawn: Drawn) -> None:
        with self._noting:
            last = self._drawn.get(key)
            if last is not None and last.is_young and last.tag.seen > drawn.tag.seen:
                return
            self._drawn.pop(key, None)
            self._drawn[key] = drawn
            while len(self._drawn) > KEPT:
                del self._drawn[next(iter(self._drawn))]


_shared = Shared()


def answer(around: str, draw: Callable[[], str], *, reads: Collection[str]) -> Response:
    """A page, or what it says for a script that shows it; 304 where that is just what the script has. `draw` reads
    everything by the session of this request, so what it draws is of the state that session sees, and nothing of a
    person or their browser; `reads`: all it looks at in the address; `around`: the template it stands in for a person,
    which may hold what is theirs alone. What had been known on a day is drawn anew: the last seconds before it was
    asked may still come to it."""
    if request.args.get("known_on"):
        return Response(_within(around, draw()))
    wanted, known = _tag(), _known() if http.asks_for_part() else None
    if known is not None and known.shows == wanted.shows:
        return _tagged(Response(status=HTTPStatus.NOT_MODIFIED), wanted)
    drawn = _shared.get(_whose(reads), wanted, known, draw)
    if known is not None and drawn.tag.shows == known.shows:
        return _tagged(Response(status=HTTPStatus.NOT_MODIFIED), drawn.tag)
    g.live = str(drawn.tag)
    return _tagged(Response(_within(around, drawn.content)), drawn.tag)


def _within(around: str, content: str) -> str:
    if http.asks_for_part():
        return f"<!doctype html><main>{content}</main>"
    return render_template(around, content=Markup(content), frame=frame_here())  # noqa: S704  # drawn by a template


def _known() -> Tag | None:
    """What the script that asks has."""
    return next((tag for text in request.if_none_match.as_set(True) if (tag := Tag.read(text.strip('W/"')))), None)


def _tagged(response: Response, tag: Tag) -> Response:
    response.set_etag(str(tag), weak=True)
    return response


def _tag() -> Tag:
    """The state of the operation, and who looks at it."""
    state = state_of_operation(http.session(), g.actor.scope.operation_id)
    older = int(clock.now().timestamp()) // OLDER_EVERY_S
    shows = repr((state.turn, state.news, older, _reader(), static_files.version()))
    return Tag(sha256(shows.encode()).hexdigest()[:24], state.seen)


def _reader() -> tuple[Hashable, ...]:
    """What of a reader a page depends on."""
    areas = g.actor.scope.areas
    return (None if areas is None else tuple(sorted(areas)), g.actor.role, g.actor.is_protection, language())


def _whose(reads: Collection[str]) -> Hashable:
    """All who are shown the same."""
    asked = tuple(tuple(request.args.getlist(name)) for name in reads)
    return (g.actor.scope.operation_id, *_reader(), request.path, asked)
