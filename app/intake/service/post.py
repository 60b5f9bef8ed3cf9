"""What the reports of one post have in common, and how one of them is refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core.text import render
from app.intake.errors import fault
from app.intake.schemas import Amending, Plain, Result, Warned
from app.ledger import service as ledger
from app.places.schemas import Frame

Append = Callable[[Session, Sequence[ledger.Row]], ledger.Stored]


@dataclass(frozen=True)
class Post:
    """What is the same for all reports of one post. `codes`: those that any of its reports gives a shelter or group;
    `append`: how a report is stored that needs nothing else of this transaction."""

    actor: Actor
    frame: Frame
    now: datetime
    difference: timedelta
    device: str | None
    codes: frozenset[str] = frozenset()
    has_turn: bool = False
    append: Append = ledger.append

    @property
    def language(self) -> str:
        return self.actor.language


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
