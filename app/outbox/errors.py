"""Why a mail did not leave. The text is the server's and may hold the address: for the row, never for a log."""


class NotSent(Exception):
    """The mail was not taken. `is_permanent`: this server will never take it, so that trying again is no use."""

    def __init__(self, reason: str, *, is_permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_permanent = reason, is_permanent


class ServerAway(NotSent):
    """No server to speak to, or none that lets us in: says nothing of the mail, and the next one would fare alike."""
