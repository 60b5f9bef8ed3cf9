"""Fold, evaluate, publish: the one entry of the fold task.

In one transaction the figures change, the rules are asked, and where the published state of an alert no
longer says what the rules say, a transition and its notices are written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.alerts import service
from app.alerts.queries import own_limits
from app.alerts.rules import PlaceJudge, judge_of
from app.alerts.service import Present
from app.core import clock, db, jobs, meters
from app.ledger.service import tell_news
from app.population import service as population
from app.population.service import Folded, Place
from app.shelters.queries import statements_of

TRIED_AGAIN_AFTER = timedelta(minutes=1)  # what cannot be judged lets everybody else go first

log = structlog.get_logger(__name__)


def refresh(
    session: Session,
    *,
    only: UUID | None = None,
    apart_from: Collection[UUID] = (),
    marks: int = population.MARKS_A_TIME,
) -> int:
    """Fold what is marked and publish what follows. Returns how many places were folded; 0: nothing was marked."""
    judges: dict[UUID, PlaceJudge] = {}

    def keeping(session: Session, places: Sequence[Place]) -> Mapping[UUID, PlaceJudge]:
        judges.update(appoint(session, places))
        return judges

    folded = population.fold(session, appoint=keeping, only=only, apart_from=apart_from, marks=marks)
    service.publish(session, _present(folded, judges))
    tell_news(session, _operations(one.place for one in folded))
    return len(folded)


def pass_time(session: Session, *, most: int) -> int:
    """Look again at places whose rules may say something else for no other reason than that time went by. Returns at
    how many; 0: none is due."""
    population.share_with_rebuild(session)
    places = population.lock_due(session, at=clock.now(), most=most)
    if not _looked_at(session, places):
        for place in places:
            if not _looked_at(session, [place]):
                log.error("place_not_judged", place=str(place.id))
                population.look_again(session, {place.id: clock.now() + TRIED_AGAIN_AFTER})
    tell_news(session, _operations(places))
    return len(places)


def rebuild(session: Session) -> Iterator[list[Folded] | None]:
    """Replace everything that follows from the ledger, and publish where that changes an alert. The caller commits at
    each None, and at the end."""
    operations: set[UUID] = set()
    for folded in population.rebuild(session, appoint=appoint):
        if folded is not None:
            operations |= _operations(one.place for one in folded)
            service.publish(session, _present(folded, appoint(session, [one.place for one in folded])))
        yield folded
    tell_news(session, operations)


def verify(session: Session) -> Iterator[list[str]]:
    """Re-derive figures and rule states and compare them with what is stored and published: differences in words."""
    yield from population.verify(session, appoint=appoint)
    at = clock.now()
    for places in population.settled_places(session, at=at):
        yield service.unpublished(session, _as_they_stand(session, places), at=at)


def appoint(session: Session, places: Sequence[Place]) -> Mapping[UUID, PlaceJudge]:
    """A judge for each place, with everything said of its shelter."""
    ids = [place.id for place in places]
    statements, own = statements_of(session, ids), own_limits(session, ids)
    return {place.id: judge_of(place.frame, statements.get(place.id, ()), own.get(place.id, {})) for place in places}


def _operations(places: Iterable[Place]) -> set[UUID]:
    return {place.frame.operation_id for place in places}


def _looked_at(session: Session, places: Sequence[Place]) -> bool:
    """Whether these places could be judged. If one cannot, nothing of any is written."""
    try:
        with session.begin_nested():
            service.publish(session, _as_they_stand(session, places))
    except db.PASSING:
        raise
    except Exception:  # whatever it is (a defect of ours): it must not hold up other places
        log.exception("places_not_judged", places=len(places))
        meters.count("errors", jobs.LOOK_AGAIN)
        return False
    return True


def _as_they_stand(session: Session, places: Sequence[Place]) -> list[Present]:
    rows, judges = population.last_rows(session, [place.id for place in places]), appoint(session, places)
    return [Present(place, rows.get(place.id), judges[place.id]) for place in places]


def _present(folded: Sequence[Folded], judges: Mapping[UUID, PlaceJudge]) -> list[Present]:
    return [Present(one.place, one.present, judges[one.place.id], one.request) for one in folded if one.reaches_present]
