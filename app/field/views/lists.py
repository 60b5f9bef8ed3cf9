"""What a form lists and knows, for the scripts that offer it as one types and read what was typed."""

import json
from http import HTTPStatus
from typing import Any

from flask import Response, g, request

from app.core import clock
from app.core.forms import FIRST_YEAR, say
from app.core.http import answer_conditionally, problem, requires, session
from app.core.text import mark, render
from app.field.forms.fields import NAME_IN_FULL
from app.field.queries import with_elsewhere
from app.field.schemas import Desk
from app.field.views.desk import desk, pages
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.population.past import Cut, Past
from app.population.queries.groups import group_figures

GROUPS = 1_000
YEARS_AHEAD = 2  # for which a phone knows how its zone's clocks go, if it asks for nothing in between

OUTSIDE = mark("Outside any shelter, %(area)s")


@pages.get("/names")
@requires("report")
def names() -> Response:
    """Shelters and groups this person reports on, and every area, by all their names: `said` as a form writes one,
    `under` what tells two of a name apart. `own`: an area they report on; `whole`: they report on all of them. How days
    and times are meant (`zone`, and by how many minutes it is ahead of UTC from which second on), how people are
    counted."""
    here = desk(bare=False)
    places = here.drawn("names", lambda: json.dumps(known_at(here)))
    frame = frame_of(session(), g.actor.scope.operation_id)
    groups = json.dumps(_groups(here, frame))
    return answer_conditionally(Response(f'{places[:-1]}, "groups": {groups}}}', content_type="application/json"))


@pages.get("/elsewhere")
@requires("report")
def elsewhere() -> Response:
    """The key of the place outside this person's areas that has this whole name or code (`named`): as a form takes
    it. 404 where there is none, or several."""
    typed = request.args.get("named", "").strip()
    key = with_elsewhere(session(), actor=g.actor, desk=desk(), typed=typed).elsewhere.get(typed)
    if key is None:
        return problem(HTTPStatus.NOT_FOUND, "no_place", say(NAME_IN_FULL))
    return Response(json.dumps({"key": key}), content_type="application/json")


def known_at(here: Desk) -> dict[str, Any]:
    """What all who share a desk are told."""
    own = {area.code for area in here.own_areas}
    zone, scheme = here.frame.zone, here.frame.scheme
    return {
        "operation": here.frame.code,
        "whole": here.is_whole,
        "zone": zone.key,
        "offsets": clock.offsets(zone, FIRST_YEAR, here.frame.today.year + YEARS_AHEAD),
        "scheme": {"sexes": scheme.sexes, "ages": scheme.ages},
        "outside": render(OUTSIDE, here.language, area="{area}"),
        "shelters": [
            {
                "code": shelter.code,
                "said": here.shelter_called(shelter.code),
                "under": here.called(shelter.area),
                "names": [*shelter.name.values(), *(shelter.state.get("aliases") or ())],
            }
            for shelter in sorted(here.shelters, key=lambda one: here.shelter_called(one.code).casefold())
        ],
        "areas": [
            {
                "code": area.code,
                "said": here.called(area.code),
                "under": " · ".join(filter(None, [_parent(here, area.code), area.code])),
                "names": list(area.name.values()),
                "level": area.level,
                "own": area.code in own,
            }
            for area in here.areas
        ],
    }


def _parent(here: Desk, code: str) -> str:
    parent = here.parent_of(code)
    return here.named(parent) if parent is not None else ""


def _groups(here: Desk, frame: Frame) -> list[dict[str, Any]]:
    page = group_figures(session(), actor=g.actor, past=Past.present(frame, Cut.of(frame)), limit=GROUPS)
    found = []
    for group in page.items:
        label, home = group.state.get("label") or "", group.state.get("origin")
        under = " · ".join(filter(None, [label, here.called(home) if home else ""]))
        found.append({"code": group.code, "said": group.code, "under": under, "names": [label]})
    return found
