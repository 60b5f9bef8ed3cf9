"""Fold, evaluate, publish: the one entry of the fold task.

In one transaction the figures change, the rules are asked, and where the published state of an alert no
longer says what the rules say, a transition and its notices are written.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.alerts import service
from app.alerts.rules import judge_of
from app.population import service as population
from app.population.levels import Judge
from app.population.service import Folded, Place
from app.shelters.queries import statements_of


def refresh(session: Session, *, only: UUID | None = None, apart_from: Collection[UUID] = ()) -> int:
    """Fold what is marked and publish what follows. Returns how many places were folded; 0: nothing was marked."""
    folded = population.fold(session, appoint=appoint, only=only, apart_from=apart_from)
    service.publish(session, folded)
    return len(folded)


def rebuild(session: Session) -> Iterator[list[Folded] | None]:
    """Replace everything that follows from the ledger, and publish where that changes an alert. The caller commits at
    each None, and at the end."""
    for folded in population.rebuild(session, appoint=appoint):
        if folded is not None:
            service.publish(session, folded)
        yield folded


def verify(session: Session) -> Iterator[list[str]]:
    """Re-derive figures and rule states and compare them with what is stored and published: differences in words."""
    yield from population.verify(session, appoint=appoint)
    yield service.unpublished(session)


def appoint(session: Session, places: Sequence[Place]) -> Mapping[UUID, Judge]:
    """A judge for each place, with everything said of its shelter."""
    statements = statements_of(session, [place.id for place in places])
    return {place.id: judge_of(place.frame, statements.get(place.id, ())) for place in places}
