"""How much one caller may ask of us: by rate, and by how many are open at once posts of reports with a token and
questions of what was known.

Rates are counted in Valkey (LIMITS_URL). While it is away each process counts for itself and looks for it again
after 1, 2, 4, … 32 seconds: nobody is refused because it is away, and nobody waits for it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from math import ceil
from typing import Any

from flask import Flask, Response, abort, g, request
from flask_limiter import ApplicationLimit, Limiter, RequestLimit
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core import http, problems
from app.core.open_requests import OpenRequests
from app.core.text import mark
from config.services.addresses import addresses
from config.services.folder import DataFolder
from config.settings import Settings

POST_REPORTS = "reports.post_reports"
CHANGES = "dashboard.changes"  # compares with what was known
SIGN_IN = frozenset(
    {
        "security.login",
        "security.forgot_password",
        "security.reset_password",
        "account.take_second_step",
        "account.set_second_factor",
        "account.make_recovery_codes",
        "account.remove_second_factor",
        "setup.set_up",
    }
)
FREE = frozenset({"static", "operations.healthz", "operations.readyz"})
FORMS = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
WAIT_S = 0.2  # for an answer of Valkey, once; it takes a tenth of a millisecond

TOO_MANY = mark("Too many requests in a short time. Try again in %(seconds)s seconds.")
TOO_MANY_OPEN = mark(
    "%(most)s posts of reports are open with this token. Wait for an answer before sending more; nothing of this one"
    " was stored."
)
MOST_PAST_READS = 4  # of one person at once: each may keep a thread and PostgreSQL busy for seconds
TOO_MANY_PAST = mark(
    "%(most)s questions about what was known then are open already. Wait for an answer before asking the next."
)


def limit_rates(application: Flask, settings: Settings) -> None:
    """Limit how often somebody asks. To be called after what sets `g.actor` before each request."""
    if settings.trusted_proxies:
        behind = ProxyFix(application.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)
        application.wsgi_app = behind  # type: ignore[method-assign]  # as Werkzeug means it
    rates = {
        "sign-in": settings.limit_sign_in,
        "pages": settings.limit_pages,
        "api-reads": settings.limit_api_reads,
        "api-writes": settings.limit_api_writes,
    }
    limiter = Limiter(
        _caller,
        application_limits=[ApplicationLimit(lambda: rates[_kind()], scope=lambda _endpoint: _kind())],
        storage_uri=_storage(addresses(settings).limits),
        storage_options=_patience(),
        strategy="fixed-window",
        request_identifier=lambda: request.endpoint or "nowhere",  # else what is not there would be free
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        on_breach=_refuse,
    )
    # On our application it would run three functions at every request, to find out that most posts are free.
    limiter.init_app(Flask("limits"))

    @application.before_request
    def count() -> None:
        is_of_somebody = g.get("actor") is not None  # a token that is nobody's is counted where it comes from
        if not ("open_post" in g and is_of_somebody) and request.endpoint not in FREE:
            limiter._check_request_limit()


def take_forms_only(application: Flask) -> None:
    """Pages take forms. Those who read forms would read JSON too where a request says it is, past what counts tries."""

    @application.before_request
    def refuse_others() -> None:
        if not request.path.startswith("/api/") and request.mimetype not in FORMS:
            abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def limit_open_posts(application: Flask, settings: Settings) -> None:
    """Limit how many posts a token has open. To be called before what asks the database: waiting for it is open too."""

    def key() -> bytes | None:
        authorization = request.environ.get("HTTP_AUTHORIZATION", "") if request.endpoint == POST_REPORTS else ""
        return sha256(authorization.encode()).digest() if authorization[:7].lower() == "bearer " else None

    most = settings.limit_open_reports
    _limit_open(application, "open_post", key, OpenRequests(DataFolder(settings.data_dir).open_posts, most), most=most)


def limit_past_reads(application: Flask, settings: Settings) -> None:
    """Limit how many questions of what was known a person has open. To be called after what sets `g.actor`."""

    def key() -> bytes | None:
        actor = g.get("actor")
        is_past = "known_on" in request.args or request.endpoint == CHANGES
        return actor.user_id.bytes if actor is not None and is_past else None

    most = MOST_PAST_READS
    open_reads = OpenRequests(DataFolder(settings.data_dir).open_past_reads, most)
    _limit_open(application, "past_read", key, open_reads, most=most, title=TOO_MANY_PAST)


def _limit_open(
    application: Flask,
    name: str,
    key: Callable[[], bytes | None],
    slots: OpenRequests,
    *,
    most: int,
    title: str = TOO_MANY_OPEN,
) -> None:
    """Send away whatever has no slot of its key; None: it needs none. What it has stands in `g` under the name."""

    @application.before_request
    def enter() -> Response | None:
        of = key()
        if of is None:
            return None
        taken = slots.enter(of)
        if taken is None:
            return problems.say(HTTPStatus.TOO_MANY_REQUESTS, "too_many_open", title, retry_after=1, most=most)
        setattr(g, name, taken)
        return None

    @application.teardown_request
    def leave(_error: BaseException | None) -> None:
        taken = g.pop(name, None)
        if taken is not None:
            slots.leave(taken)


def _kind() -> str:
    if request.path.startswith("/api/"):
        return "api-writes" if request.method in http.CHANGING else "api-reads"
    return "sign-in" if request.endpoint in SIGN_IN and request.method == "POST" else "pages"


def _caller() -> str:
    """A person, whatever they use; before sign-in, and for signing in, where they are."""
    actor = g.get("actor")
    return http.network() if actor is None or _kind() == "sign-in" else str(actor.user_id)


def _refuse(breached: RequestLimit) -> Response:
    seconds = breached.limit.get_expiry()
    with suppress(RedisError):
        seconds = max(1, min(seconds, ceil(breached.reset_at - time.time())))
    status = HTTPStatus.TOO_MANY_REQUESTS
    return problems.say(status, "too_many_requests", TOO_MANY, retry_after=seconds, seconds=seconds)


def _storage(url: str) -> str:
    """The address as the library `limits` writes it."""
    return url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url


def _patience() -> dict[str, Any]:
    """One more try at once, for connections that a restarted Valkey has closed; redis-py itself would wait seconds."""
    retry = Retry(NoBackoff(), 1)
    return {"socket_timeout": WAIT_S, "socket_connect_timeout": WAIT_S, "retry": retry}
