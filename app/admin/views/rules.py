"""`/admin/rules`: where the rules begin, in the operation and at one shelter, and which gaps somebody is told of."""

from http import HTTPStatus

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.admin import policy
from app.admin.errors import NoShelter
from app.admin.forms import LimitsForm, RulesForm
from app.admin.service.rules import change_rules, change_shelter_rules
from app.admin.views.blueprint import pages
from app.alerts.queries import own_limits
from app.core import http
from app.core.errors import DomainError
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.shelters.queries import ShelterRow, shelter_by_code

Shown = str | tuple[str, int] | Response


@pages.get("/rules")
@http.requires("administer")
def rules() -> str:
    """Every rule with where it begins, to be changed."""
    stands = policy.rules_of(_frame())
    form = RulesForm(
        policy.usual_limits(),
        formdata=None,
        seen=policy.stamp(stands),
        gaps_alerted=stands["gaps_alerted"],
        **policy.limits_of(_frame()),
    )
    return _shown(form)


@pages.post("/rules")
@http.requires("administer")
def set_rules() -> Shown:
    form = RulesForm(policy.usual_limits())
    if not form.validate():
        return _shown(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        change_rules(http.session(), actor=g.actor, settings=form.settings(), seen=form.seen.data or "")
    except DomainError as error:
        form.refuse(error, policy.rules_of(_frame()))
        return _shown(form, meanwhile=True), error.status
    flash(gettext("Saved."))
    return redirect(url_for(".rules"), code=HTTPStatus.SEE_OTHER)


@pages.get("/rules/<code>")
@http.requires("administer")
def shelter_rules(code: str) -> str | Response:
    """Where the rules begin at one shelter, where that is not as in the operation."""
    shelter = _shelter(code)
    own = own_limits(http.session(), [shelter.id]).get(shelter.id, {})
    form = LimitsForm(policy.limits_of(_frame()), formdata=None, seen=policy.stamp(own), **own)
    return _shown_of(shelter, form)


@pages.post("/rules/<code>")
@http.requires("administer")
def set_shelter_rules(code: str) -> Shown:
    shelter = _shelter(code)
    form = LimitsForm(policy.limits_of(_frame()))
    if not form.validate():
        return _shown_of(shelter, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        change_shelter_rules(
            http.session(), actor=g.actor, shelter_id=shelter.id, limits=form.typed(), seen=form.seen.data or ""
        )
    except DomainError as error:
        form.refuse(error, own_limits(http.session(), [shelter.id]).get(shelter.id, {}))
        return _shown_of(shelter, form, meanwhile=True), error.status
    flash(gettext("Saved."))
    return redirect(url_for(".shelter_rules", code=shelter.code), code=HTTPStatus.SEE_OTHER)


def _shown(form: RulesForm, *, meanwhile: bool = False) -> str:
    stands = policy.rules_of(_frame())
    return render_template(
        "admin/rules.html",
        form=form,
        stands=stands["thresholds"],
        gaps=stands["gaps_alerted"],
        otherwise=policy.usual_limits(),
        shelter=None,
        meanwhile=meanwhile,
    )


def _shown_of(shelter: ShelterRow, form: LimitsForm, *, meanwhile: bool = False) -> str:
    return render_template(
        "admin/rules.html",
        form=form,
        stands=own_limits(http.session(), [shelter.id]).get(shelter.id, {}),
        gaps=[],
        otherwise=policy.limits_of(_frame()),
        shelter=shelter,
        meanwhile=meanwhile,
    )


def _frame() -> Frame:
    return frame_of(http.session(), g.actor.scope.operation_id)


def _shelter(code: str) -> ShelterRow:
    """The shelter of a code. NoShelter where there is none in this operation."""
    is_possible = code.isascii() and code.isprintable()
    found = shelter_by_code(http.session(), scope=g.actor.scope, code=code) if is_possible else None
    if found is None:
        raise NoShelter
    return found
