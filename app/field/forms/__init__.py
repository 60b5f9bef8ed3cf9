"""The forms of the field: each builds the same reports a program would send."""

from app.field.forms.arrival import ArrivalForm
from app.field.forms.correction import ReasonForm, can_be_corrected, correction_of
from app.field.forms.departure import DepartureForm
from app.field.forms.group import GroupForm
from app.field.forms.headcount import HeadcountForm
from app.field.forms.note import NoteForm
from app.field.forms.report import ReportForm
from app.field.forms.shelter import ShelterForm
from app.field.forms.state import StateForm

__all__ = [
    "ArrivalForm",
    "DepartureForm",
    "GroupForm",
    "HeadcountForm",
    "NoteForm",
    "ReasonForm",
    "ReportForm",
    "ShelterForm",
    "StateForm",
    "can_be_corrected",
    "correction_of",
]
