"""`/admin/operation/areas`: the areas people can be at."""

from flask import g, render_template, request

from app.admin.views.blueprint import pages
from app.core import http
from app.places.queries import AREAS_A_PAGE, count_areas, find_areas, frame_of

LONGEST_WORD = 100


@pages.get("/operation/areas")
@http.requires("administer")
def areas() -> str:
    """Areas by code, those whose code or a name holds a word if one is asked for."""
    operation = g.actor.scope.operation_id
    word = request.args.get("word", "").strip()[:LONGEST_WORD]
    after = request.args.get("after", "")
    found = find_areas(http.session(), operation, word=word, after=after)
    return render_template(
        "admin/areas.html",
        areas=found[:AREAS_A_PAGE],
        next=found[AREAS_A_PAGE - 1].code if len(found) > AREAS_A_PAGE else None,
        is_first=not after,
        word=word,
        total=count_areas(http.session(), operation),
        code=frame_of(http.session(), operation).code,
    )
