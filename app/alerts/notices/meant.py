"""Whether a mail that waits is still for whoever it was written for. Rights may have ended since: when it is sent, and
when it is sent again, they are asked anew."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import READERS
from app.alerts.policy import PROTECTED
from app.core import clock, db, jobs

# Alerts and digests are of an operation; mails about an account are of none, and whoever has it may have them.
_MEANT_NO_MORE = text("""
  SELECT mails.id FROM mails WHERE mails.id = ANY(:mails) AND mails.operation_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM users JOIN memberships AS member ON member.user_id = users.id
      AND member.operation_id = mails.operation_id AND member.role = ANY(:readers)
    WHERE users.email = mails.recipient AND users.active
      AND EXISTS (SELECT FROM operations WHERE operations.id = mails.operation_id AND closed_at IS NULL)
      AND NOT EXISTS (SELECT FROM subscriptions WHERE subscriptions.user_id = users.id
        AND subscriptions.operation_id = mails.operation_id AND how = 'never')
      AND NOT EXISTS (
        SELECT FROM notices JOIN alert_transitions AS step ON step.id = notices.transition_id
        JOIN alerts ON alerts.id = step.alert_id JOIN shelters ON shelters.id = alerts.place_id
        WHERE notices.mail_id = mails.id AND notices.user_id = users.id AND NOT (
          (member.areas IS NULL OR member.areas && shelters.area_path)
          AND (member.is_protection OR alerts.rule <> :protected)))
      AND NOT EXISTS (SELECT FROM digests WHERE digests.mail_id = mails.id
        AND NOT ((member.areas IS NULL OR (digests.areas IS NOT NULL AND member.areas @> digests.areas))
          AND (member.is_protection OR NOT digests.is_protection))))
""")
# Without one of a rule at a place that stands, an opening is not so any more, and with one an end is not.
_SO_NO_MORE = text("""
  SELECT notices.mail_id FROM notices JOIN alert_transitions AS step ON step.id = notices.transition_id
  JOIN alerts AS told ON told.id = step.alert_id
  LEFT JOIN alerts AS standing ON standing.place_id = told.place_id AND standing.rule = told.rule
    AND standing.ended_at IS NULL
  WHERE notices.mail_id = ANY(:mails)
  GROUP BY notices.mail_id HAVING bool_and((step.after = 'ok') = (standing.id IS NOT NULL))
""")
_TAKEN_OUT = (
    # Not told anew: what was over meanwhile. Its end may have been told, and would not be the last word.
    text("""
      UPDATE notices SET mail_id = NULL, dropped_at = CASE WHEN (step.after = 'ok') = EXISTS (
          SELECT FROM alerts AS standing WHERE standing.place_id = told.place_id AND standing.rule = told.rule
            AND standing.ended_at IS NULL) THEN CAST(:now AS timestamptz) END
      FROM alert_transitions AS step JOIN alerts AS told ON told.id = step.alert_id
      WHERE notices.mail_id = ANY(:mails) AND step.id = notices.transition_id
    """),
    text("UPDATE digests SET mail_id = NULL WHERE mail_id = ANY(:mails)"),
    text("DELETE FROM mails WHERE id = ANY(:mails) AND status = 'waiting'"),
)


def meant_no_more(session: Session, mail_ids: Collection[UUID]) -> set[UUID]:
    """Of these mails those that hold what their reader may not read any more, or does not want."""
    if not mail_ids:
        return set()
    asked = {"mails": list(mail_ids), "readers": READERS, "protected": PROTECTED}
    return set(session.scalars(_MEANT_NO_MORE, asked))


def so_no_more(session: Session, mail_ids: Collection[UUID]) -> set[UUID]:
    """Of these mails those that tell of nothing but what is not so any more."""
    return set(session.scalars(_SO_NO_MORE, {"mails": list(mail_ids)}))


def call_off(session: Session, mail_ids: Collection[UUID]) -> None:
    """Not send these mails, which wait and are nobody else's to send. What they were to tell is gone through again, and
    as much of it as may be is told in another."""
    for statement in _TAKEN_OUT:
        session.execute(statement, {"mails": list(mail_ids), "now": clock.now()})
    db.wake(session, jobs.COMPOSE)
