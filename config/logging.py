"""Logs: to standard error, for people or machines, with the id of the request that caused them. No personal data."""

import logging
import sys
from typing import Literal

import structlog


def configure_logging(form: Literal["console", "json"]) -> None:
    """Send this process's log to standard error: lines to read, or one JSON object a line, each step from a report to
    the mail among them."""
    level = logging.DEBUG if form == "json" else logging.INFO
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # Where `rich` is installed, the usual one writes out every variable: passwords, tokens, reports.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer] if form == "json" else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        stream=sys.stderr, level=max(level, logging.WARNING), format="%(levelname)s %(name)s %(message)s"
    )
