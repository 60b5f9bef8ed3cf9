"""Why a mail did not leave. The text is the server's and may hold the address: for the row, never for a log."""

from typing import Literal

Failure = Literal["temporary", "timeout", "permanent"]


class NotSent(Exception):
    """The mail was not taken, or not known to be. `temporary`: not now; `timeout`: no answer in time, so that the
    server may have taken it all the same; `permanent`: this server will never take it, so that trying again is no use,
    which may be for the address: nobody is there (`is_address`)."""

    def __init__(self, reason: str, failure: Failure = "temporary", *, is_address: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.failure, self.is_address = reason, failure, is_address


class ServerAway(NotSent):
    """No server to speak to, or none that lets us in (`is_shut_out`): says nothing of the mail, and the next one would
    fare alike."""

    def __init__(self, reason: str, failure: Failure = "temporary", *, is_shut_out: bool = False) -> None:
        super().__init__(reason, failure)
        self.is_shut_out = is_shut_out
