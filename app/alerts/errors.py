"""What can go wrong with alerts."""

from app.core.errors import DomainError, NotFound
from app.core.text import mark


class AlertGone(NotFound):
    """No such alert for this person."""

    def __init__(self) -> None:
        super().__init__("no_alert", mark("There is no such alert."))


class TooManySubscriptions(DomainError):
    """Nobody needs that many."""

    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(
            "too_many_subscriptions", mark("There are %(most)s already. Remove one before you add another."), most=most
        )


class LinkEnded(NotFound):
    """A link from a mail that leads nowhere any more, or never did."""

    def __init__(self) -> None:
        super().__init__(
            "link_ended",
            mark(
                "This link is no longer good: what it was about is over, or it is older than a week. Sign in instead."
            ),
        )
