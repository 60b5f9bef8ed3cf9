"""People arrived."""

from collections.abc import Sequence
from typing import Any, ClassVar

from app.core.forms import ChoiceField, say
from app.core.text import mark
from app.field.forms.fields import AreaField, GroupField, PlaceField
from app.field.forms.people import PeopleForm
from app.field.forms.report import said
from app.intake.schemas import Result

WHERE_NOW = mark("Choose where they are now.")
STAYED = mark("Answer whether they stayed somewhere else before.")
WHERE_BEFORE = mark("Say where they stayed, or answer that it is not known.")
SAME_PLACE = mark("This is where they are now. Say where they stayed before, or answer No.")


class ArrivalForm(PeopleForm):
    """Who came, how many, where is their home, did they stay somewhere else before, where are they now."""

    sort: ClassVar[str] = "arrival"
    home = AreaField()
    group = GroupField()
    stayed = ChoiceField(options=("no", "yes", "unknown"))
    before = PlaceField(other_end=True)
    place = PlaceField()

    begins: ClassVar[dict[str, str]] = {**PeopleForm.begins, "stayed": "no"}
    remembered: ClassVar[tuple[str, ...]] = ("place", "home")
    fault_names: ClassVar[dict[str, str]] = {
        **PeopleForm.fault_names,
        "origin": "home",
        "group": "group",
        "from": "before",
        "stayed_there": "before",
        "to": "place",
    }

    def check(self) -> None:
        super().check()
        self.check_number(zero=False, range_alone=False)
        self.need(place=WHERE_NOW, stayed=STAYED)
        self.check_method_seen()
        if self.stayed.data != "yes":
            self.forget("before")
        elif self.before.data is None and not self.before.errors:
            self.complain("before", say(WHERE_BEFORE))
        elif self.before.data == self.place.data and self.place.data:
            self.complain("before", say(SAME_PLACE))

    def reports(self) -> list[dict[str, Any]]:
        came_from = self.before.place if self.stayed.data == "yes" else None
        report = said(
            id=str(self.report_id.data),
            kind="movement",
            seen="to",
            group=self.group.data,
            origin=self.home.data,
            to=self.place.place,
            people=self.people,
            needs=self.needs_said,
            method=self.method_seen,
            **self.moment,
        )
        return [report | ({"from": came_from, "stayed_there": True} if came_from else {})]

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        return {
            "kind": "arrival",
            "people": self.people_stored,
            "needs": self.needs_said,
            "place": self.place.data,
            "home": self.home.data,
            "group": self.group.data,
            "before": self.before.data if self.stayed.data == "yes" else None,
        }
