"""Holding the database against its backups: what they say was sealed must still be sealed so."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audit.service import seals
from app.backups.errors import BackupError
from app.backups.queries import kept
from app.backups.service.files import reading

# The moment a backup was of, and when it was put back.
_PUT_BACK = text("""
  SELECT DISTINCT CAST(details ->> 'taken_at' AS timestamptz) AS of, at FROM audit_entries
  WHERE action = 'backup.restore' AND details ->> 'taken_at' IS NOT NULL
""")


def differing(session: Session, folder: Path) -> Iterator[str]:
    """The backups in a folder whose newest seal is not among those of the database, in words: what was written by then
    was changed, or cut off. Not those of days that went when an older backup was put back; and those that cannot be
    read. OSError where the folder cannot."""
    gone = [(restored.of, restored.at) for restored in session.execute(_PUT_BACK)]
    for at, path in kept(folder):
        try:
            with reading(path) as backup:
                noted = backup.contents.seal
        except BackupError as error:
            yield str(error)
            continue
        if any(of < at < put_back for of, put_back in gone) or noted is None:
            continue
        if not seals.is_sealed_as(session, noted):
            yield f"{path}: its seal {noted} is another now, or gone"
