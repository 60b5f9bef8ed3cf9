"""Every setting, read from the environment or `.env`; nothing else reads the environment.

The names are promises to operators and are documented in the README (a guard test compares them).
"""

import re
from email.utils import parseaddr
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Rate = Annotated[str, Field(pattern=r"^[1-9]\d{0,8} per ([1-9]\d{0,3} )?(second|minute|hour|day)s?$")]

_ROLE = "(field_worker|coordinator|administrator|partner)"


SHORTEST_SECRET = 32  # characters
LEAST_VARIED = 9  # different characters among them: random hexadecimal digits have more
FROM_AN_EXAMPLE = ("change", "example", "password", "secret")


def is_weak(key: str) -> bool:
    """Whether a key is one that somebody guesses: short, of few different characters, or out of an example."""
    return (
        len(key) < SHORTEST_SECRET
        or len(set(key)) < LEAST_VARIED
        or any(word in key.lower() for word in FROM_AN_EXAMPLE)
    )


class SettingsMistake(Exception):
    """Settings that cannot be: the message says which to mend, and repeats no value, for some are secrets."""


class InsecureSettings(SettingsMistake):
    """Production was asked for with the defaults of development; the message says what to set."""


class Settings(BaseSettings):
    """Settings of one process. Absent database and broker mean the embedded ones."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    database_url: str | None = Field(
        default=None, description="PostgreSQL to use; absent: one of our own under MAWA_DATA_DIR."
    )
    replica_url: str | None = Field(
        default=None,
        description="A streaming replica of it, from which figures are read while it keeps up; absent: none.",
    )
    redis_url: str | None = Field(
        default=None, description="Redis or Valkey to use; absent: one of our own under MAWA_DATA_DIR."
    )
    broker_url: str | None = Field(
        default=None,
        description="Where workers are woken; default REDIS_URL. Sentinels: sentinel://host:26379;sentinel://host:26379.",
    )
    sentinel_name: str = Field(default="mawa", description="What the sentinels of BROKER_URL call their Redis.")
    limits_url: str | None = Field(default=None, description="Where rate limits are counted; default REDIS_URL.")
    cache_url: str | None = Field(default=None, description="Where answers may be cached; default REDIS_URL.")
    mail_url: str | None = Field(
        default=None,
        description="smtp://user:pass@host:port or smtps://…; absent: a development mailbox shown at /dev/mail.",
    )
    mail_from: str = Field(default="mawa@localhost", description="Sender of every mail.")
    secret_key: str | None = Field(
        default=None, description="Signs sessions; made on first run in development, required in production."
    )
    secret_key_fallbacks: str | None = Field(
        default=None,
        description="Keys that SECRET_KEY replaced, with blanks between: what they signed stays good.",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000", description="Address people open; links in mails begin with it."
    )
    mawa_env: Literal["development", "production", "test"] = Field(
        default="development", description="development, production or test."
    )
    mawa_data_dir: Path = Field(
        default=Path(".mawa"),
        description="Folder of the embedded services, the development mailbox and the made secret.",
    )
    backup_dir: Path | None = Field(
        default=None, description="Folder in which the mail worker writes a backup a day; absent: none is made."
    )
    backups_kept: int = Field(default=14, ge=1, le=10_000, description="Backups that stay in BACKUP_DIR.")
    mawa_log_format: Literal["console", "json"] = Field(default="console", description="console or json.")
    metrics_token: str | None = Field(
        default=None,
        min_length=SHORTEST_SECRET,
        description="What Prometheus says to read /metrics (`Authorization: Bearer …`); absent: who asks from the"
        " machine itself or its private network may.",
    )
    second_factor_roles: str | None = Field(
        default=None,
        pattern=rf"^(none|{_ROLE}(, ?{_ROLE})*)$",
        description="Roles that need a second factor, with commas between them, or none; absent:"
        " coordinator,administrator in production, none elsewhere.",
    )
    session_idle_hours: int = Field(
        default=12, ge=1, le=72, description="Hours after which a browser that was not used is signed out."
    )
    session_longest_days: int = Field(
        default=7, ge=1, le=30, description="Days after which a browser is signed out, however much it was used."
    )
    limit_sign_in: Rate = Field(default="60 per minute", description="Attempts to sign in from one network address.")
    limit_pages: Rate = Field(
        default="3000 per minute", description="Pages and forms of one person; before sign-in, of one network address."
    )
    limit_api_reads: Rate = Field(default="12000 per minute", description="Reads through the API by one person.")
    limit_api_writes: Rate = Field(
        default="1200 per minute",
        description="Changes through the API by one person, apart from reports sent with a token.",
    )
    limit_open_reports: int = Field(
        default=32, ge=1, le=4_096, description="Posts of reports one token may have open at a time, on one machine."
    )
    erase_after_days: int = Field(
        default=30, ge=0, le=36_500, description="Days an operation must have been closed before it may be erased."
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Servers before the web whose X-Forwarded-For is believed; limits need the caller's own address.",
    )

    security_contact: str | None = Field(
        default=None,
        description="Whom to tell of a hole: an e-mail address or a page, in /.well-known/security.txt; absent: none.",
    )

    @field_validator("security_contact")
    @classmethod
    def contact_is_an_address(cls, said: str | None) -> str | None:
        if not said:
            return None
        if re.fullmatch(r"(mailto:)?[^\s:/@]+@[^\s:/@]+", said):
            return said if said.startswith("mailto:") else f"mailto:{said}"
        if re.fullmatch(r"https://[!-~]+", said):
            return said
        raise ValueError("write an e-mail address, or a page as https://example.org/security")

    @field_validator("mail_from")
    @classmethod
    def mail_comes_from_an_address(cls, sender: str) -> str:
        address = parseaddr(sender)[1]
        if "@" not in address or ("<" in sender and f"<{address}>" not in sender):
            raise ValueError('write it as help@example.org or "Mawa, relief" <help@example.org>')
        return sender

    @model_validator(mode="after")
    def production_is_told_its_secrets(self) -> "Settings":
        if self.mawa_env == "production" and not self.secret_key:
            raise InsecureSettings(
                "MAWA_ENV=production needs SECRET_KEY: set it to a long random text, the same for every process."
            )
        if self.mawa_env == "production" and any(map(is_weak, (self.secret_key or "", *self.earlier_secret_keys))):
            raise InsecureSettings(
                f"MAWA_ENV=production needs a SECRET_KEY that cannot be guessed: {SHORTEST_SECRET} or more random"
                " characters, as `openssl rand -hex 32` makes them. The same holds for SECRET_KEY_FALLBACKS."
            )
        if self.mawa_env == "production" and not self.base_url.startswith("https://"):
            raise InsecureSettings(
                "MAWA_ENV=production needs a BASE_URL that begins with https://, or cookies and passwords could be read"
                " on the way. Put a server that speaks HTTPS before the web."
            )
        if self.mawa_env == "production" and not self.mail_url:
            raise InsecureSettings("MAWA_ENV=production needs MAIL_URL: smtp://user:password@host:port.")
        return self

    @property
    def earlier_secret_keys(self) -> list[str]:
        """SECRET_KEY_FALLBACKS one by one."""
        return (self.secret_key_fallbacks or "").split()

    @cached_property
    def data_dir(self) -> Path:
        """MAWA_DATA_DIR as an absolute path."""
        return self.mawa_data_dir.expanduser().absolute()

    @cached_property
    def backups(self) -> Path | None:
        """BACKUP_DIR as an absolute path."""
        return self.backup_dir.expanduser().absolute() if self.backup_dir else None

    @cached_property
    def roles_with_second_factor(self) -> frozenset[str]:
        """Who needs a second factor."""
        by_default = "coordinator,administrator" if self.mawa_env == "production" else "none"
        named = self.second_factor_roles or by_default
        return frozenset() if named == "none" else frozenset(role.strip() for role in named.split(","))

    @property
    def broker(self) -> str | None:
        return self.broker_url or self.redis_url

    @property
    def limits(self) -> str | None:
        return self.limits_url or self.redis_url

    @property
    def cache(self) -> str | None:
        return self.cache_url or self.redis_url

    @property
    def in_development(self) -> bool:
        return self.mawa_env == "development"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. SettingsMistake where one cannot be."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors(include_input=False)]
        raise SettingsMistake(". ".join(wrong)) from None
