"""Forms about the rules: where each begins, in an operation or at one shelter, and which gaps somebody is told of."""

from collections.abc import Mapping
from typing import Any

from app.admin import policy
from app.admin.forms.operation import SeenForm
from app.alerts.rules import GAPS
from app.core.forms import ManyField, MeasureField, say
from app.core.text import mark

BETWEEN = mark("Write a number from %(least)s to %(most)s, or nothing.")
WARNS_BELOW = mark("A warning must begin below where it is critical.")
CLEARS_BELOW = mark("A warning must end below where it begins.")
EASES_BETWEEN = mark("Critical must end below where it begins, and not below where a warning begins.")
SURVIVES_BELOW = mark("What keeps people alive must be less than what they need.")


class LimitsForm(SeenForm):
    """Every threshold (policy.LIMITS), of one shelter. Nothing typed: what holds `otherwise`."""

    def __init__(self, otherwise: Mapping[str, float], **kwargs: Any) -> None:
        self.otherwise = otherwise
        super().__init__(**kwargs)

    def typed(self) -> dict[str, float]:
        """The thresholds that were typed."""
        return {name: self[name].data for name in policy.LIMITS if self[name].data is not None}

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for name, value in self.typed().items():
            least, most = policy.LIMITS[name]
            if not self[name].errors and not least <= value <= most:
                self.complain(name, say(BETWEEN, least=least, most=most))
        if not self.complaints():
            self._compare({**self.otherwise, **self.typed()})
        return not self.complaints()

    def _compare(self, limits: Mapping[str, float]) -> None:
        if limits["occupancy_warning"] >= limits["occupancy_critical"]:
            self.complain("occupancy_warning", say(WARNS_BELOW))
        if limits["occupancy_warning_clears"] >= limits["occupancy_warning"]:
            self.complain("occupancy_warning_clears", say(CLEARS_BELOW))
        if not limits["occupancy_warning"] <= limits["occupancy_critical_clears"] < limits["occupancy_critical"]:
            self.complain("occupancy_critical_clears", say(EASES_BETWEEN))
        if limits["water_to_survive"] >= limits["water_litres_per_day"]:
            self.complain("water_to_survive", say(SURVIVES_BELOW))


for _name in policy.LIMITS:
    setattr(LimitsForm, _name, MeasureField())


class RulesForm(LimitsForm):
    """The rules of an operation: the same of all its shelters, and the gaps somebody is told of."""

    gaps_alerted = ManyField(options=tuple(GAPS))

    def settings(self) -> dict[str, Any]:
        """The settings as they are to be kept."""
        unusual = {name: value for name, value in self.typed().items() if value != self.otherwise[name]}
        return {"thresholds": unusual, "gaps_alerted": self.gaps_alerted.data}
