"""Who reaches which route, really asked as each. A route that is not listed here fails."""

from collections.abc import Iterable, Mapping

from flask import Flask
from werkzeug.test import TestResponse

from app.core.http import requires
from tests.guards.conftest import EVERYBODY, Served
from tests.guards.project import nothing

ANYBODY = frozenset(EVERYBODY)
SIGNED_IN = ANYBODY - {"nobody"}
READERS = SIGNED_IN - {"partner"}
ADMINISTRATORS = frozenset({"administrator"})
DECIDERS = frozenset({"coordinator", "administrator"})

ACCESS: dict[str, frozenset[str]] = {
    "GET /": ANYBODY,  # sends each to their own first page
    "GET /.well-known/security.txt": ANYBODY,
    "GET /a/<notice>": ANYBODY,  # who was sent the link in a mail, without signing in
    "GET /account": SIGNED_IN,
    "GET /account/alerts": READERS,
    "GET /admin/operation": ADMINISTRATORS,
    "GET /admin/operation/about": ADMINISTRATORS,
    "GET /admin/operation/areas": ADMINISTRATORS,
    "GET /admin/operation/closing": ADMINISTRATORS,
    "GET /admin/operation/counting": ADMINISTRATORS,
    "GET /admin/operation/numbers": ADMINISTRATORS,
    "GET /account/second-factor": SIGNED_IN,
    "GET /admin/users": ADMINISTRATORS,
    "GET /admin/users/<uuid:user_id>": ADMINISTRATORS,
    "GET /admin/users/new": ADMINISTRATORS,
    "GET /admin/audit": ADMINISTRATORS,
    "GET /admin/outbox": ADMINISTRATORS,
    "GET /admin/rules": ADMINISTRATORS,
    "GET /admin/rules/<code>": ADMINISTRATORS,
    "GET /alerts": READERS,
    "GET /alerts/<uuid:alert_id>": READERS,
    "GET /api/docs": ANYBODY,
    "GET /api/v1/alerts": READERS,
    "GET /api/v1/figures": READERS,
    "GET /api/v1/flows": READERS,
    "GET /api/v1/groups": READERS,
    "GET /api/v1/groups/<code>": READERS,
    "GET /api/v1/openapi.json": ANYBODY,
    "GET /api/v1/population": READERS,  # partners reach it with by=area, see test_partners_reach_safe_figures_only
    "GET /api/v1/population/on-the-way": READERS,
    "GET /api/v1/population/why": READERS,
    "GET /api/v1/shelters": READERS,
    "GET /api/v1/shelters/<code>": READERS,
    "GET /api/v1/shelters/<code>/history": READERS,
    "GET /counts": READERS,
    "GET /counts/<uuid:headcount_id>/decide": DECIDERS,
    "GET /counts/decisions": READERS,
    "GET /counts/figures": READERS,
    "GET /counts/figures/new": DECIDERS,
    "GET /dashboard": SIGNED_IN,
    "GET /dashboard/changes": READERS,
    "GET /dev/mail": ANYBODY,  # in development only
    "GET /dev/mail/<key>": ANYBODY,
    "GET /dev/mail/<key>/html": ANYBODY,
    "GET /duplicates": DECIDERS,
    "GET /duplicates/<uuid:movement_id>/<uuid:other_id>": DECIDERS,
    "GET /field/": READERS,
    "GET /field/arrivals/new": READERS,
    "GET /field/departures/new": READERS,
    "GET /field/elsewhere": READERS,
    "GET /field/groups/new": READERS,
    "GET /field/guide": READERS,
    "GET /field/headcounts/new": READERS,
    "GET /field/manifest.webmanifest": ANYBODY,
    "GET /field/names": READERS,
    "GET /field/notes/new": READERS,
    "GET /field/offline": ANYBODY,
    "GET /field/reports": READERS,
    "GET /field/reports/<uuid:report_id>": READERS,
    "GET /field/reports/<uuid:report_id>/correct": READERS,
    "GET /field/reports/<uuid:report_id>/take-back": READERS,
    "GET /field/saved": READERS,
    "GET /field/service-worker.js": ANYBODY,
    "GET /field/shelters/<code>/state": READERS,
    "GET /field/shelters/new": READERS,
    "GET /field/words": READERS,
    "GET /flows": READERS,
    "GET /groups": READERS,
    "GET /groups/<code>": READERS,
    "GET /healthz": ANYBODY,
    "GET /holds": DECIDERS,
    "GET /holds/<uuid:hold_id>": DECIDERS,
    "GET /holds/people/<uuid:person_id>": DECIDERS,
    "GET /holds/people/<uuid:person_id>/new": DECIDERS,
    "GET /login": ANYBODY,
    "GET /login/code": ANYBODY,
    "GET /metrics": ANYBODY,  # who asks from inside, or knows the token: see test_metrics
    "GET /placement": READERS,
    "GET /readyz": ANYBODY,
    "GET /reset": ANYBODY,
    "GET /reset/<token>": ANYBODY,
    "GET /setup/<key>": ANYBODY,
    "GET /groups.csv": READERS,
    "GET /shelters": READERS,
    "GET /shelters.csv": READERS,
    "GET /shelters/<code>": READERS,
    "GET /shelters/<code>/history": READERS,
    "GET /shelters/<code>/reports": READERS,
    "GET /shelters/<code>/same-place": DECIDERS,
    "GET /shelters/<code>/two-places": DECIDERS,
    "GET /static/<path:filename>": ANYBODY,
    "GET /static/<string(length=12):version>/<path:filename>": ANYBODY,
    "GET /u/<person>": ANYBODY,  # as above
    "POST /a/<notice>": ANYBODY,
    "POST /account/alerts": READERS,
    "POST /account/alerts/<uuid:subscription_id>/end": READERS,
    "POST /account/alerts/as-usual": READERS,
    "POST /account/alerts/nothing": READERS,
    "POST /account/language": SIGNED_IN,
    "POST /account/operation": SIGNED_IN,
    "POST /account/second-factor": SIGNED_IN,
    "POST /account/second-factor/codes": SIGNED_IN,
    "POST /account/second-factor/remove": SIGNED_IN,
    "POST /account/sign-ins/<uuid:sign_in_id>/end": SIGNED_IN,
    "POST /account/sign-ins/end-others": SIGNED_IN,
    "POST /account/tokens": SIGNED_IN,
    "POST /account/tokens/<uuid:token_id>/revoke": SIGNED_IN,
    "POST /admin/operation/about": ADMINISTRATORS,
    "POST /admin/operation/close": ADMINISTRATORS,
    "POST /admin/operation/counting": ADMINISTRATORS,
    "POST /admin/operation/numbers": ADMINISTRATORS,
    "POST /admin/operation/reopen": ADMINISTRATORS,
    "POST /admin/outbox/again": ADMINISTRATORS,
    "POST /admin/outbox/people/<uuid:user_id>/use-again": ADMINISTRATORS,
    "POST /admin/rules": ADMINISTRATORS,
    "POST /admin/rules/<code>": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/disable": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/enable": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/invite": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/remove": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/second-factor/reset": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/sign-ins/<uuid:sign_in_id>/end": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/sign-ins/end": ADMINISTRATORS,
    "POST /admin/users/<uuid:user_id>/tokens/<uuid:token_id>/revoke": ADMINISTRATORS,
    "POST /admin/users/new": ADMINISTRATORS,
    "POST /alerts/<uuid:alert_id>/acknowledge": DECIDERS,
    "POST /api/v1/alerts/<uuid:alert_id>/acknowledge": DECIDERS,
    "POST /api/v1/reports": READERS,
    "POST /counts/<uuid:headcount_id>/decide": DECIDERS,
    "POST /dashboard/seen": READERS,
    "POST /counts/figures/new": DECIDERS,
    "POST /duplicates/<uuid:movement_id>/<uuid:other_id>": DECIDERS,
    "POST /field/arrivals/new": READERS,
    "POST /field/departures/new": READERS,
    "POST /field/groups/new": READERS,
    "POST /field/headcounts/new": READERS,
    "POST /field/notes/new": READERS,
    "POST /field/reports/<uuid:report_id>/correct": READERS,
    "POST /field/reports/<uuid:report_id>/take-back": READERS,
    "POST /field/shelters/<code>/state": READERS,
    "POST /field/shelters/new": READERS,
    "POST /holds/<uuid:hold_id>/release": DECIDERS,
    "POST /holds/<uuid:hold_id>/set-aside": DECIDERS,
    "POST /holds/people/<uuid:person_id>/new": DECIDERS,
    "POST /login": ANYBODY,
    "POST /login/code": ANYBODY,
    "POST /logout": ANYBODY,
    "POST /reset": ANYBODY,
    "POST /reset/<token>": ANYBODY,
    "POST /setup/<key>": ANYBODY,
    "POST /shelters/<code>/same-place": DECIDERS,
    "POST /shelters/<code>/two-places": DECIDERS,
    "POST /u/<person>": ANYBODY,
}

# No worker runs in this situation, nobody is named whom to tell of a hole, and there is an administrator.
MAY_ANSWER = {
    "GET /readyz": 503,
    "GET /.well-known/security.txt": 404,
    "GET /field/elsewhere": 404,  # nothing was named
    "GET /setup/<key>": 404,
    "POST /setup/<key>": 404,
}


def unlisted(routes: Iterable[str], access: Mapping[str, object]) -> list[str]:
    """Routes without a line, and lines without a route."""
    there = set(routes)
    return [f"{route} is not listed" for route in sorted(there - access.keys())] + [
        f"{route} is listed and not there" for route in sorted(access.keys() - there)
    ]


def unguarded(app: Flask) -> list[str]:
    """Views on which neither `requires` nor `public` of app.core.http stands."""
    return [
        f"{endpoint} says nothing of who may reach it"
        for endpoint, view in sorted(app.view_functions.items())
        if endpoint != "static" and not hasattr(view, "required_permission")
    ]


def wrongly_reached(served: Served, access: Mapping[str, frozenset[str]]) -> list[str]:
    """Routes that let in somebody they should not, or keep out somebody they should, or do not answer."""
    found: list[str] = []
    for route, allowed in access.items():
        for who in EVERYBODY:
            answer = served.request(route, who)
            broken = answer.status_code in (404, 405) or answer.status_code >= 500
            if broken and answer.status_code != MAY_ANSWER.get(route):
                found.append(f"{route} answers {who} with {answer.status_code}")
            elif _is_let_in(answer) != (who in allowed):
                found.append(f"{route} {'lets in' if _is_let_in(answer) else 'keeps out'} {who}: {answer.status}")
    return found


def _is_let_in(answer: TestResponse) -> bool:
    to_sign_in = answer.status_code in (302, 303) and answer.location.startswith("/login?next=")
    return answer.status_code not in (401, 403) and not to_sign_in


def test_every_route_is_listed_and_says_who_may_reach_it(served: Served) -> None:
    nothing(unlisted(served.routes(), ACCESS))
    nothing(unguarded(served.app))


def test_every_route_lets_in_those_listed_and_nobody_else(served: Served) -> None:
    nothing(wrongly_reached(served, ACCESS))


def test_partners_reach_safe_figures_only(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.tokens['partner']}"}
    asked = {by: served.app.test_client().get(f"/api/v1/population?by={by}", headers=headers) for by in _BY}
    assert {by: answer.status_code for by, answer in asked.items()} == _BY


_BY = {"shelter": 403, "cell": 403, "area": 200}


def test_it_finds_a_planted_route_and_what_is_wrong_with_it(served: Served) -> None:
    served.app.add_url_rule("/planted", view_func=lambda: "figures")
    served.app.add_url_rule("/planted/too", view_func=requires("read_safe")(lambda: "figures"), endpoint="too")
    assert unlisted(served.routes(), ACCESS) == ["GET /planted is not listed", "GET /planted/too is not listed"]
    assert len(unguarded(served.app)) == 1
    assert wrongly_reached(served, {"GET /planted": READERS}) == [
        "GET /planted lets in nobody: 200 OK",
        "GET /planted lets in partner: 200 OK",
    ]
    assert wrongly_reached(served, {"GET /planted/too": ANYBODY}) == ["GET /planted/too keeps out nobody: 302 FOUND"]
    assert unlisted([], {"GET /gone": READERS}) == ["GET /gone is listed and not there"]
