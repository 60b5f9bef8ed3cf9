"""Setting up the first operation of an installation nobody administers yet."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.errors import AccountConflict
from app.accounts.models import Membership
from app.accounts.queries import user_of
from app.accounts.service import add_user
from app.core.errors import NotFound
from app.core.text import mark
from app.counts.scheme import Scheme
from app.ledger.queries import has_reports
from app.ledger.service import take_turn
from app.places.models import Operation
from app.places.service import change_operation


def waiting_to_be_set_up(session: Session) -> Operation | None:
    """The operation that was opened first, while no operation has an administrator. Once one has, none ever waits."""
    if session.scalar(select(col(Membership.user_id)).where(col(Membership.role) == "administrator").limit(1)):
        return None
    return session.scalars(select(Operation).order_by(col(Operation.created_at), col(Operation.id)).limit(1)).first()


def set_up(
    session: Session,
    *,
    operation_id: UUID,
    email: str,
    password: str,
    language: str,
    name: Mapping[str, str],
    time_zone: str,
    scheme: Scheme,
    mail_detail: str,
) -> None:
    """Make the first administrator, and the operation what they say. Of two who do it at once the second finds nothing:
    NotFound. Zone and scheme stay as they are where something was reported already."""
    take_turn(session, operation_id)
    if waiting_to_be_set_up(session) is None:
        raise NotFound("set_up_already", mark("There is nothing at this address."))
    if user_of(session, email) is not None:
        raise AccountConflict("has_account", mark("This address has an account already. Use another."), field="email")
    added = add_user(
        session,
        email=email,
        role="administrator",
        areas=None,
        operation_id=operation_id,
        password=password,
        language=language,
    )
    counted_in = {"time_zone": time_zone, "scheme": {"sexes": list(scheme.sexes), "ages": list(scheme.ages)}}
    said = {"name": dict(name), "mail_detail": mail_detail}
    if not has_reports(session, operation_id):
        said |= counted_in
    change_operation(session, operation_id=operation_id, actor_id=added.user_id, **said)
