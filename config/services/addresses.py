"""Where the database and the broker are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from config.services.errors import ServicesError
from config.services.folder import DataFolder
from config.services.valkey import SOCKET

if TYPE_CHECKING:
    from config.settings import Settings


@dataclass(frozen=True)
class Addresses:
    """SQLAlchemy's URL of the database, Celery's of the broker, redis-py's of what is counted and kept for a while."""

    database: str
    broker: str
    redis: str
    limits: str
    cache: str


def addresses(settings: "Settings") -> Addresses:
    """The addresses that are set, else those of the embedded services. Looks up only: nothing is started.

    Raises ServicesError when the embedded ones are meant and there are none yet.
    """
    folder = DataFolder(settings.data_dir)
    redis = settings.redis_url or embedded_redis(folder)
    return Addresses(
        database=with_driver(settings.database_url) if settings.database_url else embedded_database(folder),
        broker=as_broker(settings.broker_url or redis),
        redis=redis,
        limits=settings.limits_url or redis,
        cache=settings.cache_url or redis,
    )


def embedded_database(folder: DataFolder, name: str = "mawa") -> str:
    host = quote(str(folder.reach / "postgresql"))
    return f"postgresql+psycopg://mawa:{_password(folder)}@/{quote(name)}?host={host}"


def embedded_redis(folder: DataFolder) -> str:
    return f"unix://:{_password(folder)}@{folder.reach / 'valkey' / SOCKET}?db=0"


def with_driver(url: str) -> str:
    """`postgres://` and `postgresql://` with the driver Mawa uses; another that is named stays."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


def as_broker(url: str) -> str:
    """Celery writes a socket's address in its own way."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    password = f":{parts.password}@" if parts.password else ""
    return f"redis+socket://{password}{parts.path}?virtual_host={parts.query.removeprefix('db=') or 0}"


def _password(folder: DataFolder) -> str:
    try:
        return folder.password.read_text().strip()
    except FileNotFoundError:
        raise ServicesError(
            f"There is no database in {folder.root} yet: start Mawa once (`mawa up`) or set DATABASE_URL and REDIS_URL."
        ) from None
    except PermissionError:
        raise ServicesError(f"{folder.password} belongs to {folder.password.owner()}: run this as that user.") from None
