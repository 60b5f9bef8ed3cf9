"""What the reports of one post have in common, and how one of them is refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core.text import render
from app.counts.people import People
from app.intake.errors import fault
from app.intake.queries import noticed
from app.intake.queries.beside import Beside
from app.intake.schemas import Amending, HeadcountReport, MovementReport, Plain, Result, Warned
from app.ledger import service as ledger
from app.places.schemas import Frame

Append = Callable[[Session, Sequence[ledger.Row]], noticed.Stored]


@dataclass(frozen=True)
class Post:
    """What is the same for all reports of one post. `codes`: those that any of its reports gives a shelter or group;
    `append`: how a report is stored that needs nothing else of this transaction; `request`: what logs call the
    request that brought it."""

    actor: Actor
    frame: Frame
    now: datetime
    difference: timedelta
    device: str | None
    codes: frozenset[str] = frozenset()
    has_turn: bool = False
    append: Append = noticed.append
    request: str | None = None

    @property
    def language(self) -> str:
        return self.actor.language


@dataclass(frozen=True)
class Look:
    """Reports of a post that are worth a look once they are stored: their rows, the places they are about as these
    stand (`beside`), and what was noticed of them."""

    post: Post
    reports: Sequence[Plain]
    rows: Mapping[UUID, ledger.Row]
    beside: Mapping[UUID, Beside]
    stored: noticed.Stored

    def sees(self, place_id: UUID | None) -> bool:
        """Whether a place lies where the sender may know of it."""
        return place_id is not None and self.post.actor.scope.holds(self.beside[place_id].area_path)

    def moves(self) -> Iterator[tuple[MovementReport | HeadcountReport, ledger.Row]]:
        """Those about people at places, in the order of the post."""
        for report in self.reports:
            if isinstance(report, MovementReport | HeadcountReport):
                yield report, self.rows[report.id]

    def people(self, row: ledger.Row) -> int:
        """How many a report is about; 0 where it says no number."""
        return People(row.total, households=row.households).best(self.post.frame.settings.household_size) or 0


Asked = list[tuple[UUID, Warned]]  # what is asked back, by the report
Taken = tuple[ledger.Row, tuple[Warned, ...]]  # a report as the ledger keeps it, and what its sender should know


class Refused(Exception):
    """This report cannot be taken as it is; carries its answer."""

    def __init__(self, result: Result) -> None:
        self.result = result


def unknown(post: Post, report: Plain | Amending, where: str, code: str) -> NoReturn:
    """It names something we do not have yet, or nobody outside this person's areas should learn of."""
    raise Refused(Result(report.id, "unknown_reference", errors=(fault(where, code, post.language),)))


def reject(post: Post, report: Plain | Amending, where: str, code: str) -> NoReturn:
    """It cannot be true as it stands; mended it may be sent again under the same id."""
    raise Refused(Result(report.id, "rejected", errors=(fault(where, code, post.language),)))


def warn(post: Post, code: str, message: str, **details: Any) -> Warned:
    return Warned(code, render(message, post.language, **details), details)
