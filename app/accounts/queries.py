"""Who is asking, who is told, and the one condition that keeps every query inside its caller's scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, text, true
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.accounts.errors import AccountMistake, NoSuchAccount
from app.accounts.models import Membership, RecoveryCode, SignIn, Token, User
from app.accounts.policy import TOKEN_PREFIX, UNCHOSEN, Actor, Role, Scope, address_of, digest_of
from app.accounts.schemas import Person, Recipient
from app.core import clock
from app.core.text import mark
from app.places import queries as places
from app.places.models import Operation

# Written out and built once: every post to the API asks it.
_BY_TOKEN = text(
    "SELECT u.id, u.email, m.role, m.operation_id, m.areas, u.language, CAST(NULL AS uuid), false,"
    " u.factor IS NOT NULL, m.is_protection"
    " FROM tokens t"
    " JOIN users u ON u.id = t.user_id AND u.active"
    " JOIN memberships m ON m.user_id = t.user_id AND m.operation_id = t.operation_id"
    " WHERE t.digest = :digest AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)"
)
_BY_USER = text(
    "SELECT u.id, u.email, m.role, m.operation_id, m.areas, u.language, CAST(NULL AS uuid), false,"
    " u.factor IS NOT NULL, m.is_protection"
    " FROM users u"
    " JOIN memberships m ON m.user_id = u.id"
    " WHERE u.id = :user_id AND u.active AND (CAST(:operation_id AS uuid) IS NULL OR m.operation_id = :operation_id)"
    " ORDER BY m.created_at, m.operation_id LIMIT 1"
)
_BY_SIGN_IN = text(
    "SELECT u.id, u.email, m.role, m.operation_id, m.areas, u.language, s.id, count(*) OVER () > 1,"
    " u.factor IS NOT NULL, m.is_protection FROM sign_ins s"
    " JOIN users u ON u.id = s.user_id AND u.active AND u.fs_uniquifier = :uniquifier"
    " JOIN memberships m ON m.user_id = u.id"
    " WHERE s.id = :sign_in_id AND s.ended_at IS NULL AND s.made_at > :since"
    " ORDER BY m.operation_id = CAST(:operation_id AS uuid) DESC NULLS LAST, m.created_at, m.operation_id LIMIT 1"
)
_ADMINISTRATORS = text(
    "SELECT u.id FROM users u JOIN memberships m ON m.user_id = u.id AND m.operation_id = :operation"
    " WHERE m.role = 'administrator' AND m.areas IS NULL AND u.active AND u.password IS NOT NULL"
)


class InAnArea(Protocol):
    """A table whose rows belong to an operation and lie at a path of areas."""

    operation_id: Any
    area_path: Any


def actor_of_token(session: Session, token: str, *, otherwise: str = UNCHOSEN) -> Actor | None:
    """Whose token this is, reading `otherwise` if they never chose a language. None when it is unknown, revoked or
    expired, or its person disabled or no longer there."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    return _actor(session.execute(_BY_TOKEN, {"digest": digest_of(token), "now": clock.now()}).one_or_none(), otherwise)


def actor_of_user(
    session: Session, user_id: UUID, operation_id: UUID | None = None, *, otherwise: str = UNCHOSEN
) -> Actor | None:
    """A signed-in person in an operation, by default the first they were given a role in, reading `otherwise` if they
    never chose a language; None if disabled or not a member."""
    found = session.execute(_BY_USER, {"user_id": user_id, "operation_id": operation_id})
    return _actor(found.one_or_none(), otherwise)


def actor_of_sign_in(
    session: Session,
    sign_in_id: UUID,
    operation_id: UUID | None = None,
    *,
    uniquifier: str,
    since: datetime,
    otherwise: str = UNCHOSEN,
) -> Actor | None:
    """The same, by what a browser knows a person by: its sign-in, if that was made after `since` and not ended, and
    their `uniquifier`, which is new once all their sign-ins were ended. An operation they have no role in any more is
    as if none were chosen."""
    asked = {"sign_in_id": sign_in_id, "operation_id": operation_id, "uniquifier": uniquifier, "since": since}
    return _actor(session.execute(_BY_SIGN_IN, asked).one_or_none(), otherwise)


def sign_ins_of(session: Session, user_id: UUID, *, since: datetime) -> list[SignIn]:
    """Where somebody is signed in, the newest first."""
    wanted = (
        select(SignIn)
        .where(col(SignIn.user_id) == user_id, col(SignIn.ended_at).is_(None), col(SignIn.made_at) > since)
        .order_by(col(SignIn.made_at).desc(), col(SignIn.id))
    )
    return list(session.scalars(wanted))


def people_over(session: Session, *, operation_id: UUID, area_path: Sequence[str], role: Role) -> list[Recipient]:
    """Active people of a role whose areas hold what lies at this path, by address."""
    found = session.execute(
        select(User.id, User.email, User.language)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(
            col(User.active),
            col(Membership.operation_id) == operation_id,
            col(Membership.role) == role,
            col(Membership.areas).is_(None) | overlaps(col(Membership.areas), list(area_path)),
        )
        .order_by(User.email)
    )
    return [Recipient(user_id, email, language or UNCHOSEN) for user_id, email, language in found]


def in_scope(scope: Scope, area_path: Any) -> ColumnElement[bool]:
    """The condition on a column of area paths that keeps a query inside the areas of a scope.

    A row is inside when its path meets one of the areas, as `Scope.holds` says. It says nothing of the
    operation: area codes repeat from one operation to the next, so prefer `visible` wherever there is a table.
    """
    return true() if scope.areas is None else overlaps(area_path, sorted(scope.areas))


def in_areas(path: str) -> str:
    """`in_scope` for a statement that is text, of an expression for a path: `areas` is the scope's, sorted, or None.

    A CASE: of "OR :areas IS NULL" PostgreSQL, which plans before it knows, expects to keep one row of two hundred. It
    then looks up by itself, for each of ten thousand that all stay, what it could have read once (ARCHITECTURE 202).
    """
    areas = "CAST(:areas AS text[])"
    return f"CASE WHEN {areas} IS NULL THEN true ELSE {path} && {areas} END"


def visible(scope: Scope, rows: type[InAnArea] | InAnArea) -> ColumnElement[bool]:
    """The condition that keeps a query on a table (Place, Shelter, …) to what a scope may see."""
    return and_(rows.operation_id == scope.operation_id, in_scope(scope, rows.area_path))


def overlaps(column: Any, codes: list[str]) -> ColumnElement[bool]:
    """Whether a column of area codes shares one with these."""
    condition: ColumnElement[bool] = column.bool_op("&&")(bindparam(None, codes, type_=ARRAY(SqlText)))
    return condition


def user_of(session: Session, email: str) -> User | None:
    """The account of an address, as it was typed."""
    return session.scalar(select(User).where(col(User.email) == address_of(email)))


_PEOPLE = (
    select(  # type: ignore[call-overload]  # SQLModel knows up to four columns
        User.id,
        User.email,
        Membership.role,
        Membership.areas,
        User.active,
        col(User.password).is_not(None),
        User.language,
        User.created_at,
        col(User.factor).is_not(None),
        Membership.is_protection,
    )
    .join(Membership, col(Membership.user_id) == col(User.id))
    .order_by(User.email)
)


def people_of(session: Session, operation_id: UUID, *, after: str = "", limit: int) -> tuple[list[Person], str | None]:
    """Everybody with a role in an operation whose address comes after this one, and where the list goes on."""
    wanted = _PEOPLE.where(col(Membership.operation_id) == operation_id, col(User.email) > after)
    found = [Person(*row) for row in session.execute(wanted.limit(limit + 1))]
    return found[:limit], found[limit - 1].email if len(found) > limit else None


def person_of(session: Session, operation_id: UUID, user_id: UUID) -> Person:
    """Somebody with a role in an operation. NoSuchAccount where they have none, whatever they have elsewhere."""
    wanted = _PEOPLE.where(col(Membership.operation_id) == operation_id, col(User.id) == user_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NoSuchAccount("not_member", mark("This person has no role in this operation."))
    return Person(*row)


def has_recovery_code(session: Session, user_id: UUID, digest: bytes) -> bool:
    """Whether a code for when the authenticator is lost is theirs, and not used."""
    theirs = col(RecoveryCode.digest) == digest, col(RecoveryCode.user_id) == user_id
    wanted = select(RecoveryCode.digest).where(*theirs, col(RecoveryCode.used_at).is_(None))
    return session.scalar(wanted) is not None


def recovery_codes_left(session: Session, user_id: UUID) -> int:
    """How many of them are not used yet."""
    left = col(RecoveryCode.user_id) == user_id, col(RecoveryCode.used_at).is_(None)
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*left)) or 0


def tokens_of(session: Session, user_id: UUID, operation_id: UUID) -> list[Token]:
    """The tokens of a person in an operation that are still good, the newest first."""
    now = clock.now()
    wanted = (
        select(Token)
        .where(col(Token.user_id) == user_id, col(Token.operation_id) == operation_id, col(Token.revoked_at).is_(None))
        .where(col(Token.expires_at).is_(None) | (col(Token.expires_at) > now))
        .order_by(col(Token.created_at).desc())
    )
    return list(session.scalars(wanted))


def administrators_of(session: Session, operation_id: UUID) -> set[UUID]:
    """Who can administer an operation: active, of all of it, with a password to sign in with. Nobody else changes roles
    in it until this transaction ends."""
    session.execute(select(Operation.id).where(col(Operation.id) == operation_id).with_for_update(key_share=True))
    found = session.execute(_ADMINISTRATORS, {"operation": operation_id})
    return set(found.scalars())


def administers_all(session: Session, actor_id: UUID, *, of: UUID) -> bool:
    """Whether somebody is an administrator of every operation in which a person has a role."""
    administered = select(Membership.operation_id).where(
        col(Membership.user_id) == actor_id, col(Membership.role) == "administrator"
    )
    elsewhere = select(Membership.operation_id).where(
        col(Membership.user_id) == of, col(Membership.operation_id).not_in(administered)
    )
    return session.scalar(elsewhere.limit(1)) is None


def memberships_of(session: Session, user_id: UUID) -> list[Membership]:
    """What a person is, in which operations."""
    found = select(Membership).where(col(Membership.user_id) == user_id).order_by(col(Membership.operation_id))
    return list(session.scalars(found))


def operations_of(session: Session, user_id: UUID) -> list[Operation]:
    """Where a person has a role, the first they were given one in first."""
    found = (
        select(Operation)
        .join(Membership, col(Membership.operation_id) == col(Operation.id))
        .where(col(Membership.user_id) == user_id)
        .order_by(col(Membership.created_at), col(Membership.operation_id))
    )
    return list(session.scalars(found))


def operation_meant(session: Session, code: str | None) -> Operation:
    """The operation of a code; without a code, the only one there is."""
    if code:
        named = places.operation_by_code(session, code)
        if named is None:
            raise NoSuchAccount(
                "unknown_operation", mark("There is no operation %(asked)s."), field="operation", asked=code
            )
        return named
    found = places.list_operations(session)
    if len(found) == 1:
        return found[0]
    if found:
        raise AccountMistake(
            "which_operation", mark("There is more than one operation: say which with --operation."), field="operation"
        )
    raise NoSuchAccount("no_operation", mark("There is no operation yet."), field="operation")


def _actor(row: Row[Any] | None, otherwise: str) -> Actor | None:
    if row is None:
        return None
    found: tuple[Any, ...] = tuple(row)
    user_id, email, role, operation_id, areas, language, *of_browser = found
    scope = Scope(operation_id, None if areas is None else frozenset(areas))
    return Actor(user_id, email, role, scope, language or otherwise, *of_browser)
