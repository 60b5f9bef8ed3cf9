"""Why a change of the operation cannot be made, in words that say what to do."""

from app.core.errors import DomainError, NotFound
from app.core.text import mark


class ChangedMeanwhile(DomainError):
    """Somebody else changed it after the page was opened: nobody's change goes unseen."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "changed_meanwhile",
            mark("Somebody changed this while you were typing. See below what stands now, then save again."),
        )


class FrameFrozen(DomainError):
    """There are reports already, counted in this time zone and scheme."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "frame_frozen",
            mark("The first report has come in meanwhile. Time zone and ages cannot be changed any more."),
        )


class IsClosed(DomainError):
    """Nothing of a closed operation changes."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "operation_closed", mark("This operation is closed. Open it again before you change anything.")
        )


class NoShelter(NotFound):
    """No shelter of this code in the operation."""

    def __init__(self) -> None:
        super().__init__("no_shelter", mark("There is no such shelter."))
