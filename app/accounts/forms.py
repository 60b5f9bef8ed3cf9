"""Forms about accounts: signing in, and what administrators say of people."""

import re
from http import HTTPStatus
from typing import Any, ClassVar, cast

from flask_security.forms import LoginForm

from app.accounts.policy import LONGEST_PASSWORD, ROLES, Role
from app.accounts.schemas import Person
from app.core.errors import DomainError
from app.core.forms import ChoiceField, ManyField, SecureForm, TypedField, WholeNumberField, say
from app.core.text import LANGUAGES, mark

MOST_DAYS = 366
LONGEST_NAME = 100

SIGN_IN_FAILED = mark("Address or password is wrong, or the account is disabled.")
WRITE_AN_ADDRESS = mark("Write their e-mail address.")
CHOOSE_LANGUAGE = mark("Choose the language they read.")
CHOOSE_ROLE = mark("Choose a role.")
CHOOSE_WHERE = mark("Choose where the role holds.")
WRITE_AREAS = mark("Write the P-code of at least one area, or choose the whole operation.")
WRITE_A_CODE = mark("Write a code.")
WRITE_PASSWORD = mark("Write your password.")
NAME_TOO_LONG = mark("Write at most %(longest)s characters.")
HOW_MANY_DAYS = mark("Write for how many days it is to be good, at most %(most)s.")


class SignInForm(LoginForm):
    """Flask-Security's form without "remember me": a phone that is taken must not stay signed in for a year."""

    remember: ClassVar[None] = None  # type: ignore[misc]  # how WTForms drops a field of its parent

    def validate(self, **more: Any) -> bool:
        """What is too long to be a password is wrong, whoever is meant: it is neither compared nor hashed."""
        if len(self.password.data or "") > LONGEST_PASSWORD:
            self.email.errors = [*self.email.errors, say(SIGN_IN_FAILED)]
            return False
        return bool(super().validate(**more))


class AddressForm(SecureForm):
    """An address to write to, and the language to do it in."""

    email = TypedField()
    language = ChoiceField(options=LANGUAGES)


class MemberForm(SecureForm):
    """A role, and where it holds: nothing is given that was not said."""

    role = ChoiceField(options=ROLES)
    where = ChoiceField(options=("areas", "everywhere"))
    areas = TypedField()
    also = ManyField(options=("protection",))

    needed: ClassVar[dict[str, str]] = {"role": CHOOSE_ROLE, "where": CHOOSE_WHERE}

    @classmethod
    def of(cls, person: Person) -> "MemberForm":
        """As it stands for somebody."""
        where = "everywhere" if person.areas is None else "areas"
        also = ["protection"] if person.is_protection else []
        return cls(formdata=None, role=person.role, where=where, areas=" ".join(person.areas or ()), also=also)

    @property
    def is_protection(self) -> bool:
        """Whether they are to be told of children who are alone."""
        return "protection" in (self.also.data or ())

    def chosen_role(self) -> Role:
        """The role, once the form was found good."""
        return cast(Role, self.role.data)

    def chosen_areas(self) -> list[str] | None:
        """P-codes as they were written; None: the whole operation."""
        return re.findall(r"[^\s,;،؛]+", (self.areas.data or "").upper()) if self.where.data == "areas" else None

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for name, message in self.needed.items():
            if not self[name].data and not self[name].errors:
                self.complain(name, say(message))
        if self.chosen_areas() == []:
            self.complain("areas", say(WRITE_AREAS))
        return not self.complaints()

    def refuse(self, error: DomainError) -> None:
        """Show beside its field why this cannot be."""
        self.complain(error.field or "", say(error.message, **error.numbers))


class PersonForm(AddressForm, MemberForm):
    """Somebody new in this operation."""

    needed: ClassVar[dict[str, str]] = {"email": WRITE_AN_ADDRESS, "language": CHOOSE_LANGUAGE, **MemberForm.needed}


class CodeForm(SecureForm):
    """The second step of signing in. `asks_code`: not of who has no second factor."""

    code = TypedField()
    asks_code: bool = True

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.asks_code and not self.code.typed.strip():
            self.complain("code", say(WRITE_A_CODE))
        return not self.complaints()


class ProofForm(CodeForm):
    """What shows that whoever sits before a browser is still its owner. `status`: what a page with its complaints is
    answered with."""

    password = TypedField()
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if not self.password.typed:
            self.complain("password", say(WRITE_PASSWORD))
        return not self.complaints()


class TokenForm(ProofForm):
    """A key for programs: what it is for, and for how long."""

    name_of_token = TypedField()
    days = WholeNumberField()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if len(self.name_of_token.typed) > LONGEST_NAME:
            self.complain("name_of_token", say(NAME_TOO_LONG, longest=LONGEST_NAME))
        if not self.days.errors and not (self.days.data and 1 <= self.days.data <= MOST_DAYS):
            self.complain("days", say(HOW_MANY_DAYS, most=MOST_DAYS))
        return not self.complaints()
