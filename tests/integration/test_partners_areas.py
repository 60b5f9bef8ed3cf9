"""What a partner may be given, and that no total tells of less."""

import pytest
from sqlalchemy import text

from app.accounts.errors import AccountMistake
from app.accounts.service import add_user
from app.core import db
from tests.factories.coordinating import make_site
from tests.factories.operations import a_headcount, a_shelter
from tests.factories.pages import words_of


def test_a_partner_is_given_no_area_below_governorates(database: str) -> None:
    site = make_site()
    with db.unit_of_work() as session:
        asked = {"role": "partner", "operation_id": site.operation.id}
        with pytest.raises(AccountMistake) as refused:
            add_user(session, email="sami@example.org", areas=["SY06", "SY1002"], **asked)  # type: ignore[arg-type]
        assert refused.value.code == "too_small"
        add_user(session, email="sami@example.org", areas=["SY06"], **asked)  # type: ignore[arg-type]


def test_a_smaller_area_given_before_is_in_no_total(database: str) -> None:
    site = make_site()
    site.report(a_shelter(code="KHM", area="SY0602"), a_shelter(code="TRT", area="SY1002"))
    site.report(
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=340),
        a_headcount("TRT", at="2025-03-10T12:00:00+03:00", people=1_390),
    )
    visitor = site.visitor("partner")
    with db.unit_of_work() as session:
        session.execute(text("UPDATE memberships SET areas = '{SY06,SY1002}' WHERE role = 'partner'"))
    page = words_of(visitor.open("/dashboard").text)
    assert "340" in page
    assert "1,730" not in page
