"""What stands between a browser and us: the name we answer to, what a browser may do with our answers and where they
may send it, and whom to tell of a hole (OWASP ASVS 5, chapters 3 and 4)."""

import re
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, Response, g, request
from flask_openapi3.openapi import OpenAPI
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.urls import iri_to_uri

from app.accounts.policy import is_own_address
from app.accounts.signin import bearer_token
from app.core import clock, http, problems, static_files
from app.core.errors import NotFound
from app.core.text import mark
from config.settings import Settings

# What a browser may load for our pages: our own files, nothing else, nothing inline.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAILBOX_POLICY = "; frame-src 'self'"  # where the development mailbox shows a mail
SECURE_FOR = "max-age=31536000; includeSubDomains"  # a year: what browsers remember of HTTPS
CONTACT_GOOD_FOR = timedelta(days=90)  # RFC 9116 wants less than a year
SIGN_OUT = "security.logout"
_PLAIN = re.compile(r"[\w.:-]{1,64}", re.ASCII)

WRONG_HOST = mark("This server is not known under the address you opened. Open the one you were given.")
NO_CONTACT = mark("Nobody is named here whom to tell of a hole. Tell whoever runs this service.")


def request_name() -> str:
    """What a request is called in logs and answers: as its sender calls it, where that is plain text, or made here."""
    said = request.headers.get("X-Request-Id", "")
    return said if _PLAIN.fullmatch(said) else uuid4().hex


def answer_to_own_name(application: Flask, settings: Settings) -> None:
    """In production only the name in BASE_URL is answered, so that no other site can pass itself off as this one. What
    watches the machine asks by address."""
    own = urlsplit(settings.base_url).hostname or ""
    if settings.mawa_env != "production":
        return

    @application.before_request
    def refuse_other_names() -> Response | None:
        if request.blueprint == "operations" or host_is_trusted(request.host.lower(), [own]):
            return None
        return problems.say(HTTPStatus.BAD_REQUEST, "wrong_host", WRONG_HOST)


def add_headers(application: Flask, settings: Settings) -> None:
    """What a browser may do with our answers."""
    policy = PAGE_POLICY + (MAILBOX_POLICY if settings.in_development else "")
    is_https = settings.base_url.startswith("https://")

    @application.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Frame-Options", "DENY")
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Request-Id"] = g.get("request_id", "")
        if is_https:
            headers["Strict-Transport-Security"] = SECURE_FOR
        if request.endpoint != "static":
            headers["Cache-Control"] = _kept_by(response)
        elif not static_files.is_lasting():  # asked whether it has changed
            headers["Cache-Control"] = "no-cache"
        if "Location" in headers:
            headers["Location"] = _own(headers["Location"])
        if request.endpoint == SIGN_OUT:
            headers["Clear-Site-Data"] = '"cache"'  # not "storage": reports may wait there to be sent
        return response


def _kept_by(response: Response) -> str:
    """Programs may keep what they asked for, to ask whether it has changed; a browser keeps nothing on its disk."""
    return "private, no-cache" if response.get_etag()[0] and bearer_token() is not None else "no-store"


def _own(location: str) -> str:
    """Where an answer sends a browser, if that is one of our addresses; else home. Nobody is led elsewhere by us."""
    address = iri_to_uri(location).removeprefix(request.host_url.rstrip("/"))
    return address if is_own_address(address) else "/"


def add_security_contact(application: OpenAPI, settings: Settings) -> None:
    """Whom to tell of a hole (RFC 9116)."""

    @application.get("/.well-known/security.txt", doc_ui=False)
    @http.public
    def security_txt() -> Response:
        """Good for a season from today: as long as it is served, it is somebody's."""
        if settings.security_contact is None:
            raise NotFound("no_contact", NO_CONTACT)
        today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        lines = (
            f"Contact: {settings.security_contact}",
            f"Expires: {today + CONTACT_GOOD_FOR:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: en, ar, fr",
            f"Canonical: {settings.base_url.rstrip('/')}/.well-known/security.txt",
        )
        return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
