"""What the first administrator says of themselves and of their operation."""

from typing import Any

from app.accounts import passwords
from app.admin.forms.audit import NOT_AN_ADDRESS, AddressField
from app.admin.forms.operation import CHOOSE_DETAIL, check_counting, check_names
from app.core.errors import DomainError
from app.core.forms import ChoiceField, SecureForm, TypedField, say
from app.core.text import mark
from app.places.policy import zones

NOT_THE_SAME = mark("The two passwords are not the same. Write them again.")


class SetUpForm(SecureForm):
    """An account, and what an operation is called and counts in. Passwords are taken as typed, spaces too."""

    email = AddressField()
    password = TypedField()
    again = TypedField()
    name_en = TypedField()
    name_ar = TypedField()
    name_fr = TypedField()
    mail_detail = ChoiceField(options=("full", "brief"))
    time_zone = ChoiceField(options=zones())
    scheme = ChoiceField(options=("standard", "other"))
    ages = TypedField()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if not self.email.data and not self.email.errors:
            self.complain("email", say(NOT_AN_ADDRESS))
        if (fault := passwords.fault(self.password.typed, address=self.email.typed)) is not None:
            self.refuse(fault)
        elif self.password.typed != self.again.typed:
            self.complain("again", say(NOT_THE_SAME))
        check_names(self)
        if not self.mail_detail.data and not self.mail_detail.errors:
            self.complain("mail_detail", say(CHOOSE_DETAIL))
        check_counting(self)
        return not self.complaints()

    def refuse(self, error: DomainError) -> None:
        """Show beside its field why this cannot be."""
        self.complain(error.field or "", say(error.message, **error.numbers))
