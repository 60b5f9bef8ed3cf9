"""`GET /api/v1/shelters` and one of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from app.core import http, pagination
from app.core.description import Out, answers
from app.core.errors import NotFound
from app.core.text import mark
from app.places.queries import frame_of
from app.shelters.policy import Access, Building, SiteType, Status, has_position, rounded
from app.shelters.queries import ShelterRow, list_shelters, shelter_by_code
from app.shelters.service import note_look

NO_SHELTER = mark("There is no such shelter.")

api = APIBlueprint("shelters", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="shelters")])


class AskedOne(pagination.Question):
    """`as_of`: as it was described at a moment; by default now."""

    as_of: pagination.Moment | None = None

    def moment(self) -> datetime | None:
        """The instant meant: a date is its end."""
        if self.as_of is None:
            return None
        return frame_of(http.session(), g.actor.scope.operation_id).instant(self.as_of)


class Asked(AskedOne):
    after: pagination.Key = ""
    limit: pagination.Limit = 1_000


class Named(BaseModel):
    """What is no code names no shelter: it is not found, like any other."""

    code: Annotated[str, Field(json_schema_extra={"pattern": "^[A-Z0-9-]{1,32}$", "example": "KHM"})]


class AdmissionOut(Out):
    text: str | None
    cells: list[str] | None


class ShelterOut(Out):
    """A shelter with everything known of it now; null: not known. `id` is the id of the report that registered it.
    `position` says what `lat` and `lon` are: exact, or rounded to about a kilometre for who need not know better."""

    shelter: str
    id: UUID
    area: str
    name: dict[Literal["en", "ar", "fr"], str]
    aliases: list[str] | None
    site_type: SiteType | None
    building: Building | None
    lat: float | None
    lon: float | None
    position: Literal["exact", "rounded"] | None
    status: Status | None
    capacity: int | None
    blocked: int | None
    covered_area_m2: float | None
    site_area_m2: float | None
    toilets: int | None
    toilets_accessible: int | None
    taps: int | None
    showers: int | None
    water_litres_per_day: float | None
    health_post: bool | None
    admits: AdmissionOut | None
    managed_by: str | None
    contact: str | None
    access: Access | None


class ShelterPage(Out):
    items: list[ShelterOut]
    next: str | None


NAMED_BY_US = frozenset({"shelter", "id", "area", "position"})
SAID_OF_IT = tuple(name for name in ShelterOut.model_fields if name not in NAMED_BY_US)


@api.get("/shelters", operation_id="list_shelters", responses=answers(ShelterPage))
@http.requires("read")
def shelters(query: Asked) -> Response:
    """Shelters by code with everything known of them."""
    found = list_shelters(
        http.session(), scope=g.actor.scope, limit=query.limit + 1, after=query.after or None, as_of=query.moment()
    )
    page, last = pagination.page(found, query.limit)
    _note_look(page, "shelters", beyond=query.after or None, as_of=http.instant(query.moment()))
    return http.page_of([_out(row) for row in page], next_one=last.code if last else None)


@api.get("/shelters/<code>", operation_id="read_shelter", responses=answers(ShelterOut))
@http.requires("read")
def shelter(path: Named, query: AskedOne) -> dict[str, Any]:
    """One shelter by its code. Of one that turned out to be another: that other."""
    found = None
    if path.code.isascii() and path.code.isprintable():
        found = shelter_by_code(http.session(), scope=g.actor.scope, code=path.code, as_of=query.moment())
    if found is None:
        raise NotFound("no_shelter", NO_SHELTER)
    _note_look([found], found.code, as_of=http.instant(query.moment()))
    return _out(found)


def _note_look(shown: Sequence[ShelterRow], subject: str, **asked: str | None) -> None:
    """Before exact positions are shown. One entry for a page of a list, however long."""
    known = sum(has_position(row.state) for row in shown)
    if known and g.actor.may("see_positions"):
        narrowed = {name: value for name, value in asked.items() if value is not None}
        http.write_down(
            ("shelters", subject, frozenset(row.code for row in shown), *narrowed.items()),
            lambda apart: note_look(apart, actor=g.actor, subject=subject, shelters=known, **narrowed),
        )


def _out(row: ShelterRow) -> dict[str, Any]:
    is_exact = g.actor.may("see_positions")
    state = row.state if is_exact else rounded(row.state)
    said = {name: state.get(name) for name in SAID_OF_IT}
    if said["admits"] is not None:
        said["admits"] = {"text": said["admits"].get("text"), "cells": said["admits"].get("cells")}
    position = ("exact" if is_exact else "rounded") if has_position(state) else None
    return {"shelter": row.code, "id": str(row.id), "area": row.area, "position": position, **said}
