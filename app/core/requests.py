"""What logs call the request that is being answered: it goes with what the request sets going, into the worker and the
mail, so that one word finds all of it."""

import structlog

HEADER = "X-Mawa-Requests"  # of a mail: the requests that led to it


def name() -> str | None:
    """None where nobody asked: a command, a task."""
    found: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return found


def named(header: str | None) -> list[str]:
    """The requests a mail's header names."""
    return header.split(", ") if header else []
