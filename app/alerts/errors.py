"""What can go wrong with alerts."""

from app.core.errors import NotFound
from app.core.text import mark


class AlertGone(NotFound):
    """No such alert for this person."""

    def __init__(self) -> None:
        super().__init__("no_alert", mark("There is no such alert."))
