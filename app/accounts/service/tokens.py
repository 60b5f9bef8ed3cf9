"""Keys for programs."""

import secrets
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts import queries
from app.accounts.errors import AccountConflict, NoSuchAccount
from app.accounts.models import Membership, Token, User
from app.accounts.policy import TOKEN_PREFIX, digest_of
from app.audit import service as audit
from app.core import clock
from app.core.text import mark

MOST_TOKENS = 50  # of one person that are good


def make_token(
    session: Session,
    *,
    email: str,
    operation_id: UUID,
    name: str = "",
    days: int | None = None,
    actor_id: UUID | None = None,
) -> str:
    """A new key for programs, acting with the rights of this person in this operation, for so many days (None: until it
    is revoked). Shown once, never kept."""
    user = existing(session, email)
    if not user.active:
        raise AccountConflict("account_disabled", mark("This account exists and is disabled."), field="email")
    if session.get(Membership, (user.id, operation_id)) is None:
        raise NoSuchAccount("not_member", mark("This person has no role in this operation."), field="email")
    _check_few(session, user.id)
    key = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=uuid4(),
        user_id=user.id,
        operation_id=operation_id,
        name=name,
        digest=digest_of(key),
        created_at=clock.now(),
        expires_at=None if days is None else clock.now() + timedelta(days=days),
    )
    session.add(token)
    audit.record(
        session,
        action="token.make",
        subject=f"token:{token.id}",
        actor_id=actor_id,
        operation_id=operation_id,
        user=str(user.id),
    )
    session.flush()
    return key


def _check_few(session: Session, user_id: UUID) -> None:
    """Two of somebody's at the same moment come one after the other."""
    session.execute(select(col(User.id)).where(col(User.id) == user_id).with_for_update())
    is_good = col(Token.expires_at).is_(None) | (col(Token.expires_at) > clock.now())
    good = select(func.count()).where(col(Token.user_id) == user_id, col(Token.revoked_at).is_(None), is_good)
    if (session.scalar(good) or 0) >= MOST_TOKENS:
        raise AccountConflict(
            "too_many_tokens",
            mark("%(most)s tokens are good already. Revoke one that nobody uses any more."),
            most=MOST_TOKENS,
        )


def revoke_token(
    session: Session, *, token_id: UUID, user_id: UUID, operation_id: UUID, actor_id: UUID | None = None
) -> None:
    """Have a token of a person be good for nothing from now on."""
    of_person = update(Token).where(
        col(Token.id) == token_id,
        col(Token.user_id) == user_id,
        col(Token.operation_id) == operation_id,
        col(Token.revoked_at).is_(None),
    )
    if session.scalar(of_person.values(revoked_at=clock.now()).returning(col(Token.id))):
        audit.record(
            session,
            action="token.revoke",
            subject=f"token:{token_id}",
            actor_id=actor_id,
            operation_id=operation_id,
            user=str(user_id),
        )


def revoke_tokens(session: Session, *, user_id: UUID, operation_id: UUID | None = None) -> None:
    """The same of all of theirs, for one operation or for all, where what revokes them is written down already."""
    theirs = update(Token).where(col(Token.user_id) == user_id, col(Token.revoked_at).is_(None))
    if operation_id is not None:
        theirs = theirs.where(col(Token.operation_id) == operation_id)
    session.execute(theirs.values(revoked_at=clock.now()))


def existing(session: Session, email: str) -> User:
    """The account of an address. NoSuchAccount where there is none."""
    user = queries.user_of(session, email)
    if user is None:
        raise NoSuchAccount("unknown_account", mark("There is no account with this address."), field="email")
    return user
