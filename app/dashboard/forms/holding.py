"""Which of the things a person sent are meant, and why they are held."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm

from app.accounts.policy import Scope
from app.core.forms import IdField, NotUnderstood, SecureForm, TypedField, say, western
from app.core.text import mark
from app.dashboard.forms.sent import SAY_WHY
from app.holds.schemas import Theirs
from app.intake.policy import looks_personal

WRITE_MOMENT = mark("Write the day and the time, for example 2025-03-16 14:20.")
ENDS_FIRST = mark("This ends before it begins.")
TOO_LONG = mark("This is too long. Say it in fewer words.")
IS_PERSONAL = mark(
    "This looks like the name of a person, a phone or identity number, or an e-mail address. Take it out: it would"
    " stand with each of these reports for good. If it is none of these, press the button again."
)
LONGEST = 2_000
OF_A_MINUTE = timedelta(seconds=59, microseconds=999_999)  # times are shown to the minute: all of it is meant
NAMED = "is:"  # before the name of a device, so that none can look like no answer


class MomentField(TypedField):
    """A day and a time in the zone of the operation."""

    def understand(self, typed: str) -> datetime:
        try:
            moment = datetime.fromisoformat(western(typed)).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            raise NotUnderstood(WRITE_MOMENT) from error
        if not 2000 <= moment.year <= 2999:
            raise NotUnderstood(WRITE_MOMENT)
        return moment

    def written(self, value: Any) -> str:
        return str(value.isoformat(timespec="minutes"))


class SetForm(SecureForm):
    """Of one device, or of a time of recording. Read from the address."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        csrf = False

    device = TypedField()
    since = MomentField()
    until = MomentField()

    def __init__(self, asked: Any) -> None:
        super().__init__(formdata=asked)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        check_order(self)
        return not self.complaints()

    def kept(self) -> dict[str, str]:
        """What was asked, as it stands in an address."""
        return {field.name: field.typed for field in self if field.data is not None and not field.errors}


class HoldForm(SecureForm):
    """The same set, and why it is held. `hold_id` is made when the form is shown, so that sent twice it is one hold.
    `reread`: the reason that looked as if it pointed at a person, and is meant all the same."""

    hold_id = IdField()
    device = TypedField()
    since = MomentField()
    until = MomentField()
    reason = TypedField()
    reread = TypedField()

    def __init__(self, known: SetForm) -> None:
        data = {"device": known.device.data, "since": known.since.data, "until": known.until.data}
        super().__init__(data={"hold_id": uuid4(), **data})
        self.hold_id.data = self.hold_id.data or uuid4()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        check_order(self)
        if not self.reason.data:
            self.complain("reason", say(SAY_WHY))
        elif len(self.reason.data) > LONGEST:
            self.complain("reason", say(TOO_LONG))
        elif looks_personal(self.reason.data) and self.reread.data != self.reason.data:
            self.reread.process_data(self.reason.data)
            self.complain("reason", say(IS_PERSONAL))
        return not self.complaints()


def check_order(form: SetForm | HoldForm) -> None:
    since, until = form.since.data, form.until.data
    if since is not None and until is not None and until < since:
        form.complain("until", say(ENDS_FIRST))


def theirs_in(form: SetForm | HoldForm, *, person_id: UUID, scope: Scope, zone: ZoneInfo) -> Theirs:
    """The set a form means; what could not be understood is left out."""
    device, since, until = form.device.data, form.since.data, form.until.data
    return Theirs(
        person_id,
        scope,
        device=device.removeprefix(NAMED) if device is not None else None,
        since=since.replace(tzinfo=zone) if since is not None else None,
        until=until.replace(tzinfo=zone) + OF_A_MINUTE if until is not None else None,
    )
