"""Forms: fields that understand what people type, and errors that say what to do about it.

Inputs are drawn by our own macros (templates/fields.html); a form here reads, checks and remembers what was typed.
"""

from app.core.forms.answers import (
    CHOOSE,
    FIRST_YEAR,
    ChoiceField,
    DayField,
    IdField,
    InstantField,
    ManyField,
    TimeField,
)
from app.core.forms.counts import CountsField
from app.core.forms.typed import (
    BELOW_ZERO,
    LARGEST,
    NOT_A_NUMBER,
    NOT_WHOLE,
    TOO_LARGE,
    Complaint,
    DecimalField,
    Faulty,
    MeasureField,
    NotUnderstood,
    SecureForm,
    TypedField,
    WholeNumberField,
    decimal_number,
    language,
    say,
    western,
    whole_number,
)

__all__ = [
    "BELOW_ZERO",
    "CHOOSE",
    "FIRST_YEAR",
    "LARGEST",
    "NOT_A_NUMBER",
    "NOT_WHOLE",
    "TOO_LARGE",
    "ChoiceField",
    "Complaint",
    "CountsField",
    "DayField",
    "DecimalField",
    "Faulty",
    "IdField",
    "InstantField",
    "ManyField",
    "MeasureField",
    "NotUnderstood",
    "SecureForm",
    "TimeField",
    "TypedField",
    "WholeNumberField",
    "decimal_number",
    "language",
    "say",
    "western",
    "whole_number",
]
