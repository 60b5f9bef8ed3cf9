"""What can go wrong before anything runs."""


class ServicesError(Exception):
    """The services cannot run; the message says to a person what is wrong and how to mend it."""
