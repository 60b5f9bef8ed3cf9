"""What a person wants to be told of."""

from collections.abc import Sequence
from typing import Any

from app.accounts.policy import Scope
from app.alerts.rules import RULES
from app.core.forms import ChoiceField, SecureForm, TypedField, say
from app.core.text import mark

EVERYTHING = "all"
HOW = ("at_once", "daily")

CHOOSE_RULE = mark("Choose what you want to be told of.")
CHOOSE_SEVERITY = mark("Choose how severe it must be.")
CHOOSE_HOW = mark("Choose when you want to be told.")
ONE_AREA = mark("Write the P-code of one area, for example SY0602, or nothing for all of yours.")
NOT_YOURS = mark("This area is not among yours.")


class SubscriptionForm(SecureForm):
    """One more thing to be told of. Nothing said of an area: all of one's own."""

    rule = ChoiceField(options=(EVERYTHING, *RULES))  # narrowed to what may be asked
    severity = ChoiceField(options=("warning", "critical"))
    how = ChoiceField(options=HOW)
    area = TypedField()

    def __init__(self, rules: Sequence[str], **more: Any) -> None:
        super().__init__(**more)
        self.rule.options = (EVERYTHING, *rules)
        if self.rule.data not in self.rule.options:
            self.rule.data = None

    @property
    def area_code(self) -> str | None:
        return (self.area.data or "").strip().upper() or None

    @property
    def chosen_rule(self) -> str | None:
        return None if self.rule.data == EVERYTHING else self.rule.data

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for name, message in (("rule", CHOOSE_RULE), ("severity", CHOOSE_SEVERITY), ("how", CHOOSE_HOW)):
            if not self[name].data and not self[name].errors:
                self.complain(name, say(message))
        return not self.complaints()

    def is_area_of(self, scope: Scope, path: list[str] | None) -> bool:
        """Whether the area that was written lies where this person works. `path`: its areas, None: there is no such."""
        if self.area_code is None:
            return True
        if path is None:
            self.complain("area", say(ONE_AREA))
        elif not scope.holds(path):
            self.complain("area", say(NOT_YOURS))
        return not self.complaints()
