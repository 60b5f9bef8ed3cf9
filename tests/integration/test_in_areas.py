"""What is kept to somebody's areas by a statement that is text is what a query of SQLAlchemy keeps, and is expected."""

from collections.abc import Collection
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import in_areas, in_scope
from app.places.models import Area
from tests.factories.operations import make_operation

KEPT = text(f"SELECT code FROM areas WHERE operation_id = :operation AND {in_areas('path')}")
PLANNED = """
  PREPARE kept (uuid, text[]) AS
  SELECT code FROM areas WHERE operation_id = $1 AND {}"""


@pytest.mark.parametrize("areas", [None, [], ["SY06"], ["SY0602", "SY08"], ["SY"]])
def test_a_text_keeps_to_the_same_areas(session: Session, areas: Collection[str] | None) -> None:
    operation = make_operation(session)
    scope = Scope(operation.id, None if areas is None else frozenset(areas))
    asked = select(col(Area.code)).where(col(Area.operation_id) == operation.id, in_scope(scope, col(Area.path)))
    of_text = session.scalars(KEPT, {"operation": operation.id, "areas": areas}).all()
    assert sorted(of_text) == sorted(session.scalars(asked))
    assert bool(of_text) == (areas != [])


@pytest.mark.parametrize(("areas", "is_kept"), [(None, True), ([], None), (["SY06"], None)])
def test_what_lies_nowhere_is_kept_for_who_may_see_all(
    session: Session, areas: Collection[str] | None, is_kept: bool | None
) -> None:
    nowhere = text(f"SELECT {in_areas('CAST(NULL AS text[])')}")
    assert session.scalar(nowhere, {"areas": areas}) is is_kept


def test_who_may_see_all_is_expected_to(session: Session) -> None:
    """Of what is expected to be a handful each row would be looked up by itself in whatever it is joined with."""
    operation = make_operation(session)
    driver: Any = session.connection().connection.driver_connection
    driver.execute("ANALYZE areas")
    driver.execute(PLANNED.format(in_areas("path").replace(":areas", "$2")))
    ((plan,),) = driver.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE kept ('{operation.id}', NULL)").fetchone()
    assert plan["Plan"]["Plan Rows"] >= plan["Plan"]["Actual Rows"] / 4
