"""Where people are signed in: begun, and ended."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts import queries
from app.accounts.errors import AccountConflict
from app.accounts.models import SignIn
from app.accounts.service.noting import note_here
from app.core import clock
from app.core.text import mark

KEPT_FOR = timedelta(days=90)  # then the address somebody came from is nobody's business; the audit log has its own


NOT_SHOWN = mark(
    "They also work in an operation that you do not administer, so where they are signed in is not shown here. They see"
    " and end it at their own account page; whoever runs the server can shut them out with mawa user disable."
)


def begin_sign_in(session: Session, *, user_id: UUID, browser: str, by_second_factor: bool = False) -> UUID:
    """Note that somebody has signed in, from where the edge says. Those of long ago are forgotten."""
    now = clock.now()
    of_long_ago = delete(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.made_at) < now - KEPT_FOR)
    session.execute(of_long_ago)
    made = SignIn(id=uuid4(), user_id=user_id, made_at=now, address=session.info.get("address"), browser=browser)
    session.add(made)
    note_here(session, "user.sign_in", user_id, user_id, browser=browser, second_factor=by_second_factor)
    session.flush()
    return made.id


def enter(session: Session, *, user_id: UUID, operation_id: UUID, browser: str) -> None:
    """Note that somebody who has signed in goes to another operation of theirs: there they come in."""
    note_here(session, "user.sign_in", user_id, user_id, at=operation_id, browser=browser)


def end_sign_in(session: Session, *, user_id: UUID, sign_in_id: UUID, actor_id: UUID) -> bool:
    """Sign one browser of a person out. Whether there was one to sign out. Whoever does it for another administers all
    they work in."""
    _check_theirs(session, user_id, actor_id)
    open_one = update(SignIn).where(
        col(SignIn.id) == sign_in_id, col(SignIn.user_id) == user_id, col(SignIn.ended_at).is_(None)
    )
    browser = session.scalar(open_one.values(ended_at=clock.now()).returning(col(SignIn.browser)))
    if browser is not None:
        note_here(session, "user.sign_out", user_id, actor_id, browser=browser)
    return browser is not None


def end_sign_in_of_browser(session: Session, *, sign_in_id: UUID, operation_id: UUID | None) -> None:
    """End the sign-in a browser shows, whosever it is: that is all it takes. The operation is where they were."""
    open_one = update(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.ended_at).is_(None))
    ended = session.execute(
        open_one.values(ended_at=clock.now()).returning(col(SignIn.user_id), col(SignIn.browser))
    ).one_or_none()
    if ended is not None:
        note_here(session, "user.sign_out", ended.user_id, ended.user_id, at=operation_id, browser=ended.browser)


def end_sign_ins(session: Session, *, user_id: UUID, actor_id: UUID, but: UUID | None = None) -> int:
    """Sign all browsers of a person out, but perhaps one. How many they were. As above."""
    _check_theirs(session, user_id, actor_id)
    found = forget_sign_ins(session, user_id=user_id, but=but)
    for browser in found:
        note_here(session, "user.sign_out", user_id, actor_id, browser=browser)
    return len(found)


def forget_sign_ins(session: Session, *, user_id: UUID, but: UUID | None = None) -> list[str]:
    """The same where what ends them is written down already. The browsers they were in."""
    open_ones = update(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.ended_at).is_(None))
    if but is not None:
        open_ones = open_ones.where(col(SignIn.id) != but)
    return list(session.scalars(open_ones.values(ended_at=clock.now()).returning(col(SignIn.browser))))


def _check_theirs(session: Session, user_id: UUID, actor_id: UUID) -> None:
    if actor_id != user_id and not queries.administers_all(session, actor_id, of=user_id):
        raise AccountConflict("works_elsewhere", NOT_SHOWN)
