"""Changes to accounts, each with its line in the audit log. Addresses and secrets never stand in that log."""

import secrets
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts import queries
from app.accounts.errors import AccountConflict, AccountMistake, NoSuchAccount
from app.accounts.models import Membership, Token, User
from app.accounts.policy import (
    ROLES,
    SHORTEST_PASSWORD,
    TOKEN_PREFIX,
    Role,
    address_of,
    digest_of,
    plain_password,
)
from app.accounts.schemas import Added
from app.audit import service as audit
from app.core import clock
from app.core.text import LANGUAGES, mark
from app.places import queries as places

_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, which Flask-Security checks as they are


def add_user(
    session: Session,
    *,
    email: str,
    role: Role,
    areas: list[str] | None,
    operation_id: UUID,
    password: str | None = None,
    language: str | None = None,
    actor_id: UUID | None = None,
) -> Added:
    """Give a person a role in an operation, and an account if they have none. `areas` None: the whole operation.

    An account that exists keeps its password and its language: joining a second operation changes neither. `language`
    None: they have yet to choose.
    """
    address = _checked_address(email)
    _check_role(role)
    _check_areas(session, operation_id, areas)
    user = queries.user_of(session, address)
    is_new = user is None
    if user is None:
        user = _make_user(session, address, password, language)
    elif not user.active:
        raise AccountConflict("account_disabled", mark("This account exists and is disabled."), field="email")
    elif session.get(Membership, (user.id, operation_id)):
        raise AccountConflict(
            "already_member", mark("This person already has a role in this operation."), field="email"
        )
    kept = sorted(set(areas)) if areas else None
    session.add(Membership(user_id=user.id, operation_id=operation_id, role=role, areas=kept))
    audit.record(
        session,
        action="user.add",
        subject=f"user:{user.id}",
        actor_id=actor_id,
        operation_id=operation_id,
        role=role,
        areas=kept,
        is_new=is_new,
    )
    session.flush()
    return Added(user.id, is_new)


def disable_user(session: Session, *, email: str, actor_id: UUID | None = None) -> None:
    """Shut a person out everywhere at once: no sign-in, every session ended, every token revoked for good."""
    user = _existing(session, email)
    if not user.active:
        raise AccountConflict("account_disabled", mark("This account exists and is disabled."), field="email")
    user.active = False
    user.fs_uniquifier = uuid4().hex
    of_person = update(Token).where(col(Token.user_id) == user.id, col(Token.revoked_at).is_(None))
    session.execute(of_person.values(revoked_at=clock.now()))
    audit.record(session, action="user.disable", subject=f"user:{user.id}", actor_id=actor_id)
    session.flush()


def make_token(
    session: Session, *, email: str, operation_id: UUID, name: str = "", actor_id: UUID | None = None
) -> str:
    """A new key for programs, acting with the rights of this person in this operation. Shown once, never kept."""
    user = _existing(session, email)
    if not user.active:
        raise AccountConflict("account_disabled", mark("This account exists and is disabled."), field="email")
    if session.get(Membership, (user.id, operation_id)) is None:
        raise NoSuchAccount("not_member", mark("This person has no role in this operation."), field="email")
    key = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=uuid4(),
        user_id=user.id,
        operation_id=operation_id,
        name=name,
        digest=digest_of(key),
        created_at=clock.now(),
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


def choose_language(session: Session, *, user_id: UUID, language: str) -> None:
    """The language a person reads, in pages and in mails."""
    if language not in LANGUAGES:
        raise AccountMistake("unknown_language", mark("Choose one of the languages offered."), field="language")
    session.execute(update(User).where(col(User.id) == user_id).values(language=language))
    audit.record(session, action="user.language", subject=f"user:{user_id}", actor_id=user_id, language=language)
    session.flush()


def _make_user(session: Session, address: str, password: str | None, language: str | None) -> User:
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise AccountMistake(
            "password_too_short",
            mark("A password needs at least %(shortest)s characters."),
            field="password",
            shortest=SHORTEST_PASSWORD,
        )
    user = User(
        id=uuid4(),
        email=address,
        password=None if password is None else _hasher.hash(plain_password(password)),
        fs_uniquifier=uuid4().hex,
        language=language if language in LANGUAGES else None,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    return user


def _existing(session: Session, email: str) -> User:
    user = queries.user_of(session, email)
    if user is None:
        raise NoSuchAccount("unknown_account", mark("There is no account with this address."), field="email")
    return user


def _checked_address(email: str) -> str:
    address = address_of(email)
    if address is None:
        raise AccountMistake("not_an_address", mark("This is not an e-mail address."), field="email")
    return address


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise AccountMistake("unknown_role", mark("There is no role %(role)s."), field="role", role=role)


def _check_areas(session: Session, operation_id: UUID, areas: list[str] | None) -> None:
    if areas is None:
        return
    if not areas:
        raise AccountMistake("no_area", mark("Name at least one area, or none for the whole operation."), field="areas")
    unknown = sorted(set(areas) - places.areas_of(session, operation_id, areas).keys())
    if unknown:
        raise AccountMistake(
            "unknown_area",
            mark("There is no area %(codes)s in this operation."),
            field="areas",
            codes=", ".join(unknown),
        )
