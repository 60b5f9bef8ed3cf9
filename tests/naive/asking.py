"""The machine asks about the past: who was where at a moment, as was known then."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.places.queries import frame_of
from app.population.past import Cut, Past, past_of
from app.population.queries import area_days, area_figures, on_the_way, operation_figure, shelter_figures
from app.population.queries.flows import flows
from app.population.queries.reasons import parts_of, steps_of
from tests.naive.amending import AmendingMachine
from tests.naive.figures import Figure
from tests.naive.model import Model
from tests.naive.sayings import FIRST, SHELTERS, at_hour, count_of, days, instants, paths
from tests.naive.stored import as_answered, as_asked
from tests.naive.sums import Report

MOST = 10_000  # reports of a place


class AskingMachine(AmendingMachine):
    """Answers about another moment, or as known on another day, are what the model says that heard no more."""

    # -- asking about the past

    @precondition(lambda self: len(self.heard) > 1)
    @rule(data=st.data(), moments=st.lists(st.tuples(instants(), st.booleans()), min_size=2, max_size=3))
    def ask_about_the_past(self, data: st.DataObject, moments: list[tuple[datetime, bool]]) -> None:
        """Who was where at a moment, as was known then: the same as if nothing had been said since."""
        self.fold()
        self.now += timedelta(minutes=1)
        self._check_moment(*moments[0], known_on=None, model=self.model)
        for at, whole_day in moments[1:]:
            recorded_at, heard = data.draw(
                st.sampled_from(self.heard[-4:])
            )  # little was said since: little is different
            known_on = recorded_at + timedelta(seconds=1)
            self._check_moment(at, whole_day, known_on=known_on, model=self.model.as_known_after(heard))

    @rule(day=days, total=st.sampled_from([7, 30]), taken_back=st.booleans())
    def ask_what_was_known_before(self, day: date, total: int, taken_back: bool) -> None:
        """A headcount is taken back, or set aside: until then it was known and followed."""
        count = count_of("BAN", {"total": total}, at_hour(day, 13))
        self._say([(count, 15)])
        id_, (recorded_at, heard) = self.model.log[-1]["id"], self.heard[-1]
        at = self.now
        decision: Report = {"kind": "decision", "headcount": id_, "adopt": False, "reason": "the other gate"}
        after = self._correction(id_, None, at) if taken_back else {**decision, "occurred_at": at.isoformat()}
        self._say([(after, 4)])
        self.fold()
        self.now += timedelta(minutes=1)
        known_on = recorded_at + timedelta(seconds=1)
        model = self.model.as_known_after(heard)
        self._check_moment(at_hour(day, 14), True, known_on=known_on, model=model)

    def _check_moment(self, at: datetime, whole_day: bool, *, known_on: datetime | None, model: Model) -> None:
        day = at.astimezone(model.zone).date()
        until = model.end_of(day) if whole_day else at
        frame = frame_of(self.session, self.actor.scope.operation_id)
        past = past_of(self.session, frame, Cut.of(frame, as_of=day if whole_day else at, known_on=known_on))
        page = shelter_figures(self.session, scope=self.actor.scope, past=past)
        figures = {one.shelter: one for one in page.items}
        shelters = {place for place in model.places() if place in SHELTERS}
        assert figures.keys() == shelters
        for place in shelters:
            expected = as_asked(model, place, until, day)
            found = as_answered(figures[place])
            assert found == expected, f"{place} at {until} known on {known_on} (answered, model): {found} {expected}"
            self._check_reasons(place, past, model.figure_at(place, until, day))
        self._check_sums(past, model, until, day, whole_day=whole_day)
        self._check_flows(past, model, until, day)

    def _check_reasons(self, place: str, past: Past, figure: Figure) -> None:
        """The last of the reports behind a figure leaves the books at it; day by day there are the same."""
        id_ = self.query(
            "SELECT id FROM shelters WHERE operation_id = :operation AND code = :code", code=place
        ).scalar()
        for everything in (False, True):
            steps, until = [], past.cut.day
            while until is not None:
                day = steps_of(self.session, place_id=id_, past=past, most=1, until=until, everything=everything)
                steps, until = [*day.listed, *steps], day.earlier
            whole = steps_of(self.session, place_id=id_, past=past, most=MOST, everything=everything)
            assert steps == whole.listed, place
            books = [step.after for step in steps if step.after is not None]
            assert (books[-1] if books else 0) == figure.total, (place, steps)
            assert sum(step.effect == "competes" for step in steps) >= figure.competing * everything

    def _check_sums(self, past: Past, model: Model, until: datetime, day: date, *, whole_day: bool) -> None:
        """Areas are the sum of what is shown of their places, and say who crossed their border; who is between two
        places is in neither."""
        scope = self.actor.scope
        areas = {one.area: one for one in area_figures(self.session, scope=scope, past=past)}
        areas[""] = operation_figure(self.session, scope=scope, past=past)
        for code in ["", *paths()]:
            figures = [model.figure_at(place, until, day) for place in model.places() if code in model.path_of(place)]
            shown = sum(figure.shown for figure in figures if figure.basis != "unknown")
            found = areas.get(code)
            assert (found.people.total or 0 if found else 0) == shown, f"{code} at {until}"
            parts = parts_of(self.session, scope=scope, area=code or None, past=past)
            assert sum(part.people.total or 0 for part in parts) == shown, f"{code} at {until}: {parts}"
            if found:
                assert found.before + found.came - found.left + found.adjusted == shown
                expected = model.area(code, day, until)
                assert (found.came, found.left) == (expected.came, expected.left), f"{code} at {until}"
                assert found.before == model.area(code, day - timedelta(days=1)).people
        assert on_the_way(self.session, scope=scope, past=past) == model.on_the_way(until), f"on the way at {until}"
        if whole_day:
            self._check_days(past, model, day)

    def _check_days(self, past: Past, model: Model, day: date) -> None:
        for figure in area_days(self.session, codes=[""], first=FIRST - timedelta(days=1), past=past):
            expected = model.area("", figure.day)
            found = (figure.people.total or 0, figure.shortfall, figure.came, figure.left, figure.uncounted)
            assert found == (
                expected.people,
                expected.shortfall,
                expected.came,
                expected.left,
                expected.uncounted,
            ), f"everything on {figure.day}"

    def _check_flows(self, past: Past, model: Model, until: datetime, day: date) -> None:
        """Homes as movements say; with what is not known they come to what is shown."""
        found: dict[str, dict[str | None, int]] = {}
        for flow in flows(self.session, scope=self.actor.scope, past=past, limit=100)[0]:
            found.setdefault(flow.shelter or flow.area, {})[flow.origin] = flow.people
        for place in model.places():
            figure = model.figure_at(place, until, day)
            homes = found.get(place, {})
            assert {home: n for home, n in homes.items() if home is not None} == figure.origins, place
            if figure.basis != "unknown":
                assert sum(homes.values()) == figure.shown, place
