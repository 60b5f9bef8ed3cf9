"""Forms about an operation: what it is called, what it counts in, and its numbers."""

import re
from typing import Any

from app.admin import policy
from app.core.errors import DomainError
from app.core.forms import ChoiceField, MeasureField, SecureForm, TypedField, WholeNumberField, say, western
from app.core.text import LANGUAGES, mark
from app.counts.scheme import UNHCR, Scheme
from app.places.policy import MOST_AGES, ages_of, scheme_of, zones
from app.places.schemas import EVIDENCE_WEIGHTS, Frame

LONGEST_NAME = 120

NAME_IT = mark("Write the name in at least one language.")
NAME_TOO_LONG = mark("A name has at most %(most)s characters.")
CHOOSE_DETAIL = mark("Choose how much mails say.")
CHOOSE_ZONE = mark("Choose a time zone.")
CHOOSE_SCHEME = mark("Choose the ages people are counted by.")
WRITE_AGES = mark(
    "Write the ages at which the groups begin, at most %(most)s, for example 0 5 12 18 60. 0, 18 and 60 must be among"
    " them."
)
BETWEEN = mark("Write a number from %(least)s to %(most)s, or nothing for the default.")
NOTHING_ADOPTED = mark("No way of counting weighs that much: no headcount would ever be followed by itself.")
WRITE_CODE = mark("Write the code of this operation as it stands, if it is to be closed.")


class SeenForm(SecureForm):
    """A form that knows what stood when its page was drawn (policy.stamp)."""

    seen = TypedField()

    def refuse(self, error: DomainError, standing: Any) -> None:
        """Say why it was not changed. What stands now has been seen with that."""
        self.complain(error.field or "", say(error.message, **error.numbers))
        self.seen.process_data(policy.stamp(standing))


class AboutForm(SeenForm):
    """What an operation is called, and how much its mails say."""

    name_en = TypedField()
    name_ar = TypedField()
    name_fr = TypedField()
    mail_detail = ChoiceField(options=("full", "brief"))

    @classmethod
    def of(cls, frame: Frame) -> "AboutForm":
        names = {f"name_{language}": frame.name.get(language) for language in LANGUAGES}
        seen = policy.stamp(policy.about_of(frame))
        return cls(formdata=None, mail_detail=frame.mail_detail, seen=seen, **names)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        check_names(self)
        if not self.mail_detail.data and not self.mail_detail.errors:
            self.complain("mail_detail", say(CHOOSE_DETAIL))
        return not self.complaints()


class CountingForm(SeenForm):
    """What every report is counted in: a time zone, and ages. `ages`: where the groups begin, unless standard."""

    time_zone = ChoiceField(options=zones())
    scheme = ChoiceField(options=("standard", "other"))
    ages = TypedField()

    @classmethod
    def of(cls, frame: Frame) -> "CountingForm":
        is_standard = frame.scheme == UNHCR
        return cls(
            formdata=None,
            time_zone=frame.zone.key,
            scheme="standard" if is_standard else "other",
            ages=None if is_standard else " ".join(str(age) for age in ages_of(frame.scheme)),
            seen=policy.stamp(policy.frame_of_counting(frame)),
        )

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        check_counting(self)
        return not self.complaints()

    def chosen_scheme(self) -> Scheme:
        """The scheme, once the form was found good."""
        return scheme_in(self)


class NumbersForm(SeenForm):
    """What counts and households weigh (policy.numbers_of). Nothing typed: the default."""

    adopt_from = WholeNumberField()
    household_size = MeasureField()
    weight_registration = WholeNumberField()
    weight_full_count = WholeNumberField()
    weight_household_listing = WholeNumberField()
    weight_sample_survey = WholeNumberField()
    weight_site_visit = WholeNumberField()
    weight_structure_count = WholeNumberField()
    weight_key_informant = WholeNumberField()
    weight_secondary_report = WholeNumberField()

    @classmethod
    def of(cls, frame: Frame) -> "NumbersForm":
        numbers = policy.numbers_of(frame)
        return cls(formdata=None, seen=policy.stamp(numbers), **numbers)

    def numbers(self) -> dict[str, float]:
        """Each number as it is to be."""
        return {name: default if self[name].data is None else self[name].data for name, default in DEFAULTS.items()}

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        numbers = self.numbers()
        for name, (least, most) in BOUNDS.items():
            if not self[name].errors and not least <= numbers[name] <= most:
                self.complain(name, say(BETWEEN, least=least, most=most))
        heaviest = max(numbers[f"weight_{method}"] for method in EVIDENCE_WEIGHTS)
        if not self.complaints() and numbers["adopt_from"] > heaviest:
            self.complain("adopt_from", say(NOTHING_ADOPTED))
        return not self.complaints()


class CloseForm(SecureForm):
    """That an operation is to be closed: its code, typed."""

    code = TypedField()

    def is_meant(self, code: str) -> bool:
        """Whether it is this operation."""
        is_good = self.validate()
        if is_good and self.code.data != code:
            self.complain("code", say(WRITE_CODE))
        return not self.complaints()


DEFAULTS = policy.defaults()
BOUNDS: dict[str, tuple[int, int]] = {
    "adopt_from": (1, policy.HEAVIEST),
    "household_size": (1, policy.LARGEST_HOUSEHOLD),
    **{f"weight_{method}": (0, policy.HEAVIEST) for method in EVIDENCE_WEIGHTS},
}


def names_in(form: Any) -> dict[str, str]:
    """What was written as names, by language."""
    written = {language: form[f"name_{language}"].data for language in LANGUAGES}
    return {language: name for language, name in written.items() if name}


def check_names(form: Any) -> None:
    """Complain where there is no name, or one that no page has room for."""
    names = names_in(form)
    if not names:
        form.complain("name_en", say(NAME_IT))
    for language, name in names.items():
        if len(name) > LONGEST_NAME:
            form.complain(f"name_{language}", say(NAME_TOO_LONG, most=LONGEST_NAME))


def check_counting(form: Any) -> None:
    """Complain where zone or scheme are not chosen, or ages cannot be meant."""
    for name, message in (("time_zone", CHOOSE_ZONE), ("scheme", CHOOSE_SCHEME)):
        if not form[name].data and not form[name].errors:
            form.complain(name, say(message))
    try:
        scheme_in(form)
    except ValueError:
        form.complain("ages", say(WRITE_AGES, most=MOST_AGES))


def scheme_in(form: Any) -> Scheme:
    """The scheme that was chosen. ValueError where the ages written make none."""
    if form.scheme.data != "other":
        return UNHCR
    return scheme_of([int(one) for one in re.split(r"[\s,;،؛]+", western(form.ages.data or ""))])
