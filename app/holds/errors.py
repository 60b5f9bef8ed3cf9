"""What can be wrong with a hold."""

from app.core.errors import DomainError, NotAllowed, NotFound
from app.core.text import mark

NO_PERSON = mark("There is no such person, or they sent nothing in your areas.")
NO_HOLD = mark("There is no such hold.")
SETTLED = mark("Somebody settled this hold already.")
OWN_HOLD = mark("These are reports of your own. Somebody else settles this hold.")


class NoSuchPerson(NotFound):
    """Nobody, or somebody who sent nothing in these areas."""

    def __init__(self) -> None:
        super().__init__("no_person", NO_PERSON)


class NoSuchHold(NotFound):
    """None, or one that reaches beyond these areas."""

    def __init__(self) -> None:
        super().__init__("no_hold", NO_HOLD)


class Settled(DomainError):
    """A hold is released or set aside once."""

    status = 409

    def __init__(self) -> None:
        super().__init__("settled", SETTLED)


class OwnHold(NotAllowed):
    """Whoever is held does not settle it."""

    def __init__(self) -> None:
        super().__init__("own_hold", OWN_HOLD)
