"""The second factor: an authenticator, and codes for when it is lost."""

from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts import codes, queries
from app.accounts.errors import AccountConflict
from app.accounts.models import RecoveryCode, User
from app.accounts.service.noting import note
from app.core import clock
from app.core.text import mark

WORKS_ELSEWHERE = mark("They also work in an operation that you do not administer. Somebody who does has to do this.")
HAS_NONE = mark("There is no second factor to take away.")


def set_factor(session: Session, *, user_id: UUID, sealed: str, step: int) -> list[str]:
    """Have somebody be asked for codes of an authenticator from now on; `step` is that of the one they showed. The
    codes for when it is lost, shown this once."""
    without = update(User).where(col(User.id) == user_id, col(User.factor).is_(None))
    if session.scalar(without.values(factor=sealed, factor_step=step).returning(col(User.id))) is None:
        raise AccountConflict("has_factor", mark("There is a second factor already. Take it away first."))
    note(session, "user.factor_set", user_id, user_id)
    return _recovery_codes(session, user_id)


def remove_factor(session: Session, *, user_id: UUID, actor_id: UUID | None) -> None:
    """Have somebody be asked for their password only. Whoever does it for another administers all they work in: it
    weakens their account everywhere."""
    if actor_id not in (None, user_id) and not queries.administers_all(session, actor_id, of=user_id):
        raise AccountConflict("works_elsewhere", WORKS_ELSEWHERE)
    with_one = update(User).where(col(User.id) == user_id, col(User.factor).is_not(None))
    if session.scalar(with_one.values(factor=None, factor_step=None).returning(col(User.id))) is None:
        raise AccountConflict("no_factor", HAS_NONE)
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    note(session, "user.factor_off", user_id, actor_id)


def use_step(session: Session, *, user_id: UUID, step: int, sealed: str) -> bool:
    """Take a code as shown; False where it, or a later one, was shown before. The secret is kept as sealed just now."""
    unused = update(User).where(col(User.id) == user_id, col(User.factor_step) < step)
    taken = session.scalar(unused.values(factor_step=step, factor=sealed).returning(col(User.id)))
    return taken is not None


def use_recovery_code(session: Session, *, user_id: UUID, digest: bytes) -> bool:
    """Take a recovery code as used; False where it was before, or is none of theirs."""
    unused = update(RecoveryCode).where(
        col(RecoveryCode.digest) == digest, col(RecoveryCode.user_id) == user_id, col(RecoveryCode.used_at).is_(None)
    )
    if session.scalar(unused.values(used_at=clock.now()).returning(col(RecoveryCode.user_id))) is None:
        return False
    note(session, "user.recovery_code", user_id, user_id)
    return True


def make_recovery_codes(session: Session, *, user_id: UUID) -> list[str]:
    """Further codes for when the authenticator is lost, in place of those there were."""
    note(session, "user.recovery_codes", user_id, user_id)
    return _recovery_codes(session, user_id)


def _recovery_codes(session: Session, user_id: UUID) -> list[str]:
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    made = codes.new_recovery_codes()
    for code in made:
        digest = codes.recovery_digest(code)
        assert digest is not None
        session.add(RecoveryCode(digest=digest, user_id=user_id))
    session.flush()
    return made
