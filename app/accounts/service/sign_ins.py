"""Where people are signed in: begun, and ended."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.models import SignIn
from app.accounts.service.noting import note
from app.core import clock

KEPT_FOR = timedelta(days=90)  # then the address somebody came from is nobody's business; the audit log has its own


def begin_sign_in(session: Session, *, user_id: UUID, browser: str, by_second_factor: bool = False) -> UUID:
    """Note that somebody has signed in, from where the edge says. Those of long ago are forgotten."""
    now = clock.now()
    of_long_ago = delete(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.made_at) < now - KEPT_FOR)
    session.execute(of_long_ago)
    made = SignIn(id=uuid4(), user_id=user_id, made_at=now, address=session.info.get("address"), browser=browser)
    session.add(made)
    note(session, "user.sign_in", user_id, user_id, browser=browser, second_factor=by_second_factor)
    session.flush()
    return made.id


def end_sign_in(session: Session, *, user_id: UUID, sign_in_id: UUID, actor_id: UUID) -> bool:
    """Sign one browser of a person out. Whether there was one to sign out."""
    open_one = update(SignIn).where(
        col(SignIn.id) == sign_in_id, col(SignIn.user_id) == user_id, col(SignIn.ended_at).is_(None)
    )
    browser = session.scalar(open_one.values(ended_at=clock.now()).returning(col(SignIn.browser)))
    if browser is not None:
        note(session, "user.sign_out", user_id, actor_id, browser=browser)
    return browser is not None


def end_sign_ins(session: Session, *, user_id: UUID, actor_id: UUID, but: UUID | None = None) -> int:
    """Sign all browsers of a person out, but perhaps one. How many they were."""
    found = forget_sign_ins(session, user_id=user_id, but=but)
    for browser in found:
        note(session, "user.sign_out", user_id, actor_id, browser=browser)
    return len(found)


def forget_sign_ins(session: Session, *, user_id: UUID, but: UUID | None = None) -> list[str]:
    """The same where what ends them is written down already. The browsers they were in."""
    open_ones = update(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.ended_at).is_(None))
    if but is not None:
        open_ones = open_ones.where(col(SignIn.id) != but)
    return list(session.scalars(open_ones.values(ended_at=clock.now()).returning(col(SignIn.browser))))
