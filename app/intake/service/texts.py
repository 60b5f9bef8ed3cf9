"""Warnings of texts that look as if they pointed at a person: the report is stored, its sender is told what to do."""

from collections.abc import Iterator
from dataclasses import replace

from app.core.text import mark
from app.intake.policy import KINDS, Kind, looks_personal
from app.intake.schemas import Amending, GroupReport, NoteReport, Plain, ShelterFields, Warned
from app.intake.service.post import Post, warn

SAID: dict[Kind, str] = {
    "phone": mark(
        "A text of this report looks like a phone number. If it is somebody's own, correct the report and take it out."
    ),
    "identity_number": mark(
        "A text of this report looks like an identity number. Correct the report and take it out: it can lead to a"
        " person."
    ),
    "email": mark(
        "A text of this report looks like an e-mail address. If it is somebody's own, correct the report and take it"
        " out."
    ),
    "position": mark(
        "A text of this report looks like an exact position, and everybody reads it. Correct the report and take it"
        " out: it can lead to people."
    ),
    "name": mark(
        "A text of this report looks like the name of a person. Correct the report and take it out: names put people in"
        " danger."
    ),
}

EVERYTHING = frozenset(KINDS)
NUMBERS = EVERYTHING - {"name"}  # a school is called after somebody
OF_A_DESK = EVERYTHING - {"phone", "email"}  # a contact is a channel


def about_texts(post: Post, report: Plain | Amending) -> tuple[Warned, ...]:
    """A warning for each text and what it looks like; never the text itself."""
    return tuple(
        warn(post, "looks_personal", SAID[kind], field=field, kind=kind)
        for field, text, looked_for in _texts(report)
        for kind in looks_personal(text)
        if kind in looked_for
    )


def inside(warned: tuple[Warned, ...]) -> tuple[Warned, ...]:
    """Warnings of a replacement, as of part of its correction."""
    return tuple(
        replace(one, details=one.details | {"field": f"replacement.{one.details['field']}"})
        if "field" in one.details
        else one
        for one in warned
    )


def _texts(report: Plain | Amending) -> Iterator[tuple[str, str, frozenset[Kind]]]:
    """What people write freely in a report: where, what, and what to look for in it."""
    if report.note:
        yield "note", report.note, EVERYTHING
    if report.source:
        yield "source", report.source, EVERYTHING
    if isinstance(report, NoteReport):
        yield "text", report.text, EVERYTHING
    elif isinstance(report, GroupReport):
        if report.label:
            yield "label", report.label, EVERYTHING
    elif isinstance(report, ShelterFields):
        yield from _of_shelter(report)
    elif isinstance(report, Amending):
        yield "reason", report.reason, EVERYTHING


def _of_shelter(report: ShelterFields) -> Iterator[tuple[str, str, frozenset[Kind]]]:
    for language, name in (report.name or {}).items():
        yield f"name.{language}", name, NUMBERS
    for place, alias in enumerate(report.aliases or ()):
        yield f"aliases.{place}", alias, NUMBERS
    if report.admits is not None and report.admits.text:
        yield "admits.text", report.admits.text, EVERYTHING
    if report.managed_by:
        yield "managed_by", report.managed_by, EVERYTHING
    if report.contact:
        yield "contact", report.contact, OF_A_DESK
