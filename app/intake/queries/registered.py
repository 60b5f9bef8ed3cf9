"""Shelters and groups that new ones may turn out to be."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.accounts.queries import in_areas

MOST = 500  # that new ones are compared with; a district has fewer

# Neighbours: what lies in one area above these.
_SHELTERS = text(f"""
  SELECT shelters.code, shelters.state, shelters.area_path FROM shelters JOIN places ON places.id = shelters.id
  WHERE shelters.operation_id = :operation AND NOT shelters.is_void AND places.same_as IS NULL
    AND shelters.id <> ALL(:own) AND shelters.area_path && CAST(:around AS text[])
    AND {in_areas("shelters.area_path")}
  ORDER BY shelters.area_code = ANY(:codes) DESC, shelters.code LIMIT :most
""")
_GROUPS = text("""
  SELECT id, code, origin, state FROM groups
  WHERE operation_id = :operation AND NOT is_void AND origin = ANY(:homes) AND id <> ALL(:own)
  ORDER BY stated_at DESC LIMIT :most
""")


def shelters_around(
    session: Session, *, scope: Scope, codes: Sequence[str], around: Sequence[str], own: Collection[UUID]
) -> Sequence[Any]:
    """Shelters in scope in these areas first, then in those that lie `around`: code, state, area_path; `own` left
    out."""
    asked = {
        "operation": scope.operation_id,
        "areas": None if scope.areas is None else sorted(scope.areas),
        "codes": list(codes),
        "around": list(around),
        "own": list(own),
        "most": MOST,
    }
    return session.execute(_SHELTERS, asked).all()


def groups_from(session: Session, operation_id: UUID, homes: Collection[str], own: Collection[UUID]) -> Sequence[Any]:
    """Groups that have their homes in these areas, the latest spoken of first, whoever may know of them: id, code,
    origin, state; `own` left out."""
    asked = {"operation": operation_id, "homes": list(homes), "own": list(own), "most": MOST}
    return session.execute(_GROUPS, asked).all()
