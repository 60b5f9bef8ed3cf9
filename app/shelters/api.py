"""`GET /api/v1/shelters` and one of them."""

from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from app.core import http
from app.core.errors import NotFound
from app.core.text import mark
from app.shelters.queries import ShelterRow, list_shelters, shelter_by_code

NO_SHELTER = mark("There is no such shelter.")

api = APIBlueprint("shelters", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="shelters")])


class Asked(BaseModel):
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class Named(BaseModel):
    code: str


@api.get("/shelters")
@http.requires("read")
def shelters(query: Asked) -> Response:
    """Shelters by code with everything known of them now."""
    found = list_shelters(http.session(), scope=g.actor.scope, limit=query.limit + 1, after=query.after)
    page = found[: query.limit]
    return http.page_of([_out(row) for row in page], next_one=page[-1].code if len(found) > query.limit else None)


@api.get("/shelters/<code>")
@http.requires("read")
def shelter(path: Named) -> dict[str, Any]:
    """One shelter by its code."""
    found = shelter_by_code(http.session(), scope=g.actor.scope, code=path.code)
    if found is None:
        raise NotFound("no_shelter", NO_SHELTER)
    return _out(found)


def _out(row: ShelterRow) -> dict[str, Any]:
    return {**row.state, "shelter": row.code, "id": str(row.id), "area": row.area}
