"""Forms: fields that understand what people type, and errors that say what to do about it.

Inputs are drawn by our own macros (templates/fields.html); a form here reads, checks and remembers what was typed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import g, has_app_context
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms import Field

from app.core.text import mark, number, render

LARGEST = 10_000_000

NOT_A_NUMBER = mark("Write a number, for example 14.")
NOT_WHOLE = mark("Write a whole number without a fraction, for example 14.")
BELOW_ZERO = mark("Write 0 or more; it cannot be below zero.")
TOO_LARGE = mark("That is more than %(largest)s. Check the digits.")

_INVISIBLE = re.compile("[\u200b-\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_SEPARATORS = "[,\u066c\u060c'\u2019\u00a0\u202f\u2009 _]"
_WHOLE = re.compile(rf"\d+|\d{{1,3}}(?:{_SEPARATORS}\d{{3}})+")
_FRACTION = re.compile(rf"\d[\d]*(?:{_SEPARATORS}\d{{3}})*[.,\u066b]\d+")


class NotUnderstood(ValueError):  # says what happened, as the others do
    """What was typed cannot be a number here. `message` is a key of the text catalogue."""

    def __init__(self, message: str, **numbers: int) -> None:
        super().__init__(message)
        self.message, self.numbers = message, numbers


def western(typed: str) -> str:
    """The same text with every script's digits as 0-9, without the invisible marks a paste brings along."""
    visible = _INVISIBLE.sub("", typed)
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in visible).strip()


def whole_number(typed: str) -> int:
    """A count as typed or pasted: any script's digits, thousands separated or not. NotUnderstood otherwise."""
    text = western(typed)
    if text[:1] in "-\u2212\u2013" and _is_number(text[1:]):
        raise NotUnderstood(BELOW_ZERO)
    if not _WHOLE.fullmatch(text):
        raise NotUnderstood(NOT_WHOLE if _FRACTION.fullmatch(text) else NOT_A_NUMBER)
    digits = re.sub(_SEPARATORS, "", text).lstrip("0")
    if len(digits) > len(str(LARGEST)) or int(digits or 0) > LARGEST:  # Python reads no more than 4,300 digits
        raise NotUnderstood(TOO_LARGE, largest=LARGEST)
    return int(digits or 0)


def _is_number(text: str) -> bool:
    text = text.strip()
    return bool(_WHOLE.fullmatch(text) or _FRACTION.fullmatch(text))


def decimal_number(typed: str) -> float:
    """A number with a fraction, either sign: a position. Comma, point and Arabic decimal sign are understood."""
    text = re.sub("[,\u066b]", ".", western(typed)).replace("\u2212", "-")
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise NotUnderstood(NOT_A_NUMBER)
    return float(text)


def language() -> str:
    """The language of this request, asked for once: a form names hundreds of things."""
    if not has_app_context():
        return "en"
    if "spoken" not in g:
        locale = get_locale()
        g.spoken = locale.language if locale else "en"
    return str(g.spoken)


def say(message: str, **numbers: Any) -> str:
    """A marked message in the language of this request."""
    return render(message, language(), **numbers)


class TypedField(Field):  # type: ignore[misc]  # WTForms has no types
    """A field that keeps what was typed, so that an error never loses it."""

    typed: str = ""

    @property
    def is_blank(self) -> bool:
        """Nothing was typed or is known, and nothing is wrong."""
        return self.data is None and not self.typed and not self.errors

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0]
        self.data = None
        if self.typed.strip():
            try:
                self.data = self.understand(self.typed)
            except NotUnderstood as fault:
                raise ValueError(say(fault.message, **fault.numbers)) from fault

    def process_data(self, value: Any) -> None:
        self.data = value
        self.typed = "" if value is None else self.written(value)

    def understand(self, typed: str) -> Any:
        """The value meant. NotUnderstood says what to do instead. Lines end as they were typed: browsers send them with
        two signs."""
        return typed.replace("\r\n", "\n").strip()

    def written(self, value: Any) -> str:
        """A value as it stands in the input."""
        return str(value)


class WholeNumberField(TypedField):
    """How many. Empty is None: not known is not zero."""

    def understand(self, typed: str) -> int:
        return whole_number(typed)

    def written(self, value: Any) -> str:
        return number(value, language())


class DecimalField(TypedField):
    """A coordinate."""

    def understand(self, typed: str) -> float:
        return decimal_number(typed)


class MeasureField(TypedField):
    """How much: 0 or more, with a fraction where there is one. Thousands may be separated, as in a count."""

    def understand(self, typed: str) -> float:
        try:
            return float(whole_number(typed))
        except NotUnderstood as fault:
            split = re.fullmatch("(.*)[.,\u066b]([0-9]+)", western(typed))
            if fault.message != NOT_WHOLE or split is None:
                raise
            return float(f"{whole_number(split[1])}.{split[2]}")

    def written(self, value: Any) -> str:
        return number(value, language())


@dataclass(frozen=True)
class Complaint:
    """One thing to put right: the input it is about, a part of it where it has parts, and what to do."""

    anchor: str
    message: str
    field: str = ""
    part: str | None = None


class Faulty(Protocol):
    """Whatever says which part of a report is wrong, by a dotted path."""

    @property
    def field(self) -> str: ...
    @property
    def message(self) -> str: ...


_MADE: dict[Any, dict[str, Any]] = {}  # by the declaration in its form's class: as many as there are fields


class _Token(FlaskForm.Meta.csrf_class):  # type: ignore[misc]  # Flask-WTF has no types
    """Checks the token that came with a form. A new one is signed by the page that shows it (`csrf_token()`)."""

    def generate_csrf_token(self, _field: Field) -> None:
        return None


class SecureForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form with a CSRF token that lists everything to be put right, in the order of the page."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        csrf_class = _Token

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """A field of this form, from what the first of its declaration was made of: WTForms would work the same
            out each time. What a form puts into its fields is set when they are processed, never added to."""
            if not issubclass(unbound_field.field_class, TypedField):
                return unbound_field.bind(form=form, **options)
            key = (unbound_field, options["prefix"], options["name"])
            made = _MADE.get(key)
            if made is None:
                parts = vars(unbound_field.bind(form=form, **options))
                made = _MADE[key] = {name: parts[name] for name in parts if name not in ("_form", "meta")}
            field = object.__new__(unbound_field.field_class)
            field.__dict__ |= made
            field._form, field.meta = form, form.meta
            return field

        def get_translations(self, _form: Any) -> None:
            """What our fields say is in our own catalogue; that of WTForms would be read anew for each form."""

    general: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.general = []

    def complain(self, name: str, message: str) -> None:
        """Add an error to a field by its name, or to the whole form if there is no such field."""
        if name in self:
            self[name].errors = [*self[name].errors, message]
        else:
            self.general.append(message)

    def complaints(self) -> list[Complaint]:
        """Everything wrong with it, for the summary on top."""
        found = [Complaint("main", message) for message in self.general]
        for field in self:
            found.extend(_complaints_of(field))
        return found

    def take_faults(self, faults: Iterable[Faulty], names: Mapping[str, str]) -> None:
        """Put faults in a report beside the fields they came from.

        `names` maps the longest matching beginning of a dotted path to a field's name; what no field
        answers for stands on top. A fault in a part (`people.cells.female:0-4`) goes to that part.
        """
        for fault in faults:
            known = [path for path in names if fault.field == path or fault.field.startswith(f"{path}.")]
            path = max(known, key=len, default="")
            field = self[names[path]] if path else None
            part = fault.field[len(path) + 1 :]
            if field is not None and part and hasattr(field, "part_errors"):
                field.part_errors[part] = fault.message
            else:
                self.complain(field.name if field is not None else "", fault.message)


def _complaints_of(field: Field) -> list[Complaint]:
    anchor = getattr(field, "anchor", field.id)
    whole = [Complaint(anchor, str(message), field.name) for message in field.errors]
    parts = getattr(field, "part_errors", {})
    return whole + [Complaint(f"{field.id}.{part}", message, field.name, part) for part, message in parts.items()]
