"""The work on a hold, a part in each transaction: taking reports out of the ledger's say, or putting them back.

A part is small, so that whoever changes shelters or corrects reports waits for it a second at most. Killed anywhere,
what is not committed is simply found again: what a hold took out is written down in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.core import clock, db
from app.holds import policy, queries
from app.holds.models import Hold
from app.holds.schemas import Theirs
from app.intake.service.sets import Change, replace_versions
from app.ledger import service as ledger
from app.ledger.queries import Version, chains_of
from app.places.queries import frame_of

SURELY_VISIBLE = timedelta(seconds=30)  # what was recorded longer ago has been committed, or never will be

_NOTE = text("""
  INSERT INTO held_reports
    (hold_id, operation_id, report_id, version_id, put_by, kind, is_correction, place_id, from_place_id, people)
  SELECT :hold, stood.operation_id, out.report_id, out.version_id, out.put_by, first.kind, out.is_correction,
    stood.place_id, stood.from_place_id,
    coalesce(stood.total, round(stood.households * CAST(:size AS numeric)))::bigint
  FROM unnest(CAST(:reports AS uuid[]), CAST(:versions AS uuid[]), CAST(:put AS uuid[]), CAST(:corrections AS bool[]))
    AS out (report_id, version_id, put_by, is_correction)
  JOIN reports AS stood ON stood.id = out.version_id JOIN reports AS first ON first.id = out.report_id
""")
# Taken out by another worker on the same hold, after we looked and before it was our turn.
_OURS = text("SELECT put_by FROM held_reports WHERE hold_id = :hold AND put_by = ANY(:ids) AND outcome IS NULL")
_AGAIN = text("""
  UPDATE held_reports SET outcome = 'again'
  WHERE hold_id = :hold AND report_id = ANY(:reports) AND outcome IS NULL
""")
# The version that stood when another hold took it out.
_STOOD = text("SELECT DISTINCT put_by, version_id FROM held_reports WHERE put_by = ANY(:ids)")
_SETTLE = text("""
  UPDATE held_reports SET outcome = said.outcome, back_by = said.back
  FROM unnest(CAST(:reports AS uuid[]), CAST(:outcomes AS text[]), CAST(:backs AS uuid[])) AS said (id, outcome, back)
  WHERE hold_id = :hold AND report_id = said.id AND held_reports.outcome IS NULL
""")


@dataclass(frozen=True)
class Cursor:
    """How far a round over everything a person sent has come: when it `began`; whether it is at what registered
    shelters and groups (last, when nothing else of theirs speaks of these); after which report it goes on."""

    began: datetime
    makers: bool = False
    after: tuple[datetime, UUID] | None = None


def work(session: Session, *, hold_id: UUID, cursor: Cursor | None, most: int) -> Cursor | None:
    """Do a part of what a hold has to do, `most` reports at once. Returns where the next part begins; None: there is
    nothing more to do now. The caller commits, unless that took too long (db.check_age)."""
    hold = session.get_one(Hold, hold_id)
    cursor = cursor or Cursor(clock.now())
    found = _look(session, hold, cursor, most) if hold.state != "released" else ()
    if hold.state != "released" and not found:
        return _go_on(session, hold, cursor)
    ledger.take_turn(session, hold.operation_id)
    session.refresh(hold)  # it is settled in a turn too
    db.record_at(session, clock.now())
    if hold.state == "released":
        return _put_back(session, hold, cursor, most)
    return _take_out(session, hold, cursor, found)


def _look(session: Session, hold: Hold, cursor: Cursor, most: int) -> Sequence[Any]:
    """What comes next of what the person sent, as many as are worth `most` movements."""
    end = policy.ends_at(hold.until, hold.settled_at)
    theirs = _theirs(hold, since=hold.looked_until or hold.since, until=end)
    found = queries.to_look_at(session, theirs, hold_id=hold.id, makers=cursor.makers, after=cursor.after, limit=most)
    return _worth(found, most)


def _worth(found: Sequence[Any], most: int) -> Sequence[Any]:
    worth = 0
    for number, one in enumerate(found):
        worth += policy.weight(one.kind)
        if worth > most and number:
            return found[:number]
    return found


def _take_out(session: Session, hold: Hold, cursor: Cursor, found: Sequence[Any]) -> Cursor:
    chains = chains_of(session, {one.first_id for one in found})
    by_holds = queries.put_by_holds(session, [version.id for chain in chains.values() for version in chain])
    theirs = _theirs(hold, since=hold.since, until=policy.ends_at(hold.until, hold.settled_at))
    ours = set(session.scalars(_OURS, {"hold": hold.id, "ids": [chain[-1].id for chain in chains.values()]}))
    changes: list[Change] = []
    shared: list[Change] = []
    for chain in chains.values():
        if chain[-1].id in ours:
            continue
        like, last = policy.without(chain, theirs, by_holds), chain[-1]
        if by_holds.get(last.id) and policy.says_the_same(last, like):
            shared.append(Change(last.id, chain, like))
        elif not policy.says_the_same(last, like):
            changes.append(Change(uuid5(hold.id, str(last.id)), chain, like))
    stored = _replace(session, hold, changes, by=hold.made_by)
    stood = {row.put_by: row.version_id for row in session.execute(_STOOD, {"ids": [one.id for one in shared]})}
    out = [(one, one.last.id) for one in changes if one.id in stored] + [(one, stood[one.id]) for one in shared]
    _note(session, hold, out)
    return Cursor(cursor.began, cursor.makers, (found[-1].recorded_at, found[-1].id))


def _note(session: Session, hold: Hold, out: Sequence[tuple[Change, UUID]]) -> None:
    if out:
        said = {
            "reports": [change.first.id for change, _ in out],
            "versions": [version for _, version in out],
            "put": [change.id for change, _ in out],
            "corrections": [change.like is not None for change, _ in out],
        }
        size = frame_of(session, hold.operation_id).settings.household_size
        session.execute(_AGAIN, {"hold": hold.id, "reports": said["reports"]})
        session.execute(_NOTE, {"hold": hold.id, "size": size, **said})


def _go_on(session: Session, hold: Hold, cursor: Cursor) -> Cursor | None:
    """After what others may speak of comes last, a round is over: what is recorded from now on is for the next."""
    if not cursor.makers:
        return Cursor(cursor.began, makers=True)
    hold.looked_until = cursor.began - SURELY_VISIBLE
    end = policy.ends_at(hold.until, hold.settled_at)
    if hold.state == "set_aside" and end is not None and hold.looked_until >= end:
        hold.done_at = clock.now()
    session.flush()
    return None


def _put_back(session: Session, hold: Hold, cursor: Cursor, most: int) -> Cursor | None:
    found = _worth(queries.still_out(session, hold.id, limit=most), most)
    if not found:
        hold.done_at = clock.now()
        session.flush()
        return None
    chains = chains_of(session, {one.report_id for one in found})
    by_holds = queries.put_by_holds(session, [version.id for chain in chains.values() for version in chain])
    outcomes: dict[UUID, tuple[str, UUID | None]] = {}
    changes: list[Change] = []
    for one in found:
        last = chains[one.report_id][-1]
        if last.id == one.put_by and not one.is_kept:
            like = next(version for version in chains[one.report_id] if version.id == one.version_id)
            changes.append(Change(uuid5(one.put_by, str(hold.id)), chains[one.report_id], like))
        outcomes[one.report_id] = _outcome(last, one, by_holds)
    stored = _replace(session, hold, changes, by=cast(UUID, hold.settled_by))
    outcomes |= {
        change.first.id: ("released", change.id) if change.id in stored else ("left", None) for change in changes
    }
    _settle(session, hold, outcomes)
    return cursor


def _outcome(last: Version, one: Any, by_holds: Mapping[UUID, bool]) -> tuple[str, UUID | None]:
    """What becomes of a report that this hold does not put back itself."""
    if last.id == one.put_by:
        return ("kept", None)
    return ("released", last.id) if by_holds.get(last.id) is False else ("left", None)


def _settle(session: Session, hold: Hold, outcomes: Mapping[UUID, tuple[str, UUID | None]]) -> None:
    said = {
        "reports": list(outcomes),
        "outcomes": [outcome for outcome, _ in outcomes.values()],
        "backs": [back for _, back in outcomes.values()],
    }
    session.execute(_SETTLE, {"hold": hold.id, **said})


def _replace(session: Session, hold: Hold, changes: Sequence[Change], *, by: UUID) -> set[UUID]:
    """Store these versions with the rights of whoever decided, in the areas they had when it was made."""
    if not changes:
        return set()
    frame = frame_of(session, hold.operation_id)
    actor = Actor(by, "", "coordinator", _scope(hold))
    return replace_versions(session, actor=actor, frame=frame, changes=changes, reason=hold.reason, now=clock.now())


def _theirs(hold: Hold, *, since: datetime | None, until: datetime | None) -> Theirs:
    return Theirs(hold.reporter_id, _scope(hold), hold.device, since, until)


def _scope(hold: Hold) -> Scope:
    return Scope(hold.operation_id, None if hold.areas is None else frozenset(hold.areas))
