"""Which changes an administrator asks for."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm

from app.accounts.policy import address_of
from app.admin.queries.audit import Wanted
from app.core import clock
from app.core.forms import ChoiceField, DayField, NotUnderstood, SecureForm, TypedField, say
from app.core.text import mark

# Every `action` written by audit.service.record, in the order they are offered.
ACTIONS = (
    "user.add",
    "user.invite",
    "user.change",
    "user.remove",
    "user.disable",
    "user.enable",
    "user.password",
    "user.language",
    "subscription.add",
    "subscription.end",
    "user.sign_in",
    "user.sign_out",
    "user.factor_set",
    "user.factor_off",
    "user.recovery_codes",
    "user.recovery_code",
    "token.make",
    "token.revoke",
    "reports.hold",
    "reports.release",
    "reports.set_aside",
    "alert.acknowledge",
    "setting.change",
    "rules.change",
    "operation.create",
    "operation.change",
    "operation.close",
    "operation.reopen",
    "position.look",
    "table.export",
    "mails.send_again",
    "address.use_again",
    "areas.load",
    "backup.take",
    "backup.restore",
)

NOT_AN_ADDRESS = mark("This is not an e-mail address.")
STILL_TO_COME = mark("This day is still to come.")
ENDS_BEFORE = mark("The last day lies before the first.")


class AddressField(TypedField):
    """An e-mail address, as it is kept."""

    def understand(self, typed: str) -> str:
        address = address_of(typed)
        if address is None:
            raise NotUnderstood(NOT_AN_ADDRESS)
        return address


class ChangesForm(SecureForm):
    """What was done, by whom, from which day to which. Read from the address."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        csrf = False

    action = ChoiceField(options=ACTIONS)
    person = AddressField()
    first = DayField()
    last = DayField()

    def __init__(self, asked: Any, *, today: date) -> None:
        self.today = today
        super().__init__(formdata=asked)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        first, last = self.first.data, self.last.data
        if first is not None and first > self.today:
            self.complain("first", say(STILL_TO_COME))
        elif first is not None and last is not None and last < first:
            self.complain("last", say(ENDS_BEFORE))
        return not self.complaints()

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """The question, its days as they begin and end in a zone. A last day to come ends today."""
        days = {}
        if self.first.data is not None:
            days["since"] = clock.start_of(self.first.data, zone)
        if self.last.data is not None:
            days["until"] = clock.end_of(min(self.last.data, self.today), zone)
        return Wanted(self.action.data, self.person.data, **days)

    def kept(self) -> dict[str, str]:
        """What was asked, as it stands in an address."""
        return {field.name: field.typed for field in self if field.data is not None}
