"""New shelter, and how many are there now."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid5

from app.core.forms import ChoiceField, DecimalField, TypedField, WholeNumberField, say
from app.core.text import mark
from app.counts.scheme import Scheme
from app.field.forms.fields import CHOOSE_AREA, AreaField
from app.field.forms.people import CHOOSE_METHOD, METHODS
from app.field.forms.report import ReportForm, said
from app.field.schemas import Desk
from app.intake.schemas import Result
from app.shelters.policy import BUILDINGS, SITE_TYPES, STATUSES

ADMISSIONS = ("anyone", "women_and_children", "other")
ADULT_AGE = 18

NAME_NEEDED = mark("Write its name in at least one language.")
CHOOSE_TYPE = mark("Choose what kind of site it is.")
CHOOSE_STATUS = mark("Choose whether it is open.")
SAY_RULE = mark("Say in a few words who is let in.")
BOTH_COORDINATES = mark("Give both latitude and longitude, or neither.")
OUT_OF_RANGE = mark("A latitude lies between -90 and 90, a longitude between -180 and 180.")


class ShelterForm(ReportForm):
    """A place where displaced people stay, as it is now. Everything but name, type and area may stay open."""

    sort: ClassVar[str] = "shelter"
    name_en = TypedField()
    name_ar = TypedField()
    aliases = TypedField()
    site_type = ChoiceField(options=SITE_TYPES)
    building = ChoiceField(options=BUILDINGS)
    area = AreaField(own=True)
    status = ChoiceField(options=STATUSES)
    capacity = WholeNumberField()
    admission = ChoiceField(options=ADMISSIONS)
    admission_rule = TypedField()
    present = WholeNumberField()
    method = ChoiceField(options=METHODS)
    lat = DecimalField()
    lon = DecimalField()

    fault_names: ClassVar[dict[str, str]] = {
        **ReportForm.fault_names,
        "name": "name_en",
        "name.ar": "name_ar",
        "aliases": "aliases",
        "site_type": "site_type",
        "building": "building",
        "area": "area",
        "status": "status",
        "capacity": "capacity",
        "admits": "admission_rule",
        "lat": "lat",
        "lon": "lon",
        "people": "present",
        "method": "method",
    }

    def __init__(self, desk: Desk, **defaults: Any) -> None:
        super().__init__(desk, **{"status": "open", "admission": "anyone", **defaults})

    def check(self) -> None:
        super().check()
        self.need(site_type=CHOOSE_TYPE, area=CHOOSE_AREA)
        if "status" not in self.left_open:
            self.need(status=CHOOSE_STATUS)
        if not self.names:
            self.complain("name_en", say(NAME_NEEDED))
        if self.admission.data == "other" and not self.admission_rule.data:
            self.complain("admission_rule", say(SAY_RULE))
        if self.present.data is None:
            self.forget("method")
        else:
            self.need(method=CHOOSE_METHOD)
        self._check_position()

    def _check_position(self) -> None:
        lat, lon = self.lat.data, self.lon.data
        if self.lat.errors or self.lon.errors:
            return
        if (lat is None) != (lon is None):
            self.complain("lat" if lat is None else "lon", say(BOTH_COORDINATES))
        elif lat is not None and lon is not None and not (abs(lat) <= 90 and abs(lon) <= 180):
            self.complain("lat", say(OUT_OF_RANGE))

    @property
    def names(self) -> dict[str, str]:
        typed = {"en": self.name_en.data, "ar": self.name_ar.data}
        return {language: name for language, name in typed.items() if name}

    def reports(self) -> list[dict[str, Any]]:
        shelter = said(
            id=str(self.report_id.data),
            kind="shelter",
            name=self.names,
            aliases=[
                alias.strip() for alias in re.split("[,;\u060c\u061b\n]", self.aliases.data or "") if alias.strip()
            ],
            site_type=self.site_type.data,
            building=self.building.data,
            area=self.area.data,
            status=self.status.data,
            capacity=self.capacity.data,
            admits=rule_of(self.desk.frame.scheme, self.admission.data, self.admission_rule.data),
            lat=self.lat.data,
            lon=self.lon.data,
            **self.moment,
        )
        return [shelter, *([] if self.present.data is None else [self._headcount()])]

    def _headcount(self) -> dict[str, Any]:
        """Registering a shelter asks how many are there now: a report of its own, with an id that follows from it."""
        return said(
            id=str(uuid5(UUID(str(self.report_id.data)), "headcount")),
            kind="headcount",
            place={"shelter": str(self.report_id.data)},
            people={"total": self.present.data},
            method=self.method.data,
            **self.moment,
        )

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        return {
            "kind": "shelter",
            "name": self.names,
            "code": results[0].code,
            "area": self.area.data,
            "capacity": self.capacity.data,
            "people": {"total": self.present.data} if self.present.data is not None else None,
        }


def rule_of(scheme: Scheme, admission: str | None, words: str | None) -> dict[str, Any] | None:
    """An answer to "who is let in" as a report says it; None is anyone."""
    if admission == "women_and_children":
        return {"text": "women and children only", "cells": ["female:*", *children_of(scheme)]}
    return {"text": words} if admission == "other" else None


def admission_answers(scheme: Scheme, rule: Mapping[str, Any] | None) -> dict[str, Any]:
    """A rule as the answers to "who is let in"."""
    rule = rule or {}
    if set(rule.get("cells") or ()) == set((rule_of(scheme, "women_and_children", None) or {})["cells"]):
        return {"admission": "women_and_children", "admission_rule": None}
    if rule.get("text") or rule.get("cells"):
        return {"admission": "other", "admission_rule": rule.get("text")}
    return {"admission": "anyone", "admission_rule": None}


def children_of(scheme: Scheme) -> list[str]:
    """Patterns for the ages of a scheme that end before adulthood: `*:0-4`."""
    return [f"*:{age}" for age in scheme.ages if re.fullmatch(r"\d+-\d+", age) and int(age.split("-")[1]) < ADULT_AGE]
