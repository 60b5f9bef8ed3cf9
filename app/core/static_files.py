"""Static files. Their addresses carry one version for all of them, so that scripts that belong together are loaded
together, also where a phone keeps some of them: `/static/1f0c…/field/outbox.js` imports its neighbours by name.

They are compressed: nothing in them is secret or was typed, so their length tells nothing."""

import gzip
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.core.compressed import compressed

APP_FOLDER = Path(__file__).parents[1]
FOLDER = APP_FOLDER / "static"
DRAWN_FROM = ("static", "templates", "translations")  # what a page looks like and says

COMPRESSED = (".js", ".css", ".svg")

_IMPORT = re.compile(r'^import [^"]*"(\.[^"]+)";$', re.MULTILINE)
_VERSIONED = "/static/<string(length=12):version>/<path:filename>"


class Sessions(SecureCookieSessionInterface):
    """No file is anybody's: a browser whose cookie has changed need not ask for it again (`Vary: Cookie`)."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static":
            super().save_session(app, session, response)


def register(application: Flask) -> None:
    """Serves the folder, under versioned addresses too, and has pages use these."""

    def serve(filename: str) -> Response:
        answer = application.send_static_file(filename)
        return compressed(answer, _gzip) if filename.endswith(COMPRESSED) else answer

    application.view_functions["static"] = serve
    application.add_url_rule(_VERSIONED, endpoint="static", view_func=serve)
    application.session_interface = Sessions()
    application.add_template_global(modules_of)

    @application.url_value_preprocessor
    def forget_version(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if endpoint == "static" and values is not None:
            g.static_version = values.pop("version", None)

    @application.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", version())


@lru_cache(maxsize=128)
def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def is_lasting() -> bool:
    """Whether what this request asks for stays as it is: an address with the version of today."""
    return request.endpoint == "static" and g.get("static_version") == version()


@lru_cache(maxsize=1)
def version() -> str:
    """A short name of the content of all files."""
    return _named(FOLDER.rglob("*"))


@lru_cache(maxsize=1)
def version_of_pages() -> str:
    """A short name of all that pages are drawn from: it changes when the same page would be drawn otherwise."""
    return _named(path for folder in DRAWN_FROM for path in (APP_FOLDER / folder).rglob("*") if path.suffix != ".po")


def names() -> list[str]:
    """Every file, as `url_for` knows it."""
    return sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())


@lru_cache(maxsize=64)
def modules_of(*scripts: str) -> tuple[str, ...]:
    """These and all that they import. A page names them, so that a browser asks for all at once: else it finds each
    only in another that it has read."""
    found: dict[str, None] = {}
    to_read = list(scripts)
    while to_read:
        name = to_read.pop(0)
        if name not in found:
            found[name] = None
            to_read += [
                normpath(join(dirname(name), one)) for one in _IMPORT.findall((FOLDER / name).read_text("utf-8"))
            ]
    return tuple(found)


def _named(paths: Iterable[Path]) -> str:
    content = sha256()
    for path in sorted(path for path in paths if path.is_file()):
        content.update(f"{path.relative_to(APP_FOLDER)}\0{path.stat().st_size}\0".encode())
        content.update(path.read_bytes())
    return content.hexdigest()[:12]
