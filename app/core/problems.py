"""Errors in words that say what to do: a page for people, problem+json (RFC 9457) for programs."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from app.core import db, http, meters
from app.core.errors import DomainError, NotSignedIn
from app.core.text import mark, render

RETRY_AFTER_S = 5  # while the database is away

UNAVAILABLE = mark("The database does not answer just now. What you sent was not stored: send it again in a minute.")
TOO_LARGE = mark("This is too large. Send at most 2 MB at a time.")
PAGE_TOO_OLD = mark("This page was open too long. Go back, reload it and send again.")
UNPRINTABLE = mark("This text holds a character that cannot be stored. Type it again.")
NOT_OF_SHAPE = mark("This request is not of the shape the API describes. Each part to mend is named in `errors`.")
NOT_JSON = mark("The body is not JSON. Mend it, or check that all of it was sent.")
NOT_SAID_TO_BE_JSON = mark("Send JSON with the header Content-Type: application/json.")
NO_SUCH_ADDRESS = mark("There is nothing at this address. The API is described at /api/docs.")
NOT_THIS_METHOD = mark("This address does not take this method; the header Allow names those it takes.")
UNEXPECTED = mark(
    "This did not work, and it is our mistake. It has been written down; try again, or tell your administrator."
)

# What programs are told where HTTP's own phrase says too little. People read the advice of errors.html.
SAID = {
    HTTPStatus.BAD_REQUEST: NOT_JSON,
    HTTPStatus.NOT_FOUND: NO_SUCH_ADDRESS,
    HTTPStatus.METHOD_NOT_ALLOWED: NOT_THIS_METHOD,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: NOT_SAID_TO_BE_JSON,
}

# Codes are promises, and Python 3.13 has other names for these.
CODES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "request_entity_too_large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "unprocessable_entity",
}

log = structlog.get_logger(__name__)


def register(application: Flask) -> None:
    """Answer every error, expected or not."""
    # Flask's own would log the address, of what goes wrong after the answer was made.
    application.log_exception = lambda exc_info: _write_down(exc_info[1])  # type: ignore[method-assign]

    @application.errorhandler(DomainError)
    def domain_error(error: DomainError) -> Any:
        if isinstance(error, NotSignedIn) and not http.wants_problem():
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
        return say(
            error.status, error.code, error.message, field=error.field, retry_after=error.retry_after, **error.numbers
        )

    @application.errorhandler(CSRFError)
    def too_old(_error: CSRFError) -> Any:
        return say(HTTPStatus.BAD_REQUEST, "page_too_old", PAGE_TOO_OLD)

    @application.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        if error.response is not None or status < HTTPStatus.BAD_REQUEST:
            return error
        is_for_people = not http.wants_problem() and status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        message = status.phrase if is_for_people else SAID.get(status, status.phrase)
        response = say(status, CODES.get(status, status.name.lower()), message)
        if "Allow" in (headers := dict(error.get_headers())):
            response.headers["Allow"] = headers["Allow"]
        return response

    @application.errorhandler(RecursionError)
    def too_deep(_error: RecursionError) -> Any:
        """JSON that nests a thousand deep is nothing anybody meant."""
        return say(HTTPStatus.BAD_REQUEST, "bad_request", NOT_JSON)

    @application.errorhandler(OperationalError)
    @application.errorhandler(NoConnection)
    @application.errorhandler(db.TookTooLong)
    def database_away(error: OperationalError | NoConnection | db.TookTooLong) -> Any:
        log.error("database_away", reason=str(getattr(error, "orig", error)))
        return say(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", UNAVAILABLE, retry_after=RETRY_AFTER_S)

    @application.errorhandler(Exception)
    def unexpected(error: Exception) -> Any:
        _write_down(error)
        return say(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", UNEXPECTED)


def _write_down(error: BaseException | None) -> None:
    """Where it went wrong is said by the rule of the address: the address may hold a secret that is still good."""
    meters.count("errors", "web")
    log.error("unexpected_error", exc_info=error, route=f"{request.method} {request.url_rule}")


def say(
    status: int, code: str, message: str, *, field: str | None = None, retry_after: int | None = None, **numbers: Any
) -> Response:
    """An error in the caller's language, as a page or for programs."""
    title = render(message, str(get_locale()), **numbers)
    if http.wants_problem():
        response = http.problem(status, code, title, **({"field": field} if field else {}))
    else:
        told = {"status": int(status), "code": code, "message": title, "request_id": g.get("request_id")}
        page = render_template("errors.html", **told, retry_after=retry_after)
        response = Response(page, status=status, content_type="text/html; charset=utf-8")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def say_what_is_invalid(error: ValidationError) -> Response:
    """A request to the API that is not of its shape: which part, and why."""
    errors = [
        {"field": ".".join(str(part) for part in found["loc"]), "code": found["type"], "message": found["msg"]}
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    title = render(NOT_OF_SHAPE, str(get_locale()))
    return http.problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not_of_shape", title, errors=errors)
