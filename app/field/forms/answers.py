"""What a report says, as the answers of the form it is entered with: its page begins with them when it is corrected."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any

from app.field.forms.departure import REASONS
from app.field.forms.group import answers_about
from app.field.forms.people import people_answers
from app.field.forms.shelter import admission_answers
from app.field.policy import sort_of
from app.field.schemas import Desk, instant_of

Said = Mapping[str, Any]
Answers = dict[str, Any]


def answers_to(kind: str, said: Said, desk: Desk, *, group_code: str | None = None) -> Answers:
    """The answers of the form for this kind of report, the moment included. `said`: as it was settled."""
    answers = _ANSWERS[sort_of(kind, said)](said, desk)
    if kind in ("movement", "group"):
        answers["group" if kind == "movement" else "code"] = group_code
    return _moment(said, "occurred_at", desk) | answers


def _moment(said: Said, name: str, desk: Desk) -> Answers:
    at = instant_of(said[name])
    day, hour = _local(said, at, desk) if at else (None, None)
    return {"when": "earlier", "day": day, "at": hour}


def _local(said: Said, at: datetime, desk: Desk) -> tuple[Any, time | None]:
    """Day and time in the zone of the operation; no time where only the day is known."""
    local = at.astimezone(desk.frame.zone)
    is_day_dated = said.get("precision") in ("day", "about")
    return local.date(), None if is_day_dated else time(local.hour, local.minute)


def _arrival(said: Said, desk: Desk) -> Answers:
    before = desk.key_of(said.get("from"))
    return _people(said) | {
        "home": said.get("origin"),
        "stayed": "yes" if before else "no",
        "before": before,
        "place": desk.key_of(said.get("to")),
    }


def _departure(said: Said, desk: Desk) -> Answers:
    there = desk.key_of(said.get("to"))
    went = {reason: way for way, reason in REASONS.items()}.get(str(said.get("reason")), "elsewhere")
    answers = _people(said) | {
        "place": desk.key_of(said.get("from")),
        "went": "place" if there else went,
        "there": there,
        "saw_arrival": "yes" if said.get("seen") == "both" else None,
        "home": said.get("origin"),
    }
    if said.get("left_at") is None:
        return answers
    arrived = instant_of(said["occurred_at"])
    answers |= _moment(said, "left_at", desk)
    if there and arrived and arrived != instant_of(said["left_at"]):
        answers["arrival_day"], answers["arrival_time"] = _local(said, arrived, desk)
    return answers


def _headcount(said: Said, desk: Desk) -> Answers:
    return _people(said) | {"place": desk.key_of(said.get("place"))}


def _people(said: Said) -> Answers:
    return people_answers(said.get("people") or {}) | {"method": said.get("method"), "needs": said.get("needs")}


def _shelter(said: Said, desk: Desk) -> Answers:
    names = said.get("name") or {}
    same = ("site_type", "building", "area", "status", "capacity", "lat", "lon")
    return {name: said.get(name) for name in same} | {
        "name_en": names.get("en"),
        "name_ar": names.get("ar"),
        "aliases": ", ".join(said.get("aliases") or ()),
        **admission_answers(desk.frame.scheme, said.get("admits")),
    }


def _group(said: Said, desk: Desk) -> Answers:
    return answers_about(said) | {"method": said.get("method"), "known": "yes"}


def _note(said: Said, desk: Desk) -> Answers:
    return {"place": desk.key_of(said.get("place")), "text": said.get("text")}


_ANSWERS: dict[str, Callable[[Said, Desk], Answers]] = {
    "arrival": _arrival,
    "departure": _departure,
    "headcount": _headcount,
    "shelter": _shelter,
    "shelter_state": lambda said, desk: {},  # the form begins with what was known, this report included
    "group": _group,
    "note": _note,
    "figure": lambda said, desk: _people(said),
}
