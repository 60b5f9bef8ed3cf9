"""Forms are made of the same declarations, and share nothing that is filled in."""

from app.field.forms import ArrivalForm, DepartureForm
from tests.factories.desks import made_desk, sent


def test_what_one_form_holds_is_in_no_other() -> None:
    with made_desk() as desk, made_desk("ar") as other:
        first = sent(ArrivalForm, desk, how="cells", cells__female_x="1", total="many", place="nowhere", home="Syr")
        first["cells"].part_errors["female:0-4"] = "wrong"
        first["cells"].counts["female:0-4"] = 4
        first.validate()
        assert first.complaints()
        assert first["place"].suggestions != () or first["place"].errors
        second = ArrivalForm(other)
        assert second.is_untouched
        assert second["place"].suggestions == ()
        assert second.complaints() == []
        assert second["place"].desk is other
        assert first["place"].desk is desk
        assert DepartureForm(desk)["place"].desk is desk
        assert {field._form for field in second} == {second}
        assert [field.name for field in first] == [field.name for field in second]
