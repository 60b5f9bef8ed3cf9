"""Accounts. A person has one account and, in each operation, one role and the areas it holds for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core import clock
from app.core.models import AWARE


class User(SQLModel, table=True):
    """A person who can sign in. `email` is kept in lower case; `password` is an argon2id hash, None until one is set.

    `fs_uniquifier` is what session cookies name: a new one signs the person out everywhere. `language` None: never
    chosen, so that each request follows its Accept-Language, and mails are in English. `factor`: the secret of their
    authenticator, encrypted, None until one is set up; `factor_step`: the last of its codes that was used.
    """

    __tablename__ = "users"

    id: UUID = Field(primary_key=True)
    email: str = Field(unique=True)
    password: str | None = None
    active: bool = True
    fs_uniquifier: str = Field(unique=True)
    language: str | None = None
    factor: str | None = None
    factor_step: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=AWARE)

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_in_lower_case"),)


class Membership(SQLModel, table=True):
    """The role of a person in an operation. `areas` None means the whole operation. `is_protection`: they look after
    children who are alone, and nobody else is told where such children are. They work in the first they were
    given one in: who adds them to another does not take them from where they are."""

    __tablename__ = "memberships"

    user_id: UUID = Field(primary_key=True, foreign_key="users.id")
    operation_id: UUID = Field(primary_key=True, foreign_key="operations.id")
    role: str
    areas: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    is_protection: bool = False
    created_at: datetime = Field(default_factory=clock.now, sa_type=AWARE)

    __table_args__ = (
        CheckConstraint("role IN ('field_worker', 'coordinator', 'administrator', 'partner')", name="role"),
    )


class Token(SQLModel, table=True):
    """A key for programs. Acts with the rights of its person in one operation; only its SHA-256 is kept."""

    __tablename__ = "tokens"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    operation_id: UUID = Field(foreign_key="operations.id")
    name: str
    digest: bytes = Field(unique=True)
    created_at: datetime = Field(sa_type=AWARE)
    expires_at: datetime | None = Field(default=None, sa_type=AWARE)
    revoked_at: datetime | None = Field(default=None, sa_type=AWARE)


class SignIn(SQLModel, table=True):
    """A browser in which somebody has signed in. Good until it is ended, until a new password, or until it is too old
    (SESSION_LONGEST_DAYS). Its id is what stands in the cookie; `browser` is in few words, empty if not known."""

    __tablename__ = "sign_ins"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    made_at: datetime = Field(sa_type=AWARE)
    address: str | None = None
    browser: str
    ended_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (Index("ix_sign_ins_user_id", "user_id"),)


class RecoveryCode(SQLModel, table=True):
    """In place of an authenticator that is lost, once. Only its SHA-256 is kept."""

    __tablename__ = "recovery_codes"

    digest: bytes = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    used_at: datetime | None = Field(default=None, sa_type=AWARE)
