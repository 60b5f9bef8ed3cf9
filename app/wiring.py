"""Joining the parts: tables, languages, who is asking, the edge that commits, errors, headers, pages, the API."""

import json
import secrets
import time
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request, session, url_for
from flask_babel import Babel
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect, generate_csrf
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as AnyResponse

from app import broker, headers, limits
from app.accounts import signin
from app.accounts.policy import UNCHOSEN
from app.accounts.views import account, people
from app.admin.views import operations, setup
from app.admin.views import pages as admin
from app.alerts.api import api as alerts_api
from app.core import db, http, jobs, meters, problems, static_files, templating
from app.core.description import described
from app.core.errors import DomainError
from app.core.text import LANGUAGES, mark
from app.dashboard.views import links
from app.dashboard.views import pages as dashboard
from app.field.views import pages as field
from app.intake.api import api as intake_api
from app.outbox import views as mailbox
from app.population.api import api as population_api
from app.shelters.api import api as shelters_api
from app.tables import table_metadata
from config.settings import Settings

APP_FOLDER = Path(__file__).parent
LARGEST_BODY = 2 * 1024 * 1024  # bytes (interface.md: a post holds at most 2 MB)
MOST_PARTS = 500  # of a form; ours have some sixty
CSRF_GOOD_FOR_S = 43_200  # a form may lie open through a shift
STATIC_KEPT_S = 31_536_000  # the address of a static file changes with its content

# What programs and the situation page ask all day: read from a replica, where there is one.
FIGURES = frozenset({population_api.name, shelters_api.name, "dashboard.situation"})

ANOTHER_PERSON = mark("Somebody else is signed in on this phone now. Sign in as yourself to send what you saved.")

table_metadata()
csrf = CSRFProtect()


def configure(application: Flask, settings: Settings) -> None:
    """Technical settings of Flask and its parts."""
    is_https = settings.base_url.startswith("https://")
    key, earlier = settings.secret_key or secrets.token_hex(), settings.earlier_secret_keys
    application.config |= {
        "SECRET_KEY": key,
        "SECRET_KEY_FALLBACKS": earlier,
        "WTF_CSRF_SECRET_KEY": [*earlier, key],  # signed with the last of them
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "MAX_FORM_PARTS": MOST_PARTS,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_NAME": "__Host-mawa" if is_https else "mawa",
        "WTF_CSRF_TIME_LIMIT": CSRF_GOOD_FOR_S,
        "SEND_FILE_MAX_AGE_DEFAULT": STATIC_KEPT_S,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(APP_FOLDER / "translations"),
        "TESTING": settings.mawa_env == "test",
        "PREFERRED_URL_SCHEME": "https" if is_https else "http",
    }
    templating.register(application)
    static_files.register(application)


def add_doors(application: Flask, settings: Settings) -> None:
    """What stands before everything else: each request gets a name, and a token no more open posts than it may have."""

    @application.before_request
    def name_the_request() -> None:
        g.request_id = headers.request_name()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @application.after_request
    def count_the_answer(response: Response) -> Response:
        meters.count("requests", f"{response.status_code // 100}xx")
        return response

    @application.teardown_request
    def forget_its_name(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()

    headers.answer_to_own_name(application, settings)
    limits.limit_open_posts(application, settings)


def add_languages(application: Flask) -> None:
    """One language a request: asked for in the address, kept in the session, chosen by the person, or the browser's."""
    Babel(application, locale_selector=_language)
    templating.say_texts(application)

    @application.before_request
    def keep_language() -> None:
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            session[signin.LANGUAGE] = asked

    @application.context_processor
    def for_templates() -> dict[str, Any]:
        return {"csrf_token": generate_csrf, "actor": g.get("actor"), "languages": LANGUAGES}


def _language() -> str:
    asked = request.args.get("lang") or session.get(signin.LANGUAGE)
    if asked in LANGUAGES:
        return str(asked)
    return str(g.actor.language) if g.get("actor") is not None else _language_of_browser()


def _language_of_browser() -> str:
    return request.accept_languages.best_match(LANGUAGES) or UNCHOSEN


def add_accounts(application: Flask) -> None:
    """Sign-in, and who is behind each request."""
    signin.register(application)
    application.register_blueprint(account)
    application.register_blueprint(people)

    @application.before_request
    def identify() -> AnyResponse | None:
        g.actor = None
        if request.endpoint in ("static", "operations.healthz", "operations.readyz"):
            return None
        actor = signin.actor_of_request(otherwise=_language_of_browser())
        if actor is not None and _is_api_change() and signin.bearer_token() is None:
            if not _is_our_own_page():
                actor = None  # a cookie may change things through the API from our own pages only
            elif request.headers.get("X-Mawa-Person", actor.key) != actor.key:
                return problems.say(HTTPStatus.CONFLICT, "another_person", ANOTHER_PERSON)
        http.act_as(actor)
        if actor is not None:
            g.actor = replace(actor, language=_language())
            signin.stay_in_operation(g.actor)
        if request.blueprint in FIGURES or request.endpoint in FIGURES:
            http.read_figures()
        return None if actor is None else signin.led_to_factor(g.actor)

    @application.get("/", doc_ui=False)
    @http.public
    def home() -> AnyResponse:
        """Sends each role to where its work is."""
        if g.actor is None:
            return redirect(url_for("security.login"))
        return redirect(url_for("field.home" if g.actor.role == "field_worker" else "dashboard.situation"))


def _is_api_change() -> bool:
    return request.path.startswith("/api/") and request.method in http.CHANGING


def _is_our_own_page() -> bool:
    """A browser says where a question comes from; older ones say at least which site, with how it was reached."""
    fetched = request.headers.get("Sec-Fetch-Site")
    own = f"{current_app.config['PREFERRED_URL_SCHEME']}://{request.host}"
    is_own = fetched == "same-origin" if fetched is not None else request.headers.get("Origin") == own
    return is_own and request.headers.get("X-Mawa-Form") == "1"


def add_edge(application: Flask, settings: Settings) -> None:
    """One request is one transaction: a changing request that succeeds is committed here and nowhere else."""

    @application.after_request
    def commit(response: Response) -> Response:
        opened = g.get("session")
        if opened is not None and request.method in http.CHANGING and response.status_code < HTTPStatus.BAD_REQUEST:
            try:
                db.check_age(opened)
                db.commit(opened)
                if settings.replica_url and signin.bearer_token() is None:
                    session["changed_at"] = int(time.time())
            except (OperationalError, db.TookTooLong) as error:
                # Nobody knows whether it was stored. Sending it again is harmless, so say that it was not.
                return application.make_response(application.handle_user_exception(error))
        return response

    @application.teardown_request
    def close(_error: BaseException | None) -> None:
        opened = g.pop("session", None)
        if opened is not None:
            opened.close()


def add_errors(application: Flask) -> None:
    """Errors in words that say what to do."""
    problems.register(application)

    @application.before_request
    def refuse_what_no_text_holds() -> None:
        """PostgreSQL stores no NUL and looks none up. Programs learn from the shapes of the API which part it is in."""
        if request.path.startswith("/api/"):
            return
        typed = [one for part in (request.args, request.form) for values in part.listvalues() for one in values]
        if any("\x00" in one for one in (request.path, *typed)):
            raise DomainError("unprintable", problems.UNPRINTABLE)


def add_rates(application: Flask, settings: Settings) -> None:
    """How often one caller may ask us."""
    limits.limit_rates(application, settings)
    limits.limit_past_reads(application, settings)
    limits.take_forms_only(application)
    csrf.init_app(application)  # what it refuses was counted
    for view in (links.acknowledge_in_mail, links.unsubscribed_in_mail):
        csrf.exempt(view)  # nobody is signed in: the address itself is the proof
    csrf.exempt(signin.sign_out)  # it looks itself, and is not particular about the age of a page


def add_headers(application: OpenAPI, settings: Settings) -> None:
    """What a browser may do with our answers, and whom to tell of a hole."""
    headers.add_headers(application, settings)
    headers.add_security_contact(application, settings)


def add_pages(application: Flask, settings: Settings) -> None:
    """The pages people open."""
    application.register_blueprint(field)
    application.register_blueprint(dashboard)
    application.register_blueprint(admin)
    application.register_blueprint(setup)
    if settings.in_development:
        mailbox.register(application)


def add_api(application: OpenAPI) -> None:
    """The API of programs, and its description. A cookie's rights there are narrowed by `identify`, not by a token."""
    for api in (intake_api, population_api, shelters_api, alerts_api):
        csrf.exempt(api)
        application.register_api(api)

    @application.before_request
    def authorise_then_read() -> None:
        """Who may not ask learns that first; then what is no JSON is said to be none, rather than of a wrong shape."""
        if not request.path.startswith("/api/") or request.endpoint is None:
            return
        permission = getattr(application.view_functions[request.endpoint], "required_permission", None)
        if permission is not None:
            http.check(permission)
        if request.method in http.CHANGING:
            request.get_json()

    @application.after_request
    def read_again(response: Response) -> Response:
        if not request.path.startswith("/api/v1/"):
            return response
        response.vary.update(("Authorization", "Cookie", "Accept-Language"))
        return http.answer_conditionally(response)

    @application.get("/api/v1/openapi.json", doc_ui=False)
    @http.public
    def openapi() -> Response:
        """The API as OpenAPI 3.1."""
        return Response(json.dumps(described(application)), content_type="application/json")

    @application.get("/api/docs", doc_ui=False)
    @http.public
    def docs() -> str:
        """The API to read."""
        return render_template("api.html", api=described(application))


def add_operations(application: Flask) -> None:
    """Whether the service is alive and ready."""
    application.register_blueprint(operations.pages)


def add_wakes(settings: Settings) -> None:
    """Wake-ups go to the broker; in tests they stay in."""
    jobs.send_wakes_by(None if settings.mawa_env == "test" else broker.sender(settings))
