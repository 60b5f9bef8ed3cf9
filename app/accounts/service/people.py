"""People: accounts, and roles in operations."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts import passwords, queries
from app.accounts.errors import AccountConflict, AccountMistake, NoSuchAccount
from app.accounts.models import Membership, User
from app.accounts.policy import ROLES, SAFE_LEVEL, Role, address_of
from app.accounts.schemas import Added
from app.accounts.service.noting import note
from app.accounts.service.sign_ins import forget_sign_ins
from app.accounts.service.tokens import existing, revoke_tokens
from app.audit import service as audit
from app.core import clock
from app.core.text import LANGUAGES, mark
from app.places import queries as places


def add_user(
    session: Session,
    *,
    email: str,
    role: Role,
    areas: list[str] | None,
    operation_id: UUID,
    password: str | None = None,
    language: str | None = None,
    is_protection: bool = False,
    actor_id: UUID | None = None,
) -> Added:
    """Give a person a role in an operation, and an account if they have none. `areas` None: the whole operation.

    An account that exists keeps its password and its language: joining a second operation changes neither. `language`
    None: they have yet to choose.
    """
    address = _checked_address(email)
    _check_role(role)
    _check_areas(session, operation_id, role, areas)
    is_new = queries.user_of(session, address) is None and _make_user(session, address, password, language)
    user = existing(session, address)
    if not is_new and not user.active:
        is_new = _begin_anew(session, user)
    kept = sorted(set(areas)) if areas else None
    joined = insert(Membership).values(
        user_id=user.id,
        operation_id=operation_id,
        role=role,
        areas=kept,
        is_protection=is_protection,
        created_at=clock.now(),
    )
    if session.scalar(joined.on_conflict_do_nothing().returning(col(Membership.user_id))) is None:
        raise AccountConflict(
            "already_member", mark("This person already has a role in this operation."), field="email"
        )
    audit.record(
        session,
        action="user.add",
        subject=f"user:{user.id}",
        actor_id=actor_id,
        operation_id=operation_id,
        role=role,
        areas=kept,
        is_protection=is_protection,
        is_new=is_new,
    )
    session.flush()
    return Added(user.id, is_new)


def disable_user(session: Session, *, email: str, actor_id: UUID | None = None) -> None:
    """Shut a person out everywhere at once: no sign-in, every session ended, every token revoked for good."""
    user = existing(session, email)
    _check_whole(session, user.id, actor_id)
    if not user.active:
        raise AccountConflict("account_disabled", mark("This account exists and is disabled."), field="email")
    _check_not_last(session, user.id, [member.operation_id for member in queries.memberships_of(session, user.id)])
    user.active = False
    user.fs_uniquifier = uuid4().hex
    forget_sign_ins(session, user_id=user.id)
    revoke_tokens(session, user_id=user.id)
    note(session, "user.disable", user.id, actor_id)
    session.flush()


def enable_user(session: Session, *, user_id: UUID, actor_id: UUID | None = None) -> None:
    """Let a person in again once they have set a new password: the old one may be why they were shut out."""
    _check_whole(session, user_id, actor_id)
    shut_out = update(User).where(col(User.id) == user_id, ~col(User.active))
    if session.scalar(shut_out.values(active=True, password=None).returning(col(User.id))):
        note(session, "user.enable", user_id, actor_id)


def change_member(
    session: Session,
    *,
    user_id: UUID,
    operation_id: UUID,
    role: Role,
    areas: list[str] | None,
    is_protection: bool = False,
    actor_id: UUID | None = None,
) -> None:
    """Give a person another role in an operation, or other areas. `areas` None: the whole operation. Another role ends
    the tokens they have for it: one that was made with a password alone would now do what asks for more."""
    _check_role(role)
    _check_areas(session, operation_id, role, areas)
    if role != "administrator":
        _check_not_last(session, user_id, [operation_id])
    member = _member(session, user_id, operation_id)
    kept = sorted(set(areas)) if areas else None
    before = {"role": member.role, "areas": member.areas, "is_protection": member.is_protection}
    after = {"role": role, "areas": kept, "is_protection": is_protection}
    if before == after:
        return
    if member.role != role:
        revoke_tokens(session, user_id=user_id, operation_id=operation_id)
    member.role, member.areas, member.is_protection = role, kept, is_protection
    audit.record(
        session,
        action="user.change",
        subject=f"user:{user_id}",
        actor_id=actor_id,
        operation_id=operation_id,
        before=before,
        after=after,
    )
    session.flush()


def remove_member(session: Session, *, user_id: UUID, operation_id: UUID, actor_id: UUID | None = None) -> None:
    """Take a person's role in an operation away, and revoke the tokens they have for it. The account stays."""
    _check_not_last(session, user_id, [operation_id])
    member = _member(session, user_id, operation_id)
    revoke_tokens(session, user_id=user_id, operation_id=operation_id)
    audit.record(
        session,
        action="user.remove",
        subject=f"user:{user_id}",
        actor_id=actor_id,
        operation_id=operation_id,
        before={"role": member.role, "areas": member.areas},
    )
    session.delete(member)
    session.flush()


def note_invitation(session: Session, *, user_id: UUID, actor_id: UUID | None = None) -> None:
    """Write down that somebody is sent a link to set a password once more."""
    note(session, "user.invite", user_id, actor_id)


def choose_language(session: Session, *, user_id: UUID, language: str) -> None:
    """The language a person reads, in pages and in mails."""
    if language not in LANGUAGES:
        raise AccountMistake("unknown_language", mark("Choose one of the languages offered."), field="language")
    session.execute(update(User).where(col(User.id) == user_id).values(language=language))
    note(session, "user.language", user_id, user_id, language=language)
    session.flush()


def note_password(session: Session, *, user_id: UUID) -> None:
    """Write down that a person has set a password by a link. It ends whatever lets anybody in as them: their sign-ins,
    and their tokens too, or whoever took the account over would still have a key to it."""
    forget_sign_ins(session, user_id=user_id)
    revoke_tokens(session, user_id=user_id)
    note(session, "user.password", user_id, user_id)


def _make_user(session: Session, address: str, password: str | None, language: str | None) -> bool:
    """Make an account; False where somebody else has just made it."""
    if password is not None and (fault := passwords.fault(password, address=address)) is not None:
        raise fault
    made = insert(User).values(
        id=uuid4(),
        email=address,
        password=None if password is None else passwords.hashed(password),
        active=True,
        fs_uniquifier=uuid4().hex,
        language=language if language in LANGUAGES else None,
        created_at=clock.now(),
    )
    return session.scalar(made.on_conflict_do_nothing().returning(col(User.id))) is not None


def _begin_anew(session: Session, user: User) -> bool:
    """Let in again who was shut out and then taken out everywhere, as if they were new. AccountConflict where they
    still work somewhere: who shut them out has to let them in."""
    if queries.memberships_of(session, user.id):
        raise AccountConflict("account_disabled", mark("This account exists and is disabled."), field="email")
    user.active, user.password = True, None
    return True


def _member(session: Session, user_id: UUID, operation_id: UUID) -> Membership:
    member = session.get(Membership, (user_id, operation_id))
    if member is None:
        raise NoSuchAccount("not_member", mark("This person has no role in this operation."), field="email")
    return member


def _check_not_last(session: Session, user_id: UUID, operations: Sequence[UUID]) -> None:
    """An operation that nobody administers could only be mended on the server."""
    for operation_id in sorted(operations):
        if queries.administrators_of(session, operation_id) == {user_id}:
            raise AccountConflict(
                "last_administrator",
                mark("They are the last administrator of an operation. Make somebody else one first."),
                field="role",
            )


def _check_whole(session: Session, user_id: UUID, actor_id: UUID | None) -> None:
    """An account is more than one operation's: who administers some of those it works in may not close it."""
    if actor_id is not None and not queries.administers_all(session, actor_id, of=user_id):
        raise AccountConflict(
            "works_elsewhere",
            mark("They also work in an operation that you do not administer. Take them out of this one instead."),
        )


def _checked_address(email: str) -> str:
    address = address_of(email)
    if address is None:
        raise AccountMistake("not_an_address", mark("This is not an e-mail address."), field="email")
    return address


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise AccountMistake("unknown_role", mark("There is no role %(role)s."), field="role", role=role)


def _check_areas(session: Session, operation_id: UUID, role: Role, areas: list[str] | None) -> None:
    if areas is None:
        return
    if role == "administrator":
        raise AccountMistake(
            "whole_operation", mark("An administrator is one of the whole operation. Choose that."), field="where"
        )
    if not areas:
        raise AccountMistake("no_area", mark("Name at least one area, or none for the whole operation."), field="areas")
    found = places.areas_of(session, operation_id, areas)
    if role == "partner" and any(area.level > SAFE_LEVEL for area in found.values()):
        raise AccountMistake("too_small", mark("A partner is given governorates, or a whole country."), field="areas")
    unknown = sorted(set(areas) - found.keys())
    if unknown:
        raise AccountMistake(
            "unknown_area",
            mark("There is no area %(codes)s in this operation."),
            field="areas",
            codes=", ".join(unknown),
        )
