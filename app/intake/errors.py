"""What can be wrong with a report, in words that say what to do."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from app.core.text import mark, render
from app.intake.schemas import Fault

MESSAGES = {
    "missing": mark("This is needed."),
    "unknown_field": mark("This field is not known. Check its spelling."),
    "unknown_kind": mark("This kind of report is not known here."),
    "not_a_count": mark("Write a whole number, 0 or more."),
    "too_many": mark("This number is too large to be people at one place. Check it."),
    "not_a_time": mark("Write the time with its offset, like 2025-03-16T14:20:00+03:00."),
    "not_in_list": mark("Choose one of the known values."),
    "not_an_id": mark("The id must be a UUID made by the sender."),
    "not_a_code": mark("Use 1 to 32 capital letters, digits or hyphens."),
    "too_long": mark("This text is too long. Shorten it."),
    "unprintable": mark("This text holds a character that cannot be stored. Type it again."),
    "place": mark("Name one place: either a shelter or an area."),
    "no_end": mark("Say where they came from or where they are now."),
    "same_place": mark("They cannot leave and enter the same place."),
    "left_after_arriving": mark("They cannot leave after they arrived."),
    "reason_end": mark("A birth has no place they came from; a death or a return home has no place they are now."),
    "stayed_there": mark(
        "Is this area their home, or did they stay there displaced? Say stayed_there, or give it as origin."
    ),
    "nothing_said": mark("Say at least one thing about the shelter."),
    "name": mark("A shelter needs a name in at least one language."),
    "wrong": mark("This value is not understood."),
    "unknown_cell": mark("This sex and age is not in the scheme of the operation."),
    "cells_above_total": mark("The ages add up to more than the total. Which is right?"),
    "low_above_total": mark("The lowest number is above the best figure."),
    "high_below_total": mark("The highest number is below the best figure."),
    "high_below_low": mark("The highest number is below the lowest."),
    "nobody": mark("Say how many people, at least as a range or in households."),
    "no_best_figure": mark("A movement needs a number of people or households above 0."),
    "unknown_shelter": mark("There is no shelter with this code or id yet."),
    "shelter_elsewhere": mark(
        "This shelter turned out to be one outside your areas. Keep your report, and tell a coordinator what it says."
    ),
    "unknown_group": mark("There is no group with this code or id yet."),
    "group_elsewhere": mark(
        "A group outside your areas has this code. If these are other people, choose another code or leave it empty."
        " If it came to you, report its arrival first, then send this again."
    ),
    "unknown_area": mark("There is no area with this P-code."),
    "code_taken": mark("This code belongs to another report already."),
    "about": mark("Say what the figure is about: one area, or the whole operation."),
    "reason": mark("Say why, in a few words."),
    "unknown_report": mark("There is no report with this id yet."),
    "decides_one": mark("Decide one thing: name a headcount and adopt, or a movement, double_of and counts."),
    "not_a_movement": mark("Only a movement can tell again of what another told."),
    "told_later": mark("Name the one that was told later as movement, and by their first versions both."),
    "not_a_headcount": mark("Only a headcount can be adopted or set aside."),
    "no_figure_to_adopt": mark(
        "This headcount is a range without a best figure. Correct it with the number it stands for, then adopt it."
    ),
    "coordinators_only": mark("Only a coordinator may decide this."),
    "not_yours_to_correct": mark("You may correct your own reports. Ask a coordinator to correct this one."),
    "taken_back_by_others": mark("A coordinator took this report back. Ask them: only they can bring it back."),
    "already_corrected": mark("This report was corrected meanwhile. Look at how it stands now, then correct that."),
    "already_void": mark("This report is taken back already."),
    "other_kind": mark("A correction is of the same kind as the report it corrects."),
    "code_stays": mark("The code of a shelter or group does not change."),
    "in_use": mark("Other reports speak of it. Correct those first, or say that two shelters are one."),
    "same_shelter": mark("These are one shelter already."),
    "booked_elsewhere_already": mark("This shelter is booked as another one already. Name that one."),
    "shelters_only": mark("Only shelters can turn out to be one."),
    "whole_operation": mark("Only someone responsible for the whole operation can give a figure for it."),
    "operation_closed": mark("This operation is closed. Nothing is reported in it any more."),
    "other_content": mark("A report with this id is stored with other content. Give the new one a new id."),
}

_BY_PYDANTIC = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "union_tag_invalid": "unknown_kind",
    "union_tag_not_found": "unknown_kind",
    "int_type": "not_a_count",
    "float_type": "not_a_count",
    "float_parsing": "not_a_count",
    "finite_number": "not_a_count",
    "greater_than_equal": "not_a_count",
    "less_than_equal": "too_many",
    "datetime_type": "not_a_time",
    "datetime_parsing": "not_a_time",
    "datetime_from_date_parsing": "not_a_time",
    "timezone_aware": "not_a_time",
    "literal_error": "not_in_list",
    "uuid_parsing": "not_an_id",
    "uuid_type": "not_an_id",
    "string_too_long": "too_long",
    "string_unicode": "unprintable",
    "too_short": "name",
}
_CODE_FIELDS = frozenset({"code"})
_AMENDING = frozenset({"decision", "same_place", "correction"})
_POSITIONS = frozenset({"lat", "lon"})
# What the shapes find of a report as a whole, and the field it is put right in.
_MENDED_IN = {
    "decides_one": "",
    "no_end": "to",
    "same_place": "to",
    "left_after_arriving": "left_at",
    "stayed_there": "stayed_there",
    "reason_end": "reason",
    "name": "name",
    "nothing_said": "",
    "unprintable": "",
}


def fault(field: str, code: str, language: str) -> Fault:
    return Fault(field, code, render(MESSAGES[code], language))


def faults_of(error: ValidationError, language: str) -> tuple[Fault, ...]:
    """The findings of the shapes as faults, each once, in the order of the report's fields."""
    found = [
        fault(_field(finding), _code(finding), language)
        for finding in error.errors(include_url=False, include_context=True)
    ]
    return tuple(dict.fromkeys(found))


def _code(finding: Any) -> str:
    if finding["type"] == "value_error":
        said = str(finding["ctx"]["error"])
        return said if said in MESSAGES else "wrong"
    if finding["type"] == "string_pattern_mismatch" and finding["loc"][-1] in _CODE_FIELDS:
        return "not_a_code"
    if finding["loc"] and finding["loc"][-1] in _POSITIONS:
        return "wrong"
    if finding["loc"] and finding["loc"][-1] == "reason" and finding["loc"][0] in _AMENDING:
        return "reason"
    return _BY_PYDANTIC.get(finding["type"], "wrong")


def _field(finding: Any) -> str:
    if len(finding["loc"]) == 1 and finding["loc"][0] in _KINDS:
        return _MENDED_IN.get(_code(finding), "kind")
    return _path(finding["loc"])


def _path(location: Iterable[int | str]) -> str:
    """`('movement', 'people', 'total')` → `people.total`: the first part is the kind the shape was chosen by."""
    parts = [str(part) for part in location]
    return ".".join(parts[1:] if parts and parts[0] in _KINDS else parts) or "kind"


_KINDS = frozenset(
    {
        "shelter",
        "shelter_state",
        "group",
        "movement",
        "headcount",
        "figure",
        "note",
        "decision",
        "same_place",
        "correction",
    }
)
