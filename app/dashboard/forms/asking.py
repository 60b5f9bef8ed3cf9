"""Which moment, which area and which kind of shelter a page is asked about."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm

from app.core.forms import ChoiceField, DayField, SecureForm, TypedField, say
from app.core.text import mark
from app.shelters.policy import SITE_TYPES

STILL_TO_COME = mark("This is still to come. Check the day and the time.")


class AsOfForm(SecureForm):
    """The day a page is asked about, by which day it had been reported, which area and which kind of
    shelter. Read from the address."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        csrf = False

    as_of = DayField()
    known_on = DayField()
    area = TypedField()
    kind = ChoiceField(options=SITE_TYPES)

    def __init__(self, asked: Any, *, today: date) -> None:
        self.today = today
        super().__init__(formdata=asked)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for field in (self.as_of, self.known_on):
            if not field.errors and field.data is not None and field.data > self.today:
                self.complain(field.name, say(STILL_TO_COME))
        return not self.complaints()
