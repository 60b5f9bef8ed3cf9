"""The edge of the web: who is asking, what they may do, and how errors are said."""

import time
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, ParamSpec, TypeVar, cast

from flask import Response, g, json, request
from flask import session as session_of_browser
from sqlalchemy.orm import Session

from app.core import db, replica
from app.core.errors import NotAllowed, NotSignedIn
from app.core.kept import Kept
from app.core.text import mark

P = ParamSpec("P")
R = TypeVar("R")

SIGN_IN_FIRST = mark("Please sign in first.")
NOT_YOURS = mark("Your role does not allow this.")

IPV6_NETWORK = 64  # bits: what one subscriber gets
WRITTEN_DOWN_FOR_S = 300
CHANGED_LATELY_S = 5  # longer than a replica that is read may be behind
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MOMENTS = frozenset({"as_of", "known_on"})  # parts of an answer that differ each second and say nothing new

_written_down: Kept[Hashable, bool] = Kept(seconds=WRITTEN_DOWN_FOR_S)


def session() -> Session:
    """The database session of this request: a reading one sees one snapshot, a changing one is committed by the edge
    when it succeeds."""
    if "session" not in g:
        _use(db.new_walled() if request.method in CHANGING else db.walled_snapshot())
    return cast(Session, g.session)


def _use(opened: Session) -> None:
    g.session = opened
    opened.info["address"] = request.remote_addr
    if g.get("actor") is not None:
        db.within(opened, g.actor.scope.operation_id)


def act_as(actor: Any) -> None:
    """Who is behind this request; None: nobody. What it asks of the database is of their operation from here on."""
    g.actor = actor
    if actor is not None and "session" in g:
        db.within(g.session, actor.scope.operation_id)


def network() -> str:
    """Where a request comes from, as one subscriber has it: an address, of the new kind a network of 64 bits."""
    said = request.remote_addr or "unknown"
    try:
        address = ip_address(said)
    except ValueError:
        return said
    if isinstance(address, IPv4Address):
        return said
    old_kind = address.ipv4_mapped  # as a server that listens to both kinds writes it
    return str(ip_network((address, IPV6_NETWORK), strict=False)) if old_kind is None else str(old_kind)


def read_figures() -> None:
    """From here on this request reads figures, from a replica if there is one that keeps up. What it knows of who is
    asking was read from the database itself: who is shut out is so at once. Who has just changed something with a
    browser, and who asks what was known on a day, is answered by the database."""
    is_settled = "known_on" not in request.args  # else the answer must be the last one, to the digit
    is_own = time.time() - session_of_browser.get("changed_at", 0) < CHANGED_LATELY_S
    if request.method in CHANGING or not is_settled or is_own or (found := replica.snapshot()) is None:
        return
    if (opened := g.pop("session", None)) is not None:
        opened.close()
    _use(found)


def write_down(what: Hashable, how: Callable[[Session], None]) -> None:
    """Write down what somebody is about to read, in a short transaction of its own, before the answer: where that
    cannot be written, nothing is answered. The same, by the same person from the same address, once in five minutes.

    What was read so far is read: this gives its connection back first, or those who read might hold all there are.
    """

    def write() -> bool:
        session().close()
        with db.unit_of_work(db.new_walled) as apart:
            apart.info["address"] = request.remote_addr
            how(apart)
        return True

    _written_down.get((g.actor.user_id, g.actor.scope, request.remote_addr, what), write)


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Lets only people with a permission through. The guard over all routes reads what is required."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            check(permission)
            return view(*args, **kwargs)

        cast(Any, guarded).required_permission = permission
        return guarded

    return decorate


def check(permission: str) -> None:
    """Raises unless who is asking has a permission."""
    actor = g.get("actor")
    if actor is None:
        raise NotSignedIn("not_signed_in", SIGN_IN_FIRST)
    if not actor.may(permission):
        raise NotAllowed("not_allowed", NOT_YOURS)


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view anybody may reach; without this or `requires`, the guard over all routes fails."""
    cast(Any, view).required_permission = None
    return view


def asks_for_part() -> bool:
    """Whether a script of ours asks for what a page says, to show it in the page that is open."""
    return request.headers.get("X-Mawa-Part") == "1"


def asks_by_itself() -> bool:
    """Whether nobody did anything: a page that lies open asks whether it is still right."""
    return asks_for_part() and "If-None-Match" in request.headers


def wants_problem() -> bool:
    """Whether an error should be said to a program rather than to a person."""
    return request.path.startswith("/api/")


def page_of(items: Sequence[dict[str, Any]], *, next_one: str | None = None, **more: Any) -> Response:
    """Part of a list for programs. Answers 304 where the caller has just this, but for the moment it was asked."""
    return one_of({"items": items, "next": next_one, **more})


def one_of(answer: dict[str, Any]) -> Response:
    """One thing for programs. The moment it was asked makes no difference to its ETag."""
    response = Response(json.dumps(answer), content_type="application/json")
    lasting = {name: value for name, value in answer.items() if name not in MOMENTS}
    response.set_etag(_digest(json.dumps(lasting).encode()), weak=True)
    return response


def answer_conditionally(response: Response) -> Response:
    """Reads through the API carry an ETag, and answer 304 to a caller that has the same already."""
    if request.method not in ("GET", "HEAD") or response.status_code != HTTPStatus.OK:
        return response
    if response.get_etag()[0] is None:
        response.set_etag(_digest(response.get_data()))
    return cast(Response, response.make_conditional(request))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def instant(moment: datetime | None) -> str | None:
    """A moment as programs read it."""
    return moment.isoformat() if moment else None


def problem(status: int, code: str, title: str, **more: Any) -> Response:
    """An error for programs (RFC 9457)."""
    body = {"type": f"urn:mawa:problem:{code}", "title": title, "status": int(status), "code": code}
    body |= {"request_id": g.get("request_id", ""), **more}
    response = Response(json.dumps(body), status=status, content_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
